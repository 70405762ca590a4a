// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Findings say which lines of the user's program led there, and in a scenario none. */
#include <dlfcn.h>
#include <stdio.h>

#include "tests/support/world.h"

#include <luo/fixture.h>
#include <luo/kexec_handover.h>
#include <luo/slab.h>
#include <luo/vmalloc.h>

static const struct lfb_machine_options guard = { .sz = sizeof(guard), .checks = LFB_CHECKS_GUARD };
static struct lfb_fixture fixture, guarded = { .options = &guard };
static char text[4096];
static int line_of_the_fault;

static void only_finding(void)
{
	struct lfb_machine *machine = fixture.machine ?: guarded.machine;

	assert_int_equal(lfb_finding_count(machine), 1);
	lfb_finding_format(lfb_finding_at(machine, 0), text, sizeof(text));
}

static __attribute__((noinline)) long write_nowhere(void *nowhere)
{
	line_of_the_fault = __LINE__ + 1;
	*(volatile int *)nowhere = 1;
	return 0;
}

static __attribute__((noinline)) long complain(void *line)
{
	*(int *)line = __LINE__ + 1;
	WARN_ON(true);
	return 0;
}

/* "  at:     where_test.c:25 write_nowhere" is in the only finding. Returns what follows it. */
static const char *assert_place(const char *title, int line, const char *function)
{
	char wanted[128];
	const char *found;
	void *libdw = dlopen("libdw.so.1", RTLD_LAZY);

	only_finding();
	if (!libdw)
		return NULL;
	dlclose(libdw);
	snprintf(wanted, sizeof(wanted), "\n  %-7s where_test.c:%d %s\n", title, line, function);
	found = strstr(text, wanted);
	if (!found)
		fail_msg("not \"%s\": %s", wanted, text);
	return found + strlen(wanted);
}

static void assert_at(int line, const char *function, const char *test)
{
	const char *rest = assert_place("at:", line, function);

	if (rest)
		assert_non_null(strstr(rest, test));
}

static void a_fault_says_the_line_it_is_in(void **state)
{
	struct lfb_machine *before = lfb_machine_enter(fixture.machine);

	lfb_fixture_expect(&fixture, LFB_FINDING_MEM_WILD_POINTER);
	lfb_assert_error(fixture.machine,
			 lfb_machine_call(fixture.machine, write_nowhere, (void *)8), -EFAULT);
	lfb_machine_enter(before);
	assert_at(line_of_the_fault, "write_nowhere", "a_fault_says_the_line_it_is_in");
}

static void a_warning_says_the_line_it_is_in(void **state)
{
	int line;

	lfb_fixture_expect(&fixture, LFB_FINDING_KERNEL_WARN);
	lfb_assert_ok(fixture.machine, lfb_machine_call(fixture.machine, complain, &line));
	assert_at(line, "complain", "a_warning_says_the_line_it_is_in");
}

static void no_address_is_printed(void **state)
{
	lfb_fixture_expect(&fixture, LFB_FINDING_KERNEL_WARN);
	lfb_assert_ok(fixture.machine, lfb_machine_call(fixture.machine, complain, &(int){ 0 }));
	only_finding();
	assert_null(strstr(text, "0x5"));
	assert_null(strstr(text, "0x7f"));
	assert_in_range(lfb_finding_at(fixture.machine, 0)->places[0].frames, 3, 64);
}

static int line_of_kmalloc, line_of_kfree;

/* Something is done behind the calls: an optimising compiler would make jumps of them. */
static __attribute__((noinline)) u8 *allocate(void)
{
	u8 *volatile object;

	line_of_kmalloc = __LINE__ + 1;
	object = kzalloc(24, GFP_KERNEL);
	return object;
}

static __attribute__((noinline)) void release(u8 *object)
{
	volatile int line = __LINE__ + 1;
	kfree(object);
	line_of_kfree = line;
}

static long use_after_free(void *nothing)
{
	u8 *volatile object = allocate();

	release(object);
	return object[0];
}

static void freed_memory_says_where_it_came_from_and_went(void **state)
{
	struct lfb_machine *before = lfb_machine_enter(fixture.machine);

	lfb_fixture_expect(&fixture, LFB_FINDING_MEM_USE_AFTER_FREE);
	lfb_assert_error(fixture.machine, lfb_machine_call(fixture.machine, use_after_free, NULL),
			 -EFAULT);
	lfb_machine_enter(before);
	assert_place("allocated at:", line_of_kmalloc, "allocate");
	assert_place("freed at:", line_of_kfree, "release");
}

static long write_behind(void *nothing)
{
	u8 *object = allocate();

	object[24] = 1;
	release(object);
	return 0;
}

static void in_guard_mode_callers_are_said_too(void **state)
{
	const char *rest;

	lfb_fixture_expect(&guarded, LFB_FINDING_MEM_OVERRUN);
	lfb_assert_ok(guarded.machine,
		      lfb_machine_call(guarded.machine, write_behind, NULL));
	rest = assert_place("allocated at:", line_of_kmalloc, "allocate");
	assert_true(!rest || !strncmp(rest, "                where_test.c:", 29));
	assert_true(!rest || strstr(rest, " write_behind\n"));
}

