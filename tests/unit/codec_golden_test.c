// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The codecs' reading half on images that real orchestrators wrote: every record is there, with
 * what the scenario put into it.
 */
#include "tests/support/wire_image.h"

#define MANY 200

struct expected {
	char sessions[MANY][64];
	char files[MANY][16384];		/* lines, per session */
	unsigned int file_count[MANY];
	unsigned int session_count;
	unsigned int flb_of[8][8];	/* [handler][n] is FLB number + 1 */
	unsigned int flb_order[8];
	unsigned int flb_count;
	unsigned int flb_users[8];
};

static void expect_link(struct expected *expected, unsigned int handler, unsigned int flb)
{
	unsigned int n = 0;

	while (expected->flb_of[handler][n])
		n++;
	expected->flb_of[handler][n] = flb + 1;
	for (n = 0; n < expected->flb_count; n++) {
		if (expected->flb_order[n] == flb)
			return;
	}
	expected->flb_order[expected->flb_count++] = flb;
}

static void expect_file(struct expected *expected, const char *name, unsigned long long token,
			unsigned int type, unsigned long long number)
{
	for (unsigned int i = 0; i < expected->session_count; i++) {
		char *lines = expected->files[i];
		size_t length = strlen(lines);

		if (strcmp(expected->sessions[i], name))
			continue;
		/* preserve gives 0xd000 + number, freeze sets one bit more. */
		snprintf(lines + length, sizeof(expected->files[i]) - length,
			 "file handler-%u-v1 %llu %llx\n", type, token,
			 (0xd000 + number) | 0x100000);
		assert_true(strlen(lines) < sizeof(expected->files[i]) - 1);
		expected->file_count[i]++;
	}
	for (unsigned int n = 0; expected->flb_of[type][n]; n++)
		expected->flb_users[expected->flb_of[type][n] - 1]++;
}

static void follow_scenario(struct expected *expected, const char *name)
{
	char path[512], line[256], word[64];
	unsigned long long token, number;
	unsigned int type, flb;
	FILE *file;

	snprintf(path, sizeof(path), WIRE "%s.ops", name);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "flb %u %u", &type, &flb) == 2)
			expect_link(expected, type, flb);
		else if (sscanf(line, "session %63s", word) == 1)
			strcpy(expected->sessions[expected->session_count++], word);
		else if (sscanf(line, "preserve %63s %llu %u %llu", word, &token, &type,
				&number) == 4)
			expect_file(expected, word, token, type, number);
		else if (strcmp(line, "open\n") && strcmp(line, "reboot\n") &&
			 strncmp(line, "handler ", 8))
			fail_msg("%s: %s", path, line);
		assert_true(expected->session_count < MANY);
	}
	fclose(file);
}

static char *expected_text(const char *name, size_t size)
{
	struct expected *expected = calloc(1, sizeof(*expected));
	struct reading text = { .text = calloc(1, size), .text_size = size };

	assert_non_null(expected);
	assert_non_null(text.text);
	follow_scenario(expected, name);
	reading_say(&text, "number 1\n");
	for (unsigned int i = 0; i < expected->flb_count; i++) {
		unsigned int flb = expected->flb_order[i];

		if (expected->flb_users[flb])
			reading_say(&text, "flb flb-%u-v1 %u %x\n", flb, expected->flb_users[flb],
			    0xf000 + flb);
	}
	for (unsigned int i = 0; i < expected->session_count; i++)
		reading_say(&text, "session %s %u\n%s", expected->sessions[i],
			    expected->file_count[i], expected->files[i]);
	free(expected);
	return text.text;
}

#define TEXT_SIZE (1u << 20)

static void images_of_real_kernels_are_read_completely(void **state)
{
	for (size_t i = 0; i < IMAGES * GENERATIONS; i++) {
		const char *name = images[i / GENERATIONS];
		struct reading reading = {
			.codec = generations[i % GENERATIONS].codec,
			.strict = true,
			.text = calloc(1, TEXT_SIZE),
			.text_size = TEXT_SIZE,
		};
		char *expected = expected_text(name, TEXT_SIZE);
		struct image image;

		assert_non_null(reading.text);
		image_load_wire(&image, generations[i % GENERATIONS].profile, name);
		reading.image = &image;
		assert_int_equal(image_read(&reading, TREE), 0);
		assert_string_equal(reading.text, expected);
		assert_int_equal(image_read_both_ways(&image, reading.codec, TREE), 0);
		image_unload(&image);
		free(reading.text);
		free(expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images_of_real_kernels_are_read_completely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
