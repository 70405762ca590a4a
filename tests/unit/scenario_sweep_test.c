// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The sweep of scenarios: under the reference profile no failure of any step of any scenario there
 * is leaves the kernel half done; and known defects, switched on, are found by it.
 */
#include <glob.h>

#include <luo/lfb.h>

#include "tests/support/test.h"

#define SMALL 64	/* fault points up to which pairs are tried … */
#define SMALL_EXAMPLE 120	/* … and of examples, which are few */
#define LARGE 600	/* fault points that take too long in slow builds */

static struct lfb_machine *new_machine(const char *profile, const char *quirk)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = LFB_MEMORY_FIXED,
		.profile = profile,
		.quirks_on = quirk,
		/* Examples update into kernels that have it, and a sweep names it. */
		.quirks_off = "PRESERVE_EFAULT_KEEPS",
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	return machine;
}

static struct lfb_scenario *parse(const char *text)
{
	struct lfb_scenario *scenario;

	if (lfb_scenario_parse("test", text, strlen(text), &scenario))
		fail_msg("%s", lfb_error_text(NULL));
	return scenario;
}

/* What a sweep writes. */
struct output {
	char text[16384];
	size_t length;
};

static int keep(void *context, const char *bytes, size_t size)
{
	struct output *output = context;

	if (size > sizeof(output->text) - 1 - output->length)
		size = sizeof(output->text) - 1 - output->length;
	memcpy(output->text + output->length, bytes, size);
	output->length += size;
	return 0;
}

/*
 * Everything there is
 */

static unsigned long count_points(const struct lfb_sweep_result *result)
{
	unsigned long points = 0;

	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++)
		points += result->points[kind];
	return points;
}

struct total {
	unsigned long files;
	unsigned long points;
	unsigned long runs;
	unsigned long paired;	/* files */
};

static bool is_large(struct lfb_machine *machine, const struct lfb_scenario *scenario)
{
	struct lfb_sweep_options plain = { .sz = sizeof(plain), .only = "none" };
	struct lfb_sweep_result result = { .sz = sizeof(result) };

	return !lfb_scenario_sweep(scenario, machine, &plain, &result) &&
	       count_points(&result) > LARGE;
}

static void sweep_file(struct lfb_machine *machine, const char *path, unsigned int pairs_max,
		       struct total *total)
{
	struct lfb_sweep_options options = {
		.sz = sizeof(options),
		.pairs = true,
		.pairs_max = pairs_max,
	};
	struct lfb_sweep_result result = { .sz = sizeof(result) };
	struct lfb_scenario *scenario;
	int err;

	assert_int_equal(lfb_scenario_load(path, &scenario), 0);
	if (LFB_SLOW && is_large(machine, scenario)) {
		print_message("%s: left to faster builds\n", path);
		lfb_scenario_free(scenario);
		return;
	}
	err = lfb_scenario_sweep(scenario, machine, &options, &result);
	lfb_scenario_free(scenario);
	if (err && strstr(lfb_error_text(machine), "arms its own fault plans")) {
		print_message("%s: shows a failure itself\n", path);
		return;
	}
	if (err)
		fail_msg("%s", lfb_error_text(machine));
	if (result.violations)
		fail_msg("%s (case %s)", result.first, result.first_case);
	assert_int_equal(result.runs, result.absorbed + result.reported + result.remembered);
	/* Once and for good; and for good all together, where there are several kinds. */
	assert_true(result.runs >= 2 * count_points(&result));
	total->files++;
	total->points += count_points(&result);
	total->runs += result.runs;
	total->paired += result.paired;
}

static void sweep_files(const char *pattern, unsigned int pairs_max)
{
	struct lfb_machine *machine = new_machine("reference", NULL);
	struct total total = { 0 };
	glob_t files;

	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	/* In slow builds every tenth of the many that are much alike. */
	for (size_t i = 0; i < files.gl_pathc; i += LFB_SLOW && files.gl_pathc > 50 ? 10 : 1)
		sweep_file(machine, files.gl_pathv[i], pairs_max, &total);
	globfree(&files);
	lfb_machine_destroy(machine);
	print_message("%lu scenarios, %lu fault points, %lu runs, %lu scenarios with pairs\n",
		      total.files, total.points, total.runs, total.paired);
}

