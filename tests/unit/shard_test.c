// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Shards of sweeps, searches and comparisons, from C: each part of the work is in one of them, and
 * what one says of it is what the whole says. tests/scripts/shard_test.sh puts them together.
 */
#include <luo/lfb.h>

#include "tests/support/test.h"

#define SHARDS_MAX 7
#define NOTED_MAX 4096

/* What was told, a line each; of a sweep with its point, of a comparison with its scenario. */
struct noted {
	unsigned long number;
	char *line;
};

struct notes {
	struct noted list[NOTED_MAX];
	size_t count;
};

static void note(struct notes *notes, unsigned long number, const char *line)
{
	assert_true(notes->count < NOTED_MAX);
	notes->list[notes->count++] = (struct noted){ number, strdup(line) };
}

static void forget(struct notes *notes)
{
	while (notes->count)
		free(notes->list[--notes->count].line);
}

/* Of those whose line begins so. */
static unsigned long count_of(const struct notes *notes, char begin)
{
	unsigned long count = 0;

	for (size_t i = 0; i < notes->count; i++)
		count += notes->list[i].line[0] == begin;
	return count;
}

/*
 * In their order, the shards have what the whole has: @number % @shards is which one has it, where
 * numbers begin at @first; what is before that is in each.
 */
static void assert_shared_out(const struct notes *whole, const struct notes *parts,
			      unsigned int shards, unsigned long first)
{
	size_t at[SHARDS_MAX] = { 0 };

	for (size_t i = 0; i < whole->count; i++) {
		const unsigned long number = whole->list[i].number;

		for (unsigned int s = 0; s < shards; s++) {
			const struct noted *noted = &parts[s].list[at[s]];

			if (number >= first && (number - first) % shards != s)
				continue;
			assert_true(at[s]++ < parts[s].count);
			assert_int_equal(noted->number, number);
			assert_string_equal(noted->line, whole->list[i].line);
		}
	}
	for (unsigned int s = 0; s < shards; s++)
		assert_int_equal(at[s], parts[s].count);
}

static void assert_refused(struct lfb_machine *machine, int err, const char *why)
{
	assert_int_equal(err, -EINVAL);
	assert_string_equal(lfb_error_text(machine), why);
}

static struct lfb_scenario *parse(const char *text)
{
	struct lfb_scenario *scenario;

	assert_int_equal(lfb_scenario_parse("it", text, strlen(text), &scenario), 0);
	return scenario;
}

/* Sweeps */

static void note_ran(void *context, const struct lfb_sweep_ran *ran)
{
	char line[1024];

	assert_int_equal(ran->sz, sizeof(*ran));
	/* What is a violation has a name, and nothing else has. */
	assert_int_equal(ran->outcome == 'v', ran->name != NULL);
	assert_int_equal(ran->outcome == 'v', ran->what != NULL);
	assert_int_equal(ran->outcome == 'v', ran->findings != NULL);
	snprintf(line, sizeof(line), "%c %s %s", ran->outcome, ran->name ? ran->name : "",
		 ran->what ? ran->what : "");
	note(context, ran->point, line);
}

/* @why: the sentence with which it is refused; NULL: it is not. */
static void sweep_as(const struct lfb_scenario *scenario, const char *quirks,
		     struct lfb_sweep_options how, struct lfb_sweep_result *result, const char *why)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = LFB_MEMORY_FIXED,
		.quirks_on = quirks,
	};
	struct lfb_machine *machine;
	int err;

	how.sz = sizeof(how);
	result->sz = sizeof(*result);
	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	err = lfb_scenario_sweep(scenario, machine, &how, result);
	if (why)
		assert_refused(machine, err, why);
	else
		assert_int_equal(err, 0);
	lfb_machine_destroy(machine);
}

