// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Images of physical memory: read back what was written, and no more of them than there is. */
#define _GNU_SOURCE /* memmem() */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <luo/image.h>
#include <luo/profile.h>

#include "sim/handover/handover.h"
#include "tests/support/staging.h"

static const char story[] = "handler 0\nhandler 1\nflb 0 3\nopen\nsession vm-1\n"
			    "preserve vm-1 1 0 1\npreserve vm-1 18446744073709551615 1 2\n"
			    "session empty\nreboot\n";

static char path[] = "/tmp/lfb-image-XXXXXX";

static int make_path(void **state)
{
	int fd = mkstemp(path);

	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	return unlink(path);
}

static int count_bytes(void *context, const char *bytes, size_t size)
{
	*(size_t *)context += size;
	return 0;
}

/* Of @context, 20000 bytes, the last is always 0. */
static int keep_text(void *context, const char *bytes, size_t size)
{
	char *text = context;
	const size_t length = strlen(text);

	memcpy(text + length, bytes, size < 19999 - length ? size : 19999 - length);
	return 0;
}

static void a_core_of_a_blob_is_the_same_blob_again(void **state)
{
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++) {
		struct lfb_blob *blob = blob_of(story, 0, profile), *again;
		const void *bytes, *others;
		size_t size, other_size;
		u64 missing = 7;

		assert_int_equal(lfb_blob_save_core(blob, path), 0);
		assert_int_equal(lfb_image_kind(path), LFB_IMAGE_CORE);
		if (lfb_blob_from_image(path, NULL, &again, &missing))
			fail_msg("%s: %s", profile, lfb_error_text(NULL));
		assert_int_equal(missing, 0);
		bytes = lfb_blob_bytes(blob, &size);
		others = lfb_blob_bytes(again, &other_size);
		assert_int_equal(size, other_size);
		assert_memory_equal(bytes, others, size);
		lfb_blob_free(again);
		lfb_blob_free(blob);
	}
}

static void a_blob_is_an_image_of_itself(void **state)
{
	struct lfb_blob *blob = blob_of(story, 0, "linux-7.3"), *again;

	assert_int_equal(lfb_blob_save(blob, path), 0);
	assert_int_equal(lfb_image_kind(path), LFB_IMAGE_BLOB);
	assert_int_equal(lfb_blob_from_image(path, NULL, &again, NULL), 0);
	assert_memory_equal(lfb_blob_digest(blob), lfb_blob_digest(again), LFB_DIGEST_SIZE);
	lfb_blob_free(again);
	lfb_blob_free(blob);
}

static u64 resident_bytes(void)
{
	unsigned long all, resident;
	FILE *file = fopen("/proc/self/statm", "r");

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%lu %lu", &all, &resident), 2);
	fclose(file);
	return resident * (u64)sysconf(_SC_PAGESIZE);
}

/* Writes a blob's pages where they were, into a file of memory from @base on. */
static void write_raw(const struct lfb_blob *blob, u64 base, u64 size)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_in_range(fd, 0, INT_MAX);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	for (u32 i = 0; i < blob->nr_ranges; i++) {
		const struct lfb_blob_range *range = &blob->ranges[i];
		const size_t bytes = (size_t)range->nr_pages << PAGE_SHIFT;

		assert_int_equal(pwrite(fd, range->bytes, bytes, (off_t)(range->phys - base)),
				 bytes);
	}
	close(fd);
}

static void a_large_image_takes_no_more_memory_than_what_is_in_it(void **state)
{
	struct lfb_blob *blob = blob_of(story, 0, "linux-7.3"), *again;
	struct lfb_image_options options = { .sz = sizeof(options), .base = 1ull << 32 };
	size_t described = 0;
	u64 before, missing;

	write_raw(blob, options.base, 16ull << 30);
	before = resident_bytes();
	assert_int_equal(lfb_inspect_image(path, &options, LFB_INSPECT_TEXT, count_bytes,
					   &described), 0);
	assert_int_equal(lfb_blob_from_image(path, &options, &again, &missing), 0);
	assert_in_range(resident_bytes() - before, 0, 64 << 20);
	assert_in_range(described, 100, 10000);
	assert_int_equal(missing, 0);
	lfb_blob_free(again);
	/* Elsewhere the tree is found, and nothing that it points at. */
	options.base = 1ull << 40;
	assert_int_equal(lfb_blob_from_image(path, &options, &again, NULL), -EINVAL);
	lfb_blob_free(blob);
}

/* Devices give all that is asked for or nothing, and of some pages nothing. */
static struct unreadable {
	off_t from, to;
} unreadable[3];

ssize_t __real_pread(int fd, void *to, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *to, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *to, size_t size, off_t offset)
{
	for (size_t i = 0; i < ARRAY_SIZE(unreadable); i++) {
		if (offset < unreadable[i].to && offset + (off_t)size > unreadable[i].from) {
			errno = EFAULT;
			return -1;
		}
	}
	return __real_pread(fd, to, size, offset);
}

