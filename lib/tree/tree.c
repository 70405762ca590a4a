// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Calls into a tree's orchestrator, and the twins of what modules register with it. */
#include <stdlib.h>
#include <string.h>

#include "lib/tree/twin.h"

/* Twins */

static void free_links(struct luo_twin *twin)
{
	struct luo_flb_link *const *links = twin->links.items;

	for (size_t i = 0; i < twin->links.count; i++)
		free(links[i]);
	twin->links.count = 0;
}

static void forget_twins(struct luo_tree *tree)
{
	struct luo_twin *const *twins = tree->twins.items;

	for (size_t i = 0; i < tree->twins.count; i++) {
		free_links(twins[i]);
		lfb__list_free(&twins[i]->links);
		free(twins[i]);
	}
	tree->twins.count = 0;
}

static struct luo_twin *add_twin(struct luo_tree *tree, void *ours, bool of_flb,
				 unsigned int *number)
{
	const size_t size = of_flb ? tree->image->flb_size : tree->image->handler_size;
	struct luo_twin *twin = calloc(1, sizeof(*twin) + size);
	struct luo_twin **place = twin ? lfb__list_add(&tree->twins, sizeof(twin)) : NULL;

	if (!place) {
		free(twin);
		return NULL;
	}
	*place = twin;
	*number = (unsigned int)tree->twins.count;
	twin->tree = tree;
	twin->ours = ours;
	twin->of_flb = of_flb;
	if (of_flb)
		luo_told_flb_made(ours);
	return twin;
}

/* Of what has none yet it makes one. */
static int know_twin(struct luo_tree *tree, void *ours, bool of_flb, unsigned int *number,
		     struct luo_twin **found)
{
	*found = luo_tree_find_twin(tree, ours, of_flb, *number) ?:
			 add_twin(tree, ours, of_flb, number);
	return *found ? 0 : -ENOMEM;
}

static unsigned int bit(bool there, enum lfb_tree_op op)
{
	return there ? 1u << op : 0;
}

static int handler_twin(struct luo_tree *tree, struct liveupdate_file_handler *fh,
			struct luo_twin **found)
{
	const struct liveupdate_file_ops *ops;
	struct lfb_tree_twin made;
	int err;

	*found = NULL;
	err = fh ? know_twin(tree, fh, false, &fh->private.lfb_twin, found) : 0;
	if (!*found || (*found)->users)
		return err;
	ops = fh->ops;
	made = (struct lfb_tree_twin){
		.owner = *found,
		.compatible = fh->compatible,
		.has_ops = ops,
	};
	if (ops) {
		made.module = ops->owner;
		made.ops = bit(ops->can_preserve, LFB_TREE_CAN_PRESERVE) |
			   bit(ops->preserve, LFB_TREE_PRESERVE) |
			   bit(ops->unpreserve, LFB_TREE_UNPRESERVE) |
			   bit(ops->freeze, LFB_TREE_FREEZE) |
			   bit(ops->unfreeze, LFB_TREE_UNFREEZE) |
			   bit(ops->retrieve, LFB_TREE_RETRIEVE) |
			   bit(ops->can_finish, LFB_TREE_CAN_FINISH) |
			   bit(ops->finish, LFB_TREE_FINISH) | bit(ops->get_id, LFB_TREE_GET_ID);
	}
	if (tree->image->make_handler((*found)->theirs, &made))
		return 0;
	return lfb__fail(tree->kernel, -ENOSPC, "too many handlers have a get_id for a kernel "
			 "image");
}

