// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Each value that is written of a handover can be another, which is read again and changes nothing
 * else, or is refused with a sentence and nothing is changed.
 */
#include <errno.h>

#include <luo/profile.h>

#include "sim/handover/inspect.h"
#include "tests/support/subject.h"
#include "tests/support/wire_image.h"

#define VALUES_MAX 400

/* What is written of it. */
struct value {
	char path[128];
	char text[128];			/* of a number its digits */
	bool is_number;
	u64 number;
	struct lfb_field field;
	char instead[256];
};

struct values {
	struct value list[VALUES_MAX];
	size_t count;
	int err;			/* it cannot be read */
};

static void note(void *context, const struct lfb_value *value)
{
	struct values *values = context;
	struct value *noted = &values->list[values->count];

	/* Of what was damaged there may be any number. */
	if (values->count == VALUES_MAX)
		return;
	values->count++;
	snprintf(noted->path, sizeof(noted->path), "%s", value->path);
	noted->is_number = !value->text;
	noted->number = value->number;
	if (value->text)
		snprintf(noted->text, sizeof(noted->text), "%s", value->text);
	else
		snprintf(noted->text, sizeof(noted->text), "%llu", value->number);
	noted->field = *value->field;
	snprintf(noted->instead, sizeof(noted->instead), "%s",
		 value->field->instead ? value->field->instead : "");
}

static int note_all(void *context, struct lfb_inspection *found)
{
	lfb__inspection_values(found, note, context);
	return 0;
}

static struct values *values_of(const struct subject *subject)
{
	struct values *values = calloc(1, sizeof(*values));
	struct lfb_blob *blob;

	assert_non_null(values);
	if (subject->as == AS_MEMORY) {
		values->err = lfb__inspect_memory(subject->bytes, subject->size, TREE,
						  subject->profile, note_all, values);
	} else if (subject->as == AS_CORE) {
		subject_write(subject);
		values->err = lfb__inspect_image(subject->path, NULL, note_all, values);
	} else {
		values->err = lfb_blob_from_memory(subject->bytes, subject->size, &blob);
		if (!values->err)
			values->err = lfb__inspect_blob(blob, note_all, values);
		lfb_blob_free(blob);
	}
	return values;
}

static const struct value *value_at(const struct values *values, const char *path)
{
	for (size_t i = 0; i < values->count; i++) {
		if (!strcmp(values->list[i].path, path))
			return &values->list[i];
	}
	return NULL;
}

/* Each value */

/* Another one that fits. */
static void make_other(const struct value *value, char *text, size_t size)
{
	if (value->field.kind == LFB_FIELD_NUMBER && value->is_number)
		snprintf(text, size, "0x%llx", value->number + (1ull << value->field.unit));
	else if (value->field.kind == LFB_FIELD_NUMBER)
		snprintf(text, size, "9");
	else
		snprintf(text, size, "%c%.100s", value->text[0] == 'x' ? 'y' : 'x',
			 value->text[0] ? value->text + 1 : "");
}

/* Values on which nothing else that is written depends. */
static bool is_lone(const char *path)
{
	static const char *const names[] = {
		"/token", "/number", "/previous_release", "/kexec_count", "/index", "/boots",
		"/pos", "session[0]/name", "flb[0]/name", "memblock[0]/name", "/data", "/profile",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const size_t length = strlen(path), end = strlen(names[i]);

		if (length >= end && !strcmp(path + length - end, names[i]))
			return !strstr(path, "session[1]/file[0]/data");
	}
	return false;
}

/* Nothing outside of what was told is another, but for a digest, which is right. */
static void check_bytes(const struct subject *before, const struct subject *after,
			const struct lfb_edited *edited)
{
	size_t size = before->size;

	assert_int_equal(after->size, size);
	if (before->as == AS_BLOB) {
		struct subject sealed = subject_copy(after);

		assert_int_equal(lfb__blob_seal(sealed.bytes, size), 0);
		assert_memory_equal(sealed.bytes, after->bytes, size);
		free(sealed.bytes);
		size -= LFB_DIGEST_SIZE;
	}
	assert_in_range(edited->offset + edited->width, edited->width, size);
	assert_memory_equal(before->bytes, after->bytes, edited->offset);
	assert_memory_not_equal(before->bytes + edited->offset, after->bytes + edited->offset,
				edited->width);
	assert_memory_equal(before->bytes + edited->offset + edited->width,
			    after->bytes + edited->offset + edited->width,
			    size - edited->offset - edited->width);
}

/* Of a value on which nothing depends all others are what they were. */
static void check_values(const struct values *before, const struct values *after,
			 const char *path, const char *expected)
{
	const struct value *value = value_at(after, path);
	size_t differ = 0;

	if (value && strcmp(path, "luo/session_compatible") && !strstr(path, "/kind"))
		assert_string_equal(value->text, expected);
	if (!is_lone(path))
		return;
	if (!value || after->count != before->count)
		fail_msg("%s: %zu values were %zu", path, before->count, after->count);
	for (size_t i = 0; i < before->count; i++) {
		const struct value *a = &before->list[i], *b = &after->list[i];

		assert_string_equal(a->path, b->path);
		if (strcmp(a->text, b->text) && strcmp(a->path, "blob/sha256") && differ++)
			fail_msg("%s: %s is another, too", path, a->path);
	}
	assert_int_equal(differ, 1);
}

