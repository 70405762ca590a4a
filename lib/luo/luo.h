/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The orchestrator's types: what one kernel's LUO remembers, what kind of kernel it is (profile.h),
 * what is handed over (record.h), a hash table; and the two things that all of lib/ needs, names
 * for findings and the way in for the kernel's functions. All of it lies in the simulated kernel's
 * memory and ends with it; the next kernel sees only what a codec wrote. Uses sim/kernel/; used by
 * all of lib/, and by whoever looks at a kernel's state from outside.
 *
 * Lock order: session list rwsem (one incoming, one outgoing) -> session->mutex -> file mutex ->
 * FLB mutex.
 */
#ifndef LIB_LUO_LUO_H
#define LIB_LUO_LUO_H

#include <luo/kho_block.h>
#include <luo/liveupdate.h>
#include <luo/uapi.h>

#include "lib/luo/hash.h"
#include "lib/luo/profile.h"
#include "lib/luo/record.h"
#include "lib/luo/watch.h"
#include "sim/kernel/kernel.h"

/*
 * A handler's link to one of its FLBs. What the two halves of an FLB (struct liveupdate_flb_state)
 * allow:
 *
 *	outgoing	get		its callbacks
 *	unused		-ENOENT		preserve, for the first file that needs it
 *	preserved	the object	unpreserve, when neither files nor references are left
 *
 *	incoming	get		its callbacks
 *	handed over	retrieves	retrieve, when somebody asks or the last file goes
 *	retrieved	the object	finish, when neither files nor references are left
 *	failed		its errno	finish all the same, without an object
 *	finished	-ENODATA	none
 *
 * Quirks differ: FLB_GET_*, FLB_RETRIEVE_*, FLB_FINISH_*, FLB_LINK*, FLB_COUNT_SATURATES and
 * FLB_FAILED_RETRIEVE_LEAKS.
 */
struct luo_flb_link {
	struct list_head list;
	struct liveupdate_flb *flb;
	unsigned long made;		/* luo->register_changes then */
};

/*
 * A file in a session, preserved or handed over. The callbacks that may follow:
 *
 *	preserved	freeze, unpreserve
 *	frozen		unfreeze, when another's freeze failed; freeze and unpreserve, when the
 *			reboot call failed later than that
 *	handed over	retrieve, can_finish, finish
 *	retrieved	can_finish, finish
 *	failed		can_finish, finish; retrieve where quirk FILE_RETRIEVE_RETRIED is
 */
struct luo_file {
	struct list_head list;		/* session->files, oldest first */
	struct luo_hash_node by_token;	/* session->tokens */
	struct luo_hash_node by_id;	/* luo->preserved, when the handler has get_id */
	unsigned long id;		/* the answer that it is kept under there */
	struct liveupdate_file_handler *handler;
	struct liveupdate_session *session;
	struct file *file;
	u64 token;
	u64 serialized_data;
	void *private_data;
	int retrieve_status;		/* 0 never tried, 1 succeeded, <0 failed with */
	unsigned long links_made;	/* luo->register_changes when its FLBs were counted */
	bool marks_file;		/* its file is known to be preserved because of it … */
	bool has_id;			/* … by its identity, not by itself */
	struct lfb_holder holder;	/* what its callbacks made */
	u64 kept_data;			/* the handle a callback set last */
	unsigned long freeze_call;	/* of the freeze that succeeded last */
	struct mutex mutex;
};

struct luo_sessions;

/*
 * A session. What the agent may do with it:
 *
 *			preserve	retrieve	finish		close
 *	outgoing	yes		-EINVAL		-EINVAL		unpreserves all, ends it
 *	serialized	waits		waits		waits		waits
 *	handed over	by its name alone: it has no file yet
 *	retrieved	-EINVAL		yes		yes		finishes all, ends it
 *	finished	-EINVAL		-ENOENT		yes		ends it
 *
 * A close that cannot finish it makes it one that is handed over again. Where the profile has no
 * preserve_needs_outgoing, preserve works on all of them; the quirks FILE_INCOMING_OPS_ON_OUTGOING,
 * SESSION_MUTATE_WHILE_REBOOTING and SESSION_STUCK_AFTER_FAILED_CLOSE allow more, or less.
 */
