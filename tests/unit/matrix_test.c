// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The upgrade matrix: every outcome, and that each is what the receiving kernel really does. */
#include <luo/fault.h>
#include <luo/matrix.h>
#include <luo/profile.h>

#include "sim/machine/machine.h"
#include "tests/support/rig.h"
#include "tests/support/test.h"

#define PROFILES 5

static const char *const profiles[PROFILES] = {
	"rfc-v6", "linux-7.0", "linux-7.2", "linux-7.3", "reference",
};

/* What each kernel makes of each one's formats, and the two strings that met. */
static const struct meeting {
	enum lfb_matrix_outcome outcome;
	const char *found;
	const char *wanted;
} meetings[PROFILES][PROFILES] = {
	{
		{ LFB_MATRIX_WORKS, NULL, NULL },
		{ LFB_MATRIX_PANIC, "\"luo-session-v1\"", "\"luo-session-v2\"" },
		{ LFB_MATRIX_FRESH, "\"kho-v1\"", "\"kho-v4\"" },
		{ LFB_MATRIX_FRESH, "\"kho-v1\"", "\"kho-v4\"" },
		{ LFB_MATRIX_FRESH, "\"kho-v1\"", "\"kho-v4\"" },
	}, {
		{ LFB_MATRIX_DISABLED, "\"luo-session-v2\"", "\"luo-session-v1\"" },
		{ LFB_MATRIX_WORKS, NULL, NULL },
		{ LFB_MATRIX_FRESH, "\"kho-v1\"", "\"kho-v4\"" },
		{ LFB_MATRIX_FRESH, "\"kho-v1\"", "\"kho-v4\"" },
		{ LFB_MATRIX_FRESH, "\"kho-v1\"", "\"kho-v4\"" },
	}, {
		{ LFB_MATRIX_FRESH, "\"kho-v4\"", "\"kho-v1\"" },
		{ LFB_MATRIX_FRESH, "\"kho-v4\"", "\"kho-v1\"" },
		{ LFB_MATRIX_WORKS, NULL, NULL },
		{ LFB_MATRIX_WORKS, NULL, NULL },
		{ LFB_MATRIX_WORKS, NULL, NULL },
	}, {
		{ LFB_MATRIX_FRESH, "\"kho-v4\"", "\"kho-v1\"" },
		{ LFB_MATRIX_FRESH, "\"kho-v4\"", "\"kho-v1\"" },
		{ LFB_MATRIX_WORKS, NULL, NULL },
		{ LFB_MATRIX_WORKS, NULL, NULL },
		{ LFB_MATRIX_WORKS, NULL, NULL },
	}, {
		{ LFB_MATRIX_FRESH, "\"kho-v4\"", "\"kho-v1\"" },
		{ LFB_MATRIX_FRESH, "\"kho-v4\"", "\"kho-v1\"" },
		{ LFB_MATRIX_WORKS, NULL, NULL },
		{ LFB_MATRIX_WORKS, NULL, NULL },
		{ LFB_MATRIX_WORKS, NULL, NULL },
	},
};

#define for_each_pair(from, to)                                                                    \
	for (unsigned int from = 0; from < PROFILES; from++)                                       \
		for (unsigned int to = 0; to < PROFILES; to++)

static struct lfb_machine *new_machine(const struct lfb_machine_options *options)
{
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(options, &machine), 0);
	return machine;
}

/* Runs a chain in a machine of its own. */
static int run_with(struct lfb_machine_options *options, enum lfb_matrix_kind kind,
		    const char *const *to, unsigned int count, struct lfb_matrix_hop *hops)
{
	struct lfb_machine *machine;
	int err;

	options->sz = sizeof(*options);
	machine = new_machine(options);
	err = lfb_matrix_run(machine, kind, to, count, hops);
	assert_int_equal(lfb_machine_state(machine), LFB_OFF);
	lfb_machine_destroy(machine);
	return err;
}

static int run(const char *from, enum lfb_matrix_kind kind, const char *const *to,
	       unsigned int count, struct lfb_matrix_hop *hops)
{
	struct lfb_machine_options options = { .profile = from, .mode = LFB_MEMORY_FIXED };

	return run_with(&options, kind, to, count, hops);
}

