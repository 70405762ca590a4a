/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the sources of this folder share. */
#ifndef LIB_TREE_TWIN_H
#define LIB_TREE_TWIN_H

#include "lib/tree/tree.h"

/* What a module has registered, or asked for, as the tree's orchestrator knows it. Host memory. */
struct luo_twin {
	struct luo_tree *tree;
	void *ours;		/* the module's struct */
	bool of_flb;
	bool gone;		/* with its module, which left it registered */
	unsigned int users;	/* of a handler 1: it is registered; of an FLB its links */
	struct lfb_list links;	/* of a handler: pointers to its FLBs */
	char name[LIVEUPDATE_HNDL_COMPAT_LENGTH]; /* of what is gone */
	void *copy;		/* in lib/'s types, of the newest look; NULL: there was none */
	u8 theirs[] __attribute__((aligned(16)));
};

/* A session, as its agents and its files' callbacks tell. Host memory. */
struct luo_told_session {
	struct liveupdate_session session;
	const struct file *file;	/* by which an agent has it; NULL: none has */
	/* Of one whose close left files unfinished. Whether it can be had again is to be seen. */
	int stuck;
	u64 unretrieved;
	struct luo_file *at;		/* the one that a callback was called for last, or NULL */
};

/* What a task asks an orchestrator's own file for, until it is answered. Host memory. */
struct luo_request {
	struct list_head list;
	const struct task_struct *task;
	unsigned int cmd;		/* of the ioctl; 0: it is closed */
	struct luo_told_session *session; /* whose file it is */
	char name[LIVEUPDATE_SESSION_NAME_LENGTH + 1]; /* of a session that is asked for */
	u64 token;
	bool makes;			/* the session a file under that: its preserve was called */
};

/* A tree's orchestrator, as it was when its kernel booted last. */
struct luo_tree {
	struct luo_elsewhere elsewhere;
	struct lfb_kernel *kernel;
	const struct lfb_tree_image *image;
	struct lfb_list twins;		/* pointers, in the order of their making */
	struct luo shell;		/* what luo_seen() is told */
	struct luo copy;		/* what luo_look() found … */
	struct lfb_list copies;		/* … and all that is in it: pointers */
	struct list_head requests;	/* the last one of each task in front of its others */
	struct list_head coming;	/* files whose preserve has not returned, or never does */
	const struct file *device;	/* as it is open */
	bool asks;			/* somebody, for an FLB's object */
	struct luo_told_session *at;	/* the one a file of which was called for last, or NULL */
	struct luo_told_session *twice;	/* another one of its name is handed over; or NULL */
	bool ends;			/* what kernels restore of that, before all is */
};

/* Its compatible string. */
static inline const char *luo_twin_name(const struct luo_twin *twin)
{
	if (twin->gone)
		return twin->name;
	return twin->of_flb ? ((const struct liveupdate_flb *)twin->ours)->compatible :
			      ((const struct liveupdate_file_handler *)twin->ours)->compatible;
}

/* @number: what @ours remembers of it, from this kernel or another. NULL: it has none. */
static inline struct luo_twin *luo_tree_find_twin(const struct luo_tree *tree, const void *ours,
						  bool of_flb, unsigned int number)
{
	struct luo_twin *const *twins = tree->twins.items;
	struct luo_twin *twin = number && number <= tree->twins.count ? twins[number - 1] : NULL;

	return twin && twin->ours == ours && twin->of_flb == of_flb ? twin : NULL;
}

/* look.c */
const struct luo *luo_tree_look(struct luo_elsewhere *elsewhere);
const struct liveupdate_flb *luo_tree_look_at(const struct luo_elsewhere *elsewhere,
					      const struct liveupdate_flb *flb);
void luo_tree_forget_look(struct luo_tree *tree);

/* callback.c */
extern const struct lfb_tree_calls luo_tree_calls;

/* told.c: sessions and files */

/* In a kernel that is about to boot, before any code of the tree's. */
void luo_told_begin(struct luo_tree *tree);
void luo_told_forget(struct luo_tree *tree);
/* The device is about to be opened: what was handed over is looked at, as long as it is there. */
void luo_told_to_open(struct luo_tree *tree);
void luo_told_opened(struct luo_tree *tree, int err);
/* NULL without memory. */
struct luo_told_session *luo_told_add(struct luo_tree *tree, bool incoming, const char *name);
struct luo_told_session *luo_told_by_name(struct luo_tree *tree, const char *name);
struct luo_told_session *luo_told_by_file(struct luo_tree *tree, const struct file *file);
void luo_told_remove(struct luo_told_session *told);
struct luo_file *luo_told_by_token(const struct luo_told_session *told, u64 token);
/* Of its files nothing is known any more. */
void luo_told_handler_gone(struct luo_tree *tree, const void *handler);
/* Whose file a callback is called for, on @request or none; NULL: nothing is known of it. */
struct luo_file *luo_told_called(struct luo_request *request, const struct luo_twin *twin,
				 enum luo_op op, const struct lfb_tree_args *args);
/* … and has returned. The file may be gone with that. */
void luo_told_returned(struct luo_file *luo_file, enum luo_op op,
		       const struct liveupdate_file_op_args *args, int result);

/* flb.c: FLBs */

/* One that is not known yet. */
void luo_told_flb_made(struct liveupdate_flb *flb);
/* Around its callbacks. */
void luo_told_flb_called(struct luo_tree *tree, struct liveupdate_flb *flb, enum luo_op op,
			 u64 data);
void luo_told_flb_returned(struct luo_tree *tree, enum luo_op op,
			   const struct liveupdate_flb_op_args *args, int result);
/* A file of that handler's is finished: it needs them no more. */
void luo_told_flbs_dropped(const struct liveupdate_file_handler *handler);
void luo_told_to_unlink(struct luo_tree *tree, struct liveupdate_flb *flb);
void luo_told_serialized(struct luo_tree *tree);
/* @theirs: the twin's. */
int luo_told_get(struct luo_tree *tree, const struct luo_args *args, void *theirs);
void luo_told_put(struct luo_tree *tree, const struct luo_args *args, void *theirs);

/* request.c: what agents do with the orchestrator's files */

/* What the running task is doing; NULL: nothing that is known. */
struct luo_request *luo_request_now(const struct luo_tree *tree);
void luo_requests_forget(struct luo_tree *tree);
struct file *luo_request_open(struct luo_elsewhere *elsewhere);
long luo_request_ioctl(struct luo_elsewhere *elsewhere, struct file *file, unsigned int cmd,
		       void *argument);
void luo_request_release(struct lfb_kernel *kernel, struct file *file);

#endif
