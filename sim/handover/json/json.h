/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Writing JSON: one value a line, indented, keys in the order they are given, so that equal
 * content gives equal bytes. And plain text through the same buffer. Who writes a value says where
 * its bytes are, so that they can be found by its path, and changed. Uses what sim/machine has for
 * errors.
 */
#ifndef SIM_HANDOVER_JSON_JSON_H
#define SIM_HANDOVER_JSON_JSON_H

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

/* Fields */

/* What the bytes of a value are. */
enum lfb_field_kind {
	LFB_FIELD_NONE,		/* it has none of its own */
	LFB_FIELD_NUMBER,	/* little-endian */
	LFB_FIELD_TEXT,		/* filled up with NULs */
	LFB_FIELD_NODE,		/* the name of a node in a device tree: the same, and it must end */
};

/* … and where. */
struct lfb_field {
	enum lfb_field_kind kind;
	bool in_file;		/* at an offset in the file, and in nobody's memory */
	u8 shift, bits;		/* of a number: its bits from there on; no bits: all of them */
	u8 unit;		/* … and what they count: 2^unit */
	u64 at;			/* physical address */
	size_t width;		/* bytes */
	const char *instead;	/* of none: what the value is, and what can be edited */
};

/* For lfb__json_members(): a field of a structure at @address, of the file's header, … */
#define LFB_FIELD(kind_, address, type, member)                                                    \
	(&(const struct lfb_field){ .kind = (kind_),                                               \
				    .at = (address) + offsetof(type, member),                      \
				    .width = sizeof(((type *)NULL)->member) })
#define LFB_NUMBER_AT(address, type, member) LFB_FIELD(LFB_FIELD_NUMBER, address, type, member)
#define LFB_TEXT_AT(address, type, member) LFB_FIELD(LFB_FIELD_TEXT, address, type, member)
#define LFB_NUMBER_IN_FILE(offset, size)                                                           \
	(&(const struct lfb_field){ LFB_FIELD_NUMBER, true, .at = (offset), .width = (size) })
/* … or of none: "PATH is WHAT". */
#define LFB_FIELD_IS(what) (&(const struct lfb_field){ .instead = (what) })

/*
 * What a field has to get to hold @value, those of @bytes whose bits are set in @mask: 0, or
 * -EINVAL, -ERANGE with a sentence that begins with @path.
 */
int lfb__field_parse(const struct lfb_field *field, const char *path, const char *value, u8 *bytes,
		     u8 *mask);
/* The number in the bytes of a field. */
u64 lfb__field_number(const struct lfb_field *field, const u8 *bytes);
/*
 * "@ADDRESS:u32" and "+OFFSET:u8", memory and the file as they are: 0; -ENOENT it is none of these;
 * -EINVAL with a sentence.
 */
int lfb__field_raw(const char *path, struct lfb_field *field);

/* JSON */

/* A value: its path, as problems have it, and its field. */
struct lfb_value {
	const char *path;
	const struct lfb_field *field;
	const char *text;	/* NULL: it is a number */
	u64 number;
};

typedef void (*lfb_value_fn)(void *context, const struct lfb_value *value);

#define LFB_JSON_DEPTH 16

struct lfb_json {
	struct lfb_output *output;
	unsigned int depth;
	bool empty;		/* nothing in the innermost object or array yet */
	lfb_value_fn tell;	/* is told of each value; NULL: nobody is */
	void *context;
	size_t length[LFB_JSON_DEPTH];	/* of the path of what is open, at each depth, … */
	u64 items[LFB_JSON_DEPTH];	/* … and how many are in there so far */
	char path[128];
};

/* @key is NULL in an array and for the outermost value. */
void lfb__json_open(struct lfb_json *json, const char *key, char bracket);
void lfb__json_close(struct lfb_json *json, char bracket);
/*
 * Members of the object that is open: @format is "key=%s" and the like, a space between two. Of
 * conversions there are %s, %u and %llu. Strings may have any bytes up to a NUL: those that are no
 * printable ASCII are written as the code point. A %p behind one is its struct lfb_field;
 * without, it is made of others.
 */
void lfb__json_members(struct lfb_json *json, const char *format, ...) LFB_PRINTF(2, 3);
/* An object in an array, as a whole. */
void lfb__json_item(struct lfb_json *json, const char *format, ...) LFB_PRINTF(2, 3);

#endif