static int flb_twin(struct luo_tree *tree, struct liveupdate_flb *flb, struct luo_twin **found)
{
	const struct liveupdate_flb_ops *ops;
	struct lfb_tree_twin made;
	int err;

	*found = NULL;
	err = flb ? know_twin(tree, flb, true, &flb->private.lfb_twin, found) : 0;
	if (!*found || (*found)->users)
		return err;
	ops = flb->ops;
	made = (struct lfb_tree_twin){
		.owner = *found,
		.compatible = flb->compatible,
		.has_ops = ops,
	};
	if (ops) {
		made.module = ops->owner;
		made.ops = bit(ops->preserve, LFB_TREE_PRESERVE) |
			   bit(ops->unpreserve, LFB_TREE_UNPRESERVE) |
			   bit(ops->retrieve, LFB_TREE_RETRIEVE) |
			   bit(ops->finish, LFB_TREE_FINISH);
	}
	tree->image->make_flb((*found)->theirs, &made);
	return 0;
}

static void hide(struct luo_twin *twin)
{
	struct liveupdate_file_handler *fh = twin->ours;
	struct liveupdate_flb *flb = twin->ours;

	list_del(twin->of_flb ? &flb->private.list : &fh->private.list);
	if (twin->of_flb)
		luo_on_flb_gone(flb);
}

static bool is_of(const struct lfb_module *module, const struct luo_twin *twin)
{
	const struct liveupdate_file_handler *fh = twin->ours;
	const struct liveupdate_flb *flb = twin->ours;
	const struct module *owner = twin->of_flb ? flb->ops->owner : fh->ops->owner;

	return owner == module->module ||
	       (uintptr_t)twin->ours - (uintptr_t)module->data < module->data_size;
}

/* The orchestrator goes on to know what is left; nothing of the module's is its twin's any more. */
static void module_is_gone(struct luo_elsewhere *elsewhere, const struct lfb_module *module,
			   bool loaded)
{
	struct luo_tree *tree = container_of(elsewhere, struct luo_tree, elsewhere);
	struct luo_twin *const *twins = tree->twins.items;

	(void)loaded;
	for (size_t i = 0; i < tree->twins.count; i++) {
		struct luo_twin *twin = twins[i];

		if (twin->gone || !twin->users || !is_of(module, twin))
			continue;
		tree->shell.watch->registry->left_registered(&tree->shell, module->module->name,
							     twin->of_flb ? "FLB" : "file handler",
							     luo_twin_name(twin));
		memcpy(twin->name, luo_twin_name(twin), LIVEUPDATE_HNDL_COMPAT_LENGTH);
		luo_told_handler_gone(tree, twin->ours);
		hide(twin);
		twin->gone = true;
	}
}

/* Calls */

static void *theirs(struct luo_twin *twin)
{
	return twin ? twin->theirs : NULL;
}

static void tell(struct luo_tree *tree, enum lfb_happening happening,
		 const struct liveupdate_file_handler *fh, const struct liveupdate_flb *flb)
{
	struct lfb_event event = {
		.happening = happening,
		.handler = fh->compatible,
		.flb = flb ? flb->compatible : NULL,
	};

	if (lfb__tracing(tree->kernel))
		lfb__event_tell(tree->kernel, &event);
}

/* An FLB is seen as long as it is linked. */
static void count_user(struct luo_tree *tree, struct liveupdate_flb *flb, bool more)
{
	struct luo_twin *twin = luo_tree_find_twin(tree, flb, true, flb->private.lfb_twin);

	if (!twin || twin->gone)
		return;
	if (more && !twin->users)
		list_add_tail(&flb->private.list, &tree->shell.flbs);
	twin->users += more ? 1 : -1;
	flb->private.users = twin->users;
	if (twin->users)
		return;
	list_del(&flb->private.list);
	luo_on_flb_gone(flb);
}

/* Makes room first: what is linked is always known. */
static int link_flb(struct luo_tree *tree, struct luo_twin *handler, struct luo_twin *flb)
{
	const bool seen = handler && flb && handler->users;
	struct luo_flb_link *link = seen ? calloc(1, sizeof(*link)) : NULL;
	struct luo_flb_link **place = link ? lfb__list_add(&handler->links, sizeof(link)) : NULL;
	struct liveupdate_file_handler *fh;
	int err;

	if (seen && !place) {
		free(link);
		return -ENOMEM;
	}
	err = tree->image->register_flb(theirs(handler), theirs(flb));
	if (!place)
		return err;
	if (err) {
		handler->links.count--;
		free(link);
		return err;
	}
	fh = handler->ours;
	*place = link;
	link->flb = flb->ours;
	list_add_tail(&link->list, &fh->private.flb_list);
	count_user(tree, flb->ours, true);
	return 0;
}

