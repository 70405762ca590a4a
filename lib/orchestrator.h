/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What a simulated kernel's orchestrator offers the world around it. (What it offers the kernel's
 * subsystems is <luo/liveupdate.h>, and the agent's calls go through the device's file.) lib/ is
 * what runs inside a kernel: it uses sim/kernel/ and knows no machine. Whoever boots a kernel, ends
 * it or writes a handover uses it; those who only look at what it remembers need lib/luo/luo.h.
 */
#ifndef LIB_ORCHESTRATOR_H
#define LIB_ORCHESTRATOR_H

#include "lib/luo/luo.h"

const struct luo_profile *luo_profile_find(const char *name);
/* 0 or -EINVAL: adds the quirks named in @list, "all" for all, to *quirks. */
int luo_quirks_parse(const char *list, u64 *quirks, char *bad, size_t bad_size);

/* core.c: early_initcall: reads the incoming state, watched from here on. May panic. */
int luo_early_init(struct lfb_kernel *kernel, const struct luo_profile *profile, u64 quirks,
		   const struct luo_watch *watch, bool on);
/* late_initcall: prepares the outgoing state. */
int luo_late_init(struct lfb_kernel *kernel);
/* device.c: says why there is no /dev/liveupdate to be opened. Returns -ENOENT. */
int luo_no_device(struct lfb_kernel *kernel);
/*
 * Looks for what should be over. Returns whether all files that were handed over are finished:
 * what is left then is left for good.
 */
bool luo_check_settled(struct luo *luo);
/* States what holds while no call is under way: no lock is held, lists are as long as they say. */
void luo_assert_idle(struct luo *luo);

/* registry.c: references on @module for being registered alone. */
int luo_registration_pins(const struct luo *luo, const struct module *module);
/*
 * Its exit function has run, or, not @loaded, its init function failed. What it left registered is
 * called no more: that ends the kernel. Built-in code that failed to start is still there.
 */
void luo_module_is_gone(struct lfb_kernel *kernel, const struct lfb_module *module, bool loaded);

/*
 * transcribe.c: an outgoing state made of records, with no handlers or files behind it. The caller
 * has checked that all of it fits.
 */

int luo_transcribe_session(struct luo *luo, const struct luo_session_record *session,
			   const struct luo_file_record *(*file)(void *context, u64 index),
			   void *context);
/* After the last session: writes what was transcribed, and these FLBs. */
void luo_transcribe_end(struct luo *luo, const struct luo_flb_record *(*flb)(void *context,
									     u64 index),
			void *context, u64 nr_flbs);

#endif
