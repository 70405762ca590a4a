/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Fault points: every step that can fail on a real kernel can be made to fail here.
 *
 * Points are counted in the order they are reached. A plan names the kinds it concerns and which
 * one of them fails; the count tells afterwards how many there were, so that a loop over
 * 1, 2, 3 … ends by itself when the plan no longer fires.
 */
#ifndef LUO_FAULT_H
#define LUO_FAULT_H

#include <luo/types.h>

struct lfb_machine;

/** enum lfb_fault_kind - what sort of step a fault point is. */
enum lfb_fault_kind {
	LFB_FAULT_ALLOC,	  /* page, slab or vmalloc allocation: NULL */
	LFB_FAULT_KHO,		  /* preserving memory: -ENOMEM */
	LFB_FAULT_FDT,		  /* space in a device tree: -FDT_ERR_NOSPACE */
	LFB_FAULT_MODULE,	  /* try_module_get(): false */
	LFB_FAULT_FLB_PRESERVE,	  /* the callbacks that may fail: -EIO without being called */
	LFB_FAULT_FLB_RETRIEVE,
	LFB_FAULT_FILE_PRESERVE,
	LFB_FAULT_FILE_FREEZE,
	LFB_FAULT_FILE_RETRIEVE,
	LFB_FAULT_FILE_CAN_FINISH, /* false without being called */
	LFB_FAULT_USER_READ,	  /* a request from userspace cannot be read: -EFAULT */
	LFB_FAULT_USER_WRITE,	  /* the answer to one cannot be written: -EFAULT */
	LFB_FAULT_KINDS,
};

/** LFB_FAULT_ANY - a kind mask with all kinds. */
#define LFB_FAULT_ANY ((1u << LFB_FAULT_KINDS) - 1)

/**
 * struct lfb_fault_plan - which fault point fails
 * @sz: sizeof(struct lfb_fault_plan)
 * @kinds: mask of 1 << enum lfb_fault_kind; 0 switches the plan off
 * @nth: 1 fails the next point of these kinds, 2 the one after it …; 0 lets the choice stream
 *	decide at each point, with one chance in @chance
 * @forever: every later point of these kinds fails too
 * @chance: for @nth 0
 * @then: that many points after the first one that fails another one does; 0: none. Makes no
 *	difference where @forever is set
 */
struct lfb_fault_plan {
	size_t sz;
	unsigned int kinds;
	unsigned long nth;
	bool forever;
	unsigned int chance;
	unsigned long then;
};

/**
 * lfb_fault_arm() - set or replace a machine's fault plan; counting starts at 0 again
 * @machine: the machine
 * @plan: the plan; NULL only counts
 *
 * The plan survives kexec. Return: 0 or -EINVAL: no machine, or a plan that makes no sense (unknown
 * kinds, neither nth nor chance).
 */
LFB_API int lfb_fault_arm(struct lfb_machine *machine, const struct lfb_fault_plan *plan);

/** lfb_fault_count() - Return: points of @kind reached since lfb_fault_arm(). */
LFB_API unsigned long lfb_fault_count(struct lfb_machine *machine, enum lfb_fault_kind kind);
/** lfb_fault_hits() - Return: points that failed since lfb_fault_arm(). */
LFB_API unsigned long lfb_fault_hits(struct lfb_machine *machine);
/**
 * lfb_fault_where() - which step failed last
 * @machine: the machine
 * @kind: set to its kind when any failed; may be NULL
 *
 * Return: the name of the newest point that failed since lfb_fault_arm(), as the trace has it
 * ("kmalloc", "flb-0-v1"); "" when none did. Good until the next call.
 */
LFB_API const char *lfb_fault_where(struct lfb_machine *machine, enum lfb_fault_kind *kind);
/** lfb_fault_kind_name() - Return: a kind's name ("alloc"), as scenarios write it. */
LFB_API const char *lfb_fault_kind_name(enum lfb_fault_kind kind);

/**
 * lfb_fault_hit() - does nothing; called whenever a fault point fails
 * @where: the step that fails, as in the trace
 *
 * Set a breakpoint here to stop at each injected fault, with its caller on the stack.
 */
LFB_API void lfb_fault_hit(const char *where);

#endif
