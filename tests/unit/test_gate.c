// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a check has to have looked at before it passes.
 */
#include "model/gate.h"

#include <errno.h>
#include <stdlib.h>

#include "output/findings_list.h"
#include "sample.h"
#include "unit.h"
#include "util/message.h"

static char said[1024];

static void listen(void *arg, const char *line)
{
	snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s\n", line);
}

static void names(void)
{
	char choice[128] = "";
	uint32_t allow = 0;
	int i;

	for (i = 0; i < GATE_LACKS; i++) {
		strcat(choice, i ? "|" : "");
		strcat(choice, gate_names[i]);
	}
	is_str(choice, GATE_CHOICE, "completion has all names");

	is_int(gate_parse("lost,empty", &allow), 0, "two names");
	is_int(allow, GATE_BIT(GATE_LOST) | GATE_BIT(GATE_EMPTY), "are taken");
	is_int(gate_parse("strays", &allow), 0, "one more");
	is_int(allow, GATE_BIT(GATE_LOST) | GATE_BIT(GATE_EMPTY) | GATE_BIT(GATE_STRAYS), "adds");
	is_int(gate_parse("", &allow), -EINVAL, "none");
	is_int(gate_parse("lost,", &allow), -EINVAL, "none behind a comma");
	is_int(gate_parse("los", &allow), -EINVAL, "part of one");
	is_int(gate_parse("all", &allow), -EINVAL, "not everything at once");
}

/* One thing lacks: its bit and no other, its sentence, and --allow of it and nothing else. */
static void lacks(const struct summary *s, enum gate_lack lack, const char *sentence)
{
	char text[256];
	int i;

	is_int(gate_lacks(s), GATE_BIT(lack), gate_names[lack]);
	gate_sentence(s, gate_lacks(s), text, sizeof(text));
	is_str(text, sentence, "its sentence");
	for (i = 0; i < GATE_LACKS; i++) {
		said[0] = '\0';
		is_int(gate_tell(s, GATE_BIT(i), false), i != (int)lack,
		       "allowed by its name only");
		has_str(said, sentence, "told in any case");
	}
	said[0] = '\0';
	ok(gate_tell(s, 0, true), "with findings it is lacking, too");
	ok(!strchr(strchr(said, '\n') + 1, '\n'), "but in one line");
}

static void each(void)
{
	struct summary *s = summary_new();
	int i;

	lacks(s, GATE_EMPTY, "no access was seen");
	s->filtered = 5;
	lacks(s, GATE_FILTERED, "nothing passed the filters: 5 accesses were left out");
	s->examined = 1;
	is_int(gate_lacks(s), 0, "one that passed will do");
	ok(!gate_tell(s, 0, false), "passes");
	for (i = 0; i < LOSS_COUNT; i++) {
		s->lost.n[i] = 1;
		is_int(gate_lacks(s), losses_all(&s->lost) ? GATE_BIT(GATE_LOST) : 0,
		       loss_infos[i].key);
		s->lost.n[i] = 0;
	}
	s->lost.n[LOSS_RING] = 3;
	lacks(s, GATE_LOST, "not in the trace: 3 accesses");
	s->lost.n[LOSS_RING] = 0;
	s->unaccounted = "a capture was cut off";
	lacks(s, GATE_UNACCOUNTED, "it is not known what was lost: a capture was cut off");
	s->unaccounted = NULL;
	s->missing = 7;
	lacks(s, GATE_PARTIAL, "7 recorded accesses are not in what was given");
	s->missing = 0;
	s->strays = 9;
	lacks(s, GATE_STRAYS, "9 packets are no records");
	s->lost.n[LOSS_SLOT] = 2;
	said[0] = '\0';
	ok(gate_tell(s, GATE_BIT(GATE_LOST), false), "two lack, one of them allowed");
	has_str(said,
		"not enough was looked at: not in the trace: 2 accesses; 9 packets are no records\n",
		"one line has both");
	has_str(said, "\n--allow strays lets it pass\n", "what is not allowed is named");
	summary_free(s);
}

/* A status: found wins. */
static void verdicts(void)
{
	struct check_output *check = calloc(1, sizeof(*check));
	struct summary *s = summary_new();

	is_int(check_output_verdict(check, s), EXIT_EVIDENCE, "nothing found in nothing");
	check->options.allow = GATE_BIT(GATE_EMPTY);
	is_int(check_output_verdict(check, s), EXIT_DONE, "allowed");
	check->options.allow = 0;
	check->found = 1;
	is_int(check_output_verdict(check, s), EXIT_FINDINGS, "what is found wins");
	check->found = 0;
	s->examined = 1;
	is_int(check_output_verdict(check, s), EXIT_DONE, "nothing found where something was seen");
	summary_free(s);
	free(check);
}

int main(void)
{
	message_listen((struct message_listener){ listen, NULL });
	names();
	each();
	verdicts();
	return unit_end();
}