static void sweep_in_shards(const char *text, const char *quirks, bool pairs)
{
	static struct notes whole, parts[SHARDS_MAX];
	struct lfb_scenario *scenario = parse(text);
	struct lfb_sweep_options how = {
		.pairs = pairs,
		.violations_max = NOTED_MAX,
		.ran = note_ran,
		.context = &whole,
	};
	struct lfb_sweep_result all = { 0 }, result;

	sweep_as(scenario, quirks, how, &all, NULL);
	assert_int_equal(count_of(&whole, 'a'), all.absorbed);
	assert_int_equal(count_of(&whole, 'r'), all.reported);
	assert_int_equal(count_of(&whole, 'h'), all.harmless);
	assert_int_equal(count_of(&whole, 'v'), all.violations);
	for (unsigned int shards = 1; shards <= SHARDS_MAX; shards++) {
		unsigned long runs = 0;

		for (unsigned int i = 0; i < shards; i++) {
			how.context = &parts[i];
			how.shard = i + 1;
			how.shards = shards;
			sweep_as(scenario, quirks, how, &result, NULL);
			assert_memory_equal(result.points, all.points, sizeof(all.points));
			runs += result.runs;
		}
		assert_int_equal(runs, all.runs);
		assert_shared_out(&whole, parts, shards, 1);
		for (unsigned int i = 0; i < shards; i++)
			forget(&parts[i]);
	}
	printf("%s%s: %lu runs, %lu violations, 1 to %d shards\n", quirks ? quirks : "no quirk",
	       pairs ? ", pairs" : "", all.runs, all.violations, SHARDS_MAX);
	forget(&whole);
	lfb_scenario_free(scenario);
}

static const char life[] = "handler 0\nflb 0 0\nopen\nsession a\npreserve a 0 0 0\nclose a\n";

static void each_case_of_a_sweep_is_in_one_shard(void **state)
{
	sweep_in_shards(life, NULL, false);
	sweep_in_shards(life, "FILE_FLB_LEAK_ON_ENOMEM", false);
	sweep_in_shards("handler 0\nopen\nsession a\n", NULL, true);
}

static void there_is_no_shard_beyond_the_last_nor_before_the_first(void **state)
{
	static const struct { unsigned int shard, shards; const char *why; } wrong[] = {
		{ 0, 3, "there is no shard 0 of 3" },
		{ 4, 3, "there is no shard 4 of 3" },
		{ 1, 0, "there is no shard 1 of 0" },
	};
	struct lfb_scenario *scenario = parse(life);
	const struct lfb_machine_options options = { .sz = sizeof(options) };
	const struct lfb_compare_kernel kernel = {
		.sz = sizeof(kernel), .name = "one", .machine = &options,
	};
	const struct lfb_compare_kernel kernels[] = { kernel, kernel };
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const unsigned int shard = wrong[i].shard, shards = wrong[i].shards;
		const struct lfb_sweep_options sweep = { .shard = shard, .shards = shards };
		const struct lfb_exhaust_options exhaust = {
			.sz = sizeof(exhaust), .length = 1, .shard = shard, .shards = shards,
		};
		const struct lfb_compare_options compare = {
			.sz = sizeof(compare), .generate = 1, .shard = shard, .shards = shards,
		};
		const struct lfb_exhaust_module_options module = {
			.sz = sizeof(module), .length = 1, .shard = shard, .shards = shards,
		};
		const struct lfb_exhaust_modules modules = {
			.sz = sizeof(modules), .length = 1, .shard = shard, .shards = shards,
		};
		struct lfb_exhaust_result searched = { .sz = sizeof(searched) };
		struct lfb_exhaust_module_result tried = { .sz = sizeof(tried) };
		struct lfb_exhaust_modules_result done = { .sz = sizeof(done) };
		struct lfb_sweep_result swept;

		sweep_as(scenario, NULL, sweep, &swept, wrong[i].why);
		assert_refused(NULL, lfb_exhaust(&exhaust, &searched), wrong[i].why);
		assert_refused(NULL, lfb_exhaust_module(scenario, machine, &module, &tried),
			       wrong[i].why);
		assert_refused(NULL, lfb_exhaust_modules(NULL, &modules, NULL, &done),
			       wrong[i].why);
		assert_refused(NULL, lfb_compare(kernels, 2, &compare, NULL), wrong[i].why);
	}
	lfb_machine_destroy(machine);
	lfb_scenario_free(scenario);
}

