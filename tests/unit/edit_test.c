// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Editing handovers: what fits where, several edits at once, digests, files, and what is refused.
 */
#include <errno.h>
#include <unistd.h>

#include "tests/support/subject.h"

/* Values */

struct expected {
	const char *path;
	const char *value;
	int err;
	const char *says;
};

static void expect(struct subject *subject, const struct expected *expected)
{
	struct subject before = subject_copy(subject);
	struct told_edit told = { 0 };
	int err = subject_edit(subject, expected->path, expected->value, &told);

	if (err != expected->err || !strstr(lfb_error_text(NULL), expected->says))
		fail_msg("%s=%s: %d: %s", expected->path, expected->value, err,
			 lfb_error_text(NULL));
	assert_memory_equal(before.bytes, subject->bytes, subject->size);
	assert_int_equal(told.count, 0);
	free(before.bytes);
}

static void what_does_not_fit_or_is_not_there_is_refused(void **state)
{
	static const struct expected all[] = {
		{ "luo/session[9]/name", "x", -ENOENT, "there is no value at luo/session[9]/name" },
		{ "luo/session[0]", "x", -EOPNOTSUPP, "luo/session[0] is no single value" },
		{ "luo/session", "x", -EOPNOTSUPP, "luo/session is no single value" },
		{ "luo/sess", "x", -ENOENT, "there is no value at luo/sess" },
		{ "", "x", -ENOENT, "there is no value at " },
		{ "luo/number", "", -EINVAL, "luo/number takes a number" },
		{ "luo/number", "7x", -EINVAL, "luo/number takes a number" },
		{ "luo/number", "-2", -EINVAL, "luo/number takes a number" },
		{ "luo/number", "0x", -EINVAL, "luo/number takes a number" },
		{ "luo/number", "0x10000000000000000", -EINVAL, "luo/number takes a number" },
		{ "blob/boots", "0x100000000", -ERANGE, "32 bits: at most 0xffffffff fits" },
		{ "luo/session[1]/file[0]/memfd/folio[0]/flags", "4096", -ERANGE, "at most 0xfff" },
		{ "luo/session[1]/file[0]/memfd/folio[0]/address", "0x1001", -ERANGE,
		  "counts in units of 0x1000" },
		{ "luo/session[0]/file[0]/compatible",
		  "0123456789012345678901234567890123456789012345678", -ERANGE,
		  "has room for 48 bytes: 49 do not fit" },
		{ "kho/compatible", "kho-v100", -ERANGE, "has room for 7 bytes: 8 do not fit" },
		{ "kho/entry[2]/name", "LUOS", -ERANGE, "has room for 3 bytes: 4 do not fit" },
		{ "memblock[0]/name", "ram", -ERANGE, "which may have 4 to 7 bytes here" },
		{ "blob/sha256", "x", -EOPNOTSUPP, "blob/sha256 is computed" },
		{ "memory_map/run[0]/address", "0", -EOPNOTSUPP, "made of bits" },
		{ "@0x10:u8", "1", -EOPNOTSUPP, "what is at 0x10 is not in the file" },
		{ "@0x10:u7", "1", -EINVAL, "expected @ADDRESS or +OFFSET" },
		{ "@:u8", "1", -EINVAL, "expected @ADDRESS or +OFFSET" },
		{ "@0x10", "1", -EINVAL, "expected @ADDRESS or +OFFSET" },
		{ "@0xffffffffffffffff:u64", "1", -EOPNOTSUPP, "is not in the file" },
		{ "+0xffffffffffffffff:u64", "1", -EOPNOTSUPP, "is not in the file" },
		{ "+0x7fffffff:u8", "1", -EOPNOTSUPP, "at offset 0x7fffffff is not in the file" },
		{ "+0:u8", "256", -ERANGE, "8 bits" },
	};
	struct subject subject = subject_make("linux-7.3", AS_BLOB);

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		expect(&subject, &all[i]);
	subject_forget(&subject);
}

