// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Makes scenarios up: what a life of one to five kernels can hold, and what goes wrong in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/compare/compare.h"
#include "sim/explore/compare/making.h"

/* More than a page holds of one thing: 51 sessions, 63 files, 63 FLBs. */
static void say_many(struct lfb_making *m)
{
	const unsigned int count = 48 + lfb__below(m, 24);
	const unsigned int what = lfb__below(m, 3);

	for (unsigned int i = 0; i < count; i++) {
		if (what == 0)
			lfb__put(m, "session s%u", i);
		else if (what == 1)
			lfb__put(m, "preserve a %u 0 %u", 100 + i, 100 + i);
		else
			lfb__put(m, "flb 0 %u", 10 + i);
	}
	for (unsigned int i = 0; i < count; i += 1 + lfb__below(m, 9)) {
		if (what == 0)
			lfb__put(m, "close s%u", i);
		else if (what == 2)
			lfb__put(m, "unflb 0 %u", 10 + i);
	}
}

/* A reboot that fails, as a rule. */
static void say_abort(struct lfb_making *m)
{
	const unsigned int error = 1 + lfb__below(m, 30);

	lfb__put(m, "fail h %u freeze -%u 1", lfb__below(m, m->handlers), error);
	if (m->theme == LFB_THEME_RACES)
		lfb__say_between(m, lfb__percent(m, 50) ? "freeze" : "unfreeze");
	lfb__put(m, "prepare");
	lfb__put(m, "prepare");
}

/* Each kernel has other modules, and they are loaded in another order. */
static void say_modules(struct lfb_making *m)
{
	const unsigned int first = lfb__below(m, m->handlers), links = lfb__below(m, 5);

	/* What is registered first belongs to whoever has the code then. */
	if (m->theme == LFB_THEME_LOADING && !m->is_module && lfb__percent(m, 80)) {
		lfb__put(m, "module");
		m->is_module = true;
	}
	if (m->open || lfb__percent(m, 12))
		lfb__say_open(m);
	for (unsigned int i = 0; i < m->handlers; i++) {
		if (!lfb__percent(m, 12))
			lfb__say_handler(m, (first + i) % m->handlers);
	}
	for (unsigned int i = 0; i < links; i++)
		lfb__say_link(m, "flb");
	if (m->theme == LFB_THEME_HOLDS || lfb__percent(m, 20))
		lfb__say_object(m);
	if (!m->open && !lfb__percent(m, 4))
		lfb__say_open(m);
}

static void say_damage(struct lfb_making *m)
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

	for (unsigned int i = 1 + lfb__below(m, 2); i; i--)
		lfb__put(m, "damage %s", kinds[lfb__below(m, ARRAY_SIZE(kinds))]);
}

/* Between the halves only what waits for nobody who is in the middle of a reboot. */
static void say_halves(struct lfb_making *m)
{
	lfb__put(m, "prepare");
	if (m->theme == LFB_THEME_DAMAGE)
		say_damage(m);
	else if (lfb__percent(m, 50))
		lfb__say_object(m);
	if (lfb__percent(m, 15))
		lfb__say_link(m, lfb__percent(m, 50) ? "flb" : "unflb");
	if (lfb__percent(m, 10))
		lfb__say_object(m);
	lfb__put(m, "jump%s", lfb__percent(m, 4) ? " without liveupdate" : "");
}

/* What fails in the reboot call, or in the boot: records of blocks, the state, its entry. */
static void say_boot_fault(struct lfb_making *m)
{
	static const char *const kinds[] = { "alloc", "alloc", "kho", "fdt" };
	const char *kind = kinds[lfb__below(m, ARRAY_SIZE(kinds))];

	if (lfb__percent(m, 40))
		lfb__put(m, "fault off");
	else if (lfb__percent(m, 35))
		lfb__put(m, "fault file-freeze %u", 1 + lfb__below(m, 3));
	else
		lfb__put(m, "fault %s %u%s", kind, 1 + lfb__below(m, 6),
			 lfb__percent(m, 20) ? " forever" : "");
}

