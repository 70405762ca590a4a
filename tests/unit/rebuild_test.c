// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The trace is complete: what tests/support/rebuild.c makes of the events of a run agrees with the
 * machine's own state after each of them (tests/support/follower.h says which of it). So for the
 * golden data, the zoo, its twins and the examples under every profile, and while steps fail.
 *
 * With arguments it does one run and says what differs: rebuild_test FILE PROFILE [NTH [EVENT]]:
 * PROFILE "own" is what the file says, the NTH step fails unless that is 0, and events of the name
 * EVENT are left out.
 */
#include <dirent.h>
#include <luo/agent.h>
#include <luo/fault.h>
#include <luo/file.h>
#include <luo/lock.h>
#include <luo/machine.h>
#include <luo/printk.h>
#include <luo/profile.h>
#include <luo/scenario.h>

#include "tests/support/follower.h"
#include "tests/support/test.h"

/* Scenarios */

struct play {
	char path[512];
	const char *profile;	/* NULL: the machine is the one its first lines ask for */
};

#define MAX_PLAYS 8192

static struct play plays[MAX_PLAYS];
static unsigned int nr_plays;

/* What "# machine: --profile rfc-v6 --quirk -all" at the top of a file says. */
struct given {
	struct lfb_machine_options options;
	char words[256];
	char quirks_on[128];
	char quirks_off[128];
};

static void take_quirk(struct given *given, const char *quirk)
{
	char *list = quirk[0] == '+' ? given->quirks_on : given->quirks_off;

	if (*list)
		strcat(list, ",");
	strcat(list, quirk + 1);
}

static void read_header(const char *path, struct given *given)
{
	FILE *file = fopen(path, "r");
	char line[256], *next = given->words, *word;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) && line[0] == '#') {
		if (sscanf(line, "# machine: %255[^\n]", given->words) == 1)
			break;
	}
	fclose(file);
	while ((word = strsep(&next, " ")) != NULL) {
		const char *value = *word ? strsep(&next, " ") : NULL;

		if (!strcmp(word, "--profile"))
			given->options.profile = value;
		else if (!strcmp(word, "--quirk"))
			take_quirk(given, value);
		else if (!strcmp(word, "--node"))
			given->options.nodes = value;
		else if (!strcmp(word, "--checks") && !strcmp(value, "guard"))
			given->options.checks = LFB_CHECKS_GUARD;
		else if (*word)
			fail_msg("%s: %s", path, word);
	}
	given->options.quirks_on = given->quirks_on[0] ? given->quirks_on : NULL;
	given->options.quirks_off = given->quirks_off[0] ? given->quirks_off : NULL;
}

/*
 * What the scenario itself answers is no concern of ours. The @nth step fails, unless that is 0;
 * returns whether there were so many.
 */
static bool run(const struct play *play, unsigned long nth, struct follower *follower)
{
	struct given given = { .options = { .sz = sizeof(given.options), .memory = 64 << 20 } };
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan), .kinds = nth ? LFB_FAULT_ANY : 0, .nth = nth,
	};
	struct lfb_scenario *scenario;
	struct lfb_machine *machine = NULL;
	bool failed;

	if (play->profile)
		given.options.profile = play->profile;
	else
		read_header(play->path, &given);
	if (lfb_scenario_load(play->path, &scenario) ||
	    lfb_machine_create(&given.options, &machine))
		fail_msg("%s", lfb_error_text(NULL));
	lfb_fault_arm(machine, &plan);
	follower_begin(follower, machine);
	lfb_scenario_run(scenario, machine, NULL);
	failed = lfb_fault_hits(machine) > 0;
	lfb_machine_destroy(machine);
	lfb_scenario_free(scenario);
	follower_end(follower);
	return failed;
}

