/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The Live Update Orchestrator's API for kernel subsystems. Mirrors linux/liveupdate.h of the
 * modelled kernels (docs/facts.md sections 2, 3 and 5).
 *
 * This is the union of what the kernels offer, so source written for any of them compiles. A
 * function the running profile does not have returns -EOPNOTSUPP and records a WARN.
 *
 * All functions act on the kernel of the machine this thread has entered, and return
 * -EOPNOTSUPP when live update is off there (no KHO, no liveupdate=on, or no machine).
 */
#ifndef LUO_LIVEUPDATE_H
#define LUO_LIVEUPDATE_H

#include <luo/list.h>
#include <luo/lock.h>
#include <luo/module.h>
#include <luo/types.h>

struct file;
struct liveupdate_file_handler;
struct liveupdate_flb;
struct liveupdate_session;

/** LIVEUPDATE_HNDL_COMPAT_LENGTH - bytes of a handler's compatible string, with its NUL. */
#define LIVEUPDATE_HNDL_COMPAT_LENGTH 48
/** LIVEUPDATE_FLB_COMPAT_LENGTH - bytes of an FLB's compatible string, with its NUL. */
#define LIVEUPDATE_FLB_COMPAT_LENGTH 48

/*
 * The kernel's name of what is the orchestrator's own in a handler and an FLB is a keyword in C++,
 * where the member is called private_ instead.
 */
#ifdef __cplusplus
#define LFB_PRIVATE private_
#else
#define LFB_PRIVATE private
#endif

/**
 * struct liveupdate_file_op_args - what a file callback is told, and what it answers
 * @handler: the file handler whose callback this is
 * @session: the session the file belongs to; rfc-v6 only, else NULL
 * @retrieved: the file has been retrieved; rfc-v6
 * @retrieve_status: 0 never tried, 1 succeeded, a negative errno it failed with; linux-7.0 and
 *	later
 * @file: the file: in the old kernel the one preserved, in the new one what retrieve made
 * @serialized_data: the handle the next kernel gets; kept after preserve or freeze returned 0
 * @private_data: the handler's own, in the old kernel only; kept after preserve returned 0
 *
 * Anything else a callback writes here is discarded.
 */
struct liveupdate_file_op_args {
	struct liveupdate_file_handler *handler;
	struct liveupdate_session *session;
	bool retrieved;
	int retrieve_status;
	struct file *file;
	u64 serialized_data;
	void *private_data;
};

/**
 * struct liveupdate_file_ops - how one kind of file is carried across
 * @can_preserve: is this a file of our kind? Handlers are asked in registration order
 * @preserve: old kernel: save the file's state, set @serialized_data. On error undo everything
 *	yourself: no unpreserve follows
 * @unpreserve: old kernel: the session was closed before the reboot; newest file first
 * @freeze: optional; old kernel, in the reboot call, oldest file first: last changes to
 *	@serialized_data, kept only when it returns 0
 * @unfreeze: optional; old kernel: another file's freeze failed; not called for that one
 * @retrieve: new kernel, on demand: make the file again from @serialized_data, set @file
 * @can_finish: optional; new kernel: false keeps the whole session from being finished (-EBUSY)
 * @finish: new kernel, newest file first: free what was handed over; @file is NULL unless retrieved
 * @get_id: optional; what identifies the file for "already preserved" (linux-7.3)
 * @owner: the module the callbacks live in
 */
struct liveupdate_file_ops {
	bool (*can_preserve)(struct liveupdate_file_handler *handler, struct file *file);
	int (*preserve)(struct liveupdate_file_op_args *args);
	void (*unpreserve)(struct liveupdate_file_op_args *args);
	int (*freeze)(struct liveupdate_file_op_args *args);
	void (*unfreeze)(struct liveupdate_file_op_args *args);
	int (*retrieve)(struct liveupdate_file_op_args *args);
	bool (*can_finish)(struct liveupdate_file_op_args *args);
	void (*finish)(struct liveupdate_file_op_args *args);
	unsigned long (*get_id)(struct file *file);
	struct module *owner;
};