/* A callback is running, of which nothing is known yet. */
static struct lfb_frame *callback(void)
{
	static struct lfb_frame frame;

	frame = (struct lfb_frame){ .type = "flb", .name = "x-v1", .op = "preserve" };
	return &frame;
}

static long free_object_twice(void *nothing)
{
	u8 *object = allocate();

	release(object);
	kfree(object);
	return 0;
}

static void in_guard_mode_an_object_freed_twice_says_where(void **state)
{
	lfb_fixture_expect(&guarded, LFB_FINDING_MEM_BAD_FREE);
	lfb_assert_error(guarded.machine,
			 lfb_machine_call(guarded.machine, free_object_twice, NULL), -EFAULT);
	assert_place("allocated at:", line_of_kmalloc, "allocate");
	assert_place("freed at:", line_of_kfree, "release");
}

static int line_of_pages, line_of_free;

static __attribute__((noinline)) long free_pages_twice(void *frame)
{
	unsigned long pages;

	lfb__current->task->frame = frame;
	line_of_pages = __LINE__ + 1;
	pages = __get_free_pages(GFP_KERNEL, 1);
	line_of_free = __LINE__ + 1;
	free_pages(pages, 1);
	free_pages(pages, 1);
	return 0;
}

static void pages_freed_twice_say_where(void **state)
{
	lfb_fixture_expect(&fixture, LFB_FINDING_MEM_BAD_FREE);
	lfb_assert_error(fixture.machine,
			 lfb_machine_call(fixture.machine, free_pages_twice, callback()), -EFAULT);
	assert_place("allocated at:", line_of_pages, "free_pages_twice");
	assert_place("freed at:", line_of_free, "free_pages_twice");
}

static void in_guard_mode_pages_freed_twice_say_where(void **state)
{
	lfb_fixture_expect(&guarded, LFB_FINDING_MEM_BAD_FREE);
	lfb_assert_error(guarded.machine,
			 lfb_machine_call(guarded.machine, free_pages_twice, NULL), -EFAULT);
	assert_place("allocated at:", line_of_pages, "free_pages_twice");
	assert_place("freed at:", line_of_free, "free_pages_twice");
}

static __attribute__((noinline)) long use_freed_area(void *frame)
{
	u8 *volatile area;

	lfb__current->task->frame = frame;
	line_of_pages = __LINE__ + 1;
	area = vmalloc(2 * PAGE_SIZE);
	line_of_free = __LINE__ + 1;
	vfree(area);
	return area[PAGE_SIZE + 8];
}

static void a_freed_area_says_where_it_came_from_and_went(void **state)
{
	lfb_fixture_expect(&fixture, LFB_FINDING_MEM_USE_AFTER_FREE);
	lfb_assert_error(fixture.machine,
			 lfb_machine_call(fixture.machine, use_freed_area, callback()), -EFAULT);
	assert_place("allocated at:", line_of_pages, "use_freed_area");
	assert_place("freed at:", line_of_free, "use_freed_area");
	assert_non_null(strstr(text, "8192 bytes, freed by flb x-v1 preserve in operation "));
	assert_non_null(strstr(text, ", were used at offset 4104\n"));
}

static __attribute__((noinline)) long free_area_twice(void *nothing)
{
	void *area = vmalloc(PAGE_SIZE);

	line_of_free = __LINE__ + 1;
	vfree(area);
	vfree(area);
	return 0;
}

static void an_area_freed_twice_says_where(void **state)
{
	lfb_fixture_expect(&fixture, LFB_FINDING_MEM_BAD_FREE);
	lfb_assert_error(fixture.machine,
			 lfb_machine_call(fixture.machine, free_area_twice, NULL), -EFAULT);
	assert_place("freed at:", line_of_free, "free_area_twice");
}

static int line_of_preservation;

static long preserve_twice(void *nothing)
{
	void *page;

	line_of_preservation = __LINE__ + 1;
	page = kho_alloc_preserve(PAGE_SIZE);
	return kho_preserve_folio(virt_to_folio(page));
}

static void what_is_preserved_says_where(void **state)
{
	lfb_fixture_expect(&fixture, LFB_FINDING_KHO_PRESERVED_TWICE);
	lfb_assert_ok(fixture.machine, lfb_machine_call(fixture.machine, preserve_twice, NULL));
	assert_place("preserved at:", line_of_preservation, "preserve_twice");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lfb_unit_test(a_fault_says_the_line_it_is_in, &fixture),
		lfb_unit_test(a_warning_says_the_line_it_is_in, &fixture),
		lfb_unit_test(no_address_is_printed, &fixture),
		lfb_unit_test(freed_memory_says_where_it_came_from_and_went, &fixture),
		lfb_unit_test(in_guard_mode_callers_are_said_too, &guarded),
		lfb_unit_test(in_guard_mode_an_object_freed_twice_says_where, &guarded),
		lfb_unit_test(pages_freed_twice_say_where, &fixture),
		lfb_unit_test(in_guard_mode_pages_freed_twice_say_where, &guarded),
		lfb_unit_test(a_freed_area_says_where_it_came_from_and_went, &fixture),
		lfb_unit_test(an_area_freed_twice_says_where, &fixture),
		lfb_unit_test(what_is_preserved_says_where, &fixture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