struct liveupdate_session {
	char name[LIVEUPDATE_SESSION_NAME_LENGTH];
	struct list_head list;		/* sessions->list, in order of creation */
	struct luo_hash_node by_name;	/* sessions->names */
	struct luo_sessions *sessions;	/* incoming or outgoing */
	struct mutex mutex;
	struct list_head files;
	struct luo_hash tokens;
	void *files_mem;		/* outgoing: serialized files, as one array … */
	struct kho_block_set file_blocks; /* … or in blocks */
	phys_addr_t files_phys;		/* incoming: serialized files */
	u32 count;			/* of files */
	bool retrieved;			/* incoming: an agent has it */
	bool serialized;		/* outgoing: written down, and the reboot still goes on */
};

struct luo_sessions {
	struct rw_semaphore rwsem;
	struct list_head list;
	struct luo_hash names;
	u64 count;
	bool incoming;
};

struct luo {
	struct lfb_kernel *kernel;
	const struct luo_profile *profile;
	const struct luo_watch *watch;
	u64 quirks;
	bool enabled;
	u64 number;			/* updates, the coming one included */

	struct rw_semaphore register_lock;
	unsigned long register_changes;	/* counts changes of the two lists */
	struct list_head handlers;
	struct list_head flbs;		/* global registration order */
	unsigned long flb_count;
	u64 flbs_finished;		/* of those handed over, a bit each */
	bool flb_page_freed;		/* … and what they were handed over in */
	struct luo_hash preserved;	/* files in any session, by their handlers' identities */

	struct luo_sessions incoming;
	struct luo_sessions outgoing;

	bool handed_over;		/* there is a LUO state from the previous kernel */
	struct luo_head head;		/* what it says */
	struct lfb_problem problem;	/* with that state, the newest; no text: none */

	struct rw_semaphore serialize_rwsem; /* read by who changes sessions; no point, no event */
	bool serializing;		/* the reboot call is at work */
	bool serialized;		/* it succeeded; the jump is next */
	bool device_open;
	bool was_opened;		/* the device, in this kernel */
	bool restored;			/* sessions were read, or failed to for good */
	int restore_error;
	bool restore_failed;		/* also where the quirk forgets it */

	void *tree;			/* outgoing: LUO FDT, or struct luo_ser */
	void *session_mem;		/* sessions, as one array … */
	struct kho_block_set session_blocks; /* … or in blocks */
	struct kho_block_set_it writing_session; /* behind the last entry that was written … */
	struct kho_block_set_it writing_file;	/* … of the session that is being written */
	void *flb_mem;
};

/* The current kernel's orchestrator; NULL when live update is off or there is no kernel. */
static inline struct luo *luo_current(void)
{
	struct lfb_kernel *kernel = lfb__current;
	struct luo *luo = kernel && !kernel->dead ? kernel->luo : NULL;

	return luo && luo->enabled ? luo : NULL;
}

static inline bool luo_quirk(const struct luo *luo, enum luo_quirk quirk)
{
	return luo->quirks & (1ull << quirk);
}

static inline struct liveupdate_flb_state *luo_flb_state(struct liveupdate_flb *flb, bool incoming)
{
	return incoming ? &flb->private.incoming : &flb->private.outgoing;
}

/* Of those that need an FLB, the files; what is saturated is so for good. */
static inline s64 luo_flb_files(const struct liveupdate_flb_state *state)
{
	return state->count == LFB_FLB_SATURATED ?
		       state->count : (s64)((u64)state->count - (u64)state->references);
}

/* luo.c: what is asked of it in many places */

bool luo_any_session(const struct luo *luo);
/* Is every file that was handed over finished? */
bool luo_all_finished(const struct luo *luo);
/* What is registered under a compatible string, and by what a handler needs an FLB; or NULL. */
struct liveupdate_file_handler *luo_handler_by_compatible(const struct luo *luo,
							  const char *compatible);
struct liveupdate_flb *luo_flb_by_compatible(const struct luo *luo, const char *compatible);
struct luo_flb_link *luo_flb_link(const struct liveupdate_file_handler *fh,
				  const struct liveupdate_flb *flb);
