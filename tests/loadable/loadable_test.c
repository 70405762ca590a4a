// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Modules in shared objects: born anew at every kexec, elsewhere, perhaps in another version. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/cmocka.h>
#include <luo/lfb.h>
#include <luo/scenario.h>

#define MODULE_PATH(name) LFB_TEST_MODULES "/" name ".so"

/* What the modules said last. */
struct said {
	char line[300];
};

static void hear(void *context, const struct lfb_event *event)
{
	struct said *said = context;
	char line[300];

	lfb_event_format(event, line, sizeof(line));
	if (strstr(line, " reads version "))
		snprintf(said->line, sizeof(said->line), "%s", line);
}

static struct lfb_machine *machine_with(enum lfb_memory_mode mode, struct said *said,
					const char *path)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options), .mode = mode, .memory = 8 << 20,
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	if (said)
		lfb_trace_to(machine, hear, said);
	lfb_assert_ok(machine, lfb_machine_load_module(machine, path));
	lfb_assert_ok(machine, lfb_machine_boot(machine));
	return machine;
}

static long open_file(void *compatible)
{
	return (long)lfb_module_file(compatible, 7);
}

/* A file of that handler in a session; returns what preserving it answers. */
static int preserve(struct lfb_machine *machine, struct lfb_agent *agent, const char *compatible)
{
	int device = lfb_assert_ok(machine, lfb_agent_open(agent));
	int session = lfb_assert_ok(machine, lfb_agent_create_session(agent, device, "vm"));
	struct file *file =
		ERR_PTR(lfb_machine_call(machine, open_file, (void *)(uintptr_t)compatible));

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

/* Preserves, updates and says what the keeper said. */
static void one_update(enum lfb_memory_mode mode, const char *path, struct said *said)
{
	struct lfb_machine *machine = machine_with(mode, said, path);
	struct lfb_agent *agent;

	lfb_assert_ok(machine, lfb_agent_create(machine, "vmm", &agent));
	lfb_assert_ok(machine, preserve(machine, agent, "keeper-file-v1"));
	lfb_assert_ok(machine, update(machine, agent));
	lfb_assert_no_findings(machine);
	lfb_agent_destroy(agent);
	lfb_machine_destroy(machine);
}

static void static_data_is_fresh_after_a_kexec(void **state)
{
	struct said said = { "" };

	for (int mode = LFB_MEMORY_REMAP; mode <= LFB_MEMORY_FIXED; mode++) {
		one_update(mode, MODULE_PATH("keeper"), &said);
		assert_non_null(strstr(said.line, "keeper 1 reads version 1: 1 users, "
				       "0 of its own, at most 4"));
	}
}

static long where(void *unused)
{
	struct file *file = lfb_module_file("keeper-file-v1", 1);
	const void *code = IS_ERR(file) ? NULL : file->f_op;

	if (!IS_ERR(file))
		fput(file);
	return (long)code;
}

static void each_kernel_has_it_elsewhere(void **state)
{
	struct lfb_machine *machine = machine_with(LFB_MEMORY_REMAP, NULL, MODULE_PATH("keeper"));
	long seen[20];

	for (int i = 0; i < 20; i++) {
		seen[i] = lfb_machine_call(machine, where, NULL);
		assert_true(seen[i]);
		for (int back = 1; back < 4 && back <= i; back++)
			assert_true(seen[i] != seen[i - back]);
		lfb_assert_ok(machine, lfb_machine_kexec(machine));
	}
	lfb_machine_destroy(machine);
	machine = machine_with(LFB_MEMORY_FIXED, NULL, MODULE_PATH("keeper"));
	seen[0] = lfb_machine_call(machine, where, NULL);
	lfb_assert_ok(machine, lfb_machine_kexec(machine));
	assert_true(seen[0] == lfb_machine_call(machine, where, NULL));
	lfb_machine_destroy(machine);
}

/* It is named when it is handed over, and again when the next kernel follows it. */
static void leak(const char *path, const char *what)
{
	struct lfb_machine *machine = machine_with(LFB_MEMORY_REMAP, NULL, path);
	const struct lfb_finding *finding;
	struct lfb_agent *agent;

	lfb_assert_ok(machine, lfb_agent_create(machine, "vmm", &agent));
	lfb_assert_ok(machine, preserve(machine, agent, "keeper-file-v1"));
	assert_int_equal(update(machine, agent), -EFAULT);
	assert_int_equal(lfb_machine_state(machine), LFB_PANICKED);
	finding = lfb_finding_at(machine, 0);
	assert_int_equal(finding->id, LFB_FINDING_MEM_POINTER_HANDED_OVER);
	assert_non_null(strstr(finding->text, what));
	finding = lfb_finding_at(machine, 1);
	assert_int_equal(finding->id, LFB_FINDING_MEM_STALE_POINTER);
	assert_non_null(strstr(finding->text, what));
	assert_non_null(strstr(finding->text, "of an earlier kernel was followed; "
			       "it was found at"));
	lfb_findings_clear(machine);
	/* What died is no reason not to go on. */
	lfb_assert_ok(machine, lfb_machine_shutdown(machine));
	lfb_assert_ok(machine, lfb_machine_boot(machine));
	lfb_agent_destroy(agent);
	lfb_machine_destroy(machine);
}

static void a_pointer_to_its_data_is_named(void **state)
{
	leak(MODULE_PATH("keeper-data"), "module data");
}

static void a_pointer_to_its_code_is_named(void **state)
{
	leak(MODULE_PATH("keeper-code"), "module code");
}

static void a_new_version_reads_what_the_old_one_wrote(void **state)
{
	struct said said = { "" };
	struct lfb_machine *machine =
		machine_with(LFB_MEMORY_REMAP, &said, MODULE_PATH("keeper"));
	struct lfb_agent *agent;

	lfb_assert_ok(machine, lfb_agent_create(machine, "vmm", &agent));
	lfb_assert_ok(machine, preserve(machine, agent, "keeper-file-v1"));
	lfb_assert_ok(machine, lfb_machine_swap_module(machine, "keeper.so", "keeper-v2.so"));
	lfb_assert_ok(machine, update(machine, agent));
	assert_non_null(strstr(said.line, "keeper 2 reads version 1: 1 users, 0 of its own"));
	lfb_assert_no_findings(machine);
	lfb_assert_ok(machine, lfb_machine_swap_module(machine, "keeper", "keeper.so"));
	lfb_assert_error(machine, lfb_machine_load_module(machine, MODULE_PATH("keeper-v2")),
			 -EBUSY);
	lfb_assert_error(machine, lfb_machine_load_module(machine, MODULE_PATH("keeper")),
			 -EBUSY);
	lfb_agent_destroy(agent);
	lfb_machine_destroy(machine);
}

static void a_version_that_refuses_is_told(void **state)
{
	struct lfb_machine *machine = machine_with(LFB_MEMORY_REMAP, NULL, MODULE_PATH("keeper"));
	struct lfb_agent *agent;

	lfb_assert_ok(machine, lfb_agent_create(machine, "vmm", &agent));
	lfb_assert_ok(machine, preserve(machine, agent, "keeper-file-v1"));
	lfb_assert_ok(machine, lfb_machine_swap_module(machine, MODULE_PATH("keeper"),
						       MODULE_PATH("keeper-strict")));
	assert_int_equal(update(machine, agent), -EPROTO);
	lfb_assert_no_findings(machine);
	lfb_agent_destroy(agent);
	lfb_assert_findings(machine, LFB_FINDING_FLB_RETRIEVE_REFUSED);
	lfb_machine_destroy(machine);
}

static void others_go_together(void **state)
{
	struct lfb_machine *machine = machine_with(LFB_MEMORY_REMAP, NULL, MODULE_PATH("keeper"));
	struct lfb_agent *agent;

	lfb_assert_ok(machine, lfb_machine_load_module(machine, MODULE_PATH("plain")));
	lfb_assert_error(machine, lfb_machine_load_module(machine, MODULE_PATH("plain")), -EBUSY);
	lfb_assert_error(machine, lfb_machine_swap_module(machine, "keeper", "plain.so"), -EBUSY);
	lfb_assert_ok(machine, lfb_agent_create(machine, "vmm", &agent));
	lfb_assert_ok(machine, preserve(machine, agent, "plain-v1"));
	lfb_assert_ok(machine, update(machine, agent));
	lfb_assert_ok(machine, lfb_machine_remove_module(machine, "keeper"));
	lfb_assert_ok(machine, lfb_machine_load_module(machine, MODULE_PATH("keeper")));
	lfb_assert_ok(machine, lfb_machine_kexec(machine));
	lfb_agent_destroy(agent);
	lfb_findings_clear(machine);
	lfb_machine_destroy(machine);
}

static void who_is_used_stays(void **state)
{
	struct lfb_machine *machine = machine_with(LFB_MEMORY_REMAP, NULL, MODULE_PATH("lends"));

	lfb_assert_ok(machine, lfb_machine_load_module(machine, MODULE_PATH("borrows")));
	lfb_assert_error(machine, lfb_machine_remove_module(machine, "lends"), -EBUSY);
	assert_string_equal(lfb_error_text(machine), "module lends is in use by borrows");
	lfb_assert_ok(machine, lfb_machine_kexec(machine));
	lfb_assert_error(machine, lfb_machine_remove_module(machine, "lends"), -EBUSY);
	lfb_assert_ok(machine, lfb_machine_remove_module(machine, "borrows"));
	lfb_assert_ok(machine, lfb_machine_remove_module(machine, "lends"));
	lfb_assert_error(machine, lfb_machine_load_module(machine, MODULE_PATH("borrows")),
			 -ENOEXEC);
	lfb_machine_destroy(machine);
}

static void who_was_replaced_comes_back(void **state)
{
	struct lfb_machine *machine = machine_with(LFB_MEMORY_REMAP, NULL, MODULE_PATH("keeper"));

	lfb_assert_ok(machine, lfb_machine_swap_module(machine, "keeper", "keeper-v2.so"));
	lfb_assert_ok(machine, lfb_machine_kexec(machine));
	lfb_assert_ok(machine, lfb_machine_remove_module(machine, "keeper"));
	lfb_assert_ok(machine, lfb_machine_load_module(machine, MODULE_PATH("keeper")));
	lfb_assert_no_findings(machine);
	lfb_machine_destroy(machine);
}

static void what_cannot_be_loaded_is_told(void **state)
{
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	lfb_assert_error(machine, lfb_machine_load_module(machine, MODULE_PATH("nowhere")),
			 -ENOENT);
	lfb_assert_error(machine, lfb_machine_load_module(machine, NULL), -EINVAL);
	lfb_assert_error(machine, lfb_machine_load_module(machine, "/proc/self/exe"),
			 -ENOEXEC);
	lfb_assert_error(machine, lfb_machine_load_module(machine, MODULE_PATH("none")), -ENOEXEC);
	assert_non_null(strstr(lfb_error_text(machine), "none.so is no module"));
	lfb_assert_error(machine, lfb_machine_load_module(machine, MODULE_PATH("needs")), -ENOEXEC);
	assert_string_equal(lfb_error_text(machine), MODULE_PATH("needs")
			    ": undefined symbol: nobody_has_this");
	lfb_assert_error(machine, lfb_machine_swap_module(machine, "keeper", "x.so"), -ENOENT);
	lfb_assert_ok(machine, lfb_machine_boot(machine));
	lfb_machine_destroy(machine);
}

struct vmm {
	struct lfb_agent *agent;
	int session;
	int file;
};

static int begin(struct lfb_machine *machine, void *context)
{
	struct vmm *vmm = context;
	int err = lfb_agent_create(machine, "vmm", &vmm->agent);
	long file = err ? err : lfb_machine_call(machine, open_file, "keeper-file-v1");

	vmm->file = err ? err : lfb_agent_install(vmm->agent, ERR_PTR(file));
	if (vmm->file < 0)
		return vmm->file;
	vmm->session = lfb_agent_create_session(vmm->agent, lfb_agent_open(vmm->agent), "vm");
	return 0;
}

static int preserve_it(struct lfb_machine *machine, void *context)
{
	struct vmm *vmm = context;

	return lfb_agent_preserve(vmm->agent, vmm->session, vmm->file, 1);
}

static int end(struct lfb_machine *machine, void *context)
{
	struct vmm *vmm = context;

	lfb_agent_destroy(vmm->agent);
	return 0;
}

static void whatever_fails_leaves_nothing(void **state)
{
	const struct lfb_sweep_body body = {
		.sz = sizeof(body), .prepare = begin, .step = preserve_it, .clean_up = end,
	};
	struct lfb_sweep_result result = { .sz = sizeof(result) };
	struct lfb_machine *machine;
	struct vmm vmm;

	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	lfb_assert_ok(machine, lfb_machine_load_module(machine, MODULE_PATH("keeper")));
	lfb_assert_ok(machine, lfb_sweep(machine, &body, &vmm, NULL, &result));
	assert_true(result.runs > 0);
	assert_string_equal(result.first, "");
	lfb_findings_clear(machine);
	lfb_machine_destroy(machine);
}

/* Returns how many violations there are with @path, and @next after the first kexec. */
static unsigned int search(const char *path, const char *next)
{
	const char *const paths[] = { path, NULL };
	const struct lfb_exhaust_modules what = {
		.sz = sizeof(what), .loadable = paths, .next = next, .length = 5,
	};
	struct lfb_exhaust_modules_result result = { .sz = sizeof(result) };

	assert_int_equal(lfb_exhaust_modules(NULL, &what, NULL, &result), 0);
	assert_true(result.sequences > 1);
	return result.violations;
}

static void it_is_searched(void **state)
{
	const char *const nowhere[] = { MODULE_PATH("nowhere"), NULL };
	struct lfb_exhaust_modules what = { .sz = sizeof(what), .loadable = nowhere };
	struct lfb_exhaust_modules_result result = { .sz = sizeof(result) };

	assert_int_equal(search(MODULE_PATH("keeper"), NULL), 0);
	assert_int_equal(search(MODULE_PATH("keeper"), MODULE_PATH("keeper-v2")), 0);
	assert_int_equal(search(MODULE_PATH("keeper"), MODULE_PATH("keeper-strict")), 1);
	assert_int_equal(search(MODULE_PATH("keeper-data"), NULL), 1);
	assert_int_equal(lfb_exhaust_modules(NULL, &what, NULL, &result), -ENOENT);
	what.loadable = NULL;
	assert_int_equal(lfb_exhaust_modules(NULL, &what, NULL, &result), -EINVAL);
}

static void *live(void *said)
{
	for (int i = 0; i < 20; i++)
		one_update(LFB_MEMORY_REMAP, MODULE_PATH("keeper"), said);
	return NULL;
}

static void machines_do_not_share_it(void **state)
{
	struct said said[2] = { { "" }, { "" } };
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, live, &said[i]), 0);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		assert_non_null(strstr(said[i].line, "1 users, 0 of its own"));
	}
}

