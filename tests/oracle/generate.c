// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Makes scenarios up: what a life of one to five kernels can hold, and what goes wrong in it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/generate.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define HANDLERS 4
#define FLBS 5
#define NAMES 6
#define TOKENS 8

/* What a scenario is about most; each makes some operations likelier. */
enum theme { PLAIN, LINKS, HOLDS, FAILURES, FILES, SESSIONS, ANSWERS, DAMAGE, DEATHS, THEMES };

static const char *const names[NAMES] = {
	"a", "b", "c", "d", "\"\"",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
};

static const char *const tokens[TOKENS] = {
	"1", "2", "3", "4", "5", "6", "0", "18446744073709551615",
};

struct kept_file {
	unsigned int name, token;
};

struct making {
	u64 state;
	char *text;
	size_t size, room;
	enum theme theme;
	unsigned int handlers, flbs;	/* in use, from 0 */
	unsigned int ino;
	bool registered[HANDLERS];
	bool open;
	bool outgoing[NAMES];		/* session descriptors the agent has */
	bool incoming[NAMES];
	bool handed[NAMES];		/* names the kernel before had */
	struct kept_file files[64];	/* preserved in this kernel, and then in the one before */
	unsigned int nr_files;
	struct kept_file old_files[64];
	unsigned int nr_old_files;
};

static unsigned int below(struct making *m, unsigned int bound)
{
	u64 z = m->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (unsigned int)((z ^ (z >> 31)) % bound);
}

static bool percent(struct making *m, unsigned int chance)
{
	return below(m, 100) < chance;
}

static void say(struct making *m, const char *format, ...) LFB_PRINTF(2, 3);
static void say(struct making *m, const char *format, ...)
{
	va_list args;
	int length;

	if (m->room - m->size < 256) {
		char *more = realloc(m->text, m->room * 2);

		if (!more)
			return;
		m->text = more;
		m->room *= 2;
	}
	va_start(args, format);
	length = vsnprintf(m->text + m->size, m->room - m->size - 1, format, args);
	va_end(args);
	m->size += (size_t)length;
	m->text[m->size++] = '\n';
	m->text[m->size] = '\0';
}

static unsigned int some_handler(struct making *m)
{
	return below(m, m->handlers);
}

static unsigned int some_flb(struct making *m)
{
	return below(m, m->flbs);
}

/* The last two are odd, and rare. */
static unsigned int some_name(struct making *m)
{
	return percent(m, 4) ? below(m, NAMES) : below(m, 3);
}

static const char *some_token(struct making *m)
{
	return tokens[percent(m, 6) ? below(m, TOKENS) : below(m, 4)];
}

/* One of a table of booleans that is set, or any. */
static unsigned int one_of(struct making *m, const bool *set)
{
	const unsigned int first = below(m, NAMES);

	for (unsigned int i = 0; i < NAMES && !percent(m, 8); i++) {
		if (set[(first + i) % NAMES])
			return (first + i) % NAMES;
	}
	return some_name(m);
}

/* Registration */

static void say_handler(struct making *m, unsigned int handler)
{
	say(m, "handler %u", handler);
	m->registered[handler] = true;
}

/* Only of a handler that is registered, but for scenarios about how kernels die. */
static void say_link(struct making *m, const char *verb)
{
	const unsigned int handler = some_handler(m);

	if (m->registered[handler] || (m->theme == DEATHS && percent(m, 20)))
		say(m, "%s %u %u", verb, handler, some_flb(m));
}

static void say_unhandler(struct making *m)
{
	const unsigned int handler = some_handler(m);

	if (!m->registered[handler] && !(m->theme == DEATHS && percent(m, 20)))
		return;
	say(m, "unhandler %u", handler);
	m->registered[handler] = false;
	/* Linked to what is not there any more. */
	if (percent(m, 25))
		say(m, "flb %u %u", handler, some_flb(m));
}

static void say_compatible(struct making *m)
{
	const unsigned int number = below(m, 3), as = below(m, 3);

	if (percent(m, 50))
		say(m, "compatible h %u handler-%u-v1", number % m->handlers, as);
	else
		say(m, "compatible flb %u flb-%u-v1", number % m->flbs, as);
}

/* What callbacks are told */

static void say_fail(struct making *m)
{
	static const char *const of_flb[] = { "preserve", "retrieve" };
	static const char *const of_handler[] = { "preserve", "retrieve", "freeze", "can_finish" };
	static const int errors[] = { -5, -12, -22, -16, -2, -28 };
	const int error = percent(m, 8) ? 0 : errors[below(m, ARRAY_SIZE(errors))];
	const unsigned int times = error ? 1 + below(m, 3) : 0;

	if (percent(m, 45))
		say(m, "fail flb %u %s %d %u", some_flb(m), of_flb[below(m, 2)], error, times);
	else
		say(m, "fail h %u %s %d %u", some_handler(m), of_handler[below(m, 4)], error,
		    times);
}

