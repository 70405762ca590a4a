// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What is asked for: options checked and completed. */
#include <stdio.h>
#include <string.h>

#include "lib/orchestrator.h"
#include "sim/explore/exhaust/report.h"

/* Every quirk the profile has, but those asked for. */
static void list_others(const struct luo_profile *profile, u64 wanted, char *list, size_t size)
{
	size_t length = 0;

	for (unsigned int i = 0; i < LUO_QUIRKS_NR; i++) {
		if (profile->quirks & ~wanted & (1ull << i))
			length += (size_t)snprintf(list + length, size - length, "%s%s",
						   length ? "," : "", lfb_quirk_name(i));
	}
}

/* As options of the tool. */
static void describe_kernel(const struct lfb_exhaust_options *options, char *text, size_t size)
{
	size_t length = 0;

	if (options->profile)
		length += (size_t)snprintf(text, size, " --profile %.40s", options->profile);
	if (options->quirks_on && *options->quirks_on)
		length += (size_t)snprintf(text + length, size - length, " --quirk +%.300s",
					   options->quirks_on);
	if (options->quirks_off && *options->quirks_off)
		snprintf(text + length, size - length, " --quirk -%.800s", options->quirks_off);
}

int lfb__exhaust_take(const struct lfb_exhaust_options *given, struct lfb_exhaust_plan *plan,
		      struct lfb_exhaust_result *result)
{
	static const struct lfb_exhaust_result nothing;
	struct lfb_exhaust_options *options = &plan->options;
	char bad[64];
	u64 on = 0;
	int err;

	plan->quirks_off[0] = '\0';
	err = lfb__options_take(NULL, "the options", options, sizeof(*options), given,
				sizeof(given->sz));
	if (!err)
		err = lfb__result_check(NULL, "the result", result, sizeof(*result));
	if (err)
		return err;
	if (lfb__search_length(options->length, &options->length))
		return -EINVAL;
	if (luo_quirks_parse(options->quirks_on, &on, bad, sizeof(bad)))
		return lfb__error(NULL, -EINVAL, "there is no quirk \"%s\"", bad);
	if (options->groups & ~(unsigned int)(LFB_EXHAUST_ALL_GROUPS | LFB_EXHAUST_LOCKED))
		return lfb__error(NULL, -EINVAL, "there are no such groups of operations: 0x%x",
				  options->groups);
	options->groups |= lfb__world_groups_for(on);
	if ((options->groups & LFB_EXHAUST_LOCKED) && !options->profile && !options->quirks_off) {
		options->profile = "rfc-v6";
		list_others(luo_profile_find("rfc-v6"), on, plan->quirks_off,
			    sizeof(plan->quirks_off));
		options->quirks_off = plan->quirks_off;
	}
	lfb__result_give(result, &nothing, sizeof(nothing));
	describe_kernel(options, result->kernel, sizeof(result->kernel));
	return 0;
}
