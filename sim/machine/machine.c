// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The machine: built, taken apart, looked at.
 */
#include "sim/machine/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/version.h>

#include "lib/orchestrator.h"

#define MEMORY_MIN (1ull << 20)
#define MEMORY_MAX (1ull << 40)
#define MEMORY_DEFAULT (64ull << 20)

static _Thread_local struct lfb_machine *entered;

struct lfb_machine *lfb__machine_valid(struct lfb_machine *machine)
{
	if (likely(lfb__handle_valid(machine, LFB_HANDLE_MACHINE)))
		return machine;
	lfb__fail(NULL, -EINVAL, "%s", machine ? "the pointer is no live machine" : "no machine");
	return NULL;
}

int lfb__error(struct lfb_machine *machine, int error, const char *format, ...)
{
	char text[sizeof(machine->kernel.error)];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return lfb__fail(machine ? &machine->kernel : NULL, error, "%s", text);
}

const char *lfb_error_text(struct lfb_machine *machine)
{
	if (machine && !lfb__machine_valid(machine))
		return lfb__fail_text(NULL);
	return lfb__fail_text(machine ? &machine->kernel : NULL);
}

const char *lfb_version(void)
{
	return LFB_VERSION;
}

/*
 * Create and destroy
 */

static int check_options(struct lfb_machine_options *options)
{
	if (!options->memory)
		options->memory = MEMORY_DEFAULT;
	if (!options->profile)
		options->profile = LFB_PROFILE_DEFAULT;
	if (options->memory < MEMORY_MIN || options->memory > MEMORY_MAX ||
	    !IS_ALIGNED(options->memory, PAGE_SIZE))
		return lfb__error(NULL, -EINVAL,
				  "memory is %llu bytes; it must be whole pages from "
				  "1 MiB to 1 TiB",
				  options->memory);
	if (options->mode > LFB_MEMORY_FIXED)
		return lfb__error(NULL, -EINVAL, "there is no memory mode %d", (int)options->mode);
	if (options->policy > LFB_PAGES_ASCENDING)
		return lfb__error(NULL, -EINVAL, "there is no page policy %d",
				  (int)options->policy);
	if (options->checks > LFB_CHECKS_GUARD)
		return lfb__error(NULL, -EINVAL, "there is no kind of checks %d",
				  (int)options->checks);
	return 0;
}

static int choose_profile(struct lfb_machine *machine, const struct lfb_machine_options *options)
{
	char bad[64];

	machine->profile = luo_profile_find(options->profile);
	if (!machine->profile)
		return lfb__error(NULL, -EINVAL, "there is no profile \"%.40s\"", options->profile);
	if (luo_quirks_parse(options->quirks_on, true, &machine->quirks_on, bad, sizeof(bad)) ||
	    luo_quirks_parse(options->quirks_off, true, &machine->quirks_off, bad, sizeof(bad)))
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

/* An older caller's options are shorter; what it does not know is zero. */
static int copy_options(struct lfb_machine_options *options,
			const struct lfb_machine_options *given)
{
	memset(options, 0, sizeof(*options));
	if (!given)
		return 0;
	if (given->sz < offsetof(struct lfb_machine_options, memory) + sizeof(given->memory) ||
	    given->sz > sizeof(*options))
		return lfb__error(NULL, -EINVAL, "the options' sz is %zu, not %zu", given->sz,
				  sizeof(*options));
	memcpy(options, given, given->sz);
	return 0;
}

int lfb_machine_create(const struct lfb_machine_options *given, struct lfb_machine **machinep)
{
	struct lfb_machine_options options;
	struct lfb_memory_options memory;
	struct lfb_machine *machine;
	int err;

	lfb__error(NULL, 0, "%s", "");
	if (!machinep)
		return lfb__error(NULL, -EINVAL, "no place for the machine");
	*machinep = NULL;
	err = copy_options(&options, given);
	if (!err)
		err = check_options(&options);
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
		.mode = options.mode,
		.policy = options.policy,
		.checks = options.checks,
	};
	err = lfb__kernel_init(&machine->kernel, &memory, options.seed);
	if (err) {
		lfb__error(NULL, err, "the host has no room for %llu bytes of memory (%d)",
			   options.memory, err);
		goto out_free;
	}
	machine->kho_on = !options.kho_off;
	machine->liveupdate_on = !options.liveupdate_off;
	machine->kernel.catch_faults = !options.raw_faults;
	INIT_LIST_HEAD(&machine->modules);
	INIT_LIST_HEAD(&machine->agents);
	INIT_LIST_HEAD(&machine->gone);
	err = lfb__handle_register(machine, LFB_HANDLE_MACHINE);
	if (err) {
		lfb__kernel_destroy(&machine->kernel);
		lfb__error(NULL, err, "no memory for a machine");
		goto out_free;
	}
	*machinep = machine;
	return 0;

out_free:
	free(machine);
	return err;
}

