// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A machine is built, and taken apart. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/version.h>

#include "lib/orchestrator.h"
#include "sim/machine/machine.h"

#define MEMORY_MIN (1ull << 20)
#define MEMORY_MAX (1ull << 40)
#define MEMORY_DEFAULT (64ull << 20)

const char *lfb_version(void)
{
	return LFB_VERSION;
}

/* Whoever runs a program may say how closely it is watched. */
static int checks_of_environment(enum lfb_checks *checks)
{
	static const char *const names[] = {
		[LFB_CHECKS_ON] = "on",
		[LFB_CHECKS_OFF] = "off",
		[LFB_CHECKS_GUARD] = "guard",
	};
	const char *wanted = getenv("LFB_CHECKS");

	if (!wanted || !*wanted)
		return 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(wanted, names[i])) {
			*checks = i;
			return 0;
		}
	}
	return lfb__error(NULL, -EINVAL, "LFB_CHECKS is \"%.40s\"; it may be on, off or guard",
			  wanted);
}

static int check_options(struct lfb_machine_options *options, struct lfb_nodes *nodes)
{
	int err = lfb__nodes_parse(options->nodes, nodes, &options->memory);

	if (err)
		return err;
	if (!options->memory)
		options->memory = MEMORY_DEFAULT;
	if (!options->profile)
		options->profile = LFB_PROFILE_DEFAULT;
	if (options->memory < MEMORY_MIN || options->memory > MEMORY_MAX ||
	    !IS_ALIGNED(options->memory, PAGE_SIZE))
		return lfb__error(NULL, -EINVAL, "memory is %llu bytes; it must be whole pages "
				  "from 1 MiB to 1 TiB", options->memory);
	if (options->mode > LFB_MEMORY_FIXED)
		return lfb__error(NULL, -EINVAL, "there is no memory mode %d", (int)options->mode);
	if (options->policy > LFB_PAGES_ASCENDING)
		return lfb__error(NULL, -EINVAL, "there is no page policy %d",
				  (int)options->policy);
	if (options->map > LFB_MAP_HIGH)
		return lfb__error(NULL, -EINVAL, "there is no memory map %d", (int)options->map);
	if (!lfb__can_start(options->memory_start))
		return lfb__error(NULL, -EINVAL, "memory starts at 0x%llx; it must be a multiple "
				  "of 4 MiB up to 4 GiB", options->memory_start);
	if (!options->scratch_areas)
		options->scratch_areas = 1;
	if (options->scratch_areas > LFB_SCRATCH_MAX)
		return lfb__error(NULL, -EINVAL, "%u scratch areas; there may be %u",
				  options->scratch_areas, LFB_SCRATCH_MAX);
	if (options->checks > LFB_CHECKS_GUARD)
		return lfb__error(NULL, -EINVAL, "there is no kind of checks %d",
				  (int)options->checks);
	if (options->reading > LFB_READING_STRICT)
		return lfb__error(NULL, -EINVAL, "there is no way of reading %d",
				  (int)options->reading);
	if (options->points > LFB_POINTS_ACCESSES)
		return lfb__error(NULL, -EINVAL, "there is no kind of points %d",
				  (int)options->points);
	return checks_of_environment(&options->checks) ?: lfb__findings_of_environment();
}

static u64 start_of(const struct lfb_machine_options *options)
{
	bool low = options->map == LFB_MAP_LOW ||
		   (options->map == LFB_MAP_DEFAULT && options->policy == LFB_PAGES_ASCENDING);

	if (options->memory_start)
		return options->memory_start;
	return low ? 0 : LFB_HIGH_START;
}

static int choose_profile(struct lfb_machine *machine, const struct lfb_machine_options *options)
{
	char bad[64];

	if (options->release && (!*options->release ||
				 strlen(options->release) >= sizeof(machine->release)))
		return lfb__error(NULL, -EINVAL, "a release has 1 to %zu characters",
				  sizeof(machine->release) - 1);
	strcpy(machine->release, options->release ? options->release : "");
	if (options->nodes && strlen(options->nodes) >= sizeof(machine->nodes))
		return lfb__error(NULL, -EINVAL, "nodes are said in up to %zu characters",
				  sizeof(machine->nodes) - 1);
	strcpy(machine->nodes, options->nodes ? options->nodes : "");
	machine->profile = luo_profile_find(options->profile);
	if (!machine->profile)
		return lfb__error(NULL, -EINVAL, "there is no profile \"%.40s\"", options->profile);
	if (luo_quirks_parse(options->quirks_on, &machine->quirks_on, bad, sizeof(bad)) ||
	    luo_quirks_parse(options->quirks_off, &machine->quirks_off, bad, sizeof(bad)))
		return lfb__error(NULL, -EINVAL, "there is no quirk \"%s\"", bad);
	/* "All" leaves those alone that are named on the other side. */
	if (machine->quirks_off == LUO_QUIRKS_ALL)
		machine->quirks_off &= ~machine->quirks_on;
	else if (machine->quirks_on == LUO_QUIRKS_ALL)
		machine->quirks_on &= ~machine->quirks_off;
	if (machine->quirks_on & machine->quirks_off)
		return lfb__error(NULL, -EINVAL, "a quirk is asked for both on and off");
	return 0;
}