/* Never destroyed: the process ends with copies that are out of reach. */
static void a_machine_that_stays_does_no_harm(void **state)
{
	static struct lfb_machine *machine;

	machine = machine_with(LFB_MEMORY_REMAP, NULL, MODULE_PATH("keeper"));
	lfb_assert_ok(machine, lfb_machine_kexec(machine));
}

/* Kernel images */

static struct lfb_machine *machine_of(const char *kernel, enum lfb_memory_mode mode)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options), .mode = mode, .memory = 8 << 20, .kernel = kernel,
	};
	struct lfb_machine *machine = NULL;
	int err = lfb_machine_create(&options, &machine);

	assert_int_equal(err, machine ? 0 : -ENOEXEC);
	return machine;
}

static void assert_counted(struct lfb_machine *machine, unsigned long incoming,
			   unsigned long outgoing, unsigned long preserved)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };

	lfb_assert_ok(machine, lfb_machine_stats(machine, &stats));
	assert_int_equal(stats.sessions_incoming, incoming);
	assert_int_equal(stats.sessions_outgoing, outgoing);
	assert_int_equal(stats.files_preserved, preserved);
}

static void an_orchestrator_of_another_boots(void **state)
{
	for (int mode = LFB_MEMORY_REMAP; mode <= LFB_MEMORY_FIXED; mode++) {
		struct lfb_machine *machine = machine_of(MODULE_PATH("orchestrator"),
							 (enum lfb_memory_mode)mode);
		struct said said = { "" };
		struct lfb_agent *agent;
		int device, session;

		assert_string_equal(lfb_machine_profile(machine), "linux-7.3");
		lfb_trace_to(machine, hear, &said);
		lfb_assert_ok(machine, lfb_machine_load_module(machine, MODULE_PATH("keeper")));
		lfb_assert_ok(machine, lfb_machine_boot(machine));
		lfb_assert_ok(machine, lfb_agent_create(machine, "vmm", &agent));
		assert_counted(machine, 0, 0, 0);
		lfb_assert_ok(machine, preserve(machine, agent, "keeper-file-v1"));
		assert_counted(machine, 0, 1, 1);
		lfb_assert_ok(machine, lfb_machine_kexec(machine));
		device = lfb_assert_ok(machine, lfb_agent_open(agent));
		session = lfb_assert_ok(machine, lfb_agent_retrieve_session(agent, device, "vm"));
		assert_counted(machine, 1, 0, 0);
		lfb_assert_ok(machine, lfb_agent_retrieve(agent, session, 1));
		assert_non_null(strstr(said.line, "keeper 1 reads version 1: 1 users, 0 of its"));
		lfb_assert_ok(machine, lfb_agent_finish(agent, session));
		lfb_assert_ok(machine, lfb_machine_settle(machine));
		lfb_assert_no_findings(machine);
		lfb_agent_destroy(agent);
		lfb_machine_destroy(machine);
	}
}

