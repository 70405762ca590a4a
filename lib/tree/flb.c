// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * FLBs of a tree's orchestrator, as their callbacks and who asks for them tell: what the library
 * keeps in them of its own is kept here of the tree's.
 */
#include "lib/codec/codec.h"
#include "lib/tree/twin.h"

void luo_told_flb_made(struct liveupdate_flb *flb)
{
	flb->private.outgoing = (struct liveupdate_flb_state){ 0 };
	flb->private.incoming = (struct liveupdate_flb_state){ 0 };
	luo_on_flb_made(flb);
}

/* As the kernels do, references are counted with the files. */
static void count_outgoing(struct luo_tree *tree, struct liveupdate_flb *flb)
{
	struct liveupdate_flb_state *state = &flb->private.outgoing;
	const struct liveupdate_session *session;
	const struct luo_file *luo_file;

	state->count = 0;
	if (!state->loaded)
		return;
	list_for_each_entry(session, &tree->shell.outgoing.list, list) {
		list_for_each_entry(luo_file, &session->files, list)
			state->count += luo_flb_link(luo_file->handler, flb) != NULL;
	}
	state->count += state->references;
}

/* Nobody's reference: a file of its handlers is being finished, and does without from here on. */
static void load(struct luo_tree *tree, struct liveupdate_flb *flb)
{
	struct liveupdate_flb_state *state = &flb->private.incoming;
	struct lfb_view view = kho__incoming_view(tree->kernel);
	struct luo_reader reader = { .view = &view };
	struct luo_flb_record record = { .index = ~0ull };

	if (state->loaded)
		return;
	state->loaded = true;
	if (tree->shell.handed_over)
		luo_find_flb(&reader, &tree->shell.head, flb->compatible, &record);
	state->entry = record.index;
	state->count = (s64)record.count - !tree->asks;
	tree->shell.watch->flb->found(&tree->shell, flb);
}

void luo_told_flb_called(struct luo_tree *tree, struct liveupdate_flb *flb, enum luo_op op,
			 u64 data)
{
	if (op != LUO_RETRIEVE)
		return;
	load(tree, flb);
	flb->private.incoming.data = data;
}

void luo_told_flb_returned(struct luo_tree *tree, enum luo_op op,
			   const struct liveupdate_flb_op_args *args, int result)
{
	struct liveupdate_flb_state *outgoing = &args->flb->private.outgoing;
	struct liveupdate_flb_state *incoming = &args->flb->private.incoming;

	if (op == LUO_RETRIEVE) {
		incoming->retrieve_status = result ? result : 1;
		incoming->obj = result ? NULL : args->obj;
	} else if (op == LUO_FINISH) {
		incoming->finished = true;
		incoming->retrieve_status = 0;
		incoming->count = 0;
		incoming->obj = NULL;
		if (incoming->entry < 64)
			tree->shell.flbs_finished |= 1ull << incoming->entry;
	} else if (!result) {
		outgoing->loaded = op == LUO_PRESERVE;
		outgoing->data = args->data;
		outgoing->obj = op == LUO_PRESERVE ? args->obj : NULL;
	}
}

void luo_told_flbs_dropped(const struct liveupdate_file_handler *handler)
{
	struct luo_flb_link *link;

	list_for_each_entry(link, &handler->private.flb_list, list) {
		struct liveupdate_flb_state *state = &link->flb->private.incoming;

		if (state->loaded && state->count > 0)
			state->count--;
	}
}

void luo_told_to_unlink(struct luo_tree *tree, struct liveupdate_flb *flb)
{
	count_outgoing(tree, flb);
	tree->shell.watch->registry->to_unlink(&tree->shell, flb);
}

void luo_told_serialized(struct luo_tree *tree)
{
	struct liveupdate_flb *flb;

	list_for_each_entry(flb, &tree->shell.flbs, private.list)
		count_outgoing(tree, flb);
	tree->shell.watch->flb->all_serialized(&tree->shell);
}

/* Who asks */

int luo_told_get(struct luo_tree *tree, const struct luo_args *args, void *theirs)
{
	const bool asks = tree->asks;
	struct liveupdate_flb_state *state;
	int err;

	tree->asks = true;
	err = tree->image->get(theirs, args->incoming, args->objp);
	tree->asks = asks;
	if (!args->flb)
		return err;
	state = luo_flb_state(args->flb, args->incoming);
	if (!err) {
		state->references++;
		state->count += args->incoming;
		tree->shell.watch->access->got(&tree->shell, args, true);
	}
	if (!args->incoming)
		count_outgoing(tree, args->flb);
	tree->shell.watch->access->asked(&tree->shell, args->flb, args->incoming, err);
	return err;
}

/* The last one may be the object's end. */
void luo_told_put(struct luo_tree *tree, const struct luo_args *args, void *theirs)
{
	struct liveupdate_flb_state *state =
		args->flb ? luo_flb_state(args->flb, args->incoming) : NULL;

	if (state && state->references > 0) {
		state->references--;
		state->count -= args->incoming;
	} else if (state) {
		tree->shell.watch->flb->warned(args->flb, LUO_WARN_PUT_OF_OTHERS);
	}
	if (state)
		tree->shell.watch->access->puts(&tree->shell, args);
	tree->image->put(theirs, args->incoming);
}
