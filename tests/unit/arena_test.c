// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The arena: sizes, windows, what a jump does to addresses, and what happens without room.
 */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/support/kernel_fixture.h"

static struct lfb_kernel *start(u64 size, enum lfb_memory_mode mode)
{
	struct lfb_kernel *kernel = fixture_start(size, mode, LFB_PAGES_BUDDY);

	assert_non_null(kernel);
	return kernel;
}

static int init(u64 size, int mode, int policy)
{
	static struct lfb_kernel kernel;
	const struct lfb_memory_options options = {
		.size = size,
		.mode = (enum lfb_memory_mode)mode,
		.policy = (enum lfb_page_policy)policy,
	};
	int error = lfb__kernel_init(&kernel, &options, 0);

	if (error)
		assert_string_not_equal(kernel.error, "");
	lfb__kernel_destroy(&kernel);
	return error;
}

static void options_that_make_no_sense_are_refused(void **state)
{
	const u64 mib = FIXTURE_MIB;

	assert_int_equal(init(mib, 0, 0), 0);
	assert_int_equal(init(mib + PAGE_SIZE, 1, 1), 0);
	assert_int_equal(init(0, 0, 0), -EINVAL);
	assert_int_equal(init(mib - PAGE_SIZE, 0, 0), -EINVAL);
	assert_int_equal(init(mib + 1, 0, 0), -EINVAL);
	assert_int_equal(init(1ull << 44, 0, 0), -EINVAL);
	assert_int_equal(init(~0ull << PAGE_SHIFT, 0, 0), -EINVAL);
	assert_int_equal(init(mib, 2, 0), -EINVAL);
	assert_int_equal(init(mib, 0, 2), -EINVAL);
	assert_int_equal(init(mib, -1, 0), -EINVAL);
}

static void with_limit(int which, u64 limit, struct rlimit *before)
{
	struct rlimit now;

	assert_int_equal(getrlimit(which, before), 0);
	now = *before;
	now.rlim_cur = limit;
	assert_int_equal(setrlimit(which, &now), 0);
}

static void a_host_without_room_is_reported(void **state)
{
	const u64 size = 3 * FIXTURE_MIB; /* of no other machine, of which an arena would be left */
	struct rlimit before;
	unsigned long pages;
	FILE *statm;
	int error;

	with_limit(RLIMIT_AS, 1, &before);
	error = init(size, 0, 0);
	setrlimit(RLIMIT_AS, &before);
	assert_int_equal(error, -ENOMEM);

	/* Room for the tables but not for the windows. */
	statm = fopen("/proc/self/statm", "r");
	assert_non_null(statm);
	assert_int_equal(fscanf(statm, "%lu", &pages), 1);
	fclose(statm);
	with_limit(RLIMIT_AS, (pages << PAGE_SHIFT) + 8 * FIXTURE_MIB, &before);
	error = init(size, 0, 0);
	setrlimit(RLIMIT_AS, &before);
	assert_int_equal(error, -ENOMEM);

	with_limit(RLIMIT_NOFILE, 0, &before);
	error = init(size, 0, 0);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_int_equal(error, -EMFILE);

	signal(SIGXFSZ, SIG_IGN);
	with_limit(RLIMIT_FSIZE, 0, &before);
	error = init(size, 0, 0);
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(error, -EFBIG);
}

static void a_jump_without_room_changes_nothing(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_REMAP);
	u8 *base = kernel->memory.base;
	struct rlimit before;
	int error;

	base[0x10000] = 42;
	with_limit(RLIMIT_AS, 1, &before);
	error = lfb__memory_remap(kernel);
	setrlimit(RLIMIT_AS, &before);
	assert_int_equal(error, -ENOMEM);
	assert_ptr_equal(kernel->memory.base, base);
	assert_int_equal(base[0x10000], 42);

	assert_int_equal(lfb__memory_remap(kernel), 0);
	assert_int_equal(kernel->memory.base[0x10000], 42);
	fixture_stop(kernel);
}

static void destroying_twice_is_harmless(void **state)
{
	static struct lfb_kernel kernel;
	const struct lfb_memory_options options = { .size = FIXTURE_MIB };

	assert_int_equal(lfb__kernel_init(&kernel, &options, 0), 0);
	lfb__current = &kernel;
	lfb__kernel_destroy(&kernel);
	assert_null(lfb__current);
	lfb__kernel_destroy(&kernel);
}

