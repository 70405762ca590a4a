/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Who watches the orchestrator. It says here what it does, wherever a callback is called and a
 * session, a file or an FLB gets on; what is wrong with that a watcher knows (lib/contract/), which
 * the machine brings along. A watcher changes nothing of what happens. Where it is told that the
 * kernel @dies, and by code_gone, block_followed, page_followed and answer_taken of a retrieve, it
 * says of what, which ends the kernel: it does not return then. That it dies is lib/'s decision.
 */
#ifndef LIB_LUO_WATCH_H
#define LIB_LUO_WATCH_H

#include <luo/liveupdate.h>

#include "sim/kernel/kernel.h"

struct luo;
struct luo_args;
struct luo_file;

enum luo_op {
	LUO_CAN_PRESERVE,
	LUO_PRESERVE,
	LUO_UNPRESERVE,
	LUO_FREEZE,
	LUO_UNFREEZE,
	LUO_RETRIEVE,
	LUO_CAN_FINISH,
	LUO_FINISH,
	LUO_GET_ID,
};

/* Around a callback. @before is what it was given, @after what it left there. */
struct luo_watch_call {
	/* Only where somebody checks (lfb__checking()). */
	void (*file_given)(struct luo *luo, const struct luo_file *luo_file, enum luo_op op);
	void (*file)(struct luo *luo, const struct lfb_frame *frame, struct luo_file *luo_file,
		     enum luo_op op, const struct liveupdate_file_op_args *before,
		     const struct liveupdate_file_op_args *after, int result);
	void (*flb)(struct luo *luo, const struct lfb_frame *frame, enum luo_op op,
		    const struct liveupdate_flb_op_args *before,
		    const struct liveupdate_flb_op_args *after, int result);
	/* An answer that is no errno. */
	void (*bad_answer)(const struct lfb_frame *frame, int result);
	/* A call into a module that is unloaded: it ends the kernel. */
	void (*code_gone)(const struct lfb_frame *frame);
	/* The kernel died in a retrieve that was given no handle. */
	void (*died)(struct lfb_kernel *kernel, const struct lfb_frame *frame);
};

/* Sessions, in the order of their life. */
struct luo_watch_session {
	void (*created)(struct luo *luo, const struct liveupdate_session *session,
			const char *name);
	/* @what is done to one, or to @session NULL to all, while the reboot call is at work. */
	void (*changed)(struct luo *luo, const struct liveupdate_session *session,
			const char *what);
	/* Asked for again after the first open. */
	void (*taken_again)(struct luo *luo);
	/* Not all of its @files could be restored: it goes on without. */
	void (*restored_in_part)(struct luo *luo, const struct liveupdate_session *session,
				 u64 files);
	void (*closed_while_found)(struct luo *luo, const char *name);
	/* Its agent cannot be told that it has it: it is finished. */
	void (*lost)(struct luo *luo, const char *name);
	/* The name that was handed over did not end; it does now. */
	void (*name_cut)(struct luo *luo, const struct liveupdate_session *session);
	/* Two of this name were handed over, and the second ends what is restored. */
	void (*name_twice)(struct luo *luo, const char *name);
	/* What was handed over says that a block is where there is no memory: the kernel's end. */
	void (*block_followed)(struct luo *luo, phys_addr_t where);
	/* Likewise when it is given back: a block was overwritten since it was read. */
	void (*block_overwritten)(struct luo *luo, phys_addr_t where);
	/* There is no memory to take note of a block of them: the kernel's end. */
	void (*no_memory_at_boot)(struct luo *luo);
	/* The last of their blocks is handed over without any. */
	void (*empty_block)(struct luo *luo);
	/* Returns how many of its files nobody has retrieved. */
	u64 (*closing)(const struct luo *luo, const struct liveupdate_session *session);
	/* The close could not finish it (@err), and nobody gets it again; or it did. */
	void (*closed)(struct luo *luo, const struct liveupdate_session *session,
		       u64 unretrieved, int err);
};

/* Files, in the order of their life. */
struct luo_watch_file {
	/* Returns the sum of users of a handler's FLBs. */
	s64 (*to_preserve)(const struct luo *luo, const struct liveupdate_file_handler *fh);
	/* A file was not preserved: are they as many as @before? */
	void (*not_preserved)(struct luo *luo, const struct liveupdate_file_handler *fh,
			      s64 before);
	void (*preserved_twice)(struct luo *luo, const struct luo_file *luo_file);
	/* The file under @token is, and its agent was told that it is not. */
	void (*kept)(struct luo *luo, const struct liveupdate_session *session, u64 token);
	/* It was kept under luo_file->id, and is @id now … */
	void (*identity_changed)(struct luo *luo, const struct luo_file *luo_file,
				 unsigned long id);
	/* … so that the old one stays in the table when it goes. */
	void (*identity_stays)(struct luo *luo, const struct luo_file *luo_file, unsigned long id);
	/* Just retrieved, and there is one of that identity. */
	void (*identity_taken)(struct luo *luo, const struct luo_file *luo_file);
	/* Just retrieved, and there is no memory to enter it. */
	void (*entry_lost)(struct luo *luo, const struct luo_file *luo_file);
	/* A positive answer is no error to who called who called the callback. */
	void (*answer_taken)(struct luo *luo, const struct luo_file *luo_file, enum luo_op op,
			     int answer);
	/* Retrieved already, or in the kernel that preserved it. */
	void (*odd_retrieve)(struct luo *luo, const struct luo_file *luo_file);
	/* Its handler said 0 and gave no file; what the kernel makes of it is to be seen. */
	void (*gave_nothing)(struct luo *luo, const struct luo_file *luo_file);
	/* The same, and the kernel @dies of that, or warns. */
	void (*retrieved_nothing)(struct luo *luo, const struct luo_file *luo_file, bool dies);
	/* @token is not there; its list was searched to the end, and that taken for a file. */
	void (*head_read)(struct luo *luo, const struct liveupdate_session *session, u64 token);
	void (*to_finish)(struct luo *luo, const struct luo_file *luo_file);
	/* What was about to be handed over was restored here. */
	void (*preserved_memory_freed)(struct luo *luo, const struct liveupdate_session *session);
};