static void assert_load(const struct lfb_matrix_load *load, unsigned int sessions,
			unsigned int files, unsigned int flbs)
{
	assert_int_equal(load->sessions, sessions);
	assert_int_equal(load->files, files);
	assert_int_equal(load->flbs, flbs);
}

/*
 * Pairs
 */

static void kernels_with_the_same_formats_carry_every_byte(void **state)
{
	for_each_pair(from, to) {
		for (unsigned int i = 0; i < 2 * LFB_MATRIX_TAKEN_NAME; i++) {
			struct lfb_machine_options options = {
				.profile = profiles[from],
				.mode = i % 2 ? LFB_MEMORY_REMAP : LFB_MEMORY_FIXED,
			};
			struct lfb_matrix_hop hop;

			if (meetings[from][to].outcome != LFB_MATRIX_WORKS)
				continue;
			assert_int_equal(run_with(&options, i / 2, &profiles[to], 1, &hop), 0);
			assert_int_equal(hop.outcome, LFB_MATRIX_WORKS);
			assert_string_equal(hop.reason, "");
			assert_int_equal(hop.error, 0);
			assert_load(&hop.arrived, hop.sent.sessions, hop.sent.files, hop.sent.flbs);
			assert_load(&hop.finished, hop.sent.sessions, hop.sent.files,
				    hop.sent.flbs);
		}
	}
}

/* Changes the last byte of every page of the matrix's module, on its way to the next kernel. */
static void spoil(void *context, const struct lfb_event *event)
{
	struct lfb_memory *memory = &((struct lfb_machine *)context)->kernel.memory;

	if (event->kind != LFB_EVENT_JUMP)
		return;
	for (u64 at = memory->start; at < memory->size; at += PAGE_SIZE) {
		u64 *page = (u64 *)(memory->base + at);

		if (page[1] - page[0] == page[2] - page[1] && page[1] != page[0])
			((u8 *)page)[PAGE_SIZE - 1] ^= 1;
	}
}

static void one_changed_byte_is_noticed(void **state)
{
	for (unsigned int i = 0; i < PROFILES; i++) {
		struct lfb_machine_options options = {
			.sz = sizeof(options),
			.profile = profiles[i],
			.memory = 4 << 20,
		};
		struct lfb_machine *machine = new_machine(&options);
		struct lfb_matrix_hop hop;

		lfb_trace_to(machine, spoil, machine);
		assert_int_equal(lfb_matrix_run(machine, LFB_MATRIX_FLBS, &profiles[i], 1, &hop),
				 0);
		assert_int_equal(hop.outcome, LFB_MATRIX_LOST);
		assert_load(&hop.sent, 2, 4, 2);
		assert_load(&hop.arrived, 2, 0, 0);
		assert_non_null(strstr(hop.reason, "0 of 4 files and 0 of 2 FLBs arrived"));
		lfb_machine_destroy(machine);
	}
}

/* Another module than the matrix's own finds its bytes, or it does not. */
static void a_module_that_knows_no_matrix_sees_the_same(void **state)
{
	for_each_pair(from, to) {
		struct lfb_machine_options options = {
			.sz = sizeof(options),
			.profile = profiles[from],
		};
		struct rig rig;

		assert_int_equal(rig_start(&rig, &options), 0);
		assert_int_equal(rig_preserve(&rig, 3), 0);
		assert_int_equal(lfb_machine_prepare(rig.machine), 0);
		lfb_machine_jump(rig.machine, profiles[to]);
		if (meetings[from][to].outcome == LFB_MATRIX_WORKS)
			assert_int_equal(rig_restore(&rig, 3), 0);
		else
			assert_true(rig_restore(&rig, 3) < 0);
		rig_stop(&rig);
	}
}