static void scratch_is_a_64th_of_memory_at_its_top(void **state)
{
	static const struct {
		u64 memory, scratch;
	} sizes[] = {
		{ FIXTURE_MIB, 64 << 10 },
		{ 5 * FIXTURE_MIB, 80 << 10 },
		{ 64 * FIXTURE_MIB, FIXTURE_MIB },
		{ FIXTURE_GIB, 16 * FIXTURE_MIB },
		{ 2 * FIXTURE_GIB, 16 * FIXTURE_MIB },
		{ 4 * FIXTURE_MIB + PAGE_SIZE, 68 << 10 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct lfb_kernel *kernel = start(sizes[i].memory, LFB_MEMORY_FIXED);
		const struct lfb_memory *memory = &kernel->memory;
		unsigned long first = PHYS_PFN(memory->scratch);

		assert_int_equal(memory->scratch_size, sizes[i].scratch);
		assert_int_equal(memory->scratch, sizes[i].memory - sizes[i].scratch);
		assert_false(lfb__in_scratch(memory, first - 1, 1));
		assert_false(lfb__in_scratch(memory, 0, first));
		assert_true(lfb__in_scratch(memory, 0, first + 1));
		assert_true(lfb__in_scratch(memory, first - 1, 2));
		assert_true(lfb__in_scratch(memory, first, 1));
		assert_true(lfb__in_scratch(memory, memory->nr_pages - 1, ~0ul));
		assert_false(lfb__in_scratch(memory, first, 0));
		assert_false(lfb__in_scratch(memory, memory->nr_pages, 1));
		fixture_stop(kernel);
	}
}

static void a_jump_moves_memory_and_the_old_place_faults(void **state)
{
	struct lfb_kernel *kernel = start(2 * FIXTURE_MIB, LFB_MEMORY_REMAP);
	u8 *bases[LFB_WINDOWS + 1];

	bases[0] = kernel->memory.base;
	strcpy((char *)bases[0] + 0x12345, "handed over");
	for (unsigned int i = 1; i <= LFB_WINDOWS; i++) {
		assert_int_equal(lfb__memory_remap(kernel), 0);
		bases[i] = kernel->memory.base;
		assert_string_equal((char *)bases[i] + 0x12345, "handed over");
		for (unsigned int j = 0; j < i; j++) {
			if (i - j < LFB_WINDOWS)
				assert_false(fixture_readable(bases[j] + 0x12345));
		}
	}
	assert_ptr_equal(bases[LFB_WINDOWS], bases[0]);
	fixture_stop(kernel);
}

static void what_lies_behind_memory_faults(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_REMAP);
	const struct lfb_memory *memory = &kernel->memory;

	for (unsigned int i = 0; i < 2 * LFB_WINDOWS; i++) {
		assert_true(fixture_readable(memory->base));
		assert_true(fixture_readable(memory->base + memory->size - 1));
		assert_false(fixture_readable(memory->base + memory->size));
		assert_false(fixture_readable(memory->base - 1));
		assert_false(fixture_readable(memory->vmalloc_base));
		assert_int_equal(lfb__memory_remap(kernel), 0);
	}
	fixture_stop(kernel);
}

static void in_fixed_mode_nothing_moves(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_FIXED);
	u8 *base = kernel->memory.base;

	base[0x10000] = 7;
	assert_int_equal(lfb__memory_remap(kernel), 0);
	assert_ptr_equal(kernel->memory.base, base);
	assert_int_equal(base[0x10000], 7);
	fixture_stop(kernel);
}

static void an_address_tells_which_kernel_it_is_of(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_REMAP);
	const struct lfb_memory *memory = &kernel->memory;
	u8 *base = memory->base;
	u8 *vmalloc_base = memory->vmalloc_base;
	phys_addr_t phys;

	assert_int_equal(lfb__address_kind(memory, base + 0x1234, &phys), LFB_ADDRESS_CURRENT);
	assert_int_equal(phys, 0x1234);
	assert_int_equal(lfb__address_kind(memory, base + memory->size, &phys),
			 LFB_ADDRESS_CURRENT);
	assert_int_equal(phys, ~0ull);
	assert_int_equal(lfb__address_kind(memory, vmalloc_base, &phys), LFB_ADDRESS_CURRENT);
	assert_int_equal(phys, ~0ull);

	assert_int_equal(lfb__memory_remap(kernel), 0);
	assert_int_equal(lfb__address_kind(memory, base + 0x1234, &phys), LFB_ADDRESS_STALE);
	assert_int_equal(phys, 0x1234);
	assert_int_equal(lfb__address_kind(memory, vmalloc_base + 5, &phys), LFB_ADDRESS_STALE);
	assert_int_equal(phys, ~0ull);
	assert_int_equal(lfb__address_kind(memory, memory->base, &phys), LFB_ADDRESS_CURRENT);
	assert_int_equal(phys, 0);

	assert_int_equal(lfb__address_kind(memory, &phys, &phys), LFB_ADDRESS_FOREIGN);
	assert_int_equal(phys, ~0ull);
	assert_int_equal(lfb__address_kind(memory, NULL, &phys), LFB_ADDRESS_FOREIGN);
	assert_int_equal(lfb__address_kind(memory, memory->windows - 1, &phys),
			 LFB_ADDRESS_FOREIGN);
	fixture_stop(kernel);
	assert_int_equal(lfb__address_kind(&(struct lfb_memory){ 0 }, base, &phys),
			 LFB_ADDRESS_FOREIGN);
}

