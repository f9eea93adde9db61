// SPDX-License-Identifier: GPL-2.0-only
/*
 * completion.c - `ismtrace completion bash|zsh`: what a shell completes, out of
 * the option tables that the commands parse with, so that they cannot differ.
 */
#include "cli/completion.h"

#include <argp.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/options.h"
#include "cli/output.h"
#include "model/gate.h"
#include "model/rules.h"
#include "util/message.h"

typedef void (*option_fn)(const struct argp_option *option);

static bool is_short(const struct argp_option *option)
{
	return option->key > 0 && option->key < 0x80 && isprint(option->key);
}

/*
 * All options of a parser and its children; headings and hidden ones are none.
 * An alias takes what the option before it takes, and has no short form.  Of
 * two short forms the parent's counts, as when options are parsed.
 */
static void walk_options(const struct argp *argp, option_fn fn, char *taken)
{
	const struct argp_option *option = argp->options;
	const struct argp_child *child = argp->children;
	struct argp_option real = { 0 };

	for (; option && (option->name || option->key || option->doc); option++) {
		if (option->flags & OPTION_ALIAS) {
			real.name = option->name;
			real.key = 0;
			real.flags |= option->flags;
		} else {
			real = *option;
		}
		if (is_short(&real) && taken[real.key]++)
			real.key = 0;
		if (real.name && !(real.flags & OPTION_HIDDEN))
			fn(&real);
	}
	for (; child && child->argp; child++)
		walk_options(child->argp, fn, taken);
}

static void each_option(const struct argp *argp, option_fn fn)
{
	char taken[0x80] = { 0 };

	walk_options(argp, fn, taken);
}

/* "read|write" and the like: the words that can be meant; not "FILE", "A-B". */
static bool is_choice(const char *arg)
{
	return arg && strchr(arg, '|') && islower((unsigned char)*arg);
}

static void put_words(const char *choice, char between)
{
	for (; *choice; choice++)
		putchar(*choice == '|' ? between : *choice);
}

static void put_rules(const char *between)
{
	int i;

	for (i = 0; i < RULE_COUNT; i++)
		printf("%s%s", i ? between : "", rules[i].id);
}

static const char *const regions = "bar0|bar1|bar2|bar3|bar4|bar5|rom|config|vga";
static const char *const colors = "auto|always|never";

/* What the argument can be, as a choice; NULL: anything. */
static const char *choice_of(const struct argp_option *option)
{
	if (is_choice(option->arg))
		return option->arg;
	if (!strcmp(option->name, "region"))
		return regions;
	if (!strcmp(option->name, "color"))
		return colors;
	if (!strcmp(option->name, "allow"))
		return GATE_CHOICE;
	return NULL;
}

static bool is_function(const struct argp_option *option)
{
	return !strcmp(option->name, "device") || !strcmp(option->name, "function");
}

static bool takes_file(const struct argp_option *option)
{
	return option->arg && !strcmp(option->arg, "FILE");
}

/* --- bash: words, and a case for each option that takes an argument. */

static void bash_words(const struct argp_option *option)
{
	printf(" --%s%s", option->name, option->arg ? "=" : "");
	if (is_short(option))
		printf(" -%c", option->key);
}

static void bash_choice(const char *choice)
{
	printf("words='");
	put_words(choice, ' ');
	putchar('\'');
}

static void bash_argument(const struct argp_option *option)
{
	const char *choice = choice_of(option);

	if (!option->arg)
		return;
	printf("\t\t--%s", option->name);
	if (is_short(option))
		printf("|-%c", option->key);
	printf(") ");
	if (choice) {
		bash_choice(choice);
	} else if (!strcmp(option->name, "rule")) {
		printf("words='");
		put_rules(" ");
		putchar('\'');
	} else if (is_function(option)) {
		/* Only a function that zPCI knows has this file. */
		printf("words=$(cd /sys/bus/pci/devices 2>/dev/null && printf '%%s ' */function_id)"
		       " words=${words//\\/function_id} words=${words#\\*}");
	} else if (!strcmp(option->name, "pid")) {
		printf("words=$(cd /proc && echo [0-9]*)");
	} else if (takes_file(option)) {
		printf("files=1");
	} else {
		printf("return");
	}
	printf(" ;;\n");
}

