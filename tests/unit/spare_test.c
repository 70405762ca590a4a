// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Arenas that are left over of machines that are gone: who gets one cannot tell.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/kernel/memory/asan.h"
#include "tests/support/kernel_fixture.h"

#define SIZE (8 * FIXTURE_MIB)

static int make(struct lfb_kernel *kernel, u64 size, enum lfb_memory_mode mode)
{
	const struct lfb_memory_options options = { .size = size, .mode = mode };

	return lfb__kernel_init(kernel, &options, 0);
}

static bool is_zero(const void *bytes, size_t size)
{
	const u8 *first = bytes;

	return !size || (!*first && !memcmp(first, first + 1, size - 1));
}

static void assert_as_new(const struct lfb_kernel *kernel)
{
	const struct lfb_memory *memory = &kernel->memory;

	assert_true(is_zero(memory->base + memory->start, memory->size - memory->start));
	assert_true(is_zero(memory->map, memory->host_size));
	assert_int_equal(memory->vmalloc_used, 0);
	assert_int_equal(memory->lost_base, 0);
	assert_null(memory->closed);
	assert_false(fixture_readable(memory->vmalloc_base));
}

/* Pages, objects and areas, freed ones among them, and bytes that nobody was given. */
static void live(struct lfb_kernel *kernel)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);
	u8 *area = vmalloc(5 * PAGE_SIZE);

	assert_non_null(page);
	assert_non_null(area);
	memset(page_address(page), 0x11, PAGE_SIZE << 3);
	memset(area, 0x22, 5 * PAGE_SIZE);
	memset(kmalloc(100, GFP_KERNEL), 0x33, 100);
	kfree(kmalloc(3000, GFP_KERNEL));
	__free_pages(alloc_pages(GFP_KERNEL, 1), 1);
	kernel->memory.base[kernel->memory.size / 2 + 12345] = 0x44;
	kernel->memory.base[kernel->memory.size - 1] = 0x55;
}

static void an_arena_that_is_left_over_is_as_new(void **state)
{
	static const enum lfb_memory_mode modes[] = { LFB_MEMORY_FIXED, LFB_MEMORY_REMAP };
	static struct lfb_kernel next;

	for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++) {
		for (unsigned int boots = 0; boots <= LFB_WINDOWS; boots++) {
			struct lfb_kernel *kernel = fixture_start(SIZE, modes[i], LFB_PAGES_BUDDY);
			const void *arena = kernel->memory.reservation;

			live(kernel);
			for (unsigned int n = 0; n < boots; n++) {
				fixture_jump(kernel);
				fixture_ready(kernel);
				live(kernel);
			}
			fixture_stop(kernel);
			assert_int_equal(make(&next, SIZE, modes[i]), 0);
			assert_ptr_equal(next.memory.reservation, arena);
			assert_as_new(&next);
			lfb__kernel_destroy(&next);
		}
	}
}

/* Somebody writes through a pointer into a machine that is gone. Sanitizers would tell him. */
static void what_is_written_to_an_arena_while_nobody_has_it_is_not_seen(void **state)
{
	static struct lfb_kernel kernel;
	u8 *base;

	assert_int_equal(make(&kernel, SIZE, LFB_MEMORY_FIXED), 0);
	base = kernel.memory.base;
	lfb__kernel_destroy(&kernel);
	base[0x1234] = 1;
	base[SIZE - 1] = 1;
	assert_int_equal(make(&kernel, SIZE, LFB_MEMORY_FIXED), 0);
	assert_ptr_equal(kernel.memory.base, base);
	assert_as_new(&kernel);
	lfb__kernel_destroy(&kernel);
}

