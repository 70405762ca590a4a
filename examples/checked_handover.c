// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What is wrong with a handover: nothing with what a kernel wrote; then a byte of it is another one
 * than it was.
 *
 *	cc -o checked_handover checked_handover.c $(pkg-config --cflags --libs lfb)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/lfb.h>

static const char story[] = "handler 0\n"
			    "open\n"
			    "session vm\n"
			    "preserve vm 1 0 1\n"
			    "preserve vm 2 0 2\n"
			    "reboot\n";

static int tell(void *context, const struct lfb_check_problem *problem)
{
	(void)context;
	printf("%s: [%s] %s\n", problem->path, lfb_check_name(problem->id), problem->text);
	return 0;
}

/* What the scenario hands over, or NULL. */
static struct lfb_blob *hand_over(void)
{
	struct lfb_machine_options machine_options = { .sz = sizeof(machine_options) };
	struct lfb_blob *blob = NULL;
	struct lfb_scenario_options options = { .sz = sizeof(options), .last_blob = &blob };
	struct lfb_scenario *scenario = NULL;
	struct lfb_machine *machine = NULL;

	machine_options.memory = 1 << 20;
	machine_options.profile = "linux-7.3";
	if (lfb_scenario_parse("story", story, strlen(story), &scenario) ||
	    lfb_machine_create(&machine_options, &machine) ||
	    lfb_scenario_run(scenario, machine, &options))
		fprintf(stderr, "%s\n", lfb_error_text(machine));
	lfb_scenario_free(scenario);
	if (machine)
		lfb_machine_destroy(machine);
	return blob;
}

/* Has its bytes checked, of which one is changed. Returns how many errors there are. */
static int check_changed(const struct lfb_blob *blob, size_t offset)
{
	size_t size;
	const void *bytes = lfb_blob_bytes(blob, &size);
	unsigned char *copy = malloc(size);
	int errors;

	if (!copy)
		return -1;
	memcpy(copy, bytes, size);
	copy[offset] ^= 1;
	errors = lfb_check_bytes(copy, size, tell, NULL);
	free(copy);
	return errors;
}

int main(void)
{
	struct lfb_blob *blob = hand_over();
	int whole, changed;

	if (!blob)
		return EXIT_FAILURE;
	whole = lfb_check_blob(blob, tell, NULL);
	printf("as it was written: %d errors\n", whole);
	changed = check_changed(blob, 8);
	printf("of another version: %d error\n", changed);
	lfb_blob_free(blob);
	return whole == 0 && changed == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
