/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The recorded module: file handlers and FLBs that do what a scenario wrote for them, answer as it
 * told them to, and say what they were asked. Golden transcripts are what they say. May use:
 * sim/scenario, sim/machine and what lies below; of who plays a scenario it knows nothing.
 *
 * The objects are host memory, not the kernel's: a module's static data takes no pages that could
 * be handed over, and saved images stay comparable with recorded ones. They are as new in each
 * kernel; code (programs, compatible strings) is the same in all of them.
 */
#ifndef SIM_RECORDER_RECORDER_H
#define SIM_RECORDER_RECORDER_H

#include <luo/file.h>
#include <luo/liveupdate.h>

#include "sim/machine/machine.h"
#include "sim/scenario/scenario.h"

#define LFB_RECORDER_NAME "recorded"	/* the module's, unless it has one already */

/* Slots: the variables of steps. */

enum lfb_slot_kind {
	LFB_SLOT_EMPTY,
	LFB_SLOT_POINTER,	/* from somewhere */
	LFB_SLOT_OBJECT,	/* kmalloc() */
	LFB_SLOT_PAGES,		/* alloc_pages(): 2^count */
	LFB_SLOT_FOLIO,
	LFB_SLOT_AREA,		/* vmalloc() */
	LFB_SLOT_KHO,		/* kho_alloc_preserve() */
	LFB_SLOT_SINGLE_PAGES,	/* kho_restore_pages(): count */
};

/* What was freed stays: using it afterwards is a mistake that can be made. */
struct lfb_slot {
	void *address;
	enum lfb_slot_kind kind;
	u64 count;
};

/* Whose slots. All zero: the module's. */
struct lfb_scope {
	u8 of;			/* enum lfb_scope_of */
	bool incoming;
	u32 number;		/* of the FLB or handler */
	u64 file;		/* its inode number, in the new kernel the data it was handed */
};

enum lfb_scope_of {
	LFB_SCOPE_MODULE,
	LFB_SCOPE_FLB,
	LFB_SCOPE_FILE,
	LFB_SCOPE_OWNED,	/* no slot: memory that steps have allocated, by address */
};

struct lfb_slot_entry {
	u32 name;
	struct lfb_scope scope;
	struct lfb_slot slot;
};

/* Starts as all zero. */
struct lfb_slots {
	struct lfb_list entries;	/* struct lfb_slot_entry */
	struct lfb_table table;
};

struct lfb_failure {
	int error;
	unsigned int times;
};

struct lfb_program_line {
	const struct lfb_step *step;	/* the scenario's */
	bool used;			/* in this kernel; for answer-once */
};

/* What a handler or an FLB is by its source. */
struct lfb_code {
	bool named;
	char compatible[LIVEUPDATE_HNDL_COMPAT_LENGTH];
	struct lfb_list programs[LFB_CALLBACKS]; /* struct lfb_program_line */
	enum lfb_identity identity;	/* that a handler gives its files, none at first … */
	u64 constant;			/* … or this one */
};
_Static_assert(LIVEUPDATE_HNDL_COMPAT_LENGTH == LIVEUPDATE_FLB_COMPAT_LENGTH, "one code for both");

/* A file handler or an FLB. */
struct lfb_recorded {
	union {
		struct liveupdate_file_handler handler;
		struct liveupdate_flb flb;
	};
	bool of_flb;
	unsigned int number;
	struct lfb_recorder *recorder;
	struct lfb_code *code;
	bool initialized;		/* an FLB, as the next */
	unsigned int held[2];		/* references kept: outgoing, incoming */
	struct lfb_failure fails[LFB_RECORDED_OPS];
	unsigned long asked;		/* how often for an identity */
};

/* A handler that is registered, or a link of it to an FLB. */
struct lfb_registration {
	unsigned int handler;
	unsigned int flb;
	bool of_flb;
};

