// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Trace events and the sentences behind errnos. */
#define _GNU_SOURCE /* strerrorname_np() */
#include "sim/kernel/kernel.h"
#include "tests/support/test.h"

static struct lfb_kernel kernel;

struct seen {
	unsigned int events;
	struct lfb_event last;
	char detail[1024];
};

static void keep(void *context, const struct lfb_event *event)
{
	struct seen *seen = context;

	seen->events++;
	seen->last = *event;
	lfb_event_detail(event, seen->detail, sizeof(seen->detail));
}

static int new_kernel(void **state)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.checks = LFB_CHECKS_OFF;
	return 0;
}

static bool is_complaint(int kind)
{
	return kind == LFB_EVENT_WARN || kind == LFB_EVENT_UNSAFE || kind == LFB_EVENT_BUG ||
	       kind == LFB_EVENT_PANIC;
}

static void every_kind_has_a_name_of_its_own(void **state)
{
	for (int a = 0; a < LFB_EVENT_KINDS; a++) {
		assert_string_not_equal(lfb_event_kind_name(a), "unknown");
		for (int b = 0; b < a; b++)
			assert_string_not_equal(lfb_event_kind_name(a), lfb_event_kind_name(b));
	}
	assert_string_equal(lfb_event_kind_name(LFB_EVENT_CALLBACK), "callback");
	assert_string_equal(lfb_event_kind_name(LFB_EVENT_KINDS), "unknown");
	assert_string_equal(lfb_event_kind_name((enum lfb_event_kind)-1), "unknown");
}

static void without_a_sink_only_complaints_are_counted(void **state)
{
	for (int i = 0; i < LFB_HAPPENINGS_NR; i++) {
		enum lfb_event_kind kind = lfb__event_rows[i].kind;
		unsigned long counted = is_complaint(kind) || kind >= LFB_EVENT_FAULT;

		lfb__say(&kernel, i, "subject", "detail");
		assert_int_equal(kernel.trace.count[kind], counted);
	}
	assert_int_equal(kernel.trace.number, 0);
}

static void the_newest_complaint_is_kept(void **state)
{
	struct seen seen = { 0 };

	for (int sink = 0; sink < 2; sink++) {
		kernel.trace.sink = sink ? keep : NULL;
		kernel.trace.context = &seen;
		for (int i = 0; i < LFB_HAPPENINGS_NR; i++) {
			bool kept = is_complaint(lfb__event_rows[i].kind);

			strcpy(kernel.trace.complaint, "older");
			lfb__say(&kernel, i, "file-1", "twice by %s", "vm");
			assert_string_equal(kernel.trace.complaint,
					    kept ? "file-1: twice by vm" : "older");
		}
	}
}

static void the_sink_sees_each_event_once_in_order(void **state)
{
	struct seen seen = { 0 };

	kernel.boot_number = 3;
	kernel.operation = 7;
	lfb__event(&kernel, LUO_READY, .count = 1);
	kernel.trace.sink = keep;
	kernel.trace.fine = true;
	kernel.trace.context = &seen;
	for (unsigned int i = 1; i <= 2 * LFB_HAPPENINGS_NR; i++) {
		enum lfb_happening happening = i % LFB_HAPPENINGS_NR;
		struct lfb_event event = { .happening = happening, .count = i, .result = -ENOENT };

		lfb__event_tell(&kernel, &event);
		assert_int_equal(seen.events, i);
		assert_int_equal(seen.last.number, i);
		assert_int_equal(seen.last.operation, 7);
		assert_string_equal(seen.last.doing, "");
		assert_string_equal(seen.last.task, "nobody");
		assert_int_equal(seen.last.boot, 3);
		assert_int_equal(seen.last.happening, happening);
		assert_int_equal(seen.last.kind, lfb__event_rows[happening].kind);
		assert_true(seen.last.has_result == (lfb__event_rows[happening].how & LFB_RESULT));
		assert_int_equal(seen.last.count, i);
	}
}

