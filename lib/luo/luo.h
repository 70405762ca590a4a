/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The orchestrator, inside. Everything here lies in the simulated kernel's memory and ends with
 * it; the next kernel sees only what a codec wrote.
 *
 * Lock order: session list rwsem (one incoming, one outgoing) -> session->mutex -> file mutex ->
 * FLB mutex.
 */
#ifndef LIB_LUO_LUO_H
#define LIB_LUO_LUO_H

#include <luo/liveupdate.h>
#include <luo/uapi.h>

#include "lib/codec/codec.h"
#include "lib/luo/hash.h"
#include "lib/luo/profile.h"
#include "sim/kernel/kernel.h"

/* A handler's link to one of its FLBs. */
struct luo_flb_link {
	struct list_head list;
	struct liveupdate_flb *flb;
};

/* A file in a session, preserved or handed over. */
struct luo_file {
	struct list_head list;		/* session->files, oldest first */
	struct luo_hash_node by_token;	/* session->tokens */
	struct luo_hash_node by_id;	/* luo->preserved, when the handler has get_id */
	unsigned long id;
	struct liveupdate_file_handler *handler;
	struct liveupdate_session *session;
	struct file *file;
	u64 token;
	u64 serialized_data;
	void *private_data;
	int retrieve_status;		/* 0 never tried, 1 succeeded, <0 failed with */
	bool marks_file;		/* its file is known to be preserved because of it */
	struct lfb_holder holder;	/* what its callbacks made */
	u64 kept_data;			/* the handle a callback set last */
	unsigned long freeze_call;	/* of the freeze that succeeded last */
	struct mutex mutex;
};

struct luo_sessions;

/* A chain of pages for entries, of the generations that have one. */
struct luo_blocks {
	struct list_head list;		/* of struct luo_block, first to last */
	u64 count;
	struct luo_block *writing;	/* where the last entry was written */
};

void luo_blocks_init(struct luo_blocks *blocks);

struct liveupdate_session {
	char name[LIVEUPDATE_SESSION_NAME_LENGTH];
	struct list_head list;		/* sessions->list, in order of creation */
	struct luo_hash_node by_name;	/* sessions->names */
	struct luo_sessions *sessions;	/* incoming or outgoing */
	struct mutex mutex;
	struct list_head files;
	struct luo_hash tokens;
	u64 count;			/* of files */
	void *files_mem;		/* outgoing: serialized files, as one array … */
	struct luo_blocks file_blocks;	/* … or in blocks */
	phys_addr_t files_phys;		/* incoming: serialized files */
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
	u64 quirks;
	bool enabled;
	u64 number;			/* updates, the coming one included */

	struct rw_semaphore register_lock;
	unsigned long register_changes;	/* counts changes of the two lists */
	struct list_head handlers;
	struct list_head flbs;		/* global registration order */
	unsigned long flb_count;
	u64 flbs_finished;		/* of those handed over, a bit each */
	struct luo_hash preserved;	/* files in any session, by their handlers' identities */

	struct luo_sessions incoming;
	struct luo_sessions outgoing;

	bool handed_over;		/* there is a LUO state from the previous kernel */
	struct luo_head head;		/* what it says */
	struct lfb_problem problem;	/* with that state, the newest; no text: none */

	bool serializing;		/* the reboot call is at work */
	bool serialized;		/* it succeeded; the jump is next */
	bool device_open;
	bool was_opened;		/* the device, in this kernel */
	bool restored;			/* sessions were read, or failed to for good */
	int restore_error;
	bool restore_failed;		/* also where the quirk forgets it */

	void *tree;			/* outgoing: LUO FDT, or struct luo_ser */
	void *session_mem;		/* sessions, as one array … */
	struct luo_blocks session_blocks; /* … or in blocks */
	void *flb_mem;
};

/* The current kernel's orchestrator; NULL when live update is off or there is no kernel. */
static inline struct luo *luo_current(void)
{
	struct lfb_kernel *kernel = lfb__current;
	struct luo *luo = kernel && !kernel->dead ? kernel->luo : NULL;

	return luo && luo->enabled ? luo : NULL;
}

/* What a finding is about, for the time of an expression. */
struct luo_name {
	char text[160];
};

/* "session vm-1"; @name may be unterminated at 64 bytes. */
struct luo_name luo_name(const char *type, const char *name);
/* "file memfd-v1 token 7 of session vm-1" */
struct luo_name luo_file_name(const struct luo_file *luo_file);