static void init_lists(struct lfb_machine *machine)
{
	INIT_LIST_HEAD(&machine->modules);
	INIT_LIST_HEAD(&machine->loadables);
	INIT_LIST_HEAD(&machine->agents);
	INIT_LIST_HEAD(&machine->gone);
	INIT_LIST_HEAD(&machine->copies);
}

int lfb_machine_create(const struct lfb_machine_options *given, struct lfb_machine **machinep)
{
	struct lfb_machine_options options;
	struct lfb_memory_options memory = { 0 };
	struct lfb_machine *machine;
	bool profile_given;
	int err;

	lfb__fail_nothing(NULL);
	if (!machinep)
		return lfb__error(NULL, -EINVAL, "no place for the machine");
	*machinep = NULL;
	err = lfb__options_take(NULL, "the options", &options, sizeof(options), given,
				offsetof(struct lfb_machine_options, mode));
	if (err)
		return err;
	profile_given = options.profile != NULL;
	err = check_options(&options, &memory.nodes);
	if (err)
		return err;
	machine = calloc(1, sizeof(*machine));
	if (!machine)
		return lfb__error(NULL, -ENOMEM, "no memory for a machine");
	err = choose_profile(machine, &options);
	if (err)
		goto out_free;
	memory = (struct lfb_memory_options){
		.size = options.memory,
		.start = start_of(&options),
		.mode = options.mode,
		.policy = options.policy,
		.checks = options.checks,
		.scratch_areas = options.scratch_areas,
		.nodes = memory.nodes,
	};
	err = lfb__kernel_init(&machine->kernel, &memory, options.seed);
	if (err) {
		lfb__error(NULL, err, "the host has no room for %llu bytes of memory (%d)",
			   options.memory, err);
		goto out_free;
	}
	machine->built = options;
	machine->built.profile = machine->built.quirks_on = machine->built.quirks_off = NULL;
	machine->built.release = NULL;
	machine->built.nodes = machine->nodes;
	machine->memory_start = memory.start;
	machine->kexec_count = options.kexec_count;
	machine->kho_on = !options.kho_off;
	machine->liveupdate_on = !options.liveupdate_off;
	machine->kernel.catch_faults = !options.raw_faults;
	machine->kernel.sched.at_accesses = options.points == LFB_POINTS_ACCESSES;
	init_lists(machine);
	err = lfb__handle_register(machine, LFB_HANDLE_MACHINE);
	if (err) {
		lfb__kernel_destroy(&machine->kernel);
		lfb__error(NULL, err, "no memory for a machine");
		goto out_free;
	}
	if (options.kernel)
		err = lfb__machine_load_kernel(machine, options.kernel, profile_given);
	if (err) {
		lfb_machine_destroy(machine);
		return err;
	}
	*machinep = machine;
	return 0;

out_free:
	free(machine);
	return err;
}

int lfb__machine_create_own(const struct lfb_machine_options *options,
			    struct lfb_machine **machinep)
{
	int err = lfb_machine_create(options, machinep);

	if (!err)
		(*machinep)->own = true;
	return err;
}

static int create_like(const struct lfb_machine *machine, const char *kernel,
		       struct lfb_machine **made)
{
	struct lfb_machine_options options = machine->built;
	int err;

	options.kernel = kernel;
	options.sz = sizeof(options);
	options.profile = machine->profile->name;
	options.release = *machine->release ? machine->release : NULL;
	err = lfb__machine_create_own(&options, made);
	if (err)
		return err;
	(*made)->quirks_on = machine->quirks_on;
	(*made)->quirks_off = machine->quirks_off;
	memcpy((*made)->kernel.findings.silent, machine->kernel.findings.silent,
	       sizeof(machine->kernel.findings.silent));
	return 0;
}

int lfb__machine_create_like(const struct lfb_machine *machine, struct lfb_machine **made)
{
	return create_like(machine, machine->built.kernel, made);
}

int lfb__machine_create_profile(const struct lfb_machine *machine, struct lfb_machine **made)
{
	return create_like(machine, NULL, made);
}

/* Who has them frees them. */
static void end_copies(struct lfb_machine *machine)
{
	struct lfb_machine_copied *copied, *next;

	list_for_each_entry_safe(copied, next, &machine->copies, list) {
		list_del_init(&copied->list);
		copied->machine = NULL;
	}
}

void lfb_machine_destroy(struct lfb_machine *machine)
{
	if (!machine || lfb__machine_check_outside(machine))
		return;
	/* A test framework may have jumped out of kernel code: nothing to come back to. */
	machine->kernel.guard = NULL;
	machine->kernel.copying = NULL;
	machine->kernel.task->frame = NULL;
	lfb_machine_shutdown(machine);
	if (lfb_machine_current() == machine)
		lfb_machine_enter(NULL);
	lfb__agents_destroy(machine);
	lfb__modules_forget(machine);
	lfb__machine_print_findings(machine);
	lfb__outside_gone(&machine->kernel);
	end_copies(machine);
	lfb__handle_unregister(machine);
	lfb__kernel_destroy(&machine->kernel);
	luo_tree_destroy(machine->tree);
	lfb__loadables_destroy(machine);
	free(machine);
}
