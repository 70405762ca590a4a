// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A run as Chrome's trace events, which Perfetto shows. A step is a tick: there is no clock. A
 * kernel is a process, a lane a thread.
 */
#include <string.h>

#include "show.h"

static void begin(struct cli_json *json, const char *phase, unsigned int kernel, size_t tick)
{
	json->flat = false;
	cli_json_open(json, NULL, '{');
	json->flat = true;
	cli_json_string(json, "ph", phase);
	cli_json_number(json, "pid", kernel);
	cli_json_number(json, "ts", tick);
}

static void end(struct cli_json *json)
{
	cli_json_close(json, '}');
	json->flat = false;
}

static void write_name(struct cli_json *json, const char *what, unsigned int kernel, size_t thread,
		       const char *name)
{
	begin(json, "M", kernel, 0);
	cli_json_number(json, "tid", thread);
	cli_json_string(json, "name", what);
	cli_json_open(json, "args", '{');
	cli_json_string(json, "name", name);
	cli_json_close(json, '}');
	end(json);
}

/* Slices of a thread lie in each other: a task beside others has lanes of its own. */
static size_t thread_of(const struct show_step *step)
{
	return show_lane(step) + (step->block ? step->block - 1 : 0) * SHOW_LANES;
}

static bool has_block(const struct show *show, unsigned int block)
{
	for (size_t i = 0; i < show->count; i++) {
		if (show->steps[i].block == block)
			return true;
	}
	return false;
}

/* The lanes of a task, from 1, in a kernel. */
static void write_lanes(struct cli_json *json, unsigned int kernel, unsigned int block)
{
	const bool is_work = block > SHOW_TASKS;
	const unsigned int number = is_work ? block - SHOW_TASKS : block;
	char name[64];

	for (enum show_lane lane = 0; lane < SHOW_LANES; lane++) {
		snprintf(name, sizeof(name), block > 1 ? "%s, %s-%u" : "%s", show_lane_name(lane),
			 is_work ? "work" : "task", number);
		write_name(json, "thread_name", kernel, (block - 1) * SHOW_LANES + lane, name);
	}
}

static void write_names(struct cli_json *json, const struct show *show)
{
	char name[64];

	for (unsigned int kernel = 0; kernel < show->kernels; kernel++) {
		snprintf(name, sizeof(name), "kernel %u", kernel);
		write_name(json, "process_name", kernel, 0, name);
		for (unsigned int block = 1; block <= 2 * SHOW_TASKS; block++) {
			if (block == 1 || has_block(show, block))
				write_lanes(json, kernel, block);
		}
	}
}

/* How many there are, as a curve. */
static void write_counter(struct cli_json *json, const struct show_step *step, const char *name,
			  const char *key, u64 value)
{
	begin(json, "C", step->event.boot, step->number);
	cli_json_string(json, "name", name);
	cli_json_open(json, "args", '{');
	cli_json_number(json, key, value);
	cli_json_close(json, '}');
	end(json);
}

static void write_counters(struct cli_json *json, const struct show_step *step)
{
	const struct lfb_event *event = &step->event;

	if (step->is_operation)
		return;
	if (event->happening == LFB_DID_FLB_COUNTED)
		write_counter(json, step, event->flb, event->incoming ? "incoming" : "outgoing",
			      event->count);
	if (event->happening == LFB_DID_PAGES_MARKED || event->happening == LFB_DID_PAGES_UNMARKED)
		write_counter(json, step, "pages saved", "pages", step->saved);
	if (event->happening == LFB_DID_PAGES_HANDED_OVER ||
	    event->happening == LFB_DID_PAGES_CLAIMED)
		write_counter(json, step, "pages waiting", "pages", step->waiting);
}

static void write_step(struct cli_json *json, const struct show_step *step)
{
	struct cli_text text = { 0 };
	char what[SHOW_WHAT], answer[32];

	show_what(step, what);
	show_answer(step, answer, sizeof(answer));
	show_sentence(step, &text);
	begin(json, "X", step->event.boot, step->number);
	cli_json_number(json, "dur", step->last - step->number + 1);
	cli_json_number(json, "tid", thread_of(step));
	cli_json_string(json, "name", step->is_operation ? step->text : what);
	cli_json_string(json, "cat", step->is_operation ? "operation" :
			lfb_event_kind_name(step->event.kind));
	cli_json_open(json, "args", '{');
	cli_json_number(json, "step", step->number);
	cli_json_string(json, "text", cli_text_end(&text));
	if (answer[0])
		cli_json_string(json, "answer", answer);
	if (step->why)
		cli_json_string(json, "why", step->why);
	cli_json_close(json, '}');
	end(json);
	cli_text_free(&text);
	write_counters(json, step);
}

void show_perfetto(const struct show *show, FILE *to)
{
	struct cli_json json = { .stream = to };

	cli_json_open(&json, NULL, '{');
	cli_json_string(&json, "displayTimeUnit", "ns");
	cli_json_open(&json, "otherData", '{');
	cli_json_string(&json, "scenario", show->scenario);
	cli_json_string(&json, "time", "a step is a microsecond: there is no clock");
	cli_json_close(&json, '}');
	cli_json_open(&json, "traceEvents", '[');
	write_names(&json, show);
	for (size_t i = 0; i < show->count; i++)
		write_step(&json, &show->steps[i]);
	cli_json_close(&json, ']');
	cli_json_end(&json);
}
