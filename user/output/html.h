/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * html.h - pieces of a page that stands alone: text that stays text whatever
 * is in it, and bar charts as inline SVG.
 */
#ifndef ISMT_OUTPUT_HTML_H
#define ISMT_OUTPUT_HTML_H

#include "output/hist_text.h"
#include "util/outbuf.h"

/*
 * html_text - any string as text or as the value of a quoted attribute.  At
 * most 4096 bytes of it; what is not UTF-8, control characters and those that
 * turn the direction of text become U+FFFD.
 */
void html_text(struct outbuf *out, const char *text);

/* What the rows of a chart are counted in. */
enum html_unit { HTML_BYTES, HTML_NS };

/*
 * html_chart - a histogram as horizontal bars, with title and description for
 * who cannot see it; id makes its element ids unique on the page.
 */
void html_chart(struct outbuf *out, const struct hist_view *view, enum html_unit unit,
		unsigned int id);

/* A number with thin spaces between groups of digits. */
void html_number(struct outbuf *out, uint64_t value);

/*
 * html_table - a table up to its body.  Names, NULL at the end, are heads of
 * columns: of words, then from a "|" on of numbers; "|" again: words.  caption
 * may be NULL.
 */
void html_table(struct outbuf *out, const char *caption, const char *const *names);

/* A <td> with a number; html_td_us: with ns nanoseconds, in microseconds. */
void html_td(struct outbuf *out, uint64_t value);
void html_td_us(struct outbuf *out, double ns);

/* The beginning of a page up to the body, and its end. */
void html_begin(struct outbuf *out, const char *title);
void html_end(struct outbuf *out);

#endif /* ISMT_OUTPUT_HTML_H */
