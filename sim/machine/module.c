// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The modules of the kernel image. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/orchestrator.h"
#include "sim/machine/machine.h"

long lfb__module_init(void *argument)
{
	struct lfb_image_module *image = argument;
	struct lfb_module *module = image->module;
	int err = 0;

	LFB_ASSERT(!image->loaded && (image->pristine || !module->data_size || image->loadable));
	if (image->loadable) {
		lfb__loadable_reset(image->loadable);
		module->module->name = image->name;
	} else if (module->data_size) {
		memcpy(module->data, image->pristine, module->data_size);
	}
	module->module->refcnt = 0;
	module->module->lfb_pins = 0;
	module->module->lfb_taken = 0;
	module->module->state = MODULE_STATE_COMING;
	if (image->loadable)
		err = lfb__loadable_bind(lfb_machine_current(), image->loadable);
	if (!err && module->init)
		err = module->init();
	module->module->state = err < 0 ? MODULE_STATE_GOING : MODULE_STATE_LIVE;
	image->loaded = err >= 0;
	lfb__event(lfb__current, MODULE_INIT, .module = module->module->name, .result = err);
	if (err < 0)
		luo_module_is_gone(lfb__current, module, false);
	return err < 0 ? err : 0;
}

void *lfb__module_data_of(int (*init)(void))
{
	struct lfb_image_module *image;

	list_for_each_entry(image, &lfb_machine_current()->modules, list) {
		if (image->module->init == init)
			return image->module->data;
	}
	return NULL;
}

static const char *name_of(const struct lfb_image_module *image)
{
	return image->loadable ? image->name : image->module->module->name;
}

static struct lfb_image_module *find_module(struct lfb_machine *machine, const char *name)
{
	struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list) {
		if (!strcmp(name_of(image), name))
			return image;
	}
	return NULL;
}

/* Those in shared objects are the machine's own. */
int lfb__module_claim(struct lfb_machine *machine, const struct lfb_image_module *image)
{
	const struct lfb_module *module = image->module;
	int err = image->loadable ? 0 : lfb__handle_register(module->module, LFB_HANDLE_MODULE);

	if (err == -EEXIST)
		return lfb__error(machine, -EBUSY, "module %s is in use by another machine that is "
				  "switched on", module->module->name);
	return err ? lfb__error(machine, err, "no memory for module %s", module->module->name) : 0;
}

void lfb__module_release(const struct lfb_image_module *image, bool set_back)
{
	if (image->loadable)
		return;
	if (set_back && image->module->data_size)
		memcpy(image->module->data, image->pristine, image->module->data_size);
	lfb__handle_unregister(image->module->module);
}

int lfb__modules_claim(struct lfb_machine *machine)
{
	struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list) {
		int err = lfb__module_claim(machine, image);

		if (!err)
			continue;
		list_for_each_entry_continue_reverse(image, &machine->modules, list)
			lfb__module_release(image, false);
		return err;
	}
	return 0;
}

void lfb__modules_release(struct lfb_machine *machine)
{
	struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list)
		lfb__module_release(image, true);
}

static bool runs(const struct lfb_machine *machine)
{
	return machine->state != LFB_OFF && !machine->kernel.dead;
}

/*
 * A module that is added again starts from its data as it is then. That must not be what a dead
 * kernel left; where one runs it is what exit left.
 */
static void forget_module(struct lfb_machine *machine, struct lfb_image_module *image)
{
	if (machine->state != LFB_OFF)
		lfb__module_release(image, !runs(machine));
	machine->module_changes++;
	list_del(&image->list);
	free(image->pristine);
	free(image);
}

/* What is in @image becomes part of the machine; if that is an error it is gone. */
static int add_image(struct lfb_machine *machine, struct lfb_image_module *image)
{
	const char *name = name_of(image);
	long err = 0;

	list_add_tail(&image->list, &machine->modules);
	machine->module_changes++;
	machine->kernel.code_is_loaded |= image->loadable != NULL;
	if (machine->state == LFB_OFF)
		lfb__module_release(image, false);
	if (runs(machine))
		err = lfb__machine_run(machine, &machine->kernel.boot_task, lfb__module_init,
				       image);
	if (err) {
		if (!*machine->kernel.error)
			lfb__error(machine, (int)err, "the init function of module %s returned %ld",
				   name, err);
		forget_module(machine, image);
	}
	return (int)err;
}

static int already(struct lfb_machine *machine, const char *name)
{
	return lfb__error(machine, -EEXIST, "there is a module %s already", name);
}

