// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The machine: how it is built, what it forgets and what it keeps. */
#include <luo/kexec_handover.h>
#include <luo/mm.h>
#include <luo/profile.h>
#include <luo/slab.h>

#include "tests/support/rig.h"
#include "tests/support/test.h"

#define MIB (1ull << 20)
#define GIB (1ull << 30)

#define OPTIONS(...)                                                                               \
	(&(struct lfb_machine_options){ .sz = sizeof(struct lfb_machine_options), __VA_ARGS__ })

static void options_that_make_no_sense_are_refused(void **state)
{
	const struct {
		const struct lfb_machine_options *options;
		const char *sentence;
	} bad[] = {
		{ OPTIONS(.memory = MIB - 4096), "memory is 1044480 bytes; it must be whole pages "
						 "from 1 MiB to 1 TiB" },
		{ OPTIONS(.memory = 1), "memory is 1 bytes" },
		{ OPTIONS(.memory = 64 * MIB + 1), "memory is 67108865 bytes" },
		{ OPTIONS(.memory = 1024 * GIB + 4096), "memory is 1099511631872 bytes" },
		{ OPTIONS(.memory = UINT64_MAX), "memory is 18446744073709551615 bytes" },
		{ OPTIONS(.mode = 2), "there is no memory mode 2" },
		{ OPTIONS(.mode = (enum lfb_memory_mode)-1), "there is no memory mode -1" },
		{ OPTIONS(.points = 2), "there is no kind of points 2" },
		{ OPTIONS(.policy = 2), "there is no page policy 2" },
		{ OPTIONS(.policy = (enum lfb_page_policy)INT32_MAX), "there is no page policy" },
		{ OPTIONS(.profile = "linux-2.4"), "there is no profile \"linux-2.4\"" },
		{ OPTIONS(.profile = ""), "there is no profile \"\"" },
		{ OPTIONS(.quirks_on = "NO_SUCH"), "there is no quirk \"NO_SUCH\"" },
		{ OPTIONS(.quirks_off = "FLB_TRUST_SERIALIZED FLB"), "there is no quirk \"FLB\"" },
		{ OPTIONS(.quirks_on = "flb_trust_serialized"),
		  "there is no quirk \"flb_trust_serialized\"" },
		{ OPTIONS(.quirks_on = "FLB_TRUST_SERIALIZED",
			  .quirks_off = "FLB_GET_UNCOUNTED,FLB_TRUST_SERIALIZED"),
		  "a quirk is asked for both on and off" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lfb_machine *machine = (void *)0x1234;

		assert_int_equal(lfb_machine_create(bad[i].options, &machine), -EINVAL);
		assert_null(machine);
		assert_non_null(strstr(lfb_error_text(NULL), bad[i].sentence));
	}
	assert_int_equal(lfb_machine_create(NULL, NULL), -EINVAL);
	assert_string_equal(lfb_error_text(NULL), "no place for the machine");
}

static void quirk_lists_take_spaces_and_commas(void **state)
{
	static const char *const lists[] = {
		"", " ", ",", "FLB_TRUST_SERIALIZED", " FLB_TRUST_SERIALIZED ",
		"FLB_TRUST_SERIALIZED,FLB_GET_UNCOUNTED",
		"FLB_TRUST_SERIALIZED , FLB_GET_UNCOUNTED,,",
	};
	struct lfb_machine *machine;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		assert_int_equal(lfb_machine_create(OPTIONS(.quirks_on = lists[i]), &machine), 0);
		assert_string_equal(lfb_error_text(NULL), "");
		lfb_machine_destroy(machine);
		assert_int_equal(lfb_machine_create(OPTIONS(.quirks_off = lists[i]), &machine), 0);
		lfb_machine_destroy(machine);
	}
}

/* A caller compiled against other headers has a shorter or a longer structure. */
static void options_may_be_shorter_or_longer(void **state)
{
	struct {
		struct lfb_machine_options options;
		char more[64];
	} given = { 0 };
	struct lfb_machine *machine;

	for (size_t size = 0; size <= sizeof(given); size++) {
		bool good = size >= offsetof(struct lfb_machine_options, mode) &&
			    size % sizeof(size) == 0;

		given.options.sz = size;
		assert_int_equal(lfb_machine_create(&given.options, &machine), good ? 0 : -EINVAL);
		if (!good)
			assert_non_null(strstr(lfb_error_text(NULL), "the options: sz is"));
		lfb_machine_destroy(machine);
	}
	/* What lies beyond the structure's declared end is not looked at. */
	given.options.sz = offsetof(struct lfb_machine_options, profile);
	given.options.profile = "no such profile";
	assert_int_equal(lfb_machine_create(&given.options, &machine), 0);
	assert_string_equal(lfb_machine_profile(machine), LFB_PROFILE_DEFAULT);
	lfb_machine_destroy(machine);
}