static void say_when(struct making *m)
{
	static const char *const of_flb[] = {
		"preserve no-obj", "preserve no-data", "preserve data 4660", "preserve obj 64",
		"retrieve no-obj", "retrieve obj 48", "preserve answer 1", "retrieve answer 1",
		"preserve answer -12", "retrieve answer-once -5", "preserve answer-once 2",
		"retrieve answer-once 3",
	};
	static const char *const of_handler[] = {
		"preserve no-data", "preserve data 57005", "preserve answer 1", "freeze answer 1",
		"freeze data 43981", "freeze answer -16", "freeze answer-once -5",
		"retrieve answer -12", "retrieve answer-once -22", "can_finish answer 0",
		"can_preserve answer 0", "can_preserve answer 1", "preserve answer-once -28",
		"preserve answer-once 7",
	};

	if (percent(m, 10))
		say(m, "when h %u retrieve no-file", some_handler(m));
	else if (percent(m, 20))
		say(m, "forget %s preserve", percent(m, 50) ? "flb 0" : "h 0");
	else if (percent(m, 50))
		say(m, "when flb %u %s", some_flb(m), of_flb[below(m, ARRAY_SIZE(of_flb))]);
	else
		say(m, "when h %u %s", some_handler(m),
		    of_handler[below(m, ARRAY_SIZE(of_handler))]);
}

/* The agent */

static void say_open(struct making *m)
{
	say(m, "open");
	m->open = true;
}

static void say_session(struct making *m)
{
	const unsigned int name = some_name(m);

	say(m, "session %s", names[name]);
	m->outgoing[name] |= m->open;
}

static void say_rsession(struct making *m)
{
	const unsigned int name = one_of(m, m->handed);

	say(m, "rsession %s", names[name]);
	m->incoming[name] |= m->handed[name];
}

static void say_preserve(struct making *m)
{
	const unsigned int name = one_of(m, m->outgoing);
	const char *token = some_token(m);

	say(m, "preserve %s %s %u %u", names[name], token, some_handler(m), m->ino++);
	if (m->nr_files < ARRAY_SIZE(m->files))
		m->files[m->nr_files++] = (struct kept_file){
			name, (unsigned int)strtoul(token, NULL, 10)
		};
}

static void say_again(struct making *m)
{
	say(m, "again %s %s %u", names[one_of(m, m->outgoing)], some_token(m),
	    1 + below(m, m->ino + 1));
}

static void say_retrieve(struct making *m)
{
	if (m->nr_old_files && !percent(m, 15)) {
		const struct kept_file *file = &m->old_files[below(m, m->nr_old_files)];

		say(m, "retrieve %s %u", names[file->name], file->token);
	} else {
		say(m, "retrieve %s %s", names[one_of(m, m->incoming)], some_token(m));
	}
}

/* As a rule of what was handed over, at times of what was not. */
static void say_finish(struct making *m)
{
	const bool other = percent(m, 5);

	say(m, "finish %s", names[one_of(m, other ? m->outgoing : m->incoming)]);
}

static void say_close(struct making *m, bool incoming)
{
	const unsigned int name = one_of(m, incoming ? m->incoming : m->outgoing);

	say(m, "close %s", names[name]);
	m->incoming[name] = false;
	m->outgoing[name] = false;
}

static void say_object(struct making *m)
{
	static const char *const plain[] = { "getin", "getout" };
	static const char *const held[] = { "holdin", "holdout", "putin", "putout" };

	if (percent(m, m->theme == HOLDS ? 30 : 60))
		say(m, "%s %u", plain[below(m, 2)], some_flb(m));
	else
		say(m, "%s %u", held[below(m, 4)], some_flb(m));
}

/* What happens in a kernel; how likely, by theme. */
enum deed {
	DO_HANDLER, DO_LINK, DO_UNLINK, DO_UNHANDLER, DO_COMPATIBLE, DO_FAIL, DO_WHEN, DO_OPEN,
	DO_SESSION, DO_RSESSION, DO_PRESERVE, DO_AGAIN, DO_RETRIEVE, DO_FINISH, DO_CLOSE_OUT,
	DO_CLOSE_IN, DO_OBJECT, DO_ABORT, DEEDS
};

