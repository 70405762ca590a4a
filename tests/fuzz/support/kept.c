// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/choose.h>
#include <luo/fault.h>
#include <luo/finding.h>
#include <luo/profile.h>

#include "lib/orchestrator.h"
#include "sim/handover/handover.h"
#include "sim/handover/inspect.h"
#include "sim/machine/machine.h"
#include "tests/fuzz/support/support.h"

void fuzz_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

struct lfb_blob *fuzz_blob(const u8 *data, size_t size)
{
	struct lfb_blob *blob;
	u8 *mended;

	if (size < LFB_BLOB_HEADER_SIZE + LFB_DIGEST_SIZE)
		return NULL;
	mended = malloc(size);
	must(mended);
	memcpy(mended, data, size);
	if (lfb__blob_seal(mended, size) || lfb__blob_open(mended, size, false, &blob))
		return NULL;
	return blob;
}

int fuzz_discard(void *context, const char *bytes, size_t size)
{
	return 0;
}

unsigned int kept_profiles(void)
{
	static unsigned int count;

	while (count < KEPT_PROFILES && lfb_profile_name(count))
		count++;
	must(!lfb_profile_name(KEPT_PROFILES));
	return count;
}

static struct lfb_machine *kept[KEPT_PROFILES][KEPT_KINDS];

static struct lfb_machine *make(unsigned int profile, enum kept kind)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = KEPT_MEMORY,
		.mode = LFB_MEMORY_FIXED,
		.profile = lfb_profile_name(profile),
		.raw_faults = kind != KEPT_WATCHED,
		.checks = kind == KEPT_RAW ? LFB_CHECKS_OFF : LFB_CHECKS_ON,
	};
	struct lfb_machine *machine;

	must(!lfb_machine_create(&options, &machine));
	return machine;
}

struct lfb_machine *kept_machine(unsigned int profile, enum kept kind)
{
	must(profile < KEPT_PROFILES);
	if (!kept[profile][kind])
		kept[profile][kind] = make(profile, kind);
	return kept[profile][kind];
}

/* All else a boot sets. What is not of a boot ends with the machine. */
static void put_back(unsigned int profile, enum kept kind)
{
	struct lfb_machine *machine = kept[profile][kind];

	if (!list_empty(&machine->modules) || !list_empty(&machine->loadables) ||
	    !list_empty(&machine->gone) || machine->other_file) {
		lfb_machine_destroy(machine);
		kept[profile][kind] = NULL;
		return;
	}
	machine->profile = luo_profile_find(lfb_profile_name(profile));
	lfb_findings_clear(machine);
	lfb_fault_arm(machine, NULL);
	lfb_choose_seeded(machine, 0);
}

static unsigned int found;

unsigned int kept_findings(void)
{
	return found;
}

int kept_run(unsigned int profile, enum kept kind, const struct lfb_scenario *scenario,
	     const struct lfb_scenario_options *how)
{
	int err = lfb_scenario_run(scenario, kept_machine(profile, kind), how);

	must(!lfb_simulator_bug());
	found = (unsigned int)lfb_finding_count(kept[profile][kind]);
	put_back(profile, kind);
	return err;
}

struct lfb_scenario *kept_scenario(const char *text)
{
	struct lfb_scenario *scenario;

	must(!lfb_scenario_parse("story", text, strlen(text), &scenario));
	return scenario;
}

static int on_session(void *context, const char *name, u64 files)
{
	FILE *script = context;

	/* Names that are no words of a scenario are not asked for. */
	if (*name && strspn(name, "abcdefghijklmnopqrstuvwxyz-0123456789") == strlen(name) &&
	    *name != '-')
		fprintf(script, "rsession %s = 0\nretrieve %s 1\nretrieve %s 2\n"
			"finish %s = 0\nclose %s\n", name, name, name, name, name);
	return 0;
}

struct lfb_scenario *fuzz_life(const struct lfb_blob *blob)
{
	struct lfb_blob_names names = { .session = on_session };
	struct lfb_scenario *scenario;
	char *text;
	size_t size;
	FILE *script = open_memstream(&text, &size);

	must(script);
	names.context = script;
	fputs("handler 0\nhandler 1\nflb 0 0\nflb 1 0\nflb 1 1\ngetin 0\ngetin 1\nopen\n",
	      script);
	must(!lfb__blob_names(blob, &names));
	fputs("session last\npreserve last 1 0 1\nmemfd 5 8192 1 6\nagain last 2 5\nreboot = 0\n",
	      script);
	must(!fclose(script));
	must(!lfb_scenario_parse("life", text, size, &scenario));
	free(text);
	return scenario;
}