void lfb_machine_destroy(struct lfb_machine *machine)
{
	if (!machine || !lfb__machine_valid(machine) || lfb__machine_check_outside(machine))
		return;
	/* A test framework may have jumped out of kernel code: nothing to come back to. */
	machine->kernel.guard = NULL;
	machine->kernel.copying = NULL;
	machine->kernel.task->frame = NULL;
	lfb_machine_shutdown(machine);
	if (entered == machine)
		entered = NULL;
	lfb__agents_destroy(machine);
	while (!list_empty(&machine->modules)) {
		struct lfb_image_module *image =
			list_first_entry(&machine->modules, struct lfb_image_module, list);

		/* For the next machine it is as it was for this one. */
		lfb__module_set_back(machine, image);
		list_del(&image->list);
		free(image->pristine);
		free(image);
	}
	lfb__handle_unregister(machine);
	lfb__kernel_destroy(&machine->kernel);
	free(machine);
}

/*
 * Whose code runs
 */

static bool has_kernel(const struct lfb_machine *machine)
{
	return machine->state != LFB_OFF;
}

struct lfb_machine *lfb_machine_current(void)
{
	return entered && lfb__machine_valid(entered) ? entered : NULL;
}

struct lfb_machine *lfb_machine_enter(struct lfb_machine *machine)
{
	struct lfb_machine *before = lfb_machine_current();

	entered = machine && lfb__machine_valid(machine) ? machine : NULL;
	if (entered && entered->kernel.catch_faults)
		lfb__guard_install();
	lfb__current = entered && has_kernel(entered) ? &entered->kernel : NULL;
	return before;
}

void lfb__machine_state_changed(struct lfb_machine *machine, enum lfb_machine_state state)
{
	machine->state = state;
	if (entered == machine)
		lfb__current = has_kernel(machine) ? &machine->kernel : NULL;
}

int lfb__machine_check_outside(struct lfb_machine *machine)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	/* The guard of a running kernel is further up the stack; one below was jumped out of. */
	if (!machine->kernel.guard || here > (uintptr_t)machine->kernel.guard)
		return 0;
	return lfb__error(machine, -EBUSY, "called by the machine's own kernel code");
}