static void no_golden_scenario_is_left_half_done(void **state)
{
	/* The others are about mistakes, which a sweep names. */
	sweep_files(LFB_TEST_DATA "/golden/*/00*.ops", SMALL);
	sweep_files(LFB_TEST_DATA "/golden/wire/*.ops", SMALL);
}

static void no_example_is_left_half_done(void **state)
{
	sweep_files(LFB_TEST_DATA "/../../examples/scenarios/*.lfb", SMALL_EXAMPLE);
	sweep_files(LFB_TEST_DATA "/../../examples/defects/*.lfb", SMALL_EXAMPLE);
}

/*
 * What it must find
 */

static const char two_files[] =
	"handler 0\nhandler 1\nflb 0 0\nflb 1 0\nopen\nsession a\npreserve a 1 0 1\n"
	"preserve a 2 1 2\nreboot\n"
	"handler 0\nhandler 1\nflb 0 0\nflb 1 0\ngetin 0\nopen\nrsession a\nretrieve a 1\n"
	"retrieve a 2\nclose a\n";

static void check_quirk(const char *quirk, const char *scenario_text, const char *what)
{
	struct lfb_scenario *scenario = parse(scenario_text);
	struct output output = { .length = 0 };
	struct lfb_sweep_options options = {
		.sz = sizeof(options),
		.write = keep,
		.context = &output,
		.violations_max = 1000,
	};
	struct lfb_sweep_result result = { .sz = sizeof(result) };
	struct lfb_machine *machine = new_machine(NULL, NULL);

	assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, &result), 0);
	if (result.violations)
		fail_msg("without %s: %s", quirk, result.first);
	lfb_machine_destroy(machine);
	machine = new_machine(NULL, quirk);
	assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, &result), 0);
	lfb_machine_destroy(machine);
	lfb_scenario_free(scenario);
	if (!result.violations)
		fail_msg("%s was not found", quirk);
	if (!strstr(output.text, what))
		fail_msg("%s: expected \"%s\" in:\n%s", quirk, what, output.text);
}

static void known_defects_are_found(void **state)
{
	static const struct {
		const char *quirk;
		const char *what;
	} quirks[] = {
		{ "FILE_FLB_LEAK_ON_ENOMEM",
		  "test:7: preserve a 1 0 1: kmalloc failed (alloc): it answered -12 and left "
		  "something behind: flb flb-0-v1: count 1, was 0" },
		{ "FILE_UNFREEZE_CLEARS_DATA",
		  "token 1: its handle is 0x0, which its handler never said" },
		{ "FILE_RETRIEVE_RETRIED", "test:17: retrieve a 1: answered -5, which is to be "
		  "remembered, but asked again 0" },
		{ "FLB_RETRIEVE_RETRIED", "test:14: getin 0: answered -5, which is to be "
		  "remembered, but asked again 0" },
		{ "SESSION_DESERIALIZE_NOT_LATCHED", "test:15: open: kmalloc failed (alloc): it "
		  "answered -5 and left something behind" },
		{ "SESSION_STUCK_AFTER_FAILED_CLOSE", "test:19: close a: handler-0-v1 failed "
		  "(file-can-finish): it answered 0, but it is half done" },
	};

	for (size_t i = 0; i < sizeof(quirks) / sizeof(quirks[0]); i++)
		check_quirk(quirks[i].quirk, two_files, quirks[i].what);
}

/*
 * A handler's retrieve asks for its FLB, which is retrieved then and stays so, whatever fails
 * afterwards. %s: what else the module does, and what it forgets.
 */