/**
 * struct liveupdate_file_handler - preserves one kind of file
 * @ops: its callbacks
 * @compatible: names the format of what it hands over; NUL-terminated
 * @private: the orchestrator's; zero before registration, never touched by users
 */
struct liveupdate_file_handler {
	const struct liveupdate_file_ops *ops;
	const char compatible[LIVEUPDATE_HNDL_COMPAT_LENGTH];
	struct {
		struct list_head list;	   /* on the list of handlers */
		struct list_head flb_list; /* links to its FLBs, in registration order */
		bool registered;
		bool gone;		   /* with its module, which left it registered */
		u64 unfinished;		   /* files handed over to it and not finished yet */
		unsigned int lfb_boot;	   /* the kernel it is registered in, and 1; checks only */
		unsigned int lfb_twin;	   /* of a kernel image's: its number there */
	} LFB_PRIVATE;
};

/**
 * struct liveupdate_flb_op_args - what an FLB callback is told, and what it answers
 * @flb: the FLB
 * @data: handle for the next kernel, typically a physical address: set by preserve, given to
 *	unpreserve and retrieve
 * @obj: the live object: set by preserve and retrieve, given to unpreserve and finish
 */
struct liveupdate_flb_op_args {
	struct liveupdate_flb *flb;
	u64 data;
	void *obj;
};

/**
 * struct liveupdate_flb_ops - how shared state is carried across
 * @preserve: old kernel, when the first file that needs the FLB is preserved: save it, set @data
 *	and @obj. Not "first ever": it can come and go again
 * @unpreserve: old kernel, when the last such file is unpreserved before the reboot
 * @retrieve: new kernel, once, when somebody first asks: make the object from @data, set @obj
 * @finish: new kernel, when the last file that needs it is finished. Gets the object; one that
 *	could not be retrieved is NULL, then @data says where to free what was handed over (the
 *	kernels with quirk FLB_FAILED_RETRIEVE_LEAKS do not call it then)
 * @owner: the module the callbacks live in
 *
 * The FLB's own mutex is held across its callbacks: asking for one's own FLB inside deadlocks.
 */
struct liveupdate_flb_ops {
	int (*preserve)(struct liveupdate_flb_op_args *argp);
	void (*unpreserve)(struct liveupdate_flb_op_args *argp);
	int (*retrieve)(struct liveupdate_flb_op_args *argp);
	void (*finish)(struct liveupdate_flb_op_args *argp);
	struct module *owner;
};

/**
 * struct liveupdate_flb_state - one direction of an FLB's life; the orchestrator's
 * @lock: held across the callbacks
 * @obj: the live object
 * @data: the handle
 * @count: who needs it: files and, where they are counted, references. From linux-7.3 on it is
 *	what a refcount_t is: a step below 0 or up from it makes it LFB_FLB_SATURATED, for good
 * @references: how many of these are get calls not put back yet
 * @retrieve_status: 0 never tried, 1 succeeded, a negative errno it failed with
 * @loaded: @data and @count were read from what was handed over
 * @finished: finish has run
 * @entry: its place among the FLBs handed over, where @loaded
 * @lent: get calls of kernels that do not count them, and not given back; checks only
 * @overdue: of these, those from before the callback that ended the object; checks only
 * @lfb_holder: what its callbacks made; checks only
 */
#define LFB_FLB_SATURATED 0xc0000000u
struct liveupdate_flb_state {
	struct mutex lock;
	void *obj;
	u64 data;
	s64 count;
	s64 references;
	int retrieve_status;
	bool loaded;
	bool finished;
	u64 entry;
	s64 lent;
	s64 overdue;
	struct lfb_holder lfb_holder;
};

