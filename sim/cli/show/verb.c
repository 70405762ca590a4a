// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Operations in words: verbs of docs/scenarios.md and docs/agent.md, with their arguments where
 * they belong.
 */
#include <string.h>

#include "show.h"

static const struct show_verb verbs[] = {
	{ "handler", SHOW_MODULE, "registers file handler $1" },
	{ "unhandler", SHOW_MODULE, "unregisters file handler $1" },
	{ "flb", SHOW_MODULE, "links FLB $2 to file handler $1" },
	{ "unflb", SHOW_MODULE, "unlinks FLB $2 from file handler $1" },
	{ "getin", SHOW_MODULE, "asks for the FLB $1 that was handed over" },
	{ "getout", SHOW_MODULE, "asks for the FLB $1 to be handed over" },
	{ "holdin", SHOW_MODULE, "takes a reference to the FLB $1 that was handed over" },
	{ "holdout", SHOW_MODULE, "takes a reference to the FLB $1 to be handed over" },
	{ "putin", SHOW_MODULE, "gives its reference to the FLB $1 that was handed over back" },
	{ "putout", SHOW_MODULE, "gives its reference to the FLB $1 to be handed over back" },
	{ "do", SHOW_MODULE, "does $*" },
	{ "rmmod", SHOW_MODULE, "is unloaded" },
	{ "insmod", SHOW_MODULE, "is loaded" },
	{ "open", SHOW_AGENT, "opens /dev/liveupdate" },
	{ "session", SHOW_AGENT, "makes session \"$1\"" },
	{ "rsession", SHOW_AGENT, "takes session \"$1\" over" },
	{ "preserve", SHOW_AGENT, "preserves file $4 in \"$1\", as token $2" },
	{ "again", SHOW_AGENT, "preserves file $3 once more, in \"$1\" as token $2" },
	{ "retrieve", SHOW_AGENT, "retrieves token $2 of \"$1\"" },
	{ "finish", SHOW_AGENT, "finishes session \"$1\"" },
	{ "close", SHOW_AGENT, "closes session \"$1\"" },
	{ "memfd", SHOW_AGENT, "makes file $1 in memory" },
	{ "check", SHOW_AGENT, "looks at what is in file $1" },
	{ "reboot", SHOW_AGENT, "calls reboot(kexec) $*" },
	{ "prepare", SHOW_AGENT, "calls reboot(kexec), up to the point of no return" },
	{ "jump", SHOW_AGENT, "lets the machine jump $*" },
	{ "panic", SHOW_TEST, "has the kernel panic" },
	{ "cold", SHOW_TEST, "switches the machine off and on" },
	{ 0 },
};

/* Lines of an agent's script. */
static const struct show_verb calls[] = {
	{ "open", SHOW_AGENT, "opens /dev/liveupdate, $1" },
	{ "create", SHOW_AGENT, "makes session \"$2\", $3" },
	{ "createn", SHOW_AGENT, "makes $4 sessions, from \"$2$3\" on" },
	{ "rsession", SHOW_AGENT, "takes session \"$2\" over, $3" },
	{ "preserve", SHOW_AGENT, "preserves file $2 in session $1, as token $3" },
	{ "get", SHOW_AGENT, "retrieves token $2 of session $1, $3" },
	{ "finish", SHOW_AGENT, "finishes session $1" },
	{ "getname", SHOW_AGENT, "asks for the name of session $1" },
	{ "close", SHOW_AGENT, "closes $1" },
	{ "file", SHOW_AGENT, "makes file $1: $2" },
	{ "check", SHOW_AGENT, "looks at what is in file $1" },
	{ "reopen", SHOW_AGENT, "opens the file of $1 once more, $2" },
	{ "dup", SHOW_AGENT, "has another descriptor of $1, $2" },
	{ "raw", SHOW_AGENT, "makes request $2 of its own of $1" },
	{ "null", SHOW_AGENT, "makes request $2 of $1 with NULL" },
	{ "misc", SHOW_AGENT, "does $*" },
	{ "ro", SHOW_AGENT, "in memory that cannot be written to: $*" },
	{ "reboot!", SHOW_AGENT, "loads an image and calls reboot(kexec)" },
	{ "reboot", SHOW_AGENT, "calls reboot(kexec)" },
	{ "--", SHOW_TEST, "remark: $*" },
	{ 0 },
};

static size_t word_length(const char *word)
{
	return strcspn(word, " \t");
}

/* The N-th word, from 0. */
static const char *word_at(const char *text, unsigned int n)
{
	for (text += strspn(text, " \t"); n && *text; n--) {
		text += word_length(text);
		text += strspn(text, " \t");
	}
	return text;
}

const struct show_verb *show_verb(const struct show_step *step)
{
	const struct show_verb *verb = step->is_call ? calls : verbs;
	const char *first;

	if (!step->is_operation)
		return NULL;
	first = word_at(step->text, 0);
	for (; verb->word; verb++) {
		if (strlen(verb->word) == word_length(first) &&
		    !memcmp(verb->word, first, word_length(first)))
			return verb;
	}
	return NULL;
}

const char *show_verb_reason(const char *text)
{
	static const struct {
		const char *words;
		const char *why;
	} reasons[] = {
		{ " preserve again retrieve finish close ", "no session of that name is open" },
		{ " putin putout ", "no reference is kept" },
	};
	char word[16] = "-";

	if (word_length(text) < sizeof(word) - 2)
		snprintf(word, sizeof(word), " %.*s ", (int)word_length(text), text);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strstr(reasons[i].words, word))
			return reasons[i].why;
	}
	return NULL;
}

static void put(struct cli_text *to, const char *text, size_t length)
{
	cli_text_write(to, text, length);
}

void show_verb_sentence(const struct show_verb *verb, const char *text, struct cli_text *to)
{
	const char *at = verb->sentence;

	while (*at) {
		const size_t plain = strcspn(at, "$");
		const char *word;

		if (at[plain] && at[plain + 1] == '*') {
			word = word_at(text, 1);
			/* The blank in front of nothing is none. */
			put(to, at, plain - (plain && !*word));
			put(to, word, strlen(word));
			at += plain + 2;
			continue;
		}
		put(to, at, plain);
		at += plain;
		if (!*at)
			break;
		word = word_at(text, (unsigned int)(at[1] - '0'));
		put(to, word, word_length(word));
		at += 2;
	}
}