static void memory_of_a_machine_that_is_gone_may_not_be_touched(void **state)
{
#if LFB_ASAN
	struct lfb_kernel *kernel = fixture_start(SIZE, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
	u8 *page = page_address(alloc_pages(GFP_KERNEL, 0));

	assert_int_equal(__asan_address_is_poisoned(page), 0);
	fixture_stop(kernel);
	assert_int_equal(__asan_address_is_poisoned(page), 1);
	kernel = fixture_start(SIZE, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
	assert_int_equal(__asan_address_is_poisoned(page), 0);
	fixture_stop(kernel);
	/* What the host has back may be anybody's. */
	for (unsigned int i = 1; i <= 8; i++) {
		kernel = fixture_start(SIZE + i * PAGE_SIZE, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
		fixture_stop(kernel);
	}
	assert_int_equal(__asan_address_is_poisoned(page), 0);
#else
	skip();
#endif
}

static void an_arena_fits_machines_of_its_size_and_mode_only(void **state)
{
	static struct lfb_kernel kernel, other;
	const void *arena;

	assert_int_equal(make(&kernel, SIZE, LFB_MEMORY_FIXED), 0);
	arena = kernel.memory.reservation;
	lfb__kernel_destroy(&kernel);

	assert_int_equal(make(&other, SIZE, LFB_MEMORY_REMAP), 0);
	assert_ptr_not_equal(other.memory.reservation, arena);
	lfb__kernel_destroy(&other);
	assert_int_equal(make(&other, SIZE + PAGE_SIZE, LFB_MEMORY_FIXED), 0);
	assert_ptr_not_equal(other.memory.reservation, arena);
	lfb__kernel_destroy(&other);
	assert_int_equal(make(&kernel, SIZE, LFB_MEMORY_FIXED), 0);
	assert_ptr_equal(kernel.memory.reservation, arena);
	/* Two at once are never in the same one. */
	assert_int_equal(make(&other, SIZE, LFB_MEMORY_FIXED), 0);
	assert_ptr_not_equal(other.memory.reservation, arena);
	lfb__kernel_destroy(&other);
	lfb__kernel_destroy(&kernel);
}

/* Of memory of machines, which is in windows. */
static unsigned long count_arenas(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long count = 0;
	char line[512];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		count += strstr(line, "memfd:lfb-memory") != NULL;
	fclose(maps);
	return count;
}

static void few_arenas_are_kept_and_no_large_ones(void **state)
{
	static struct lfb_kernel kernel;
	int file;

	for (unsigned int i = 1; i <= 40; i++) {
		assert_int_equal(make(&kernel, SIZE + i * PAGE_SIZE, LFB_MEMORY_FIXED), 0);
		lfb__kernel_destroy(&kernel);
		assert_in_range(count_arenas(), 1, 4);
	}

	assert_int_equal(make(&kernel, 5 * SIZE, LFB_MEMORY_FIXED), 0);
	memset(kernel.memory.base, 1, 5 * SIZE);
	file = kernel.memory.store;
	lfb__kernel_destroy(&kernel);
	assert_int_equal(lseek(file, 0, SEEK_CUR), -1);
}

static u64 bytes_of_host(const struct lfb_kernel *kernel)
{
	struct stat stat;

	assert_int_equal(fstat(kernel->memory.store, &stat), 0);
	return (u64)stat.st_blocks * 512;
}

/* Or each life after a large one would wait until all of it is cleared. */
static void what_one_machine_needed_the_next_ones_need_not_keep(void **state)
{
	struct lfb_kernel *kernel = fixture_start(SIZE, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
	const void *arena = kernel->memory.reservation;
	static struct lfb_kernel next;

	for (unsigned int i = 0; i < 6; i++)
		memset(page_address(alloc_pages(GFP_KERNEL, 8)), 1, FIXTURE_MIB);
	fixture_stop(kernel);
	/* The next one may need as much … */
	kernel = fixture_start(SIZE, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
	assert_ptr_equal(kernel->memory.reservation, arena);
	assert_true(bytes_of_host(kernel) >= 6 * FIXTURE_MIB);
	fixture_stop(kernel);
	/* … and did not. */
	assert_int_equal(make(&next, SIZE, LFB_MEMORY_FIXED), 0);
	assert_ptr_equal(next.memory.reservation, arena);
	assert_int_equal(bytes_of_host(&next), 0);
	assert_as_new(&next);
	lfb__kernel_destroy(&next);
}

/* Does it come back with nothing to say? */
static void assert_child(int (*lives)(struct lfb_kernel *))
{
	static struct lfb_kernel kernel;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child)
		_exit(lives(&kernel));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static const void *parents_arena;
static struct lfb_kernel parents;

static int live_in_another(struct lfb_kernel *kernel)
{
	if (make(kernel, SIZE, LFB_MEMORY_FIXED))
		return 1;
	if (kernel->memory.reservation == parents_arena)
		return 2;
	memset(kernel->memory.base, 1, SIZE);
	lfb__kernel_destroy(kernel);
	return 0;
}

/* A forked process shares what is mapped: it may not take what its parent keeps. */
static void a_child_does_not_touch_what_its_parent_keeps(void **state)
{
	assert_int_equal(make(&parents, SIZE, LFB_MEMORY_FIXED), 0);
	parents_arena = parents.memory.reservation;
	lfb__kernel_destroy(&parents);
	assert_child(live_in_another);
	assert_int_equal(make(&parents, SIZE, LFB_MEMORY_FIXED), 0);
	assert_ptr_equal(parents.memory.reservation, parents_arena);
	assert_as_new(&parents);
	lfb__kernel_destroy(&parents);
}

/* The second one is in what the first one leaves. */
static int live_after_the_parents(struct lfb_kernel *kernel)
{
	lfb__kernel_destroy(&parents);
	for (unsigned int i = 0; i < 2; i++) {
		if (make(kernel, SIZE, LFB_MEMORY_FIXED))
			return 1;
		memset(kernel->memory.base, 1, SIZE);
		lfb__kernel_destroy(kernel);
	}
	return 0;
}

static int live_in_a_grandchild(struct lfb_kernel *kernel)
{
	int status;
	pid_t child;

	/* It has a machine of its own by then, and no number of its parent's. */
	if (make(kernel, SIZE, LFB_MEMORY_FIXED))
		return 3;
	child = fork();
	if (child <= 0)
		_exit(child ? 4 : live_after_the_parents(kernel));
	return waitpid(child, &status, 0) == child ? status : 5;
}

/* Nor is it a child's what a machine had that both of them have. */
static void a_child_may_destroy_a_machine_of_its_parents(void **state)
{
	const void *arena;

	assert_int_equal(make(&parents, SIZE, LFB_MEMORY_FIXED), 0);
	arena = parents.memory.reservation;
	memset(parents.memory.base, 0x66, PAGE_SIZE);
	assert_child(live_after_the_parents);
	assert_child(live_in_a_grandchild);
	assert_int_equal(parents.memory.base[0], 0x66);
	assert_true(!memcmp(parents.memory.base, parents.memory.base + 1, PAGE_SIZE - 1));
	lfb__kernel_destroy(&parents);
	assert_int_equal(make(&parents, SIZE, LFB_MEMORY_FIXED), 0);
	assert_ptr_equal(parents.memory.reservation, arena);
	assert_as_new(&parents);
	lfb__kernel_destroy(&parents);
}

/* Or a host would seem too small that is not. */
static void who_has_no_room_gets_what_is_kept(void **state)
{
	static struct lfb_kernel kernel;
	struct rlimit before, now;
	unsigned long pages;
	FILE *statm;
	int error;

	for (unsigned int i = 1; i <= 4; i++) {
		assert_int_equal(make(&kernel, SIZE + i * PAGE_SIZE, LFB_MEMORY_FIXED), 0);
		lfb__kernel_destroy(&kernel);
	}
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	now = before;
	statm = fopen("/proc/self/statm", "r");
	assert_non_null(statm);
	assert_int_equal(fscanf(statm, "%lu", &pages), 1);
	fclose(statm);
	now.rlim_cur = (pages << PAGE_SHIFT) + FIXTURE_MIB;
	assert_int_equal(setrlimit(RLIMIT_AS, &now), 0);
	error = make(&kernel, SIZE - PAGE_SIZE, LFB_MEMORY_FIXED);
	setrlimit(RLIMIT_AS, &before);
	assert_int_equal(error, 0);
	assert_int_equal(count_arenas(), 1);
	lfb__kernel_destroy(&kernel);
}

#define THREADS 4
#define LIVES 300

static void *live_often(void *wrong)
{
	struct lfb_kernel *kernel = calloc(1, sizeof(*kernel));

	for (unsigned int i = 0; kernel && i < LIVES; i++) {
		if (make(kernel, SIZE, LFB_MEMORY_FIXED)) {
			__atomic_fetch_add((int *)wrong, 1, __ATOMIC_SEQ_CST);
			break;
		}
		for (u64 at = 0; at < SIZE; at += 256 * PAGE_SIZE) {
			if (kernel->memory.base[at]++)
				__atomic_fetch_add((int *)wrong, 1, __ATOMIC_SEQ_CST);
		}
		lfb__kernel_destroy(kernel);
	}
	free(kernel);
	return NULL;
}

static void threads_never_get_the_same_one(void **state)
{
	pthread_t threads[THREADS];
	int wrong = 0;

	for (unsigned int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, live_often, &wrong), 0);
	for (unsigned int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arena_that_is_left_over_is_as_new),
		cmocka_unit_test(what_is_written_to_an_arena_while_nobody_has_it_is_not_seen),
		cmocka_unit_test(memory_of_a_machine_that_is_gone_may_not_be_touched),
		cmocka_unit_test(an_arena_fits_machines_of_its_size_and_mode_only),
		cmocka_unit_test(few_arenas_are_kept_and_no_large_ones),
		cmocka_unit_test(what_one_machine_needed_the_next_ones_need_not_keep),
		cmocka_unit_test(a_child_does_not_touch_what_its_parent_keeps),
		cmocka_unit_test(a_child_may_destroy_a_machine_of_its_parents),
		cmocka_unit_test(who_has_no_room_gets_what_is_kept),
		cmocka_unit_test(threads_never_get_the_same_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