static void a_text_may_fill_its_field_and_have_any_bytes(void **state)
{
	static const char full[] =
		"0123456789012345678901234567890123456789012345678901234567890123";
	struct subject subject = subject_make("linux-7.3", AS_BLOB);
	struct told_edit told = { 0 };

	assert_int_equal(subject_edit(&subject, "luo/session[0]/name", "a\\x1b\\xFF\\xg\\", &told),
			 0);
	assert_string_equal(told.from_text, "vm-1");
	assert_string_equal(told.to_text, "a\x1b\xff\\xg\\");
	assert_string_equal(subject.bytes + told.edited.offset, "a\x1b\xff\\xg\\");
	assert_int_equal(subject_edit(&subject, "luo/session[0]/name", "", &told), 0);
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(subject.bytes[told.edited.offset + i], 0);
	assert_int_equal(subject_edit(&subject, "luo/session[0]/name", full, &told), 0);
	assert_memory_equal(subject.bytes + told.edited.offset, full, 64);
	/* It is none any more. */
	assert_int_equal(subject_edit(&subject, "luo/session[0]/name", "x", &told), -ENOENT);
	subject_forget(&subject);
}

static void minus_one_is_all_ones_of_a_field(void **state)
{
	static const char folio[] = "luo/session[1]/file[0]/memfd/folio[0]/flags";
	struct subject subject = subject_make("linux-7.3", AS_BLOB);
	struct told_edit told = { 0 };

	assert_int_equal(subject_edit(&subject, "luo/session[0]/file[0]/token", "-1", &told), 0);
	assert_int_equal(told.edited.to, UINT64_MAX);
	assert_int_equal(subject_edit(&subject, folio, "-1", &told), 0);
	assert_int_equal(told.edited.to, 0xfff);
	assert_int_equal(subject_edit(&subject, "luo/session[1]/file[0]/memfd/folio[0]/address",
				      "-1", &told),
			 0);
	assert_int_equal(told.edited.to, 0xfffffffffffff000);
	assert_int_equal(subject_edit(&subject, folio, NULL, &told), 0);
	assert_int_equal(told.edited.from, 0xfff);
	subject_forget(&subject);
}

/* Several */

static void edits_are_about_what_was_there_and_all_are_made_or_none(void **state)
{
	static const char folio[] = "luo/session[1]/file[0]/memfd/folio[0]/";
	char address[80], flags[80];
	struct lfb_edit edits[] = {
		{ "luo/sessions_address", "0x1000" },
		{ "luo/session[0]/file[0]/token", "17" },
		{ address, "0x5000" },
		{ flags, "3" },
		{ "luo/session[0]/file[0]/token", "18" },
	};
	struct subject subject = subject_make("linux-7.3", AS_BLOB),
		       before = subject_copy(&subject);
	struct told_edit told = { 0 };
	u64 word;

	snprintf(address, sizeof(address), "%saddress", folio);
	snprintf(flags, sizeof(flags), "%sflags", folio);
	assert_int_equal(subject_edit(&subject, flags, NULL, &told), 0);
	assert_memory_equal(before.bytes, subject.bytes, subject.size);
	assert_int_equal(subject_edit_all(&subject, edits, 4, LFB_EDIT_MEND_DIGEST, &told), 0);
	assert_int_equal(told.count, 4);
	memcpy(&word, subject.bytes + told.edited.offset, sizeof(word));
	assert_int_equal(word, 3ull << 52 | 5);
	memcpy(subject.bytes, before.bytes, subject.size);
	assert_int_equal(subject_edit_all(&subject, edits + 1, 4, LFB_EDIT_MEND_DIGEST, &told), 0);
	assert_int_equal(told.edited.from, 1);
	memcpy(&word, subject.bytes + told.edited.offset, sizeof(word));
	assert_int_equal(word, 18);
	memcpy(subject.bytes, before.bytes, subject.size);
	edits[3].value = "no";
	assert_int_equal(subject_edit_all(&subject, edits, 5, LFB_EDIT_MEND_DIGEST, &told),
			 -EINVAL);
	assert_int_equal(told.count, 0);
	assert_memory_equal(before.bytes, subject.bytes, subject.size);
	edits[3].value = "1";
	told.answer = -EPIPE;
	assert_int_equal(subject_edit_all(&subject, edits, 5, LFB_EDIT_MEND_DIGEST, &told), -EPIPE);
	assert_int_equal(told.count, 1);
	assert_memory_equal(before.bytes, subject.bytes, subject.size);
	free(before.bytes);
	subject_forget(&subject);
}

