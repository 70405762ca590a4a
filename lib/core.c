// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The orchestrator's own life: early boot, late boot, reboot.
 */
#include <stdio.h>

#include "lib/luo/luo.h"

bool liveupdate_enabled(void)
{
	return luo_current() != NULL;
}

int luo_not_here(struct luo *luo, const char *function)
{
	lfb__warn_as(LFB_FINDING_KERNEL_NO_SUCH_FUNCTION, luo_name("function", function).text,
		     function, "%s has no such function", luo->profile->name);
	return -EOPNOTSUPP;
}

struct luo_name luo_name(const char *type, const char *name)
{
	struct luo_name object;

	snprintf(object.text, sizeof(object.text), "%s %.64s", type, name);
	return object;
}

struct luo_name luo_file_name(const struct luo_file *luo_file)
{
	struct luo_name object;

	snprintf(object.text, sizeof(object.text), "file %.47s token %llu of session %.64s",
		 luo_file->handler->compatible, luo_file->token,
		 luo_file->session->name);
	return object;
}

struct entry {
	luo_entry_fn body;
	struct luo *luo;
	void *a, *b, *c;
};

static long run_entry(void *argument)
{
	struct entry *entry = argument;

	return entry->body(entry->luo, entry->a, entry->b, entry->c);
}

long luo_enter(luo_entry_fn body, const void *a, const void *b, const void *c)
{
	struct luo *luo = luo_current();
	struct entry entry = { body, luo, (void *)a, (void *)b, (void *)c };

	if (!luo)
		return -EOPNOTSUPP;
	return lfb__guarded(luo->kernel, run_entry, &entry);
}

/* Strict while booting: a state that breaks a rule is not understood. */
static int refuse(void *context, int error, const struct lfb_problem *problem)
{
	*(struct lfb_problem *)context = *problem;
	return error;
}

static int read_incoming(struct luo *luo, struct lfb_problem *problem)
{
	struct lfb_view view = kho__incoming_view(luo->kernel);
	struct luo_reader reader = { .view = &view, .context = problem, .problem = refuse };
	const struct luo_codec *codec = luo->profile->codec;
	phys_addr_t phys;
	size_t size;
	int err;

	err = kho_retrieve_subtree(LUO_FDT_KHO_ENTRY_NAME, &phys, &size);
	if (err == -ENOENT || err == -EOPNOTSUPP) /* no such entry; no KHO in this kernel */
		return 0;
	if (err)
		return lfb__problem(problem, err, 0, "the KHO entry \"%s\" is malformed",
				    LUO_FDT_KHO_ENTRY_NAME);
	err = codec->read_head(codec, &reader, phys, size, &luo->head);
	if (!err && !luo_quirk(luo, LUO_QUIRK_FLB_TRUST_SERIALIZED))
		err = codec->read_flbs(codec, &reader, &luo->head);
	if (err)
		return err;
	luo->number = luo->head.number;
	luo->handed_over = true;
	if (codec->free_incoming_head)
		codec->free_incoming_head(phys);
	return 0;
}

/* What the kernel does about a state it cannot understand. */
static void bad_incoming(struct luo *luo, const struct lfb_problem *problem)
{
	lfb__fail(luo->kernel, -EINVAL, "incoming LUO state at 0x%llx: %s",
		  problem->where, problem->what);
	luo->enabled = false;
	luo->problem = *problem;
	if (luo->profile->bad_state == LUO_BAD_STATE_PANICS)
		panic("luo: incoming state at 0x%llx: %s", problem->where,
		      problem->what);
	else
		pr_err("luo: live update is off for this boot: incoming state at 0x%llx: %s",
		       problem->where, problem->what);
}

int luo_early_init(struct lfb_kernel *kernel, const struct luo_profile *profile, u64 quirks,
		   bool on)
{
	struct luo *luo = lfb__early_alloc(kernel, sizeof(*luo));
	struct lfb_problem problem = { 0 };

	if (!luo)
		return lfb__fail(kernel, -ENOMEM, "no scratch memory for the orchestrator");
	luo->kernel = kernel;
	luo->profile = profile;
	luo->quirks = quirks;
	lfb_lock_init(&luo->register_lock.lock, "luo_register_rwlock");
	INIT_LIST_HEAD(&luo->handlers);
	INIT_LIST_HEAD(&luo->flbs);
	luo_hash_init(&luo->preserved);
	luo_sessions_init(&luo->incoming, true);
	luo_sessions_init(&luo->outgoing, false);
	luo->enabled = on && kho_is_enabled();
	kernel->luo = luo;

	if (!luo->enabled && profile->bad_state == LUO_BAD_STATE_DISABLES)
		return 0;
	if (read_incoming(luo, &problem))
		bad_incoming(luo, &problem);
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
	lfb__trace(kernel, LFB_EVENT_LUO, "luo", "ready", "update=%llu",
		   luo->number);
	return 0;
}

static long reboot(struct luo *luo, void *a, void *b, void *c)
{
	int err;

	(void)a, (void)b, (void)c;
	luo->serializing = true;
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

int liveupdate_reboot(void)
{
	long ret = luo_enter(reboot, NULL, NULL, NULL);

	return ret == -EOPNOTSUPP && !luo_current() ? 0 : (int)ret;
}
