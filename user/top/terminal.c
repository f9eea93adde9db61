// SPDX-License-Identifier: GPL-2.0-only
#include "top/terminal.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "util/caller_signals.h"
#include "util/end_signal.h"
#include "util/message.h"

static volatile sig_atomic_t stopped;

/* What a crash needs to put things right without curses. */
static struct {
	bool taken;
	int fd;
	struct termios modes;
	char leave[128];
	size_t leave_len;
	bool color;
} saved;

static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };

#define NR_CRASHES (sizeof(crashes) / sizeof(crashes[0]))

static void on_stop(int number)
{
	(void)number;
	stopped = 1;
}

/* Only what may be done in a handler: tcsetattr() and write() may. */
static void on_crash(int number)
{
	if (saved.taken) {
		ssize_t done = write(saved.fd, saved.leave, saved.leave_len);

		(void)done;
		tcsetattr(saved.fd, TCSANOW, &saved.modes);
	}
	/* SA_RESETHAND: this time it is fatal. */
	raise(number);
}

static void catch (int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigaction(number, &action, NULL);
}

/* Leaving the alternate screen, the cursor visible, attributes off. */
static void save_leave(void)
{
	static const char *const names[] = { "sgr0", "rmkx", "cnorm", "rmcup" };
	size_t i;

	saved.leave_len = 0;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = tigetstr((char *)names[i]);

		if (!text || text == (const char *)-1 ||
		    saved.leave_len + strlen(text) > sizeof(saved.leave))
			continue;
		memcpy(saved.leave + saved.leave_len, text, strlen(text));
		saved.leave_len += strlen(text);
	}
}

static void init_colors(struct terminal *terminal, bool mono)
{
	const char *no_color = getenv("NO_COLOR");

	terminal->color = !mono && !(no_color && *no_color) && has_colors() && start_color() == OK;
	saved.color = terminal->color;
	if (!terminal->color)
		return;
	use_default_colors();
	init_pair(TONE_GOOD, COLOR_GREEN, -1);
	init_pair(TONE_WARN, COLOR_YELLOW, -1);
	init_pair(TONE_BAD, COLOR_RED, -1);
	init_pair(TONE_HEAD, COLOR_CYAN, -1);
}

unsigned long terminal_tone(int which)
{
	static const attr_t mono[] = {
		[TONE_PLAIN] = A_NORMAL, [TONE_GOOD] = A_NORMAL, [TONE_WARN] = A_BOLD,
		[TONE_BAD] = A_BOLD,	 [TONE_HEAD] = A_BOLD,
	};

	return saved.color ? COLOR_PAIR(which) | (which == TONE_BAD ? A_BOLD : 0) : mono[which];
}

/* Keys come from the terminal even where standard input is something else. */
static FILE *open_keys(void)
{
	return isatty(STDIN_FILENO) ? stdin : fopen("/dev/tty", "re");
}

bool terminal_unfit(void)
{
	const char *name = getenv("TERM");
	int known = 0;
	bool fit;

	if (!isatty(STDOUT_FILENO))
		return false;
	fit = setupterm(NULL, STDOUT_FILENO, &known) == OK && cursor_address && clear_screen;
	if (known != 1)
		error("this terminal is not known: TERM is %s%s%s", name ? "'" : "",
		      name ? name : "not set", name ? "'" : "");
	else if (!fit)
		error("this terminal cannot show a screen: TERM is '%s'", name);
	if (fit)
		del_curterm(cur_term);
	else
		hint("-b writes lines, --json objects; or set TERM to what it is, such as vt100");
	return !fit;
}

/*
 * A terminal knows its size; COLUMNS and LINES may be those of another one, or of
 * before it was resized.  Where it does not know, as on a serial line, they help.
 */
static void prefer_real_size(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col)
		return;
	unsetenv("COLUMNS");
	unsetenv("LINES");
}

int terminal_open(struct terminal *terminal, bool mono)
{
	FILE *keys = open_keys();
	size_t i;

	if (!keys || !isatty(STDOUT_FILENO)) {
		error("standard output is no terminal");
		hint("-b writes lines, --json objects");
		return EXIT_USAGE;
	}
	if (tcgetattr(STDOUT_FILENO, &saved.modes)) {
		error("cannot use the terminal: %s", strerror(errno));
		return EXIT_OUTPUT;
	}
	saved.fd = STDOUT_FILENO;
	signals_catch();
	/* Before curses looks whether somebody has handlers. */
	caller_signal_set(SIGTSTP, on_stop);
	prefer_real_size();
	if (!newterm(NULL, stdout, keys)) {
		error("cannot use the terminal: curses does not start on it");
		return EXIT_OUTPUT;
	}
	save_leave();
	saved.taken = true;
	for (i = 0; i < NR_CRASHES; i++)
		catch (crashes[i], on_crash, SA_RESETHAND | SA_NODEFER);
	terminal->input = fileno(keys);
	terminal->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	init_colors(terminal, mono);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	/* An Esc alone is not waited for longer than a person notices. */
	set_escdelay(25);
	curs_set(0);
	return EXIT_DONE;
}

void terminal_close(void)
{
	if (!saved.taken)
		return;
	saved.taken = false;
	endwin();
	message_listen((struct message_listener){ NULL });
}

void terminal_job_control(void)
{
	sigset_t set, old;

	if (!stopped)
		return;
	stopped = 0;
	def_prog_mode();
	endwin();
	/* Let the signal do what it does by default. */
	signal(SIGTSTP, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, &old);
	/* Here it goes on after SIGCONT. */
	sigprocmask(SIG_SETMASK, &old, NULL);
	catch (SIGTSTP, on_stop, 0);
	reset_prog_mode();
	clearok(stdscr, TRUE);
	refresh();
}