/* A field is there, spelt as in the structure, for each brace of the table. */
static void every_text_is_made_of_fields(void **state)
{
	static const struct lfb_event all = {
		.task = "T", .session = "T", .handler = "T", .flb = "T", .module = "T",
		.lock = "T", .subtree = "T", .profile = "T", .next_profile = "T", .reason = "T",
		.where = "T", .message = "T",
	};
	char text[256];

	for (int i = 0; i < LFB_HAPPENINGS_NR; i++) {
		struct lfb_event event = all;

		event.happening = i;
		assert_true(lfb_event_subject(&event, text, sizeof(text)) > 0);
		assert_null(strchr(text, '}'));
		lfb_event_detail(&event, text, sizeof(text));
		assert_null(strchr(text, '}'));
		assert_true(!*text || !strchr("= ", text[strlen(text) - 1]));
		assert_null(strstr(text, "= "));
		assert_null(strchr(lfb_event_action(&event), '{'));
		event = (struct lfb_event){ .happening = i };
		lfb_event_format(&event, text, sizeof(text));
	}
}

static void detail_is_one_bounded_line(void **state)
{
	struct seen seen = { 0 };
	char text[4096];

	kernel.trace.sink = keep;
	kernel.trace.context = &seen;
	lfb__say(&kernel, LFB_DID_PRINTED, "info", "hello\n\n");
	assert_string_equal(seen.detail, "hello");
	lfb__say(&kernel, LFB_DID_PRINTED, "info", "\n");
	assert_string_equal(seen.detail, "");

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	lfb__say(&kernel, LFB_DID_WARNED, text, "%s", text);
	assert_int_equal(strlen(seen.detail), 511);
	assert_int_equal(strlen(kernel.trace.complaint), sizeof(kernel.trace.complaint) - 1);
}

static void unsafe_is_a_complaint_about_its_subject(void **state)
{
	lfb__unsafe_as(&kernel, LFB_FINDING_MEM_USE_AFTER_FREE, "flb-0-v1", "restored %d times", 2);
	assert_int_equal(kernel.trace.count[LFB_EVENT_UNSAFE], 1);
	assert_string_equal(kernel.trace.complaint, "flb-0-v1: restored 2 times");
}

/* The C library knows the same names where its numbers are the kernel's. */
static void errnos_have_the_kernels_names(void **state)
{
	(void)state;
	for (int error = -1; error <= MAX_ERRNO; error++) {
		const char *name = error == ENOTSUPP	? "ENOTSUPP" :
				   error == ENOIOCTLCMD ? "ENOIOCTLCMD" :
				   error == 0		? NULL :
							  strerrorname_np(error);

		if (!name) {
			assert_null(lfb_errno_name(-error));
			assert_int_equal(lfb__host_error(error), -EIO);
			continue;
		}
		assert_string_equal(lfb_errno_name(-error), name);
		if (error <= EHWPOISON)
			assert_int_equal(lfb__host_error(error), -error);
	}
}

