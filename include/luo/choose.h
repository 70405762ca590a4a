/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The choice stream: everything a run leaves open is asked here, so that one run can be random,
 * one of all possible runs, a replay or a fuzzer's idea, without the code that asks knowing which.
 */
#ifndef LUO_CHOOSE_H
#define LUO_CHOOSE_H

#include <luo/types.h>

struct lfb_machine;

/**
 * lfb_choose() - decide something
 * @machine: the machine
 * @bound: how many possibilities there are, at least 1
 * @why: what is decided, for the record ("fault", "schedule")
 *
 * Return: 0 to @bound - 1.
 */
LFB_API unsigned int lfb_choose(struct lfb_machine *machine, unsigned int bound, const char *why);

/** lfb_choose_seeded() - decide by a generator; the same seed gives the same decisions. */
LFB_API int lfb_choose_seeded(struct lfb_machine *machine, u64 seed);

/**
 * lfb_choose_listed() - decide by a list, then 0 for ever
 * @machine: the machine
 * @list: decisions; each is taken modulo the bound it meets. Copied
 * @count: how many
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
LFB_API int lfb_choose_listed(struct lfb_machine *machine, const unsigned int *list, size_t count);

/**
 * lfb_choose_bytes() - decide by a fuzzer's bytes, then 0 for ever
 * @machine: the machine
 * @bytes: one a decision for bounds up to 256, else four, little-endian; modulo the bound. Copied
 * @size: how many
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
LFB_API int lfb_choose_bytes(struct lfb_machine *machine, const void *bytes, size_t size);

/**
 * lfb_choose_all() - start to go through all decisions there are
 * @machine: the machine
 *
 * Run the body, then call lfb_choose_next() and run it again while that says so:
 *
 *	lfb_choose_all(machine);
 *	do {
 *		body(machine);
 *	} while (lfb_choose_next(machine));
 */
LFB_API int lfb_choose_all(struct lfb_machine *machine);
/**
 * lfb_choose_next() - go on to the next combination
 * @machine: the machine, after lfb_choose_all()
 *
 * A bound may depend on the decisions before it, but not on anything else. After the last
 * combination comes the first again.
 *
 * Return: true when a combination is left that has not been tried.
 */
LFB_API bool lfb_choose_next(struct lfb_machine *machine);

/**
 * lfb_choose_record() - the decisions made since the stream was set, for lfb_choose_listed()
 * @machine: the machine
 * @count: set to how many there are
 *
 * With lfb_choose_all() those of the running combination. Only the first 2^20 are kept.
 *
 * Return: the list, good until the next decision; NULL when there are none.
 */
LFB_API const unsigned int *lfb_choose_record(struct lfb_machine *machine, size_t *count);

/** typedef lfb_sched_fn - is told of a scheduling point before it is passed. */
typedef void (*lfb_sched_fn)(void *context, const char *point, const char *object);

/**
 * lfb_sched_to() - be told of each scheduling point: lock operations and callback edges
 * @machine: the machine
 * @hook: called before the point is passed; NULL for none
 * @context: handed to @hook
 *
 * Return: 0 or -EINVAL.
 */
LFB_API int lfb_sched_to(struct lfb_machine *machine, lfb_sched_fn hook, void *context);

#endif
