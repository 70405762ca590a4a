// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What happens in a made-up kernel: modules, what callbacks are told, the agent. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/making.h"

const char *const making_names[NAMES] = {
	"a", "b", "c", "d", "\"\"",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
};

static const char *const tokens[TOKENS] = {
	"1", "2", "3", "4", "5", "6", "0", "18446744073709551615",
};

unsigned int below(struct making *m, unsigned int bound)
{
	u64 z = m->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (unsigned int)((z ^ (z >> 31)) % bound);
}

bool percent(struct making *m, unsigned int chance)
{
	return below(m, 100) < chance;
}

void say(struct making *m, const char *format, ...)
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

void say_handler(struct making *m, unsigned int handler)
{
	say(m, "handler %u", handler);
	m->registered[handler] = !m->gone;
}

/* Only of a handler that is registered, but for scenarios about how kernels die. */
void say_link(struct making *m, const char *verb)
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
	/* Linked to what is not there any more; where code goes, too, it is nowhere. */
	if (m->theme != LOADING && percent(m, 25))
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

void say_identity(struct making *m)
{
	static const char *const how[] = { "none", "inode", "changing", "5", "6" };
	const char *is = how[below(m, ARRAY_SIZE(how))];

	say(m, "identity %u %s", some_handler(m), is);
}

static void say_fail(struct making *m)
{
	static const char *const of_flb[] = { "preserve", "retrieve" };
	static const char *const of_handler[] = { "preserve", "retrieve", "freeze", "can_finish" };
	static const int errors[] = { -5, -12, -22, -16, -2, -28 };
	const int error = percent(m, 8) ? 0 : errors[below(m, ARRAY_SIZE(errors))];
	const unsigned int times = error ? 1 + below(m, 3) : 0;
	const char *what;

	if (percent(m, 45)) {
		what = of_flb[below(m, 2)];
		say(m, "fail flb %u %s %d %u", some_flb(m), what, error, times);
	} else {
		what = of_handler[below(m, 4)];
		say(m, "fail h %u %s %d %u", some_handler(m), what, error, times);
	}
}

void say_when(struct making *m)
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
	const char *what;

	if (percent(m, 10)) {
		say(m, "when h %u retrieve no-file", some_handler(m));
	} else if (percent(m, 20)) {
		say(m, "forget %s preserve", percent(m, 50) ? "flb 0" : "h 0");
	} else if (percent(m, 50)) {
		what = of_flb[below(m, ARRAY_SIZE(of_flb))];
		say(m, "when flb %u %s", some_flb(m), what);
	} else {
		what = of_handler[below(m, ARRAY_SIZE(of_handler))];
		say(m, "when h %u %s", some_handler(m), what);
	}
}

/* The agent */

void say_open(struct making *m)
{
	say(m, "open");
	m->open = true;
}

static void say_session(struct making *m)
{
	const unsigned int name = some_name(m);

	say(m, "session %s", making_names[name]);
	m->outgoing[name] |= m->open;
}

static void say_rsession(struct making *m)
{
	const unsigned int name = one_of(m, m->handed);

	say(m, "rsession %s", making_names[name]);
	m->incoming[name] |= m->handed[name];
}

static void say_preserve(struct making *m)
{
	const unsigned int name = one_of(m, m->outgoing);
	const char *token = some_token(m);

	say(m, "preserve %s %s %u %u", making_names[name], token, some_handler(m), m->ino++);
	if (m->nr_files < ARRAY_SIZE(m->files))
		m->files[m->nr_files++] = (struct kept_file){
			name, (unsigned int)strtoul(token, NULL, 10)
		};
}

/* As a rule a request that can be answered, and then one that was not. */
static void say_argument(struct making *m)
{
	say(m, "argument %s", percent(m, 70) ? "read-only" : "unreadable");
}

static void say_again(struct making *m)
{
	const unsigned int ino = 1 + below(m, m->ino + 1);
	const char *token = some_token(m);

	say(m, "again %s %s %u", making_names[one_of(m, m->outgoing)], token, ino);
}

