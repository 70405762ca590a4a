// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Copies of machines: whatever happens after a copy, a machine that was put back goes on as if it
 * had not. Golden scenarios are put back behind each of their operations.
 */
#include <luo/lfb.h>

#include "sim/copy/copy.h"
#include "sim/play/play.h"
#include "tests/support/both_ways.h"

/* What a run says. */
struct told {
	char *text;
	size_t size;
	FILE *stream;
};

static void hear(void *context, const struct lfb_event *event)
{
	struct told *told = context;
	char line[512];

	lfb_event_format(event, line, sizeof(line));
	fprintf(told->stream, "%lu %s\n", event->number, line);
}

static void say_findings(struct lfb_machine *machine, struct told *told)
{
	char text[4096];

	for (size_t i = 0; i < lfb_finding_count(machine); i++) {
		lfb_finding_format(lfb_finding_at(machine, i), text, sizeof(text));
		fprintf(told->stream, "%s", text);
	}
	fprintf(told->stream, "error: %s\n", lfb_error_text(machine));
}

static u64 hash_of(const void *bytes, size_t size)
{
	u64 hash = 0;

	for (size_t i = 0; i < size; i++)
		hash = lfb__hash_mix(hash, ((const u8 *)bytes)[i]);
	return hash;
}

/* What would be handed over now. */
static void say_blob(struct lfb_machine *machine, struct told *told)
{
	struct lfb_blob *blob;
	const void *bytes;
	size_t size;

	if (lfb_machine_state(machine) != LFB_REBOOTING || lfb_blob_capture(machine, &blob))
		return;
	bytes = lfb_blob_bytes(blob, &size);
	fprintf(told->stream, "blob of %zu bytes, %llx\n", size, hash_of(bytes, size));
	lfb_blob_free(blob);
}

/* A scenario that is played a line at a time. */
struct player {
	struct lfb_machine *machine;
	struct lfb_run run;
	struct told told;
	bool goes_on;
};

static void begin(struct player *player, const struct lfb_scenario *scenario,
		  const struct lfb_machine_options *options)
{
	struct lfb_kernel *kernel;

	memset(player, 0, sizeof(*player));
	assert_int_equal(lfb_machine_create(options, &player->machine), 0);
	kernel = &player->machine->kernel;
	player->told.stream = open_memstream(&player->told.text, &player->told.size);
	player->run.scenario = scenario;
	player->run.machine = player->machine;
	assert_int_equal(lfb__run_make(&player->run), 0);
	lfb_trace_all_to(player->machine, hear, &player->told);
	kernel->operation_is_set = true;
	lfb__run_points_hook(&player->run);
	player->goes_on = !lfb__run_start(&player->run, NULL);
}

static void play(struct player *player, size_t line)
{
	if (!player->goes_on)
		return;
	player->goes_on = lfb__run_operation(&player->run,
					     &player->run.scenario->operations[line]);
	say_findings(player->machine, &player->told);
	say_blob(player->machine, &player->told);
	fflush(player->told.stream);
}

static void end(struct player *player)
{
	lfb__run_points_unhook(&player->run);
	lfb_machine_shutdown(player->machine);
	say_findings(player->machine, &player->told);
	lfb__run_release(&player->run);
	lfb_machine_destroy(player->machine);
	fclose(player->told.stream);
}

/* All that there is of a player, but what it has said. */
struct branch {
	struct lfb_machine_copy *machine;
	struct lfb_saved run;
	bool goes_on;
	long said;
};

static void branch(struct player *player, struct branch *branch)
{
	*branch = (struct branch){ .goes_on = player->goes_on };
	if (lfb_machine_copy(player->machine, &branch->machine))
		fail_msg("%s", lfb_error_text(player->machine));
	lfb__run_save(&player->run, &branch->run);
	assert_false(branch->run.failed);
	fflush(player->told.stream);
	branch->said = ftell(player->told.stream);
}

static void go_back(struct player *player, struct branch *branch)
{
	if (lfb_machine_rewind(player->machine, branch->machine))
		fail_msg("%s", lfb_error_text(player->machine));
	assert_true(lfb__saved_prepare(&branch->run));
	lfb__saved_put_back(&branch->run);
	player->goes_on = branch->goes_on;
	fseek(player->told.stream, branch->said, SEEK_SET);
	assert_true(lfb__machine_is_as(player->machine, branch->machine));
}

static void forget(struct branch *branch)
{
	lfb_machine_copy_free(branch->machine);
	lfb__saved_free(&branch->run);
}

/* Behind each line @ahead that follow are played, and then it is put back. */
static unsigned long compare(const char *path, const struct lfb_machine_options *options,
			     size_t ahead)
{
	struct lfb_scenario *scenario;
	struct player plain, player;
	unsigned long rewinds = 0;

	if (lfb_scenario_load(path, &scenario))
		fail_msg("%s", lfb_error_text(NULL));
	begin(&plain, scenario, options);
	for (size_t line = 0; line < scenario->count; line++)
		play(&plain, line);
	end(&plain);
	begin(&player, scenario, options);
	for (size_t line = 0; line < scenario->count; line++) {
		struct branch here;

		branch(&player, &here);
		for (size_t i = line; i < scenario->count && i - line < ahead; i++)
			play(&player, i);
		go_back(&player, &here);
		play(&player, line);
		forget(&here);
		rewinds++;
	}
	end(&player);
	assert_same_text(path, "played", plain.told.text, "put back", player.told.text);
	free(plain.told.text);
	free(player.told.text);
	lfb_scenario_free(scenario);
	return rewinds;
}

static void every_golden_scenario_goes_on_as_if_nothing_had_happened(void **state)
{
	static const char *const profiles[] = { "rfc-v6", "linux-7.0", "linux-7.3" };
	char pattern[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		const struct lfb_machine_options options = {
			.sz = sizeof(options),
			.profile = profiles[i],
		};

		snprintf(pattern, sizeof(pattern), LFB_TEST_DATA "/golden/%s/*.ops", profiles[i]);
		compare_files(pattern, LFB_SLOW ? 24 : 4, compare, &options, 3, "rewinds");
	}
}

static void every_mistake_of_the_zoo_does(void **state)
{
	const struct lfb_machine_options options = { .sz = sizeof(options) };

	(void)state;
	compare_files(LFB_TEST_DATA "/../zoo/*.lfb", LFB_SLOW ? 12 : 1, compare, &options,
		      SIZE_MAX, "rewinds");
}

static void memory_that_stays_and_unchecked_kernels_do(void **state)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = LFB_MEMORY_FIXED,
		.checks = LFB_CHECKS_OFF,
		.policy = LFB_PAGES_ASCENDING,
	};

	(void)state;
	compare_files(LFB_TEST_DATA "/../../examples/scenarios/*.lfb", 1, compare, &options,
		      SIZE_MAX, "rewinds");
	compare_files(LFB_TEST_DATA "/golden/linux-7.3/*.ops", LFB_SLOW ? 48 : 16, compare,
		      &options, 3, "rewinds");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_golden_scenario_goes_on_as_if_nothing_had_happened),
		cmocka_unit_test(every_mistake_of_the_zoo_does),
		cmocka_unit_test(memory_that_stays_and_unchecked_kernels_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
