// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A copy of a machine has the modules that were loaded: what they hold, and where they lie. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/cmocka.h>
#include <luo/lfb.h>

static struct lfb_machine *machine_with(enum lfb_memory_mode mode)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options), .mode = mode, .memory = 8 << 20,
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	lfb_assert_ok(machine, lfb_machine_load_module(machine, LFB_TEST_MODULES "/keeper.so"));
	lfb_assert_ok(machine, lfb_machine_boot(machine));
	return machine;
}

static long open_file(void *unused)
{
	return (long)lfb_module_file("keeper-file-v1", 7);
}

/* A file of that handler in a session; returns what preserving it answers. */
static int preserve(struct lfb_machine *machine, struct lfb_agent *agent)
{
	int device = lfb_assert_ok(machine, lfb_agent_open(agent));
	int session = lfb_assert_ok(machine, lfb_agent_create_session(agent, device, "vm"));
	struct file *file = ERR_PTR(lfb_machine_call(machine, open_file, NULL));

	assert_false(IS_ERR(file));
	return lfb_agent_preserve(agent, session, lfb_agent_install(agent, file), 1);
}

/* The update; returns what retrieving the file answers. */
static int update(struct lfb_machine *machine, struct lfb_agent *agent)
{
	int device, session;

	lfb_assert_ok(machine, lfb_machine_kexec(machine));
	device = lfb_assert_ok(machine, lfb_agent_open(agent));
	session = lfb_assert_ok(machine, lfb_agent_retrieve_session(agent, device, "vm"));
	return lfb_agent_retrieve(agent, session, 1);
}

/* All that is said between a copy and the end of an update. */
struct all_said {
	char text[65536];
	size_t length;
};

static void hear_all(void *context, const struct lfb_event *event)
{
	struct all_said *said = context;
	char line[300];

	lfb_event_format(event, line, sizeof(line));
	said->length += (size_t)snprintf(said->text + said->length,
					 sizeof(said->text) - said->length, "%s\n", line);
	assert_true(said->length < sizeof(said->text));
}

/* Each of so many updates in a row begins in the machine as it was before the first. */
static void a_copy_has_their_data_and_where_they_lie(void **state)
{
	static struct all_said first, again;

	(void)state;
	for (int mode = LFB_MEMORY_REMAP; mode <= LFB_MEMORY_FIXED; mode++) {
		struct lfb_machine *machine = machine_with(mode);
		struct lfb_machine_copy *copy;
		struct lfb_agent *agent;

		lfb_assert_ok(machine, lfb_agent_create(machine, "vmm", &agent));
		lfb_assert_ok(machine, lfb_machine_copy(machine, &copy));
		for (int round = 0; round < 6; round++) {
			struct all_said *said = round ? &again : &first;

			said->length = 0;
			lfb_trace_all_to(machine, hear_all, said);
			lfb_assert_ok(machine, preserve(machine, agent));
			/* It comes to lie in each of its places, and is put back from there. */
			for (int i = 0; i <= round; i++) {
				lfb_assert_ok(machine, i ? lfb_machine_kexec(machine) :
							   update(machine, agent));
				if (round && !i)
					assert_string_equal(again.text, first.text);
				lfb_trace_to(machine, NULL, NULL);
			}
			lfb_assert_ok(machine, lfb_machine_rewind(machine, copy));
		}
		lfb_assert_no_findings(machine);
		lfb_machine_copy_free(copy);
		lfb_agent_destroy(agent);
		lfb_machine_destroy(machine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_has_their_data_and_where_they_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
