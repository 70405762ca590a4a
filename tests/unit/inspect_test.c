// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The inspector: everything handed over is described, and what cannot be understood is named.
 */
#define _GNU_SOURCE /* memmem() */
#include <luo/inspect.h>
#include <luo/machine.h>
#include <luo/scenario.h>

#include "sim/handover/handover.h"
#include "sim/handover/inspect.h"
#include "sim/handover/json/json.h"
#include "tests/support/staging.h"

static const char story[] = "handler 0\nhandler 1\nflb 0 3\nopen\nsession vm-1\n"
			    "preserve vm-1 1 0 1\npreserve vm-1 18446744073709551615 1 2\n"
			    "session empty\nreboot\n";

/* The description of a blob, for free(). */
static char *described(const struct lfb_blob *blob, enum lfb_inspect_format format, int result)
{
	struct output output = { .writes_left = -1 };
	int err = lfb_inspect_blob(blob, format, output_collect, &output);

	if (err != result)
		fail_msg("%d: %s", err, lfb_error_text(NULL));
	assert_non_null(output.text);
	return output.text;
}

static void assert_says(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("\"%s\" is not in:\n%s", what, text);
}

/*
 * A check of JSON's grammar, as far as it is written here: objects, arrays, strings, unsigned
 * numbers. Returns what follows the value.
 */
static const char *skip_space(const char *at)
{
	return at + strspn(at, " \n");
}

static const char *skip_string(const char *at)
{
	assert_int_equal(*at, '"');
	for (at++; *at != '"'; at++) {
		assert_in_range(*at, ' ', '~');
		if (*at != '\\')
			continue;
		at++;
		if (*at == 'u')
			at += strspn(at + 1, "0123456789abcdef") >= 4 ? 4 : 0;
		else
			assert_non_null(strchr("\"\\", *at));
	}
	return at + 1;
}

static const char *skip_value(const char *at)
{
	char closing;

	if (*at == '"')
		return skip_string(at);
	if (*at != '{' && *at != '[') {
		assert_in_range(strspn(at, "0123456789"), 1, 20);
		return at + strspn(at, "0123456789");
	}
	closing = *at == '{' ? '}' : ']';
	at = skip_space(at + 1);
	while (*at != closing) {
		if (closing == '}') {
			at = skip_string(at);
			assert_memory_equal(at, ": ", 2);
			at += 2;
		}
		at = skip_space(skip_value(at));
		if (*at == ',')
			at = skip_space(at + 1);
		else
			assert_int_equal(*at, closing);
	}
	return at + 1;
}

static void assert_json(const char *text)
{
	assert_string_equal(skip_value(text), "\n");
}

static void text_names_everything_handed_over(void **state)
{
	for (unsigned int i = 0; i < 2; i++) {
		const char *profile = i ? "rfc-v6" : "linux-7.0";
		struct lfb_blob *blob = blob_of(story, 1 << 20, profile);
		char *text = described(blob, LFB_INSPECT_TEXT, 0);
		char line[128];

		snprintf(line, sizeof(line), "blob version 1, %zu bytes\n", blob->size);
		assert_says(text, line);
		snprintf(line, sizeof(line), "kernel 1 of a machine with 1048576 bytes of memory, "
			 "%s\n", profile);
		assert_says(text, line);
		snprintf(line, sizeof(line), "KHO root tree at 0x%llx, kho-v1\n",
			 blob->kho_root);
		assert_says(text, line);
		assert_says(text, "  entry LUO at 0x");
		assert_says(text, "  order 4: 1 block\n");
		assert_says(text, i ? "update number 1, luo-session-v1\n" :
				      "update number 1, luo-session-v2\n");
		assert_says(text, "  session vm-1: 2 files at 0x");
		assert_says(text, "    token 1: handler-0-v1, data 0x10d001\n");
		assert_says(text,
			    "    token 18446744073709551615: handler-1-v1, data 0x10d002\n");
		assert_says(text, "  session empty: 0 files\n");
		assert_says(text, "  FLB flb-3-v1: needed by 1 file, data 0xf003\n");
		assert_null(strstr(text, "problem"));
		free(text);
		lfb_blob_free(blob);
	}
}

static void json_says_the_same(void **state)
{
	struct lfb_blob *blob = blob_of(story, 1 << 20, "linux-7.0");
	char *text = described(blob, LFB_INSPECT_JSON, 0);

	assert_json(text);
	assert_says(text, "\"profile\": \"linux-7.0\"");
	assert_says(text, "\"session_compatible\": \"luo-session-v2\"");
	assert_says(text, "\"token\": 18446744073709551615,");
	assert_says(text, "\"data\": 1101826,");
	assert_says(text, "\"files\": []");
	assert_says(text, "\"name\": \"flb-3-v1\",");
	assert_says(text, "\"problems\": []\n}\n");
	free(text);
	lfb_blob_free(blob);
}