/* True if what is no option can be a file: as args_doc says. */
static bool takes_files(const struct argp *argp)
{
	return argp->args_doc && strstr(argp->args_doc, "FILE");
}

static void bash_begin(const char *program)
{
	printf("# bash completion for %s, made by the program itself\n"
	       "_%s()\n{\n"
	       "\t# By blanks only: addresses have colons, which bash takes for ends of words.\n"
	       "\tlocal line=${COMP_LINE:0:COMP_POINT} words='' files='' cur prev command word kept\n"
	       "\tcur=${line##*[[:space:]]}\n"
	       "\tread -ra line <<<\"${line%%\"$cur\"}\"\n"
	       "\tprev=${line[-1]-} command=${line[1]-}\n"
	       "\tCOMPREPLY=()\n",
	       program, program);
}

static void bash_split(void)
{
	printf("\tkept=${cur%%\"${cur##*[:=]}\"}\n"
	       "\tif [[ $cur == --*=* ]]; then\n"
	       "\t\tprev=${cur%%%%=*} cur=${cur#*=} kept=${kept#*=}\n\tfi\n");
}

static void bash_options(const struct argp *argp)
{
	printf("\t\tcase $prev in\n");
	each_option(argp, bash_argument);
	printf("\t\t*) if [[ $cur == -* ]]; then words='");
	each_option(argp, bash_words);
	printf(" --help'; else ");
	if (is_choice(argp->args_doc))
		bash_choice(argp->args_doc);
	else
		printf("files=%s", takes_files(argp) ? "1" : "");
	printf("; fi ;;\n\t\tesac\n");
}

static void bash_end(const char *program)
{
	printf("\tif [[ $files ]]; then\n"
	       "\t\tcompopt -o filenames 2>/dev/null\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	       "\telse\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	       "\t\tif [[ ${COMPREPLY[0]-} == *= ]]; then compopt -o nospace 2>/dev/null; fi\n"
	       "\tfi\n"
	       "\t# What bash took for words of their own stays as it is.\n"
	       "\tCOMPREPLY=(\"${COMPREPLY[@]#\"$kept\"}\")\n"
	       "}\ncomplete -F _%s %s\n",
	       program, program);
}

