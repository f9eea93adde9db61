// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_docs.c - docs/rules.md says what the table says.  The file is the first
 * argument, or $RULES_MD, or where it is seen from the top of the tree.
 */
#include "model/rules.h"

#include <stdlib.h>

#include "unit.h"

static const char *path(int argc, char **argv)
{
	const char *env = getenv("RULES_MD");

	if (argc > 1)
		return argv[1];
	return env ? env : "docs/rules.md";
}

static char *slurp(const char *name)
{
	static char text[65536];
	FILE *file = fopen(name, "r");
	size_t len;

	if (!file)
		return NULL;
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	return text;
}

static unsigned int count(const char *text, const char *part)
{
	unsigned int n = 0;

	for (text = strstr(text, part); text; text = strstr(text + 1, part))
		n++;
	return n;
}

static void rule(const char *text, const struct rule *rule)
{
	char part[256], severity[16];
	const char *section;

	snprintf(part, sizeof(part), "| [%s](#ism%s-%s) | %s | %s |\n", rule->id, rule->id + 3,
		 rule->name, rule->name, severity_name(rule->severity));
	is_int(count(text, part), 1, part);
	snprintf(part, sizeof(part), "\n## %s %s\n\n", rule->id, rule->name);
	is_int(count(text, part), 1, part);
	section = strstr(text, part);
	if (!section)
		return;
	snprintf(severity, sizeof(severity), "%s", severity_name(rule->severity));
	severity[0] = (char)(severity[0] - 'a' + 'A');
	snprintf(part, sizeof(part), "*%s.* ", severity);
	ok(!strncmp(section + strcspn(section, "*"), part, strlen(part)), "%s begins with %s",
	   rule->id, part);
	snprintf(part, sizeof(part), "  %s %s: ", rule->id, rule->name);
	is_int(count(section, part), 1, "an example");
}

int main(int argc, char **argv)
{
	char *text = slurp(path(argc, argv));
	int i;

	if (!ok(text != NULL, "%s can be read", path(argc, argv)))
		return unit_end();
	for (i = 0; i < RULE_COUNT; i++)
		rule(text, &rules[i]);
	is_int(count(text, "\n## ISM"), RULE_COUNT, "no other rules");
	is_int(count(text, "\n**Fix:** "), RULE_COUNT, "a fix for each");
	return unit_end();
}