static void state_without_sessions_is_described(void **state)
{
	struct lfb_blob *blob = blob_of("open\nreboot\n", 1 << 20, "linux-7.0");
	char *text = described(blob, LFB_INSPECT_TEXT, 0);

	assert_says(text, "update number 1");
	assert_null(strstr(text, "session "));
	free(text);
	lfb_blob_free(blob);
}

/* The blob with @size bytes at @phys replaced. */
static struct lfb_blob *altered(const struct lfb_blob *blob, phys_addr_t phys, const void *bytes,
				size_t size)
{
	struct lfb_view view = lfb__blob_view(blob);
	const u8 *at = view.at(&view, phys, size);
	u8 *copy = malloc(blob->size);
	struct lfb_blob *result;

	assert_non_null(at);
	assert_non_null(copy);
	memcpy(copy, blob->bytes, blob->size);
	memcpy(copy + (at - blob->bytes), bytes, size);
	assert_int_equal(lfb__blob_seal(copy, blob->size), 0);
	assert_int_equal(lfb__blob_open(copy, blob->size, true, &result), 0);
	return result;
}

/* Where a string is in handed-over memory. */
static phys_addr_t find(const struct lfb_blob *blob, const char *string)
{
	size_t length = strlen(string) + 1;

	for (u32 i = 0; i < blob->nr_ranges; i++) {
		const struct lfb_blob_range *range = &blob->ranges[i];
		const u8 *at = memmem(range->bytes, range->nr_pages * PAGE_SIZE, string, length);

		if (at)
			return range->phys + (u64)(at - range->bytes);
	}
	fail_msg("%s is not handed over", string);
	return 0;
}

static void handover_without_luo_is_described(void **state)
{
	struct lfb_blob *blob = blob_of(story, 1 << 20, "linux-7.0");
	struct lfb_blob *other = altered(blob, find(blob, "LUO"), "OUL", 3);
	char *text = described(other, LFB_INSPECT_TEXT, 0);
	char *json = described(other, LFB_INSPECT_JSON, 0);

	assert_says(text, "  entry OUL at 0x");
	assert_says(text, "\nno LUO state\n");
	assert_json(json);
	assert_null(strstr(json, "\"luo\""));
	free(text);
	free(json);
	lfb_blob_free(other);
	lfb_blob_free(blob);
}

static void assert_problem(const struct lfb_blob *blob, phys_addr_t where, const void *bytes,
			   size_t size, const char *what)
{
	struct lfb_blob *bad = altered(blob, where, bytes, size);
	char *text = described(bad, LFB_INSPECT_TEXT, -EINVAL);
	char *json = described(bad, LFB_INSPECT_JSON, -EINVAL);

	assert_says(text, "\nproblem at 0x");
	assert_says(text, what);
	assert_says(lfb_error_text(NULL), "at 0x");
	assert_json(json);
	assert_says(json, "\"what\": \"");
	free(text);
	free(json);
	lfb_blob_free(bad);
}

static void every_problem_is_named(void **state)
{
	static const u64 huge = 0xffffffffffffff00ull;
	struct lfb_blob *blob = blob_of(story, 1 << 20, "linux-7.0");
	phys_addr_t session = find(blob, "vm-1");

	assert_problem(blob, blob->kho_root, "x", 1, "problem at 0x");
	assert_problem(blob, find(blob, "kho-v1"), "kho-v9", 6, "unknown generation");
	assert_problem(blob, find(blob, "fdt"), "x", 1, "entry LUO of the root tree has no");
	assert_problem(blob, find(blob, "luo-v1"), "luo-v9", 6, "luo-v9");
	assert_problem(blob, find(blob, "luo-session-v2"), "luo-session-v9", 14, "luo-session-v9");
	assert_problem(blob, session - 8, &huge, 8, "sessions");
	assert_problem(blob, session + 64, &huge, 8, "vm-1");
	assert_problem(blob, session + 72, &huge, 8, "vm-1");
	assert_problem(blob, find(blob, "flb-3-v1") + 56, &huge, 8, "flb-3-v1");
	lfb_blob_free(blob);
}

static void what_is_sound_is_shown_beside_a_problem(void **state)
{
	static const u64 nowhere = 0x1000;
	struct lfb_blob *blob = blob_of(story, 1 << 20, "linux-7.0");
	struct lfb_blob *bad = altered(blob, find(blob, "vm-1") + 64, &nowhere, 8);
	char *text = described(bad, LFB_INSPECT_TEXT, -EINVAL);

	assert_says(text, "session vm-1: 2 files at 0x1000");
	assert_says(text, "session empty: 0 files");
	assert_says(text, "FLB flb-3-v1");
	assert_says(text, "problem at 0x1000: ");
	free(text);
	lfb_blob_free(bad);
	lfb_blob_free(blob);
}

