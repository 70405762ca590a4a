// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What the default checks see of a module's memory: objects have pages of their own, what a
 * callback freed is closed, and physical memory is laid out as it is without checks. In both memory
 * modes, with both page policies.
 */
#include <stdlib.h>

#include <luo/agent.h>
#include <luo/finding.h>

#include "sim/kernel/memory/asan.h"
#include "sim/machine/machine.h"
#include "tests/support/kho_fixture.h"
#include "tests/support/rig.h"

#define MEMORY (4 * FIXTURE_MIB)

static struct lfb_kernel *kernel;
static enum lfb_memory_mode mode;
static enum lfb_page_policy policy;

static struct lfb_kernel *start_with(enum lfb_checks checks)
{
	struct lfb_kernel *started = kho_fixture_start_with(&(struct lfb_memory_options){
		.size = MEMORY,
		.mode = mode,
		.policy = policy,
		.checks = checks,
	});

	assert_non_null(started);
	started->catch_faults = true;
	started->operation = 1;
	return started;
}

static int start(void **state)
{
	kernel = start_with(LFB_CHECKS_ON);
	return 0;
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

static void objects_may_be_used_up_to_their_end(void **state)
{
	for (size_t size = 1; size <= 2 * PAGE_SIZE; size += size < 300 ? 1 : 61) {
		const size_t end = (size + 15) & ~15ul;
		u8 *object = kmalloc(size, GFP_KERNEL);

		assert_non_null(object);
		assert_true(((uintptr_t)object & 15) == 0);
		memset(object, 0xff, size);
		assert_true(fixture_dies(kernel, object + end));
		fixture_assert_finding(kernel, LFB_FINDING_MEM_OVERRUN, NULL,
				       "allocated outside of callbacks");
		kfree(object);
		assert_int_equal(kernel->findings.count, 0);
	}
	assert_int_equal(kernel->slabs.objects, 0);
}

static void bytes_around_it_are_looked_at_when_it_is_freed(void **state)
{
	static const int offsets[] = { -1, -32, 100, 111 };

	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		u8 *object = kmalloc(100, GFP_KERNEL);
		char text[32];

		assert_false(fixture_dies(kernel, object + offsets[i]));
		kfree(object);
		assert_int_equal(fixture_warns(kernel), 1);
		snprintf(text, sizeof(text), "at offset %d", offsets[i]);
		fixture_assert_finding(kernel, LFB_FINDING_MEM_OVERRUN, "object kmalloc-128", text);
	}
}

static void whoever_asks_how_much_it_is_may_use_it(void **state)
{
	u8 *object = kmalloc(100, GFP_KERNEL);

	assert_int_equal(ksize(object), 112);
	memset(object, 1, ksize(object));
	kfree(object);
	assert_int_equal(fixture_warns(kernel), 0);
	assert_int_equal(fixture_bugs(kernel), 0);
}

static void the_sanitizer_knows_what_is_allocated(void **state)
{
#if LFB_ASAN
	u8 *object = kmalloc(20, GFP_KERNEL), *first = object;

	assert_null(__asan_region_is_poisoned(object, 20));
	assert_true(__asan_address_is_poisoned(object + 20));
	assert_true(__asan_address_is_poisoned(object - 1));
	assert_int_equal(ksize(object), 32);
	assert_null(__asan_region_is_poisoned(object, 32));
	kfree(object);
	/* From here on the host says it. */
	assert_false(__asan_address_is_poisoned(object));
	do {
		object = kmalloc(4000, GFP_KERNEL);
		assert_null(__asan_region_is_poisoned(object, 4000));
		kfree(object);
	} while (((uintptr_t)object ^ (uintptr_t)first) & PAGE_MASK);
#else
	skip();
#endif
}

static void a_freed_object_says_who_had_it_and_who_freed_it(void **state)
{
	fixture_use_after_free(kernel);
}

