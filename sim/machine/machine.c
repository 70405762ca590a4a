// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The machine: whose code runs, and what can be seen from outside. */
#include "sim/machine/machine.h"

#include "lib/orchestrator.h"

static LFB_THREAD_LOCAL struct lfb_machine *entered;

/* Whose code runs */

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
	if (entered && entered->kernel.catch_faults && !lfb__checking(&entered->kernel))
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
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (machine->kernel.sched.beside)
		return lfb__error(machine, -EBUSY, "called while tasks run beside each other");
	if (!machine->kernel.guard || here > (uintptr_t)machine->kernel.guard)
		return 0;
	return lfb__error(machine, -EBUSY, "called by the machine's own kernel code");
}

static long look(void *argument)
{
	const struct luo **luo = argument;

	*luo = luo_look(lfb__current);
	return 0;
}

const struct luo *lfb__machine_look(struct lfb_machine *machine)
{
	struct lfb_kernel *kernel = &machine->kernel;
	const struct luo *luo = NULL;

	if (!has_kernel(machine) || kernel->dead)
		return NULL;
	if (likely(!kernel->elsewhere))
		return kernel->luo;
	lfb__machine_run(machine, &kernel->boot_task, look, &luo);
	return luo;
}

long lfb__machine_run(struct lfb_machine *machine, struct task_struct *task,
		      long (*body)(void *argument), void *argument)
{
	struct lfb_kernel *kernel = &machine->kernel;
	struct task_struct *task_before = kernel->task;
	struct lfb_frame *frame_before = task->frame;
	struct lfb_machine *before = entered;
	struct lfb_kernel *served = lfb__served;
	long ret;

	machine->calls++;
	lfb__outside_works_for(kernel);
	kernel->error[0] = '\0';
	if (!has_kernel(machine) || kernel->dead)
		return lfb__error(machine, -ESHUTDOWN, "no kernel runs: the machine is %s",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	entered = machine;
	lfb__current = kernel;
	/* Whose code runs counts, not who had it run. */
	if (unlikely(served != NULL))
		lfb__served = NULL;
	kernel->task = task;
	task->running++;
	/* A call by kernel code is no operation of its own, one by another task is. */
	if ((!kernel->guard || kernel->at_point) && !kernel->operation_is_set)
		kernel->operation = ++kernel->operations;
	ret = kernel->at_point && kernel->guard && kernel->elsewhere ?
		      lfb__guarded_at_point(kernel, body, argument) :
		      lfb__guarded(kernel, body, argument);
	kernel->task = task_before;
	task->frame = frame_before;
	task->running--;
	/* Whatever the code has entered, or destroyed. */
	entered = before && lfb__machine_valid(before) ? before : NULL;
	lfb__current = entered && has_kernel(entered) ? &entered->kernel : NULL;
	if (unlikely(served != NULL))
		lfb__served = served;
	if (unlikely(kernel->dead))
		lfb__fail(kernel, (int)ret, "the kernel died: %s", kernel->trace.complaint);
	return ret;
}

/* What module code does while module code waits at a scheduling point is done by another thread. */
static struct task_struct *module_task(struct lfb_kernel *kernel)
{
	struct task_struct *strand = lfb__beside_task(kernel);

	if (unlikely(strand != NULL) && !kernel->at_point)
		return strand;
	return kernel->at_point && kernel->boot_task.running ? &kernel->point_task :
							       &kernel->boot_task;
}

long lfb_machine_call(struct lfb_machine *machine, long (*function)(void *argument), void *argument)
{
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (!function)
		return lfb__error(machine, -EINVAL, "no function to call");
	lfb__machine_doing(machine, "module", false);
	return lfb__machine_run(machine, module_task(&machine->kernel), function, argument);
}

/* What can be seen from outside */

enum lfb_machine_state lfb_machine_state(struct lfb_machine *machine)
{
	if (!lfb__machine_valid(machine) || !has_kernel(machine))
		return LFB_OFF;
	if (machine->kernel.dead)
		return machine->kernel.dead == LFB_DEATH_HANG ? LFB_HUNG : LFB_PANICKED;
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
	LFB_ASSERT(luo->outgoing.count || !stats->files_preserved);
}

int lfb_machine_stats(struct lfb_machine *machine, struct lfb_machine_stats *stats)
{
	struct lfb_machine_stats now = { 0 };
	struct lfb_kernel *kernel;
	int err;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	err = lfb__result_check(machine, "the counters", stats, sizeof(stats->sz));
	if (err)
		return err;
	kernel = &machine->kernel;
	if (has_kernel(machine) && !kernel->dead) {
		now.pages = kernel->pages.allocated;
		now.memory = PFN_PHYS((u64)kernel->pages.allocated + kernel->slabs.pages +
				      kernel->pages.internal);
		now.slab_objects = kernel->slabs.objects;
		now.vmalloc_areas = kernel->vmallocs.count;
		now.preserved_blocks = kho__blocks(kernel);
		now.incoming_pages = kernel->pages.incoming;
		now.files = kernel->files_open;
		if (luo_seen(kernel))
			count_sessions(luo_seen(kernel), &now);
	}
	lfb__result_give(stats, &now, sizeof(now));
	return 0;
}
