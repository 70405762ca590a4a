/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The recorded module: file handlers and FLBs that do what a scenario wrote for them, answer as it
 * told them to, and say what they were asked. Golden transcripts are what they say.
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
#include "sim/recorder/slot.h"

#define LFB_RECORDER_NAME "recorded"	/* the module's */

struct lfb_failure {
	int error;
	unsigned int times;
};

struct lfb_program_line {
	const struct lfb_step *step;	/* the scenario's */
	bool used;			/* in this kernel; for answer-once */
};

struct lfb_program {
	struct lfb_program_line *lines;
	unsigned int count;
	size_t capacity;
};

/* What a handler or an FLB is by its source. */
struct lfb_code {
	bool renamed;
	char compatible[LIVEUPDATE_HNDL_COMPAT_LENGTH];
	struct lfb_program programs[LFB_CALLBACKS];
};
_Static_assert(LIVEUPDATE_HNDL_COMPAT_LENGTH == LIVEUPDATE_FLB_COMPAT_LENGTH,
	       "one code for both");

struct lfb_recorded_handler {
	struct liveupdate_file_handler handler;
	struct lfb_recorder *recorder;
	struct lfb_code *code;
	unsigned int number;
	struct lfb_failure fails[LFB_RECORDED_OPS];
};

struct lfb_recorded_flb {
	struct liveupdate_flb flb;
	struct lfb_recorder *recorder;
	struct lfb_code *code;
	unsigned int number;
	bool initialized;
	unsigned int held[2];		/* references kept: outgoing, incoming */
	struct lfb_failure fails[LFB_RECORDED_OPS];
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

struct lfb_recorder {
	struct lfb_machine *machine;
	struct lfb_transcript *transcript;
	struct liveupdate_file_ops file_ops;
	struct liveupdate_flb_ops flb_ops;
	struct lfb_recorded_handler **handlers;
	struct lfb_recorded_flb **flbs;
	struct lfb_code **handler_code;
	struct lfb_code **flb_code;
	unsigned int nr_handlers;
	unsigned int nr_flbs;

	/* Of this kernel. */
	struct lfb_slots slots;
	struct lfb_recorded_locks locks;
	struct lfb_registration *registrations;
	unsigned int nr_registrations;
	size_t registrations_capacity;
	struct lfb_taken *held;		/* by the callbacks that run now, the outermost's first */
	unsigned int nr_held;
	size_t held_capacity;

