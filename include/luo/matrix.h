/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The upgrade matrix: what becomes of a live update when another kernel takes over. Every answer
 * comes from doing it: the machine boots the one kernel, files are preserved in it, the other one
 * boots from what is there, and an agent looks for everything that was sent.
 */
#ifndef LUO_MATRIX_H
#define LUO_MATRIX_H

#include <luo/types.h>

struct lfb_blob;
struct lfb_machine;

/** enum lfb_matrix_kind - what the sending kernel hands over. lfb_matrix_kind_about() */
enum lfb_matrix_kind {
	LFB_MATRIX_EMPTY,
	LFB_MATRIX_SESSIONS,
	LFB_MATRIX_FILE,
	LFB_MATRIX_FLBS,
	LFB_MATRIX_FULL_SESSIONS,
	LFB_MATRIX_FULL_FILES,
	LFB_MATRIX_FULL_FLBS,
	LFB_MATRIX_TAKEN_NAME,
	LFB_MATRIX_NEW_HANDLER,
	LFB_MATRIX_KINDS,
};

/** LFB_MATRIX_MANY - where a kernel takes sessions or files without end, this many are enough. */
#define LFB_MATRIX_MANY 1000

/**
 * enum lfb_matrix_outcome - what the receiving kernel makes of it
 * @LFB_MATRIX_WORKS: everything sent arrived, byte for byte, and was finished
 * @LFB_MATRIX_LOST: live update works, but something that was sent did not arrive
 * @LFB_MATRIX_FRESH: to this kernel it is no KHO boot: it comes up as after a cold start
 * @LFB_MATRIX_DISABLED: it boots with live update switched off
 * @LFB_MATRIX_EIO: it boots, but /dev/liveupdate cannot be opened
 * @LFB_MATRIX_PANIC: it dies while booting
 * @LFB_MATRIX_UNSENT: nothing is wrong, but the kernel before could send nothing
 * @LFB_MATRIX_UNREACHED: a kernel before died
 */
enum lfb_matrix_outcome {
	LFB_MATRIX_WORKS,
	LFB_MATRIX_LOST,
	LFB_MATRIX_FRESH,
	LFB_MATRIX_DISABLED,
	LFB_MATRIX_EIO,
	LFB_MATRIX_PANIC,
	LFB_MATRIX_UNSENT,
	LFB_MATRIX_UNREACHED,
	LFB_MATRIX_OUTCOMES,
};

/** struct lfb_matrix_load - how much of each was handed over. */
struct lfb_matrix_load {
	unsigned int sessions;
	unsigned int files;
	unsigned int flbs;
};

/** LFB_MATRIX_REASON_SIZE - bytes of a reason, with its NUL. */
#define LFB_MATRIX_REASON_SIZE 512

/**
 * struct lfb_matrix_hop - one kexec of a run
 * @from: the kernel that sends: its profile, or the path of its image, as long as there are the
 *	machine and what it was asked for
 * @to: the kernel that receives
 * @outcome: what becomes of it
 * @error: of the jump or the open, 0 where both went well
 * @sent: what was handed over
 * @arrived: what was found again with all its bytes; equal to @finished where it works
 * @finished: what was finished
 * @reason: for what does not work, what the receiving kernel has to say about it, else ""
 */
struct lfb_matrix_hop {
	const char *from;
	const char *to;
	enum lfb_matrix_outcome outcome;
	int error;
	struct lfb_matrix_load sent;
	struct lfb_matrix_load arrived;
	struct lfb_matrix_load finished;
	char reason[LFB_MATRIX_REASON_SIZE];
};

/**
 * lfb_matrix_run() - one kernel after the other, each handing over to the next
 * @machine: a machine that is switched off, as lfb_machine_create() made it: its profile, or its
 *	kernel image, is the first kernel. It is switched off again afterwards, and its kernel is
 *	the last that booted
 * @kind: what each kernel hands over
 * @to: the kernels that follow, profiles and kernel images by their paths, as of
 *	lfb_machine_jump(); but a profile is never the machine's own image
 * @count: how many
 * @hops: @count of them, filled in
 *
 * What arrives in a kernel is finished there; then the same is sent again, on to the next.
 *
 * Return: 0 whatever the outcomes; -EINVAL; -ENOEXEC there is no image at a path, or what reading
 * it answers; -EBUSY the machine is not off; and where a kernel cannot do what sending takes, the
 * error: -ENOMEM (64 MiB of memory are enough) and what lfb_machine_prepare() returns. @hops from
 * the failing one on mean nothing then.
 */
LFB_API int lfb_matrix_run(struct lfb_machine *machine, enum lfb_matrix_kind kind,
			   const char *const *to, unsigned int count, struct lfb_matrix_hop *hops);

/**
 * lfb_matrix_take() - can a kernel take over a handover that is there already?
 * @machine: a machine that is switched off: its profile, or its image, is the kernel. It is
 *	switched off again
 * @blob: the handover
 * @hop: filled in; of what arrived, files are those of the sessions that did: what is in them only
 *	their own handlers know, and no FLB is asked for. LFB_MATRIX_WORKS: all sessions arrived
 *
 * The kernel boots from it, with a handler for each kind of file, and an agent retrieves each
 * session.
 *
 * Return: 0 whatever the outcome; -EINVAL; -EBUSY the machine is not off; what
 * lfb_machine_boot_blob() returns when the machine cannot hold it; -ENOMEM.
 */
LFB_API int lfb_matrix_take(struct lfb_machine *machine, const struct lfb_blob *blob,
			    struct lfb_matrix_hop *hop);

/** lfb_matrix_kind_name() - Return: a kind as a word ("full-files"), NULL when there is none. */
LFB_API const char *lfb_matrix_kind_name(enum lfb_matrix_kind kind);
/** lfb_matrix_kind_about() - Return: what is sent, in a phrase; NULL when there is none. */
LFB_API const char *lfb_matrix_kind_about(enum lfb_matrix_kind kind);
/** lfb_matrix_outcome_name() - Return: an outcome as a word ("panic"), NULL when there is none. */
LFB_API const char *lfb_matrix_outcome_name(enum lfb_matrix_outcome outcome);
/** lfb_matrix_outcome_about() - Return: what it means, in a sentence; NULL when there is none. */
LFB_API const char *lfb_matrix_outcome_about(enum lfb_matrix_outcome outcome);

#endif
