// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The modules of a kernel image, as they were. */
#include <stdlib.h>
#include <string.h>

#include "sim/copy/copy.h"

struct saved_image {
	struct lfb_image_module *at;	/* what it was, if there were no changes … */
	struct lfb_image_module then;
	void *pristine;			/* what then.pristine led to */
	struct lfb_image_module *again;	/* … else this, while all is put back */
	bool claimed;			/* then, too */
};

struct saved_file {
	struct lfb_loadable *loadable;
	unsigned int place;
	bool closed;			/* another one had taken its place */
	void *data;
};

/* Does it lie in the data of a shared object, which is saved as a whole? */
static bool lies_in_file(const struct lfb_image_module *image)
{
	const struct lfb_shared *shared =
		image->loadable ? lfb__loadable_shared(image->loadable) : NULL;

	return shared && (uintptr_t)image->module->module - (uintptr_t)shared->data <
				 shared->data_size;
}

static bool save_image(struct lfb_image_module *image, struct lfb_modules_copy *copy,
		       struct lfb_saved *saved)
{
	const struct lfb_module *module = image->module;
	struct saved_image *to = lfb__list_add(&copy->images, sizeof(*to));

	if (!to)
		return false;
	to->at = image;
	to->then = *image;
	if (image->pristine) {
		to->pristine = malloc(module->data_size);
		if (!to->pristine)
			return false;
		memcpy(to->pristine, image->pristine, module->data_size);
	}
	if (!copy->on)
		return true;
	if (!lies_in_file(image))
		lfb__save(saved, module->module, sizeof(*module->module));
	if (!image->loadable && module->data_size)
		lfb__save(saved, module->data, module->data_size);
	return true;
}

static bool save_file(struct lfb_loadable *loadable, struct lfb_modules_copy *copy)
{
	const struct lfb_shared *shared = lfb__loadable_shared(loadable);
	struct saved_file *to = lfb__list_add(&copy->files, sizeof(*to));

	if (!to)
		return false;
	to->loadable = loadable;
	to->place = lfb__loadable_place(loadable);
	to->closed = shared->closed;
	if (shared->closed || !copy->on)
		return true;
	to->data = malloc(shared->data_size + 1);
	if (to->data)
		lfb__shared_read(shared, to->data);
	return to->data;
}

bool lfb__modules_save(struct lfb_machine *machine, struct lfb_modules_copy *copy,
		       struct lfb_saved *saved)
{
	struct lfb_loadable *loadable = NULL;
	struct lfb_image_module *image;

	copy->changes = machine->module_changes;
	copy->on = machine->state != LFB_OFF;
	list_for_each_entry(image, &machine->modules, list) {
		if (!save_image(image, copy, saved))
			return false;
	}
	while ((loadable = lfb__loadable_next(machine, loadable)) != NULL) {
		if (!save_file(loadable, copy))
			return false;
	}
	return true;
}

/* Data of those that are linked in is part of what is saved of the host. */
bool lfb__modules_copies_equal(const struct lfb_modules_copy *a, const struct lfb_modules_copy *b)
{
	const struct saved_image *image_a = a->images.items, *image_b = b->images.items;
	const struct saved_file *file_a = a->files.items, *file_b = b->files.items;

	if (a->on != b->on || a->images.count != b->images.count ||
	    a->files.count != b->files.count)
		return false;
	for (size_t i = 0; i < a->images.count; i++) {
		if (image_a[i].then.module != image_b[i].then.module ||
		    image_a[i].then.loadable != image_b[i].then.loadable ||
		    image_a[i].then.next != image_b[i].then.next ||
		    image_a[i].then.loaded != image_b[i].then.loaded)
			return false;
	}
	for (size_t i = 0; i < a->files.count; i++) {
		const struct lfb_shared *shared = lfb__loadable_shared(file_a[i].loadable);

		if (file_a[i].loadable != file_b[i].loadable ||
		    file_a[i].place != file_b[i].place || !file_a[i].data != !file_b[i].data ||
		    (file_a[i].data && memcmp(file_a[i].data, file_b[i].data, shared->data_size)))
			return false;
	}
	return true;
}

void lfb__modules_copy_mix(const struct lfb_modules_copy *copy, struct lfb_mix *mix)
{
	const struct saved_image *images = copy->images.items;
	const struct saved_file *files = copy->files.items;

	for (size_t i = 0; i < copy->images.count; i++) {
		lfb__mix(mix, &images[i].then.module, sizeof(images[i].then.module));
		lfb__mix(mix, &images[i].then.loaded, sizeof(images[i].then.loaded));
	}
	for (size_t i = 0; i < copy->files.count; i++) {
		lfb__mix(mix, &files[i].place, sizeof(files[i].place));
		if (files[i].data)
			lfb__mix(mix, files[i].data,
				 lfb__loadable_shared(files[i].loadable)->data_size);
	}
}

void lfb__modules_copy_free(struct lfb_modules_copy *copy)
{
	struct saved_image *images = copy->images.items;
	struct saved_file *files = copy->files.items;

	for (size_t i = 0; i < copy->images.count; i++)
		free(images[i].pristine);
	for (size_t i = 0; i < copy->files.count; i++)
		free(files[i].data);
	lfb__list_free(&copy->images);
	lfb__list_free(&copy->files);
}

/* Putting back */

