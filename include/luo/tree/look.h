/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What a kernel tree's orchestrator remembers, told as image.h has it. lfb tree includes this
 * behind the text of a source, LFB_TREE_LOOK_… says which: so it sees what is static there. A tree
 * whose names are others is compiled without.
 */
#ifndef LUO_TREE_LOOK_H
#define LUO_TREE_LOOK_H

#include <luo/tree/image.h>
#include <luo/tree/looked.h>

#ifdef LFB_TREE_LOOK_core

void lfb_tree_look_core(struct lfb_look_state *state)
{
	state->number = luo_global.liveupdate_num;
	state->tree = luo_global.luo_ser_out;
	state->device_open = atomic_read(&luo_dev.in_use);
}

#endif
#ifdef LFB_TREE_LOOK_session

/* It remembers how it went where nobody else can see it. */
static bool looked_restored;
static int looked_restore_error;

int __real_luo_session_deserialize(void);
int __wrap_luo_session_deserialize(void);

int __wrap_luo_session_deserialize(void)
{
	const int err = __real_luo_session_deserialize();

	looked_restored = true;
	looked_restore_error = err;
	return err;
}

static void look_at_sessions(struct luo_session_header *header, bool incoming,
			     struct lfb_look_sessions *seen, const struct lfb_look_listener *to)
{
	struct luo_session *session;

	seen->count = header->count;
	seen->blocks = header->block_set.nblocks;
	list_for_each_entry(session, &header->list, list) {
		const struct lfb_look_session told = {
			.name = session->name,
			.incoming = incoming,
			.retrieved = session->retrieved,
			.files = session->file_set.count,
			.blocks = session->file_set.block_set.nblocks,
			.mutex = &session->mutex,
		};

		to->session(to->context, &told);
		lfb_tree_look_files(&session->file_set, to);
	}
}

void lfb_tree_look_sessions(struct lfb_look_state *state, const struct lfb_look_listener *to)
{
	state->handed_over = luo_session_global.incoming.active;
	state->restored = looked_restored;
	state->restore_error = looked_restore_error;
	look_at_sessions(&luo_session_global.outgoing, false, &state->outgoing, to);
	look_at_sessions(&luo_session_global.incoming, true, &state->incoming, to);
}

#endif
#ifdef LFB_TREE_LOOK_file

void lfb_tree_look_handlers(const struct lfb_look_listener *to)
{
	struct liveupdate_file_handler *handler;

	list_private_for_each_entry(handler, &luo_file_handler_list, list) {
		to->handler(to->context, lfb_tree_owner(handler));
		lfb_tree_look_links(handler, to);
	}
}

void lfb_tree_look_files(struct luo_file_set *set, const struct lfb_look_listener *to)
{
	struct luo_file *file;

	list_for_each_entry(file, &set->files_list, list) {
		const struct lfb_look_file told = {
			.owner = lfb_tree_owner(file->fh),
			.file = file->file,
			.token = file->token,
			.data = file->serialized_data,
			.private_data = file->private_data,
			.retrieve_status = file->retrieve_status,
			.mutex = &file->mutex,
		};

		to->file(to->context, &told);
	}
}

#endif
#ifdef LFB_TREE_LOOK_flb

void lfb_tree_look_links(struct liveupdate_file_handler *handler,
			 const struct lfb_look_listener *to)
{
	struct luo_flb_link *link;

	list_for_each_entry(link, &ACCESS_PRIVATE(handler, flb_list), list)
		to->link(to->context, lfb_tree_flb_owner(link->flb));
}

void lfb_tree_look_flbs(struct lfb_look_state *state, const struct lfb_look_listener *to)
{
	struct liveupdate_flb *flb;

	list_private_for_each_entry(flb, &luo_flb_global.list, private.list)
		to->flb(to->context, lfb_tree_flb_owner(flb));
	state->flbs = luo_flb_global.count;
	state->flb_page = luo_flb_global.outgoing.header_ser;
}

/* Of the FLB that came from the kernel before; 0: it did not. */
static u64 look_handed(const struct liveupdate_flb *flb)
{
	const struct luo_flb_header *header = &luo_flb_global.incoming;

	for (u64 i = 0; header->active && i < header->header_ser->count && i < LUO_FLB_MAX; i++) {
		if (!strncmp(header->ser[i].name, flb->compatible, sizeof(flb->compatible)))
			return header->ser[i].count;
	}
	return 0;
}

static void look_at_flb(struct luo_flb_private_state *state, struct lfb_look_flb_state *told)
{
	told->count = (unsigned int)refcount_read(&state->count);
	told->data = state->data;
	told->obj = state->obj;
	told->retrieve_status = state->retrieve_status;
	told->finished = state->finished;
	told->mutex = &state->lock;
}

void lfb_tree_look_flb(struct liveupdate_flb *flb, struct lfb_look_flb *told)
{
	struct luo_flb_private *private = &ACCESS_PRIVATE(flb, private);

	told->users = private->users;
	look_at_flb(&private->outgoing, &told->outgoing);
	look_at_flb(&private->incoming, &told->incoming);
	told->handed = look_handed(flb);
}

#endif
#endif
