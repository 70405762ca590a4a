// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The orchestrator's own life: early boot, late boot, reboot. */
#include "lib/codec/codec.h"
#include "lib/flb.h"
#include "lib/orchestrator.h"
#include "lib/session.h"

bool liveupdate_enabled(void)
{
	const struct lfb_kernel *kernel = lfb__current;
	const struct luo_elsewhere *elsewhere = kernel && !kernel->dead ? kernel->elsewhere : NULL;

	return unlikely(elsewhere != NULL) ? elsewhere->enabled(elsewhere) : luo_current() != NULL;
}

static int tell_flb(void *context, phys_addr_t where, const struct luo_flb_record *record)
{
	struct luo *luo = context;

	(void)where;
	lfb__event(luo->kernel, FLB_HANDED_OVER, .flb = record->name, .count = record->count,
		   .handle = lfb__memory_shown(&luo->kernel->memory, record->data));
	return 0;
}

/* The record that the kernel keeps of each block of sessions, from here until they are restored. */
static int note_block(void *context, phys_addr_t where)
{
	struct luo *luo = context;

	if (!lfb__fault(luo->kernel, LFB_FAULT_ALLOC, "block record"))
		return 0;
	luo->watch->session->no_memory_at_boot(luo);
	return lfb__problem(&luo->problem, -ENOMEM, where, "no memory for the record of a block");
}

/* A state that breaks a rule is not understood; which rules there are is the kernel's to say. */
static int read_incoming(struct luo *luo)
{
	struct lfb_view view = kho__incoming_view(luo->kernel);
	struct luo_reader reader = {
		.view = &view,
		.context = luo,
		.broken = &luo->problem,
		.flb = tell_flb,
		.trusts_flbs = luo_quirk(luo, LUO_QUIRK_FLB_TRUST_SERIALIZED),
	};
	const struct luo_codec *codec = luo->profile->codec;
	phys_addr_t phys;
	size_t size;
	int err = kho_retrieve_subtree(LUO_FDT_KHO_ENTRY_NAME, &phys, &size);

	if (err == -ENOENT || err == -EOPNOTSUPP) /* no such entry; no KHO in this kernel */
		return 0;
	if (err)
		return lfb__problem(&luo->problem, err, 0, "the KHO entry \"%s\" is malformed",
				    LUO_FDT_KHO_ENTRY_NAME);
	if (luo_quirk(luo, LUO_QUIRK_SESSION_TRUST_SERIALIZED))
		reader.follow = luo_session_follow;
	/* Where it is mended there is no such record. */
	if (luo_quirk(luo, LUO_QUIRK_BOOT_ENOMEM_PANICS))
		reader.block = note_block;
	err = codec->read_head(codec, &reader, phys, size, &luo->head);
	if (!err && !luo_quirk(luo, LUO_QUIRK_FLB_TRUST_SERIALIZED))
		err = luo_read_flbs(&reader, &luo->head);
	if (err)
		return err;
	luo->number = luo->head.number;
	luo->handed_over = true;
	if (codec->free_incoming_head)
		codec->free_incoming_head(phys);
	return 0;
}

/* What the kernel does about a state it cannot understand. */
static void bad_incoming(struct luo *luo)
{
	unsigned long long where = luo->problem.where;
	const char *what = luo->problem.what;

	lfb__fail(luo->kernel, -EINVAL, "incoming LUO state at 0x%llx: %s", where, what);
	luo->enabled = false;
	if (luo->profile->bad_state == LUO_BAD_STATE_PANICS)
		panic("luo: incoming state at 0x%llx: %s", where, what);
	else
		pr_err("luo: live update is off for this boot: incoming state at 0x%llx: %s",
		       where, what);
}