static void unlink_flb(struct luo_tree *tree, struct luo_twin *handler,
		       const struct luo_twin *flb)
{
	struct luo_flb_link **links = handler->links.items;
	size_t i = 0;

	while (i < handler->links.count && links[i]->flb != flb->ours)
		i++;
	if (i == handler->links.count)
		return;
	luo_told_to_unlink(tree, links[i]->flb);
	count_user(tree, links[i]->flb, false);
	list_del(&links[i]->list);
	free(links[i]);
	links[i] = links[--handler->links.count];
}

static void handler_came(struct luo_tree *tree, struct luo_twin *handler)
{
	struct liveupdate_file_handler *fh = handler->ours;

	handler->users = 1;
	INIT_LIST_HEAD(&fh->private.flb_list);
	list_add_tail(&fh->private.list, &tree->shell.handlers);
}

/* Its links go with it. */
static void handler_went(struct luo_tree *tree, struct luo_twin *handler)
{
	struct liveupdate_file_handler *fh = handler->ours;
	struct luo_flb_link *const *links = handler->links.items;

	if (!handler->users)
		return;
	for (size_t i = 0; i < handler->links.count; i++) {
		luo_told_to_unlink(tree, links[i]->flb);
		count_user(tree, links[i]->flb, false);
	}
	free_links(handler);
	/* Of files that it still has somebody may ask. */
	INIT_LIST_HEAD(&fh->private.flb_list);
	list_del(&fh->private.list);
	handler->users = 0;
}

/* What a kernel would read on behind is no name, and not the same behind a twin. */
static int check_name(struct luo_tree *tree, const struct luo_args *args)
{
	if (args->which == LUO_REGISTER_FILE_HANDLER && args->fh && args->fh->ops)
		return luo_check_compatible(&tree->shell, false, args->fh->compatible);
	if (args->which == LUO_REGISTER_FLB && args->flb && args->flb->ops)
		return luo_check_compatible(&tree->shell, true, args->flb->compatible);
	return 0;
}

static int register_or_not(struct luo_tree *tree, const struct luo_args *args)
{
	const struct lfb_tree_image *image = tree->image;
	struct luo_twin *handler, *flb;
	int err = check_name(tree, args) ?: handler_twin(tree, args->fh, &handler) ?:
		  flb_twin(tree, args->flb, &flb);

	if (err)
		return err;
	switch (args->which) {
	case LUO_REGISTER_FILE_HANDLER:
		err = image->register_handler(theirs(handler));
		if (!err) {
			handler_came(tree, handler);
			tell(tree, LFB_DID_HANDLER_REGISTERED, args->fh, NULL);
		}
		return err;
	case LUO_UNREGISTER_FILE_HANDLER:
		err = image->unregister_handler(theirs(handler));
		if (!err && handler) {
			handler_went(tree, handler);
			tell(tree, LFB_DID_HANDLER_UNREGISTERED, args->fh, NULL);
		}
		return err;
	case LUO_REGISTER_FLB:
		err = link_flb(tree, handler, flb);
		if (!err && handler && flb)
			tree->shell.watch->registry->linked(&tree->shell, args->fh, args->flb);
		return err;
	default:
		err = image->unregister_flb(theirs(handler), theirs(flb));
		if (!err && handler && flb) {
			unlink_flb(tree, handler, flb);
			tell(tree, LFB_DID_FLB_UNREGISTERED, args->fh, args->flb);
		}
		return err;
	}
}

static int get_or_put(struct luo_tree *tree, const struct luo_args *args)
{
	struct luo_twin *flb;
	int err = flb_twin(tree, args->flb, &flb);

	if (err)
		return err;
	if (args->which == LUO_FLB_GET)
		return luo_told_get(tree, args, theirs(flb));
	luo_told_put(tree, args, theirs(flb));
	return 0;
}

