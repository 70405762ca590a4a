// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The recorded module's coming and going: what it has registered, and the module it can be.
 */

#include "sim/recorder/recorder.h"

/*
 * Registrations, oldest first
 */

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
	struct liveupdate_file_handler *handler = lfb__recorder_handler(recorder, number);
	int err;

	if (!handler)
		return -ENOMEM;
	err = liveupdate_register_file_handler(handler);
	return err ? err : remember(recorder, (struct lfb_registration){ number, 0, false });
}

int lfb__recorder_unregister_handler(struct lfb_recorder *recorder, unsigned int number)
{
	struct liveupdate_file_handler *handler = lfb__recorder_handler(recorder, number);
	int err;

	if (!handler)
		return -ENOMEM;
	err = liveupdate_unregister_file_handler(handler);
	if (!err)
		forget(recorder, (struct lfb_registration){ number, 0, false }, true);
	return err;
}

int lfb__recorder_register_flb(struct lfb_recorder *recorder, unsigned int number,
			       unsigned int nr_flb)
{
	struct liveupdate_file_handler *handler = lfb__recorder_handler(recorder, number);
	struct liveupdate_flb *flb;
	int err;

	if (!handler)
		return -ENOMEM;
	err = lfb__recorder_flb(recorder, nr_flb, &flb);
	if (!err)
		err = liveupdate_register_flb(handler, flb);
	return err ? err : remember(recorder, (struct lfb_registration){ number, nr_flb, true });
}

int lfb__recorder_unregister_flb(struct lfb_recorder *recorder, unsigned int number,
				 unsigned int nr_flb)
{
	struct liveupdate_file_handler *handler = lfb__recorder_handler(recorder, number);
	struct liveupdate_flb *flb;
	int err;

	if (!handler)
		return -ENOMEM;
	err = lfb__recorder_flb(recorder, nr_flb, &flb);
	if (!err)
		err = liveupdate_unregister_flb(handler, flb);
	if (!err)
		forget(recorder, (struct lfb_registration){ number, nr_flb, true }, false);
	return err;
}

/*
 * The module
 */

static void recorder_exit(void);

/* The recorder whose module is being unloaded: its machine is the one whose code runs. */
static struct lfb_recorder *going(void)
{
	struct lfb_image_module *image;

	list_for_each_entry(image, &lfb_machine_current()->modules, list) {
		if (image->module->exit == recorder_exit)
			return container_of(image->module, struct lfb_recorder, image);
	}
	return NULL;
}

/* In reverse order; what cannot be unregistered stays, as with any module that ignores errors. */
static void recorder_exit(void)
{
	struct lfb_recorder *recorder = going();
	unsigned int i;

	for (i = recorder ? recorder->nr_registrations : 0; i-- > 0;) {
		const struct lfb_registration registration = recorder->registrations[i];

		if (registration.of_flb)
			lfb__recorder_unregister_flb(recorder, registration.handler,
						     registration.flb);
		else
			lfb__recorder_unregister_handler(recorder, registration.handler);
		/* Unregistering a handler may take links away that are older than itself. */
		if (i > recorder->nr_registrations)
			i = recorder->nr_registrations;
	}
}

int lfb__recorder_insmod(struct lfb_recorder *recorder)
{
	int err;

	if (recorder->loaded)
		return -EEXIST;
	if (!recorder->is_module)
		return -ENOENT;
	err = lfb_machine_add_module(recorder->machine, &recorder->image);
	recorder->loaded = !err;
	return err;
}

int lfb__recorder_become_module(struct lfb_recorder *recorder)
{
	int err;

	if (recorder->is_module)
		return -EEXIST;
	/* What is registered was registered by built-in code. */
	if (recorder->nr_registrations)
		return -EBUSY;
	recorder->this_module.name = LFB_RECORDER_NAME;
	recorder->image.module = &recorder->this_module;
	recorder->image.exit = recorder_exit;
	recorder->is_module = true;
	err = lfb__recorder_insmod(recorder);
	recorder->is_module = !err;
	recorder->file_ops.owner = err ? NULL : &recorder->this_module;
	recorder->flb_ops.owner = recorder->file_ops.owner;
	return err;
}

int lfb__recorder_rmmod(struct lfb_recorder *recorder)
{
	int err;

	if (!recorder->loaded)
		return -ENOENT;
	err = lfb_machine_remove_module(recorder->machine, LFB_RECORDER_NAME);
	/* It went, even when its exit function was the kernel's last one. */
	if (err != -EBUSY)
		recorder->loaded = false;
	return err;
}