int lfb_machine_add_module(struct lfb_machine *machine, struct lfb_module *module)
{
	struct lfb_image_module wanted = { .module = module }, *image;
	int err = lfb__machine_check_outside(machine);

	if (err)
		return err;
	if (!module || !module->module || !module->module->name ||
	    (module->data_size && !module->data))
		return lfb__error(machine, -EINVAL, "the module is incomplete");
	if (find_module(machine, module->module->name))
		return already(machine, module->module->name);
	/* What another machine's kernel has made of the data is nothing to start with. */
	err = lfb__module_claim(machine, &wanted);
	if (err)
		return err;
	image = calloc(1, sizeof(*image));
	if (image && module->data_size)
		image->pristine = malloc(module->data_size);
	if (!image || (module->data_size && !image->pristine)) {
		free(image);
		lfb__handle_unregister(module->module);
		return lfb__error(machine, -ENOMEM, "no memory for module %s",
				  module->module->name);
	}
	image->module = module;
	if (module->data_size)
		memcpy(image->pristine, module->data, module->data_size);
	return add_image(machine, image);
}

/* A thread that still does what is in it would go on where there is nothing. */
static void end_with_threads(struct lfb_kernel *kernel, struct lfb_image_module *image)
{
	const struct lfb_shared *shared =
		image->loadable ? lfb__loadable_shared(image->loadable) : NULL;
	const char *thread = shared ? lfb__thread_in(kernel, shared->code, shared->code_size) :
				      NULL;

	if (thread)
		lfb__oops_as(kernel, LFB_FINDING_MODULE_GONE,
			     luo_name("module", image->module->module->name).text,
			     "kernel thread %s goes on in it when it is unloaded", thread);
}

static long exit_module(void *argument)
{
	struct lfb_image_module *image = argument;
	struct lfb_module *module = image->module;

	module->module->state = MODULE_STATE_GOING;
	if (module->exit)
		module->exit();
	end_with_threads(lfb__current, image);
	image->loaded = false;
	lfb__event(lfb__current, MODULE_EXIT, .module = module->module->name);
	luo_module_is_gone(lfb__current, module, true);
	return 0;
}

/* Do the references come from nothing but being registered? */
static void find_pinned_idle(struct lfb_machine *machine, const struct module *module)
{
	const struct luo *luo = machine->kernel.luo;
	int pins = luo ? luo_registration_pins(luo, module) : 0;

	if (!pins || pins < module->refcnt)
		return;
	lfb__machine_doing(machine, "rmmod", false);
	lfb__find(&machine->kernel, LFB_FINDING_MODULE_PINNED_IDLE,
		  luo_name("module", module->name).text, "it is refused for %d references that "
		  "come from what it registered; none of it is in use", module->refcnt);
}

/* One that calls it; NULL: there is none. */
static const struct lfb_image_module *user_of(struct lfb_machine *machine,
					      const struct lfb_image_module *image)
{
	struct lfb_image_module *user;

	list_for_each_entry(user, &machine->modules, list) {
		if (image->loadable && user->loadable && user->loaded && user != image &&
		    lfb__loadable_uses(user->loadable, image->loadable))
			return user;
	}
	return NULL;
}

int lfb_machine_remove_module(struct lfb_machine *machine, const char *name)
{
	struct lfb_image_module *image;
	long err = lfb__machine_check_outside(machine);

	if (err)
		return (int)err;
	image = name ? find_module(machine, name) : NULL;
	if (!image)
		return lfb__error(machine, name ? -ENOENT : -EINVAL, "there is no module %s",
				  name ? name : "without a name");
	if (runs(machine) && image->loaded) {
		const struct lfb_image_module *user = user_of(machine, image);

		if (user)
			return lfb__error(machine, -EBUSY, "module %s is in use by %s", name,
					  user->name);
		if (module_refcount(image->module->module) > 0) {
			find_pinned_idle(machine, image->module->module);
			return lfb__error(machine, -EBUSY, "module %s is in use (%d references)",
					  name, module_refcount(image->module->module));
		}
		err = lfb__machine_run(machine, &machine->kernel.boot_task, exit_module, image);
	}
	forget_module(machine, image);
	return (int)err;
}

void lfb__modules_forget(struct lfb_machine *machine)
{
	while (!list_empty(&machine->modules))
		forget_module(machine, list_first_entry(&machine->modules,
							struct lfb_image_module, list));
}

/* In shared objects */

/* It lies in one place at a time: is it a module's, or to be one, but @but's? 0 or -EBUSY. */
static int check_unused(struct lfb_machine *machine, const struct lfb_loadable *loadable,
			const struct lfb_image_module *but)
{
	struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list) {
		if (image != but && (image->loadable == loadable || image->next == loadable ||
				     image->before == loadable))
			return lfb__error(machine, -EBUSY, "module %s is of that file",
					  image->name);
	}
	return 0;
}

