// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Exploring schedules from power on, from copies, and without those that come to a state that was
 * seen: the same failures, with the same schedules. Over all of tests/data/schedules and over every
 * pair of some blocks.
 */
#include <glob.h>

#include <luo/lfb.h>

#include "tests/support/test.h"

/* What exploring said. */
struct said {
	char failures[16384];	/* a line each */
	size_t used;
	bool times;		/* with how often */
	struct lfb_explore_result result;
};

static void take(void *context, const struct lfb_schedule_failure *failure)
{
	struct said *said = context;
	char *to = said->failures + said->used;
	size_t room = sizeof(said->failures) - said->used;

	said->used += (size_t)snprintf(to, room, "%s|%s|%s|%u|%llu\n",
				       failure->finding ? failure->finding : "", failure->text,
				       failure->schedule, failure->preemptions,
				       said->times ? failure->times : 0);
	assert_true(said->used < sizeof(said->failures));
}

enum how { FROM_POWER_ON, COPIED, REDUCED };

struct subject {
	const char *name;
	struct lfb_scenario *scenario;
	struct lfb_machine *machine;
};

static void explore(const struct subject *subject, unsigned int bound, enum how how, bool times,
		    struct said *said)
{
	const struct lfb_explore_options options = {
		.sz = sizeof(options),
		.bound = bound,
		.failed = take,
		.context = said,
		.from_power_on = how == FROM_POWER_ON,
		.reduce = how == REDUCED,
	};

	*said = (struct said){ .times = times, .result.sz = sizeof(said->result) };
	assert_int_equal(lfb_scenario_explore(subject->scenario, subject->machine, &options,
					      &said->result), 0);
	assert_true(said->result.whole);
	assert_int_equal(lfb_machine_state(subject->machine), LFB_OFF);
}

static struct said slow, fast, few;
static struct {
	u64 scenarios, failures, all, reduced, cut;
} total;

static void compare_copied(const struct subject *subject, unsigned int bound)
{
	explore(subject, bound, FROM_POWER_ON, true, &slow);
	explore(subject, bound, COPIED, true, &fast);
	assert_string_equal(slow.failures, fast.failures);
	assert_memory_equal(&slow.result, &fast.result, sizeof(slow.result));
	assert_int_equal(slow.result.cut, 0);
}

static void compare_reduced(const struct subject *subject, unsigned int bound)
{
	explore(subject, bound, COPIED, false, &fast);
	explore(subject, bound, REDUCED, false, &few);
	if (strcmp(fast.failures, few.failures))
		print_error("%s\n", subject->name);
	assert_string_equal(fast.failures, few.failures);
	assert_true(few.result.schedules <= fast.result.schedules);
	assert_true(few.result.cut < few.result.schedules);
	total.scenarios++;
	total.failures += few.result.failures;
	total.all += fast.result.schedules;
	total.reduced += few.result.schedules;
	total.cut += few.result.cut;
}

/* Where there are no copies, or stacks are not all there is, nothing is left out. */
static void say_total(u64 ratio)
{
	print_message("%llu scenarios, %llu failures: %llu schedules, reduced %llu, of which %llu "
		      "were cut short\n", total.scenarios, total.failures, total.all,
		      total.reduced, total.cut);
	if (!LFB_SLOW)
		assert_in_range(total.reduced, 1, total.all / ratio);
	memset(&total, 0, sizeof(total));
}

/* What the scenario's line "# quirk: …" says, or "machine:". */
static bool header(const char *path, const char *name, char *value, size_t size)
{
	FILE *file = fopen(path, "r");
	char line[256], format[32];
	bool found = false;

	assert_non_null(file);
	snprintf(format, sizeof(format), "# %s: ", name);
	while (!found && fgets(line, sizeof(line), file)) {
		found = !strncmp(line, format, strlen(format));
		if (found)
			snprintf(value, size, "%.*s", (int)strcspn(line + strlen(format), "\n"),
				 line + strlen(format));
	}
	fclose(file);
	return found;
}