static void what_is_left_with_it_is_found(void **state)
{
	struct lfb_machine *machine = machine_of(MODULE_PATH("orchestrator"), LFB_MEMORY_REMAP);
	struct lfb_agent *agent;

	lfb_assert_ok(machine, lfb_machine_load_module(machine, MODULE_PATH("keeper-data")));
	lfb_assert_ok(machine, lfb_machine_boot(machine));
	lfb_assert_ok(machine, lfb_agent_create(machine, "vmm", &agent));
	lfb_assert_ok(machine, preserve(machine, agent, "keeper-file-v1"));
	assert_int_equal(update(machine, agent), -EFAULT);
	assert_int_equal(lfb_finding_at(machine, 0)->id, LFB_FINDING_MEM_POINTER_HANDED_OVER);
	assert_int_equal(lfb_finding_at(machine, 1)->id, LFB_FINDING_MEM_STALE_POINTER);
	lfb_agent_destroy(agent);
	lfb_machine_destroy(machine);
}

#define LONG_NAME "a-name-that-fills-the-field-of-48-bytes-and-goes-on"

static void a_name_without_its_end_is_refused_for_it(void **state)
{
	static const struct {
		const char *text;
		enum lfb_finding_id found;
	} cases[] = {
		{ "compatible h 0 " LONG_NAME "\nhandler 0\n", LFB_FINDING_FILE_COMPATIBLE },
		{ "compatible flb 0 " LONG_NAME "\nflb 0 0\n", LFB_FINDING_FLB_COMPATIBLE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lfb_machine *machine =
			machine_of(MODULE_PATH("orchestrator"), LFB_MEMORY_REMAP);
		struct lfb_scenario *scenario;

		lfb_assert_ok(machine, lfb_scenario_parse("name", cases[i].text,
							  strlen(cases[i].text), &scenario));
		lfb_assert_ok(machine, lfb_scenario_run(scenario, machine, NULL));
		assert_non_null(lfb_finding_at(machine, 0));
		assert_int_equal(lfb_finding_at(machine, 0)->id, cases[i].found);
		assert_null(lfb_finding_at(machine, 1));
		lfb_scenario_free(scenario);
		lfb_machine_destroy(machine);
	}
}

static void a_kernel_jumps_into_an_image(void **state)
{
	static const char *const toy = MODULE_PATH("orchestrator");
	static const enum lfb_memory_mode modes[] = { LFB_MEMORY_REMAP, LFB_MEMORY_FIXED };

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct lfb_machine *machine = machine_with(modes[i], NULL, MODULE_PATH("keeper"));
		struct lfb_agent *agent;
		int device, session;

		lfb_assert_ok(machine, lfb_agent_create(machine, "vmm", &agent));
		lfb_assert_ok(machine, lfb_machine_prepare(machine));
		lfb_assert_ok(machine, lfb_machine_jump(machine, toy));
		assert_string_equal(lfb_machine_profile(machine), "linux-7.3");
		lfb_assert_ok(machine, preserve(machine, agent, "keeper-file-v1"));
		/* The same again. */
		lfb_assert_ok(machine, lfb_machine_kexec(machine));
		device = lfb_assert_ok(machine, lfb_agent_open(agent));
		session = lfb_assert_ok(machine, lfb_agent_retrieve_session(agent, device, "vm"));
		lfb_assert_ok(machine, lfb_agent_retrieve(agent, session, 1));
		lfb_assert_ok(machine, lfb_agent_finish(agent, session));
		/* What this one hands over is none of theirs. */
		lfb_assert_ok(machine, lfb_machine_prepare(machine));
		assert_int_equal(lfb_machine_jump(machine, "linux-7.3"), -EFAULT);
		assert_int_equal(lfb_machine_state(machine), LFB_PANICKED);
		assert_non_null(strstr(lfb_error_text(machine), "incoming state"));
		lfb_agent_destroy(agent);
		lfb_machine_destroy(machine);
	}
}