static void it_is_freed_once(void **state)
{
	u8 *object = kmalloc(128, GFP_KERNEL);

	kfree(object + 16);
	assert_int_equal(fixture_bugs(kernel), 1);
	fixture_assert_finding(kernel, LFB_FINDING_MEM_BAD_FREE, NULL, "inside of an object");
	kfree(object);
	kfree(object);
	assert_int_equal(fixture_bugs(kernel), 1);
	fixture_assert_finding(kernel, LFB_FINDING_MEM_BAD_FREE, "object kmalloc-128",
			       "not allocated");
	assert_int_equal(kernel->slabs.objects, 0);
}

static void a_freed_page_rests_before_it_is_an_object_again(void **state)
{
	u8 *first = kmalloc(64, GFP_KERNEL), *other;
	unsigned int others = 0;

	kfree(first);
	do {
		other = kmalloc(64, GFP_KERNEL);
		kfree(other);
	} while (other != first && ++others < 1000);
	assert_in_range(others, 32, 999);
}

/* Some get no page of their own; they are objects all the same. */
static void there_may_be_more_objects_than_pages(void **state)
{
	void *objects[3000];

	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		objects[i] = kzalloc(32, GFP_KERNEL);
		assert_non_null(objects[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++)
		kfree(objects[i]);
	assert_int_equal(kernel->slabs.objects, 0);
	assert_int_equal(kernel->findings.count, 0);
}

/* An address, a physical one and back, as for memory in a slab. */
static void addresses_are_converted_both_ways(void **state)
{
	u8 *object = kmalloc(200, GFP_KERNEL), *other = kmalloc(200, GFP_KERNEL);

	for (unsigned int at = 0; at < 200; at++) {
		assert_int_equal(virt_to_phys(object + at), virt_to_phys(object) + at);
		assert_ptr_equal(phys_to_virt(virt_to_phys(object + at)), object + at);
	}
	assert_int_equal(virt_to_phys(other), virt_to_phys(object) + 256);
	assert_true(virt_to_page(object)->flags & PG_SLAB);
	kfree(other);
	kfree(object);
	assert_int_equal(kernel->findings.count, 0);
}

/* What is where, by a life of objects and pages; the digest of it. */
static u64 layout(struct lfb_kernel *of)
{
	u8 *objects[200];
	u64 digest = 0;

	for (unsigned int i = 0; i < 600; i++) {
		unsigned int at = i % 200;

		if (i >= 200)
			kfree(objects[at]);
		objects[at] = kmalloc(16 + i * 7 % 5000, GFP_KERNEL);
		digest = digest * 31 + virt_to_phys(objects[at]);
		if (i % 10 == 0)
			digest = digest * 31 + page_to_pfn(alloc_pages(0, 0));
	}
	assert_int_equal(of->findings.count, 0);
	return digest;
}

static void physical_memory_is_laid_out_as_without_checks(void **state)
{
	struct lfb_kernel *unchecked;
	u64 digest = layout(kernel);

	fixture_stop(kernel);
	unchecked = start_with(LFB_CHECKS_OFF);
	assert_int_equal(layout(unchecked), digest);
	fixture_stop(unchecked);
	kernel = start_with(LFB_CHECKS_ON);
}

static void what_a_callback_freed_is_closed(void **state)
{
	struct lfb_frame frame;
	struct page *page;
	u8 *address;

	fixture_enter(kernel, &frame, "finish", 4);
	page = alloc_pages(0, 1);
	address = page_address(page);
	__free_pages(page, 1);
	fixture_enter(kernel, &frame, "retrieve", 7);
	assert_true(fixture_dies(kernel, address + PAGE_SIZE + 8));
	fixture_assert_finding(kernel, LFB_FINDING_FLB_USED_AFTER_PUT, "flb iommu-v1",
		"freed by flb iommu-v1 finish in operation 4, was used at offset 4104");
	/* Whoever looks from outside may. */
	assert_non_null(lfb__memory_at(&kernel->memory, page_to_phys(page), PAGE_SIZE));
	assert_true(fixture_readable(address));
}

static void closed_pages_are_given_out_open(void **state)
{
	struct lfb_frame frame;
	struct page *pages[40];

	fixture_enter(kernel, &frame, "finish", 4);
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++) {
			pages[i] = alloc_pages(__GFP_ZERO, i % 3);
			assert_non_null(pages[i]);
			memset(page_address(pages[i]), 1, PAGE_SIZE << i % 3);
		}
		for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++)
			__free_pages(pages[i], i % 3);
	}
	assert_int_equal(kernel->findings.count, 0);
}