static unsigned long violations_asking(const char *more)
{
	static const char asks[] =
		"when flb 0 preserve kho a 4096\nwhen flb 0 preserve data a\n"
		"when flb 0 unpreserve kho-unpreserve-free a\nwhen flb 0 retrieve take b\n"
		"when flb 0 retrieve kmalloc o 64\nwhen flb 0 retrieve obj o\n"
		"when flb 0 finish take-obj o\nwhen flb 0 finish kfree o\n"
		"when flb 0 finish kho-restore-free b\n"
		"when h 0 retrieve get-incoming 0 o\n%s"
		"when h 0 retrieve kmalloc p 64\nwhen h 0 retrieve kfree p\n"
		"handler 0\nflb 0 0\nopen\nsession a\npreserve a 1 0 1\npreserve a 2 0 2\n"
		"reboot\nhandler 0\nflb 0 0\nopen\nrsession a\nretrieve a 1\nretrieve a 2\n"
		"finish a\nclose a\n";
	struct lfb_sweep_options options = { .sz = sizeof(options), .pairs = true };
	struct lfb_sweep_result result = { .sz = sizeof(result) };
	struct lfb_machine *machine = new_machine("reference", NULL);
	struct lfb_scenario *scenario;
	char text[1024];

	snprintf(text, sizeof(text), asks, more);
	scenario = parse(text);
	if (lfb_scenario_sweep(scenario, machine, &options, &result))
		fail_msg("%s", lfb_error_text(machine));
	if (result.violations)
		print_message("%s (case %s)\n", result.first, result.first_case);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
	return result.violations;
}

static void who_asks_for_an_flb_and_fails_leaves_it_retrieved(void **state)
{
	assert_int_equal(violations_asking("when h 0 retrieve put-incoming 0\n"), 0);
	/* The reference stays when the rest fails. */
	assert_true(violations_asking("when h 0 retrieve no-unwind\n"
				      "when h 0 finish put-incoming 0\n") > 0);
	/* And so does an object. */
	assert_true(violations_asking("when h 0 retrieve put-incoming 0\n"
				      "when h 0 retrieve no-unwind\n"
				      "when h 0 retrieve kmalloc q 64\n"
				      "when h 0 retrieve kmalloc r 64\n"
				      "when h 0 retrieve kfree r\n"
				      "when h 0 retrieve kfree q\n") > 0);
}

/* A file that is preserved, handed over, and preserved again; %s: what its handler says it is. */
static const char identified[] =
	"identity 0 %s\nhandler 0\nflb 0 0\nopen\nsession a\npreserve a 1 0 1\nreboot\n"
	"handler 0\nflb 0 0\nopen\nrsession a\nretrieve a 1 as 7\nfinish a\nsession b\n"
	"again b 1 7\nclose b\nclose a\n";

static unsigned long violations_of(const char *text, const char *quirk)
{
	struct lfb_sweep_options options = { .sz = sizeof(options) };
	struct lfb_sweep_result result = { .sz = sizeof(result) };
	struct lfb_machine *machine = new_machine("reference", quirk);
	struct lfb_scenario *scenario = parse(text);

	if (lfb_scenario_sweep(scenario, machine, &options, &result))
		fail_msg("%s", lfb_error_text(machine));
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
	return result.violations;
}

static void what_identifies_a_file_is_swept(void **state)
{
	static const struct {
		const char *identity, *quirk;
		bool found;
	} sweeps[] = {
		{ "inode", NULL, false }, { "5", NULL, false }, { "changing", NULL, false },
		/* What a file was kept under stays when its preserve fails. */
		{ "inode", "FILE_GET_ID_CHANGES", false },
		{ "changing", "FILE_GET_ID_CHANGES", true },
		/* It is kept under nothing. */
		{ "inode", "FILE_ENTRY_LOST_ON_ENOMEM", true },
	};
	char text[512];

	for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++) {
		snprintf(text, sizeof(text), identified, sweeps[i].identity);
		if (!violations_of(text, sweeps[i].quirk) == sweeps[i].found)
			fail_msg("identity %s with %s", sweeps[i].identity, sweeps[i].quirk);
	}
}

/*
 * In the kernel that is given nothing a module is as new. %s: what else its preserve does there;
 * the last half of it fails like any other.
 */
