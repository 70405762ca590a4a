// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Blobs from hell: loaded, described, booted and used. The digest is mended first, so that what
 * lies behind it is reached; a blob as it is must be refused or load, too.
 */
#include <stdlib.h>
#include <string.h>

#include <luo/agent.h>
#include <luo/inspect.h>
#include <luo/liveupdate.h>
#include <luo/machine.h>
#include <luo/profile.h>

#include "sim/handover/handover.h"
#include "sim/scenario/scenario.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static int discard(void *context, const char *bytes, size_t size)
{
	return 0;
}

static void inspect(const struct lfb_blob *blob)
{
	lfb_inspect_blob(blob, LFB_INSPECT_TEXT, discard, NULL);
	lfb_inspect_blob(blob, LFB_INSPECT_JSON, discard, NULL);
}

/* What the seeds hand over, asked for as an agent would. */
static const char story[] =
	"handler 0\n"
	"handler 1\n"
	"flb 0 0\n"
	"flb 1 0\n"
	"flb 1 1\n"
	"getin 0\n"
	"open\n"
	"rsession vm-1\n"
	"rsession vm-2\n"
	"retrieve vm-1 1\n"
	"retrieve vm-1 2\n"
	"retrieve vm-2 1\n"
	"retrieve vm-2 2 as 4\n"
	"check 4 20480 0,3 7\n"
	"getin 1\n"
	"finish vm-1\n"
	"close vm-2\n"
	"session next\n"
	"preserve next 1 0 1\n"
	"memfd 5 8192 1 6\n"
	"again next 2 5\n"
	"reboot\n"
	"handler 0\n"
	"open\n"
	"rsession next\n"
	"retrieve next 1\n"
	"retrieve next 2\n"
	"finish next\n";

static void boot(const struct lfb_blob *blob, const char *profile)
{
	struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 1 << 20,
		.mode = LFB_MEMORY_FIXED,
		.profile = profile,
	};
	struct lfb_scenario_options how = { .sz = sizeof(how), .boot_from = blob };
	struct lfb_scenario *scenario;
	struct lfb_machine *machine;

	if (lfb_machine_create(&options, &machine))
		abort();
	if (lfb_scenario_parse("story", story, sizeof(story) - 1, &scenario))
		abort();
	lfb_scenario_run(scenario, machine, &how);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	const char *profile;
	struct lfb_blob *blob;
	u8 *mended;

	if (!lfb_blob_from_memory(data, size, &blob))
		lfb_blob_free(blob);
	if (size < LFB_BLOB_HEADER_SIZE + LFB_DIGEST_SIZE)
		return 0;
	mended = malloc(size);
	if (!mended)
		return 0;
	memcpy(mended, data, size);
	if (lfb__blob_seal(mended, size) || lfb__blob_open(mended, size, true, &blob))
		return 0;
	inspect(blob);
	for (unsigned int i = 0; (profile = lfb_profile_name(i)); i++)
		boot(blob, profile);
	lfb_blob_free(blob);
	return 0;
}
