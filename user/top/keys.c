// SPDX-License-Identifier: GPL-2.0-only
#include "top/keys.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curses.h>

#include "util/clock.h"
#include "util/times.h"

#define KEY_ESCAPE 27
#define KEY_DELETE 127

/* How far Left and Right go in a capture. */
#define SEEK_NS (10 * NS_PER_SEC)

/* --- Typing something in. */

static void prompt_begin(struct top *top, enum top_prompt prompt)
{
	top->prompt = prompt;
	top->input[0] = '\0';
	if (prompt == PROMPT_FILTER)
		memcpy(top->input, top->filter, sizeof(top->input));
}

static void prompt_accept(struct top *top)
{
	enum top_prompt prompt = top->prompt;
	double seconds;
	char *end;

	top->prompt = PROMPT_NONE;
	if (prompt == PROMPT_FILTER) {
		memcpy(top->filter, top->input, sizeof(top->filter));
		return;
	}
	if (!top->input[0])
		return;
	seconds = strtod(top->input, &end);
	if (*end || !isfinite(seconds) || seconds < TOP_INTERVAL_MIN || seconds > TOP_INTERVAL_MAX)
		snprintf(top->message, sizeof(top->message),
			 "An interval is %g to %g seconds, not '%s'", TOP_INTERVAL_MIN,
			 TOP_INTERVAL_MAX, top->input);
	else
		top->interval_ns = (uint64_t)(seconds * 1e9);
}

static void prompt_key(struct top *top, int key)
{
	size_t len = strlen(top->input);

	switch (key) {
	case '\r':
	case '\n':
	case KEY_ENTER:
		prompt_accept(top);
		return;
	case KEY_ESCAPE:
		top->prompt = PROMPT_NONE;
		return;
	case KEY_BACKSPACE:
	case KEY_DELETE:
	case '\b':
		if (len)
			top->input[len - 1] = '\0';
		return;
	default:
		break;
	}
	/* Names on the screen are printable ASCII: so is what finds them. */
	if (key >= ' ' && key < KEY_DELETE && len + 1 < sizeof(top->input)) {
		top->input[len] = (char)key;
		top->input[len + 1] = '\0';
	}
}

/* --- Moving. */

static void scroll_by(size_t *first, long by)
{
	if (by < 0 && (size_t)-by > *first)
		*first = 0;
	else
		/* Drawing knows where the end is. */
		*first += (size_t)by;
}

static void move_by(struct top *top, long rows)
{
	if (top->help) {
		scroll_by(&top->help_first, rows);
	} else if (top->detail) {
		scroll_by(&top->detail_first, rows);
	} else if (top->data.nr) {
		scroll_by(&top->cursor, rows);
		if (top->cursor >= top->data.nr)
			top->cursor = top->data.nr - 1;
		top->selected = top->data.rows[top->cursor].key;
		top->chosen = true;
	}
}

static void enter(struct top *top)
{
	if (top->help || top->detail || !top->data.nr)
		return;
	top->row = top->data.rows[top->cursor];
	top->selected = top->row.key;
	top->chosen = true;
	top->detail = true;
	top->detail_first = 0;
}

/* What was opened last is closed first. */
static void leave(struct top *top)
{
	if (top->help)
		top->help = false;
	else if (top->detail)
		top->detail = false;
	else
		top->filter[0] = '\0';
}

static int seek_by(struct top *top, bool forward)
{
	return top_seek(top, time_add(top->gather->counts->ts,
				      forward ? (int64_t)SEEK_NS : -(int64_t)SEEK_NS));
}

static int horizontal(struct top *top, bool right)
{
	if (top_is_capture(top))
		return seek_by(top, right);
	if (!right)
		leave(top);
	return 0;
}

static int to_end(struct top *top, bool end)
{
	if (top_is_capture(top))
		return end ? top_seek_end(top) : top_seek(top, INT64_MIN);
	move_by(top, end ? LONG_MAX / 2 : LONG_MIN / 2);
	return 0;
}

static void change_speed(struct top *top, double factor)
{
	double speed = top->speed * factor;

	if (top_is_capture(top) && speed <= TOP_SPEED_MAX && speed >= 1 / TOP_SPEED_MAX)
		top->speed = speed;
}

/* --- Sorting, and the rest. */

static void sort_by(struct top *top, const struct column *column)
{
	if (!column)
		return;
	top->reverse[top->view] = false;
	top->sort[top->view] = column;
}

static bool move_key(struct top *top, int key, int *err)
{
	long page = top->page > 1 ? (long)top->page - 1 : 1;

	switch (key) {
	case KEY_UP:
		move_by(top, -1);
		return true;
	case KEY_DOWN:
		move_by(top, 1);
		return true;
	case KEY_PPAGE:
		move_by(top, -page);
		return true;
	case KEY_NPAGE:
		move_by(top, page);
		return true;
	case KEY_LEFT:
	case KEY_RIGHT:
		*err = horizontal(top, key == KEY_RIGHT);
		return true;
	case KEY_HOME:
	case KEY_END:
		*err = to_end(top, key == KEY_END);
		return true;
	case '\r':
	case '\n':
	case KEY_ENTER:
		enter(top);
		return true;
	case KEY_ESCAPE:
	case KEY_BACKSPACE:
	case KEY_DELETE:
	case '\b':
		leave(top);
		return true;
	default:
		return false;
	}
}

static int command_key(struct top *top, int key)
{
	switch (key) {
	case 'q':
		top->quit = true;
		break;
	case 'h':
	case '?':
		top->help = !top->help;
		top->help_first = 0;
		break;
	case '\t':
		top->help = false;
		top_show(top, (top->view + 1) % VIEWS);
		break;
	case 'r':
	case 'R':
		top->reverse[top->view] = !top->reverse[top->view];
		break;
	case '<':
	case '>':
		sort_by(top, column_next(top->view, top->sort[top->view], key == '>' ? 1 : -1));
		break;
	case 'f':
	case '/':
		prompt_begin(top, PROMPT_FILTER);
		break;
	case 'd':
	case 's':
		prompt_begin(top, PROMPT_INTERVAL);
		break;
	case 'p':
	case ' ':
		top->paused = !top->paused;
		break;
	case '+':
		change_speed(top, 2);
		break;
	case '-':
		change_speed(top, 0.5);
		break;
	case '0':
	case 'z':
		return top_reset(top);
	default:
		if (key >= '1' && key < '1' + VIEWS) {
			top->help = false;
			top_show(top, (enum view)(key - '1'));
		} else if (key < 0x80 && isupper(key)) {
			sort_by(top, column_by_key(top->view, (char)key));
		}
		break;
	}
	return 0;
}

int top_key(struct top *top, int key)
{
	int err = 0;

	top->message[0] = '\0';
	if (top->prompt)
		prompt_key(top, key);
	else if (!move_key(top, key, &err))
		err = command_key(top, key);
	top_build(top);
	return err;
}
