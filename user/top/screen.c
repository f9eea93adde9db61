// SPDX-License-Identifier: GPL-2.0-only
#include "top/screen.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <curses.h>

#include "top/keys.h"
#include "top/window.h"
#include "util/clock.h"
#include "util/end_signal.h"
#include "util/message.h"
#include "util/rlimits.h"

/* Live: how long findings may lie in the kernel's buffer before they are taken in. */
#define SLICE_MS 100
/* A signal that comes just before the wait is seen after it. */
#define WAIT_MS 1000

struct screen {
	struct top *top;
	struct terminal terminal;
	uint64_t last; /* tick, CLOCK_MONOTONIC */
	unsigned long long ticks;
	bool gone; /* the terminal is */
	bool dirty;
};

/* The screen is ours: what is said goes to its last line. */
static void on_message(void *arg, const char *line)
{
	struct top *top = arg;

	snprintf(top->message, sizeof(top->message), "%s", line);
}

static int take_keys(struct screen *screen)
{
	int key, err = 0;

	while (!err && !screen->top->quit && (key = getch()) != ERR) {
		screen->dirty = true;
		if (key != KEY_RESIZE)
			err = top_key(screen->top, key);
	}
	return err;
}

/* Until a key, a signal or so many milliseconds. */
static void wait_key(struct screen *screen, int timeout_ms)
{
	struct pollfd fd = { .fd = screen->terminal.input, .events = POLLIN };

	if (poll(&fd, 1, timeout_ms) > 0 && fd.revents & (POLLHUP | POLLERR | POLLNVAL))
		screen->gone = true;
}

static int timeout_ms(const struct screen *screen)
{
	uint64_t next = screen->last + screen->top->interval_ns, now = mono_ns();
	bool live = !top_is_capture(screen->top);
	uint64_t ms = next > now ? (next - now + 999999) / 1000000 : 0;

	if (screen->top->paused || ms > WAIT_MS)
		ms = WAIT_MS;
	return live && ms > SLICE_MS ? SLICE_MS : (int)ms;
}

static int tick(struct screen *screen)
{
	struct top *top = screen->top;
	uint64_t now = mono_ns(), passed = now - screen->last;
	int err;

	if (top->paused && top_is_capture(top)) {
		screen->last = now;
		return 0;
	}
	if (passed < top->interval_ns || top->paused)
		return 0;
	/* Stopped for a while, or slow: a capture goes on where it was. */
	if (passed > 2 * top->interval_ns)
		passed = top->interval_ns;
	screen->last = now;
	err = top_tick(top, (uint64_t)((double)passed * top->speed));
	top_build(top);
	screen->ticks++;
	screen->dirty = true;
	return err;
}

static int run(struct screen *screen, unsigned long long count)
{
	struct top *top = screen->top;
	int err = 0;

	screen->last = mono_ns();
	screen->dirty = true;
	top_build(top);
	while (!err && !top->quit && !screen->gone && !signals_ended() && !top->error &&
	       (!count || screen->ticks < count)) {
		if (screen->dirty)
			window_draw(top, &screen->terminal);
		screen->dirty = false;
		wait_key(screen, timeout_ms(screen));
		terminal_job_control();
		err = take_keys(screen);
		if (!err && !top_is_capture(top))
			top->gather->ops->wait(top->gather, 0);
		if (!err)
			err = tick(screen);
	}
	return err ? err : top->error;
}

int top_screen(struct top *top, unsigned long long count, bool mono)
{
	struct screen screen = { .top = top };
	int status, err;

	top->history = history_new();
	if (!top->history) {
		rlimits_no_memory();
		return EXIT_OUTPUT;
	}
	status = terminal_open(&screen.terminal, mono);
	if (status)
		return status;
	message_listen((struct message_listener){ on_message, top });
	gather_confine(top->gather);
	err = run(&screen, count);
	terminal_close();
	if (err) {
		error("it cannot go on: %s", strerror(-err));
		return EXIT_OUTPUT;
	}
	if (top->gather->status && top->message[0])
		error("%s", top->message);
	return top->gather->status;
}