static void each_kernel_sends_up_to_its_limits(void **state)
{
	static const unsigned int sessions[PROFILES] = { 744, 819, 1000, 1000, 1000 };
	static const unsigned int files[PROFILES] = { 128, 128, 1000, 1000, 1000 };
	struct lfb_matrix_hop hop;

	for (unsigned int i = 0; i < PROFILES; i++) {
		run(profiles[i], LFB_MATRIX_EMPTY, &profiles[i], 1, &hop);
		assert_load(&hop.sent, 0, 0, 0);
		run(profiles[i], LFB_MATRIX_SESSIONS, &profiles[i], 1, &hop);
		assert_load(&hop.sent, 3, 0, 0);
		run(profiles[i], LFB_MATRIX_FILE, &profiles[i], 1, &hop);
		assert_load(&hop.sent, 1, 1, 0);
		run(profiles[i], LFB_MATRIX_FLBS, &profiles[i], 1, &hop);
		assert_load(&hop.sent, 2, 4, 2);
		run(profiles[i], LFB_MATRIX_FULL_SESSIONS, &profiles[i], 1, &hop);
		assert_load(&hop.sent, sessions[i], sessions[i], 0);
		run(profiles[i], LFB_MATRIX_FULL_FILES, &profiles[i], 1, &hop);
		assert_load(&hop.sent, 1, files[i], 0);
		run(profiles[i], LFB_MATRIX_FULL_FLBS, &profiles[i], 1, &hop);
		assert_load(&hop.sent, 1, 1, 63);
	}
}

static void what_does_not_work_says_which_string_met_which(void **state)
{
	for_each_pair(from, to) {
		const struct meeting *meeting = &meetings[from][to];
		struct lfb_matrix_hop hop;

		for (unsigned int kind = 0; kind < LFB_MATRIX_TAKEN_NAME; kind++) {
			assert_int_equal(run(profiles[from], kind, &profiles[to], 1, &hop), 0);
			assert_string_equal(hop.from, profiles[from]);
			assert_string_equal(hop.to, profiles[to]);
			assert_int_equal(hop.outcome, meeting->outcome);
			if (meeting->outcome == LFB_MATRIX_WORKS)
				continue;
			assert_non_null(strstr(hop.reason, meeting->found));
			assert_non_null(strstr(hop.reason, meeting->wanted));
			assert_load(&hop.arrived, 0, 0, 0);
		}
	}
}

/* The calls a user makes: the jump, the open, and what the trace shows of them. */
static void the_calls_and_the_trace_name_both_strings(void **state)
{
	for_each_pair(from, to) {
		const struct meeting *meeting = &meetings[from][to];
		struct lfb_machine_options options = {
			.sz = sizeof(options),
			.profile = profiles[from],
		};
		struct rig rig;
		int jumped;

		if (meeting->outcome == LFB_MATRIX_WORKS)
			continue;
		assert_int_equal(rig_start(&rig, &options), 0);
		assert_int_equal(rig_preserve(&rig, 1), 0);
		rig_record(&rig);
		assert_int_equal(lfb_machine_prepare(rig.machine), 0);
		jumped = lfb_machine_jump(rig.machine, profiles[to]);
		assert_int_equal(jumped, meeting->outcome == LFB_MATRIX_PANIC ? -EFAULT : 0);
		assert_non_null(strstr(lfb_error_text(rig.machine), meeting->found));
		assert_non_null(strstr(lfb_error_text(rig.machine), meeting->wanted));
		assert_non_null(strstr(rig.log, meeting->found));
		assert_non_null(strstr(rig.log, meeting->wanted));
		if (meeting->outcome == LFB_MATRIX_DISABLED) {
			assert_int_equal(lfb_agent_open(rig.agent), -ENOENT);
			assert_non_null(strstr(lfb_error_text(rig.machine), meeting->found));
			assert_non_null(strstr(lfb_error_text(rig.machine), meeting->wanted));
		}
		rig_stop(&rig);
	}
}