static void the_profile_of_a_machines_image_is_that_image(void **state)
{
	struct lfb_machine *machine = machine_of(MODULE_PATH("orchestrator"), LFB_MEMORY_REMAP);
	static const char *const same[] = { "linux-7.3", MODULE_PATH("orchestrator"),
					    "orchestrator.so", NULL };

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		lfb_assert_ok(machine, lfb_machine_boot(machine));
		lfb_assert_ok(machine, lfb_machine_prepare(machine));
		/* The library's would not understand what it is given. */
		lfb_assert_ok(machine, lfb_machine_jump(machine, same[i]));
		lfb_assert_ok(machine, lfb_machine_shutdown(machine));
	}
	lfb_machine_destroy(machine);
}

static void what_is_no_image_is_not_jumped_into(void **state)
{
	struct lfb_machine *machine = machine_of(MODULE_PATH("orchestrator"), LFB_MEMORY_REMAP);
	static const struct {
		const char *kernel;
		int error;
		const char *text;
	} cases[] = {
		{ "nothing", -EINVAL, "there is no profile \"nothing\"" },
		{ "./nothing", -ENOENT, "./nothing: cannot be opened" },
		{ "nothing.so", -ENOENT, "/nothing.so: cannot be opened" },
		{ "keeper.so", -ENOEXEC, "is no kernel image" },
		{ "orchestrator-old.so", -ENOEXEC, "another version of lfb tree" },
	};

	lfb_assert_ok(machine, lfb_machine_boot(machine));
	assert_int_equal(lfb_machine_jump(machine, "orchestrator.so"), -EBUSY);
	lfb_assert_ok(machine, lfb_machine_prepare(machine));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(lfb_machine_jump(machine, cases[i].kernel), cases[i].error);
		assert_non_null(strstr(lfb_error_text(machine), cases[i].text));
	}
	lfb_assert_ok(machine, lfb_machine_jump(machine, "orchestrator.so"));
	lfb_machine_destroy(machine);
}

