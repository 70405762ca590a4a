// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* An event as text: the table of happenings, and how fields are written. */
#define _GNU_SOURCE /* memmem() */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "sim/kernel/seams/seams.h"

const char lfb__no_name[] = "without a name";

static const char *const kind_names[LFB_EVENT_KINDS] = {
	[LFB_EVENT_BOOT] = "boot",
	[LFB_EVENT_JUMP] = "jump",
	[LFB_EVENT_CALLBACK] = "callback",
	[LFB_EVENT_AGENT] = "agent",
	[LFB_EVENT_LUO] = "luo",
	[LFB_EVENT_KHO] = "kho",
	[LFB_EVENT_MODULE] = "module",
	[LFB_EVENT_LOCK] = "lock",
	[LFB_EVENT_PRINTK] = "printk",
	[LFB_EVENT_WARN] = "warn",
	[LFB_EVENT_UNSAFE] = "unsafe",
	[LFB_EVENT_BUG] = "bug",
	[LFB_EVENT_PANIC] = "panic",
	[LFB_EVENT_FAULT] = "fault",
	[LFB_EVENT_FINDING] = "finding",
};

const struct lfb_event_row lfb__event_rows[LFB_HAPPENINGS_NR] = {
#define X(name, kind, how, subject, action, detail)                                             \
	[LFB_DID_##name] = { LFB_EVENT_##kind, LFB_##how, subject, action, detail },
	LFB_HAPPENINGS(X)
#undef X
};

const char *lfb_event_kind_name(enum lfb_event_kind kind)
{
	return (unsigned int)kind < LFB_EVENT_KINDS ? kind_names[kind] : "unknown";
}

static const struct lfb_event_row *row_of(const struct lfb_event *event)
{
	static const struct lfb_event_row unknown = { LFB_EVENT_KINDS, LFB_PLAIN, "unknown",
						      "unknown", "" };

	return (unsigned int)event->happening < LFB_HAPPENINGS_NR ?
	       &lfb__event_rows[event->happening] : &unknown;
}

enum field_type { STRING, SIGNED, UNSIGNED, NUMBER, ADDRESS, FINDING, SIDE };

struct field {
	const char *name;
	size_t offset;
	enum field_type type;
};

static const struct field fields[] = {
#define FIELD(name, type) { #name, offsetof(struct lfb_event, name), type }
	FIELD(task, STRING),	   FIELD(session, STRING), FIELD(handler, STRING),
	FIELD(flb, STRING),	   FIELD(module, STRING),  FIELD(lock, STRING),
	FIELD(subtree, STRING),	   FIELD(profile, STRING), FIELD(next_profile, STRING),
	FIELD(reason, STRING),	   FIELD(where, STRING),   FIELD(message, STRING),
	FIELD(finding, FINDING),   FIELD(fd, SIGNED),	   FIELD(order, UNSIGNED),
	FIELD(token, NUMBER),	   FIELD(handle, ADDRESS), FIELD(phys, ADDRESS),
	FIELD(pages, NUMBER),	   FIELD(count, NUMBER),   FIELD(count_before, NUMBER),
	FIELD(references, NUMBER), FIELD(owner, STRING),
	{ "side", offsetof(struct lfb_event, incoming), SIDE },
#undef FIELD
};

/* The field "{name}" at @at stands for; NULL: that is no field. */
static const struct field *field_at(const char *at)
{
	size_t length = strcspn(++at, "}");

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (strlen(fields[i].name) == length && !memcmp(fields[i].name, at, length))
			return &fields[i];
	}
	return NULL;
}

/* A field as text: a string's own, or numbers in @buffer. */
static const char *field_text(const struct lfb_event *event, const struct field *field,
			      char buffer[32])
{
	const void *value = (const char *)event + field->offset;
	const char *string;

	switch (field->type) {
	case STRING:
		string = *(const char *const *)value;
		return string ? string : lfb__no_name;
	case FINDING:
		string = lfb_finding_name(event->finding);
		return string ? string : lfb__no_name;
	case SIDE:
		return event->incoming ? "incoming" : "outgoing";
	case SIGNED:
		snprintf(buffer, 32, "%d", *(const int *)value);
		return buffer;
	case UNSIGNED:
		snprintf(buffer, 32, "%u", *(const unsigned int *)value);
		return buffer;
	case NUMBER:
		snprintf(buffer, 32, "%llu", *(const u64 *)value);
		return buffer;
	default:
		snprintf(buffer, 32, "0x%llx", *(const u64 *)value);
		return buffer;
	}
}

/* Adds to text that may be cut already; @length is that of the whole. */
static void add(char *text, size_t size, size_t *length, const char *piece, size_t more)
{
	size_t room = *length < size ? size - *length - 1 : 0;

	if (more < room)
		room = more;
	if (*length < size) {
		memcpy(text + *length, piece, room);
		text[*length + room] = '\0';
	}
	*length += more;
}

