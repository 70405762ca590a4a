// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Kernels come and go: an image as freshly loaded, its boot, and its end. */
#include <link.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <linux/init.h>

#include "host.h"

struct world *world;

/* The part of this shared object that is written to once it is loaded. */
struct image {
	u8 *start;
	size_t size;
	u8 *fresh;
};

static struct image image;

static int find_image(struct dl_phdr_info *info, size_t size, void *context)
{
	const uintptr_t mine = (uintptr_t)&image;
	struct image *found = context;
	uintptr_t start = 0, end = 0, sealed = 0;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		const uintptr_t at = info->dlpi_addr + part->p_vaddr;

		if (part->p_type == PT_LOAD && mine >= at && mine < at + part->p_memsz) {
			start = at;
			end = at + part->p_memsz;
		}
		if (part->p_type == PT_GNU_RELRO)
			sealed = (at + part->p_memsz + PAGE_SIZE - 1) & PAGE_MASK;
	}
	if (!start)
		return 0;
	found->start = (u8 *)(sealed > start && sealed < end ? sealed : start);
	found->size = end - (uintptr_t)found->start;
	return 1;
}

void world_image_note(void)
{
	struct image found = { NULL, 0, NULL };

	dl_iterate_phdr(find_image, &found);
	found.fresh = malloc(found.size);
	if (!found.start || !found.fresh)
		abort();
	image = found;
	memcpy(found.fresh, found.start, found.size);
}

/* Two things alone are known for longer than a kernel lives. */
static void load_image(void)
{
	const struct image kept = image;
	struct world *const same = world;

	memcpy(kept.start, kept.fresh, kept.size);
	image = kept;
	world = same;
}

/* A kernel's code runs, and may not come back. */

static void on_fault(int number)
{
	(void)number;
	world_die(WORLD_OOPS);
}

static void arm(void)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE };
	struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		sigaction(faults[i], &action, NULL);
}

long world_run(long (*body)(void *argument), void *argument)
{
	volatile long result;

	if (sigsetjmp(world->end, 1)) {
		world->running = false;
		if (!world->death)
			return WAITS;
		return world->death == WORLD_HUNG ? -EDEADLK : -EFAULT;
	}
	world->running = true;
	result = body(argument);
	world->running = false;
	return result;
}

extern const initcall_t __start_lfb_early_initcalls[], __stop_lfb_early_initcalls[];
extern const initcall_t __start_lfb_late_initcalls[], __stop_lfb_late_initcalls[];
extern const struct lfb_early_param __start_lfb_early_params[], __stop_lfb_early_params[];

static long run_initcalls(void *argument)
{
	char on[] = "on";

	(void)argument;
	for (const struct lfb_early_param *param = __start_lfb_early_params;
	     param < __stop_lfb_early_params; param++) {
		if (world->liveupdate && !strcmp(param->name, "liveupdate"))
			param->setup(on);
	}
	for (const initcall_t *call = __start_lfb_early_initcalls;
	     call < __stop_lfb_early_initcalls; call++)
		(*call)();
	for (const initcall_t *call = __start_lfb_late_initcalls;
	     call < __stop_lfb_late_initcalls; call++)
		(*call)();
	return 0;
}

long world_boot(void)
{
	load_image();
	arm();
	world->death = WORLD_ALIVE;
	world->prepared = false;
	world->rebooting = false;
	world->no_image = false;
	world->waits = false;
	world->read_only = false;
	for (int i = 0; i < world->nr_lines; i++)
		world->lines[i].used = false;
	return world_run(run_initcalls, NULL);
}