static void memory_and_the_file_are_edited_as_they_are(void **state)
{
	struct subject subject = subject_make("linux-7.3", AS_BLOB);
	struct told_edit told = { 0 };
	char path[64];
	u64 address;

	assert_int_equal(subject_edit(&subject, "luo/session[0]/file[0]/token", NULL, &told), 0);
	address = told.edited.address;
	snprintf(path, sizeof(path), "@0x%llx:u16", address);
	assert_int_equal(subject_edit(&subject, path, "0x1234", &told), 0);
	assert_int_equal(told.edited.from, 1);
	assert_int_equal(told.edited.width, 2);
	snprintf(path, sizeof(path), "+%llu:u32", told.edited.offset + 1);
	assert_int_equal(subject_edit(&subject, path, "0xabcdef99", &told), 0);
	assert_int_equal(told.edited.address, LFB_CHECK_NOWHERE);
	assert_int_equal(told.edited.from, 0x12);
	assert_int_equal(subject_edit(&subject, "luo/session[0]/file[0]/token", NULL, &told), 0);
	assert_int_equal(told.edited.from, 0xabcdef9934);
	subject_forget(&subject);
}

static void the_digest_is_mended_kept_or_broken(void **state)
{
	const struct lfb_edit token = { "luo/session[0]/file[0]/token", "17" };
	struct subject subject = subject_make("linux-7.3", AS_BLOB),
		       before = subject_copy(&subject);
	const size_t digest = subject.size - LFB_DIGEST_SIZE;
	struct told_edit told = { 0 };
	struct lfb_blob *blob;

	assert_int_equal(subject_edit_all(&subject, &token, 1, LFB_EDIT_KEEP_DIGEST, &told), 0);
	assert_memory_equal(before.bytes + digest, subject.bytes + digest, LFB_DIGEST_SIZE);
	assert_int_equal(lfb_blob_from_memory(subject.bytes, subject.size, &blob), -EINVAL);
	assert_int_equal(subject_edit_all(&subject, NULL, 0, LFB_EDIT_MEND_DIGEST, &told), 0);
	assert_int_equal(lfb_blob_from_memory(subject.bytes, subject.size, &blob), 0);
	lfb_blob_free(blob);
	assert_memory_not_equal(before.bytes + digest, subject.bytes + digest, LFB_DIGEST_SIZE);
	assert_int_equal(subject_edit_all(&subject, NULL, 0, LFB_EDIT_BREAK_DIGEST, &told), 0);
	assert_int_equal(lfb_blob_from_memory(subject.bytes, subject.size, &blob), -EINVAL);
	/* Broken twice it is no better. */
	assert_int_equal(subject_edit_all(&subject, NULL, 0, LFB_EDIT_BREAK_DIGEST, &told), 0);
	assert_int_equal(lfb_blob_from_memory(subject.bytes, subject.size, &blob), -EINVAL);
	free(before.bytes);
	subject_forget(&subject);
}

/* Calls */

