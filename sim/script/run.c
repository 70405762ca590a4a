// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A script is done: one line after the other, from the first boot to the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/script/script.h"

/* A kernel is up, and a process of its own does the rest of the script. */
static void begin_stage(struct lfb_script *script)
{
	lfb__script_forget(script);
	lfb__transcript_line(&script->transcript, "@@STAGE %u", ++script->stage);
	script->console = lfb__script_console(script);
}

static void show(struct lfb_script *script, const struct lfb_script_line *line, long result)
{
	const char *name = lfb_errno_name(result);
	char answer[32];

	if (!line->verb->perform) {
		lfb__transcript_line(&script->transcript, "@@%3u: --%s", line->number,
				     line->text + strcspn(line->text, " \t"));
		return;
	}
	if (!result)
		snprintf(answer, sizeof(answer), "ok");
	else if (name)
		snprintf(answer, sizeof(answer), "-%s", name);
	else
		snprintf(answer, sizeof(answer), "%ld", result);
	lfb__transcript_line(&script->transcript, "@@%3u: %-52s = %s%s%s", line->number,
			     line->text, answer, *script->said ? " " : "", script->said);
}

static bool is_dead(struct lfb_script *script)
{
	const enum lfb_machine_state state = lfb_machine_state(script->machine);

	return state == LFB_PANICKED || state == LFB_HUNG || state == LFB_OFF;
}

/* Returns 0, or what the kernel died with. */
static int perform(struct lfb_script *script, const struct lfb_script_line *line)
{
	long result;

	script->machine->kernel.operation = line->number;
	script->machine->kernel.doing = line->text;
	*script->said = '\0';
	script->jumped = false;
	result = line->verb->perform ? line->verb->perform(script, line) : 0;
	if (is_dead(script))
		return result < 0 ? (int)result : -EFAULT;
	/* It could not jump, and takes no call any more. */
	if (lfb_machine_state(script->machine) == LFB_REBOOTING)
		return result < 0 ? (int)result : -EBUSY;
	/* Nobody is there to hear what the call that ended a kernel answers. */
	if (script->jumped)
		begin_stage(script);
	else
		show(script, line, result);
	return script->transcript.error;
}

static int run_all(struct lfb_script *script)
{
	const struct lfb_blob *blob = script->options.boot_from;
	const struct lfb_script_line *lines = script->lines.items;
	int err = blob ? lfb_machine_boot_blob(script->machine, blob) :
			 lfb_machine_boot(script->machine);

	if (!err)
		begin_stage(script);
	for (size_t i = 0; i < script->lines.count && !err; i++)
		err = perform(script, &lines[i]);
	if (err) {
		lfb__transcript_line(&script->transcript, "@@DEAD: %s",
				     lfb_error_text(script->machine));
		return err;
	}
	lfb__machine_at_end(script->machine);
	lfb__transcript_line(&script->transcript, "@@SCRIPT DONE");
	return 0;
}

/* Findings are about lines of the script. */
static int run(struct lfb_script *script)
{
	struct lfb_machine *machine = script->machine;
	char why[sizeof(machine->kernel.error)];
	int err;

	lfb__script_module(script);
	err = lfb_machine_add_module(machine, &script->image);
	if (err)
		return err;
	err = lfb_agent_create(machine, "agent", &script->agent);
	if (!err) {
		machine->kernel.operation = 0;
		machine->kernel.doing = "boot";
		machine->kernel.operation_is_set = true;
		err = run_all(script);
		machine->kernel.operation_is_set = false;
		machine->kernel.doing = NULL;
		snprintf(why, sizeof(why), "%s", lfb_error_text(machine));
		lfb_machine_shutdown(machine);
		lfb_agent_destroy(script->agent);
		if (err)
			lfb__error(machine, err, "%s", why);
	}
	lfb_machine_remove_module(machine, script->module.name);
	if (script->transcript.error)
		return lfb__error(machine, script->transcript.error,
				  "the output could not be written");
	return err;
}

int lfb_agent_script_run(const char *name, const char *text, size_t size,
			 struct lfb_machine *machine,
			 const struct lfb_agent_script_options *options)
{
	struct lfb_script *script;
	int err;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (!name || (!text && size))
		return lfb__error(machine, -EINVAL, "no script");
	if (lfb_machine_state(machine) != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	script = calloc(1, sizeof(*script));
	if (!script)
		return lfb__error(machine, -ENOMEM, "no memory for the script");
	script->name = name;
	script->machine = machine;
	err = lfb__options_take(machine, "the options", &script->options, sizeof(script->options),
				options, sizeof(script->options));
	script->transcript.write = script->options.write;
	script->transcript.context = script->options.context;
	if (script->options.last_blob)
		*script->options.last_blob = NULL;
	if (!err)
		err = lfb__script_parse(script, text, size);
	if (!err)
		err = run(script);
	lfb__list_free(&script->lines);
	lfb__list_free(&script->variables);
	free(script->text);
	free(script->words);
	free(script);
	return err;
}