/**
 * struct liveupdate_flb - a File-Lifecycle-Bound global object
 * @ops: its callbacks, all four required
 * @compatible: names the format of what it hands over; NUL-terminated
 * @private: the orchestrator's; zero before first use, never touched by users
 */
struct liveupdate_flb {
	const struct liveupdate_flb_ops *ops;
	const char compatible[LIVEUPDATE_FLB_COMPAT_LENGTH];
	struct {
		struct list_head list; /* on the global list, while linked to a handler */
		struct liveupdate_flb_state outgoing;
		struct liveupdate_flb_state incoming;
		unsigned int users; /* handlers it is linked to */
		bool initialized;
		bool gone; /* with its module, which left it registered */
		unsigned int lfb_boot; /* the kernel it is registered in, and 1; checks only */
		unsigned int lfb_twin; /* of a kernel image's: its number there */
	} LFB_PRIVATE;
};

/**
 * liveupdate_enabled()
 *
 * Context: any, also where nothing may sleep. Takes no lock, runs no callback.
 * Return: true when this kernel can do live updates.
 */
LFB_API bool liveupdate_enabled(void);

/**
 * liveupdate_register_file_handler() - offer to preserve a kind of file
 * @fh: the handler; must live until it is unregistered or the kernel ends
 *
 * Context: process; a subsystem's initcall as a rule; may sleep. Runs no callback. Takes
 * luo_register_rwlock for writing, but in rfc-v6 and linux-7.0.
 * Return: 0; -EINVAL a required op is missing (or @fh or its ops NULL), or the compatible string
 * is not terminated (recorded as unsafe: a kernel reads on); -EEXIST its compatible is
 * registered already; -EAGAIN its module is going away (linux-7.3 pins it in use only);
 * -EBUSY in rfc-v6 (with a WARN) once /dev/liveupdate was opened, in linux-7.0 while any session
 * exists, never in linux-7.3; -EOPNOTSUPP.
 */
LFB_API int liveupdate_register_file_handler(struct liveupdate_file_handler *fh);

/**
 * liveupdate_unregister_file_handler() - take the offer back
 * @fh: a registered handler
 *
 * Not in rfc-v6 (-EOPNOTSUPP). linux-7.3 returns nothing there and unlinks the handler's FLBs.
 * Context: process; may sleep. Runs no callback. Takes luo_register_rwlock for writing, but in
 * rfc-v6 and linux-7.0.
 * Return: 0; -EINVAL not registered; -EBUSY in linux-7.0 while any session exists or FLBs are
 * linked to it, in reference (with a WARN) while one of its FLBs is preserved.
 */
LFB_API int liveupdate_unregister_file_handler(struct liveupdate_file_handler *fh);

/**
 * liveupdate_init_flb() - make an FLB usable
 * @flb: the FLB
 *
 * Required first in rfc-v6, not there later (-EOPNOTSUPP): they do it on first use.
 * Context: process; may sleep. Takes no lock, runs no callback.
 * Return: 0, -EINVAL @flb is NULL, -ENOMEM.
 */
LFB_API int liveupdate_init_flb(struct liveupdate_flb *flb);

/**
 * liveupdate_register_flb() - declare that a handler's files need an FLB
 * @fh: a registered handler
 * @flb: the FLB; one may serve several handlers, a handler may need several
 *
 * The first link puts the FLB on the global list, in whose order FLBs are serialized.
 * Context: process; may sleep. Runs no callback. Takes luo_register_rwlock for writing, but in
 * rfc-v6 and linux-7.0.
 * Return: 0; -EINVAL (with a WARN) NULL argument, FLB not initialized (rfc-v6), an op missing,
 * handler not registered, compatible string not terminated; -EEXIST linked already, or another FLB
 * has this compatible; -ENOSPC more than 63 FLBs; -ENOMEM; -EAGAIN its module is going away; -EBUSY
 * as for handlers.
 */
LFB_API int liveupdate_register_flb(struct liveupdate_file_handler *fh, struct liveupdate_flb *flb);