static void add_play(const char *path, const char *profile)
{
	assert_true(nr_plays < MAX_PLAYS);
	snprintf(plays[nr_plays].path, sizeof(plays[0].path), "%s", path);
	plays[nr_plays++].profile = profile;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Every scenario in a folder, under every profile and @own. Returns how many runs there are. */
static unsigned int add_folder(const char *folder, const char *ending, bool own)
{
	unsigned int before = nr_plays;
	struct dirent **entries;
	const char *profile;
	char path[512];
	int count;

	snprintf(path, sizeof(path), "%s/%s", LFB_TEST_DATA, folder);
	count = scandir(path, &entries, NULL, by_name);
	assert_true(count > 2);
	for (int i = 0; i < count; i++) {
		const char *end = strrchr(entries[i]->d_name, '.');
		/* In slow builds every third of the recorded ones, which are much alike. */
		const bool skips = LFB_SLOW && count > 300 && i % 6 > 1;

		snprintf(path, sizeof(path), "%s/%s/%s", LFB_TEST_DATA, folder,
			 entries[i]->d_name);
		if (end && !strcmp(end, ending) && !skips) {
			if (own)
				add_play(path, NULL);
			for (unsigned int p = 0; (profile = lfb_profile_name(p)) != NULL; p++)
				add_play(path, profile);
		}
		free(entries[i]);
	}
	free(entries);
	return nr_plays - before;
}

static int gather(void **state)
{
	unsigned int examples = 0, golden = 0, zoo = 0;

	examples += add_folder("../../examples/scenarios", ".lfb", false);
	examples += add_folder("../../examples/defects", ".lfb", false);
	golden += add_folder("golden/rfc-v6", ".ops", false);
	golden += add_folder("golden/linux-7.0", ".ops", false);
	golden += add_folder("golden/linux-7.3", ".ops", false);
	golden += add_folder("golden/linux-7.3-more", ".ops", false);
	golden += add_folder("golden/wire", ".ops", false);
	zoo += add_folder("../zoo", ".lfb", true);
	zoo += add_folder("../regress", ".lfb", true);
	print_message("%u runs of golden data, %u of the zoo and regressions, %u of examples\n",
		      golden, zoo, examples);
	return 0;
}

/* They agree */

struct total {
	unsigned long runs;
	unsigned long events;
	unsigned long comparisons;
	unsigned long facts;
};

static void assert_agrees(const struct play *play, unsigned long nth,
			  const struct follower *follower, struct total *total)
{
	if (follower->differs)
		fail_msg("%s\nrebuild_test %s %s %lu", follower->what, play->path,
			 play->profile ? play->profile : "own", nth);
	total->runs++;
	total->events += follower->events;
	total->comparisons += follower->comparisons;
	total->facts += follower->facts;
}

static void say(const struct total *total, const char *what)
{
	print_message("%lu %s: %lu events, %lu comparisons of %lu facts\n", total->runs, what,
		      total->events, total->comparisons, total->facts);
}

/* How often each event happened, and the first run with one. */
static unsigned int first_with[LFB_HAPPENINGS_NR];
static unsigned long seen[LFB_HAPPENINGS_NR];

static void what_is_rebuilt_is_the_machines_state(void **state)
{
	struct total total = { 0 };

	for (unsigned int i = 0; i < nr_plays; i++) {
		struct follower follower = { .withheld = NOTHING };

		run(&plays[i], 0, &follower);
		assert_agrees(&plays[i], 0, &follower, &total);
		for (unsigned int did = 0; did < LFB_HAPPENINGS_NR; did++) {
			if (!seen[did] && follower.seen[did])
				first_with[did] = i;
			seen[did] += follower.seen[did];
		}
	}
	say(&total, "runs");
}

/* The golden data are much alike. */
#define FAILING_PLAYS (LFB_SLOW ? 8 : 48)

static void it_is_when_steps_fail(void **state)
{
	struct total total = { 0 };

	for (unsigned int i = 0; i < FAILING_PLAYS; i++) {
		bool more = true;

		for (unsigned long nth = 1; more; nth++) {
			struct follower follower = { .withheld = NOTHING };

			more = run(&plays[i], nth, &follower);
			assert_agrees(&plays[i], nth, &follower, &total);
		}
	}
	say(&total, "runs in which a step failed");
}

/* Locks that are not simply released */

static struct mutex odd;

static long destroy_held(void *argument)
{
	mutex_init(&odd);
	mutex_lock(&odd);
	mutex_destroy(&odd);
	mutex_unlock(&odd);
	return 0;
}

static long die_holding(void *argument)
{
	mutex_init(&odd);
	mutex_lock(&odd);
	BUG_ON(true);
	return 0;
}

static long take(struct file *file, unsigned int cmd, unsigned long argument)
{
	mutex_lock(&odd);
	return 0;
}

static const struct file_operations taker = { .unlocked_ioctl = take };

static long make_taker(void *argument)
{
	mutex_init(&odd);
	return (long)anon_inode_getfile("taker", &taker, NULL, 0);
}

static long unlock(void *argument)
{
	mutex_unlock(&odd);
	return 0;
}

/* Its lock is destroyed by another task. */
static long destroy(void *argument)
{
	mutex_destroy(&odd);
	return 0;
}

static void agent_goes_holding(struct lfb_machine *machine, long (*then)(void *argument))
{
	struct lfb_agent *agent;
	int fd;

	assert_int_equal(lfb_agent_create(machine, "taker", &agent), 0);
	fd = lfb_agent_install(agent, (struct file *)lfb_machine_call(machine, make_taker, NULL));
	assert_int_equal(lfb_agent_ioctl(agent, fd, 1, NULL), 0);
	lfb_agent_destroy(agent);
	lfb_machine_call(machine, then, NULL);
}

static void locks_may_end_in_odd_ways(void **state)
{
	struct lfb_machine_options options = { .sz = sizeof(options) };
	struct total total = { 0 };

	for (unsigned int checks = LFB_CHECKS_ON; checks <= LFB_CHECKS_GUARD; checks++) {
		struct follower follower = { .withheld = NOTHING };
		struct lfb_machine *machine;

		options.checks = checks;
		assert_int_equal(lfb_machine_create(&options, &machine), 0);
		follower_begin(&follower, machine);
		assert_int_equal(lfb_machine_boot(machine), 0);
		lfb_machine_call(machine, destroy_held, NULL);
		agent_goes_holding(machine, unlock);
		agent_goes_holding(machine, destroy);
		assert_int_equal(lfb_machine_call(machine, die_holding, NULL), -EFAULT);
		assert_int_equal(lfb_machine_shutdown(machine), 0);
		assert_int_equal(lfb_machine_boot(machine), 0);
		assert_int_equal(lfb_machine_kexec(machine), 0);
		lfb_machine_destroy(machine);
		follower_end(&follower);
		assert_agrees(&(struct play){ "locks", NULL }, 0, &follower, &total);
	}
	say(&total, "runs of odd ends of locks");
}

/* They would not agree if … */

static const char *name_of(unsigned int happening)
{
	static const char *const names[] = {
#define NAME(name, kind, how, subject, action, detail) #name,
		LFB_HAPPENINGS(NAME)
#undef NAME
	};

	return names[happening];
}

static void no_event_that_says_something_can_be_left_out(void **state)
{
	unsigned int missed = 0, runs = 0, noticed = 0;

	for (unsigned int did = 0; did < LFB_HAPPENINGS_NR; did++) {
		struct follower follower = { .differs = false };
		unsigned int i = first_with[did];

		if (!rebuild_follows(did))
			continue;
		for (; seen[did] && i < nr_plays && !follower.differs; i++, runs++) {
			follower = (struct follower){ .withheld = did };
			run(&plays[i], 0, &follower);
		}
		noticed += follower.differs;
		missed += !follower.differs;
		print_message("without %-18s %s\n", name_of(did),
			      !seen[did] ? "NEVER HAPPENS" :
			      follower.differs ? follower.what : "NOTHING IS NOTICED");
	}
	print_message("%u kinds of events left out one at a time in %u runs: %u noticed\n",
		      noticed + missed, runs, noticed);
	assert_int_equal(missed, 0);
}

static void the_others_say_nothing_about_the_state(void **state)
{
	unsigned int count = 0;

	for (unsigned int did = 0; did < LFB_HAPPENINGS_NR; did++) {
		if (!rebuild_follows(did))
			print_message("%s%s", count++ ? ", " : "not followed: ", name_of(did));
	}
	print_message("\n");
}

enum field_type { TEXT, NUMBER, FLAG };

static const struct field {
	const char *name;
	size_t offset;
	enum field_type type;
} fields[] = {
#define FIELD(name, type) { #name, offsetof(struct lfb_event, name), type }
	FIELD(task, TEXT),	FIELD(session, TEXT),	   FIELD(handler, TEXT),
	FIELD(flb, TEXT),	FIELD(module, TEXT),	   FIELD(lock, TEXT),
	FIELD(profile, TEXT),	FIELD(owner, TEXT),	   FIELD(result, NUMBER),
	FIELD(token, NUMBER),	FIELD(handle, NUMBER),	   FIELD(phys, NUMBER),
	FIELD(pages, NUMBER),	FIELD(count, NUMBER),	   FIELD(count_before, NUMBER),
	FIELD(references, NUMBER), FIELD(references_before, NUMBER), FIELD(incoming, FLAG),
#undef FIELD
};

static const struct field *bent;

static void bend(struct lfb_event *event)
{
	char *at = (char *)event + bent->offset;

	if (bent->type == FLAG)
		*(bool *)at = !*(bool *)at;
	else if (bent->type == NUMBER)
		*(u64 *)at += 4 * PAGE_SIZE;
	else if (*(const char **)at)
		*(const char **)at = "bent";
}

static void no_field_that_says_something_can_be_wrong(void **state)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct follower follower = { .differs = false };

		bent = &fields[i];
		for (unsigned int at = 0; at < nr_plays && !follower.differs; at++) {
			follower = (struct follower){ .withheld = NOTHING, .bend = bend };
			run(&plays[at], 0, &follower);
		}
		print_message("wrong %-18s %s\n", bent->name,
			      follower.differs ? follower.what : "NOTHING IS NOTICED");
		assert_true(follower.differs);
	}
}

static int run_one(int argc, char **argv)
{
	struct follower follower = { .withheld = NOTHING };
	struct play play = { .profile = strcmp(argv[2], "own") ? argv[2] : NULL };

	snprintf(play.path, sizeof(play.path), "%s", argv[1]);
	for (unsigned int did = 0; argc > 4 && did < LFB_HAPPENINGS_NR; did++) {
		if (!strcmp(name_of(did), argv[4]))
			follower.withheld = did;
	}
	run(&play, argc > 3 ? strtoul(argv[3], NULL, 0) : 0, &follower);
	printf("%lu events: %s\n", follower.events, follower.differs ? follower.what : "agrees");
	return follower.differs;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_rebuilt_is_the_machines_state),
		cmocka_unit_test(it_is_when_steps_fail),
		cmocka_unit_test(locks_may_end_in_odd_ways),
		cmocka_unit_test(no_event_that_says_something_can_be_left_out),
		cmocka_unit_test(no_field_that_says_something_can_be_wrong),
		cmocka_unit_test(the_others_say_nothing_about_the_state),
	};

	if (argc > 2)
		return run_one(argc, argv);
	return cmocka_run_group_tests(tests, gather, NULL);
}
