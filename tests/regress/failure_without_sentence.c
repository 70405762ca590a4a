// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Each public call that fails says in a sentence why. */
#include <luo/blob.h>
#include <luo/choose.h>
#include <luo/convert.h>
#include <luo/exhaust.h>
#include <luo/fault.h>
#include <luo/inspect.h>
#include <luo/matrix.h>
#include <luo/scenario.h>
#include <luo/shrink.h>
#include <luo/sweep.h>

#include "tests/support/world.h"

static struct world *world;
static struct lfb_machine *m;		/* runs */
static struct lfb_machine *off;
static struct lfb_agent *a;
static struct lfb_scenario *scenario;
static int session;

static int refuse_output(void *context, const char *text, size_t size)
{
	(void)context, (void)text, (void)size;
	return -EPIPE;
}

static bool never(void *context, const struct lfb_scenario *candidate)
{
	(void)context, (void)candidate;
	return false;
}

static long refuse_ioctl(struct file *file, unsigned int cmd, unsigned long argument)
{
	(void)file, (void)cmd, (void)argument;
	return -EPERM;
}

static int refuse_init(void)
{
	return -ENXIO;
}

static const struct file_operations no_ioctl, refusing = { .unlocked_ioctl = refuse_ioctl };
static struct module bad_module = { .name = "bad" };
static struct lfb_module bad = { .module = &bad_module, .init = refuse_init };
static struct lfb_module nameless;

static int ioctl_of(const struct file_operations *fops)
{
	int fd = lfb_agent_install(a, anon_inode_getfile("file", fops, NULL, 0));

	return lfb_agent_ioctl(a, fd, 0x1234, NULL);
}

static int get(bool incoming)
{
	void *object;

	return world_get(world, 0, incoming, &object);
}

static int bad_blob(void)
{
	struct lfb_blob *blob;

	return lfb_blob_from_memory("no blob", 7, &blob);
}

static int bad_scenario(const char *text)
{
	struct lfb_scenario *parsed;

	return lfb_scenario_parse("name", text, strlen(text), &parsed);
}

