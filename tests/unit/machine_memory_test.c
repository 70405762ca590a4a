// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* How much memory a machine may have, and what happens when it is used up. */
#include <luo/mm.h>
#include <luo/profile.h>
#include <luo/slab.h>

#include "tests/support/rig.h"
#include "tests/support/test.h"

#define MIB (1ull << 20)
#define GIB (1ull << 30)

#define OPTIONS(...) \
	(&(struct lfb_machine_options){ .sz = sizeof(struct lfb_machine_options), __VA_ARGS__ })

static const enum lfb_memory_mode modes[] = { LFB_MEMORY_REMAP, LFB_MEMORY_FIXED };

/* Takes pages of all orders until there are none, then what is left in slabs. */
static struct page *spare;

static long exhaust(void *argument)
{
	unsigned long pages = 0;
	struct page *page;

	for (unsigned int order = MAX_PAGE_ORDER + 1; order-- > 0;) {
		for (; (page = alloc_pages(GFP_KERNEL, order)) != NULL; pages += 1ul << order) {
			if (order == 2)
				spare = page;
		}
	}
	for (size_t size = PAGE_SIZE; size > 0; size -= 16) {
		while (kmalloc(size, GFP_KERNEL))
			;
	}
	return (long)pages;
}

static long free_some(void *argument)
{
	__free_pages(spare, 2);
	return 0;
}

static void run_out_of_memory(const char *profile, enum lfb_memory_mode mode)
{
	bool written_at_reboot = !strcmp(lfb_profile_kho_abi(profile), "kho-v1");
	struct rig rig;

	assert_int_equal(rig_start(&rig, OPTIONS(.memory = MIB, .mode = mode, .profile = profile)),
			 0);
	assert_int_equal(rig_update(&rig), 0);
	assert_true(lfb_machine_call(rig.machine, exhaust, NULL) > 0);
	assert_int_equal(lfb_agent_open(rig.agent), -ENOMEM);
	assert_int_equal(rig_open_file(&rig, 1), -ENOMEM);
	assert_int_equal(lfb_machine_state(rig.machine), LFB_RUNNING);
	if (written_at_reboot) {
		/* There is not even a page for the map of what is preserved. */
		assert_int_equal(lfb_machine_kexec(rig.machine), -EAGAIN);
		assert_int_equal(lfb_machine_state(rig.machine), LFB_RUNNING);
		assert_int_equal(lfb_machine_call(rig.machine, free_some, NULL), 0);
	}
	assert_int_equal(lfb_machine_kexec(rig.machine), 0);
	/* None of it was preserved: it is all there again. */
	assert_int_equal(rig_update(&rig), 0);
	assert_int_equal(lfb_event_count(rig.machine, LFB_EVENT_BUG), 0);
	rig_stop(&rig);
}

static void the_smallest_machine_runs_out_of_memory_cleanly(void **state)
{
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++) {
		for (size_t mode = 0; mode < 2; mode++)
			run_out_of_memory(profile, modes[mode]);
	}
}

/* However little is left, a call says -ENOMEM and the machine goes on. */
static void sessions_are_made_until_memory_is_used_up(void **state)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };
	unsigned int made = 0;
	struct rig rig;
	int device, fd;

	assert_int_equal(rig_start(&rig, OPTIONS(.memory = MIB)), 0);
	device = lfb_agent_open(rig.agent);
	assert_true(device > 0);
	do {
		char name[16];

		snprintf(name, sizeof(name), "vm-%u", made);
		fd = lfb_agent_create_session(rig.agent, device, name);
		if (fd >= 0) {
			int file = rig_open_file(&rig, made);

			if (file >= 0)
				lfb_agent_preserve(rig.agent, fd, file, 1);
			made++;
		}
		assert_true(made < 1000);
	} while (fd >= 0);
	assert_int_equal(fd, -ENOMEM);
	assert_int_equal(lfb_machine_stats(rig.machine, &stats), 0);
	assert_int_equal(stats.sessions_outgoing, made);
	assert_true(stats.files_preserved > 0);
	assert_int_equal(rig_still_works(&rig), 0);
	rig_stop(&rig);
}

#define HIGH (4ull << 30)	/* where memory begins */

static void memory_may_have_any_size(void **state)
{
	static const u64 sizes[] = {
		MIB, MIB + 4096, 3 * MIB + 8192, 64 * MIB, 1000 * MIB, 64 * GIB
	};
	struct rig rig;
	char byte;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) * 2; i++) {
		u64 size = sizes[i / 2];

		assert_int_equal(rig_start(&rig, OPTIONS(.memory = size, .mode = modes[i % 2])), 0);
		for (int update = 0; update < 3; update++)
			assert_int_equal(rig_update(&rig), 0);
		assert_int_equal(lfb_machine_read(rig.machine, HIGH + size - 1, &byte, 1), 0);
		assert_int_equal(lfb_machine_read(rig.machine, HIGH + size, &byte, 1), -EFAULT);
		assert_int_equal(lfb_machine_read(rig.machine, UINT64_MAX, &byte, 2), -EFAULT);
		assert_int_equal(lfb_machine_read(rig.machine, HIGH, &byte, SIZE_MAX), -EFAULT);
		rig_stop(&rig);
	}
}

static void many_updates_leave_nothing_behind(void **state)
{
	struct lfb_machine_stats first = { .sz = sizeof(first) };
	struct lfb_machine_stats later = { .sz = sizeof(later) };
	struct rig rig;

	for (unsigned int p = 0; lfb_profile_name(p); p++) {
		assert_int_equal(rig_start(&rig, OPTIONS(.profile = lfb_profile_name(p))), 0);
		for (unsigned int update = 1; update <= 100; update++) {
			assert_int_equal(rig_update(&rig), 0);
			assert_int_equal(lfb_machine_boots(rig.machine), update + 1);
			assert_int_equal(lfb_machine_stats(rig.machine, &later), 0);
			if (update == 1)
				first = later;
			assert_memory_equal(&first, &later, sizeof(first));
		}
		assert_int_equal(lfb_event_count(rig.machine, LFB_EVENT_WARN), 0);
		assert_int_equal(lfb_event_count(rig.machine, LFB_EVENT_UNSAFE), 0);
		rig_stop(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_machine_runs_out_of_memory_cleanly),
		cmocka_unit_test(sessions_are_made_until_memory_is_used_up),
		cmocka_unit_test(memory_may_have_any_size),
		cmocka_unit_test(many_updates_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
