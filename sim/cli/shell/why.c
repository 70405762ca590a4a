// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Why the last operation failed: rule, kernel, what failed in it, findings, other kernels. */
#include <stdarg.h>
#include <string.h>

#include "shell.h"

static void LFB_PRINTF(2, 3) put(struct cli_text *to, const char *format, ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	cli_text_write(to, text, strlen(text));
}

static bool is_death(const struct show_step *step)
{
	return !step->is_operation && (step->event.kind == LFB_EVENT_BUG ||
				       step->event.kind == LFB_EVENT_PANIC);
}

/* Did the kernel die in it? */
static bool killed(const struct show *show, const struct show_step *step)
{
	for (size_t i = step->number; i < step->last; i++) {
		if (is_death(&show->steps[i]))
			return true;
	}
	return false;
}

static bool failed(const struct show *show, const struct show_step *step)
{
	return (step->event.has_result && step->event.result < 0) || killed(show, step);
}

/* The last one that failed; of lines that were not all done, the last. NULL: there is none. */
static const struct show_step *last_failure(const struct shell *shell)
{
	const struct show *show = &shell->run.show;

	if (!shell->run.ended)
		return shell_step(&shell->run, shell->count);
	for (size_t i = show->count; i > 0; i--) {
		if (show->steps[i - 1].is_operation && failed(show, &show->steps[i - 1]))
			return &show->steps[i - 1];
	}
	return NULL;
}

static void put_answer(const struct show *show, const struct show_step *step, struct cli_text *to)
{
	char answer[32];

	show_answer(step, answer, sizeof(answer));
	if (killed(show, step))
		put(to, "the kernel dies%s%s", answer[0] ? ", " : "", answer);
	else
		put(to, "%s", answer[0] ? answer : "0");
}

/* What failed in it: callbacks, injected faults, what KHO refused, and what the kernel died of. */
static void put_causes(const struct show *show, const struct show_step *step, struct cli_text *to)
{
	for (size_t i = step->number; i < step->last; i++) {
		const struct show_step *cause = &show->steps[i];
		const struct lfb_event *event = &cause->event;
		const bool is_refusal = event->has_result && event->result < 0 &&
					event->kind != LFB_EVENT_LUO;
		const bool is_last = cause->is_open && event->kind == LFB_EVENT_CALLBACK;

		if (cause->is_operation || (!is_refusal && !is_last && !is_death(cause) &&
					    event->kind != LFB_EVENT_FAULT))
			continue;
		put(to, "  in it: ");
		if (event->kind == LFB_EVENT_CALLBACK)
			put(to, "%s of %s: ", lfb_event_action(event),
			    event->flb ? event->flb : event->handler ? event->handler : "a module");
		show_sentence(cause, to);
		if (is_refusal) {
			put(to, " = ");
			put_answer(show, cause, to);
		}
		put(to, "\n");
	}
}

static void put_findings(const struct shell_run *run, unsigned long operation, struct cli_text *to)
{
	const struct lfb_finding *finding;

	for (size_t i = 0; (finding = lfb_finding_at(run->machine, i)) != NULL; i++) {
		if (finding->operation == operation)
			put(to, "  found: %s: %s (lfb explain %s)\n", lfb_finding_name(finding->id),
			    lfb_finding_sentence(finding->id), lfb_finding_name(finding->id));
	}
}

/* What the other kernels answer there, when they are given the same lines. */
static void put_others(struct shell *shell, unsigned long operation, struct cli_text *to)
{
	const char *own = lfb_machine_profile(shell->run.machine), *joint = "", *name;

	if (shell->line->machine.options.kernel)
		return;
	put(to, "  the same lines in other kernels: ");
	for (unsigned int i = 0; (name = lfb_profile_name(i)) != NULL; i++) {
		struct shell_run run = { 0 };
		const struct show_step *step;

		if (!strcmp(name, own))
			continue;
		put(to, "%s%s ", joint, name);
		step = shell_play_in(shell, name, &run) ? NULL : shell_step(&run, operation);
		if (step)
			put_answer(&run.show, step, to);
		else
			put(to, "does not come so far");
		shell_run_free(&run);
		joint = "; ";
	}
	put(to, "\n");
}

static void put_step(struct shell *shell, const struct show_step *step, struct cli_text *to)
{
	const struct show *show = &shell->run.show;
	const struct show_step *at = step;

	/* A reboot may have booted another kernel since. */
	while (at > show->steps && (at->is_operation || at->event.happening != LFB_DID_BOOTED))
		at--;
	put(to, "%s = ", step->text);
	put_answer(show, step, to);
	put(to, ", in kernel %u\n", step->event.boot);
	if (step->why)
		put(to, "  because: %s\n", step->why);
	put_causes(show, step, to);
	if (!at->is_operation && at->event.profile)
		put(to, "  that kernel: %s, %s\n", at->event.profile,
		    lfb_profile_about(at->event.profile) ? lfb_profile_about(at->event.profile) :
							   "an image");
	put_findings(&shell->run, step->event.operation, to);
	put_others(shell, step->event.operation, to);
}

void shell_why(struct shell *shell, struct cli_text *to)
{
	const struct show_step *step = last_failure(shell);

	if (shell->why) {
		put(to, "%s", shell->why);
		if (shell->why[0] && shell->why[strlen(shell->why) - 1] != '\n')
			put(to, "\n");
		return;
	}
	if (!shell->run.ended && shell->run.error)
		put(to, "%s\n", shell->run.error);
	if (step)
		put_step(shell, step, to);
	else if (shell->run.ended)
		put(to, "nothing failed\n");
}

size_t shell_nr_findings(const struct shell_run *run, size_t operations)
{
	const struct lfb_finding *finding;
	size_t count = 0;

	for (size_t i = 0; (finding = lfb_finding_at(run->machine, i)) != NULL; i++)
		count += finding->operation <= operations;
	return count;
}

void shell_findings(const struct shell *shell)
{
	const struct lfb_finding *finding;
	char text[4096];

	for (size_t i = 0; (finding = lfb_finding_at(shell->run.machine, i)) != NULL; i++) {
		if (finding->operation > shell->count)
			puts("if it ended here:");
		lfb_finding_format(finding, text, sizeof(text));
		shell_print(text);
		printf("lfb explain %s\n", lfb_finding_name(finding->id));
	}
	if (!lfb_finding_at(shell->run.machine, 0))
		printf("no findings in %zu operation%s\n", shell->run.show.operations,
		       cli_plural(shell->run.show.operations));
}