long lfb__machine_run(struct lfb_machine *machine, struct task_struct *task,
		      long (*body)(void *argument), void *argument)
{
	struct lfb_kernel *kernel = &machine->kernel;
	struct task_struct *task_before = kernel->task;
	struct lfb_frame *frame_before = task->frame;
	struct lfb_machine *before = entered;
	long ret;

	machine->calls++;
	kernel->error[0] = '\0';
	if (!has_kernel(machine) || kernel->dead)
		return lfb__error(machine, -ESHUTDOWN, "no kernel runs: the machine is %s",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	entered = machine;
	lfb__current = kernel;
	kernel->task = task;
	task->running++;
	/* A call by kernel code is no operation of its own, one by another task is. */
	if ((!kernel->guard || kernel->at_point) && !kernel->operation_is_set)
		kernel->operation = ++kernel->operations;
	ret = lfb__guarded(kernel, body, argument);
	kernel->task = task_before;
	task->frame = frame_before;
	task->running--;
	/* Whatever the code has entered, or destroyed. */
	entered = before && lfb__machine_valid(before) ? before : NULL;
	lfb__current = entered && has_kernel(entered) ? &entered->kernel : NULL;
	if (unlikely(kernel->dead))
		lfb__fail(kernel, (int)ret, "the kernel died: %s", kernel->trace.complaint);
	return ret;
}

/* What module code does while module code waits at a scheduling point is done by another thread. */
static struct task_struct *module_task(struct lfb_kernel *kernel)
{
	return kernel->at_point && kernel->boot_task.running ? &kernel->point_task :
		&kernel->boot_task;
}

long lfb_machine_call(struct lfb_machine *machine, long (*function)(void *argument),
		      void *argument)
{
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (!function)
		return lfb__error(machine, -EINVAL, "no function to call");
	lfb__machine_doing(machine, "module");
	return lfb__machine_run(machine, module_task(&machine->kernel), function, argument);
}

/*
 * What can be seen from outside
 */

enum lfb_machine_state lfb_machine_state(struct lfb_machine *machine)
{
	if (!lfb__machine_valid(machine) || !has_kernel(machine))
		return LFB_OFF;
	switch (machine->kernel.dead) {
	case LFB_DEATH_PANIC:
		return LFB_PANICKED;
	case LFB_DEATH_HANG:
		return LFB_HUNG;
	case LFB_ALIVE:
		break;
	}
	return machine->state;
}

const char *lfb_machine_state_name(enum lfb_machine_state state)
{
	static const char *const names[] = {
		[LFB_OFF] = "off",
		[LFB_RUNNING] = "running",
		[LFB_REBOOTING] = "rebooting",
		[LFB_PANICKED] = "panicked",
		[LFB_HUNG] = "hung",
	};

	return (size_t)state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

const char *lfb_machine_profile(struct lfb_machine *machine)
{
	return lfb__machine_valid(machine) ? machine->profile->name : "";
}

unsigned int lfb_machine_boots(struct lfb_machine *machine)
{
	return lfb__machine_valid(machine) ? machine->boots : 0;
}

int lfb_machine_read(struct lfb_machine *machine, phys_addr_t phys, void *buffer, size_t size)
{
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (!buffer || !has_kernel(machine))
		return lfb__error(machine, -EINVAL, "lfb_machine_read: %s",
				  buffer ? "the machine is off" : "no buffer");
	if (lfb__memory_copy(&machine->kernel.memory, phys, buffer, size))
		return lfb__error(machine, -EFAULT, "0x%llx and %zu bytes behind it are not all in "
				  "memory", phys, size);
	return 0;
}

static void count_sessions(const struct luo *luo, struct lfb_machine_stats *stats)
{
	struct liveupdate_session *session;

	stats->sessions_incoming = luo->incoming.count;
	stats->sessions_outgoing = luo->outgoing.count;
	list_for_each_entry(session, &luo->outgoing.list, list)
		stats->files_preserved += session->count;
}

int lfb_machine_stats(struct lfb_machine *machine, struct lfb_machine_stats *stats)
{
	struct lfb_machine_stats now = { .sz = sizeof(now) };
	struct lfb_kernel *kernel;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (!stats || stats->sz < sizeof(size_t) || stats->sz > sizeof(now))
		return lfb__error(machine, -EINVAL, "lfb_machine_stats: sz must be %zu",
				  sizeof(now));
	kernel = &machine->kernel;
	if (has_kernel(machine) && !kernel->dead) {
		now.pages = kernel->pages.allocated;
		now.memory = PFN_PHYS((u64)kernel->pages.allocated + kernel->slabs.pages +
				      kernel->pages.internal);
		now.slab_objects = kernel->slabs.objects;
		now.vmalloc_areas = kernel->vmallocs.count;
		now.preserved_blocks = kernel->kho.blocks;
		now.incoming_pages = kernel->pages.incoming;
		now.files = kernel->files_open;
		if (kernel->luo)
			count_sessions(kernel->luo, &now);
	}
	now.sz = stats->sz;
	memcpy(stats, &now, stats->sz);
	return 0;
}