/* @template with its fields filled in. */
static size_t expand(const struct lfb_event *event, const char *template, char *text, size_t size)
{
	size_t length = 0;
	char buffer[32];

	add(text, size, &length, "", 0);
	while (*template) {
		size_t plain = strcspn(template, "{");
		const struct field *field;
		const char *piece;

		add(text, size, &length, template, plain);
		template += plain;
		field = *template ? field_at(template) : NULL;
		if (!field)
			break;
		piece = field_text(event, field, buffer);
		add(text, size, &length, piece, strlen(piece));
		template = strchr(template, '}') + 1;
	}
	return length;
}

size_t lfb_event_subject(const struct lfb_event *event, char *text, size_t size)
{
	return expand(event, row_of(event)->subject, text, size);
}

const char *lfb_event_action(const struct lfb_event *event)
{
	const char *name = lfb_finding_name(event->finding);

	return event->happening != LFB_DID_FOUND ? row_of(event)->action : name ? name : "unknown";
}

size_t lfb_event_detail(const struct lfb_event *event, char *text, size_t size)
{
	return expand(event, row_of(event)->detail, text, size);
}

/* " -> 0", " -> -ENOENT": results are errnos or small numbers. Or " begins". */
static void format_result(const struct lfb_event *event, char *text, size_t size)
{
	const char *name = lfb_errno_name(event->result);

	text[0] = '\0';
	if (event->edge == LFB_EDGE_BEGIN)
		snprintf(text, size, " begins");
	else if (!event->has_result)
		return;
	else if (name)
		snprintf(text, size, " -> -%s", name);
	else
		snprintf(text, size, " -> %ld", event->result);
}

void lfb__make_harmless(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
	}
}

static size_t finish(char *line, size_t size, int length)
{
	if (size)
		lfb__make_harmless(line);
	return length < 0 ? 0 : (size_t)length;
}

/* What is in a line behind number, boot and kind. */
struct texts {
	char subject[LFB_EVENT_TEXT];
	char detail[LFB_EVENT_TEXT];
	char result[32];
};

static void make_texts(const struct lfb_event *event, struct texts *texts)
{
	lfb_event_subject(event, texts->subject, sizeof(texts->subject));
	lfb_event_detail(event, texts->detail, sizeof(texts->detail));
	format_result(event, texts->result, sizeof(texts->result));
}

size_t lfb_event_format(const struct lfb_event *event, char *line, size_t size)
{
	struct texts texts;
	bool has_more;
	int length;

	make_texts(event, &texts);
	has_more = texts.detail[0] || texts.result[0];
	length = snprintf(line, size, "%5lu k%u %-8s %-28s %-*s%s%s%s", event->number, event->boot,
			  lfb_event_kind_name(row_of(event)->kind), texts.subject,
			  has_more ? 16 : 0, lfb_event_action(event), texts.detail[0] ? " " : "",
			  texts.detail, texts.result);
	return finish(line, size, length);
}

size_t lfb__event_format_short(const struct lfb_event *event, char *line, size_t size)
{
	struct texts texts;
	int length;

	make_texts(event, &texts);
	length = snprintf(line, size, "k%u %s %s %s%s%s%s", event->boot,
			  lfb_event_kind_name(row_of(event)->kind), texts.subject,
			  lfb_event_action(event), texts.detail[0] ? " " : "", texts.detail,
			  texts.result);
	return finish(line, size, length);
}

/* Is @name there as a word of its own? 0x1000 is not in 0x10000. */
static bool has_word(const char *text, const char *name, size_t length)
{
	for (const char *at = text; (at = memmem(at, strlen(at), name, length)) != NULL; at++) {
		char before = at == text ? ' ' : at[-1];
		char after = at[length];

		if (strchr(" =,:", before) && (!after || strchr(" ,:", after)))
			return true;
	}
	return false;
}

static bool is_number(const struct field *field)
{
	return field->type != STRING && field->type != FINDING && field->type != SIDE;
}

static bool says(const struct lfb_event *event, const struct field *field, const char *name,
		 size_t length)
{
	char buffer[32];
	const char *text;

	/* Most fields are numbers, most names are not: nothing is printed for them. */
	if (is_number(field) && *name != '-' && (*name < '0' || *name > '9'))
		return false;
	text = field_text(event, field, buffer);
	if (text == event->where || text == event->message)
		return has_word(text, name, length);
	return strlen(text) == length && !memcmp(text, name, length);
}

bool lfb__event_mentions(const struct lfb_event *event, const char *name, size_t length)
{
	const struct lfb_event_row *row = row_of(event);
	const char *const templates[] = { row->subject, row->detail };

	if (!length)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(templates); i++) {
		for (const char *at = templates[i]; (at = strchr(at, '{')) != NULL; at++) {
			const struct field *field = field_at(at);

			if (field && says(event, field, name, length))
				return true;
		}
	}
	return strlen(row->subject) == length && !memcmp(row->subject, name, length);
}
