// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The module that the recorded one can be. */
#include "sim/recorder/inside.h"

static void recorder_exit(void);

/* The recorder whose module comes or goes: its machine is the one whose code runs. */
static struct lfb_recorder *coming_or_going(void)
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
	struct lfb_recorder *recorder = coming_or_going();
	const struct lfb_registration *items;

	for (size_t i = recorder ? recorder->registrations.count : 0; i-- > 0;) {
		items = recorder->registrations.items;
		lfb__recorder_unregister(recorder, items[i]);
		/* Unregistering a handler may take links away that are older than itself. */
		if (i > recorder->registrations.count)
			i = recorder->registrations.count;
	}
}

static int recorder_init(void)
{
	struct lfb_recorder *recorder = coming_or_going();

	lfb__recorder_reset(recorder);
	return recorder->user.init(recorder);
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
	if (recorder->registrations.count)
		return -EBUSY;
	if (!recorder->this_module.name)
		recorder->this_module.name = LFB_RECORDER_NAME;
	recorder->image.module = &recorder->this_module;
	recorder->image.init = recorder->user.init ? recorder_init : NULL;
	recorder->image.exit = recorder_exit;
	recorder->is_module = true;
	err = lfb__recorder_insmod(recorder);
	recorder->is_module = !err;
	recorder->file_ops.owner = err ? NULL : &recorder->this_module;
	recorder->identity_ops.owner = recorder->file_ops.owner;
	recorder->flb_ops.owner = recorder->file_ops.owner;
	return err;
}

int lfb__recorder_rmmod(struct lfb_recorder *recorder)
{
	int err;

	if (!recorder->loaded)
		return -ENOENT;
	err = lfb_machine_remove_module(recorder->machine, recorder->this_module.name);
	/* It went, even when its exit function was the kernel's last one. */
	if (err != -EBUSY)
		recorder->loaded = false;
	return err;
}
