// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later

#include "tests/support/wire_image.h"

const struct generation generations[GENERATIONS] = {
	{ "rfc-v6", &luo_codec_v1 },
	{ "linux-7.0", &luo_codec_v2 },
};

const char *const images[IMAGES] = { "empty", "small", "many", "dense" };

/*
 * An image and looks at it
 */

struct look {
	struct look *next;
	u64 bytes[];
};

void image_load(struct image *image, const char *path)
{
	FILE *file = fopen(path, "rb");
	long size;

	if (!file)
		fail_msg("%s: cannot be opened", path);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	assert_true(size >= 0);
	rewind(file);
	image->size = (size_t)size;
	image->bytes = malloc(image->size + 1);
	assert_non_null(image->bytes);
	assert_int_equal(fread(image->bytes, 1, image->size, file), image->size);
	fclose(file);
	image->bytes[image->size] = '\0';
	image->looks = NULL;
}

void image_load_wire(struct image *image, const char *profile, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), WIRE "%s/%s.mem", profile, name);
	image_load(image, path);
}

static void end_looks(struct image *image)
{
	while (image->looks) {
		struct look *next = image->looks->next;

		free(image->looks);
		image->looks = next;
	}
}

void image_unload(struct image *image)
{
	end_looks(image);
	free(image->bytes);
}

static const void *look_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	struct image *image = (struct image *)view->context;
	size_t offset = phys % 8;
	struct look *look;
	u8 *copy;

	if (!size || phys >= image->size || size > image->size - phys)
		return NULL;
	look = malloc(sizeof(*look) + offset + size);
	assert_non_null(look);
	look->next = image->looks;
	image->looks = look;
	copy = (u8 *)look->bytes + offset;
	return memcpy(copy, image->bytes + phys, size);
}

struct lfb_view image_view(struct image *image)
{
	return (struct lfb_view){ look_at, image, image->size };
}

/*
 * A complete reading
 */

void reading_say(struct reading *reading, const char *format, ...)
{
	va_list arguments;

	if (!reading->text)
		return;
	va_start(arguments, format);
	reading->length += (size_t)vsnprintf(reading->text + reading->length,
					     reading->text_size - reading->length, format,
					     arguments);
	va_end(arguments);
	assert_true(reading->length < reading->text_size);
}

static int on_problem(void *context, int error, const struct lfb_problem *problem)
{
	struct reading *reading = context;

	assert_true(error < 0);
	assert_true(problem->what[0]);
	assert_non_null(memchr(problem->what, '\0', sizeof(problem->what)));
	if (!reading->problems++)
		reading->first = *problem;
	return reading->strict ? error : 0;
}

static void expect_inside(const struct reading *reading, phys_addr_t where, size_t size)
{
	assert_true(where < reading->image->size && size <= reading->image->size - where);
}

static int on_file(void *context, phys_addr_t where, const struct luo_file_record *record)
{
	struct reading *reading = context;

	expect_inside(reading, where, sizeof(struct luo_file_ser));
	reading->files++;
	reading_say(reading, "file %s %llu %llx\n", record->compatible,
	    record->token, record->data);
	return 0;
}

static int on_session(void *context, phys_addr_t where, const struct luo_session_record *record)
{
	struct reading *reading = context;
	struct lfb_view view = image_view(reading->image);
	struct luo_reader reader = {
		.view = &view,
		.context = reading,
		.problem = on_problem,
		.file = on_file,
	};
	unsigned long files = reading->files;
	int err;

	expect_inside(reading, where, reading->codec->layout->session_size);
	reading->sessions++;
	reading_say(reading, "session %s %llu\n", record->name, record->count);
	err = reading->codec->read_files(&reader, record);
	assert_true(reading->files - files <=
		    reading->image->size / sizeof(struct luo_file_ser) + 1);
	return err;
}

static int on_flb(void *context, phys_addr_t where, const struct luo_flb_record *record)
{
	struct reading *reading = context;

	expect_inside(reading, where, sizeof(struct luo_flb_ser));
	reading->flbs++;
	reading_say(reading, "flb %s %llu %llx\n", record->name, record->count,
	    record->data);
	return 0;
}

int image_read(struct reading *reading, phys_addr_t tree)
{
	const struct luo_codec *codec = reading->codec;
	struct lfb_view view = image_view(reading->image);
	struct luo_reader reader = {
		.view = &view,
		.context = reading,
		.problem = on_problem,
		.session = on_session,
		.file = on_file,
		.flb = on_flb,
	};
	struct luo_head head;
	int err;

	err = codec->read_head(codec, &reader, tree, PAGE_SIZE, &head);
	if (!err) {
		reading_say(reading, "number %llu\n", head.number);
		err = luo_read_flbs(&reader, &head);
	}
	if (!err)
		err = codec->read_sessions(codec, &reader, &head);
	end_looks(reading->image);
	assert_true(reading->sessions <=
		    reading->image->size / codec->layout->session_size + 1);
	assert_true(reading->flbs <= reading->image->size / sizeof(struct luo_flb_ser) + 1);
	return err;
}

/* Reads like a checking and like a trusting kernel; what must hold is asserted on the way. */
int image_read_both_ways(struct image *image, const struct luo_codec *codec, phys_addr_t tree)
{
	struct reading strict = { .image = image, .codec = codec, .strict = true };
	struct reading trusting = { .image = image, .codec = codec };
	int err = image_read(&strict, tree);

	assert_int_equal(image_read(&trusting, tree), 0);
	assert_int_equal(strict.problems, err ? 1 : 0);
	if (err) {
		/* Both are told of the same mistake first. */
		assert_true(err == -EINVAL || err == -ENOENT);
		assert_true(trusting.problems > 0);
		assert_string_equal(trusting.first.what, strict.first.what);
		assert_true(trusting.first.where == strict.first.where);
	} else {
		assert_int_equal(trusting.problems, 0);
		assert_int_equal(trusting.sessions, strict.sessions);
	}
	return err;
}