static const unsigned char likely[THEMES][DEEDS] = {
	[PLAIN] = { 1, 2, 1, 1, 0, 2, 0, 1, 6, 6, 12, 2, 8, 5, 3, 2, 8, 1 },
	[LINKS] = { 3, 14, 8, 4, 2, 1, 0, 0, 5, 6, 12, 1, 4, 6, 5, 3, 8, 1 },
	[HOLDS] = { 1, 4, 2, 1, 0, 2, 1, 0, 5, 6, 10, 1, 4, 6, 5, 3, 24, 1 },
	[FAILURES] = { 1, 3, 1, 1, 0, 16, 0, 0, 6, 6, 12, 1, 8, 7, 4, 3, 6, 4 },
	[FILES] = { 1, 2, 1, 1, 0, 2, 0, 0, 4, 5, 18, 10, 12, 5, 4, 2, 3, 1 },
	[SESSIONS] = { 1, 1, 0, 0, 0, 1, 0, 3, 18, 12, 6, 1, 4, 8, 8, 6, 2, 1 },
	[ANSWERS] = { 1, 3, 1, 1, 1, 2, 12, 0, 6, 6, 12, 1, 8, 6, 4, 3, 8, 2 },
	[DAMAGE] = { 1, 2, 1, 0, 0, 1, 0, 0, 6, 7, 12, 0, 8, 6, 2, 2, 6, 0 },
	[DEATHS] = { 2, 8, 5, 6, 1, 1, 2, 0, 5, 5, 10, 1, 5, 5, 3, 2, 6, 0 },
};

/* A reboot that fails, as a rule. */
static void say_abort(struct making *m)
{
	say(m, "fail h %u freeze -%u 1", some_handler(m), 1 + below(m, 30));
	say(m, "prepare");
	say(m, "prepare");
}

static void say_deed(struct making *m, enum deed deed)
{
	switch (deed) {
	case DO_HANDLER:
		say_handler(m, some_handler(m));
		break;
	case DO_LINK:
		say_link(m, "flb");
		break;
	case DO_UNLINK:
		say_link(m, "unflb");
		break;
	case DO_UNHANDLER:
		say_unhandler(m);
		break;
	case DO_COMPATIBLE:
		say_compatible(m);
		break;
	case DO_FAIL:
		say_fail(m);
		break;
	case DO_WHEN:
		say_when(m);
		break;
	case DO_OPEN:
		say_open(m);
		break;
	case DO_SESSION:
		say_session(m);
		break;
	case DO_RSESSION:
		say_rsession(m);
		break;
	case DO_PRESERVE:
		say_preserve(m);
		break;
	case DO_AGAIN:
		say_again(m);
		break;
	case DO_RETRIEVE:
		say_retrieve(m);
		break;
	case DO_FINISH:
		say_finish(m);
		break;
	case DO_CLOSE_OUT:
		say_close(m, false);
		break;
	case DO_CLOSE_IN:
		say_close(m, true);
		break;
	case DO_OBJECT:
		say_object(m);
		break;
	case DO_ABORT:
	case DEEDS:
		break;
	}
}

static void say_any(struct making *m)
{
	unsigned int total = 0, at;

	for (int i = 0; i < DEEDS; i++)
		total += likely[m->theme][i];
	at = below(m, total);
	for (int i = 0; i < DEEDS; i++) {
		if (at < likely[m->theme][i]) {
			say_deed(m, (enum deed)i);
			return;
		}
		at -= likely[m->theme][i];
	}
}

/* More than a page holds of one thing: 51 sessions, 63 files, 63 FLBs. */
static void say_many(struct making *m)
{
	const unsigned int count = 48 + below(m, 24);
	const unsigned int what = below(m, 3);

	for (unsigned int i = 0; i < count; i++) {
		if (what == 0)
			say(m, "session s%u", i);
		else if (what == 1)
			say(m, "preserve a %u 0 %u", 100 + i, 100 + i);
		else
			say(m, "flb 0 %u", 10 + i);
	}
	for (unsigned int i = 0; i < count; i += 1 + below(m, 9)) {
		if (what == 0)
			say(m, "close s%u", i);
		else if (what == 2)
			say(m, "unflb 0 %u", 10 + i);
	}
}

static void begin_kernel(struct making *m)
{
	memset(m->registered, 0, sizeof(m->registered));
	memset(m->outgoing, 0, sizeof(m->outgoing));
	memset(m->incoming, 0, sizeof(m->incoming));
	m->open = false;
	m->ino = 1;
}

/* Each kernel has other modules, and they are loaded in another order. */
static void say_modules(struct making *m)
{
	const unsigned int first = below(m, m->handlers), links = below(m, 5);

	if (m->open || percent(m, 12))
		say_open(m);
	for (unsigned int i = 0; i < m->handlers; i++) {
		if (!percent(m, 12))
			say_handler(m, (first + i) % m->handlers);
	}
	for (unsigned int i = 0; i < links; i++)
		say_link(m, "flb");
	if (m->theme == HOLDS || percent(m, 20))
		say_object(m);
	if (!m->open && !percent(m, 4))
		say_open(m);
}

