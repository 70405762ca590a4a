// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What a tree's orchestrator remembers, copied into lib/'s types: who compares states reads both
 * alike. A copy is as old as the look that made it; nothing in it is anybody else's.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/tree/twin.h"

struct looking {
	struct luo_tree *tree;
	struct liveupdate_session *session;	/* the one that was told last */
	bool failed;				/* no memory */
};

void luo_tree_forget_look(struct luo_tree *tree)
{
	void *const *copies = tree->copies.items;

	for (size_t i = 0; i < tree->copies.count; i++)
		free(copies[i]);
	tree->copies.count = 0;
}

static void *make(struct looking *looking, size_t size)
{
	void *made = calloc(1, size);
	void **place = made ? lfb__list_add(&looking->tree->copies, sizeof(made)) : NULL;

	if (!place) {
		free(made);
		looking->failed = true;
		return NULL;
	}
	*place = made;
	return made;
}

static void copy_lock(struct mutex *to, const struct mutex *from)
{
	to->lock.readers = from->lock.readers;
	to->lock.owner = from->lock.owner;
}

/* FLBs and handlers */

/* What is finished is as lib/ has it then: not retrieved any more. */
static void copy_state(struct liveupdate_flb_state *to, const struct lfb_look_flb_state *from,
		       s64 references)
{
	*to = (struct liveupdate_flb_state){
		.obj = from->obj,
		.data = from->data,
		.count = from->count,
		.references = references,
		.retrieve_status = from->finished ? 0 : from->retrieve_status,
		.finished = from->finished,
	};
	copy_lock(&to->lock, from->mutex);
}

static void copy_flb(struct looking *looking, struct luo_twin *twin)
{
	struct liveupdate_flb *copy = make(looking, sizeof(*copy));
	const struct liveupdate_flb *ours = twin->gone ? NULL : twin->ours;
	struct lfb_look_flb told;

	twin->copy = copy;
	if (!copy)
		return;
	looking->tree->image->look_at_flb(twin->theirs, &told);
	memcpy((char *)copy->compatible, luo_twin_name(twin), sizeof(copy->compatible));
	copy->private.users = (unsigned int)told.users;
	copy_state(&copy->private.outgoing, &told.outgoing,
		   ours ? ours->private.outgoing.references : 0);
	copy_state(&copy->private.incoming, &told.incoming,
		   ours ? ours->private.incoming.references : 0);
	/* Read, and not retrieved: what is missing from the number that came. */
	if (told.incoming.retrieve_status < 0)
		copy->private.incoming.count -= (s64)told.handed;
}

static void copy_handler(struct looking *looking, struct luo_twin *twin)
{
	struct liveupdate_file_handler *copy = make(looking, sizeof(*copy));

	twin->copy = copy;
	if (!copy)
		return;
	memcpy((char *)copy->compatible, luo_twin_name(twin), sizeof(copy->compatible));
	INIT_LIST_HEAD(&copy->private.list);
	INIT_LIST_HEAD(&copy->private.flb_list);
}

static bool copy_twins(struct looking *looking)
{
	struct luo_twin *const *twins = looking->tree->twins.items;

	for (size_t i = 0; i < looking->tree->twins.count; i++)
		(twins[i]->of_flb ? copy_flb : copy_handler)(looking, twins[i]);
	return !looking->failed;
}

/* What is registered is told. */

static void told_flb(void *context, void *owner)
{
	struct liveupdate_flb *copy = ((struct luo_twin *)owner)->copy;

	list_add_tail(&copy->private.list, &((struct looking *)context)->tree->copy.flbs);
}

static void told_handler(void *context, void *owner)
{
	struct liveupdate_file_handler *copy = ((struct luo_twin *)owner)->copy;

	list_add_tail(&copy->private.list, &((struct looking *)context)->tree->copy.handlers);
}