/**
 * liveupdate_unregister_flb() - undo liveupdate_register_flb()
 * @fh: the handler
 * @flb: the FLB
 *
 * Not in rfc-v6 (-EOPNOTSUPP). The last unlink takes the FLB off the global list.
 * Context: process; may sleep. Runs no callback. Takes luo_register_rwlock for writing, but in
 * rfc-v6 and linux-7.0.
 * Return: 0; -ENOENT not linked (with a WARN in linux-7.3, which returns nothing there); -EINVAL
 * NULL; -EBUSY in linux-7.0 while any session exists, in reference (with a WARN) while the FLB is
 * preserved.
 */
LFB_API int liveupdate_unregister_flb(struct liveupdate_file_handler *fh,
				      struct liveupdate_flb *flb);

/**
 * liveupdate_flb_incoming_locked() - the object the previous kernel handed over, held still
 * @flb: the FLB
 * @objp: set to the object
 *
 * rfc-v6 only (-EOPNOTSUPP elsewhere). On success the FLB's incoming mutex is held, so that the
 * object cannot be finished under the caller's hands; liveupdate_flb_incoming_unlock() ends that.
 * First use runs retrieve.
 * Context: process; may sleep. Takes the FLB's incoming lock, held when it returns 0; runs
 * retrieve with it held. Not from a callback of this FLB, which has it.
 * Return: 0; -ENODATA nothing was handed over to this kernel; -ENOENT not this FLB; -EIO (with a
 * WARN) retrieve returned 0 without an object; what retrieve returned; -EINVAL.
 */
LFB_API int liveupdate_flb_incoming_locked(struct liveupdate_flb *flb, void **objp);

/**
 * liveupdate_flb_incoming_unlock() - end liveupdate_flb_incoming_locked()
 * @flb: the FLB
 * @obj: the object it returned. With quirk FLB_UNLOCK_STORES_OBJ it silently replaces the
 *	object, as in the posted patch; without, another object is a WARN and changes nothing
 *
 * Context: who called liveupdate_flb_incoming_locked(). Gives the lock back, runs no callback.
 */
LFB_API void liveupdate_flb_incoming_unlock(struct liveupdate_flb *flb, void *obj);

/**
 * liveupdate_flb_outgoing_locked() - the object being preserved for the next kernel, held still
 * @flb: the FLB
 * @objp: set to the object
 *
 * rfc-v6 only. On success the outgoing mutex is held until liveupdate_flb_outgoing_unlock().
 * Context: process; may sleep. Takes the FLB's outgoing lock, held when it returns 0; runs no
 * callback. Not from a callback of this FLB, which has it.
 * Return: 0; -ENOENT (with a WARN) nothing is preserved; -EINVAL.
 */
LFB_API int liveupdate_flb_outgoing_locked(struct liveupdate_flb *flb, void **objp);

/**
 * liveupdate_flb_outgoing_unlock() - end liveupdate_flb_outgoing_locked(); @obj as above.
 *
 * Context: who called liveupdate_flb_outgoing_locked(). Gives the lock back, runs no callback.
 */
LFB_API void liveupdate_flb_outgoing_unlock(struct liveupdate_flb *flb, void *obj);

/**
 * liveupdate_flb_get_incoming() - the object the previous kernel handed over
 * @flb: the FLB
 * @objp: set to the object, NULL on error
 *
 * linux-7.0 takes no reference: the object is gone when the last file is finished elsewhere. From
 * linux-7.3 on it takes one, to be given back by liveupdate_flb_put_incoming(). First use runs
 * retrieve; linux-7.3 remembers its failure, earlier kernels try again.
 * Context: process; may sleep. Takes the FLB's incoming lock, not held on return; runs retrieve
 * with it held. Not from a callback of this FLB, which has it.
 * Return: 0; -ENODATA nothing was handed over to this kernel, or it is finished; -ENOENT not this
 * FLB; -ENODEV its module is going away (linux-7.3); what retrieve returned; -EINVAL; -EOPNOTSUPP
 * in rfc-v6.
 */
