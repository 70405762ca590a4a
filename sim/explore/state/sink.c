// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Facts, hashed and perhaps kept under their names. */
#include "sim/explore/state/sink.h"

#include <stdio.h>
#include <string.h>

static void keep(const struct lfb_state_sink *sink, const char *field, u64 value)
{
	struct lfb_fact *fact = lfb__list_add(&sink->state->facts, sizeof(*fact));
	int length;

	if (!fact) {
		sink->state->incomplete = true;
		return;
	}
	fact->field = field;
	fact->value = value;
	length = snprintf(fact->subject, sizeof(fact->subject), "%s%s%.*s", sink->kind,
			  sink->length ? " " : "", (int)sink->length, sink->name);
	if (!sink->numbered || length < 0 || (size_t)length >= sizeof(fact->subject))
		return;
	if (!strcmp(sink->kind, "file of session"))
		snprintf(fact->subject + length, sizeof(fact->subject) - (size_t)length,
			 ", token %llu", sink->number);
	else if (!strcmp(sink->kind, "descriptor"))
		snprintf(fact->subject, sizeof(fact->subject), "descriptor %llu of agent %.*s",
			 sink->number, (int)sink->length, sink->name);
}

/* @forgiven: what digests that leave something out have in its place. */
static inline void mix_fact(struct lfb_state_sink *sink, const char *field, u64 value, u64 forgiven,
			    u64 thawed)
{
	sink->digest.exact = lfb__hash_mix(sink->digest.exact, value);
	if (sink->ahead) {
		sink->second = (sink->second + value) * 0xc2b2ae3d27d4eb4full;
		sink->second ^= sink->second >> 31;
		return;
	}
	sink->digest.forgiving = lfb__hash_mix(sink->digest.forgiving, forgiven);
	sink->digest.thawed = lfb__hash_mix(sink->digest.thawed, thawed);
	if (sink->state && field)
		keep(sink, field, value);
}

void lfb__state_fact(struct lfb_state_sink *sink, const char *field, u64 value)
{
	mix_fact(sink, field, value, value, value);
}

void lfb__state_own(struct lfb_state_sink *sink, const char *field, u64 value)
{
	if (!sink->shared)
		lfb__state_fact(sink, field, value);
}

void lfb__state_thawing(struct lfb_state_sink *sink, const char *field, u64 value)
{
	mix_fact(sink, field, value, value, 0);
}

void lfb__state_consumed(struct lfb_state_sink *sink, const char *field, u64 value)
{
	mix_fact(sink, field, value, 0, value);
}

void lfb__state_remembered(struct lfb_state_sink *sink, const char *field, int status)
{
	mix_fact(sink, field, (u64)status, status < 0 ? 0 : (u64)status, (u64)status);
}

void lfb__state_latched(struct lfb_state_sink *sink, const char *kind, const char *name,
			size_t size, const char *field, int status)
{
	const u64 forgiving = sink->digest.forgiving;

	lfb__state_subject(sink, kind, name, size);
	lfb__state_fact(sink, field, (u64)status);
	sink->digest.forgiving = forgiving;
}

void lfb__state_bytes(struct lfb_state_sink *sink, const void *bytes, size_t size)
{
	const char *at = bytes;
	u64 word;

	for (; size >= sizeof(word); size -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		mix_fact(sink, NULL, word, word, word);
	}
	LFB_ASSERT(size < sizeof(word));
	word = 0;
	memcpy(&word, at, size);
	mix_fact(sink, NULL, word, word, word);
}

void lfb__state_subject(struct lfb_state_sink *sink, const char *kind, const char *name,
			size_t size)
{
	sink->kind = kind;
	sink->name = name;
	sink->length = (unsigned int)strnlen(name, size);
	sink->numbered = false;
	if (sink->length)
		lfb__state_bytes(sink, name, sink->length);
}

void lfb__state_number(struct lfb_state_sink *sink, const char *kind, const char *name, size_t size,
		       u64 number)
{
	sink->kind = kind;
	sink->name = name;
	sink->length = (unsigned int)strnlen(name, size);
	sink->numbered = true;
	sink->number = number;
	lfb__state_fact(sink, "is there", 1);
}
