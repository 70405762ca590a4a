/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Profiles: the kernels that are modelled. A profile is data: formats, limits, orders and the
 * known defects (quirks) of one kernel.
 */
#ifndef LUO_PROFILE_H
#define LUO_PROFILE_H

#include <luo/types.h>

/** LFB_PROFILE_DEFAULT - the profile a machine has unless told otherwise. */
#define LFB_PROFILE_DEFAULT "reference"

/** lfb_profile_name() - Return: the name of profile number @index, from 0; NULL past the last. */
LFB_API const char *lfb_profile_name(unsigned int index);
/** lfb_profile_about() - Return: what kernel profile @name models, NULL when there is none. */
LFB_API const char *lfb_profile_about(const char *name);
/**
 * lfb_profile_luo_abi() - the format in which a kernel hands over sessions, files and FLBs
 * @name: the profile
 *
 * Return: the strings that name it ("luo-v1/luo-session-v2"), NULL when there is no such profile.
 */
LFB_API const char *lfb_profile_luo_abi(const char *name);
/** lfb_profile_kho_abi() - Return: the same of the handover as a whole ("kho-v1"). */
LFB_API const char *lfb_profile_kho_abi(const char *name);

/** lfb_quirk_name() - Return: the name of quirk number @index, from 0; NULL past the last. */
LFB_API const char *lfb_quirk_name(unsigned int index);
/** lfb_quirk_about() - Return: what quirk @name does, in a sentence; NULL when there is none. */
LFB_API const char *lfb_quirk_about(const char *name);
/** lfb_profile_has_quirk() - Return: does profile @profile, as shipped, have quirk @quirk? */
LFB_API bool lfb_profile_has_quirk(const char *profile, const char *quirk);

#endif