static void pages_that_cannot_be_read_hide_nothing_else(void **state)
{
	struct lfb_blob *blob = blob_of(story, 0, "linux-7.3"), *again;
	struct lfb_image_options options = { .sz = sizeof(options), .base = 1ull << 32 };
	const off_t root = (off_t)(blob->kho_root - options.base);
	size_t described = 0;
	int fd;

	write_raw(blob, options.base, 32 << 20);
	/* Holes of a file are passed by: there are none but between what is handed over. */
	fd = open(path, O_WRONLY);
	for (off_t at = 0; at < 32 << 20; at += at == 15 * PAGE_SIZE ? 1 << 20 : PAGE_SIZE)
		assert_int_equal(pwrite(fd, "x", 1, at), 1);
	close(fd);
	unreadable[0] = (struct unreadable){ 0, 1 << 16 };
	unreadable[1] = (struct unreadable){ 2 << 20, 3 << 20 };
	unreadable[2] = (struct unreadable){ 31 << 20, 32 << 20 };
	assert_int_equal(lfb_inspect_image(path, &options, LFB_INSPECT_TEXT, count_bytes,
					   &described), 0);
	assert_in_range(described, 100, 10000);
	/* What is handed over and cannot be read is no handover. */
	unreadable[1] = (struct unreadable){ root, root + PAGE_SIZE };
	assert_int_equal(lfb_blob_from_image(path, &options, &again, NULL), -ENOENT);
	for (u32 i = 0; i < blob->nr_ranges; i++) {
		const off_t at = (off_t)(blob->ranges[i].phys - options.base);

		if (at == root)
			continue;
		unreadable[1] = (struct unreadable){ at, at + PAGE_SIZE };
		assert_int_not_equal(lfb_blob_from_image(path, &options, &again, NULL), 0);
		if (blob->ranges[i].kind == LFB_BLOB_PRESERVED)
			assert_non_null(strstr(lfb_error_text(NULL), "cannot be read"));
	}
	memset(unreadable, 0, sizeof(unreadable));
	lfb_blob_free(blob);
}

static u8 *read_path(size_t *size)
{
	u8 *bytes = malloc(1 << 20);
	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	assert_non_null(bytes);
	*size = fread(bytes, 1, 1 << 20, file);
	assert_in_range(*size, PAGE_SIZE, (1 << 20) - 1);
	fclose(file);
	return bytes;
}

