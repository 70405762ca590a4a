/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The machine, inside.
 */
#ifndef SIM_MACHINE_MACHINE_H
#define SIM_MACHINE_MACHINE_H

#include <luo/agent.h>
#include <luo/blob.h>
#include <luo/machine.h>

#include "lib/luo/luo.h"
#include "sim/kernel/kernel.h"
#include "sim/machine/handle.h"

/* A module of the kernel image. */
struct lfb_image_module {
	struct list_head list;
	struct lfb_module *module;
	void *pristine;		/* its static data as every boot starts with it */
	bool loaded;		/* in the running kernel */
};

struct lfb_agent {
	struct list_head list;
	struct lfb_machine *machine;
	struct task_struct task;
	struct lfb_fd_table fds;
	char name[32];
};

struct lfb_machine {
	struct lfb_kernel kernel;
	const struct luo_profile *profile;
	u64 quirks_on;
	u64 quirks_off;
	enum lfb_machine_state state;
	unsigned int boots;
	unsigned long calls;		/* into its kernel code: tells one from the next */
	bool kho_on;
	bool liveupdate_on;
	phys_addr_t handover_root;	/* KHO root tree for the next kernel, 0: no handover */
	struct list_head modules;
	struct list_head agents;
	struct list_head gone;		/* agents that were destroyed with locks held */
};

/* @machine when it is a live machine, else NULL with the sentence set. */
struct lfb_machine *lfb__machine_valid(struct lfb_machine *machine);

/* Sets what lfb_error_text(@machine) says and returns @error. */
int lfb__error(struct lfb_machine *machine, int error, const char *format, ...) LFB_PRINTF(3, 4);

/* Runs @body as kernel code of @machine on behalf of @task; keeps machine->state up to date. */
long lfb__machine_run(struct lfb_machine *machine, struct task_struct *task,
		      long (*body)(void *argument), void *argument);

/* Says for findings what the next lfb__machine_run() is about, unless a scenario has said so. */
static inline void lfb__machine_doing(struct lfb_machine *machine, const char *what)
{
	if (!machine->kernel.operation_is_set &&
	    (!machine->kernel.guard || machine->kernel.at_point))
		machine->kernel.doing = what;
}

/*
 * -EBUSY when the machine's own kernel code, a callback, calls: what ends a kernel or takes away
 * what it stands on is for the world outside of it.
 */
int lfb__machine_check_outside(struct lfb_machine *machine);

/* Sets machine->state; kernel-facing functions of a machine that is off act on nothing. */
void lfb__machine_state_changed(struct lfb_machine *machine, enum lfb_machine_state state);

/* boot.c: static data as it was when the module was added, unless another machine uses it. */
void lfb__module_set_back(struct lfb_machine *machine, const struct lfb_image_module *image);
/* boot.c: starts a kernel on memory as it is; @root: KHO root tree, 0 for none. */
int lfb__machine_start(struct lfb_machine *machine, phys_addr_t root);

/*
 * settle.c
 */

/* settle.c: lfb_machine_settle(), if nothing is under way that is yet to be finished. */
void lfb__machine_at_end(struct lfb_machine *machine);
/* Looks for what the jump is about to lose. */
void lfb__machine_before_jump(struct lfb_machine *machine);
/* A system call of @task returns with more locks than it began with. */
void lfb__machine_locks_kept(struct lfb_machine *machine, struct task_struct *task,
			     unsigned int before, const char *call);

/* agent.c: all descriptors of all agents are gone, with their kernel. */
void lfb__agents_forget(struct lfb_machine *machine);
void lfb__agents_destroy(struct lfb_machine *machine);

/* blob_load.c: copies a blob's pages into a machine that is off; sets the KHO root's address. */
int lfb__blob_place(const struct lfb_blob *blob, struct lfb_machine *machine, phys_addr_t *root);

#endif
