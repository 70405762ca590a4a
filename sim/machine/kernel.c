// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Which kernels a machine boots: profiles, and images of kernel trees. */
#include <stdio.h>
#include <string.h>

#include "lib/orchestrator.h"
#include "sim/machine/machine.h"

/* Of the tree's version; one that is not modelled is likest to the newest. */
static const struct luo_profile *profile_of(const struct lfb_loadable *file)
{
	const struct luo_profile *profile;
	char name[16];

	snprintf(name, sizeof(name), "linux-%.3s", lfb__loadable_kernel(file)->release);
	profile = luo_profile_find(name);
	return profile ? profile : luo_profile_find("linux-7.3");
}

static int open_image(struct lfb_machine *machine, const char *path, struct lfb_loadable **image)
{
	int err = machine->tree_file && !machine->own_is_apart ?
			  lfb__loadable_beside(machine, machine->tree_file, path, image) :
			  lfb__loadable_open_kernel(machine, path, image);

	if (!err)
		err = lfb__loadable_check(machine, *image);
	if (err)
		return err;
	if (!machine->tree)
		machine->tree = luo_tree_create();
	if (!machine->tree)
		return lfb__error(machine, -ENOMEM, "no memory for %.300s", path);
	machine->kernel.code_is_loaded = true;
	return 0;
}

int lfb__machine_load_kernel(struct lfb_machine *machine, const char *path, bool profile_given)
{
	struct lfb_loadable *image;
	int err = open_image(machine, path, &image);

	if (err)
		return lfb__error(NULL, err, "%s", lfb_error_text(machine));
	if (!profile_given)
		machine->profile = profile_of(image);
	machine->tree_file = image;
	machine->tree_profile = machine->profile;
	machine->built.kernel = lfb__loadable_path(image);
	return 0;
}

/* Its own runs in the place of one profile's. */
static struct lfb_loadable *own_image(const struct lfb_machine *machine,
				      const struct luo_profile *profile)
{
	return profile == machine->tree_profile && !machine->own_is_apart ? machine->tree_file :
									    NULL;
}

struct lfb_loadable *lfb__machine_image(const struct lfb_machine *machine)
{
	return machine->other_file ?: own_image(machine, machine->profile);
}

const char *lfb__machine_kernel(const struct lfb_machine *machine)
{
	const struct lfb_loadable *image = lfb__machine_image(machine);

	return image ? lfb__loadable_path(image) : machine->profile->name;
}

bool lfb__is_image(const char *name)
{
	const size_t length = strlen(name);

	return strchr(name, '/') || (length > 3 && !strcmp(name + length - 3, ".so"));
}

int lfb__machine_find_kernel(struct lfb_machine *machine, const char *name,
			     const struct luo_profile **profile, struct lfb_loadable **image)
{
	int err;

	if (!name) {
		*profile = machine->profile;
		*image = lfb__machine_image(machine);
		return 0;
	}
	*profile = luo_profile_find(name);
	if (*profile) {
		*image = own_image(machine, *profile);
		return 0;
	}
	if (!lfb__is_image(name))
		return lfb__error(machine, -EINVAL, "there is no profile \"%.40s\"", name);
	err = open_image(machine, name, image);
	if (err)
		return err;
	*profile = *image == machine->tree_file ? machine->tree_profile : profile_of(*image);
	return 0;
}

int lfb__machine_check_look(struct lfb_machine *machine, const char *who)
{
	if (!machine->tree_file ||
	    luo_tree_can_look(lfb__loadable_kernel(machine->tree_file)))
		return 0;
	return lfb__error(machine, -EOPNOTSUPP, "%s compares what the orchestrator remembers, and "
			  "this kernel image does not say: its tree remembers otherwise than those "
			  "that lfb tree knows; lfb compare and lfb exhaust --module do without",
			  who);
}
