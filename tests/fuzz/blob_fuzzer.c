// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Blobs from hell: loaded, described, booted and used. The digest is mended first, so that what
 * lies behind it is reached; a blob as it is must be refused or load, too. So the digest's own
 * bytes are free, and choose what is done once only.
 */
#include <string.h>

#include <luo/check.h>
#include <luo/inspect.h>
#include <luo/profile.h>
#include <luo/trace.h>

#include "sim/handover/handover.h"
#include "tests/fuzz/support/support.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/*
 * What the seeds hand over, asked for as an agent would. Files in memory have a handler that, as
 * on a kernel, follows what its own record says: they are asked for where that leads to what was
 * preserved. The other callbacks follow nothing.
 */
#define STORY(retrieve_memfd, preserve_memfd)                                                      \
	"handler 0\n"                                                                              \
	"handler 1\n"                                                                              \
	"flb 0 0\n"                                                                                \
	"flb 1 0\n"                                                                                \
	"flb 1 1\n"                                                                                \
	"getin 0\n"                                                                                \
	"open\n"                                                                                   \
	"rsession vm-1\n"                                                                          \
	"rsession vm-2\n"                                                                          \
	"retrieve vm-1 1\n"                                                                        \
	"retrieve vm-1 2\n"                                                                        \
	"retrieve vm-2 1\n" retrieve_memfd                                                         \
	"getin 1\n"                                                                                \
	"finish vm-1\n"                                                                            \
	"close vm-2\n"                                                                             \
	"session next\n"                                                                           \
	"preserve next 1 0 1\n" preserve_memfd                                                     \
	"reboot\n"                                                                                 \
	"handler 0\n"                                                                              \
	"open\n"                                                                                   \
	"rsession next\n"                                                                          \
	"retrieve next 1\n"                                                                        \
	"retrieve next 2\n"                                                                        \
	"finish next\n"

static const char *const stories[] = {
	[KEPT_WATCHED] = STORY("retrieve vm-2 2 as 4\n"
			       "check 4 20480 0,3 7\n",
			       "memfd 5 8192 1 6\n"
			       "again next 2 5\n"),
	[KEPT_RAW] = STORY("", ""),
};

/* A kernel that cannot take it has nothing to do with it. */
static const char refusal[] =
	"handler 0\n"
	"open\n";

/*
 * Refused means that nobody was called: files of sessions that were not restored, or of a kernel
 * that was handed nothing it reads, are nobody's, and in a kernel that died nothing runs.
 */
struct watched {
	bool handed;	/* this kernel booted with what was handed over */
	bool restored;	/* … and has its sessions */
	bool dead;
};

static void watch(void *context, const struct lfb_event *event)
{
	struct watched *kernel = context;

	switch (event->happening) {
	case LFB_DID_BOOT_COLD:
	case LFB_DID_BOOT_HANDOVER:
		*kernel = (struct watched){
			.handed = event->happening == LFB_DID_BOOT_HANDOVER,
		};
		break;
	case LFB_DID_SESSIONS_RESTORED:
		kernel->restored = !event->result;
		break;
	case LFB_DID_STOPPED:
	case LFB_DID_PANICKED:
		kernel->dead = true;
		break;
	case LFB_DID_FILE_RETRIEVE:
	case LFB_DID_FILE_CAN_FINISH:
	case LFB_DID_FILE_FINISH:
		must(kernel->restored);
		must(kernel->handed && !kernel->dead);
		break;
	case LFB_DID_FLB_RETRIEVE:
	case LFB_DID_FLB_FINISH:
		must(kernel->handed);
		must(!kernel->dead);
		break;
	default:
		must(event->kind != LFB_EVENT_CALLBACK || !kernel->dead);
	}
}

static void run(unsigned int profile, enum kept kind, const struct lfb_scenario *scenario,
		const struct lfb_scenario_options *how)
{
	struct watched kernel = { .handed = false };

	must(!lfb_trace_to(kept_machine(profile, kind), watch, &kernel));
	kept_run(profile, kind, scenario, how);
	must(!lfb_trace_to(kept_machine(profile, kind), NULL, NULL));
}

static bool takes(unsigned int profile, const struct lfb_blob *blob)
{
	return !strcmp(lfb_profile_kho_abi(lfb_profile_name(profile)), blob->kho_compatible);
}

static int note_payload(void *context, const struct lfb_check_problem *problem)
{
	bool *sound = context;

	if (problem->id >= LFB_CHECK_MEMFD_AWAY && problem->id <= LFB_CHECK_OWNED_TWICE)
		*sound = false;
	return 0;
}

/* Who follows what a file in memory says touches nothing that is not its own. */
static bool leads_somewhere(const struct lfb_blob *blob)
{
	bool sound = true;

	lfb_check_blob(blob, note_payload, &sound);
	return sound;
}

/* Each that may take it, with checks and without in turns, and one of those that cannot. */
static void boot(const struct lfb_blob *blob, unsigned int choice)
{
	static struct lfb_scenario *uses[2], *refuses;
	const bool memfds = leads_somewhere(blob);
	const struct lfb_scenario_options how = { .sz = sizeof(how), .boot_from = blob };
	const unsigned int profiles = kept_profiles();
	unsigned int others = 0, n = 0;

	if (!refuses) {
		uses[KEPT_WATCHED] = kept_scenario(stories[KEPT_WATCHED]);
		uses[KEPT_RAW] = kept_scenario(stories[KEPT_RAW]);
		refuses = kept_scenario(refusal);
	}
	for (unsigned int i = 0; i < profiles; i++) {
		enum kept kind = (i + choice) % 2 ? KEPT_WATCHED : KEPT_RAW;

		if (takes(i, blob))
			run(i, kind, uses[memfds ? kind : KEPT_RAW], &how);
		else
			others++;
	}
	for (unsigned int i = 0; i < profiles; i++) {
		if (!takes(i, blob) && n++ == choice % others)
			run(i, KEPT_RAW, refuses, &how);
	}
}

static void try(const struct lfb_blob *blob, unsigned int choice)
{
	if (exact_read(blob, NULL, NULL) && LFB_FUZZING)
		mutate_remember(blob->bytes, blob->size);
	lfb_inspect_blob(blob, choice & 1 ? LFB_INSPECT_JSON : LFB_INSPECT_TEXT, fuzz_discard,
			 NULL);
	/* Booting takes ten times as long as reading. */
	if (!LFB_FUZZING || choice >> 4 < 4)
		boot(blob, choice >> 1);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	const unsigned int choice = size ? data[size - 1] : 0;
	struct lfb_blob *blob;

	if (!(choice % 16) && !lfb_blob_from_memory(data, size, &blob))
		lfb_blob_free(blob);
	blob = fuzz_blob(data, size);
	if (!blob)
		return 0;
	try(blob, choice);
	lfb_blob_free(blob);
	return 0;
}
