/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A machine's state as a program outside the library can know it: rebuilt from events alone. Hand
 * rebuild_event() to lfb_trace_all_to() while the machine is off.
 */
#ifndef TESTS_SUPPORT_REBUILD_H
#define TESTS_SUPPORT_REBUILD_H

#include <luo/trace.h>

/* A list that grows. */
struct rebuilt_list {
	void *items;
	size_t count;
};

struct rebuilt_file {
	u64 token;
	char handler[64];
	u64 data;
	long retrieved;		/* 0 never tried, 1 succeeded, <0 failed with */
};

struct rebuilt_session {
	char name[80];
	bool incoming;
	bool retrieved;		/* an agent has it */
	bool serialized;
	struct rebuilt_list files;
};

/* The first of each is the outgoing one. */
struct rebuilt_flb {
	char name[64];
	u64 count[2];
	u64 references[2];
};

/* What was handed over for one. */
struct rebuilt_record {
	char name[64];
	u64 count;
	u64 data;
};

/* A block of 2^order pages. */
struct rebuilt_block {
	u64 pfn;
	unsigned int order;
	char owner[88];
};

struct rebuilt_lock {
	char task[64];
	char name[64];
};

struct rebuilt_module {
	char name[72];
	bool loaded;
	u64 references;
};

/* Of the kernel that runs, but for what is said to be older. All zero before the first. */
struct rebuilt {
	bool on;
	bool booted;			/* the boot came to its end */
	bool ready;			/* for the next update */
	u64 update;			/* its number */
	bool serialized;		/* a reboot succeeded: the jump is next */
	bool after_handover;
	unsigned int boot;
	char profile[48];
	struct rebuilt_list sessions;	/* in the order of their making */
	struct rebuilt_list flbs;
	struct rebuilt_list records;
	struct rebuilt_list marked;	/* for the next kernel */
	struct rebuilt_list waiting;	/* handed over and not restored yet */
	struct rebuilt_list locks;	/* that are held */
	struct rebuilt_list modules;
	struct rebuilt_list before;	/* what the kernel before had marked */
	struct rebuilt_list open;	/* numbers of beginnings without an end, whosever */
	char wrong[256];		/* the first event that cannot be; "": none */
};

void rebuild_event(void *rebuilt, const struct lfb_event *event);
/* Does it change what is rebuilt? */
bool rebuild_follows(enum lfb_happening happening);
/* NULL: there is none. */
struct rebuilt_flb *rebuilt_flb(const struct rebuilt *rebuilt, const char *name);
void rebuild_free(struct rebuilt *rebuilt);

#endif