enum lfb_recorded_lock { LFB_LOCK_UNUSED, LFB_LOCK_MUTEX, LFB_LOCK_SPIN, LFB_LOCK_RWSEM };

struct lfb_recorded_locks {
	enum lfb_recorded_lock kind[LFB_STEP_LOCKS];
	struct mutex mutex[LFB_STEP_LOCKS];
	spinlock_t spin[LFB_STEP_LOCKS];
	struct rw_semaphore rwsem[LFB_STEP_LOCKS];
	struct mutex sleep;
};

/* What a step took, and what is needed to give it back. */
struct lfb_taken {
	enum lfb_holding holding;
	u64 key;
	struct lfb_slot slot;
	const struct lfb_step *step;
};

/* A callback, as who uses the module from C is told of it. */
struct lfb_recorded_call {
	const char *name;		/* as in transcripts: "flb0.preserve", "file h0.freeze" */
	bool of_flb;
	unsigned int number;		/* of the FLB or handler */
	enum lfb_callback callback;
	void *args;			/* as the callback got it; can_preserve: the file */
};

/* What such a user adds. Each may be NULL. */
struct lfb_recorder_user {
	void *context;
	/* A kernel loads the module, whose data is as new. */
	int (*init)(struct lfb_recorder *recorder);
	/* True: the callback does nothing but answer *result (NULL where nobody hears it). */
	bool (*answers)(void *context, const struct lfb_recorded_call *call, int *result);
	/* The callback has done what it does: its arguments and its answer may be changed. */
	void (*meddles)(void *context, const struct lfb_recorded_call *call, int *result);
};

struct lfb_recorder {
	struct lfb_machine *machine;
	struct lfb_transcript *transcript;
	struct liveupdate_file_ops file_ops;
	struct liveupdate_file_ops identity_ops; /* the same with get_id */
	struct liveupdate_flb_ops flb_ops;
	struct lfb_recorded **handlers;	/* by number, NULL until mentioned; the FLBs are behind */
	struct lfb_recorded **flbs;
	struct lfb_recorded *objects;	/* what they are when mentioned, in this order */
	struct lfb_code *code;		/* of both, in this order */
	unsigned int nr_handlers;
	unsigned int nr_flbs;

	/* Of this kernel. */
	struct lfb_slots slots;
	struct lfb_recorded_locks locks;
	struct lfb_list registrations;	/* struct lfb_registration, oldest first */
	struct lfb_list held;		/* struct lfb_taken, by the callbacks that run now */
	struct lfb_list done;		/* the same, by "do" lines */

	struct module this_module;
	struct lfb_module image;
	bool is_module;			/* the scenario said so */
	bool loaded;

	struct lfb_recorder_user user;
};

/* @transcript: told of each callback; NULL for silence. NULL without memory. */
struct lfb_recorder *lfb__recorder_create(struct lfb_machine *machine, unsigned int nr_handlers,
					  unsigned int nr_flbs, struct lfb_transcript *transcript);
/* The machine must be off. */
void lfb__recorder_destroy(struct lfb_recorder *recorder);
/* The kernel is gone, and the module's data with it. */
void lfb__recorder_reset(struct lfb_recorder *recorder);
/* Forgets what a scenario wrote for it: it is to be run again. The machine is off. */
void lfb__recorder_unlearn(struct lfb_recorder *recorder);
/* To be put back. */
void lfb__recorder_save(struct lfb_recorder *recorder, struct lfb_saved *saved);
/* Gives back each reference that is kept and what "do" lines have, fails no more. Kernel code. */
void lfb__recorder_end(struct lfb_recorder *recorder);

/*
 * Does what a verb of the module, or of who wrote it, says. Returns its result; *object is set
 * where the verb answers with one.
 */
long lfb__recorder_perform(struct lfb_recorder *recorder, const struct lfb_operation *operation,
			   u64 *object);

/* A file that handler @type takes, or an error pointer. Kernel code. */
struct file *lfb__recorder_file(unsigned int type, u64 ino);

#endif
