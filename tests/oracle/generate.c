// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Makes scenarios up: what a life of one to five kernels can hold, and what goes wrong in it. */
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/generate.h"
#include "tests/oracle/making.h"

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

/* A reboot that fails, as a rule. */
static void say_abort(struct making *m)
{
	const unsigned int error = 1 + below(m, 30);

	say(m, "fail h %u freeze -%u 1", below(m, m->handlers), error);
	say(m, "prepare");
	say(m, "prepare");
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

	/* What is registered first belongs to whoever has the code then. */
	if (m->theme == LOADING && !m->is_module && percent(m, 80)) {
		say(m, "module");
		m->is_module = true;
	}
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
	/* Kernels boot and jump in steps of their own. */
	if (m->theme == FAULTS)
		say(m, percent(m, 70) ? "fault off" : "fault file-freeze 1");
	if (percent(m, m->theme == DAMAGE ? 90 : 12))
		say_halves(m);
	else if (percent(m, 3))
		say(m, "reboot without liveupdate");
	else if (percent(m, 2))
		say(m, "reboot without kho");
	else if (percent(m, 2))
		say(m, "reboot without handover");
	else if (percent(m, 1))
		say(m, "reboot without image");
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
			say(m, "rsession %s", making_names[i]);
			m->incoming[i] = true;
		}
	}
	for (unsigned int i = 0; i < m->nr_old_files; i++) {
		if (percent(m, 60))
			say(m, "retrieve %s %u", making_names[m->old_files[i].name],
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
		if (m.theme == FILES && percent(&m, 40))
			say_identity(&m);
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