static void what_a_kernel_without_handover_does_is_swept(void **state)
{
	static const char given_nothing[] =
		"handler 0\nflb 0 0\nopen\nsession a\npreserve a 1 0 1\nreboot without handover\n"
		"when flb 0 preserve kmalloc p 64\nwhen flb 0 preserve kmalloc q 64\n"
		"when flb 0 preserve kfree q\nwhen flb 0 unpreserve kfree p\n%s"
		"handler 0\nflb 0 0\nopen\nrsession a\ngetin 0\nsession a\npreserve a 1 0 1\n"
		"close a\n";
	char text[512];

	snprintf(text, sizeof(text), given_nothing, "");
	assert_int_equal(violations_of(text, NULL), 0);
	snprintf(text, sizeof(text), given_nothing, "when flb 0 preserve no-unwind\n");
	assert_true(violations_of(text, NULL) > 0);
}

/* A violation can be run again by what its line says, and then shows all that happened. */
static void a_violation_says_what_replays_it(void **state)
{
	struct lfb_scenario *scenario = parse(two_files);
	struct lfb_machine *machine = new_machine(NULL, "FILE_FLB_LEAK_ON_ENOMEM");
	struct output output = { .length = 0 };
	struct lfb_sweep_options options = {
		.sz = sizeof(options),
		.violations_max = 1,
		.write = keep,
		.context = &output,
		.replay = "lfb sweep --quirk +X",
		.replay_file = "test",
	};
	struct lfb_sweep_result all = { .sz = sizeof(all) }, one = { .sz = sizeof(one) };
	char line[160];

	assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, &all), 0);
	assert_int_equal(all.violations, 1);
	snprintf(line, sizeof(line), "\n    lfb sweep --quirk +X --case %s test\n",
		 all.first_case);
	assert_non_null(strstr(output.text, line));
	output.length = 0;
	options.only = all.first_case;
	assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, &one), 0);
	assert_int_equal(one.runs, 1);
	assert_int_equal(one.violations, 1);
	assert_string_equal(one.first, all.first);
	assert_non_null(strstr(output.text, "> test:7: preserve a 1 0 1 = -12\n"));
	assert_non_null(strstr(output.text, "kmalloc                      fail"));
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

static void twice_the_same_is_swept_the_same(void **state)
{
	struct lfb_scenario *scenario = parse(two_files);
	struct lfb_machine *machine = new_machine("linux-7.0", NULL);
	struct output first = { .length = 0 }, second = { .length = 0 };
	struct lfb_sweep_options options = { .sz = sizeof(options), .write = keep };
	struct lfb_sweep_result a = { .sz = sizeof(a) }, b = { .sz = sizeof(b) };

	options.context = &first;
	assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, &a), 0);
	options.context = &second;
	assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, &b), 0);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_true(first.length > 0);
	assert_string_equal(first.text, second.text);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

/*
 * What is asked for
 */

static void check_refused(const struct lfb_scenario *scenario, struct lfb_machine *machine,
			  const struct lfb_sweep_options *options, const char *why)
{
	assert_int_equal(lfb_scenario_sweep(scenario, machine, options, NULL), -EINVAL);
	if (!strstr(lfb_error_text(machine), why))
		fail_msg("expected \"%s\": %s", why, lfb_error_text(machine));
}

static void what_is_no_case_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "alloc", "alloc:", "alloc:0", "alloc:-1", "alloc:1:", "alloc:1:1", "alloc:2:1",
		"alloc:1:2:3", "alloc:1:never", "alloc+:1", "+:1", ":1", "none:1", "any+alloc:1",
		"alloc:99999999999999999999", "alloc:1 ", "ALLOC:1",
	};
	static const char *const good[] = { "alloc:1", "any:1:forever", "kho+alloc:1:2", "none" };
	struct lfb_scenario *scenario = parse("open\nsession a\n");
	struct lfb_machine *machine = new_machine(NULL, NULL);
	struct lfb_sweep_options options = { .sz = sizeof(options) };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		options.only = bad[i];
		check_refused(scenario, machine, &options, "is no case");
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		options.only = good[i];
		assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, NULL), 0);
	}
	options.only = "alloc:1000";
	check_refused(scenario, machine, &options, "no point for case alloc:1000");
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