static void what_is_no_kernel_is_told(void **state)
{
	assert_null(machine_of(MODULE_PATH("keeper"), LFB_MEMORY_REMAP));
	assert_non_null(strstr(lfb_error_text(NULL), "is no kernel image"));
	assert_null(machine_of(MODULE_PATH("orchestrator-old"), LFB_MEMORY_REMAP));
	assert_non_null(strstr(lfb_error_text(NULL), "another version of lfb tree"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(static_data_is_fresh_after_a_kexec),
		cmocka_unit_test(each_kernel_has_it_elsewhere),
		cmocka_unit_test(a_pointer_to_its_data_is_named),
		cmocka_unit_test(a_pointer_to_its_code_is_named),
		cmocka_unit_test(a_new_version_reads_what_the_old_one_wrote),
		cmocka_unit_test(a_version_that_refuses_is_told),
		cmocka_unit_test(others_go_together),
		cmocka_unit_test(who_is_used_stays),
		cmocka_unit_test(who_was_replaced_comes_back),
		cmocka_unit_test(what_cannot_be_loaded_is_told),
		cmocka_unit_test(whatever_fails_leaves_nothing),
		cmocka_unit_test(an_orchestrator_of_another_boots),
		cmocka_unit_test(what_is_left_with_it_is_found),
		cmocka_unit_test(a_name_without_its_end_is_refused_for_it),
		cmocka_unit_test(a_kernel_jumps_into_an_image),
		cmocka_unit_test(the_profile_of_a_machines_image_is_that_image),
		cmocka_unit_test(what_is_no_image_is_not_jumped_into),
		cmocka_unit_test(what_is_no_kernel_is_told),
		cmocka_unit_test(it_is_searched),
		cmocka_unit_test(machines_do_not_share_it),
		cmocka_unit_test(a_machine_that_stays_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