static bool has_module(const struct lfb_machine *machine, const struct module *module)
{
	const struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list) {
		if (image->module->module == module)
			return true;
	}
	return false;
}

static bool had_module(const struct lfb_modules_copy *copy, const struct module *module)
{
	const struct saved_image *images = copy->images.items;

	for (size_t i = 0; i < copy->images.count; i++) {
		if (images[i].then.module->module == module)
			return true;
	}
	return false;
}

static void unclaim(struct lfb_modules_copy *copy, size_t count)
{
	struct saved_image *images = copy->images.items;

	while (count-- > 0) {
		if (images[count].claimed)
			lfb__module_release(&images[count].then, false);
		free(images[count].again ? images[count].again->pristine : NULL);
		free(images[count].again);
		images[count].again = NULL;
		images[count].claimed = false;
	}
}

static int make_again(struct lfb_machine *machine, struct saved_image *image)
{
	const size_t size = image->pristine ? image->then.module->data_size : 0;
	struct lfb_image_module *again = calloc(1, sizeof(*again));

	if (again && size)
		again->pristine = malloc(size);
	if (!again || (size && !again->pristine)) {
		free(again);
		return lfb__error(machine, -ENOMEM, "no memory for the modules that there were");
	}
	if (size)
		memcpy(again->pristine, image->pristine, size);
	image->again = again;
	return 0;
}

void lfb__modules_cancel_rewind(struct lfb_modules_copy *copy)
{
	unclaim(copy, copy->images.count);
}

int lfb__modules_prepare_rewind(struct lfb_machine *machine, struct lfb_modules_copy *copy)
{
	const bool changed = copy->changes != machine->module_changes;
	const bool on = machine->state != LFB_OFF;
	struct saved_image *images = copy->images.items;
	int err = 0;

	for (size_t i = 0; i < copy->images.count && (changed || on != copy->on); i++) {
		struct saved_image *image = &images[i];

		if (copy->on && !(on && has_module(machine, image->then.module->module))) {
			err = lfb__module_claim(machine, &image->then);
			image->claimed = !err;
		}
		if (!err && changed)
			err = make_again(machine, image);
		if (err) {
			unclaim(copy, i + 1);
			return err;
		}
	}
	return 0;
}

/* What only the machine as it is has. */
static void release(struct lfb_machine *machine, const struct lfb_modules_copy *copy)
{
	struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list) {
		if (!copy->on || !had_module(copy, image->module->module))
			lfb__module_release(image, true);
	}
}

static void take_away(struct lfb_machine *machine)
{
	struct lfb_image_module *image, *next;

	list_for_each_entry_safe(image, next, &machine->modules, list) {
		list_del(&image->list);
		free(image->pristine);
		free(image);
	}
}

static void put_image_back(struct lfb_machine *machine, struct saved_image *saved, bool changed)
{
	struct lfb_image_module *image = changed ? saved->again : saved->at;
	const struct list_head list = image->list;
	void *pristine = image->pristine;

	*image = saved->then;
	image->list = list;
	image->pristine = pristine;
	if (image->loadable)
		image->module = lfb__loadable_module(image->loadable);
	if (changed) {
		list_add_tail(&image->list, &machine->modules);
		saved->at = image;
		saved->then.pristine = pristine;
	}
	saved->again = NULL;
	saved->claimed = false;
}

/* Returns whether it lies elsewhere. */
static bool put_file_back(struct lfb_machine *machine, const struct saved_file *file)
{
	const bool moves = lfb__loadable_place(file->loadable) != file->place;
	struct lfb_shared *shared;

	if (moves)
		lfb__loadable_go_to(machine, file->loadable, file->place);
	shared = lfb__loadable_shared(file->loadable);
	if (shared->closed && !file->closed)
		lfb__shared_open(shared);
	if (file->data)
		lfb__shared_write(shared, file->data);
	if (file->closed && !shared->closed)
		lfb__shared_close(shared);
	return moves;
}

/* Returns whether one lies elsewhere, or another one is in its place. */
static bool put_files_back(struct lfb_machine *machine, const struct lfb_modules_copy *copy)
{
	const struct saved_file *files = copy->files.items;
	const struct saved_image *images = copy->images.items;
	const bool changed = copy->changes != machine->module_changes;
	bool moved = false;

	for (size_t i = 0; i < copy->files.count; i++)
		moved |= put_file_back(machine, &files[i]);
	for (size_t i = 0; i < copy->images.count && !changed; i++)
		moved |= images[i].at->loadable != images[i].then.loadable;
	return moved;
}

void lfb__modules_put_back(struct lfb_machine *machine, struct lfb_modules_copy *copy,
			   bool was_on)
{
	const bool changed = copy->changes != machine->module_changes;
	struct saved_image *images = copy->images.items;
	bool moved;

	if (was_on)
		release(machine, copy);
	if (changed)
		take_away(machine);
	moved = put_files_back(machine, copy);
	for (size_t i = 0; i < copy->images.count; i++)
		put_image_back(machine, &images[i], changed);
	/* Again as this copy, and only this one, knows them. */
	if (changed)
		copy->changes = ++machine->module_changes;
	for (size_t i = 0; i < copy->images.count && (moved || changed); i++) {
		if (images[i].at->loadable && images[i].at->loaded)
			lfb__loadable_bind(machine, images[i].at->loadable);
	}
}