#define HIGH (4ull << 30)	/* where memory begins */

static long free_pages_now(void *argument)
{
	return (long)page_to_pfn(pfn_to_page((HIGH + 64 * MIB) / PAGE_SIZE - 1)) + 1;
}

static void defaults_are_as_documented(void **state)
{
	struct lfb_machine *machine;
	char byte;

	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_machine_state(machine), LFB_OFF);
	assert_string_equal(lfb_machine_profile(machine), "reference");
	assert_string_equal(LFB_PROFILE_DEFAULT, "reference");
	assert_int_equal(lfb_machine_boots(machine), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_machine_boots(machine), 1);
	assert_int_equal(lfb_machine_call(machine, free_pages_now, NULL),
			 (HIGH + 64 * MIB) >> PAGE_SHIFT);
	assert_int_equal(lfb_machine_read(machine, HIGH - 1, &byte, 1), -EFAULT);
	assert_int_equal(lfb_machine_read(machine, HIGH, &byte, 1), 0);
	assert_int_equal(lfb_machine_read(machine, HIGH + 64 * MIB - 1, &byte, 1), 0);
	assert_int_equal(lfb_machine_read(machine, HIGH + 64 * MIB, &byte, 1), -EFAULT);
	lfb_machine_destroy(machine);
	lfb_machine_destroy(NULL);
	assert_string_equal(lfb_version(), "0.1.0");
}

static char *trace_of_updates(enum lfb_memory_mode mode, enum lfb_page_policy policy,
			      const char *profile, unsigned int updates)
{
	struct rig rig;
	char *log;

	assert_int_equal(
		rig_create(&rig, OPTIONS(.mode = mode, .policy = policy, .profile = profile)), 0);
	rig_record(&rig);
	assert_int_equal(lfb_machine_boot(rig.machine), 0);
	while (updates--)
		assert_int_equal(rig_update(&rig), 0);
	assert_int_equal(lfb_machine_shutdown(rig.machine), 0);
	log = rig_take_log(&rig);
	rig_stop(&rig);
	assert_non_null(log);
	return log;
}

static void both_memory_modes_give_the_same_trace(void **state)
{
	static const enum lfb_page_policy policies[] = { LFB_PAGES_BUDDY, LFB_PAGES_ASCENDING };

	for (unsigned int p = 0; lfb_profile_name(p); p++) {
		for (size_t i = 0; i < 2; i++) {
			char *remapped = trace_of_updates(LFB_MEMORY_REMAP, policies[i],
							  lfb_profile_name(p), 100);
			char *fixed = trace_of_updates(LFB_MEMORY_FIXED, policies[i],
						       lfb_profile_name(p), 100);

			assert_true(strlen(fixed) > 100 * 10);
			assert_string_equal(remapped, fixed);
			free(remapped);
			free(fixed);
		}
	}
}