/* What it has locked then it keeps: nobody is to change anything before the jump. */
static int reboot(struct luo_tree *tree)
{
	struct lfb_kernel *kernel = tree->kernel;
	struct task_struct *task = kernel->task;
	const unsigned int held = task->nr_held, locks = task->locks_held;
	int err;

	kernel->locks_stay = true;
	err = tree->image->reboot();
	kernel->locks_stay = !err && task->locks_held > locks;
	if (err)
		return err;
	luo_told_serialized(tree);
	tree->shell.serialized = true;
	task->nr_held = held;
	task->locks_held = locks;
	return 0;
}

static int call(struct luo_elsewhere *elsewhere, const struct luo_args *args)
{
	struct luo_tree *tree = container_of(elsewhere, struct luo_tree, elsewhere);
	struct lfb_kernel *kernel = tree->kernel;
	int ret;

	lfb__elsewhere_begin(kernel);
	switch (args->which) {
	case LUO_OWN_FUNCTION:
		ret = luo_not_here(&tree->shell, args->function);
		break;
	case LUO_REBOOT:
		ret = reboot(tree);
		break;
	case LUO_FLB_GET:
	case LUO_FLB_PUT:
		ret = get_or_put(tree, args);
		break;
	default:
		ret = register_or_not(tree, args);
	}
	lfb__elsewhere_end(kernel);
	return ret;
}

static bool is_enabled(const struct luo_elsewhere *elsewhere)
{
	return container_of(elsewhere, struct luo_tree, elsewhere)->image->enabled();
}

/* Life */

struct luo_tree *luo_tree_create(void)
{
	struct luo_tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return NULL;
	INIT_LIST_HEAD(&tree->requests);
	INIT_LIST_HEAD(&tree->coming);
	INIT_LIST_HEAD(&tree->shell.incoming.list);
	INIT_LIST_HEAD(&tree->shell.outgoing.list);
	tree->elsewhere = (struct luo_elsewhere){
		.seen = &tree->shell,
		.enabled = is_enabled,
		.call = call,
		.open = luo_request_open,
		.ioctl = luo_request_ioctl,
		.module_is_gone = module_is_gone,
		.look = luo_tree_look,
		.look_at = luo_tree_look_at,
	};
	return tree;
}

void luo_tree_destroy(struct luo_tree *tree)
{
	if (!tree)
		return;
	luo_requests_forget(tree);
	luo_told_forget(tree);
	forget_twins(tree);
	luo_tree_forget_look(tree);
	lfb__list_free(&tree->twins);
	lfb__list_free(&tree->copies);
	free(tree);
}

void luo_tree_is_watched(struct luo_tree *tree, const struct luo_profile *profile, u64 quirks,
			 const struct luo_watch *watch)
{
	luo_told_forget(tree);
	tree->shell = (struct luo){ .profile = profile, .quirks = quirks, .watch = watch };
}

void luo_tree_early_init(struct luo_tree *tree, struct lfb_kernel *kernel,
			 const struct lfb_tree_image *image, bool on)
{
	luo_requests_forget(tree);
	forget_twins(tree);
	tree->kernel = kernel;
	tree->shell.kernel = kernel;
	INIT_LIST_HEAD(&tree->shell.handlers);
	INIT_LIST_HEAD(&tree->shell.flbs);
	luo_told_begin(tree);
	tree->image = image;
	kernel->elsewhere = &tree->elsewhere;
	kernel->release_own = luo_request_release;
	lfb__elsewhere_begin(kernel);
	image->begin(&luo_tree_calls, on && kho_is_enabled());
	image->early();
	lfb__elsewhere_end(kernel);
}

void luo_tree_late_init(struct luo_tree *tree)
{
	lfb__elsewhere_begin(tree->kernel);
	tree->image->late();
	lfb__elsewhere_end(tree->kernel);
}