static void compare_file(const char *path, const char *quirks_on)
{
	char machine[64];
	const bool guarded = header(path, "machine", machine, sizeof(machine));
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.quirks_on = quirks_on,
		.checks = guarded ? LFB_CHECKS_GUARD : LFB_CHECKS_ON,
	};
	struct subject subject = { .name = path };

	assert_true(!guarded || !strcmp(machine, "--checks guard"));
	assert_int_equal(lfb_scenario_load(path, &subject.scenario), 0);
	assert_int_equal(lfb_machine_create(&options, &subject.machine), 0);
	/* Power on is slow. */
	compare_copied(&subject, 1);
	compare_reduced(&subject, LFB_SLOW || guarded ? 1 : 3);
	lfb_machine_destroy(subject.machine);
	lfb_scenario_free(subject.scenario);
}

static void scenarios_have_the_same_failures(void **state)
{
	glob_t files;

	assert_int_equal(glob(LFB_TEST_DATA "/schedules/*.lfb", 0, NULL, &files), 0);
	assert_true(files.gl_pathc >= 8);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		char quirk[64];

		compare_file(files.gl_pathv[i], NULL);
		if (header(files.gl_pathv[i], "quirk", quirk, sizeof(quirk)))
			compare_file(files.gl_pathv[i], quirk);
	}
	globfree(&files);
	say_total(2);
}

static const char *const blocks[] = {
	"do lock 0\ndo lock 1\ndo unlock 1\ndo unlock 0\n",
	"do lock 1\ndo lock 0\ndo unlock 0\ndo unlock 1\n",
	"session u\nclose u\n",
	"close s\n",
	"finish s\n",
	"preserve t 2 0 101\n",
	"getin 0\n",
	"unhandler 0\n",
	"handler 1\nflb 1 0\n",
	"prepare\n",
	"do bug\n",
};

#define QUIRKS "SESSION_RETRIEVE_RACE,FLB_LAZY_INIT_RACE,FLB_GET_UNCOUNTED," \
	"SESSION_MUTATE_WHILE_REBOOTING,FILE_PRESERVED_TWICE"

static struct lfb_machine *machine_with(const char *quirks_on)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options), .quirks_on = quirks_on,
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	return machine;
}

static void compare_blocks(struct lfb_machine *machine, const char *const *texts,
			   const char *behind, unsigned int bound)
{
	char text[2048];
	struct subject subject = { .name = text, .machine = machine };
	size_t used;

	used = (size_t)snprintf(text, sizeof(text), "handler 0\nflb 0 0\nopen\nsession s\n"
				"preserve s 1 0 100\nreboot\nhandler 0\nflb 0 0\nopen\nrsession s\n"
				"retrieve s 1\nsession t\n");
	for (size_t i = 0; texts[i]; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s {\n%s",
					 i ? "}" : "parallel", texts[i]);
	used += (size_t)snprintf(text + used, sizeof(text) - used, "}\n%s", behind);
	assert_true(used < sizeof(text));
	assert_int_equal(lfb_scenario_parse("blocks", text, used, &subject.scenario), 0);
	compare_reduced(&subject, bound);
	lfb_scenario_free(subject.scenario);
}

static void compare_pairs(const char *quirks_on)
{
	struct lfb_machine *machine = machine_with(quirks_on);

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		for (size_t j = 0; j <= i; j++) {
			const char *const texts[] = { blocks[i], blocks[j], NULL };

			if (!LFB_SLOW || (i + j) % 7 == 3)
				compare_blocks(machine, texts, "", LFB_SLOW ? 1 : 2);
		}
	}
	lfb_machine_destroy(machine);
}

static void blocks_have_the_same_failures(void **state)
{
	compare_pairs(NULL);
	compare_pairs(QUIRKS);
	say_total(1);
}