static void a_cold_boot_starts_from_nothing(void **state)
{
	char *again = trace_of_updates(LFB_MEMORY_REMAP, LFB_PAGES_BUDDY, NULL, 2);
	struct rig rig;
	size_t start;

	assert_int_equal(rig_start(&rig, NULL), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(rig_update(&rig), 0);
	assert_int_equal(lfb_machine_shutdown(rig.machine), 0);
	assert_int_equal(lfb_machine_state(rig.machine), LFB_OFF);
	rig_record(&rig);
	start = rig.log_length;
	assert_int_equal(lfb_machine_boot(rig.machine), 0);
	assert_int_equal(lfb_machine_boots(rig.machine), 1);
	assert_int_equal(rig_update(&rig), 0);
	assert_int_equal(rig_update(&rig), 0);
	assert_int_equal(lfb_machine_shutdown(rig.machine), 0);
	assert_string_equal(rig.log + start, again);
	free(again);
	rig_stop(&rig);
}

static void without_kho_nothing_is_handed_over(void **state)
{
	struct rig rig;

	for (unsigned int p = 0; lfb_profile_name(p); p++) {
		const char *profile = lfb_profile_name(p);
		const struct lfb_machine_options *off[] = {
			OPTIONS(.profile = profile, .kho_off = true),
			OPTIONS(.profile = profile, .liveupdate_off = true),
			OPTIONS(.profile = profile, .kho_off = true, .liveupdate_off = true),
		};

		for (size_t i = 0; i < 3; i++) {
			assert_int_equal(rig_start(&rig, off[i]), 0);
			assert_int_equal(lfb_agent_open(rig.agent), -ENOENT);
			assert_non_null(strstr(lfb_error_text(rig.machine), "live update is off"));
			/* An ordinary kexec all the same. */
			assert_int_equal(lfb_machine_kexec(rig.machine), 0);
			assert_int_equal(lfb_machine_boots(rig.machine), 2);
			assert_int_equal(lfb_agent_open(rig.agent), -ENOENT);
			assert_int_equal(lfb_event_count(rig.machine, LFB_EVENT_PANIC), 0);
			rig_stop(&rig);
		}
	}
}

static long write_a_page(void *argument)
{
	struct page *page = alloc_pages(GFP_KERNEL, 0);

	memcpy(page_address(page), argument, strlen(argument) + 1);
	return (long)page_to_phys(page);
}

static void memory_can_be_read_until_it_is_switched_off(void **state)
{
	char text[] = "the quick brown fox", copy[sizeof(text)];
	struct rig rig;
	phys_addr_t phys;

	assert_int_equal(rig_create(&rig, NULL), 0);
	assert_int_equal(lfb_machine_read(rig.machine, 0, copy, 1), -EINVAL);
	assert_int_equal(lfb_machine_boot(rig.machine), 0);
	phys = (phys_addr_t)lfb_machine_call(rig.machine, write_a_page, text);
	assert_int_equal(lfb_machine_read(rig.machine, phys, copy, sizeof(copy)), 0);
	assert_string_equal(copy, text);
	for (size_t from = 0; from < sizeof(text); from++) {
		memset(copy, 0, sizeof(copy));
		assert_int_equal(lfb_machine_read(rig.machine, phys + from, copy,
						  sizeof(text) - from), 0);
		assert_string_equal(copy, text + from);
	}
	assert_int_equal(lfb_machine_read(rig.machine, phys, NULL, 1), -EINVAL);
	assert_int_equal(lfb_machine_kexec(rig.machine), 0);
	assert_int_equal(lfb_machine_read(rig.machine, phys, copy, sizeof(copy)), 0);
	assert_string_not_equal(copy, text);
	rig_stop(&rig);
}

static void two_machines_in_one_thread_do_not_disturb_each_other(void **state)
{
	char *alone = trace_of_updates(LFB_MEMORY_REMAP, LFB_PAGES_BUDDY, NULL, 1);
	struct rig rigs[2];

	for (int i = 0; i < 2; i++) {
		assert_int_equal(rig_create(&rigs[i], NULL), 0);
		rig_record(&rigs[i]);
		assert_int_equal(lfb_machine_boot(rigs[i].machine), 0);
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(rig_preserve(&rigs[i], 2), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(lfb_machine_prepare(rigs[i].machine), 0);
	for (int i = 2; i-- > 0;)
		assert_int_equal(lfb_machine_jump(rigs[i].machine, NULL), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(rig_restore(&rigs[i], 2), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(lfb_machine_shutdown(rigs[i].machine), 0);
		assert_string_equal(rigs[i].log, alone);
	}
	free(alone);
	rig_stop(&rigs[0]);
	rig_stop(&rigs[1]);
}

static void one_machine_is_entered_at_a_time(void **state)
{
	struct rig a, b;
	void *memory;

	assert_null(lfb_machine_current());
	assert_int_equal(rig_start(&a, NULL), 0);
	assert_int_equal(rig_create(&b, NULL), 0);
	assert_null(lfb_machine_current());
	assert_null(kmalloc(16, GFP_KERNEL));
	assert_null(lfb_machine_enter(a.machine));
	assert_ptr_equal(lfb_machine_current(), a.machine);
	memory = kmalloc(16, GFP_KERNEL);
	assert_non_null(memory);
	kfree(memory);
	/* A machine that is off has no kernel to act on, until it is switched on. */
	assert_ptr_equal(lfb_machine_enter(b.machine), a.machine);
	assert_null(kmalloc(16, GFP_KERNEL));
	assert_int_equal(lfb_machine_boot(b.machine), 0);
	assert_non_null(kmalloc(16, GFP_KERNEL));
	assert_int_equal(lfb_machine_shutdown(b.machine), 0);
	assert_null(kmalloc(16, GFP_KERNEL));
	assert_ptr_equal(lfb_machine_enter(a.machine), b.machine);
	rig_stop(&b);
	assert_ptr_equal(lfb_machine_current(), a.machine);
	rig_stop(&a);
	assert_null(lfb_machine_current());
}

static long current_machine_is(void *argument)
{
	return lfb_machine_current() == argument;
}

static long enters_another(void *argument)
{
	lfb_machine_enter(argument);
	return 0;
}

static long calls_into_another(void *argument)
{
	struct rig *other = argument;
	struct lfb_machine *before = lfb_machine_current();
	int err = rig_update(other);

	return err ? err : lfb_machine_current() == before;
}

static long destroys(void *argument)
{
	lfb_machine_destroy(argument);
	return 0;
}

static void running_code_is_in_its_machine(void **state)
{
	struct lfb_machine *third;
	struct rig a, b;

	assert_int_equal(rig_start(&a, NULL), 0);
	assert_int_equal(rig_start(&b, NULL), 0);
	assert_int_equal(lfb_machine_call(a.machine, current_machine_is, a.machine), 1);
	lfb_machine_enter(b.machine);
	assert_int_equal(lfb_machine_call(a.machine, current_machine_is, a.machine), 1);
	/* One machine's kernel may drive another machine, and leaves no trace of it. */
	assert_int_equal(lfb_machine_call(a.machine, calls_into_another, &b), 1);
	assert_int_equal(lfb_machine_call(a.machine, enters_another, NULL), 0);
	assert_ptr_equal(lfb_machine_current(), b.machine);
	/* The one to come back to may be gone. */
	assert_int_equal(lfb_machine_create(NULL, &third), 0);
	lfb_machine_enter(third);
	assert_int_equal(lfb_machine_call(a.machine, destroys, third), 0);
	assert_null(lfb_machine_current());
	assert_null(kmalloc(16, GFP_KERNEL));
	rig_stop(&a);
	rig_stop(&b);
}

static void shorter_statistics_can_be_asked_for(void **state)
{
	struct lfb_machine_stats all = { .sz = sizeof(all) }, some;
	struct rig rig;

	assert_int_equal(rig_create(&rig, NULL), 0);
	assert_int_equal(lfb_machine_stats(rig.machine, &all), 0);
	assert_int_equal(all.pages, 0);
	assert_int_equal(lfb_machine_boot(rig.machine), 0);
	assert_int_equal(rig_preserve(&rig, 2), 0);
	assert_int_equal(lfb_machine_stats(rig.machine, &all), 0);
	assert_true(all.pages > 0 && all.slab_objects > 0 && all.preserved_blocks > 0);
	assert_int_equal(all.incoming_pages, 0);
	assert_int_equal(all.sessions_outgoing, 1);
	assert_int_equal(all.sessions_incoming, 0);
	assert_int_equal(all.files_preserved, 2);
	assert_int_equal(all.files, 4); /* the device, the session, two files */
	for (size_t size = sizeof(size_t); size <= sizeof(all); size += sizeof(size)) {
		memset(&some, 0xee, sizeof(some));
		some.sz = size;
		assert_int_equal(lfb_machine_stats(rig.machine, &some), 0);
		assert_int_equal(some.sz, size);
		assert_memory_equal((char *)&some + sizeof(size_t), (char *)&all + sizeof(size_t),
				    size - sizeof(size_t));
		for (size_t i = size; i < sizeof(some); i++)
			assert_int_equal(((unsigned char *)&some)[i], 0xee);
	}
	some.sz = sizeof(size_t) - 1;
	assert_int_equal(lfb_machine_stats(rig.machine, &some), -EINVAL);
	some.sz = sizeof(some) + 1;
	assert_int_equal(lfb_machine_stats(rig.machine, &some), -EINVAL);
	assert_int_equal(lfb_machine_stats(rig.machine, NULL), -EINVAL);
	assert_int_equal(lfb_machine_kexec(rig.machine), 0);
	assert_int_equal(lfb_machine_stats(rig.machine, &all), 0);
	assert_true(all.incoming_pages > 0);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_that_make_no_sense_are_refused),
		cmocka_unit_test(quirk_lists_take_spaces_and_commas),
		cmocka_unit_test(options_may_be_shorter_or_longer),
		cmocka_unit_test(defaults_are_as_documented),
		cmocka_unit_test(both_memory_modes_give_the_same_trace),
		cmocka_unit_test(a_cold_boot_starts_from_nothing),
		cmocka_unit_test(without_kho_nothing_is_handed_over),
		cmocka_unit_test(memory_can_be_read_until_it_is_switched_off),
		cmocka_unit_test(two_machines_in_one_thread_do_not_disturb_each_other),
		cmocka_unit_test(one_machine_is_entered_at_a_time),
		cmocka_unit_test(running_code_is_in_its_machine),
		cmocka_unit_test(shorter_statistics_can_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