static void what_cannot_be_swept_is_refused(void **state)
{
	struct lfb_scenario *scenario = parse("open\nfault alloc 1\n");
	struct lfb_machine *machine = new_machine(NULL, NULL);
	struct lfb_sweep_options options = { .sz = sizeof(options) };
	struct lfb_sweep_result result = { .sz = 1 };

	check_refused(scenario, machine, &options, "test:2: a sweep arms its own");
	lfb_scenario_free(scenario);
	scenario = parse("open = -5\n");
	assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, NULL), -EILSEQ);
	lfb_scenario_free(scenario);
	scenario = parse("open\n");
	assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, &result), -EINVAL);
	options.kinds = 1u << LFB_FAULT_KINDS;
	check_refused(scenario, machine, &options, "unknown kinds");
	options = (struct lfb_sweep_options){ .sz = 1 };
	check_refused(scenario, machine, &options, "sz");
	assert_int_equal(lfb_scenario_sweep(NULL, machine, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_scenario_sweep(scenario, NULL, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_scenario_sweep(scenario, machine, NULL, NULL), -EBUSY);
	assert_int_equal(lfb_sweep(machine, NULL, NULL, NULL, NULL), -EINVAL);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

static bool is_kmalloc(void *context, enum lfb_fault_kind kind, const char *where)
{
	++*(unsigned int *)context;
	return kind == LFB_FAULT_ALLOC && !strcmp(where, "kmalloc");
}

/* Only where nobody reported it; a declaration does not excuse what is half done. */
static void points_are_declared_harmless_only_where_needed(void **state)
{
	struct lfb_scenario *scenario = parse(two_files);
	unsigned int asked = 0;
	struct lfb_sweep_options options = {
		.sz = sizeof(options),
		.harmless = is_kmalloc,
		.context = &asked,
	};
	struct lfb_sweep_result result = { .sz = sizeof(result) };
	struct lfb_machine *machine = new_machine(NULL, NULL);

	assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, &result), 0);
	assert_int_equal(result.harmless, 0);
	assert_int_equal(asked, 0);
	lfb_machine_destroy(machine);
	machine = new_machine(NULL, "FILE_FLB_LEAK_ON_ENOMEM");
	assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, &result), 0);
	assert_true(result.violations > 0);
	assert_true(asked > 0);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

static void the_kinds_and_modes_asked_for_are_swept(void **state)
{
	struct lfb_scenario *scenario = parse(two_files);
	struct lfb_machine *machine = new_machine(NULL, NULL);
	struct lfb_sweep_options options = { .sz = sizeof(options), .mode = LFB_SWEEP_ONCE };
	struct lfb_sweep_result all = { .sz = sizeof(all) }, some = { .sz = sizeof(some) };

	assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, &all), 0);
	assert_int_equal(all.runs, count_points(&all));
	options.kinds = 1u << LFB_FAULT_KHO | 1u << LFB_FAULT_FLB_RETRIEVE;
	assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, &some), 0);
	assert_int_equal(some.runs, all.points[LFB_FAULT_KHO] +
					   all.points[LFB_FAULT_FLB_RETRIEVE]);
	options.mode = LFB_SWEEP_BOTH;
	assert_int_equal(lfb_scenario_sweep(scenario, machine, &options, &some), 0);
	assert_int_equal(some.runs, 3 * count_points(&some));
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_golden_scenario_is_left_half_done),
		cmocka_unit_test(no_example_is_left_half_done),
		cmocka_unit_test(known_defects_are_found),
		cmocka_unit_test(who_asks_for_an_flb_and_fails_leaves_it_retrieved),
		cmocka_unit_test(what_identifies_a_file_is_swept),
		cmocka_unit_test(what_a_kernel_without_handover_does_is_swept),
		cmocka_unit_test(a_violation_says_what_replays_it),
		cmocka_unit_test(twice_the_same_is_swept_the_same),
		cmocka_unit_test(what_is_no_case_is_refused),
		cmocka_unit_test(what_cannot_be_swept_is_refused),
		cmocka_unit_test(points_are_declared_harmless_only_where_needed),
		cmocka_unit_test(the_kinds_and_modes_asked_for_are_swept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