/* Each as an expression that must be negative. */
#define CALLS(X)                                                                                   \
	X(lfb_machine_create(&(struct lfb_machine_options){ .sz = 1 },                             \
			     &(struct lfb_machine *){ 0 }))                                        \
	X(lfb_machine_create(NULL, NULL))                                                          \
	X(lfb_machine_add_module(m, NULL))                                                         \
	X(lfb_machine_add_module(m, &nameless))                                                    \
	X(lfb_machine_add_module(m, &world->recorder->image))                                      \
	X(lfb_machine_add_module(off, &world->recorder->image))                                    \
	X(lfb_machine_add_module(m, &bad))                                                         \
	X(lfb_machine_remove_module(m, NULL))                                                      \
	X(lfb_machine_remove_module(m, "none"))                                                    \
	X(lfb_machine_boot(m))                                                                     \
	X(lfb_machine_boot_blob(m, NULL))                                                          \
	X(lfb_machine_boot_blob(off, NULL))                                                        \
	X(lfb_machine_shutdown(NULL))                                                              \
	X(lfb_machine_prepare(off))                                                                \
	X(lfb_machine_jump(m, NULL))                                                               \
	X(lfb_machine_jump(m, "none"))                                                             \
	X(lfb_machine_kexec(off))                                                                  \
	X(lfb_machine_call(m, NULL, NULL))                                                         \
	X(lfb_machine_call(off, NULL, NULL))                                                       \
	X(lfb_machine_read(m, ~0ull, &session, 1))                                                 \
	X(lfb_machine_read(m, 0, NULL, 1))                                                         \
	X(lfb_machine_read(off, 0, &session, 1))                                                   \
	X(lfb_machine_stats(m, NULL))                                                              \
	X(lfb_machine_settle(off))                                                                 \
	X(lfb_agent_create(m, NULL, NULL))                                                         \
	X(lfb_agent_open(NULL))                                                                    \
	X(lfb_agent_close(a, 77))                                                                  \
	X(lfb_agent_ioctl(a, 77, 0, NULL))                                                         \
	X(lfb_agent_ioctl(a, session, 0x1234, NULL))                                               \
	X(lfb_agent_ioctl(a, session, LIVEUPDATE_SESSION_FINISH, NULL))                            \
	X(lfb_agent_ioctl(a, session, LIVEUPDATE_SESSION_PRESERVE_FD, (void *)8))                  \
	X(ioctl_of(&no_ioctl))                                                                     \
	X(ioctl_of(&refusing))                                                                     \
	X(lfb_agent_create_session(a, world->device, ""))                                          \
	X(lfb_agent_create_session(a, world->device, NULL))                                        \
	X(lfb_agent_create_session(a, world->device, "s"))                                         \
	X(lfb_agent_create_session(a, session, "t"))                                               \
	X(lfb_agent_retrieve_session(a, world->device, "none"))                                    \
	X(lfb_agent_preserve(a, session, 77, 1))                                                   \
	X(lfb_agent_preserve(a, session, session, 1))                                              \
	X(lfb_agent_retrieve(a, session, 1))                                                       \
	X(lfb_agent_finish(a, session))                                                            \
	X(lfb_agent_get_name(a, session, NULL))                                                    \
	X(lfb_agent_get_name(a, 77, (char[LIVEUPDATE_SESSION_NAME_LENGTH]){ "" }))                 \
	X(lfb_agent_install(a, NULL))                                                              \
	X(get(true))                                                                               \
	X(get(false))                                                                              \
	X(liveupdate_register_file_handler(NULL))                                                  \
	X(liveupdate_register_file_handler(world_handler(world, 0)))                               \
	X(liveupdate_register_flb(NULL, NULL))                                                     \
	X(liveupdate_register_flb(world_handler(world, 3), world_flb(world, 0)))                   \
	X(lfb_blob_capture(m, NULL))                                                               \
	X(lfb_blob_capture(m, &(struct lfb_blob *){ 0 }))                                          \
	X(lfb_blob_load("/no/such/file", &(struct lfb_blob *){ 0 }))                               \
	X(lfb_blob_save(NULL, "/tmp"))                                                             \
	X(bad_blob())                                                                              \
	X(lfb_blob_convert(NULL, "linux-7.3", &(struct lfb_blob *){ 0 }))                          \
	X(lfb_blob_count(NULL, NULL))                                                              \
	X(lfb_inspect_blob(NULL, 0, refuse_output, NULL))                                          \
	X(lfb_inspect_memory("", 0, 0, NULL, 0, refuse_output, NULL))                              \
	X(lfb_choose_seeded(NULL, 1))                                                              \
	X(lfb_choose_listed(m, NULL, 1))                                                           \
	X(lfb_choose_bytes(m, NULL, 1))                                                            \
	X(lfb_choose_all(NULL))                                                                    \
	X(lfb_sched_to(NULL, NULL, NULL))                                                          \
	X(lfb_trace_to(NULL, NULL, NULL))                                                          \
	X(lfb_fault_arm(m, &(struct lfb_fault_plan){ .sz = 1 }))                                   \
	X(lfb_finding_by_name("none"))                                                             \
	X(lfb_finding_by_name(NULL))                                                               \
	X(lfb_finding_silence(m, LFB_FINDINGS_NR, true))                                           \
	X(bad_scenario("no such verb"))                                                            \
	X(lfb_scenario_load("/no/such/file", &(struct lfb_scenario *){ 0 }))                       \
	X(lfb_scenario_run(scenario, m, NULL))                                                     \
	X(lfb_scenario_run(scenario, off, NULL))                                                   \
	X(lfb_scenario_run(NULL, off, NULL))                                                       \
	X(lfb_scenario_write(scenario, true, refuse_output, NULL))                                 \
	X(lfb_scenario_write(scenario, true, NULL, NULL))                                          \
	X(lfb_scenario_shrink(scenario, never, NULL, NULL, &(struct lfb_scenario *){ 0 }))         \
	X(lfb_scenario_shrink(scenario, NULL, NULL, NULL, &(struct lfb_scenario *){ 0 }))          \
	X(lfb_scenario_shrink_finding(scenario, off, LFB_FINDING_KERNEL_BUG, false,                \
				      NULL, &(struct lfb_scenario *){ 0 }))                        \
	X(lfb_scenario_failure(NULL, NULL, NULL))                                                  \
	X(lfb_scenario_sweep(scenario, m, NULL, NULL))                                             \
	X(lfb_sweep(off, NULL, NULL, NULL, NULL))                                                  \
	X(lfb_exhaust(NULL, NULL))                                                                 \
	X(lfb_exhaust_case(NULL, scenario, NULL))                                                  \
	X(lfb_exhaust_module(scenario, m, NULL, NULL))                                             \
	X(lfb_matrix_run(m, 0, NULL, 0, NULL))

static unsigned int silent;

static void check(const char *call, long result)
{
	if (result >= 0 || (!*lfb_error_text(NULL) && !*lfb_error_text(m) &&
			    !*lfb_error_text(off))) {
		print_error("%s: %s: %ld\n", lfb_machine_profile(m), call, result);
		silent++;
	}
	lfb__fail(NULL, 0, "%s", "");
	lfb__fail(&m->kernel, 0, "%s", "");
	lfb__fail(&off->kernel, 0, "%s", "");
}

static void who_fails_says_why(void **state)
{
	static const char text[] = "open = -5\n";

	(void)state;
	assert_int_equal(lfb_scenario_parse("s", text, strlen(text), &scenario), 0);
	/* linux-7.3 follows what it is given: it dies of some of these. */
	for (const char *const *profile = (const char *const[]){ "reference", NULL }; *profile;
	     profile++) {
		world = world_create(*profile, NULL, NULL);
		world_wire(world, "0:0");
		m = world->machine;
		a = world->agent;
		assert_int_equal(lfb_machine_create(NULL, &off), 0);
		session = world_session(world, "s");
		check("begin", lfb_agent_close(a, 78));
#define X(call) check(#call, (long)(call));
		CALLS(X)
#undef X
		lfb_machine_destroy(off);
		world_destroy(world);
	}
	lfb_scenario_free(scenario);
	assert_int_equal(silent, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_fails_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