	struct module this_module;
	struct lfb_module image;
	bool is_module;			/* the scenario said so */
	bool loaded;
};

/*
 * recorder.c: the module's data
 */

/* @transcript: told of each callback; NULL for silence. NULL without memory. */
struct lfb_recorder *lfb__recorder_create(struct lfb_machine *machine, unsigned int nr_handlers,
					  unsigned int nr_flbs, struct lfb_transcript *transcript);
/* The machine must be off. */
void lfb__recorder_destroy(struct lfb_recorder *recorder);
/* The kernel is gone, and the module's data with it. */
void lfb__recorder_reset(struct lfb_recorder *recorder);

/* Made on first mention. NULL without memory. */
struct liveupdate_file_handler *lfb__recorder_handler(struct lfb_recorder *recorder,
						      unsigned int number);
/* The same; 0, -ENOMEM, or what liveupdate_init_flb() returned. Kernel code. */
int lfb__recorder_flb(struct lfb_recorder *recorder, unsigned int number,
		      struct liveupdate_flb **flb);
/* How many references to an FLB's object are kept; the FLB must exist. */
unsigned int *lfb__recorder_held(struct lfb_recorder *recorder, unsigned int number, bool incoming);

/* Does this kernel count references to FLB objects? */
bool lfb__recorder_counts_references(const struct lfb_recorder *recorder);

/* The next @times calls of @op answer @error. 0 or -ENOMEM. */
int lfb__recorder_fail(struct lfb_recorder *recorder, const struct lfb_operation *operation);
/* Adds a step to a callback's program. 0 or -ENOMEM. */
int lfb__recorder_when(struct lfb_recorder *recorder, const struct lfb_operation *operation);
/* Empties it. */
int lfb__recorder_forget(struct lfb_recorder *recorder, const struct lfb_operation *operation);
/* 0, -EBUSY it is registered, -ENOMEM. */
int lfb__recorder_rename(struct lfb_recorder *recorder, const struct lfb_operation *operation);

/*
 * module.c: coming and going. Kernel code but for the last three.
 */

int lfb__recorder_register_handler(struct lfb_recorder *recorder, unsigned int handler);
int lfb__recorder_unregister_handler(struct lfb_recorder *recorder, unsigned int handler);
int lfb__recorder_register_flb(struct lfb_recorder *recorder, unsigned int handler,
			       unsigned int flb);
int lfb__recorder_unregister_flb(struct lfb_recorder *recorder, unsigned int handler,
				 unsigned int flb);
bool lfb__recorder_is_registered(const struct lfb_recorder *recorder, bool flb,
				 unsigned int number);
/* From now on a module of its own, and loaded. 0, -EEXIST, -EBUSY, -ENOMEM. */
int lfb__recorder_become_module(struct lfb_recorder *recorder);
int lfb__recorder_insmod(struct lfb_recorder *recorder);
int lfb__recorder_rmmod(struct lfb_recorder *recorder);

/*
 * callback.c
 */

extern const struct liveupdate_file_ops lfb__recorder_file_ops;
extern const struct liveupdate_flb_ops lfb__recorder_flb_ops;

/* A file that handler @type takes, or an error pointer. Kernel code. */
struct file *lfb__recorder_file(unsigned int type, u64 ino);
/* A value as transcripts show it: the same in every run. */
u64 lfb__recorder_shown(const struct lfb_recorder *recorder, u64 value);

/*
 * step.c: running steps. Kernel code.
 */

/* A callback while it runs, or module code outside of any. Which members are set depends. */
struct lfb_step_call {
	struct lfb_recorder *recorder;
	struct lfb_program *program;	/* NULL: no callback's */
	const char *whose;		/* "flb" or "h", for messages */
	unsigned int number;
	enum lfb_callback callback;
	bool can_fail;			/* there is somebody to tell */
	struct lfb_scope scope;		/* of the slots */
	struct liveupdate_flb_op_args *flb_args;
	struct liveupdate_file_op_args *file_args;
	u64 *data;
	void **obj;
	void **private_data;
	bool data_given;		/* by a step, as the next */
	bool obj_given;
	bool file_given;
	bool answered;
	int answer;
	unsigned int line;		/* of the program */
	unsigned int held;		/* recorder->held: what outer callbacks hold */
};

/*
 * Runs a callback's program. What it answers: a step's error, with all undone that the steps before
 * it took, or what the program says it answers, or 0. Always 0 when it cannot fail.
 */
int lfb__run_program(struct lfb_step_call *call);
/* Runs one step outside of callbacks. */
int lfb__run_step(struct lfb_recorder *recorder, const struct lfb_step *step);

struct lfb_slot lfb__step_slot(const struct lfb_step_call *call, const struct lfb_step *step,
			       unsigned int index);
int lfb__step_fill(struct lfb_step_call *call, const struct lfb_step *step, unsigned int index,
		   struct lfb_slot slot);
/* A slot's address, or the number that stands in its place. */
u64 lfb__step_value(const struct lfb_step_call *call, const struct lfb_step *step);

#define X(function, name, arguments, takes, gives)                                                 \
	int lfb__step_##function(struct lfb_step_call *call, const struct lfb_step *step);
LFB_STEPS(X)
#undef X

/* step_memory.c: frees what a slot holds, by what it is. -EINVAL: no memory of its own. */
int lfb__free_slot(struct lfb_step_call *call, const struct lfb_slot *slot);

/*
 * recorder_state.c: for sweeps
 */

struct lfb_state_sink;

/* Tells what the module remembers, and its FLBs that are on no list. Kernel code. */
void lfb__recorder_state(const struct lfb_recorder *recorder, struct lfb_state_sink *sink);
/* Forgets what a scenario wrote for it: it is to be run again. The machine is off. */
void lfb__recorder_unlearn(struct lfb_recorder *recorder);
/* Puts every reference that is kept, and fails no more. Kernel code. */
void lfb__recorder_end(struct lfb_recorder *recorder);

#endif