static void write_path(const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

/* Every page of a core, and every byte of its headers, is spoilt in turn; or it ends there. */
static void a_damaged_core_is_refused_or_read(void **state)
{
	struct lfb_blob *blob = blob_of(story, 0, "linux-7.3"), *again;
	unsigned int read = 0, refused = 0;
	size_t size, described = 0;
	u8 *bytes;

	assert_int_equal(lfb_blob_save_core(blob, path), 0);
	lfb_blob_free(blob);
	bytes = read_path(&size);
	for (size_t at = 0; at < size; at += at < 0x300 ? 1 : 1021) {
		bytes[at] ^= 0xff;
		write_path(bytes, at % 7 ? size : at);
		bytes[at] ^= 0xff;
		lfb_inspect_image(path, NULL, LFB_INSPECT_JSON, count_bytes, &described);
		if (!lfb_blob_from_image(path, NULL, &again, NULL)) {
			lfb_blob_free(again);
			read++;
			continue;
		}
		refused++;
		if (!*lfb_error_text(NULL))
			fail_msg("byte %zu: refused without a word", at);
	}
	/* What is no address and no length is nobody's concern. */
	assert_in_range(refused, 200, 10000);
	assert_in_range(read, 200, 10000);
	free(bytes);
}

/* As many segments as there may be, each with notes in it, more than anybody reads. */
static void notes_without_end_are_read_to_an_end(void **state)
{
	struct lfb_blob *blob = blob_of(story, 0, "linux-7.3"), *again;
	const unsigned int many = 60000;
	size_t size, described = 0;
	Elf64_Phdr *headers;
	Elf64_Ehdr *header;
	u64 missing = 7;
	u8 *bytes;

	assert_int_equal(lfb_blob_save_core(blob, path), 0);
	bytes = read_path(&size);
	size = ALIGN(size, 8);
	bytes = realloc(bytes, size + many * sizeof(*headers));
	header = (Elf64_Ehdr *)bytes;
	headers = (Elf64_Phdr *)(bytes + size);
	for (unsigned int i = 0; i < many; i++)
		headers[i] = (Elf64_Phdr){ .p_type = PT_NOTE, .p_offset = 0, .p_filesz = size };
	for (unsigned int i = 0; i < header->e_phnum; i++)
		memcpy(&headers[many - header->e_phnum + i],
		       bytes + header->e_phoff + i * sizeof(*headers), sizeof(*headers));
	header->e_phoff = size;
	header->e_phnum = (Elf64_Half)many;
	write_path(bytes, size + many * sizeof(*headers));
	/* The note that has the blob's header is one of the last: it is found, or there is none. */
	assert_int_equal(lfb_inspect_image(path, NULL, LFB_INSPECT_TEXT, count_bytes, &described),
			 0);
	assert_in_range(described, 100, 10000);
	assert_int_equal(lfb_blob_from_image(path, NULL, &again, &missing), 0);
	assert_int_equal(missing, 0);
	assert_int_equal(again->nr_ranges, blob->nr_ranges);
	lfb_blob_free(again);
	lfb_blob_free(blob);
	free(bytes);
}

/* A chunk of the map of kho-v1. */
struct chunk {
	u64 next_phys;
	u32 order, num_elms;
	struct {
		u64 phys_start, bitmap_phys;
	} elms[255];
};

/*
 * A map that says the same again and again: elements that share a bitmap and a place, and a chunk
 * that comes back to itself.
 */
static void a_map_that_repeats_itself_is_read_to_an_end(void **state)
{
	static const char *const words[] = { "preserved twice", "form a cycle" };

	for (unsigned int i = 0; i < 2; i++) {
		struct lfb_blob *blob = blob_of(story, 0, "linux-7.0"), *again = NULL;
		struct lfb_image_options options = { .sz = sizeof(options), .base = 1ull << 32 };
		struct lfb_view view = lfb__blob_view(blob);
		char said[20000] = "";
		struct chunk chunk;
		u64 phys = 0;
		int fd;

		assert_int_equal(kho__fdt_u64_property(view.at(&view, blob->kho_root, PAGE_SIZE), 0,
						       "preserved-memory-map", &phys), 0);
		memcpy(&chunk, view.at(&view, phys, sizeof(chunk)), sizeof(chunk));
		assert_in_range(chunk.num_elms, 1, 254);
		for (u32 j = chunk.num_elms; !i && j < 255; j++)
			chunk.elms[j] = chunk.elms[0];
		if (i)
			chunk.next_phys = phys;
		else
			chunk.num_elms = 255;
		write_raw(blob, options.base, 32 << 20);
		fd = open(path, O_WRONLY);
		assert_int_equal(pwrite(fd, &chunk, sizeof(chunk), (off_t)(phys - options.base)),
				 sizeof(chunk));
		close(fd);
		lfb_inspect_image(path, &options, LFB_INSPECT_TEXT, keep_text, said);
		if (!strstr(said, words[i]))
			fail_msg("%s", said);
		/* Who takes it has each page once. */
		assert_int_equal(lfb_blob_from_image(path, &options, &again, NULL),
				 i ? -EINVAL : 0);
		if (i)
			assert_int_not_equal(*lfb_error_text(NULL), 0);
		else
			assert_int_equal(again->size, blob->size);
		lfb_blob_free(again);
		lfb_blob_free(blob);
	}
}

static void what_makes_no_sense_is_refused(void **state)
{
	struct lfb_image_options options = { .sz = 4 };
	struct lfb_blob *blob = NULL;

	assert_int_equal(lfb_image_kind(NULL), -EINVAL);
	assert_int_equal(lfb_image_kind("/nowhere/at/all"), -ENOENT);
	assert_int_equal(lfb_blob_from_image(NULL, NULL, &blob, NULL), -EINVAL);
	assert_int_equal(lfb_blob_from_image(path, NULL, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_blob_from_image("/nowhere/at/all", NULL, &blob, NULL), -ENOENT);
	assert_int_equal(lfb_inspect_image(path, NULL, LFB_INSPECT_TEXT, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_inspect_image(path, &options, LFB_INSPECT_TEXT, count_bytes, &options),
			 -EINVAL);
	options = (struct lfb_image_options){ .sz = sizeof(options), .nr_scratch = 1 };
	assert_int_equal(lfb_inspect_image(path, &options, LFB_INSPECT_TEXT, count_bytes, &options),
			 -EINVAL);
	assert_int_equal(lfb_blob_save_core(NULL, path), -EINVAL);
	assert_null(blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_core_of_a_blob_is_the_same_blob_again),
		cmocka_unit_test(a_blob_is_an_image_of_itself),
		cmocka_unit_test(a_large_image_takes_no_more_memory_than_what_is_in_it),
		cmocka_unit_test(pages_that_cannot_be_read_hide_nothing_else),
		cmocka_unit_test(a_damaged_core_is_refused_or_read),
		cmocka_unit_test(notes_without_end_are_read_to_an_end),
		cmocka_unit_test(a_map_that_repeats_itself_is_read_to_an_end),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