static void preserved_memory_that_is_not_there_is_a_problem(void **state)
{
	struct lfb_blob *blob = blob_of(story, 1 << 20, "linux-7.0");
	struct lfb_view view = lfb__blob_view(blob);
	char *text = described(blob, LFB_INSPECT_JSON, 0);
	unsigned long long map;
	const u64 *chunk;
	u8 full[64];

	assert_int_equal(sscanf(strstr(text, "\"map\": "), "\"map\": %llu", &map), 1);
	free(text);
	/* The bitmap of the map's first element: everything is preserved. */
	chunk = view.at(&view, map, PAGE_SIZE);
	assert_non_null(chunk);
	assert_problem(blob, map + 8, "\x63", 1, "chunk has order 99");
	memset(full, 0xff, sizeof(full));
	assert_problem(blob, chunk[3], full, 32, "is not in the blob");
	lfb_blob_free(blob);
}

static void the_header_must_name_the_root_tree_s_generation(void **state)
{
	struct lfb_blob *blob = blob_of(story, 1 << 20, "linux-7.0"), *bad;
	u8 *bytes = malloc(blob->size);
	char *text;

	memcpy(bytes, blob->bytes, blob->size);
	bytes[LFB_BLOB_COMPATIBLE_AT + 5] = '2';
	assert_int_equal(lfb__blob_seal(bytes, blob->size), 0);
	assert_int_equal(lfb__blob_open(bytes, blob->size, true, &bad), 0);
	text = described(bad, LFB_INSPECT_TEXT, -EINVAL);
	assert_says(text, "root tree is kho-v1, the blob's header says kho-v2");
	free(text);
	lfb_blob_free(bad);
	lfb_blob_free(blob);
}

static void names_from_hell_are_harmless(void **state)
{
	struct lfb_blob *blob = blob_of(story, 1 << 20, "linux-7.0");
	struct lfb_blob *odd = altered(blob, find(blob, "vm-1"), "\x1b\"\xff\\", 4);
	char *text = described(odd, LFB_INSPECT_TEXT, 0);
	char *json = described(odd, LFB_INSPECT_JSON, 0);

	assert_says(text, "session \\x1b\"\\xff\\: 2 files");
	assert_says(json, "\"name\": \"\\u001b\\\"\\u00ff\\\\\"");
	assert_json(json);
	free(text);
	free(json);
	lfb_blob_free(odd);
	lfb_blob_free(blob);
}

static void every_failing_write_is_reported(void **state)
{
	/* More than one buffer's worth. */
	char text[8192] = "handler 0\nopen\n";
	struct lfb_blob *blob;
	int err;

	for (unsigned int i = 0; i < 60; i++)
		sprintf(text + strlen(text), "session s%u\npreserve s%u 1 0 1\n", i, i);
	strcat(text, "reboot\n");
	blob = blob_of(text, 1 << 20, "linux-7.0");
	for (unsigned int format = 0; format < 2; format++) {
		long n = 0;

		do {
			struct output output = { .writes_left = n++ };

			err = lfb_inspect_blob(blob, format, output_collect, &output);
			assert_true(err == 0 || err == -EPIPE);
			free(output.text);
		} while (err);
		assert_true(n > 2);
	}
	lfb_blob_free(blob);
}

static void recorded_images_are_read_wherever_they_lie(void **state)
{
	static const char *const profiles[] = { "rfc-v6", "linux-7.0" };
	static const char *const names[] = { "empty", "small", "many", "dense" };
	struct output aligned, odd;

	for (unsigned int i = 0; i < 8; i++) {
		char path[512], *image, *moved;
		size_t size;

		snprintf(path, sizeof(path), "%s/golden/wire/%s/%s.mem", LFB_TEST_DATA,
			 profiles[i / 4], names[i % 4]);
		assert_int_equal(lfb__read_whole_file(path, &image, &size), 0);
		moved = malloc(size + 1);
		assert_non_null(moved);
		memcpy(moved + 1, image, size);
		aligned = (struct output){ .writes_left = -1 };
		odd = (struct output){ .writes_left = -1 };
		assert_int_equal(lfb_inspect_memory(image, size, 0x10000, profiles[i / 4],
						    LFB_INSPECT_JSON, output_collect, &aligned),
				 0);
		assert_int_equal(lfb_inspect_memory(moved + 1, size, 0x10000, profiles[i / 4],
						    LFB_INSPECT_JSON, output_collect, &odd),
				 0);
		assert_string_equal(aligned.text, odd.text);
		assert_json(aligned.text);
		free(aligned.text);
		free(odd.text);
		free(moved);
		free(image);
	}
}

