// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Steps of an agent's script: its lines are operations, what it prints has their answers. */
#include <stdlib.h>
#include <string.h>

#include <luo/agent_script.h>
#include <luo/types.h>

#include "show.h"

#define TEXT_WIDTH 52	/* a line of the script has at least that, with blanks behind it */

/* "ok", "-ENOENT" or a number. */
static long answer_of(const char *word)
{
	const size_t length = strcspn(word, " \n");
	const char *name;

	if (length == 2 && !strncmp(word, "ok", 2))
		return 0;
	for (int number = 1; number <= MAX_ERRNO; number++) {
		name = lfb_errno_name(-number);
		if (name && strlen(name) + 1 == length && !strncmp(word + 1, name, length - 1))
			return -number;
	}
	return strtol(word, NULL, 10);
}

/* "TEXT   = ANSWER SAID"; a remark is "--REMARK", and has no answer. */
static int take_line(struct show *show, unsigned long number, char *text)
{
	char *answer = NULL, *said;
	struct show_step *step;

	text[strcspn(text, "\n")] = '\0';
	if (!strncmp(text, "--", 2))
		answer = text + strlen(text);
	else if (strlen(text) > TEXT_WIDTH)
		answer = strstr(text + TEXT_WIDTH, " = ");
	if (!answer)
		return 0;
	step = show_line(show, number, text, (size_t)(answer - text));
	if (!step)
		return -ENOMEM;
	if (!*answer) {
		show_line_ends(show, step, 0, NULL);
		return 0;
	}
	answer += strlen(" = ");
	said = answer + strcspn(answer, " ");
	show_line_ends(show, step, answer_of(answer), *said ? said + 1 : NULL);
	return 0;
}

/* An lfb_write_fn for what the script prints. */
static int take_output(void *context, const char *line, size_t size)
{
	struct show *show = context;
	char *text, *end;
	unsigned long number;
	int err = 0;

	if (show->no_memory)
		return -ENOMEM;
	text = strndup(line, size);
	if (!text)
		return -ENOMEM;
	number = strtoul(text + 2, &end, 10);
	/* Who called reboot in the kernel before has no answer. */
	if (!strncmp(text, "@@STAGE ", 8))
		show_lines_end(show);
	else if (!strncmp(text, "@@", 2) && !strncmp(end, ": ", 2))
		err = take_line(show, number, end + 2);
	free(text);
	return err;
}

int show_run_script(struct show *show, struct lfb_machine *machine, const char *text, size_t size,
		    const struct lfb_agent_script_options *given)
{
	struct lfb_agent_script_options options = *given;
	int err;

	show->machine = machine;
	show->profile = lfb_machine_profile(machine);
	show->is_script = true;
	options.write = take_output;
	options.context = show;
	lfb_trace_all_to(machine, show_event, show);
	err = lfb_agent_script_run(show->scenario, text, size, machine, &options);
	lfb_trace_to(machine, NULL, NULL);
	if (show->no_memory)
		return -ENOMEM;
	if (err)
		show->error = lfb_error_text(machine);
	return err;
}
