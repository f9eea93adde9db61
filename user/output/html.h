/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * html.h - pieces of an HTML page without external files: text that stays text whatever is in
 * it, and bar charts as inline SVG.
 */
#ifndef ISMT_OUTPUT_HTML_H
#define ISMT_OUTPUT_HTML_H

#include "output/hist_text.h"
#include "util/outbuf.h"

/*
 * html_text - any string as text, or as the value of a quoted attribute; at most 4096 bytes of it.
 * What is not UTF-8, and what utf8_hides(), becomes U+FFFD.
 */
void html_text(struct outbuf *out, const char *text);

/* The unit of a chart's rows. */
enum html_unit { HTML_BYTES, HTML_NS };

/*
 * html_chart - a histogram as horizontal bars, with a title and a description for screen readers.
 * id must be different for each chart on a page: element ids are made of it.
 */
void html_chart(struct outbuf *out, const struct hist_view *view, enum html_unit unit,
		unsigned int id);

/* A number with thin spaces between groups of digits. */
void html_number(struct outbuf *out, uint64_t value);

/*
 * html_table - a table up to the beginning of its body.  names are the columns' headings, NULL at
 * the end.  The first columns are of words; a "|" in names switches to columns of numbers, and
 * another one back.  caption may be NULL.
 */
void html_table(struct outbuf *out, const char *caption, const char *const *names);

/* A <td> with a number; html_td_us: with ns nanoseconds, in microseconds. */
void html_td(struct outbuf *out, uint64_t value);
void html_td_us(struct outbuf *out, double ns);

/* The beginning of a page up to the body, and its end. */
void html_begin(struct outbuf *out, const char *title);
void html_end(struct outbuf *out);

#endif /* ISMT_OUTPUT_HTML_H */
