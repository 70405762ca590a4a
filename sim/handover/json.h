/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Writing JSON: one value a line, indented, keys in the order they are given, so that equal
 * content gives equal bytes. And plain text through the same buffer.
 */
#ifndef SIM_HANDOVER_JSON_H
#define SIM_HANDOVER_JSON_H

#include <luo/inspect.h>

/*
 * Collects output and hands it on in larger pieces. The first error is kept and ends it. Begins
 * with where to write and nothing else set.
 */
struct lfb_output {
	lfb_write_fn write;
	void *context;
	int error;
	size_t used;
	char buffer[4096];
};

void lfb__output_bytes(struct lfb_output *output, const char *bytes, size_t size);
void lfb__output_text(struct lfb_output *output, const char *format, ...) LFB_PRINTF(2, 3);
/* A name from anywhere, so that it cannot do more to a terminal than be ugly. */
void lfb__output_name(struct lfb_output *output, const char *text);
/* Hands on what is left. Returns 0 or the first error. */
int lfb__output_end(struct lfb_output *output);

struct lfb_json {
	struct lfb_output *output;
	unsigned int depth;
	bool empty;		/* nothing in the innermost object or array yet */
};

/* @key is NULL in an array and for the outermost value. */
void lfb__json_open(struct lfb_json *json, const char *key, char bracket);
void lfb__json_close(struct lfb_json *json, char bracket);
/*
 * Members of the object that is open: @format is "key=%s" and the like, a space between two. Of
 * conversions there are %s, %u and %llu. Strings may have any bytes up to a NUL: those that are no
 * printable ASCII are written as the code point.
 */
void lfb__json_members(struct lfb_json *json, const char *format, ...) LFB_PRINTF(2, 3);
/* An object in an array, as a whole. */
void lfb__json_item(struct lfb_json *json, const char *format, ...) LFB_PRINTF(2, 3);

#endif
