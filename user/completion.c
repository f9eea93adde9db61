// SPDX-License-Identifier: GPL-2.0-only
/*
 * completion.c - `ismtrace completion bash|zsh`: what a shell completes, out of
 * the option tables that the commands parse with, so that they cannot differ.
 */
#include "completion.h"

#include <argp.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "rules.h"

typedef void (*option_fn)(const struct argp_option *option);

/* All options of a parser and its children; headings and hidden ones are none. */
static void each_option(const struct argp *argp, option_fn fn)
{
	const struct argp_option *option = argp->options;
	const struct argp_child *child = argp->children;

	for (; option && (option->name || option->key || option->doc); option++)
		if (option->name && !(option->flags & OPTION_HIDDEN))
			fn(option);
	for (; child && child->argp; child++)
		each_option(child->argp, fn);
}

static bool is_short(const struct argp_option *option)
{
	return option->key > 0 && option->key < 0x80 && isprint(option->key);
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
	return NULL;
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
		printf("words='");
		put_words(choice, ' ');
		putchar('\'');
	} else if (!strcmp(option->name, "rule")) {
		printf("words='");
		put_rules(" ");
		putchar('\'');
	} else if (!strcmp(option->name, "device")) {
		printf("words=$(cd /sys/bus/pci/devices 2>/dev/null && echo *)");
	} else if (takes_file(option)) {
		printf("files=1");
	} else {
		printf("return");
	}
	printf(" ;;\n");
}

/* True if what is no option is a file: as args_doc says. */
static bool takes_files(const struct argp *argp)
{
	return argp->args_doc && !strncmp(argp->args_doc, "FILE", 4);
}

static void bash(const struct command *commands, size_t nr)
{
	size_t i;

	printf("# bash completion for ismtrace, made by `ismtrace completion bash`\n"
	       "_ismtrace()\n{\n"
	       "\t# By blanks only: addresses have colons, which bash takes for ends of words.\n"
	       "\tlocal line=${COMP_LINE:0:COMP_POINT} words='' files='' cur prev command word kept\n"
	       "\tcur=${line##*[[:space:]]}\n"
	       "\tread -ra line <<<\"${line%%\"$cur\"}\"\n"
	       "\tprev=${line[-1]-} command=${line[1]-}\n"
	       "\tCOMPREPLY=()\n"
	       "\tif ((${#line[@]} == 1)); then\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	for (i = 0; i < nr; i++)
		if (commands[i].help)
			printf("%s ", commands[i].name);
	printf("--help --version' -- \"$cur\")\n\t\treturn\n\tfi\n"
	       "\t# Behind \"--\" stands a command of somebody else.\n"
	       "\tfor word in \"${line[@]}\"; do\n"
	       "\t\tif [[ $word == -- ]]; then\n"
	       "\t\t\tcompopt -o bashdefault -o default 2>/dev/null\n"
	       "\t\t\treturn\n\t\tfi\n\tdone\n"
	       "\tkept=${cur%%\"${cur##*[:=]}\"}\n"
	       "\tif [[ $cur == --*=* ]]; then\n"
	       "\t\tprev=${cur%%%%=*} cur=${cur#*=} kept=${kept#*=}\n\tfi\n"
	       "\tcase $command in\n");
	for (i = 0; i < nr; i++) {
		if (!commands[i].help || !commands[i].argp)
			continue;
		printf("\t%s)\n\t\tcase $prev in\n", commands[i].name);
		each_option(commands[i].argp, bash_argument);
		printf("\t\t*) if [[ $cur == -* ]]; then words='");
		each_option(commands[i].argp, bash_words);
		printf(" --help'; else files=%s; fi ;;\n\t\tesac\n\t\t;;\n",
		       takes_files(commands[i].argp) ? "1" : "");
	}
	printf("\tesac\n"
	       "\tif [[ $files ]]; then\n"
	       "\t\tcompopt -o filenames 2>/dev/null\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	       "\telse\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	       "\t\tif [[ ${COMPREPLY[0]-} == *= ]]; then compopt -o nospace 2>/dev/null; fi\n"
	       "\tfi\n"
	       "\t# What bash took for words of their own stays as it is.\n"
	       "\tCOMPREPLY=(\"${COMPREPLY[@]#\"$kept\"}\")\n"
	       "}\ncomplete -F _ismtrace ismtrace\n");
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

static void zsh_argument(const struct argp_option *option)
{
	const char *choice = choice_of(option);

	if (!option->arg)
		return;
	putchar(':');
	zsh_text(option->name);
	putchar(':');
	if (choice) {
		putchar('(');
		put_words(choice, ' ');
		putchar(')');
	} else if (!strcmp(option->name, "rule")) {
		putchar('(');
		put_rules(" ");
		putchar(')');
	} else if (!strcmp(option->name, "device")) {
		printf("_ismtrace_functions");
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

static void zsh(const struct command *commands, size_t nr)
{
	size_t i;

	printf("#compdef ismtrace\n# made by `ismtrace completion zsh`\n\n"
	       "_ismtrace_functions()\n{\n"
	       "\tlocal -a functions=(/sys/bus/pci/devices/*(N:t))\n"
	       "\tcompadd -a functions\n}\n\n"
	       "_ismtrace()\n{\n"
	       "\tlocal -a commands=(\n");
	for (i = 0; i < nr; i++) {
		if (!commands[i].help)
			continue;
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
		if (!commands[i].help || !commands[i].argp)
			continue;
		printf("\t%s)\n\t\t_arguments -s \\\n", commands[i].name);
		each_option(commands[i].argp, zsh_option);
		printf("\t\t\t'--help[show the options]' \\\n\t\t\t%s\n\t\t;;\n",
		       takes_files(commands[i].argp) ? "'*:capture:_files'"
						     : "'*:::command:_normal'");
	}
	printf("\tesac\n}\n\n_ismtrace \"$@\"\n");
}

int completion(int argc, char **argv, const struct command *commands, size_t nr)
{
	if (argc == 2 && !strcmp(argv[1], "bash")) {
		bash(commands, nr);
	} else if (argc == 2 && !strcmp(argv[1], "zsh")) {
		zsh(commands, nr);
	} else {
		error("completion of which shell? bash or zsh");
		return EXIT_USAGE;
	}
	if (fflush(stdout) || ferror(stdout)) {
		error("cannot write the output");
		return EXIT_OUTPUT;
	}
	return EXIT_DONE;
}