/* A pointer kept over the jump; what it points to is out of reach in fixed memory too. */
static void an_object_of_the_kernel_before_is_out_of_reach(void **state)
{
	const struct lfb_machine_options options = { .sz = sizeof(options), .mode = mode };
	struct lfb_finding const *finding;
	struct lfb_machine *machine;
	u8 *object;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	lfb_machine_enter(machine);
	object = kmalloc(64, GFP_KERNEL);
	assert_int_equal(lfb_machine_kexec(machine), 0);
	assert_false(fixture_readable(object));
	lfb_machine_enter(machine);
	kfree(object);
	assert_int_equal(lfb_finding_count(machine), 1);
	finding = lfb_finding_at(machine, 0);
	assert_int_equal(finding->id, LFB_FINDING_MEM_BAD_FREE);
	assert_non_null(strstr(finding->text, "a pointer of an earlier kernel"));
	lfb_machine_destroy(machine);
}

/* Whatever the program says itself. */
static void the_environment_says_how_closely_it_is_watched(void **state)
{
	static const struct {
		const char *said;
		enum lfb_checks given, checks;
		int err;
	} cases[] = {
		{ "", LFB_CHECKS_GUARD, LFB_CHECKS_GUARD, 0 },
		{ "on", LFB_CHECKS_OFF, LFB_CHECKS_ON, 0 },
		{ "off", LFB_CHECKS_ON, LFB_CHECKS_OFF, 0 },
		{ "guard", LFB_CHECKS_ON, LFB_CHECKS_GUARD, 0 },
		{ "closely", LFB_CHECKS_ON, LFB_CHECKS_ON, -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct lfb_machine_options options = {
			.sz = sizeof(options),
			.checks = cases[i].given,
			.mode = mode,
		};
		struct lfb_machine *machine;

		setenv("LFB_CHECKS", cases[i].said, 1);
		assert_int_equal(lfb_machine_create(&options, &machine), cases[i].err);
		if (!cases[i].err)
			assert_int_equal(machine->kernel.checks, cases[i].checks);
		else
			assert_string_equal(lfb_error_text(NULL),
					    "LFB_CHECKS is \"closely\"; it may be on, off or "
					    "guard");
		lfb_machine_destroy(machine);
	}
	unsetenv("LFB_CHECKS");
}

#define checked_test(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		checked_test(objects_may_be_used_up_to_their_end),
		checked_test(bytes_around_it_are_looked_at_when_it_is_freed),
		checked_test(whoever_asks_how_much_it_is_may_use_it),
		checked_test(the_sanitizer_knows_what_is_allocated),
		checked_test(a_freed_object_says_who_had_it_and_who_freed_it),
		checked_test(it_is_freed_once),
		checked_test(a_freed_page_rests_before_it_is_an_object_again),
		checked_test(there_may_be_more_objects_than_pages),
		checked_test(addresses_are_converted_both_ways),
		checked_test(physical_memory_is_laid_out_as_without_checks),
		checked_test(what_a_callback_freed_is_closed),
		checked_test(closed_pages_are_given_out_open),
		cmocka_unit_test(the_environment_says_how_closely_it_is_watched),
		cmocka_unit_test(an_object_of_the_kernel_before_is_out_of_reach),
	};
	int failed = 0;

	for (mode = LFB_MEMORY_REMAP; mode <= LFB_MEMORY_FIXED; mode++) {
		for (policy = LFB_PAGES_BUDDY; policy <= LFB_PAGES_ASCENDING; policy++)
			failed += cmocka_run_group_tests(tests, NULL, NULL);
	}
	return failed;
}
