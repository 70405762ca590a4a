// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What the recorded module has registered, oldest first. */
#include "sim/recorder/inside.h"

/* With a handler its links. */
static void forget(struct lfb_list *registrations, struct lfb_registration gone)
{
	struct lfb_registration *items = registrations->items;
	size_t to = 0;

	for (size_t from = 0; from < registrations->count; from++) {
		const struct lfb_registration kept = items[from];

		if (kept.handler != gone.handler ||
		    (gone.of_flb && (!kept.of_flb || kept.flb != gone.flb)))
			items[to++] = kept;
	}
	registrations->count = to;
}

bool lfb__recorder_is_registered(const struct lfb_recorder *recorder, bool flb, unsigned int number)
{
	const struct lfb_registration *items = recorder->registrations.items;

	for (size_t i = 0; i < recorder->registrations.count; i++) {
		if (items[i].of_flb == flb && (flb ? items[i].flb : items[i].handler) == number)
			return true;
	}
	return false;
}

/* Registers, or unregisters, with the kernel. */
static int tell_kernel(struct lfb_recorder *recorder, struct lfb_registration registration,
		       bool comes)
{
	struct lfb_recorded *recorded = lfb__recorded(recorder, false, registration.handler);
	struct liveupdate_file_handler *handler;
	struct liveupdate_flb *flb;
	int err;

	if (!recorded)
		return -ENOMEM;
	handler = &recorded->handler;
	if (!registration.of_flb)
		return comes ? liveupdate_register_file_handler(handler) :
			       liveupdate_unregister_file_handler(handler);
	err = lfb__recorder_flb(recorder, registration.flb, &flb);
	if (err)
		return err;
	return comes ? liveupdate_register_flb(handler, flb) :
		       liveupdate_unregister_flb(handler, flb);
}

int lfb__recorder_register(struct lfb_recorder *recorder, struct lfb_registration registration)
{
	struct lfb_registration *noted;
	int err = tell_kernel(recorder, registration, true);

	if (err)
		return err;
	noted = lfb__list_add(&recorder->registrations, sizeof(*noted));
	if (!noted)
		return -ENOMEM;
	*noted = registration;
	return 0;
}

int lfb__recorder_unregister(struct lfb_recorder *recorder, struct lfb_registration registration)
{
	int err = tell_kernel(recorder, registration, false);

	/* Who is told nothing takes it that nothing is left. */
	if (!err || (err != -EBUSY && recorder->machine->profile->unregister_unlinks))
		forget(&recorder->registrations, registration);
	return err;
}