static void say_damage(struct making *m)
{
	/* What is as likely right as wrong; addresses are none that any memory has. */
	static const char *const kinds[] = {
		"tree 0 0", "tree 0 3842036330606458220", "tree 8 5", "tree 16 0",
		"tree 16 70368744177664", "tree 24 0", "tree 24 70368744177664", "session 0 0",
		"session 0 70368744177664", "session 8 0", "session 8 1", "session 8 2",
		"session 8 3", "session 8 51", "session 8 52", "session 8 18446744073709551615",
		"session 16 97", "session 16 98", "session 16 0", "session 16 122",
		"session 80 0", "session 80 70368744177664", "session 88 0", "session 88 1",
		"session 88 2", "session 88 9223372036854775808", "session 96 97",
		"session 160 0", "session 168 0", "session 168 1",
		"flb 0 0", "flb 0 7", "flb 8 0", "flb 8 1", "flb 8 2", "flb 8 20",
		"flb 16 0", "flb 16 122", "flb 64 0", "flb 64 4096", "flb 72 0", "flb 72 1",
		"flb 72 2", "flb 72 3", "flb 72 2147483648", "flb 72 4294967296",
		"flb 72 4294967297", "flb 72 2147483647", "flb 72 3221225472", "flb 136 0",
		"flb 136 1", "flb 136 2", "flb 128 57005", "flb 4092 0", "session 4088 1",
	};

	for (unsigned int i = 1 + below(m, 2); i; i--)
		say(m, "damage %s", kinds[below(m, ARRAY_SIZE(kinds))]);
}

/* Between the halves only what waits for nobody who is in the middle of a reboot. */
static void say_halves(struct making *m)
{
	say(m, "prepare");
	if (m->theme == DAMAGE)
		say_damage(m);
	else if (percent(m, 50))
		say_object(m);
	if (percent(m, 15))
		say_link(m, percent(m, 50) ? "flb" : "unflb");
	if (percent(m, 10))
		say_object(m);
	say(m, "jump%s", percent(m, 4) ? " without liveupdate" : "");
}

static void say_reboot(struct making *m)
{
	if (percent(m, m->theme == DAMAGE ? 90 : 12))
		say_halves(m);
	else if (percent(m, 3))
		say(m, "reboot without liveupdate");
	else if (percent(m, 2))
		say(m, "reboot without kho");
	else if (percent(m, 2))
		say(m, "cold");
	else
		say(m, "reboot");
	for (unsigned int i = 0; i < NAMES; i++)
		m->handed[i] = m->outgoing[i] || (m->handed[i] && percent(m, 10));
	memcpy(m->old_files, m->files, sizeof(m->files));
	m->nr_old_files = m->nr_files;
	m->nr_files = 0;
	begin_kernel(m);
}

/* What an agent does that wants it all back. */
static void say_restore(struct making *m)
{
	for (unsigned int i = 0; i < NAMES; i++) {
		if (m->handed[i] && !percent(m, 20)) {
			say(m, "rsession %s", names[i]);
			m->incoming[i] = true;
		}
	}
	for (unsigned int i = 0; i < m->nr_old_files; i++) {
		if (percent(m, 60))
			say(m, "retrieve %s %u", names[m->old_files[i].name],
			    m->old_files[i].token);
	}
}

char *scenario_generate(u64 seed, unsigned long number)
{
	struct making m = { .state = seed * 0x2545f4914f6cdd1dull + number, .room = 4096 };
	unsigned int kernels, deeds;

	m.text = calloc(1, m.room);
	if (!m.text)
		return NULL;
	m.theme = (enum theme)below(&m, THEMES);
	m.handlers = 1 + below(&m, HANDLERS);
	m.flbs = 1 + below(&m, FLBS);
	kernels = 1 + below(&m, 4);
	begin_kernel(&m);
	for (unsigned int k = 0; k < kernels; k++) {
		if (m.theme == ANSWERS)
			say_when(&m);
		say_modules(&m);
		if (k && percent(&m, 60))
			say_restore(&m);
		deeds = below(&m, percent(&m, 10) ? 60 : 18);
		for (unsigned int i = 0; i < deeds; i++)
			say_any(&m);
		if (percent(&m, 2))
			say_many(&m);
		if (percent(&m, 4))
			say_abort(&m);
		if (k + 1 < kernels || percent(&m, 20))
			say_reboot(&m);
	}
	return m.text;
}