LFB_API int liveupdate_flb_get_incoming(struct liveupdate_flb *flb, void **objp);

/**
 * liveupdate_flb_get_outgoing() - the object being preserved for the next kernel
 * @flb: the FLB
 * @objp: set to the object, NULL on error
 *
 * From linux-7.3 on it takes a reference, to be given back by liveupdate_flb_put_outgoing().
 * Context: process; may sleep. Takes the FLB's outgoing lock, not held on return; runs no
 * callback. Not from a callback of this FLB, which has it.
 * Return: 0, in linux-7.0 also with a NULL object when nothing is preserved (quirk
 * FLB_GET_OUTGOING_NULL); -ENOENT nothing is preserved; -EINVAL; -EOPNOTSUPP in rfc-v6.
 */
LFB_API int liveupdate_flb_get_outgoing(struct liveupdate_flb *flb, void **objp);

/**
 * liveupdate_flb_put_incoming() - drop a reference liveupdate_flb_get_incoming() took
 * @flb: the FLB
 *
 * Only where references are counted (quirk FLB_GET_UNCOUNTED off), else a WARN. Whoever drops the
 * last one, after the last file, runs finish.
 * Context: process; may sleep. Takes the FLB's incoming lock; runs finish with it held. Not from a
 * callback of this FLB, which has it.
 */
LFB_API void liveupdate_flb_put_incoming(struct liveupdate_flb *flb);

/**
 * liveupdate_flb_put_outgoing() - like liveupdate_flb_put_incoming(); the last runs unpreserve.
 *
 * Context: process; may sleep. Takes the FLB's outgoing lock; runs unpreserve with it held. Not
 * from a callback of this FLB, which has it.
 */
LFB_API void liveupdate_flb_put_outgoing(struct liveupdate_flb *flb);

/**
 * liveupdate_get_token_outgoing() - the token under which a file is preserved
 * @session: the session a callback was given
 * @file: the file
 * @tokenp: set to the token
 *
 * In rfc-v6 alone (elsewhere -EOPNOTSUPP).
 * Context: a file callback. Takes no lock, runs no callback.
 * Return: 0, -ENOENT not preserved in this session, -EINVAL.
 */
LFB_API int liveupdate_get_token_outgoing(struct liveupdate_session *session, struct file *file,
					  u64 *tokenp);

/**
 * liveupdate_get_file_incoming() - the file handed over under a token
 * @session: the session a callback was given
 * @token: the token
 * @filep: set to the file, with a reference for the caller
 *
 * In rfc-v6 alone (elsewhere -EOPNOTSUPP). Retrieves the file when nobody has yet.
 * Context: a file callback; may sleep. Runs retrieve of that file when nobody has.
 * Return: 0, -ENOENT, what retrieve returned, -EINVAL.
 */
LFB_API int liveupdate_get_file_incoming(struct liveupdate_session *session, u64 token,
					 struct file **filep);

/**
 * liveupdate_reboot() - the kernel's part of reboot(LINUX_REBOOT_CMD_KEXEC)
 *
 * Freezes and serializes all sessions, then the FLBs, then the map of preserved memory. When a
 * freeze fails everything is unfrozen; after -EAGAIN files stay frozen and the next try freezes
 * them again. Either way all is usable as before. lfb_machine_kexec() calls it and then jumps.
 * Context: process, the reboot call; may sleep. Runs freeze, and unfreeze where one fails. Takes
 * the locks of docs/facts.md section 6; from linux-7.2 on luo_session_serialize_rwsem stays held
 * for writing when it succeeds.
 * Return: 0 (also when live update is off), what a freeze returned, -EAGAIN when the memory map
 * could not be written, or an agent is in the midst of a change for which a kernel would wait.
 */
LFB_API int liveupdate_reboot(void);

#endif