static void one_case_of_a_sweep_has_no_shards(void **state)
{
	struct lfb_scenario *scenario = parse(life);
	const struct lfb_sweep_options how = { .only = "none", .shard = 1, .shards = 1 };
	struct lfb_sweep_result result;

	sweep_as(scenario, NULL, how, &result, "one case has no shards");
	lfb_scenario_free(scenario);
}

/* Searches */

static struct lfb_exhaust_result search(struct lfb_exhaust_options options)
{
	struct lfb_exhaust_result result = { .sz = sizeof(result) };

	options.sz = sizeof(options);
	options.jobs = 1;
	if (lfb_exhaust(&options, &result))
		fail_msg("%s", lfb_error_text(NULL));
	return result;
}

static void search_in_shards(unsigned int length, unsigned int shards_max)
{
	struct lfb_exhaust_options how = { .length = length };
	const struct lfb_exhaust_result whole = search(how);

	for (how.shards = 1; how.shards <= shards_max; how.shards++) {
		u64 sequences = 0, runs = whole.shorter_runs, steps = whole.shorter_steps;

		for (how.shard = 1; how.shard <= how.shards; how.shard++) {
			const struct lfb_exhaust_result part = search(how);

			assert_null(part.scenario);
			assert_int_equal(part.states, whole.states);
			assert_int_equal(part.shorter_runs, whole.shorter_runs);
			assert_int_equal(part.shorter_steps, whole.shorter_steps);
			sequences += part.sequences;
			runs += part.runs - part.shorter_runs;
			steps += part.steps - part.shorter_steps;
		}
		assert_int_equal(sequences, whole.sequences);
		assert_int_equal(runs, whole.runs);
		assert_int_equal(steps, whole.steps);
	}
	printf("%llu sequences, %llu runs, 1 to %u shards\n", whole.sequences, whole.runs,
	       shards_max);
}

/* Of length 3, some last letters go on from states that shorter sequences have reached. */
static void each_longest_sequence_of_a_search_is_in_one_shard(void **state)
{
	search_in_shards(2, SHARDS_MAX);
	search_in_shards(3, LFB_SLOW ? 2 : 3);
}

static int append(void *context, const char *bytes, size_t size)
{
	strncat(context, bytes, size);
	return 0;
}

static void the_first_that_differs_of_all_shards_is_that_of_the_whole(void **state)
{
	struct lfb_exhaust_options how = { .length = 4, .quirks_on = "FILE_PRESERVED_TWICE" };
	struct lfb_exhaust_result whole = search(how), part;
	char wanted[1024] = "", got[1024] = "";
	u64 first = UINT64_MAX;

	assert_non_null(whole.scenario);
	lfb_scenario_write(whole.scenario, true, append, wanted);
	how.shards = 3;
	for (how.shard = 1; how.shard <= how.shards; how.shard++) {
		part = search(how);
		if (part.scenario && part.length == whole.length && part.found_at < first) {
			first = part.found_at;
			got[0] = '\0';
			lfb_scenario_write(part.scenario, true, append, got);
		}
		lfb_scenario_free(part.scenario);
	}
	assert_int_equal(first, whole.found_at);
	assert_string_equal(got, wanted);
	lfb_scenario_free(whole.scenario);
}

/* With a module: what all shards try is counted by each, and found by the one that has it. */
static void each_sequence_with_a_module_is_in_one_shard(void **state)
{
	struct lfb_scenario *module = parse("when h 0 preserve kho a 4096\n");
	struct lfb_exhaust_module_options how = { .sz = sizeof(how), .length = 3, .jobs = 2 };
	const struct lfb_machine_options options = { .sz = sizeof(options) };
	struct lfb_exhaust_module_result whole = { .sz = sizeof(whole) }, part = whole;
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	assert_int_equal(lfb_exhaust_module(module, machine, &how, &whole), 0);
	assert_int_equal(whole.nr_found, 1);
	for (how.shards = 1; how.shards <= SHARDS_MAX; how.shards++) {
		unsigned int same = 0;

		for (how.shard = 1; how.shard <= how.shards; how.shard++) {
			assert_int_equal(lfb_exhaust_module(module, machine, &how, &part), 0);
			assert_int_equal(part.sequences, whole.sequences);
			assert_in_range(part.nr_found, 0, 1);
			if (part.nr_found && part.found->tried == whole.found->tried)
				same++;
			else if (part.nr_found)
				assert_true(part.found->tried > whole.found->tried);
			lfb_exhaust_module_end(&part);
		}
		assert_int_equal(same, 1);
	}
	printf("%llu sequences, 1 to %d shards\n", whole.sequences, SHARDS_MAX);
	lfb_exhaust_module_end(&whole);
	lfb_machine_destroy(machine);
	lfb_scenario_free(module);
}

