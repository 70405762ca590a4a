/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The recorded module, inside. */
#ifndef SIM_RECORDER_INSIDE_H
#define SIM_RECORDER_INSIDE_H

#include "sim/recorder/recorder.h"

/* object.c */

/* Its place among handlers and FLBs, and in their code. */
unsigned int lfb__recorded_index(const struct lfb_recorder *recorder, bool of_flb,
				 unsigned int number);
/* Made on first mention. NULL without memory. */
struct lfb_recorded *lfb__recorded(struct lfb_recorder *recorder, bool of_flb,
				   unsigned int number);
/* Gives it the compatible string of its code. */
void lfb__recorded_name(struct lfb_recorded *recorded);
/* Gives a handler get_id or takes it away, as its code says. */
void lfb__recorded_identify(struct lfb_recorded *recorded);
/* Also ready for use; 0, -ENOMEM, or what liveupdate_init_flb() returned. Kernel code. */
int lfb__recorder_flb(struct lfb_recorder *recorder, unsigned int number,
		      struct liveupdate_flb **flb);

/* Does this kernel count references to FLB objects? */
bool lfb__recorder_counts_references(const struct lfb_recorder *recorder);

/* registration.c. Kernel code but for the last. */

int lfb__recorder_register(struct lfb_recorder *recorder, struct lfb_registration registration);
int lfb__recorder_unregister(struct lfb_recorder *recorder, struct lfb_registration registration);
bool lfb__recorder_is_registered(const struct lfb_recorder *recorder, bool flb,
				 unsigned int number);

/* learn.c */

/* The next calls of a callback answer an error. 0 or -ENOMEM. */
int lfb__recorder_fail(struct lfb_recorder *recorder, const struct lfb_operation *operation);
/* Adds a step to a callback's program. 0 or -ENOMEM. */
int lfb__recorder_when(struct lfb_recorder *recorder, const struct lfb_operation *operation);
/* Empties it. 0. */
int lfb__recorder_forget(struct lfb_recorder *recorder, const struct lfb_operation *operation);
/* 0, -EBUSY it is registered. */
int lfb__recorder_rename(struct lfb_recorder *recorder, const struct lfb_operation *operation);
/* 0, -EBUSY it is registered, and would have a callback more or less. */
int lfb__recorder_identify(struct lfb_recorder *recorder, const struct lfb_operation *operation);

/* module.c */

/* From now on a module of its own, and loaded. 0, -EEXIST, -EBUSY, -ENOMEM. */
int lfb__recorder_become_module(struct lfb_recorder *recorder);
int lfb__recorder_insmod(struct lfb_recorder *recorder);
int lfb__recorder_rmmod(struct lfb_recorder *recorder);

/* callback.c */

extern const struct liveupdate_file_ops lfb__recorder_file_ops;
extern const struct liveupdate_flb_ops lfb__recorder_flb_ops;
unsigned long lfb__recorder_get_id(struct file *file);

/* A value as transcripts show it: the same in every run. */
u64 lfb__recorder_shown(const struct lfb_recorder *recorder, u64 value);

/* step.c: running steps. Kernel code. */

/* A callback while it runs, or module code outside of any. Which members are set depends. */
struct lfb_step_call {
	struct lfb_recorder *recorder;
	struct lfb_recorded *recorded;	/* NULL: no callback's, as the next */
	struct lfb_list *program;	/* struct lfb_program_line */
	void *args;			/* as the callback got it; can_preserve: the file */
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
	bool ino_given;
	u64 ino;			/* of the file that retrieve makes */
	bool answered;
	int answer;
	size_t line;			/* of the program */
	size_t held;			/* recorder->held: what outer callbacks hold */
};

/*
 * Runs a callback's program. What it answers: a step's error, or what the program says it answers,
 * or 0. Always 0 when it cannot fail.
 */
int lfb__run_program(struct lfb_step_call *call);
/* Behind it, when the callback is through: with an error all is undone that its steps took. */
void lfb__end_program(struct lfb_step_call *call, int err);
/* Runs one step outside of callbacks. */
int lfb__run_step(struct lfb_recorder *recorder, const struct lfb_step *step);
/* Gives back what they took in this kernel and still have, backwards. */
void lfb__undo_steps(struct lfb_recorder *recorder);

/* A step; many need only one of the two. */
#define LFB_STEP(name)                                                           \
	int lfb__step_##name(__attribute__((unused)) struct lfb_step_call *call, \
			     __attribute__((unused)) const struct lfb_step *step)
/* One that is just what it returns, and one that always returns 0. */
#define LFB_STEP_IS(name, expression) \
	LFB_STEP(name)                \
	{                             \
		return expression;    \
	}
#define LFB_STEP_DOES(name, statement) \
	LFB_STEP(name)                 \
	{                              \
		statement;             \
		return 0;              \
	}
#define LFB_STEP_DECLARED(name, ...) LFB_STEP(name);
LFB_STEPS(LFB_STEP_DECLARED)
#undef LFB_STEP_DECLARED

/* "flb" or "h", as scenarios and transcripts have it. */
static inline const char *lfb__whose(const struct lfb_recorded *recorded)
{
	return recorded->of_flb ? "flb" : "h";
}

/* A bool callback that answers says so by what it answers; the others by an errno. */
static inline bool lfb__answers_bool(enum lfb_callback callback)
{
	return callback == LFB_CALLBACK_CAN_PRESERVE || callback == LFB_CALLBACK_CAN_FINISH;
}

/* step_memory.c: frees what a slot holds, by what it is. -EINVAL: no memory of its own. */
int lfb__free_slot(struct lfb_step_call *call, struct lfb_slot slot);

/* slot.c */

/* An empty slot where there is none. */
struct lfb_slot lfb__slot_get(const struct lfb_slots *slots, const struct lfb_scope *scope,
			      u32 name);
/* 0 or -ENOMEM. */
int lfb__slot_set(struct lfb_slots *slots, const struct lfb_scope *scope, u32 name,
		  struct lfb_slot slot);
void lfb__slots_forget(struct lfb_slots *slots);
void lfb__slots_destroy(struct lfb_slots *slots);

struct lfb_slot lfb__step_slot(const struct lfb_step_call *call, const struct lfb_step *step,
			       unsigned int index);
int lfb__step_fill(struct lfb_step_call *call, const struct lfb_step *step, unsigned int index,
		   struct lfb_slot slot);
/* A slot's address, or the number that stands in its place. */
u64 lfb__step_value(const struct lfb_step_call *call, const struct lfb_step *step);

/* Memory at @address is the module's, or is no more. 0 or -ENOMEM. */
int lfb__memory_own(struct lfb_slots *slots, const void *address, bool own);

/*
 * access.c: memory as steps touch it. What a processor would not let pass ends the kernel;
 * so does writing to, or freeing, what some other part of the kernel has allocated (@action says
 * which): a script is no excuse for a process that hangs in a list it tied in a knot.
 */
u64 lfb__access_read(struct lfb_kernel *kernel, const void *address);
void lfb__access_write(struct lfb_kernel *kernel, const struct lfb_slots *slots, void *address,
		       u64 value);
/* The page that starts at @address, if it is one that is in use as such; else NULL. */
u64 *lfb__access_page(const struct lfb_kernel *kernel, const void *address);
void lfb__access_check_own(struct lfb_kernel *kernel, const struct lfb_slots *slots,
			   const void *address, const char *action);

#endif
