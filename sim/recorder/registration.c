// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What the recorded module has registered, oldest first.
 */
#include "sim/recorder/inside.h"

static bool same(const struct lfb_registration *a, const struct lfb_registration *b)
{
	return a->handler == b->handler && a->of_flb == b->of_flb &&
	       (!a->of_flb || a->flb == b->flb);
}

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

/* @links_too: also the handler's links. */
static void forget(struct lfb_recorder *recorder, struct lfb_registration gone, bool links_too)
{
	unsigned int from, to = 0;

	for (from = 0; from < recorder->nr_registrations; from++) {
		const struct lfb_registration registration = recorder->registrations[from];

		if (!same(&registration, &gone) &&
		    !(links_too && registration.handler == gone.handler))
			recorder->registrations[to++] = registration;
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

int lfb__recorder_register_handler(struct lfb_recorder *recorder, unsigned int number)
{
	struct lfb_recorded_handler *handler = lfb__recorded_handler(recorder, number);
	int err;

	if (!handler)
		return -ENOMEM;
	err = liveupdate_register_file_handler(&handler->handler);
	return err ? err : remember(recorder, (struct lfb_registration){ number, 0, false });
}

int lfb__recorder_unregister_handler(struct lfb_recorder *recorder, unsigned int number)
{
	struct lfb_recorded_handler *handler = lfb__recorded_handler(recorder, number);
	int err;

	if (!handler)
		return -ENOMEM;
	err = liveupdate_unregister_file_handler(&handler->handler);
	if (!err)
		forget(recorder, (struct lfb_registration){ number, 0, false }, true);
	return err;
}

int lfb__recorder_register_flb(struct lfb_recorder *recorder, unsigned int number,
			       unsigned int nr_flb)
{
	struct lfb_recorded_handler *handler = lfb__recorded_handler(recorder, number);
	struct liveupdate_flb *flb;
	int err;

	if (!handler)
		return -ENOMEM;
	err = lfb__recorder_flb(recorder, nr_flb, &flb);
	if (!err)
		err = liveupdate_register_flb(&handler->handler, flb);
	return err ? err : remember(recorder, (struct lfb_registration){ number, nr_flb, true });
}

int lfb__recorder_unregister_flb(struct lfb_recorder *recorder, unsigned int number,
				 unsigned int nr_flb)
{
	struct lfb_recorded_handler *handler = lfb__recorded_handler(recorder, number);
	struct liveupdate_flb *flb;
	int err;

	if (!handler)
		return -ENOMEM;
	err = lfb__recorder_flb(recorder, nr_flb, &flb);
	if (!err)
		err = liveupdate_unregister_flb(&handler->handler, flb);
	if (!err)
		forget(recorder, (struct lfb_registration){ number, nr_flb, true }, false);
	return err;
}