/* 0, or -EINVAL for a string that a kernel would read past the end of. */
int luo_check_compatible(struct luo *luo, bool of_flb, const char *compatible);

/* 0, or -EINVAL for one of the other direction, where the kernel looks; @what is asked of it. */
int luo_session_is_for(struct luo *luo, const struct liveupdate_session *session, bool incoming,
		       const char *what);
/*
 * Reading like a kernel that does not ask whether a block was handed over: it ends where there is
 * no memory.
 */
const void *luo_session_follow(phys_addr_t phys, size_t size);
/* What a finding is about, for the time of an expression. */
struct luo_name {
	char text[160];
};

/* "session vm-1"; @name may be unterminated at 64 bytes. */
struct luo_name luo_name(const char *type, const char *name);
/* "flb iommu-v1" */
struct luo_name luo_flb_name(const struct liveupdate_flb *flb);
/* "file memfd-v1 token 7 of session vm-1" */
struct luo_name luo_file_name(const struct luo_file *luo_file);

/* entry.c: the way in */

/* The kernel's functions for its subsystems that another orchestrator may have instead of lib/. */
enum luo_function {
	LUO_OWN_FUNCTION,		/* lib/ alone has it */
	LUO_REGISTER_FILE_HANDLER,
	LUO_UNREGISTER_FILE_HANDLER,
	LUO_REGISTER_FLB,
	LUO_UNREGISTER_FLB,
	LUO_FLB_GET,
	LUO_FLB_PUT,
	LUO_REBOOT,
};

/* What a function of the kernel was called with: each fills in what it has. */
struct luo_args {
	enum luo_function which;
	const char *function;		/* its name */
	struct liveupdate_file_handler *fh;
	struct liveupdate_flb *flb;
	struct liveupdate_session *session;
	struct file *file;
	u64 token;
	bool incoming;			/* which of the FLB's objects */
	/* Where the answer goes. */
	void **objp;
	struct file **filep;
	u64 *tokenp;
};

/* An orchestrator that is not lib/: this kernel's calls go to it. */
struct luo_elsewhere {
	struct luo *seen;	/* what can be told from outside: see luo_seen() */
	bool (*enabled)(const struct luo_elsewhere *elsewhere);
	/* -EOPNOTSUPP: it has no such function. */
	int (*call)(struct luo_elsewhere *elsewhere, const struct luo_args *args);
	/* Open its device, as lfb__device_open(); and ask a file of its own, in kernel code. */
	struct file *(*open)(struct luo_elsewhere *elsewhere);
	long (*ioctl)(struct luo_elsewhere *elsewhere, struct file *file, unsigned int cmd,
		      void *argument);
	/* As luo_module_is_gone(). */
	void (*module_is_gone)(struct luo_elsewhere *elsewhere, const struct lfb_module *module,
			       bool loaded);
	/* As luo_look() and luo_look_at(). */
	const struct luo *(*look)(struct luo_elsewhere *elsewhere);
	const struct liveupdate_flb *(*look_at)(const struct luo_elsewhere *elsewhere,
						const struct liveupdate_flb *flb);
};

/*
 * lib/'s state; or of an orchestrator elsewhere what is registered, its links, its profile, and the
 * sessions and files that its agents and callbacks tell of: all else there is as it is in the
 * beginning. NULL: no kernel has begun to run.
 */
static inline struct luo *luo_seen(const struct lfb_kernel *kernel)
{
	return unlikely(kernel->elsewhere != NULL) ? kernel->elsewhere->seen : kernel->luo;
}

/*
 * All that is remembered: lib/'s state, or a copy of an orchestrator's elsewhere, until the next
 * look. What the copy has not is zero there: hash tables, @head, who made what. NULL: no kernel has
 * begun to run, or it cannot be looked at. Kernel code: what is looked at may be broken.
 */
static inline const struct luo *luo_look(const struct lfb_kernel *kernel)
{
	return unlikely(kernel->elsewhere != NULL) ? kernel->elsewhere->look(kernel->elsewhere) :
						     kernel->luo;
}

/* An FLB of a module's as the newest look found it. */
static inline const struct liveupdate_flb *luo_look_at(const struct lfb_kernel *kernel,
						       const struct liveupdate_flb *flb)
{
	return unlikely(kernel->elsewhere != NULL) ?
		       kernel->elsewhere->look_at(kernel->elsewhere, flb) : flb;
}

