// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include <string.h>

#include "lib/codec/codec.h"
#include "lib/orchestrator.h"

#define R 1u
#define Z 2u
#define T 4u

static const struct {
	const char *name;
	unsigned int profiles;
	const char *about;
} quirks[LUO_QUIRKS_NR] = {
#define X(quirk, in, sentence) [LUO_QUIRK_##quirk] = { #quirk, in, sentence },
	LUO_QUIRKS(X)
#undef X
};

/* A quirk as a bit, where its row names the letter L. */
#define BIT_FOR(l, quirk, in) | (((in) & (l)) ? 1ull << LUO_QUIRK_##quirk : 0)
#define BIT_FOR_R(quirk, in, sentence) BIT_FOR(R, quirk, in)
#define BIT_FOR_Z(quirk, in, sentence) BIT_FOR(Z, quirk, in)
#define BIT_FOR_T(quirk, in, sentence) BIT_FOR(T, quirk, in)

enum { RFC_V6, LINUX_7_0, LINUX_7_2, LINUX_7_3, REFERENCE };

static const struct luo_profile profiles[] = {
	[RFC_V6] = {
		.name = "rfc-v6",
		.about = "patch series \"Live Update Orchestrator\" v6, November 2025, as posted",
		.quirks = 0 LUO_QUIRKS(BIT_FOR_R),
		.kho = &kho__abi_v1,
		.codec = &luo_codec_v1,
		.has_init_flb = true,
		.has_session_lookup = true,
		.args_have_session = true,
		.accessors = LUO_ACCESSORS_LOCKED,
		.register_until = LUO_REGISTER_UNTIL_OPENED,
		.bad_state = LUO_BAD_STATE_DISABLES,
		.flb_null_object_is_error = true,
		.session_full_error = -ENOMEM,
		.finalizes_kho = true,
		.kho_rules = KHO_RESTORES_SMALL_BLOCKS,
	},
	[LINUX_7_0] = {
		.name = "linux-7.0",
		.about = "Linux 7.0, the first released kernel with FLB",
		.quirks = 0 LUO_QUIRKS(BIT_FOR_Z),
		.kho = &kho__abi_v1,
		.codec = &luo_codec_v2,
		.has_unregister = true,
		.args_have_retrieve_status = true,
		.accessors = LUO_ACCESSORS_GET,
		.register_until = LUO_REGISTER_WITHOUT_SESSIONS,
		.bad_state = LUO_BAD_STATE_PANICS,
		.room = LUO_ROOM_BEFORE_FD,
		.failed_restore_is_io_error = true,
		.session_full_error = -ENOMEM,
		.finalizes_kho = true,
		.kho_rules = KHO_RESTORES_SMALL_BLOCKS,
	},
	/* The orchestrator of all three is the same; the reference has its defects mended. */
	[LINUX_7_2 ... REFERENCE] = {
		.kho = &kho__abi_v4,
		.codec = &luo_codec_v5,
		.has_unregister = true,
		.args_have_retrieve_status = true,
		.accessors = LUO_ACCESSORS_GET,
		.register_until = LUO_REGISTER_ALWAYS,
		.bad_state = LUO_BAD_STATE_PANICS,
		.room = LUO_ROOM_AND_MEMORY_BEFORE_FD,
		.has_get_name = true,
		.finish_checks_reserved = true,
		.unregister_unlinks = true,
		.preserve_needs_outgoing = true,
		.failed_restore_is_io_error = true,
		.session_full_error = -ENOSPC,
	},
	[LINUX_7_2].name = "linux-7.2",
	[LINUX_7_2].about = "Linux 7.2, a released stable kernel",
	[LINUX_7_2].release = "7.2.13",
	[LINUX_7_2].quirks = 0 LUO_QUIRKS(BIT_FOR_T),
	[LINUX_7_2].kho_rules = KHO_CUTS_AT_NODES | KHO_TRUSTS_CALLERS | KHO_REFUSES_SCRATCH |
				KHO_RESTORES_BY_HEADS,
	[LINUX_7_2].trusts_callers = true,
	[LINUX_7_3].name = "linux-7.3",
	[LINUX_7_3].release = "7.3.0-rc7",
	[LINUX_7_3].about = "Linux 7.3 as of July 2026, the newest",
	[LINUX_7_3].quirks = 0 LUO_QUIRKS(BIT_FOR_T),
	[LINUX_7_3].kho_rules = KHO_CUTS_AT_NODES | KHO_TRUSTS_CALLERS | KHO_RESTORES_BY_HEADS,
	[LINUX_7_3].trusts_callers = true,
	[REFERENCE].kho_rules = KHO_CUTS_AT_NODES,
	[REFERENCE].name = "reference",
	[REFERENCE].release = "7.3.0-rc7",
	[REFERENCE].about =
		"linux-7.3 with every known defect mended: what a correct kernel would do",
};

const struct luo_profile *luo_profile_find(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(profiles); i++) {
		if (!strcmp(profiles[i].name, name))
			return &profiles[i];
	}
	return NULL;
}

static int quirk_find(const char *name, size_t length)
{
	for (int i = 0; i < LUO_QUIRKS_NR; i++) {
		if (strlen(quirks[i].name) == length && !memcmp(quirks[i].name, name, length))
			return i;
	}
	return -ENOENT;
}

/* One bit, or all of them; 0 for no quirk. */
static u64 quirk_bits(const char *name, size_t length)
{
	int quirk = quirk_find(name, length);

	if (length == 3 && !memcmp(name, "all", length))
		return LUO_QUIRKS_ALL;
	return quirk < 0 ? 0 : 1ull << quirk;
}

int luo_quirks_parse(const char *list, u64 *mask, char *bad, size_t bad_size)
{
	static const char separators[] = " ,";

	while (list && *list) {
		size_t length = strcspn(list, separators);
		u64 bits = quirk_bits(list, length);

		if (length && !bits) {
			size_t shown = length < bad_size - 1 ? length : bad_size - 1;

			memcpy(bad, list, shown);
			bad[shown] = '\0';
			return -EINVAL;
		}
		*mask |= bits;
		list += length;
		list += strspn(list, separators);
	}
	return 0;
}

const char *lfb_profile_name(unsigned int index)
{
	return index < ARRAY_SIZE(profiles) ? profiles[index].name : NULL;
}

const char *lfb_profile_about(const char *name)
{
	const struct luo_profile *profile = luo_profile_find(name);

	return profile ? profile->about : NULL;
}

const char *lfb_profile_luo_abi(const char *name)
{
	const struct luo_profile *profile = luo_profile_find(name);

	return profile ? profile->codec->name : NULL;
}

const char *lfb_profile_kho_abi(const char *name)
{
	const struct luo_profile *profile = luo_profile_find(name);

	return profile ? profile->kho->compatible : NULL;
}

const char *lfb_quirk_name(unsigned int index)
{
	return index < LUO_QUIRKS_NR ? quirks[index].name : NULL;
}

const char *lfb_quirk_about(const char *name)
{
	int quirk = name ? quirk_find(name, strlen(name)) : -ENOENT;

	return quirk < 0 ? NULL : quirks[quirk].about;
}

bool lfb_profile_has_quirk(const char *profile_name, const char *quirk_name)
{
	const struct luo_profile *profile = luo_profile_find(profile_name);
	int quirk = quirk_name ? quirk_find(quirk_name, strlen(quirk_name)) : -ENOENT;

	return profile && quirk >= 0 && (profile->quirks & (1ull << quirk));
}