static void say_reboot(struct lfb_making *m)
{
	if (m->theme == LFB_THEME_FAULTS)
		say_boot_fault(m);
	if (m->theme == LFB_THEME_RACES && lfb__percent(m, 25))
		lfb__say_between(m, "freeze");
	if (lfb__percent(m, m->theme == LFB_THEME_DAMAGE ? 90 : 12))
		say_halves(m);
	else if (lfb__percent(m, 3))
		lfb__put(m, "reboot without liveupdate");
	else if (lfb__percent(m, 2))
		lfb__put(m, "reboot without kho");
	else if (lfb__percent(m, 2))
		lfb__put(m, "reboot without handover");
	else if (lfb__percent(m, 1))
		lfb__put(m, "reboot without image");
	else if (lfb__percent(m, 2))
		lfb__put(m, "cold");
	else
		lfb__put(m, "reboot");
	for (unsigned int i = 0; i < LFB_MADE_NAMES; i++)
		m->handed[i] = m->outgoing[i] || (m->handed[i] && lfb__percent(m, 10));
	memcpy(m->old_files, m->files, sizeof(m->files));
	m->nr_old_files = m->nr_files;
	m->nr_files = 0;
	lfb__begin_kernel(m);
}

/* What an agent does that wants it all back. */
static void say_restore(struct lfb_making *m)
{
	for (unsigned int i = 0; i < LFB_MADE_NAMES; i++) {
		if (m->handed[i] && !lfb__percent(m, 20)) {
			lfb__put(m, "rsession %s", lfb__made_names[i]);
			m->incoming[i] = true;
		}
	}
	for (unsigned int i = 0; i < m->nr_old_files; i++) {
		if (lfb__percent(m, 60))
			lfb__put(m, "retrieve %s %u", lfb__made_names[m->old_files[i].name],
			    m->old_files[i].token);
	}
}

static void make(struct lfb_making *m)
{
	unsigned int kernels, deeds;

	m->theme = (enum lfb_theme)lfb__below(m, LFB_THEMES);
	m->handlers = 1 + lfb__below(m, LFB_MADE_HANDLERS);
	m->flbs = 1 + lfb__below(m, LFB_MADE_FLBS);
	kernels = 1 + lfb__below(m, 4);
	lfb__begin_kernel(m);
	for (unsigned int k = 0; k < kernels; k++) {
		if (m->theme == LFB_THEME_ANSWERS)
			lfb__say_when(m);
		if (m->theme == LFB_THEME_FILES && lfb__percent(m, 40))
			lfb__say_identity(m);
		say_modules(m);
		if (k && lfb__percent(m, 60))
			say_restore(m);
		deeds = lfb__below(m, lfb__percent(m, 10) ? 60 : 18);
		for (unsigned int i = 0; i < deeds; i++)
			lfb__say_any(m);
		if (lfb__percent(m, 2))
			say_many(m);
		if (lfb__percent(m, 4))
			say_abort(m);
		if (k + 1 < kernels || lfb__percent(m, 20))
			say_reboot(m);
	}
}

int lfb_scenario_generate(u64 seed, unsigned long number, struct lfb_scenario **scenario)
{
	struct lfb_making m = { .state = seed * 0x2545f4914f6cdd1dull + number, .room = 4096 };
	char name[64];
	int err;

	if (!scenario)
		return lfb__error(NULL, -EINVAL, "lfb_scenario_generate(): no place for it");
	*scenario = NULL;
	m.text = calloc(1, m.room);
	if (m.text && number % 2)
		lfb__make_life(&m);
	else if (m.text)
		make(&m);
	if (!m.text || m.no_memory) {
		err = lfb__error(NULL, -ENOMEM, "no memory to make a scenario up");
	} else {
		snprintf(name, sizeof(name), "scenario %lu of seed %llu", number, seed);
		err = lfb_scenario_parse(name, m.text, m.size, scenario);
	}
	free(m.text);
	return err;
}
