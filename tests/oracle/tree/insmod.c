// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What the recorded module has registered, and the module that it can be. */
#include <stdlib.h>
#include <string.h>

#include <linux/module.h>

#include "host.h"

#define REGISTRATIONS 1024

/* Oldest first. */
static struct world_registration registrations[REGISTRATIONS];
static int nr_registrations;
static struct module this_module;

struct module *insmod_owner(void)
{
	return world->is_module ? &this_module : NULL;
}

void insmod_note(struct world_registration noted)
{
	if (nr_registrations == REGISTRATIONS)
		exit(98);
	registrations[nr_registrations++] = noted;
}

/* With a handler its links. */
void insmod_forget(struct world_registration gone)
{
	int to = 0;

	for (int i = 0; i < nr_registrations; i++) {
		const struct world_registration kept = registrations[i];

		if (kept.handler != gone.handler ||
		    (gone.of_flb && (!kept.of_flb || kept.flb != gone.flb)))
			registrations[to++] = kept;
	}
	nr_registrations = to;
}

bool insmod_is_registered(bool of_flb, unsigned int number)
{
	for (int i = 0; i < nr_registrations; i++) {
		const struct world_registration *kept = &registrations[i];

		if (kept->of_flb == of_flb && (of_flb ? kept->flb : kept->handler) == number)
			return true;
	}
	return false;
}

/* Code that is unloaded: there is none that could run. */
bool insmod_is_gone(void)
{
	return world->is_module && !world->loaded;
}

static long load(void)
{
	if (world->loaded)
		return -EEXIST;
	if (!world->is_module)
		return -ENOENT;
	memset(&this_module, 0, sizeof(this_module));
	world->loaded = true;
	return 0;
}

static long become_module(void)
{
	if (world->is_module)
		return -EEXIST;
	if (nr_registrations)
		return -EBUSY;
	world->is_module = true;
	return load();
}

/* As modules go: in reverse. */
static long unregister_all(void *argument)
{
	(void)argument;
	this_module.state = MODULE_STATE_GOING;
	while (nr_registrations)
		module_unregister(registrations[nr_registrations - 1]);
	return 0;
}

static long unload(void)
{
	long err;

	if (!world->loaded)
		return -ENOENT;
	if (this_module.refcnt)
		return -EBUSY;
	err = world_run(unregister_all, NULL);
	world->loaded = false;
	return err;
}

long insmod_perform(const char *verb)
{
	if (!strcmp(verb, "module"))
		return become_module();
	return !strcmp(verb, "insmod") ? load() : unload();
}