static void a_range_is_given_only_when_all_of_it_is_memory(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_REMAP);
	const struct lfb_memory *memory = &kernel->memory;
	const u64 size = memory->size;

	assert_ptr_equal(lfb__memory_at(memory, 0, size), memory->base);
	assert_ptr_equal(lfb__memory_at(memory, 100, 10), memory->base + 100);
	assert_ptr_equal(lfb__memory_at(memory, size - 1, 1), memory->base + size - 1);
	assert_ptr_equal(lfb__memory_at(memory, size, 0), memory->base + size);
	assert_null(lfb__memory_at(memory, 0, size + 1));
	assert_null(lfb__memory_at(memory, size - 1, 2));
	assert_null(lfb__memory_at(memory, size, 1));
	assert_null(lfb__memory_at(memory, size + 1, 0));
	assert_null(lfb__memory_at(memory, ~0ull, 1));
	assert_null(lfb__memory_at(memory, 1, SIZE_MAX));
	fixture_stop(kernel);
}

static void freed_memory_may_be_looked_at_from_outside(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_REMAP);
	struct page *page = alloc_pages(__GFP_ZERO, 1);
	phys_addr_t phys = page_to_phys(page);
	volatile const u8 *bytes;

	__free_pages(page, 1);
	bytes = lfb__memory_at(&kernel->memory, phys + 100, PAGE_SIZE);
	for (unsigned long i = 1; i < PAGE_SIZE; i++)
		assert_int_equal(bytes[i], bytes[0]);
	fixture_stop(kernel);
}

static void a_machine_of_64_gib_costs_what_it_uses(void **state)
{
	static const enum lfb_memory_mode modes[] = { LFB_MEMORY_REMAP, LFB_MEMORY_FIXED };
	unsigned int i, boot;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		struct lfb_kernel *kernel = start(64 * FIXTURE_GIB, modes[i]);
		const unsigned long highest = PHYS_PFN(kernel->memory.scratch) - 1;
		struct stat stat;

		assert_int_equal(kernel->memory.nr_pages, 1ul << 24);
		/* Were a boot in proportion to the size, this would take a quarter of an hour. */
		for (boot = 0; boot < 2000; boot++) {
			assert_non_null(alloc_pages(0, 0));
			assert_non_null(alloc_pages(0, MAX_PAGE_ORDER));
			fixture_jump(kernel);
			assert_int_equal(lfb__pages_reserve(kernel, highest, 0), 0);
			fixture_ready(kernel);
		}
		assert_int_equal(fstat(kernel->memory.store, &stat), 0);
		assert_true((u64)stat.st_blocks * 512 < 16 * FIXTURE_MIB);
		fixture_stop(kernel);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_that_make_no_sense_are_refused),
		cmocka_unit_test(a_host_without_room_is_reported),
		cmocka_unit_test(a_jump_without_room_changes_nothing),
		cmocka_unit_test(destroying_twice_is_harmless),
		cmocka_unit_test(scratch_is_a_64th_of_memory_at_its_top),
		cmocka_unit_test(a_jump_moves_memory_and_the_old_place_faults),
		cmocka_unit_test(what_lies_behind_memory_faults),
		cmocka_unit_test(in_fixed_mode_nothing_moves),
		cmocka_unit_test(an_address_tells_which_kernel_it_is_of),
		cmocka_unit_test(a_range_is_given_only_when_all_of_it_is_memory),
		cmocka_unit_test(freed_memory_may_be_looked_at_from_outside),
		cmocka_unit_test(a_machine_of_64_gib_costs_what_it_uses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