/* Each of them fails in some orders, of which nothing but one part of the state knows. */
static const char *const decided_by_one_part[] = {
	/* Memory, a page of it and one that the kernel knows nothing of: who wrote last. */
	"do pages p 0\nparallel {\ndo write p 0 1\n} {\ndo write p 0 2\n}\ndo expect p 0 2 = 0\n",
	"do kmalloc x 64\nparallel {\ndo write x 0 1\n} {\ndo write x 0 2\n}\n"
	"do expect x 0 2 = 0\n",
	/* The module: which pointer it read last. */
	"do kmalloc a 64\ndo kmalloc b 64\ndo kmalloc c 64\ndo kmalloc d 64\ndo store a 0 c\n"
	"do store b 0 d\nparallel {\ndo load a 0 z\n} {\ndo load b 0 z\n}\ndo write z 0 7 = 0\n"
	"do expect d 0 7 = 0\n",
	/* An answer: of those that are wrong a run tells one, so the last block's only if not this. */
	"do kmalloc x 64\nparallel {\ndo expect x 0 1 = 0\n} {\ndo write x 0 1\n} {\ndo lock 1\n"
	"do unlock 1\ndo expect x 0 0 = 0\n} {\ndo lock 2\ndo unlock 2\n}\n",
	/* A task's stack: what it read before. */
	"parallel {\ndo lock 0\ndo lock 1\ndo unlock 1\ndo unlock 0\n} {\ndo lock 1\ndo lock 0\n"
	"do unlock 0\ndo unlock 1\n} {\ndo lock 2\ndo unlock 2\n}\n",
	/* How many preemptions led there: that of the second task is not the one that is needed. */
	"do kmalloc p 64\ndo kmalloc y 64\ndo kmalloc z 64\ndo store p 0 z\nparallel {\ndo lock 9\n"
	"do unlock 9\ndo load p 0 q\ndo write q 0 1\ndo lock 8\ndo unlock 8\ndo write q 0 0\n} {\n"
	"do store p 0 y\n} {\ndo expect y 0 0 = 0\n}\n",
};

static void compare_text(struct lfb_machine *machine, const char *text, unsigned int bound)
{
	struct subject subject = { .name = text, .machine = machine };

	assert_int_equal(lfb_scenario_parse("text", text, strlen(text), &subject.scenario), 0);
	compare_reduced(&subject, bound);
	lfb_scenario_free(subject.scenario);
}

static void each_part_of_a_state_decides(void **state)
{
	struct lfb_machine *machine = machine_with(NULL);

	for (size_t i = 0; i < sizeof(decided_by_one_part) / sizeof(decided_by_one_part[0]); i++) {
		for (unsigned int bound = 0; bound <= 2; bound++) {
			compare_text(machine, decided_by_one_part[i], bound);
			assert_true(few.result.failures || !bound);
		}
	}
	lfb_machine_destroy(machine);
	say_total(1);
}

/* Three tasks with locks, which can come to the same state with more and with fewer preemptions. */
static void locks_have_the_same_failures(void **state)
{
	static const char *const lines[] = {
		"do lock 0\ndo lock 1\ndo unlock 1\ndo unlock 0\n",
		"do lock 1\ndo lock 0\ndo unlock 0\ndo unlock 1\n",
		"do lock 1\ndo lock 2\ndo unlock 2\ndo unlock 1\n",
		"do lock 2\ndo lock 0\ndo unlock 0\ndo unlock 2\n",
		"do lock 0\ndo unlock 0\n",
	};
	const size_t count = sizeof(lines) / sizeof(lines[0]);
	struct lfb_machine *machine = machine_with(NULL);
	char text[512];

	for (size_t i = 0; i < count * count * count; i++) {
		const size_t a = i % count, b = i / count % count, c = i / count / count;

		if (a > b || b > c)
			continue;
		snprintf(text, sizeof(text), "parallel {\n%s} {\n%s} {\n%s}\n", lines[a],
			 lines[b], lines[c]);
		for (unsigned int bound = 0; bound <= (LFB_SLOW ? 1 : 2); bound++)
			compare_text(machine, text, bound);
	}
	lfb_machine_destroy(machine);
	say_total(1);
}

/* What comes behind blocks, and other blocks, are part of it. */
static void what_is_behind_blocks_has_the_same_failures(void **state)
{
	static const char *const texts[] = {
		"do lock 0\ndo unlock 0\n", "do lock 1\ndo unlock 1\n", "session u\n", NULL,
	};
	struct lfb_machine *machine = machine_with(QUIRKS);
	const unsigned int bound = LFB_SLOW ? 1 : 2;

	compare_blocks(machine, texts, "reboot\nhandler 0\nflb 0 0\nopen\n", bound);
	compare_blocks(machine, texts + 1, "parallel {\nclose u\n} {\nrsession s\n}\nreboot\n"
		       "handler 0\nopen\n", bound);
	compare_blocks(machine, texts + 1, "parallel {\nclose u = -9\n} {\nfinish s\n}\n",
		       bound);
	lfb_machine_destroy(machine);
	say_total(2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_part_of_a_state_decides),
		cmocka_unit_test(locks_have_the_same_failures),
		cmocka_unit_test(scenarios_have_the_same_failures),
		cmocka_unit_test(blocks_have_the_same_failures),
		cmocka_unit_test(what_is_behind_blocks_has_the_same_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