int luo_early_init(struct lfb_kernel *kernel, const struct luo_profile *profile, u64 quirks,
		   const struct luo_watch *watch, bool on)
{
	struct luo *luo = lfb__early_alloc(kernel, sizeof(*luo));

	if (!luo)
		return lfb__fail(kernel, -ENOMEM, "no scratch memory for the orchestrator");
	LFB_ASSERT(!kernel->luo && profile->codec && watch);
	luo->kernel = kernel;
	luo->profile = profile;
	luo->quirks = quirks;
	luo->watch = watch;
	lfb_lock_init(&luo->register_lock.lock, "luo_register_rwlock");
	lfb_lock_init(&luo->serialize_rwsem.lock, "luo_session_serialize_rwsem");
	INIT_LIST_HEAD(&luo->handlers);
	INIT_LIST_HEAD(&luo->flbs);
	luo_hash_init(&luo->preserved);
	luo_sessions_init(&luo->incoming, true);
	luo_sessions_init(&luo->outgoing, false);
	luo->enabled = on && kho_is_enabled();
	kernel->luo = luo;

	if (!luo->enabled && profile->bad_state == LUO_BAD_STATE_DISABLES)
		return 0;
	if (read_incoming(luo))
		bad_incoming(luo);
	return 0;
}

int luo_late_init(struct lfb_kernel *kernel)
{
	struct luo *luo = kernel->luo;
	int err;

	if (!luo->enabled)
		return 0;
	luo->number++;
	err = luo->profile->codec->setup(luo);
	if (err) {
		luo->enabled = false;
		pr_err("luo: live update is off for this boot: outgoing state: %d", err);
		return lfb__fail(kernel, err, "live update is off for this boot: its outgoing "
				 "state could not be prepared (%d)", err);
	}
	lfb__event(kernel, LUO_READY, .count = luo->number);
	return luo_device_register();
}

static int serialize(struct luo *luo)
{
	int err;

	err = luo_session_serialize(luo);
	luo->serializing = false;
	if (err)
		return err;
	luo_flb_serialize(luo);
	if (luo->profile->finalizes_kho) {
		err = kho_finalize();
		if (err) {
			pr_err("luo: memory map not written: %d", err);
			return -EAGAIN;
		}
	}
	luo->serialized = true;
	return 0;
}

static int reboot(struct luo *luo, const struct luo_args *args)
{
	int err;

	(void)args;
	if (!luo_begin_serializing(luo))
		return -EAGAIN;
	err = serialize(luo);
	luo_end_serializing(luo, err);
	return err;
}

int liveupdate_reboot(void)
{
	const struct luo_args args = { .which = LUO_REBOOT, .function = __func__ };
	struct lfb_event event = { .happening = LFB_DID_REBOOT };
	struct lfb_span span;

	if (!lfb__current)
		lfb__not_entered(__func__);
	if (!liveupdate_enabled())
		return 0;
	if (likely(!lfb__current->trace.fine))
		return luo_enter(reboot, &args);
	span = lfb__event_begins(lfb__current, &event);
	event.result = luo_enter(reboot, &args);
	lfb__event_ends(lfb__current, span, &event);
	return (int)event.result;
}

static void assert_sessions(struct luo_sessions *sessions)
{
	const struct luo_file *luo_file;
	struct liveupdate_session *session;
	u64 count = 0;

	LFB_ASSERT(!rwsem_is_locked(&sessions->rwsem));
	list_for_each_entry(session, &sessions->list, list) {
		u64 files = 0;

		LFB_ASSERT(!mutex_is_locked(&session->mutex) && session->sessions == sessions);
		list_for_each_entry(luo_file, &session->files, list)
			files++;
		LFB_ASSERT(files == session->count);
		count++;
	}
	LFB_ASSERT(count == sessions->count && count == sessions->names.count);
}

void luo_assert_idle(struct luo *luo)
{
	const struct liveupdate_flb *flb;
	unsigned long flbs = 0;

	LFB_ASSERT(!rwsem_is_locked(&luo->register_lock) && !luo->serializing);
	LFB_ASSERT(luo->serialized || !rwsem_is_locked(&luo->serialize_rwsem));
	LFB_ASSERT(!luo->serialize_rwsem.lock.readers);
	list_for_each_entry(flb, &luo->flbs, private.list)
		flbs++;
	LFB_ASSERT(flbs == luo->flb_count);
	assert_sessions(&luo->incoming);
	assert_sessions(&luo->outgoing);
}

bool luo_check_settled(struct luo *luo)
{
	luo->watch->settled->all(luo);
	return luo_all_finished(luo) && !luo->restore_failed;
}