/* The kernel that sends is at fault, not the one that dies. */
static void one_quirk_decides_whether_a_taken_name_kills(void **state)
{
	struct lfb_machine_options mended = {
		.profile = "linux-7.3",
		.quirks_off = "SESSION_DUPLICATE_LEAVES_EMPTY_BLOCK",
	};
	struct lfb_machine_options broken = {
		.profile = "reference",
		.quirks_on = "SESSION_DUPLICATE_LEAVES_EMPTY_BLOCK",
	};
	struct lfb_matrix_hop hop;

	for (unsigned int to = 2; to < PROFILES; to++) {
		run("linux-7.3", LFB_MATRIX_TAKEN_NAME, &profiles[to], 1, &hop);
		assert_int_equal(hop.outcome, LFB_MATRIX_PANIC);
		assert_non_null(strstr(hop.reason, "0 entries"));
		run("reference", LFB_MATRIX_TAKEN_NAME, &profiles[to], 1, &hop);
		assert_int_equal(hop.outcome, LFB_MATRIX_WORKS);
		run_with(&mended, LFB_MATRIX_TAKEN_NAME, &profiles[to], 1, &hop);
		assert_int_equal(hop.outcome, LFB_MATRIX_WORKS);
		run_with(&broken, LFB_MATRIX_TAKEN_NAME, &profiles[to], 1, &hop);
		assert_int_equal(hop.outcome, LFB_MATRIX_PANIC);
	}
}

static void a_missing_handler_loses_the_file_or_the_device(void **state)
{
	static const enum lfb_matrix_outcome outcomes[PROFILES] = {
		LFB_MATRIX_LOST, LFB_MATRIX_LOST, LFB_MATRIX_EIO, LFB_MATRIX_EIO, LFB_MATRIX_EIO,
	};
	struct lfb_machine_options strict = {
		.profile = "linux-7.0",
		.quirks_off = "SESSION_DESERIALIZE_IGNORES_FILES",
	};
	struct lfb_matrix_hop hop;

	for (unsigned int i = 0; i < PROFILES; i++) {
		run(profiles[i], LFB_MATRIX_NEW_HANDLER, &profiles[i], 1, &hop);
		assert_int_equal(hop.outcome, outcomes[i]);
		assert_int_equal(hop.error, outcomes[i] == LFB_MATRIX_EIO ? -EIO : 0);
		assert_load(&hop.arrived, outcomes[i] == LFB_MATRIX_LOST, 0, 0);
		assert_non_null(strstr(hop.reason, "no handler matrix-file-v1 for token 0"));
	}
	run_with(&strict, LFB_MATRIX_NEW_HANDLER, &profiles[1], 1, &hop);
	assert_int_equal(hop.outcome, LFB_MATRIX_EIO);
}

/*
 * Chains
 */

static void a_third_kernel_reads_what_a_fresh_second_one_sends(void **state)
{
	static const char *const to[] = { "linux-7.3", "reference", "linux-7.0", "linux-7.0" };
	struct lfb_matrix_hop hops[4];

	assert_int_equal(run("linux-7.0", LFB_MATRIX_FLBS, to, 4, hops), 0);
	assert_int_equal(hops[0].outcome, LFB_MATRIX_FRESH);
	assert_int_equal(hops[1].outcome, LFB_MATRIX_WORKS);
	assert_int_equal(hops[2].outcome, LFB_MATRIX_FRESH);
	assert_int_equal(hops[3].outcome, LFB_MATRIX_WORKS);
	assert_load(&hops[1].arrived, 2, 4, 2);
	assert_load(&hops[3].finished, 2, 4, 2);
	for (int i = 1; i < 4; i++)
		assert_string_equal(hops[i].from, to[i - 1]);
}

static void a_disabled_kernel_sends_nothing(void **state)
{
	for (unsigned int third = 0; third < PROFILES; third++) {
		const char *to[] = { "rfc-v6", profiles[third], profiles[third] };
		struct lfb_matrix_hop hops[3];

		assert_int_equal(run("linux-7.0", LFB_MATRIX_FILE, to, 3, hops), 0);
		assert_int_equal(hops[0].outcome, LFB_MATRIX_DISABLED);
		assert_int_equal(hops[0].error, -ENOENT);
		assert_int_equal(hops[1].outcome, LFB_MATRIX_UNSENT);
		assert_load(&hops[1].sent, 0, 0, 0);
		assert_int_equal(hops[2].outcome, LFB_MATRIX_WORKS);
		assert_load(&hops[2].sent, 1, 1, 0);
	}
}