/* What the kernels themselves warn of. */
enum luo_flb_warning {
	LUO_WARN_HELD_BY_REFERENCES,	/* alone, when it is serialized */
	LUO_WARN_RETRIEVED_NOTHING,
	LUO_WARN_NOT_RETRIEVED,		/* when it is finished: without an object … */
	LUO_WARN_LEAKED,		/* … or not at all */
	LUO_WARN_NOTHING_TO_LOCK,
	LUO_WARN_UNLOCKED_WITH_OTHER,
	LUO_WARN_PUT_WITHOUT_GET,
	LUO_WARN_PUT_OF_OTHERS,		/* likewise, where the kernel does not notice */
	LUO_WARN_SATURATED,
	LUO_WARN_DROPPED_UNCOUNTED,	/* for a file that was preserved before it was linked */
	LUO_WARN_PRESERVED,		/* when it is unregistered … */
	LUO_WARN_RETRIEVED,
};

/* FLBs, in the order of their life. */
struct luo_watch_flb {
	/* The kernel goes on without live update, and the page for them stays preserved. */
	void (*page_left)(struct luo *luo);
	/* It is to be handed over, or to be left behind: with the right count? */
	void (*count_serialized)(struct luo *luo, const struct liveupdate_flb *flb);
	/* All are serialized: what is handed over is remembered for the next kernel. */
	void (*all_serialized)(struct luo *luo);
	/* They are said to be where there is no memory: the kernel's end. */
	void (*page_followed)(struct luo *luo, const struct liveupdate_flb *flb,
			      phys_addr_t where);
	/* A codec's reader goes on all the same; @flb is its context. */
	int (*trusted)(void *flb, int error, const struct lfb_problem *problem);
	/* An FLB's record was found: is it the same FLB? */
	void (*found)(struct luo *luo, const struct liveupdate_flb *flb);
	void (*to_retrieve)(struct luo *luo, const struct liveupdate_flb *flb);
	void (*warned)(const struct liveupdate_flb *flb, enum luo_flb_warning warning);
};

/* Who gets at an FLB's object; @err: what the answer is. */
struct luo_watch_access {
	void (*asked)(struct luo *luo, const struct liveupdate_flb *flb, bool incoming, int err);
	void (*object_replaced)(struct luo *luo, const struct liveupdate_flb *flb);
	void (*got)(struct luo *luo, const struct luo_args *args, bool counted);
	/* What got() took is about to be put. */
	void (*puts)(struct luo *luo, const struct luo_args *args);
	/* There is nothing, and the answer is 0. */
	void (*got_nothing)(struct luo *luo, const struct luo_args *args);
	/* By a put that this kernel has not. */
	void (*given_back)(struct luo *luo, struct liveupdate_flb *flb, bool incoming);
};

/* What is registered. */
struct luo_watch_registry {
	/* It is not, as it is in use. @how: "set up" or "initialized". */
	void (*set_up_again)(struct luo *luo, const struct liveupdate_flb *flb, const char *how);
	/* An FLB or handler is registered, and was by kernel @boot: it is no module's data. */
	void (*survived)(struct luo *luo, const char *what, const char *compatible,
			 unsigned int boot);
	/* Linked to a handler that is not registered; @passes: it does not notice, and may die. */
	void (*handler_unregistered)(struct luo *luo, const struct liveupdate_file_handler *fh,
				     const struct liveupdate_flb *flb, bool passes, bool dies);
	/* What was to be registered or unregistered leads nowhere; it @dies of that. */
	void (*nowhere)(struct luo *luo, const struct liveupdate_file_handler *fh,
			const struct liveupdate_flb *flb, const char *why, bool dies);
	/* @flb is linked to @fh from here on: whose files may not be counted when they go. */
	void (*linked)(struct luo *luo, const struct liveupdate_file_handler *fh,
		       const struct liveupdate_flb *flb);
	void (*to_unlink)(struct luo *luo, const struct liveupdate_flb *flb);
	void (*unterminated)(struct luo *luo, bool of_flb, const char *compatible);
	/* A list was walked without the lock, and is not what it was. */
	void (*moved)(struct luo *luo, const char *walker);
	/* Where somebody checks: @fh takes @file; @takes asks others whether they would. */
	void (*handler_found)(struct luo *luo, struct liveupdate_file_handler *fh,
			      struct file *file,
			      bool (*takes)(struct luo *luo, struct liveupdate_file_handler *fh,
					    struct file *file));
	/* @module is gone, and not what it registered: a file handler or an FLB, says @what. */
	void (*left_registered)(struct luo *luo, const char *module, const char *what,
				const char *compatible);
};

/* What should be over. */
struct luo_watch_settled {
	/* A session handed over is finished and gone: was it the last? */
	void (*session_gone)(struct luo *luo);
	/* Before the jump to the next kernel, and whenever the user says that all is over. */
	void (*all)(struct luo *luo);
};

struct luo_watch {
	const struct luo_watch_call *call;
	const struct luo_watch_session *session;
	const struct luo_watch_file *file;
	const struct luo_watch_flb *flb;
	const struct luo_watch_access *access;
	const struct luo_watch_registry *registry;
	const struct luo_watch_settled *settled;
};

#endif