static void say_retrieve(struct making *m)
{
	if (m->nr_old_files && !percent(m, 15)) {
		const struct kept_file *file = &m->old_files[below(m, m->nr_old_files)];

		if (percent(m, m->theme == FILES ? 30 : 4))
			say(m, "retrieve %s %u as %u", making_names[file->name], file->token,
			    1 + below(m, 6));
		else
			say(m, "retrieve %s %u", making_names[file->name], file->token);
	} else {
		const char *token = some_token(m);

		say(m, "retrieve %s %s", making_names[one_of(m, m->incoming)], token);
	}
}

/* As a rule of what was handed over, at times of what was not. */
static void say_finish(struct making *m)
{
	const bool other = percent(m, 5);

	say(m, "finish %s", making_names[one_of(m, other ? m->outgoing : m->incoming)]);
}

static void say_close(struct making *m, bool incoming)
{
	const unsigned int name = one_of(m, incoming ? m->incoming : m->outgoing);

	say(m, "close %s", making_names[name]);
	m->incoming[name] = false;
	m->outgoing[name] = false;
}

void say_object(struct making *m)
{
	static const char *const plain[] = { "getin", "getout" };
	static const char *const held[] = { "holdin", "holdout", "putin", "putout" };
	const bool other = !percent(m, m->theme == HOLDS ? 30 : 60);
	const unsigned int flb = some_flb(m);

	say(m, "%s %u", other ? held[below(m, 4)] : plain[below(m, 2)], flb);
}

/* Another thread, in the middle of something. */
static void say_between(struct making *m, const char *point)
{
	const unsigned int nth = 1 + below(m, 3), ino = m->ino++;
	const char *name = making_names[below(m, 3)], *token = some_token(m);

	switch (below(m, 8)) {
	case 0:
		say(m, "at %s %u session %s", point, nth, name);
		break;
	case 1:
		say(m, "at %s %u rsession %s", point, nth, name);
		break;
	case 2:
		say(m, "at %s %u preserve %s %s %u %u", point, nth, name, token, some_handler(m),
		    ino);
		break;
	case 3:
		say(m, "at %s %u retrieve %s %s", point, nth, name, token);
		break;
	case 4:
		say(m, "at %s %u finish %s", point, nth, name);
		break;
	case 5:
		say(m, "at %s %u close %s", point, nth, name);
		break;
	case 6:
		say(m, "at %s %u %s %u", point, nth, percent(m, 50) ? "getin" : "getout",
		    below(m, m->flbs));
		break;
	default:
		say(m, "at %s %u handler %u", point, nth, some_handler(m));
		break;
	}
}

/* Its code comes and goes, and getting a reference to it fails. */
static void say_load(struct making *m)
{
	if (!m->is_module && percent(m, 90)) {
		for (unsigned int i = 0; i < m->handlers; i++) {
			if (m->registered[i] && percent(m, 90))
				say_unhandler(m);
		}
		say(m, "module");
		m->is_module = true;
	} else if (percent(m, 15)) {
		say(m, "fault module %u", 1 + below(m, 3));
	} else if (percent(m, 50)) {
		say(m, "insmod");
		m->gone = false;
	} else {
		say(m, "rmmod");
		m->gone = m->is_module;
		memset(m->registered, 0, sizeof(m->registered));
	}
}

/* What happens in a kernel; how likely, by theme. */
enum deed {
	DO_HANDLER, DO_LINK, DO_UNLINK, DO_UNHANDLER, DO_COMPATIBLE, DO_FAIL, DO_WHEN, DO_OPEN,
	DO_SESSION, DO_RSESSION, DO_PRESERVE, DO_AGAIN, DO_RETRIEVE, DO_FINISH, DO_CLOSE_OUT,
	DO_CLOSE_IN, DO_OBJECT, DO_IDENTITY, DO_ARGUMENT, DO_FAULT, DO_LOAD, DO_AT, DEEDS
};