static void after_a_panic_no_kernel_boots(void **state)
{
	static const char *const to[] = { "linux-7.0", "linux-7.0", "linux-7.3" };
	struct lfb_machine_options options = { .sz = sizeof(options), .profile = "rfc-v6" };
	struct lfb_machine *machine = new_machine(&options);
	struct lfb_matrix_hop hops[3];

	assert_int_equal(lfb_matrix_run(machine, LFB_MATRIX_FILE, to, 3, hops), 0);
	assert_int_equal(hops[0].outcome, LFB_MATRIX_PANIC);
	assert_int_equal(hops[0].error, -EFAULT);
	assert_int_equal(hops[1].outcome, LFB_MATRIX_UNREACHED);
	assert_int_equal(hops[2].outcome, LFB_MATRIX_UNREACHED);
	assert_int_equal(lfb_machine_boots(machine), 2);
	lfb_machine_destroy(machine);
}

static void the_first_hop_of_a_chain_is_the_pair(void **state)
{
	for_each_pair(from, second) {
		for (unsigned int kind = LFB_SLOW ? from % 3 : 0; kind < LFB_MATRIX_KINDS;
		     kind += LFB_SLOW ? 3 : 1) {
			const char *to[] = { profiles[second], profiles[kind % PROFILES] };
			struct lfb_matrix_hop pair, chain[2];

			assert_int_equal(run(profiles[from], kind, to, 1, &pair), 0);
			assert_int_equal(run(profiles[from], kind, to, 2, chain), 0);
			assert_memory_equal(&pair, &chain[0], sizeof(pair));
		}
	}
}

/*
 * The call
 */

static void every_kind_and_outcome_has_its_own_word(void **state)
{
	for (unsigned int i = 0; i < LFB_MATRIX_KINDS; i++) {
		assert_true(strlen(lfb_matrix_kind_about(i)) > 10);
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(lfb_matrix_kind_name(i), lfb_matrix_kind_name(j));
	}
	for (unsigned int i = 0; i < LFB_MATRIX_OUTCOMES; i++) {
		assert_true(strlen(lfb_matrix_outcome_about(i)) > 10);
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(lfb_matrix_outcome_name(i),
						lfb_matrix_outcome_name(j));
	}
	assert_null(lfb_matrix_kind_name(LFB_MATRIX_KINDS));
	assert_null(lfb_matrix_kind_about((enum lfb_matrix_kind)-1));
	assert_null(lfb_matrix_outcome_name(LFB_MATRIX_OUTCOMES));
	assert_null(lfb_matrix_outcome_about((enum lfb_matrix_outcome)-1));
}

static void nonsense_is_refused(void **state)
{
	static const char *const unknown[] = { "reference", "linux-9.9" };
	static const char *const missing[] = { NULL };
	struct lfb_machine *machine = new_machine(NULL);
	struct lfb_matrix_hop hops[2];

	assert_int_equal(lfb_matrix_run(NULL, 0, profiles, 1, hops), -EINVAL);
	assert_int_equal(lfb_matrix_run((void *)hops, 0, profiles, 1, hops), -EINVAL);
	assert_int_equal(lfb_matrix_run(machine, 0, NULL, 1, hops), -EINVAL);
	assert_int_equal(lfb_matrix_run(machine, 0, profiles, 1, NULL), -EINVAL);
	assert_int_equal(lfb_matrix_run(machine, 0, missing, 1, hops), -EINVAL);
	assert_int_equal(lfb_matrix_run(machine, 0, unknown, 2, hops), -EINVAL);
	assert_non_null(strstr(lfb_error_text(machine), "linux-9.9"));
	assert_int_equal(lfb_matrix_run(machine, LFB_MATRIX_KINDS, profiles, 1, hops), -EINVAL);
	assert_int_equal(lfb_matrix_run(machine, 0, NULL, 0, NULL), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_matrix_run(machine, 0, profiles, 1, hops), -EBUSY);
	assert_int_equal(lfb_machine_state(machine), LFB_RUNNING);
	lfb_machine_destroy(machine);
}