static void bash(const struct command *commands, size_t nr)
{
	size_t i;

	bash_begin(ISMTRACE_NAME);
	printf("\tif ((${#line[@]} == 1)); then\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	for (i = 0; i < nr; i++)
		printf("%s ", commands[i].name);
	printf("--help --version' -- \"$cur\")\n\t\treturn\n\tfi\n"
	       "\t# Behind \"--\" stands a command of somebody else.\n"
	       "\tfor word in \"${line[@]}\"; do\n"
	       "\t\tif [[ $word == -- ]]; then\n"
	       "\t\t\tcompopt -o bashdefault -o default 2>/dev/null\n"
	       "\t\t\treturn\n\t\tfi\n\tdone\n");
	bash_split();
	printf("\tcase $command in\n");
	for (i = 0; i < nr; i++) {
		printf("\t%s)\n", commands[i].name);
		bash_options(commands[i].argp);
		printf("\t\t;;\n");
	}
	printf("\tesac\n");
	bash_end(ISMTRACE_NAME);
}

/* --- zsh: one specification of _arguments for each option. */

/* Inside single quotes and brackets. */
static void zsh_text(const char *text)
{
	for (; *text && *text != '\n'; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr("[]:\\", *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void zsh_choice(const char *choice)
{
	putchar('(');
	put_words(choice, ' ');
	putchar(')');
}

static void zsh_argument(const struct argp_option *option)
{
	const char *choice = choice_of(option);

	if (!option->arg)
		return;
	putchar(':');
	zsh_text(option->name);
	putchar(':');
	if (choice) {
		zsh_choice(choice);
	} else if (!strcmp(option->name, "rule")) {
		putchar('(');
		put_rules(" ");
		putchar(')');
	} else if (is_function(option)) {
		printf("_ismtrace_functions");
	} else if (!strcmp(option->name, "pid")) {
		printf("_pids");
	} else if (takes_file(option)) {
		printf("_files");
	}
}

static void zsh_option(const struct argp_option *option)
{
	printf("\t\t\t'*--%s%s[", option->name, option->arg ? "=" : "");
	zsh_text(option->doc ? option->doc : "");
	putchar(']');
	zsh_argument(option);
	printf("' \\\n");
	if (!is_short(option))
		return;
	printf("\t\t\t'*-%c%s[", option->key, option->arg ? "+" : "");
	zsh_text(option->doc ? option->doc : "");
	putchar(']');
	zsh_argument(option);
	printf("' \\\n");
}

static void zsh_begin(const char *program)
{
	printf("#compdef %s\n# made by the program itself\n\n"
	       "_ismtrace_functions()\n{\n"
	       "\tlocal -a functions=(/sys/bus/pci/devices/*/function_id(N:h:t))\n"
	       "\tcompadd -a functions\n}\n\n"
	       "_%s()\n{\n",
	       program, program);
}

static void zsh_options(const struct argp *argp)
{
	printf("\t\t_arguments -s \\\n");
	each_option(argp, zsh_option);
	printf("\t\t\t'--help[show the options]' \\\n\t\t\t");
	if (is_choice(argp->args_doc)) {
		printf("':which:");
		zsh_choice(argp->args_doc);
		puts("'");
	} else {
		puts(takes_files(argp) ? "'*:capture:_files'" : "'*:::command:_normal'");
	}
}

static void zsh(const struct command *commands, size_t nr)
{
	size_t i;

	zsh_begin(ISMTRACE_NAME);
	printf("\tlocal -a commands=(\n");
	for (i = 0; i < nr; i++) {
		printf("\t\t'%s:", commands[i].name);
		zsh_text(commands[i].help);
		printf("'\n");
	}
	printf("\t)\n"
	       "\tif ((CURRENT == 2)); then\n"
	       "\t\t_describe command commands\n\t\treturn\n\tfi\n"
	       "\tlocal command=$words[2]\n"
	       "\tshift words\n\t((CURRENT--))\n"
	       "\tcase $command in\n");
	for (i = 0; i < nr; i++) {
		printf("\t%s)\n", commands[i].name);
		zsh_options(commands[i].argp);
		printf("\t\t;;\n");
	}
	printf("\tesac\n}\n\n_ismtrace \"$@\"\n");
}

/* What `ismtrace completion` was given. */
static error_t parse_completion(int key, char *arg, struct argp_state *state)
{
	const char **shell = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (*shell || (strcmp(arg, "bash") && strcmp(arg, "zsh")))
			option_error(state, "completion of which shell? bash or zsh, not '%s'",
				     arg);
		*shell = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		option_error(state, "completion of which shell? bash or zsh");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child completion_children[] = { { &common_argp, 0, NULL, -1 }, { 0 } };

const struct argp completion_argp = {
	.parser = parse_completion,
	.args_doc = "bash|zsh",
	.doc = "Print what completes this command line, for a shell to read: make install puts it where "
	       "bash and zsh look.\v"
	       "Exit status: 0 done, 2 usage, 5 output failed.",
	.children = completion_children,
};

int completion(int argc, char **argv, const struct command *commands, size_t nr)
{
	const char *shell = NULL;

	options_parse(&completion_argp, "completion", argc, argv, NULL, &shell);
	if (!strcmp(shell, "bash"))
		bash(commands, nr);
	else
		zsh(commands, nr);
	return output_unsaid();
}

int completion_program(const char *shell, const char *program, const struct argp *argp)
{
	if (!strcmp(shell, "bash")) {
		bash_begin(program);
		bash_split();
		bash_options(argp);
		bash_end(program);
	} else if (!strcmp(shell, "zsh")) {
		zsh_begin(program);
		zsh_options(argp);
		printf("}\n\n_%s \"$@\"\n", program);
	} else {
		error("completion of which shell? bash or zsh");
		return EXIT_USAGE;
	}
	return output_unsaid();
}
