// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What happens in a made-up kernel: modules, what callbacks are told, the agent. */
#include <stdlib.h>
#include <string.h>

#include "sim/explore/compare/making.h"

static unsigned int some_handler(struct lfb_making *m)
{
	return lfb__below(m, m->handlers);
}

static unsigned int some_flb(struct lfb_making *m)
{
	return lfb__below(m, m->flbs);
}

/* The last two are odd, and rare. */
static unsigned int some_name(struct lfb_making *m)
{
	return lfb__percent(m, 4) ? lfb__below(m, LFB_MADE_NAMES) : lfb__below(m, 3);
}

/* One of a table of booleans that is set, or any. */
static unsigned int one_of(struct lfb_making *m, const bool *set)
{
	const unsigned int first = lfb__below(m, LFB_MADE_NAMES);

	for (unsigned int i = 0; i < LFB_MADE_NAMES && !lfb__percent(m, 8); i++) {
		if (set[(first + i) % LFB_MADE_NAMES])
			return (first + i) % LFB_MADE_NAMES;
	}
	return some_name(m);
}

/* Registration */

void lfb__say_handler(struct lfb_making *m, unsigned int handler)
{
	lfb__put(m, "handler %u", handler);
	m->registered[handler] = !m->gone;
}

/* Only of a handler that is registered, but for scenarios about how kernels die. */
void lfb__say_link(struct lfb_making *m, const char *verb)
{
	const unsigned int handler = some_handler(m);

	if (m->registered[handler] || (m->theme == LFB_THEME_DEATHS && lfb__percent(m, 20)))
		lfb__put(m, "%s %u %u", verb, handler, some_flb(m));
}

static void say_unhandler(struct lfb_making *m)
{
	const unsigned int handler = some_handler(m);

	if (!m->registered[handler] && !(m->theme == LFB_THEME_DEATHS && lfb__percent(m, 20)))
		return;
	lfb__put(m, "unhandler %u", handler);
	m->registered[handler] = false;
	/* Linked to what is not there any more; where code goes, too, it is nowhere. */
	if (m->theme != LFB_THEME_LOADING && lfb__percent(m, 25))
		lfb__put(m, "flb %u %u", handler, some_flb(m));
}

static void say_compatible(struct lfb_making *m)
{
	const unsigned int number = lfb__below(m, 3), as = lfb__below(m, 3);

	if (lfb__percent(m, 50))
		lfb__put(m, "compatible h %u handler-%u-v1", number % m->handlers, as);
	else
		lfb__put(m, "compatible flb %u flb-%u-v1", number % m->flbs, as);
}

/* What callbacks are told */

void lfb__say_identity(struct lfb_making *m)
{
	static const char *const how[] = { "none", "inode", "changing", "5", "6" };
	const char *is = how[lfb__below(m, ARRAY_SIZE(how))];

	lfb__put(m, "identity %u %s", some_handler(m), is);
}

static void say_fail(struct lfb_making *m)
{
	static const char *const of_flb[] = { "preserve", "retrieve" };
	static const char *const of_handler[] = { "preserve", "retrieve", "freeze", "can_finish" };
	static const int errors[] = { -5, -12, -22, -16, -2, -28 };
	const int error = lfb__percent(m, 8) ? 0 : errors[lfb__below(m, ARRAY_SIZE(errors))];
	const unsigned int times = error ? 1 + lfb__below(m, 3) : 0;
	const char *what;

	if (lfb__percent(m, 45)) {
		what = of_flb[lfb__below(m, 2)];
		lfb__put(m, "fail flb %u %s %d %u", some_flb(m), what, error, times);
	} else {
		what = of_handler[lfb__below(m, 4)];
		lfb__put(m, "fail h %u %s %d %u", some_handler(m), what, error, times);
	}
}

void lfb__say_when(struct lfb_making *m)
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

	if (lfb__percent(m, 10)) {
		lfb__put(m, "when h %u retrieve no-file", some_handler(m));
	} else if (lfb__percent(m, 20)) {
		lfb__put(m, "forget %s preserve", lfb__percent(m, 50) ? "flb 0" : "h 0");
	} else if (lfb__percent(m, 50)) {
		what = of_flb[lfb__below(m, ARRAY_SIZE(of_flb))];
		lfb__put(m, "when flb %u %s", some_flb(m), what);
	} else {
		what = of_handler[lfb__below(m, ARRAY_SIZE(of_handler))];
		lfb__put(m, "when h %u %s", some_handler(m), what);
	}
}