static inline bool luo_quirk(const struct luo *luo, enum luo_quirk quirk)
{
	return luo->quirks & (1ull << quirk);
}

/*
 * core.c: boot and reboot
 */

/* early_initcall: reads the incoming state. May panic. */
int luo_early_init(struct lfb_kernel *kernel, const struct luo_profile *profile, u64 quirks,
		   bool on);
/* late_initcall: prepares the outgoing state. */
int luo_late_init(struct lfb_kernel *kernel);
/* What the running profile lacks: records it, returns -EOPNOTSUPP. */
int luo_not_here(struct luo *luo, const char *function);
/*
 * Runs a kernel-facing function: -EOPNOTSUPP when live update is off, else @body, guarded, so that
 * a bad pointer ends the simulated kernel and not the process.
 */
typedef long (*luo_entry_fn)(struct luo *luo, void *a, void *b, void *c);
long luo_enter(luo_entry_fn body, const void *a, const void *b, const void *c);

/*
 * device.c: /dev/liveupdate
 */

/*
 * False when the agent must wait: everything is serialized and the kernel is about to jump.
 * @session: which one would be changed, NULL for none that is there yet.
 */
bool luo_may_change(struct luo *luo, const struct liveupdate_session *session, const char *what);

/* open(): a file, or ERR_PTR(-ENOENT, -EBUSY, -EIO, -ENOMEM). */
struct file *luo_device_open(void);

/* ioctl.c: checks and copies a request as the kernel does; op runs with the copy. */
struct luo_ioctl {
	unsigned int cmd;
	u32 min_size;			/* up to and including the last field every caller has */
	u32 size;			/* of the structure now */
	long (*op)(void *context, void *request);
};
/* @table is sorted by number, without gaps. */
long luo_ioctl(const struct luo_ioctl *table, unsigned int count, void *context,
	       unsigned int cmd, unsigned long arg);

/*
 * session.c
 */

void luo_sessions_init(struct luo_sessions *sessions, bool incoming);
/* An outgoing session without files; the list owns it. */
int luo_session_new(struct luo *luo, const char *name, struct liveupdate_session **sessionp);
/* 0 and *filep, or -errno. @name: LIVEUPDATE_SESSION_NAME_LENGTH bytes, maybe unterminated. */
int luo_session_create(struct luo *luo, const char *name, struct file **filep);
int luo_session_retrieve(struct luo *luo, const char *name, struct file **filep);
/* Restores the sessions that were handed over, once. */
int luo_session_deserialize(struct luo *luo);
int luo_session_serialize(struct luo *luo);
bool luo_any_session(const struct luo *luo);

/* session_file.c: a session's file descriptor */
struct file *luo_session_getfile(struct liveupdate_session *session);

/* Takes it off its list and frees it. */
void luo_session_remove(struct luo *luo, struct liveupdate_session *session);

/*
 * file.c: preserve and unpreserve, freeze and unfreeze
 * file_incoming.c: deserialize, retrieve, finish
 */

int luo_file_preserve(struct luo *luo, struct liveupdate_session *session, u64 token, int fd);
void luo_file_unpreserve_all(struct luo *luo, struct liveupdate_session *session);
int luo_file_freeze_all(struct luo *luo, struct liveupdate_session *session);
void luo_file_unfreeze_all(struct luo *luo, struct liveupdate_session *session);

int luo_file_deserialize(struct luo *luo, struct liveupdate_session *session,
			 const struct luo_session_record *record);
int luo_file_retrieve(struct luo *luo, struct liveupdate_session *session, u64 token,
		      struct file **filep);
int luo_file_finish_all(struct luo *luo, struct liveupdate_session *session);

struct luo_file *luo_file_find(const struct liveupdate_session *session, u64 token);
void luo_file_add(struct liveupdate_session *session, struct luo_file *luo_file);
/* Drops the file's reference, takes the record off the session and frees it. */
void luo_file_drop(struct liveupdate_session *session, struct luo_file *luo_file);
void luo_file_forget_preserved(struct luo *luo, struct luo_file *luo_file);
void luo_file_args(const struct luo *luo, const struct luo_file *luo_file,
		   struct liveupdate_file_op_args *args);

/*
 * handler.c
 */

/* 0, or -EINVAL for a string that a kernel would read past the end of. */
int luo_check_compatible(struct luo *luo, enum lfb_finding_id id, const char *what,
			 const char *compatible);
