// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Loads the test module it is linked with into a kernel. Such a module tests when it is loaded, and
 * complains of what is wrong; so whatever is found is a failure. What it prints is printed.
 */
#include <stdio.h>

#include <luo/finding.h>
#include <luo/machine.h>
#include <luo/module.h>
#include <luo/trace.h>

struct module __this_module = { .name = "test" };
int init_module(void);

static long load(void *argument)
{
	(void)argument;
	return init_module();
}

static void say(void *context, const struct lfb_event *event)
{
	char text[200];

	(void)context;
	if (event->kind != LFB_EVENT_PRINTK)
		return;
	lfb_event_detail(event, text, sizeof(text));
	printf("# %s\n", text);
}

int main(void)
{
	struct lfb_machine *machine;
	unsigned int failed;

	if (lfb_machine_create(NULL, &machine) || lfb_machine_boot(machine))
		return 2;
	lfb_trace_to(machine, say, NULL);
	lfb_machine_call(machine, load, NULL);
	lfb_trace_to(machine, NULL, NULL);
	for (size_t i = 0; i < lfb_finding_count(machine); i++) {
		const struct lfb_finding *finding = lfb_finding_at(machine, i);

		printf("# FAILED: %s: %s: %s\n", lfb_finding_name(finding->id), finding->object,
		       finding->text);
	}
	failed = lfb_finding_count(machine) || lfb_machine_state(machine) != LFB_RUNNING;
	printf("# module: pass:%u fail:%u skip:0\n", !failed, failed);
	lfb_machine_destroy(machine);
	return (int)failed;
}