/* Comparisons */

static void note_seen(void *context, const struct lfb_compare_seen *seen)
{
	char line[1024];

	assert_int_equal(seen->sz, sizeof(*seen));
	assert_int_equal(!seen->key, seen->why != NULL);
	snprintf(line, sizeof(line), "%c %u %s", seen->key ? 'k' : 'w', seen->other,
		 seen->key ? seen->key : seen->why);
	note(context, seen->scenario, line);
}

/* Like a machine, but there are scenarios that it cannot perform. */
static int play(void *self, const struct lfb_scenario *scenario, lfb_write_fn write, void *context)
{
	char text[4096] = "";

	lfb_scenario_write(scenario, false, append, text);
	return strstr(text, "reboot") ? -EOPNOTSUPP : write(context, text, strlen(text));
}

static void compare_in_shards(const struct lfb_compare_kernel *kernels)
{
	static struct notes whole, parts[SHARDS_MAX];
	struct lfb_compare_options how = {
		.sz = sizeof(how),
		.generate = LFB_SLOW ? 6 : 12,
		.seed = 3,
		.jobs = 2,
		.differences_max = 1,	/* the others are seen, too */
		.seen = note_seen,
		.context = &whole,
	};
	struct lfb_compare_result all = { .sz = sizeof(all) }, result = { .sz = sizeof(result) };

	assert_int_equal(lfb_compare(kernels, 2, &how, &all), 0);
	assert_int_equal(count_of(&whole, 'k'), all.differ);
	assert_int_equal(count_of(&whole, 'w'), all.left_out);
	for (how.shards = 1; how.shards <= SHARDS_MAX; how.shards += 2) {
		unsigned long scenarios = 0, differ = 0, left_out = 0;

		for (how.shard = 1; how.shard <= how.shards; how.shard++) {
			how.context = &parts[how.shard - 1];
			assert_int_equal(lfb_compare(kernels, 2, &how, &result), 0);
			scenarios += result.scenarios;
			differ += result.differ;
			left_out += result.left_out;
		}
		assert_int_equal(scenarios, all.scenarios);
		assert_int_equal(differ, all.differ);
		assert_int_equal(left_out, all.left_out);
		assert_shared_out(&whole, parts, how.shards, 0);
		for (unsigned int i = 0; i < how.shards; i++)
			forget(&parts[i]);
	}
	printf("%s: %lu differ, %lu left out, 1, 3, 5 and 7 shards\n", kernels[1].name, all.differ,
	       all.left_out);
	forget(&whole);
}

static void each_scenario_of_a_comparison_is_in_one_shard(void **state)
{
	const struct lfb_machine_options newer = { .sz = sizeof(newer), .profile = "linux-7.3" };
	const struct lfb_machine_options older = { .sz = sizeof(older), .profile = "linux-7.0" };
	struct lfb_compare_kernel kernels[] = {
		{ .sz = sizeof(kernels[0]), .name = "newer", .machine = &newer },
		{ .sz = sizeof(kernels[0]), .name = "older", .machine = &older },
	};

	compare_in_shards(kernels);
	kernels[1].name = "one that does not reboot";
	kernels[1].play = play;
	compare_in_shards(kernels);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_of_a_sweep_is_in_one_shard),
		cmocka_unit_test(there_is_no_shard_beyond_the_last_nor_before_the_first),
		cmocka_unit_test(one_case_of_a_sweep_has_no_shards),
		cmocka_unit_test(each_longest_sequence_of_a_search_is_in_one_shard),
		cmocka_unit_test(the_first_that_differs_of_all_shards_is_that_of_the_whole),
		cmocka_unit_test(each_sequence_with_a_module_is_in_one_shard),
		cmocka_unit_test(each_scenario_of_a_comparison_is_in_one_shard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