int lfb_machine_load_module(struct lfb_machine *machine, const char *path)
{
	struct lfb_loadable *loadable;
	struct lfb_image_module *image;
	int err = lfb__machine_check_outside(machine);

	if (err)
		return err;
	if (!path || !*path)
		return lfb__error(machine, -EINVAL, "no path of a module");
	err = lfb__loadable_open(machine, path, &loadable);
	if (err)
		return err;
	err = check_unused(machine, loadable, NULL);
	if (err)
		return err;
	if (find_module(machine, lfb__loadable_name(loadable)))
		return already(machine, lfb__loadable_name(loadable));
	err = lfb__loadable_check(machine, loadable);
	if (err)
		return err;
	image = calloc(1, sizeof(*image));
	if (!image)
		return lfb__error(machine, -ENOMEM, "no memory for module %.300s", path);
	image->loadable = loadable;
	image->module = lfb__loadable_module(loadable);
	snprintf(image->name, sizeof(image->name), "%s",
		 lfb__loadable_name(loadable));
	return add_image(machine, image);
}

static struct lfb_image_module *find_loaded(struct lfb_machine *machine, const char *name)
{
	struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list) {
		if (image->loadable && (!strcmp(image->name, name) ||
					lfb__loadable_is(image->loadable, name)))
			return image;
	}
	return NULL;
}

void *lfb__module_symbol(struct lfb_machine *machine, const char *path, const char *symbol)
{
	struct lfb_image_module *image = find_loaded(machine, path);

	return image ? lfb__loadable_symbol(image->loadable, symbol) : NULL;
}

static void move(struct lfb_machine *machine, struct lfb_image_module *image)
{
	struct lfb_loadable *to = image->next ? image->next : image->loadable;

	lfb__loadable_move(machine, image->loadable, to);
	image->loadable = to;
	image->module = lfb__loadable_module(to);
	image->next = NULL;
}

/* Whose place @path takes at the next jump; NULL: an error. */
static struct lfb_image_module *swap(struct lfb_machine *machine, const char *name,
				     const char *path, int *err)
{
	struct lfb_image_module *image = find_loaded(machine, name);
	struct lfb_loadable *next;

	*err = -ENOENT;
	if (!image) {
		lfb__error(machine, *err, "no module %.200s was loaded from a file", name);
		return NULL;
	}
	*err = lfb__loadable_beside(machine, image->loadable, path, &next);
	if (!*err)
		*err = check_unused(machine, next, image);
	if (!*err)
		*err = lfb__loadable_check(machine, next);
	if (*err)
		return NULL;
	image->next = next;
	return image;
}

int lfb_machine_swap_module(struct lfb_machine *machine, const char *name, const char *path)
{
	struct lfb_image_module *image;
	int err = lfb__machine_check_outside(machine);

	if (err)
		return err;
	if (!name || !path || !*path)
		return lfb__error(machine, -EINVAL, "no name or path of a module");
	image = swap(machine, name, path, &err);
	if (image && machine->state == LFB_OFF) {
		err = lfb__loadable_prepare(machine, image->next);
		if (!err)
			move(machine, image);
		image->next = NULL;
	}
	return err;
}

int lfb__module_check_swap(struct lfb_machine *machine, const char *name, const char *path)
{
	int err;
	struct lfb_image_module *image = swap(machine, name, path, &err);

	if (image)
		image->next = NULL;
	return err;
}

int lfb__module_swap(struct lfb_machine *machine, const char *name, const char *path)
{
	int err;
	struct lfb_image_module *image = swap(machine, name, path, &err);

	if (image && !image->before)
		image->before = image->loadable;
	return err;
}

void lfb__modules_stay(struct lfb_machine *machine)
{
	struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list)
		image->next = NULL;
}

void lfb__modules_swap_back(struct lfb_machine *machine)
{
	struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list) {
		image->next = image->before;
		image->before = NULL;
		/* It was loaded where it is next, or is where it was. */
		if (image->next && !lfb__loadable_prepare(machine, image->next))
			move(machine, image);
		image->next = NULL;
	}
}

/* An image that is left is loaded anew, too: it may come again. */
int lfb__modules_prepare(struct lfb_machine *machine, struct lfb_loadable *next)
{
	struct lfb_loadable *kernel = next ?: lfb__machine_image(machine);
	struct lfb_image_module *image;
	int err = kernel ? lfb__loadable_prepare(machine, kernel) : 0;

	list_for_each_entry(image, &machine->modules, list) {
		if (!err && image->loadable)
			err = lfb__loadable_prepare(machine, image->next ? image->next :
								     image->loadable);
	}
	return err;
}

void lfb__modules_move(struct lfb_machine *machine, struct lfb_loadable *next)
{
	struct lfb_loadable *before = lfb__machine_image(machine);
	struct lfb_image_module *image;

	if (before || next)
		lfb__loadable_move(machine, before ?: next, next ?: before);
	list_for_each_entry(image, &machine->modules, list) {
		if (image->loadable)
			move(machine, image);
	}
}