/* The registry lock, in the kernels that have one. */
void luo_registry_read(struct luo *luo);
void luo_registry_read_done(struct luo *luo);
void luo_registry_write(struct luo *luo);
void luo_registry_write_done(struct luo *luo);
/* Called while a list of the registry is walked without the lock: true when it changed since. */
bool luo_registry_moved(struct luo *luo, unsigned long changes, const char *walker);
/* Pins a module from registration, in the kernels that do. -EAGAIN: it is going away. */
int luo_pin_registered(struct luo *luo, struct module *owner);
void luo_unpin_registered(struct luo *luo, struct module *owner);
/* Pins a module while in use, in the other kernels. False: it is going away. */
bool luo_pin_used(struct luo *luo, struct module *owner);
void luo_unpin_used(struct luo *luo, struct module *owner);

struct liveupdate_file_handler *luo_handler_by_compatible(struct luo *luo, const char *compatible);
/* The first handler that takes @file. */
struct liveupdate_file_handler *luo_handler_for(struct luo *luo, struct file *file);
/* -EBUSY when the profile does not allow registrations now. */
int luo_register_allowed(struct luo *luo, const char *what);

/*
 * flb.c, flb_register.c
 */

int luo_flb_file_preserve(struct luo *luo, struct liveupdate_file_handler *fh);
void luo_flb_file_unpreserve(struct luo *luo, struct liveupdate_file_handler *fh);
void luo_flb_file_finish(struct luo *luo, struct liveupdate_file_handler *fh);
void luo_flb_serialize(struct luo *luo);
/* Unlinks a handler's FLBs; called with the registry locked. -EBUSY: one is in use. */
int luo_flb_unlink_all(struct luo *luo, struct liveupdate_file_handler *fh);
/* Makes sure there is an incoming object; called with the FLB's incoming lock held. */
int luo_flb_retrieve_locked(struct luo *luo, struct liveupdate_flb *flb);
void luo_flb_put(struct luo *luo, struct liveupdate_flb *flb, bool incoming);
void luo_flb_init_lazily(struct luo *luo, struct liveupdate_flb *flb);

/*
 * transcribe.c: an outgoing state made of records, with no handlers or files behind it. The caller
 * has checked that all of it fits.
 */

int luo_transcribe_session(struct luo *luo, const struct luo_session_record *session,
			   const struct luo_file_record *(*file)(void *context, u64 index),
			   void *context);
/* After the last session: writes what was transcribed, and these FLBs. */
void luo_transcribe_end(struct luo *luo, const struct luo_flb_record *(*flb)(void *context,
									     u64 index),
			void *context, u64 nr_flbs);

/*
 * callback.c: every call out of the orchestrator, with its seams
 */

enum luo_op {
	LUO_CAN_PRESERVE,
	LUO_PRESERVE,
	LUO_UNPRESERVE,
	LUO_FREEZE,
	LUO_UNFREEZE,
	LUO_RETRIEVE,
	LUO_CAN_FINISH,
	LUO_FINISH,
};

/* 0 for callbacks that return nothing. */
int luo_call_flb(struct luo *luo, struct liveupdate_flb_op_args *args, enum luo_op op);
/* Fills in @args from @luo_file; what the callback left there is the caller's. */
int luo_call_file(struct luo *luo, struct luo_file *luo_file, struct liveupdate_file_op_args *args,
		  enum luo_op op);
bool luo_call_can_preserve(struct luo *luo, struct liveupdate_file_handler *fh, struct file *file);

/*
 * settled.c: what should be over; nothing is raised where nobody checks
 */

/* A session handed over is finished and gone: was it the last? */
void luo_session_is_over(struct luo *luo);
/*
 * Before the jump to the next kernel, and whenever the user says that all is over. Returns whether
 * all files that were handed over are finished: what is left then is left for good.
 */
bool luo_check_settled(struct luo *luo);
/* Is every file that was handed over finished? */
bool luo_all_finished(const struct luo *luo);
/* References on @module for being registered alone. */
int luo_registration_pins(const struct luo *luo, const struct module *module);
/*
 * Its exit function has run, or, not @loaded, its init function failed. What it left registered is
 * called no more: that ends the kernel. Built-in code that failed to start is still there.
 */
void luo_module_is_gone(struct luo *luo, const struct lfb_module *module, bool loaded);

#endif