/*
 * Runs a function of the kernel: -EOPNOTSUPP when live update is off, else @body, or whoever is
 * elsewhere; guarded, so that a bad pointer ends the simulated kernel and not the process.
 */
int luo_enter(int (*body)(struct luo *luo, const struct luo_args *args),
	      const struct luo_args *args);
/* What the running profile lacks: records it, returns -EOPNOTSUPP. */
int luo_not_here(struct luo *luo, const char *function);

/* call.c: a callback, and the seams around it */

/* What injected failures look like: the callback is not run. */
#define LUO_INJECTED_ERROR (-EIO)

/* Of a callback that may fail or is told of. Filled in but for what begins of itself. */
struct luo_call {
	struct lfb_kernel *kernel;
	enum luo_op op;
	bool of_flb;			/* else it is a file's, which is told with the event: */
	bool incoming;
	const char *session;
	u64 token;
	struct lfb_frame frame;
	struct lfb_span span;
};

/* @handle: what the callback was given, and what it left. */
void luo_call_begins(struct luo_call *call, u64 handle);
/* Is it to answer LUO_INJECTED_ERROR, and not be run? */
bool luo_call_fails(struct luo_call *call);
void luo_call_ends(struct luo_call *call, u64 handle, int result);
/* What happens between the two is @frame's; for callbacks of which nothing is told. */
void luo_call_push(struct lfb_kernel *kernel, struct lfb_frame *frame, enum luo_op op);
void luo_call_pop(struct lfb_kernel *kernel, const struct lfb_frame *frame);
/* Calls the module's function. */
int luo_run_flb(struct liveupdate_flb_op_args *args, enum luo_op op);
int luo_run_file(struct liveupdate_file_op_args *args, enum luo_op op);

/* What the ledger and the events are told; the rest goes to luo->watch. */

/* What its callbacks make is its holder's from here on, until it is gone. */
static inline void luo_on_file_made(struct luo_file *luo_file)
{
	lfb__holder_init(&luo_file->holder);
	luo_file->kept_data = luo_file->serialized_data;
}

static inline void luo_on_file_gone(struct luo_file *luo_file)
{
	lfb__holder_forget(&luo_file->holder);
}

static inline void luo_on_file_to_retrieve(struct luo *luo, const struct luo_file *luo_file)
{
	if (unlikely(luo_file->retrieve_status || !luo_file->session->sessions->incoming))
		luo->watch->file->odd_retrieve(luo, luo_file);
}

/*
 * An object is about to be registered; what it remembers of that was set back by the boot if it is
 * the module's data.
 */
static inline void luo_on_to_register(struct luo *luo, const char *what, const char *compatible,
				      unsigned int boot)
{
	if (unlikely(boot && boot != luo->kernel->boot_number + 1))
		luo->watch->registry->survived(luo, what, compatible, boot - 1);
}

static inline void luo_on_flb_made(struct liveupdate_flb *flb)
{
	lfb__holder_init(&flb->private.outgoing.lfb_holder);
	lfb__holder_init(&flb->private.incoming.lfb_holder);
}

/* Its memory may go with its module. */
static inline void luo_on_flb_gone(struct liveupdate_flb *flb)
{
	lfb__holder_forget(&flb->private.outgoing.lfb_holder);
	lfb__holder_forget(&flb->private.incoming.lfb_holder);
}

/* Whoever has it without being counted has a pointer to nothing from here on. */
static inline void luo_on_flb_object_gone(struct liveupdate_flb_state *state)
{
	state->overdue += state->lent;
	state->lent = 0;
}

void luo_tell_flb(struct luo *luo, enum lfb_happening happening, struct liveupdate_flb *flb,
		  bool incoming, s64 by, const char *reason);

/* Its count, or its references, were changed by so much; called with the lock held. */
static inline void luo_on_flb(struct luo *luo, enum lfb_happening happening,
			      struct liveupdate_flb *flb, bool incoming, s64 by, const char *reason)
{
	if (unlikely(luo->kernel->trace.fine))
		luo_tell_flb(luo, happening, flb, incoming, by, reason);
}

#endif