static void edit_value(const struct subject *subject, const struct values *values,
		       const struct value *value)
{
	struct subject edited = subject_copy(subject);
	struct told_edit told = { 0 };
	char other[128], expected[128];
	struct values *after;
	int err;

	make_other(value, other, sizeof(other));
	err = subject_edit(&edited, value->path, other, &told);
	if (err)
		fail_msg("%s: %s", value->path, lfb_error_text(NULL));
	assert_int_equal(told.count, 1);
	assert_string_equal(told.edited.path, value->path);
	assert_int_equal(told.edited.width, value->field.width);
	if (!told.edited.from_text && value->is_number)
		assert_int_equal(told.edited.from, value->number);
	else if (told.edited.from_text)
		assert_string_equal(told.from_text, value->text);
	check_bytes(subject, &edited, &told.edited);
	if (value->field.kind == LFB_FIELD_NUMBER)
		snprintf(expected, sizeof(expected), "%llu", told.edited.to);
	else
		snprintf(expected, sizeof(expected), "%s", told.to_text);
	after = values_of(&edited);
	check_values(values, after, value->path, expected);
	free(after);
	free(edited.bytes);
}

static void refuse_value(const struct subject *subject, const struct value *value)
{
	struct subject edited = subject_copy(subject);
	struct told_edit told = { 0 };
	char says[400];

	assert_int_equal(subject_edit(&edited, value->path, "1", &told), -EOPNOTSUPP);
	snprintf(says, sizeof(says), "%s is %s", value->path, value->instead);
	assert_string_equal(lfb_error_text(NULL), says);
	assert_true(value->instead[0]);
	assert_int_equal(told.count, 0);
	assert_memory_equal(edited.bytes, subject->bytes, subject->size);
	free(edited.bytes);
}

/* @least: so many can be edited, so that none is refused by mistake. */
static void edit_each(const char *profile, enum damaged_as as, size_t least)
{
	struct subject subject = subject_make(profile, as);
	struct values *values = values_of(&subject);
	size_t editable = 0;

	assert_int_equal(values->err, 0);
	assert_in_range(values->count, least, VALUES_MAX - 1);
	for (size_t i = 0; i < values->count; i++) {
		if (values->list[i].field.kind == LFB_FIELD_NONE) {
			refuse_value(&subject, &values->list[i]);
			continue;
		}
		edit_value(&subject, values, &values->list[i]);
		editable++;
	}
	assert_in_range(editable, least, VALUES_MAX);
	free(values);
	subject_forget(&subject);
}

static void each_value_of_a_blob_becomes_another_or_is_refused(void **state)
{
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++)
		edit_each(profile, AS_BLOB, 80);
}

static void each_value_of_an_image_becomes_another_or_is_refused(void **state)
{
	edit_each("linux-7.3", AS_CORE, 50);
	edit_each("rfc-v6", AS_CORE, 50);
	edit_each("rfc-v6", AS_MEMORY, 20);
	edit_each("linux-7.0", AS_MEMORY, 20);
	edit_each("linux-7.3", AS_MEMORY, 20);
}

static u64 next_random(u64 *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return *state >> 33;
}

/* Bytes of it are others; then what can still be read is edited in one place. */
static void edit_damaged(const struct subject *subject, u64 *state)
{
	struct subject damaged = subject_copy(subject);
	struct told_edit told = { 0 };
	const struct value *value;
	struct values *values;
	int err;

	for (u64 i = next_random(state) % 8; i < 8; i++)
		damaged.bytes[LFB_BLOB_HEADER_SIZE +
			      next_random(state) % (damaged.size - LFB_BLOB_HEADER_SIZE)] =
			(u8)next_random(state);
	assert_int_equal(lfb__blob_seal(damaged.bytes, damaged.size), 0);
	values = values_of(&damaged);
	if (values->count) {
		value = &values->list[next_random(state) % values->count];
		err = subject_edit(&damaged, value->path, "0x1000", &told);
		if (err && err != -EOPNOTSUPP && err != -ERANGE)
			fail_msg("%s: %d: %s", value->path, err, lfb_error_text(NULL));
	}
	free(values);
	free(damaged.bytes);
}

static void whatever_bytes_say_values_are_edited_or_refused(void **state)
{
	static const char *const profiles[] = { "rfc-v6", "linux-7.0", "linux-7.3" };
	u64 random = 1;

	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		struct subject subject = subject_make(profiles[i], AS_BLOB);

		for (unsigned int round = 0; round < 400; round++)
			edit_damaged(&subject, &random);
		subject_forget(&subject);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_value_of_a_blob_becomes_another_or_is_refused),
		cmocka_unit_test(each_value_of_an_image_becomes_another_or_is_refused),
		cmocka_unit_test(whatever_bytes_say_values_are_edited_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