static void what_makes_no_sense_is_an_error(void **state)
{
	const struct lfb_edit nowhere = { NULL, "1" }, number = { "luo/number", "7" };
	struct lfb_edit_options options = { .sz = sizeof(options), .digest = 9 };
	struct subject subject = subject_make("linux-7.3", AS_BLOB);
	u8 *bytes = subject.bytes;

	assert_int_equal(lfb_edit_bytes(NULL, 7, NULL, 0, NULL), -EINVAL);
	assert_int_equal(lfb_edit_bytes(bytes, 7, NULL, 0, NULL), -EINVAL);
	assert_int_equal(lfb_edit_bytes(bytes, subject.size, NULL, 1, NULL), -EINVAL);
	assert_int_equal(lfb_edit_bytes(bytes, subject.size, &nowhere, 1, NULL), -EINVAL);
	assert_int_equal(lfb_edit_bytes(bytes, subject.size, &number, 1, &options), -EINVAL);
	options = (struct lfb_edit_options){ .sz = 1 };
	assert_int_equal(lfb_edit_bytes(bytes, subject.size, &number, 1, &options), -EINVAL);
	assert_int_equal(lfb_edit_bytes(bytes, subject.size, &number, 1, NULL), 0);
	bytes[LFB_BLOB_VERSION_AT] = 9;
	assert_int_equal(lfb_edit_bytes(bytes, subject.size, &number, 1, NULL), -EPROTONOSUPPORT);
	assert_int_equal(lfb_edit_memory(NULL, 7, 0, "linux-7.3", &number, 1, NULL), -EINVAL);
	assert_int_equal(lfb_edit_memory(bytes, 7, 0, "none", &number, 1, NULL), -EINVAL);
	assert_int_equal(lfb_edit_memory(bytes, 7, 0, "linux-7.3", &number, 1, NULL), -ENOENT);
	assert_int_equal(lfb_edit_file(NULL, NULL, &number, 1, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_edit_file("/dev/null/none", NULL, &number, 1, NULL, NULL), -ENOTDIR);
	assert_int_equal(lfb_edit_file("/tmp", NULL, &number, 1, NULL, NULL), -EOPNOTSUPP);
	subject_forget(&subject);
}

static void a_file_is_written_whole_or_not_at_all(void **state)
{
	const struct lfb_edit number = { "luo/number", "7" }, none = { "luo/nothing", "7" };
	static const enum damaged_as forms[] = { AS_BLOB, AS_CORE };

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct subject subject = subject_make("linux-7.3", forms[i]);
		struct told_edit told = { 0 };
		char out[64];

		subject_write(&subject);
		snprintf(out, sizeof(out), "%s.out", subject.path);
		assert_int_equal(lfb_edit_file(subject.path, NULL, &none, 1, NULL, out), -ENOENT);
		assert_int_equal(access(out, F_OK), -1);
		assert_int_equal(lfb_edit_file(subject.path, NULL, &number, 1, NULL, "/none/out"),
				 -ENOENT);
		assert_int_equal(lfb_edit_file(subject.path, NULL, &number, 1, NULL, NULL), 0);
		assert_int_equal(lfb_edit_file(subject.path, NULL, &number, 1, NULL, out), 0);
		subject_read(&subject);
		assert_int_equal(subject_edit(&subject, "luo/number", NULL, &told), 0);
		assert_int_equal(told.edited.from, 1);
		assert_int_equal(rename(out, subject.path), 0);
		subject_read(&subject);
		assert_int_equal(subject_edit(&subject, "luo/number", NULL, &told), 0);
		assert_int_equal(told.edited.from, 7);
		subject_forget(&subject);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_fit_or_is_not_there_is_refused),
		cmocka_unit_test(a_text_may_fill_its_field_and_have_any_bytes),
		cmocka_unit_test(minus_one_is_all_ones_of_a_field),
		cmocka_unit_test(edits_are_about_what_was_there_and_all_are_made_or_none),
		cmocka_unit_test(memory_and_the_file_are_edited_as_they_are),
		cmocka_unit_test(the_digest_is_mended_kept_or_broken),
		cmocka_unit_test(what_makes_no_sense_is_an_error),
		cmocka_unit_test(a_file_is_written_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
