// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What the recorded module has registered, oldest first. */
#include "sim/recorder/inside.h"

static int remember(struct lfb_recorder *recorder, struct lfb_registration registration)
{
	struct lfb_registration *registrations;

	registrations = lfb__room(recorder->registrations, recorder->nr_registrations, 1,
				  &recorder->registrations_capacity, sizeof(*registrations));
	if (!registrations)
		return -ENOMEM;
	recorder->registrations = registrations;
	registrations[recorder->nr_registrations++] = registration;
	return 0;
}

/* With a handler its links. */
static void forget(struct lfb_recorder *recorder, struct lfb_registration gone)
{
	unsigned int to = 0;

	for (unsigned int from = 0; from < recorder->nr_registrations; from++) {
		const struct lfb_registration kept = recorder->registrations[from];

		if (kept.handler != gone.handler ||
		    (gone.of_flb && (!kept.of_flb || kept.flb != gone.flb)))
			recorder->registrations[to++] = kept;
	}
	recorder->nr_registrations = to;
}

bool lfb__recorder_is_registered(const struct lfb_recorder *recorder, bool flb, unsigned int number)
{
	for (unsigned int i = 0; i < recorder->nr_registrations; i++) {
		const struct lfb_registration *registration = &recorder->registrations[i];

		if (registration->of_flb == flb &&
		    (flb ? registration->flb : registration->handler) == number)
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
	int err = tell_kernel(recorder, registration, true);

	return err ? err : remember(recorder, registration);
}

int lfb__recorder_unregister(struct lfb_recorder *recorder, struct lfb_registration registration)
{
	int err = tell_kernel(recorder, registration, false);

	if (!err)
		forget(recorder, registration);
	return err;
}