static void told_link(void *context, void *owner)
{
	struct looking *looking = context;
	struct luo_flb_link *link = make(looking, sizeof(*link));
	struct liveupdate_file_handler *handler;

	if (!link)
		return;
	handler = list_last_entry(&looking->tree->copy.handlers, struct liveupdate_file_handler,
				  private.list);
	link->flb = ((struct luo_twin *)owner)->copy;
	list_add_tail(&link->list, &handler->private.flb_list);
}

/* Sessions and files */

static void told_session(void *context, const struct lfb_look_session *told)
{
	struct looking *looking = context;
	struct luo *copy = &looking->tree->copy;
	struct liveupdate_session *session = make(looking, sizeof(*session));

	looking->session = session;
	if (!session)
		return;
	memcpy(session->name, told->name, sizeof(session->name));
	session->sessions = told->incoming ? &copy->incoming : &copy->outgoing;
	session->count = told->files;
	session->file_blocks.nblocks = told->blocks;
	session->retrieved = told->retrieved;
	INIT_LIST_HEAD(&session->files);
	copy_lock(&session->mutex, told->mutex);
	list_add_tail(&session->list, &session->sessions->list);
}

static void told_file(void *context, const struct lfb_look_file *told)
{
	struct looking *looking = context;
	const struct luo_twin *handler = told->owner;
	struct luo_file *file = make(looking, sizeof(*file));

	if (looking->failed)
		return;
	file->handler = handler->copy;
	file->session = looking->session;
	file->file = told->file;
	file->token = told->token;
	file->serialized_data = told->data;
	file->private_data = told->private_data;
	file->retrieve_status = told->retrieve_status;
	copy_lock(&file->mutex, told->mutex);
	list_add_tail(&file->list, &looking->session->files);
}

/* All of it */

static void begin(struct luo_tree *tree)
{
	struct luo *copy = &tree->copy;

	*copy = (struct luo){
		.kernel = tree->kernel,
		.profile = tree->shell.profile,
		.watch = tree->shell.watch,
		.quirks = tree->shell.quirks,
		.enabled = tree->image->enabled(),
		.serialized = tree->shell.serialized,
		.incoming.incoming = true,
	};
	INIT_LIST_HEAD(&copy->handlers);
	INIT_LIST_HEAD(&copy->flbs);
	INIT_LIST_HEAD(&copy->incoming.list);
	INIT_LIST_HEAD(&copy->outgoing.list);
}

bool luo_tree_can_look(const struct lfb_tree_image *image)
{
	return image->look(NULL, NULL);
}

const struct luo *luo_tree_look(struct luo_elsewhere *elsewhere)
{
	struct luo_tree *tree = container_of(elsewhere, struct luo_tree, elsewhere);
	struct looking looking = { .tree = tree };
	const struct lfb_look_listener listener = {
		told_handler, told_link, told_flb, told_session, told_file, &looking,
	};
	struct luo *copy = &tree->copy;
	struct lfb_look_state state = { 0 };

	luo_tree_forget_look(tree);
	begin(tree);
	if (!copy_twins(&looking) || !tree->image->look(&state, &listener) || looking.failed)
		return NULL;
	copy->number = state.number;
	copy->tree = state.tree;
	/* Without live update it is nobody's: if it is still there, it counts as a block. */
	copy->flb_mem = copy->enabled ? state.flb_page : NULL;
	copy->flb_count = (unsigned long)state.flbs;
	copy->device_open = state.device_open;
	copy->handed_over = state.handed_over;
	copy->restored = copy->was_opened = state.restored;
	copy->restore_error = state.restore_error;
	copy->restore_failed = state.restore_error != 0;
	copy->session_blocks.nblocks = state.outgoing.blocks;
	copy->outgoing.count = (u64)state.outgoing.count;
	copy->incoming.count = (u64)state.incoming.count;
	return copy;
}

const struct liveupdate_flb *luo_tree_look_at(const struct luo_elsewhere *elsewhere,
					      const struct liveupdate_flb *flb)
{
	const struct luo_tree *tree = container_of(elsewhere, struct luo_tree, elsewhere);
	const struct luo_twin *twin = luo_tree_find_twin(tree, flb, true, flb->private.lfb_twin);

	return twin && twin->copy ? twin->copy : flb;
}