static void every_truncation_of_an_image_is_survived(void **state)
{
	char *image;
	size_t size;

	assert_int_equal(lfb__read_whole_file(LFB_TEST_DATA "/golden/wire/linux-7.0/small.mem",
					      &image, &size), 0);
	for (size_t n = 0; n < size; n += n % PAGE_SIZE < 256 ? 8 : 120) {
		struct output output = { .writes_left = -1 };
		char *cut = malloc(n ? n : 1);

		assert_non_null(cut);
		memcpy(cut, image, n);
		/* The last page holds the last session's files: without it nothing is whole. */
		assert_int_equal(lfb_inspect_memory(cut, n, 0x10000, "linux-7.0", LFB_INSPECT_TEXT,
						    output_collect, &output),
				 n < size - 2 * PAGE_SIZE + 64 ? -EINVAL : 0);
		free(output.text);
		free(cut);
	}
	free(image);
}

static int count_down(unsigned int *left)
{
	return *left && --*left ? 0 : -E2BIG;
}

static int hear_session(void *context, const char *name, u64 files)
{
	assert_true(!strcmp(name, "vm-1") ? files == 2 : !strcmp(name, "empty") && !files);
	return count_down(context);
}

static int hear_compatible(void *context, const char *compatible)
{
	assert_non_null(strstr(compatible, "handler"));
	return count_down(context);
}

static void names_are_told_until_somebody_ends_it(void **state)
{
	struct lfb_blob *blob = blob_of(story, 1 << 20, "linux-7.0");

	for (unsigned int most = 1; most <= 5; most++) {
		unsigned int left = most;
		struct lfb_blob_names names = {
			.session = hear_session, .compatible = hear_compatible, .context = &left,
		};

		assert_int_equal(lfb__blob_names(blob, &names), most <= 4 ? -E2BIG : 0);
		assert_int_equal(names.sessions, 2);
		assert_int_equal(names.files, 2);
	}
	assert_int_equal(lfb__blob_names(blob, &(struct lfb_blob_names){ .sessions = 0 }), 0);
	lfb_blob_free(blob);
}

static void senseless_arguments_are_refused(void **state)
{
	struct lfb_blob *blob = blob_of(story, 1 << 20, "linux-7.0");
	u64 image[16] = { 0 };

	assert_int_equal(lfb_inspect_blob(NULL, LFB_INSPECT_TEXT, output_collect, NULL), -EINVAL);
	assert_int_equal(lfb_inspect_blob(blob, LFB_INSPECT_TEXT, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_inspect_blob(blob, 2, output_collect, NULL), -EINVAL);
	assert_int_equal(lfb_inspect_memory(image, sizeof(image), 0, "none", LFB_INSPECT_TEXT,
					    output_collect, NULL),
			 -EINVAL);
	assert_string_equal(lfb_error_text(NULL), "there is no profile \"none\"");
	assert_int_equal(lfb_inspect_memory(image, sizeof(image), 0, NULL, LFB_INSPECT_TEXT,
					    output_collect, NULL),
			 -EINVAL);
	assert_int_equal(lfb_inspect_memory(NULL, 1, 0, "rfc-v6", LFB_INSPECT_TEXT, output_collect,
					    NULL),
			 -EINVAL);
	assert_int_equal(lfb_inspect_memory(image, sizeof(image), 0, "rfc-v6", LFB_INSPECT_TEXT,
					    NULL, NULL), -EINVAL);
	lfb_blob_free(blob);
	assert_int_equal(lfb_inspect_blob(blob, LFB_INSPECT_TEXT, output_collect, NULL), -EINVAL);
}

/* A unit address is not looked at, whatever else follows a name is. */
static void entries_are_known_by_their_whole_names(void **state)
{
	(void)state;
	assert_int_equal(lfb__payload_kind("LUO"), LFB_ENTRY_LUO);
	assert_int_equal(lfb__payload_kind("LUO@0"), LFB_ENTRY_LUO);
	assert_int_equal(lfb__payload_kind("LUO-2"), LFB_ENTRY_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_known_by_their_whole_names),
		cmocka_unit_test(text_names_everything_handed_over),
		cmocka_unit_test(json_says_the_same),
		cmocka_unit_test(state_without_sessions_is_described),
		cmocka_unit_test(handover_without_luo_is_described),
		cmocka_unit_test(every_problem_is_named),
		cmocka_unit_test(what_is_sound_is_shown_beside_a_problem),
		cmocka_unit_test(preserved_memory_that_is_not_there_is_a_problem),
		cmocka_unit_test(the_header_must_name_the_root_tree_s_generation),
		cmocka_unit_test(names_from_hell_are_harmless),
		cmocka_unit_test(every_failing_write_is_reported),
		cmocka_unit_test(recorded_images_are_read_wherever_they_lie),
		cmocka_unit_test(every_truncation_of_an_image_is_survived),
		cmocka_unit_test(names_are_told_until_somebody_ends_it),
		cmocka_unit_test(senseless_arguments_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