/* The agent */

void lfb__say_open(struct lfb_making *m)
{
	lfb__put(m, "open");
	m->open = true;
}

static void say_session(struct lfb_making *m)
{
	const unsigned int name = some_name(m);

	lfb__put(m, "session %s", lfb__made_names[name]);
	m->outgoing[name] |= m->open;
}

static void say_rsession(struct lfb_making *m)
{
	const unsigned int name = one_of(m, m->handed);

	lfb__put(m, "rsession %s", lfb__made_names[name]);
	m->incoming[name] |= m->handed[name];
}

static void say_preserve(struct lfb_making *m)
{
	const unsigned int name = one_of(m, m->outgoing);
	const char *token = lfb__some_token(m);

	lfb__put(m, "preserve %s %s %u %u", lfb__made_names[name], token, some_handler(m),
		 m->ino++);
	if (m->nr_files < ARRAY_SIZE(m->files))
		m->files[m->nr_files++] = (struct lfb_made_file){
			name, (unsigned int)strtoul(token, NULL, 10)
		};
}

/* Where steps fail all requests are of one size: reading them is so many steps. */
static void say_argument(struct lfb_making *m)
{
	static const char *const how[] = {
		"read-only", "read-only", "read-only", "unreadable", "short", "long", "tail",
	};

	lfb__put(m, "argument %s", how[lfb__below(m, m->theme == LFB_THEME_FAULTS ? 4 : 7)]);
}

static void say_again(struct lfb_making *m)
{
	const unsigned int ino = 1 + lfb__below(m, m->ino + 1);
	const char *token = lfb__some_token(m);

	lfb__put(m, "again %s %s %u", lfb__made_names[one_of(m, m->outgoing)], token, ino);
}

static void say_retrieve(struct lfb_making *m)
{
	if (m->nr_old_files && !lfb__percent(m, 15)) {
		const struct lfb_made_file *file = &m->old_files[lfb__below(m, m->nr_old_files)];

		if (lfb__percent(m, m->theme == LFB_THEME_FILES ? 30 : 4))
			lfb__put(m, "retrieve %s %u as %u", lfb__made_names[file->name],
				 file->token, 1 + lfb__below(m, 6));
		else
			lfb__put(m, "retrieve %s %u", lfb__made_names[file->name], file->token);
	} else {
		const char *token = lfb__some_token(m);

		lfb__put(m, "retrieve %s %s", lfb__made_names[one_of(m, m->incoming)], token);
	}
}

/* As a rule of what was handed over, at times of what was not. */
static void say_finish(struct lfb_making *m)
{
	const bool other = lfb__percent(m, 5);

	lfb__put(m, "finish %s", lfb__made_names[one_of(m, other ? m->outgoing : m->incoming)]);
}

static void say_close(struct lfb_making *m, bool incoming)
{
	const unsigned int name = one_of(m, incoming ? m->incoming : m->outgoing);

	lfb__put(m, "close %s", lfb__made_names[name]);
	m->incoming[name] = false;
	m->outgoing[name] = false;
}

void lfb__say_object(struct lfb_making *m)
{
	static const char *const plain[] = { "getin", "getout" };
	static const char *const held[] = { "holdin", "holdout", "putin", "putout" };
	const bool other = !lfb__percent(m, m->theme == LFB_THEME_HOLDS ? 30 : 60);
	const unsigned int flb = some_flb(m);

	lfb__put(m, "%s %u", other ? held[lfb__below(m, 4)] : plain[lfb__below(m, 2)], flb);
}