static void lines_have_fixed_columns(void **state)
{
	static const struct {
		struct lfb_event event;
		const char *line;
	} cases[] = {
		{ { .number = 1, .happening = LFB_DID_SWITCHED_OFF },
		  "    1 k0 boot     kernel                       off" },
		{ { .number = 12, .boot = 1, .happening = LFB_DID_FLB_PRESERVE, .flb = "flb-0-v1",
		    .handle = 0x1000, .has_result = true },
		  "   12 k1 callback flb flb-0-v1                 preserve         data=0x1000 "
		  "-> 0" },
		{ { .number = 123456, .boot = 1, .happening = LFB_DID_AGENT_PRESERVE, .task = "vm",
		    .fd = -1, .token = 7, .has_result = true, .result = -EEXIST },
		  "123456 k1 agent    vm                           preserve         fd=-1 token=7 "
		  "-> -EEXIST" },
		{ { .number = 2, .happening = LFB_DID_KHO_PRESERVE_FOLIO, .order = 3,
		    .has_result = true, .result = -ENOTSUPP },
		  "    2 k0 kho      kho                          preserve-folio   phys=0x0 "
		  "order=3 -> -ENOTSUPP" },
		{ { .number = 2, .happening = LFB_DID_AGENT_OPEN, .has_result = true, .result = 3 },
		  "    2 k0 agent    without a name               open             -> 3" },
		{ { .number = 2, .happening = LFB_DID_AGENT_OPEN, .task = "a", .has_result = true,
		    .result = -3000 },
		  "    2 k0 agent    a                            open             -> -3000" },
		{ { .number = 2, .happening = LFB_DID_AGENT_OPEN, .task = "a", .has_result = true,
		    .result = -5000 },
		  "    2 k0 agent    a                            open             -> -5000" },
		{ { .number = 3, .happening = LFB_DID_PRINTED, .where = "a\033[2J",
		    .message = "c\177d\ne" },
		  "    3 k0 printk   a?[2J                        print            c?d?e" },
		{ { .number = 3, .happening = LFB_DID_FOUND, .finding = LFB_FINDING_MEM_OVERRUN,
		    .where = "slab" },
		  "    3 k0 finding  slab                         LFB-MEM-OVERRUN  "
		  "without a name" },
		{ { .number = 4, .happening = LFB_HAPPENINGS_NR },
		  "    4 k0 unknown  unknown                      unknown" },
	};
	char line[256];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(lfb_event_format(&cases[i].event, line, sizeof(line)),
				 strlen(cases[i].line));
		assert_string_equal(line, cases[i].line);
	}
}

static void a_line_is_cut_to_any_size(void **state)
{
	struct lfb_event event = {
		.number = 1,
		.happening = LFB_DID_AGENT_CREATE,
		.task = "vm\n",
		.session = "s",
		.has_result = true,
		.result = -ENOMEM,
	};
	char whole[256];
	size_t length;

	length = lfb_event_format(&event, whole, sizeof(whole));
	assert_int_equal(lfb_event_format(&event, NULL, 0), length);
	for (size_t size = 1; size <= length + 2; size++) {
		char *line = malloc(size);

		assert_int_equal(lfb_event_format(&event, line, size), length);
		assert_int_equal(strlen(line), size - 1 < length ? size - 1 : length);
		assert_memory_equal(line, whole, strlen(line));
		free(line);
	}
}

static void a_failed_call_leaves_its_reason(void **state)
{
	assert_int_equal(lfb__fail(&kernel, -EINVAL, "memory size %d is odd", 3), -EINVAL);
	assert_int_equal(lfb__fail(NULL, -ENOMEM, "no memory for a machine"), -ENOMEM);
	assert_string_equal(lfb__fail_text(&kernel), "memory size 3 is odd");
	assert_string_equal(lfb__fail_text(NULL), "no memory for a machine");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_a_name_of_its_own),
		cmocka_unit_test_setup(without_a_sink_only_complaints_are_counted,
				       new_kernel),
		cmocka_unit_test_setup(the_newest_complaint_is_kept, new_kernel),
		cmocka_unit_test_setup(the_sink_sees_each_event_once_in_order, new_kernel),
		cmocka_unit_test(every_text_is_made_of_fields),
		cmocka_unit_test_setup(detail_is_one_bounded_line, new_kernel),
		cmocka_unit_test_setup(unsafe_is_a_complaint_about_its_subject, new_kernel),
		cmocka_unit_test(errnos_have_the_kernels_names),
		cmocka_unit_test(lines_have_fixed_columns),
		cmocka_unit_test(a_line_is_cut_to_any_size),
		cmocka_unit_test_setup(a_failed_call_leaves_its_reason, new_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
