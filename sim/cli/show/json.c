// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A run as JSON Lines, a step each: docs/trace.md. */
#include <stddef.h>
#include <string.h>

#include "show.h"

enum field_type { STRING, SIGNED, UNSIGNED, NUMBER, DECIMAL, ADDRESS, FINDING, SIDE };

struct field {
	const char *name;
	size_t at;
	enum field_type type;
};

#define FIELD(name, type) { #name, offsetof(struct lfb_event, name), type }

/* In the order in which they are written. */
static const struct field fields[] = {
	FIELD(session, STRING),	   FIELD(token, DECIMAL),	FIELD(handler, STRING),
	FIELD(flb, STRING),	   { "side", offsetof(struct lfb_event, incoming), SIDE },
	FIELD(count_before, NUMBER), FIELD(count, NUMBER),
	FIELD(references_before, NUMBER), FIELD(references, NUMBER),
	FIELD(handle, ADDRESS),	   FIELD(phys, ADDRESS),		FIELD(pages, NUMBER),
	FIELD(order, UNSIGNED),	   FIELD(owner, STRING),	FIELD(module, STRING),
	FIELD(lock, STRING),	   FIELD(subtree, STRING),	FIELD(profile, STRING),
	FIELD(next_profile, STRING), FIELD(reason, STRING),	FIELD(where, STRING),
	FIELD(message, STRING),	   FIELD(fd, SIGNED),		FIELD(finding, FINDING),
};

/* Which fields an event has: its texts say so, and luo/trace.h of some what else. */
static const char *const texts[LFB_HAPPENINGS_NR] = {
#define X(name, kind, how, subject, action, detail) [LFB_DID_##name] = subject action detail,
	LFB_HAPPENINGS(X)
#undef X
};

static bool counts(enum lfb_happening happening)
{
	return happening == LFB_DID_FLB_COUNTED || happening == LFB_DID_FLB_GOT ||
	       happening == LFB_DID_FLB_PUT;
}

static bool has_field(const struct lfb_event *event, const char *name)
{
	const size_t length = strlen(name);
	const char *at = texts[event->happening];

	while ((at = strchr(at, '{')) != NULL) {
		if (!strncmp(++at, name, length) && at[length] == '}')
			return true;
	}
	if (counts(event->happening) && (strstr(name, "count") || strstr(name, "references")))
		return true;
	if (event->happening >= LFB_DID_FILE_PRESERVE && event->happening <= LFB_DID_FILE_FINISH)
		return !strcmp(name, "session") || !strcmp(name, "token");
	if (event->happening == LFB_DID_PAGES_UNMARKED || event->happening == LFB_DID_PAGES_CLAIMED)
		return !strcmp(name, "owner");
	return !strcmp(name, "side") && event->happening >= LFB_DID_SESSION_CREATED &&
	       event->happening <= LFB_DID_FILE_DROPPED;
}

/* What may be any 64 bits is no number for those who read JSON's as floating point. */
static void write_text(struct cli_json *json, const char *key, const char *format, u64 number)
{
	char text[32];

	snprintf(text, sizeof(text), format, number);
	cli_json_string(json, key, text);
}

static void write_field(struct cli_json *json, const struct lfb_event *event,
			const struct field *field)
{
	const void *value = (const char *)event + field->at;

	switch (field->type) {
	case STRING:
		cli_json_string(json, field->name, *(const char *const *)value);
		break;
	case SIGNED:
		cli_json_signed(json, field->name, *(const int *)value);
		break;
	case UNSIGNED:
		cli_json_number(json, field->name, *(const unsigned int *)value);
		break;
	case NUMBER:
		cli_json_number(json, field->name, *(const u64 *)value);
		break;
	case DECIMAL:
		write_text(json, field->name, "%llu", *(const u64 *)value);
		break;
	case ADDRESS:
		write_text(json, field->name, "0x%llx", *(const u64 *)value);
		break;
	case SIDE:
		cli_json_string(json, field->name, event->incoming ? "incoming" : "outgoing");
		break;
	case FINDING:
		cli_json_finding_id(json, event->finding);
	}
}

static void write_answer(struct cli_json *json, const struct show_step *step)
{
	const char *name = lfb_errno_name(step->event.result);

	if (!step->event.has_result || (step->is_open && !step->is_operation))
		return;
	cli_json_signed(json, "result", step->event.result);
	cli_json_string(json, "errno", name);
	if (step->is_operation && step->why)
		cli_json_string(json, "why", step->why);
	if (step->object)
		cli_json_string(json, "object", step->object);
}

static void write_step(struct cli_json *json, const struct show *show,
		       const struct show_step *step)
{
	struct cli_text text = { 0 };
	char what[SHOW_WHAT];

	show_what(step, what);
	cli_json_open(json, NULL, '{');
	cli_json_number(json, "step", step->number);
	cli_json_number(json, "in", step->in);
	cli_json_number(json, "last", step->last);
	cli_json_number(json, "kernel", step->event.boot);
	cli_json_string(json, "task", step->event.task);
	cli_json_string(json, "kind", step->is_operation ? "operation" :
			lfb_event_kind_name(step->event.kind));
	cli_json_string(json, "what", what);
	cli_json_string(json, "lane", show_lane_name(show_lane(step)));
	show_sentence(step, &text);
	cli_json_string(json, "text", cli_text_end(&text));
	cli_text_free(&text);
	cli_json_bool(json, "matters", show_matters(show, step));
	cli_json_number(json, "saved", step->saved);
	cli_json_number(json, "waiting", step->waiting);
	if (step->is_operation)
		cli_json_string(json, "operation", step->text);
	for (size_t i = 0; !step->is_operation && i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (has_field(&step->event, fields[i].name))
			write_field(json, &step->event, &fields[i]);
	}
	if (!step->is_operation && step->event.kind == LFB_EVENT_CALLBACK)
		write_text(json, "handle_before", "0x%llx", step->handle_before);
	if (step->call)
		cli_json_string(json, "call", step->call);
	write_answer(json, step);
	if (step->is_open)
		cli_json_bool(json, "ended", false);
	cli_json_close(json, '}');
	putc('\n', json->stream);
}

void show_json(const struct show *show, FILE *to)
{
	struct cli_json json = { .stream = to, .flat = true };

	cli_json_begin(&json, "lfb-trace-1");
	cli_json_string(&json, "scenario", show->scenario);
	cli_json_string(&json, "profile", show->profile);
	cli_json_number(&json, "steps", show->count);
	cli_json_number(&json, "operations", show->operations);
	cli_json_number(&json, "kernels", show->kernels);
	cli_json_open(&json, "flbs", '[');
	for (size_t i = 0; i < show->nr_flbs; i++)
		cli_json_string(&json, NULL, show->flbs[i]);
	cli_json_close(&json, ']');
	cli_json_number(&json, "findings", show->findings);
	cli_json_string(&json, "error", show->error);
	cli_json_end(&json);
	for (size_t i = 0; i < show->count; i++) {
		json.filled = false;
		write_step(&json, show, &show->steps[i]);
	}
}
