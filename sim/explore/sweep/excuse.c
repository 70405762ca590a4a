// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What a sweep excuses: failures after which the state is neither that from before nor that from
 * after the step, because kernels promise to remember them. Each with its reason; docs/sweep.md
 * has the same table. Whatever is excused must still leak nothing and kill nobody.
 */
#include <string.h>

#include "lib/luo/luo.h"
#include "sim/explore/sweep/sweep.h"

/* Of a kernel that runs, what it remembers. */
static const struct luo *running(struct lfb_machine *machine)
{
	return machine->state == LFB_RUNNING ? lfb__machine_look(machine) : NULL;
}

static bool could_not_boot(const struct lfb_sweep_moment *moment)
{
	return moment->machine->state == LFB_OFF && moment->result == -ENOMEM;
}

/*
 * A panic of a module that is being loaded: what failed it cannot do without. A panic in a
 * callback, or any other death, is none of this.
 */
bool lfb__sweep_gave_up(const struct lfb_machine *machine)
{
	const struct lfb_image_module *image;

	if (machine->state == LFB_OFF || machine->kernel.dead != LFB_DEATH_PANIC)
		return false;
	list_for_each_entry(image, &machine->modules, list) {
		if (!image->loaded && image->module->module->state == MODULE_STATE_COMING)
			return true;
	}
	return false;
}

/* Off, and nothing of what was to be handed over is there any more. */
static bool live_update_is_off(const struct lfb_sweep_moment *moment)
{
	const struct lfb_kernel *kernel = &moment->machine->kernel;
	const struct luo *luo = running(moment->machine);

	return luo && !moment->result && !luo->enabled &&
	       moment->record->live_update && !luo->tree && !luo->session_mem && !luo->flb_mem &&
	       kho__blocks(kernel) <= kernel->kho.own_blocks +
			luo_quirk(luo, LUO_QUIRK_LATE_INIT_LEAKS_FLB_PAGE) &&
	       luo->restore_error == 0;
}

static bool retrieve_failed(const struct lfb_sweep_moment *moment)
{
	return moment->result < 0 && moment->now.forgiving == moment->record->before.forgiving;
}

/* That the handle is one its handler made is checked with the callbacks. */
static bool stays_frozen(const struct lfb_sweep_moment *moment)
{
	return moment->result < 0 && moment->now.thawed == moment->record->before.thawed;
}

static bool restore_failed(const struct lfb_sweep_moment *moment)
{
	const struct luo *luo = running(moment->machine);

	return luo && moment->result == -EIO && luo->restore_error &&
	       !moment->record->restore_error && !luo->device_open;
}

static bool session_stays(const struct lfb_sweep_moment *moment)
{
	const struct luo *luo = running(moment->machine);
	const struct liveupdate_session *session;

	if (!luo || moment->result || moment->record->result)
		return false;
	list_for_each_entry(session, &luo->incoming.list, list) {
		if (!session->retrieved)
			return true;
	}
	return false;
}

static unsigned int modules(const struct lfb_machine *machine)
{
	const struct lfb_image_module *image;
	unsigned int count = 0;

	list_for_each_entry(image, &machine->modules, list)
		count += image->loaded;
	return count;
}

static bool module_not_loaded(const struct lfb_sweep_moment *moment)
{
	return running(moment->machine) && !moment->result &&
	       modules(moment->machine) < moment->record->modules;
}

/* In the order they were registered in; those behind the 64th are not looked at. */
u64 lfb__sweep_retrieved(struct lfb_machine *machine)
{
	const struct luo *luo = running(machine);
	const struct liveupdate_flb *flb;
	u64 flbs = 0, bit = 1;

	if (!luo)
		return 0;
	list_for_each_entry(flb, &luo->flbs, private.list) {
		flbs |= flb->private.incoming.retrieve_status == 1 ? bit : 0;
		bit <<= 1;
	}
	return flbs;
}

const struct lfb_digest *lfb__sweep_before(struct lfb_sweep *sweep, size_t step, long result)
{
	const struct lfb_sweep_record *record = &sweep->records[step];
	const u64 flbs = lfb__sweep_retrieved(sweep->machine) & ~record->retrieved;
	const struct lfb_sweep_asked *asked = sweep->asked.items;

	if (result >= 0 || !flbs)
		return &record->before;
	for (size_t i = 0; i < sweep->asked.count; i++) {
		if (asked[i].what.step == step && asked[i].what.flbs == flbs)
			return &asked[i].before;
	}
	sweep->wanted = (struct lfb_sweep_wanted){ step, flbs };
	return NULL;
}

void lfb__sweep_note_before(struct lfb_machine *machine, struct lfb_sweep_record *record)
{
	const struct luo *luo = running(machine);

	record->retrieved = lfb__sweep_retrieved(machine);
	record->restore_error = luo ? luo->restore_error : 0;
}

void lfb__sweep_note(struct lfb_machine *machine, struct lfb_sweep_record *record)
{
	const struct luo *luo = running(machine);

	record->modules = modules(machine);
	record->device_open = luo && luo->device_open;
	record->live_update = luo && luo->enabled;
}

static bool module_is_going(const struct lfb_sweep_moment *moment)
{
	return running(moment->machine) && moment->warned &&
	       moment->result == moment->record->result;
}

static const struct lfb_excuse excuses[] = {
	{
		"no boot",
		"A kernel without memory for KHO cannot boot; the machine is off and says so.",
		.applies = could_not_boot,
	}, {
		"no live update",
		"A kernel that cannot prepare its outgoing state runs without live update, until "
		"it reboots.",
		.applies = live_update_is_off,
	}, {
		"no module",
		"A module whose init failed at boot is not there in this kernel.",
		.applies = module_not_loaded,
	}, {
		"retrieve failed",
		"Files (7.0 and later) and FLBs (7.3 and later) are retrieved once: a second try "
		"would restore the same memory again. The errno is kept and returned.",
		.asked_again = true,
		.applies = retrieve_failed,
	}, {
		"restore failed",
		"The sessions are restored once, at the first open of the device (7.0 and "
		"later); when that fails every open is -EIO.",
		.asked_again = true,
		.applies = restore_failed,
	}, {
		"frozen",
		"A handle that freeze changed stays so when the reboot is called off: unfreeze "
		"cannot change it back. The next reboot freezes again.",
		.repeated = true,
		.applies = stays_frozen,
	}, {
		"module going away",
		"The FLB of a module that is being unloaded cannot be finished, because its code "
		"may not be called any more. A WARN says so; what was handed over for it stays "
		"reserved until the next boot.",
		.applies = module_is_going,
	}, {
		"close failed",
		"close() has nobody to tell that a session could not be finished; the session "
		"stays, to be retrieved and finished again.",
		.repaired = true,
		.applies = session_stays,
	},
};

const struct lfb_excuse *lfb__sweep_excuse(const struct lfb_sweep_moment *moment, bool can_repair)
{
	for (size_t i = 0; i < ARRAY_SIZE(excuses); i++) {
		if ((can_repair || !excuses[i].repaired) && excuses[i].applies(moment))
			return &excuses[i];
	}
	return NULL;
}

/* Finish returns nothing: that an FLB was finished without its object is said by a WARN. */
bool lfb__sweep_warn_reports(const struct lfb_machine *machine)
{
	static const char finish[] = "luo_flb_finish: ";

	return !strncmp(machine->kernel.trace.complaint, finish, sizeof(finish) - 1);
}