static void a_kernel_without_live_update_cannot_begin(void **state)
{
	struct lfb_machine_options no_kho = { .kho_off = true };
	struct lfb_machine_options no_liveupdate = { .liveupdate_off = true };
	struct lfb_matrix_hop hop;

	assert_int_equal(run_with(&no_kho, LFB_MATRIX_FILE, profiles, 1, &hop), -ENOENT);
	assert_int_equal(run_with(&no_liveupdate, LFB_MATRIX_FILE, profiles, 1, &hop), -ENOENT);
}

static void too_little_memory_is_an_error_and_no_limit(void **state)
{
	/* It is a session's first file that finds none: one page less, and it is a session. */
	struct lfb_machine_options options = {
		.profile = "reference", .memory = (1 << 20) + PAGE_SIZE,
	};
	struct lfb_matrix_hop hop;

	assert_int_equal(run_with(&options, LFB_MATRIX_FULL_SESSIONS, &profiles[4], 1, &hop),
			 -ENOMEM);
}

/* Whatever fails, the run ends in an answer, and leaves nothing behind. */
static void a_fault_anywhere_is_answered(void **state)
{
	struct lfb_machine_options options = { .sz = sizeof(options) };
	struct lfb_fault_plan plan = { .sz = sizeof(plan), .kinds = LFB_FAULT_ANY };
	bool seen[LFB_MATRIX_OUTCOMES] = { false };
	struct lfb_matrix_hop hops[2];
	unsigned int refused = 0;

	for_each_pair(from, to) {
		const char *chain[] = { profiles[to], profiles[to] };
		struct lfb_machine *machine;
		bool fired = true;

		options.profile = profiles[from];
		for (plan.nth = 1; fired; plan.nth += LFB_SLOW ? 3 : 1) {
			int err;

			machine = new_machine(&options);
			assert_int_equal(lfb_fault_arm(machine, &plan), 0);
			err = lfb_matrix_run(machine, LFB_MATRIX_FLBS, chain, 2, hops);
			fired = lfb_fault_hits(machine) > 0;
			assert_true(err <= 0);
			assert_int_equal(strlen(lfb_error_text(machine)) > 0, err < 0);
			refused += err < 0;
			for (int i = 0; i < 2 && !err; i++) {
				seen[hops[i].outcome] = true;
				assert_int_equal(strlen(hops[i].reason) == 0,
						 hops[i].outcome == LFB_MATRIX_WORKS ||
						 hops[i].outcome == LFB_MATRIX_UNSENT ||
						 hops[i].outcome == LFB_MATRIX_UNREACHED);
			}
			assert_int_equal(lfb_machine_state(machine), LFB_OFF);
			lfb_machine_destroy(machine);
		}
	}
	assert_true(refused > 0);
	for (unsigned int i = 0; i < LFB_MATRIX_OUTCOMES; i++)
		assert_true(seen[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernels_with_the_same_formats_carry_every_byte),
		cmocka_unit_test(one_changed_byte_is_noticed),
		cmocka_unit_test(a_module_that_knows_no_matrix_sees_the_same),
		cmocka_unit_test(each_kernel_sends_up_to_its_limits),
		cmocka_unit_test(what_does_not_work_says_which_string_met_which),
		cmocka_unit_test(the_calls_and_the_trace_name_both_strings),
		cmocka_unit_test(one_quirk_decides_whether_a_taken_name_kills),
		cmocka_unit_test(a_missing_handler_loses_the_file_or_the_device),
		cmocka_unit_test(a_third_kernel_reads_what_a_fresh_second_one_sends),
		cmocka_unit_test(a_disabled_kernel_sends_nothing),
		cmocka_unit_test(after_a_panic_no_kernel_boots),
		cmocka_unit_test(the_first_hop_of_a_chain_is_the_pair),
		cmocka_unit_test(every_kind_and_outcome_has_its_own_word),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(a_kernel_without_live_update_cannot_begin),
		cmocka_unit_test(too_little_memory_is_an_error_and_no_limit),
		cmocka_unit_test(a_fault_anywhere_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