/* Its code comes and goes, and getting a reference to it fails. */
static void say_load(struct lfb_making *m)
{
	if (!m->is_module && lfb__percent(m, 90)) {
		for (unsigned int i = 0; i < m->handlers; i++) {
			if (m->registered[i] && lfb__percent(m, 90))
				say_unhandler(m);
		}
		lfb__put(m, "module");
		m->is_module = true;
	} else if (lfb__percent(m, 15)) {
		lfb__put(m, "fault module %u", 1 + lfb__below(m, 3));
	} else if (lfb__percent(m, 50)) {
		lfb__put(m, "insmod");
		m->gone = false;
	} else {
		lfb__put(m, "rmmod");
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

static const unsigned char likely[LFB_THEMES][DEEDS] = {
	[LFB_THEME_PLAIN] = { 1, 2, 1, 1, 0, 2, 0, 1, 6, 6, 12, 2, 8, 5, 3, 2, 8, 0, 1 },
	[LFB_THEME_LINKS] = { 3, 14, 8, 4, 2, 1, 0, 0, 5, 6, 12, 1, 4, 6, 5, 3, 8, 0, 0 },
	[LFB_THEME_HOLDS] = { 1, 4, 2, 1, 0, 2, 1, 0, 5, 6, 10, 1, 4, 6, 5, 3, 24, 0, 0 },
	[LFB_THEME_FAILURES] = { 1, 3, 1, 1, 0, 16, 0, 0, 6, 6, 12, 1, 8, 7, 4, 3, 6, 0, 8 },
	[LFB_THEME_FILES] = { 1, 2, 1, 1, 0, 2, 0, 0, 4, 5, 18, 10, 12, 5, 4, 2, 3, 5, 2 },
	[LFB_THEME_SESSIONS] = { 1, 1, 0, 0, 0, 1, 0, 3, 18, 12, 6, 1, 4, 8, 8, 6, 2, 0, 5 },
	[LFB_THEME_ANSWERS] = { 1, 3, 1, 1, 1, 2, 12, 0, 6, 6, 12, 1, 8, 6, 4, 3, 8, 2, 3 },
	[LFB_THEME_DAMAGE] = { 1, 2, 1, 0, 0, 1, 0, 0, 6, 7, 12, 0, 8, 6, 2, 2, 6, 0, 0 },
	[LFB_THEME_DEATHS] = { 2, 8, 5, 6, 1, 1, 2, 0, 5, 5, 10, 1, 5, 5, 3, 2, 6, 0, 1 },
	[LFB_THEME_FAULTS] = { 2, 4, 1, 1, 0, 1, 0, 0, 7, 6, 12, 2, 8, 7, 4, 3, 6, 1, 1, 12 },
	[LFB_THEME_RACES] = { 2, 6, 4, 2, 0, 1, 0, 0, 6, 7, 14, 2, 10, 8, 6, 4, 6, 1, 0, 0, 0, 14 },
	[LFB_THEME_LOADING] = { 6, 8, 2, 2, 1, 1, 0, 0, 5, 6, 10, 2, 8, 6, 6, 4, 12, 1, 0, 0, 14 },
};

static void say_fault(struct lfb_making *m);
static void say_at(struct lfb_making *m);

static void say_deed(struct lfb_making *m, enum deed deed)
{
	switch (deed) {
	case DO_HANDLER:
		lfb__say_handler(m, some_handler(m));
		break;
	case DO_LINK:
		lfb__say_link(m, "flb");
		break;
	case DO_UNLINK:
		lfb__say_link(m, "unflb");
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
		lfb__say_when(m);
		break;
	case DO_OPEN:
		lfb__say_open(m);
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
		lfb__say_object(m);
		break;
	case DO_IDENTITY:
		lfb__say_identity(m);
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
static void say_fault(struct lfb_making *m)
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
	const unsigned int which = lfb__below(m, ARRAY_SIZE(kinds));
	const unsigned int nth = 1 + lfb__below(m, kinds[which].steps);

	lfb__put(m, "fault %s %u%s", kinds[which].kind, nth, lfb__percent(m, 20) ? " forever" : "");
	if (lfb__percent(m, 80))
		say_deed(m, kinds[which].deed);
}

/* … and as a rule that. */
static void say_at(struct lfb_making *m)
{
	static const struct {
		const char *point;
		enum deed deed;
	} points[] = {
		{ "preserve", DO_PRESERVE }, { "can_preserve", DO_PRESERVE },
		{ "unpreserve", DO_CLOSE_OUT }, { "retrieve", DO_RETRIEVE },
		{ "retrieve", DO_OBJECT }, { "can_finish", DO_FINISH }, { "finish", DO_FINISH },
	};
	const unsigned int which = lfb__below(m, ARRAY_SIZE(points));

	lfb__say_between(m, points[which].point);
	if (lfb__percent(m, 80))
		say_deed(m, points[which].deed);
}

void lfb__say_any(struct lfb_making *m)
{
	unsigned int total = 0, at;

	for (int i = 0; i < DEEDS; i++)
		total += likely[m->theme][i];
	at = lfb__below(m, total);
	for (int i = 0; i < DEEDS; i++) {
		if (at < likely[m->theme][i]) {
			say_deed(m, (enum deed)i);
			return;
		}
		at -= likely[m->theme][i];
	}
}
