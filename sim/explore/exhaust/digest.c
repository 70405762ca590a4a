// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The state of a kernel as a number: what decides what it will do from here on, in an order that
 * does not depend on addresses. Where things lie in memory is left out; that never decides
 * anything. What the recorded module was told is not here but in the model, which is told the
 * same.
 */
#include <string.h>

#include "lib/codec/codec.h"
#include "sim/explore/exhaust/exhaust.h"

static void mix(struct lfb_state_key *key, u64 value)
{
	key->half[0] = (key->half[0] ^ value) * 0x9e3779b97f4a7c15ull;
	key->half[0] ^= key->half[0] >> 29;
	key->half[1] = (key->half[1] + value) * 0xc2b2ae3d27d4eb4full;
	key->half[1] ^= key->half[1] >> 31;
}

void lfb__digest_bytes(struct lfb_state_key *key, const void *bytes, size_t size)
{
	const char *at = bytes;
	u64 word;

	mix(key, size);
	for (; size >= sizeof(word); size -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		mix(key, word);
	}
	word = 0;
	memcpy(&word, at, size);
	mix(key, word);
}

static void mix_name(struct lfb_state_key *key, const char *name, size_t max)
{
	lfb__digest_bytes(key, name, strnlen(name, max));
}

/*
 * The registry
 */

static void mix_flb_state(struct lfb_state_key *key, const struct liveupdate_flb_state *state)
{
	mix(key, (u64)(uintptr_t)state->obj);
	mix(key, state->data);
	mix(key, (u64)state->count);
	mix(key, (u64)state->references);
	mix(key, (u64)state->retrieve_status);
	mix(key, (u64)state->loaded << 1 | state->finished);
}

static void mix_flbs(struct lfb_state_key *key, const struct lfb_run *run, const struct luo *luo)
{
	const struct liveupdate_flb *flb;
	unsigned int i;

	for (i = 0; i < run->scenario->nr_flbs; i++) {
		mix(key, run->recorder->flbs[i] != NULL);
		if (!run->recorder->flbs[i])
			continue;
		flb = &run->recorder->flbs[i]->flb;
		mix(key, (u64)flb->private.users << 1 | flb->private.initialized);
		mix_flb_state(key, &flb->private.outgoing);
		mix_flb_state(key, &flb->private.incoming);
	}
	list_for_each_entry(flb, &luo->flbs, private.list)
		mix_name(key, flb->compatible, sizeof(flb->compatible));
	mix(key, luo->flb_count);
}

static void mix_handlers(struct lfb_state_key *key, const struct luo *luo)
{
	struct liveupdate_file_handler *handler;
	struct luo_flb_link *link;

	list_for_each_entry(handler, &luo->handlers, private.list) {
		mix_name(key, handler->compatible, sizeof(handler->compatible));
		list_for_each_entry(link, &handler->private.flb_list, list)
			mix_name(key, link->flb->compatible, sizeof(link->flb->compatible));
		mix(key, ~0ull);
	}
}

/*
 * Sessions and files
 */

static void mix_file(struct lfb_state_key *key, const struct luo_file *luo_file)
{
	const struct file *file = luo_file->file;

	mix(key, luo_file->token);
	mix(key, luo_file->serialized_data);
	mix(key, (u64)(uintptr_t)luo_file->private_data);
	mix(key, (u64)luo_file->retrieve_status);
	mix(key, luo_file->marks_file);
	mix_name(key, luo_file->handler->compatible, sizeof(luo_file->handler->compatible));
	mix(key, luo_file->handler->private.registered);
	mix(key, file ? (u64)file->lfb_inode.i_ino << 1 | file->lfb_preserved : ~0ull);
}

static void mix_sessions(struct lfb_state_key *key, const struct luo_sessions *sessions)
{
	struct liveupdate_session *session;
	struct luo_file *luo_file;

	mix(key, sessions->count);
	list_for_each_entry(session, &sessions->list, list) {
		mix_name(key, session->name, sizeof(session->name));
		mix(key, (u64)session->retrieved << 2 | (u64)!!session->files_mem << 1 |
			 (session->files_phys != 0));
		mix(key, session->count);
		mix(key, session->tokens.count);
		mix(key, session->file_blocks.count);
		list_for_each_entry(luo_file, &session->files, list)
			mix_file(key, luo_file);
	}
}

/* What the agent can reach: the session behind each descriptor it keeps. */
static void mix_agent(struct lfb_state_key *key, const struct lfb_run *run)
{
	const struct liveupdate_session *session;
	const struct file *file;
	unsigned int i;

	for (i = 0; i < run->scenario->nr_sessions; i++) {
		mix(key, run->sessions[i] >= 0);
		if (run->sessions[i] < 0)
			continue;
		session = lfb_agent_file(run->agent, run->sessions[i])->private_data;
		mix(key, session->sessions->incoming);
		mix_name(key, session->name, sizeof(session->name));
	}
	for (i = 0; i < run->scenario->nr_inodes; i++) {
		mix(key, run->files[i] >= 0);
		if (run->files[i] < 0)
			continue;
		file = lfb_agent_file(run->agent, run->files[i]);
		mix(key, (u64)(uintptr_t)file->private_data);
		mix(key, file->lfb_preserved);
	}
	mix(key, (u64)(run->device >= 0) << 1 | !!run->agent->task.blocked_on);
}

/*
 * What was handed over and not read yet
 */

static int mix_record(void *context, phys_addr_t where, const struct luo_flb_record *record)
{
	struct lfb_state_key *key = context;

	(void)where;
	mix_name(key, record->name, sizeof(record->name));
	mix(key, record->data);
	mix(key, record->count);
	return 0;
}

static int go_on(void *context, int error, const struct lfb_problem *problem)
{
	(void)context, (void)error, (void)problem;
	return 0;
}

static void mix_handed_over(struct lfb_state_key *key, const struct luo *luo)
{
	struct lfb_view view = kho__incoming_view(luo->kernel);
	struct luo_reader reader = {
		.view = &view,
		.context = key,
		.problem = go_on,
		.flb = mix_record,
	};

	mix(key, luo->handed_over);
	if (luo->handed_over)
		luo_read_flbs(&reader, &luo->head);
}

void lfb__digest_kernel(const struct lfb_run *run, struct lfb_state_key *key)
{
	const struct lfb_kernel *kernel = &run->machine->kernel;
	const struct luo *luo = kernel->luo;

	mix(key, run->machine->state);
	mix(key, kernel->dead);
	mix(key, kernel->pages.allocated);
	mix(key, kernel->pages.incoming);
	mix(key, kernel->slabs.objects);
	mix(key, kernel->vmallocs.count);
	mix(key, kernel->kho.blocks);
	mix(key, kernel->files_open);
	mix(key, kernel->faults.plan.kinds);
	mix(key, (u64)luo->enabled << 6 | (u64)luo->serializing << 5 | (u64)luo->serialized << 4 |
		 (u64)luo->device_open << 3 | (u64)luo->was_opened << 2 | (u64)luo->restored << 1);
	mix(key, (u64)luo->restore_error);
	mix(key, luo->preserved.count);
	mix(key, luo->session_blocks.count);
	mix_handlers(key, luo);
	mix_flbs(key, run, luo);
	mix_sessions(key, &luo->incoming);
	mix_sessions(key, &luo->outgoing);
	mix_agent(key, run);
	mix_handed_over(key, luo);
}
