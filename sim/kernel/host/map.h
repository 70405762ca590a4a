/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Memory and digests, which hosts have in different ways. linux/ has all of it, plain/ what C alone
 * can do; which of both is there, the build says. Whoever cannot do without asks lfb__host_can(),
 * and refuses or goes without.
 */
#ifndef SIM_KERNEL_HOST_MAP_H
#define SIM_KERNEL_HOST_MAP_H

#include <luo/types.h>

enum lfb_host_can {
	LFB_HOST_ALIAS = 1,	/* the same bytes at several addresses, and at others later */
	LFB_HOST_PROTECT = 2,	/* memory that nobody may touch … */
	LFB_HOST_FAULTS = 4,	/* … and a word about who does: arm.h */
};

#ifdef LFB_HOST_PLAIN
#define LFB_HOST_ALL 0
#else
#define LFB_HOST_ALL (LFB_HOST_ALIAS | LFB_HOST_PROTECT | LFB_HOST_FAULTS)
#endif

static inline bool lfb__host_can(unsigned int what)
{
	return (LFB_HOST_ALL & what) == what;
}

/* Memory that is zero, and costs nothing until it is used. NULL: there is none. */
void *lfb__map_zeroed(size_t size);
/* The same, which a forked process finds zeroed again. NULL: that cannot be. */
void *lfb__map_own(size_t size);
/*
 * Addresses for what lfb__store_show() puts there, which nobody may touch before. Without aliases
 * it is memory, and all that will ever be there. NULL: there is none.
 */
void *lfb__map_reserve(size_t size);
void lfb__map_drop(void *at, size_t size);
/* Whole pages of a reservation are as when they were made. 0 or -ENOMEM. */
int lfb__map_seal(void *at, size_t size);

enum lfb_map_access { LFB_MAP_CLOSED, LFB_MAP_READ, LFB_MAP_OPEN };

/* 0; -ENOMEM, and some of it may have changed; nothing does where memory cannot be protected. */
int lfb__map_access(void *at, size_t size, enum lfb_map_access access);

/* Bytes that can be shown at several addresses, zero at first: a number, or a negative errno. */
int lfb__store_make(const char *name, u64 size);
void lfb__store_drop(int store);
/* They are at @at, which is reserved, from @offset on. 0 or -ENOMEM. */
int lfb__store_show(int store, void *at, size_t size, u64 offset);
/* What is shown at @from is at @to, and sealed at @from only afterwards. 0 or -ENOMEM. */
int lfb__store_move(void *from, void *to, size_t size);
/* All of them once more, always accessible; @shown: where they are. NULL: there is no room. */
void *lfb__store_again(int store, void *shown, size_t size);
void lfb__store_again_drop(void *again, size_t size);
/* All of them are zero again, the host has their memory back. 0 or a negative errno of the host. */
int lfb__store_empty(int store, void *shown, size_t size);
/* The same, but it keeps what it has for the next to use. False: they are as they may be. */
bool lfb__store_clear(int store, void *shown, size_t size);
/* Bytes of the host's that are in use for them. */
u64 lfb__store_used(int store, size_t size);

/* The SHA-256 of @bytes. False: no memory for it. */
bool lfb__digest(const void *bytes, size_t size, u8 digest[32]);

#endif