static const unsigned char likely[THEMES][DEEDS] = {
	[PLAIN] = { 1, 2, 1, 1, 0, 2, 0, 1, 6, 6, 12, 2, 8, 5, 3, 2, 8, 0, 1 },
	[LINKS] = { 3, 14, 8, 4, 2, 1, 0, 0, 5, 6, 12, 1, 4, 6, 5, 3, 8, 0, 0 },
	[HOLDS] = { 1, 4, 2, 1, 0, 2, 1, 0, 5, 6, 10, 1, 4, 6, 5, 3, 24, 0, 0 },
	[FAILURES] = { 1, 3, 1, 1, 0, 16, 0, 0, 6, 6, 12, 1, 8, 7, 4, 3, 6, 0, 8 },
	[FILES] = { 1, 2, 1, 1, 0, 2, 0, 0, 4, 5, 18, 10, 12, 5, 4, 2, 3, 5, 2 },
	[SESSIONS] = { 1, 1, 0, 0, 0, 1, 0, 3, 18, 12, 6, 1, 4, 8, 8, 6, 2, 0, 5 },
	[ANSWERS] = { 1, 3, 1, 1, 1, 2, 12, 0, 6, 6, 12, 1, 8, 6, 4, 3, 8, 2, 3 },
	[DAMAGE] = { 1, 2, 1, 0, 0, 1, 0, 0, 6, 7, 12, 0, 8, 6, 2, 2, 6, 0, 0 },
	[DEATHS] = { 2, 8, 5, 6, 1, 1, 2, 0, 5, 5, 10, 1, 5, 5, 3, 2, 6, 0, 1 },
	[FAULTS] = { 2, 4, 1, 1, 0, 1, 0, 0, 7, 6, 12, 2, 8, 7, 4, 3, 6, 1, 1, 12 },
	[RACES] = { 2, 6, 4, 2, 0, 1, 0, 0, 6, 7, 14, 2, 10, 8, 6, 4, 6, 1, 0, 0, 0, 14 },
	[LOADING] = { 6, 8, 2, 2, 1, 1, 0, 0, 5, 6, 10, 2, 8, 6, 6, 4, 12, 1, 0, 0, 14 },
};

static void say_fault(struct making *m);
static void say_at(struct making *m);

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
	case DO_IDENTITY:
		say_identity(m);
		break;
	case DO_ARGUMENT:
		say_argument(m);
		break;
	case DO_FAULT:
		say_fault(m);
		break;
	case DO_LOAD:
		say_load(m);
		break;
	case DO_AT:
		say_at(m);
		break;
	case DEEDS:
		break;
	}
}

/* A step that fails, and as a rule what takes such steps. */
static void say_fault(struct making *m)
{
	static const struct {
		const char *kind;
		enum deed deed;
		unsigned int steps;	/* about as many as it takes */
	} kinds[] = {
		{ "file-preserve", DO_PRESERVE, 2 }, { "file-freeze", DEEDS, 3 },
		{ "file-retrieve", DO_RETRIEVE, 2 }, { "file-can-finish", DO_FINISH, 2 },
		{ "flb-preserve", DO_PRESERVE, 3 }, { "flb-retrieve", DO_OBJECT, 2 },
		{ "user-read", DO_SESSION, 3 }, { "user-write", DO_RETRIEVE, 2 },
		{ "user-write", DO_RSESSION, 2 }, { "alloc", DO_SESSION, 6 },
		{ "alloc", DO_PRESERVE, 8 }, { "alloc", DO_RETRIEVE, 6 }, { "alloc", DO_LINK, 2 },
		{ "alloc", DO_OPEN, 8 }, { "kho", DO_PRESERVE, 2 }, { "kho", DO_SESSION, 2 },
	};
	const unsigned int which = below(m, ARRAY_SIZE(kinds));
	const unsigned int nth = 1 + below(m, kinds[which].steps);

	say(m, "fault %s %u%s", kinds[which].kind, nth, percent(m, 20) ? " forever" : "");
	if (percent(m, 80))
		say_deed(m, kinds[which].deed);
}

/* … and as a rule that. */
static void say_at(struct making *m)
{
	static const struct {
		const char *point;
		enum deed deed;
	} points[] = {
		{ "preserve", DO_PRESERVE }, { "can_preserve", DO_PRESERVE },
		{ "unpreserve", DO_CLOSE_OUT }, { "retrieve", DO_RETRIEVE },
		{ "retrieve", DO_OBJECT }, { "can_finish", DO_FINISH }, { "finish", DO_FINISH },
	};
	const unsigned int which = below(m, ARRAY_SIZE(points));

	say_between(m, points[which].point);
	if (percent(m, 80))
		say_deed(m, points[which].deed);
}

void say_any(struct making *m)
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
