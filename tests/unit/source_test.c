// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Files of physical memory: headers of cores that few have, files and devices that answer oddly,
 * and images that are written again.
 */
#define _GNU_SOURCE /* SEEK_DATA */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <luo/edit.h>
#include <luo/image.h>

#include "sim/handover/handover.h"
#include "sim/handover/source/source.h"
#include "tests/support/damaged.h"
#include "tests/support/staging.h"
#include "tests/support/temporary.h"

static const char story[] = "handler 0\nopen\nsession vm-1\npreserve vm-1 1 0 1\nreboot\n";

static const char *const path = temporary_path;

/* How a file answers. */
static struct {
	off_t from, to;		/* nothing of this can be read, … */
	bool interrupts;	/* … or all of it the second time */
	bool no_holes;		/* nobody can say where they are */
	unsigned long reads;
} answers;

ssize_t __real_pread(int fd, void *to, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *to, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *to, size_t size, off_t offset)
{
	answers.reads++;
	if (answers.interrupts && answers.reads % 2) {
		errno = EINTR;
		return -1;
	}
	if (offset < answers.to && offset + (off_t)size > answers.from) {
		errno = EFAULT;
		return -1;
	}
	return __real_pread(fd, to, size, offset);
}

off_t __real_lseek(int fd, off_t offset, int whence);
off_t __wrap_lseek(int fd, off_t offset, int whence);
off_t __wrap_lseek(int fd, off_t offset, int whence)
{
	if (answers.no_holes && whence == SEEK_DATA) {
		errno = EINVAL;
		return -1;
	}
	return __real_lseek(fd, offset, whence);
}

static u8 *read_path(const char *from, size_t *size)
{
	char *bytes;

	assert_int_equal(lfb__read_whole_file(from, &bytes, size), 0);
	return (u8 *)bytes;
}

static void write_path(const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

/* Cores: made of a sound one, with room for headers behind it. */

struct core {
	u8 *bytes;
	Elf64_Ehdr *header;
	Elf64_Phdr *segments;
	Elf64_Shdr *section;	/* behind all of it */
	size_t size;
};

struct odd_core {
	const char *what;
	void (*make)(struct core *core);
	const char *says;	/* NULL: it is read as if it were not odd */
};

static void many(struct core *core)
{
	core->section->sh_info = core->header->e_phnum;
	core->header->e_phnum = PN_XNUM;
	core->header->e_shoff = (u64)((u8 *)core->section - core->bytes);
}

static void many_nowhere(struct core *core)
{
	core->header->e_phnum = PN_XNUM;
}

static void many_cut(struct core *core)
{
	many(core);
	core->header->e_shoff += 4;
}

static void far_too_many(struct core *core)
{
	many(core);
	core->section->sh_info = (1u << 20) + 1;
}

static void cut_headers(struct core *core)
{
	core->header->e_phnum = 60000;
}

/* The program headers go to the end of the file, with one more before them, and two behind. */
static void more_headers(struct core *core, const Elf64_Phdr *more)
{
	Elf64_Phdr *to = (Elf64_Phdr *)(core->section + 1);

	memcpy(to + 1, core->segments, core->header->e_phnum * sizeof(*to));
	to[0] = more[0];
	memcpy(to + 1 + core->header->e_phnum, more + 1, 2 * sizeof(*to));
	core->header->e_phoff = (u64)((u8 *)to - core->bytes);
	core->header->e_phnum += 3;
	core->segments = to;
}

/* What says of itself that it begins at 0, as what has no address does. */
static void two_from_zero(struct core *core)
{
	const Elf64_Phdr zero = { .p_type = PT_LOAD, .p_memsz = PAGE_SIZE };
	const Elf64_Phdr more[3] = { zero, zero };

	more_headers(core, more);
}

static void one_from_zero(struct core *core)
{
	const Elf64_Phdr more[3] = { { .p_type = PT_LOAD, .p_memsz = PAGE_SIZE } };

	more_headers(core, more);
}

static void no_address(struct core *core)
{
	const Elf64_Phdr more[3] = {
		{ .p_type = PT_LOAD, .p_paddr = UINT64_MAX, .p_memsz = PAGE_SIZE },
		{ .p_type = PT_LOAD, .p_paddr = 1ull << 40 },
	};

	more_headers(core, more);
}

/* The first one that is ours counts. */
static void notes_twice(struct core *core)
{
	Elf64_Phdr more[3] = { { .p_type = PT_NULL } };

	for (unsigned int i = 0; i < core->header->e_phnum; i++) {
		if (core->segments[i].p_type == PT_NOTE)
			more[1] = more[2] = core->segments[i];
	}
	more_headers(core, more);
}

/* Before ours: one of ours that is too long, of another length of name, of another name. */
static void notes_of_others(struct core *core)
{
	static const char name[8] = LFB_CORE_NOTE_NAME, other[8] = "BFL";
	const Elf64_Nhdr notes[] = {
		{ sizeof(LFB_CORE_NOTE_NAME), LFB_CORE_NOTE_MAX + 4, LFB_CORE_NOTE_TYPE },
		{ sizeof(LFB_CORE_NOTE_NAME), 4, LFB_CORE_NOTE_TYPE + 1 },
		{ 8, 4, LFB_CORE_NOTE_TYPE },
		{ sizeof(LFB_CORE_NOTE_NAME), 4, LFB_CORE_NOTE_TYPE },
	};
	Elf64_Phdr more[3] = { { .p_type = PT_NOTE } };
	u8 *at = core->bytes + core->size - 2 * PAGE_SIZE;

	more[0].p_offset = (u64)(at - core->bytes);
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		memcpy(at, &notes[i], sizeof(notes[i]));
		memcpy(at + sizeof(notes[i]), i == 3 ? other : name, 8);
		at += sizeof(notes[i]) + ALIGN(notes[i].n_namesz, 4) + ALIGN(notes[i].n_descsz, 4);
	}
	more[0].p_filesz = (u64)(at - core->bytes) - more[0].p_offset;
	more_headers(core, more);
}

static void notes_nowhere(struct core *core)
{
	const Elf64_Phdr more[3] = {
		{ .p_type = PT_NOTE, .p_offset = 1ull << 40, .p_filesz = 4096 },
		{ .p_type = PT_NOTE, .p_filesz = 17 << 20 },
	};

	more_headers(core, more);
}

/* Twice as much as there is, and behind what counts. */
static void the_same_again(struct core *core)
{
	Elf64_Phdr more[3];

	for (unsigned int i = 0; i < 3; i++)
		more[i] = (Elf64_Phdr){
			.p_type = PT_LOAD, .p_paddr = (1ull + i) << 40, .p_memsz = 1 << 20,
			.p_filesz = core->size,
		};
	more_headers(core, more);
}

/* What it has of the last one begins behind its end. */
static void cut_before_a_segment(struct core *core)
{
	const Elf64_Phdr more[3] = { {
		.p_type = PT_LOAD, .p_paddr = 1ull << 40, .p_memsz = 1 << 20,
		.p_filesz = 1 << 20, .p_offset = core->size,
	} };

	more_headers(core, more);
}

static const struct odd_core odd_cores[] = {
	{ "whose first section has the number of segments", many },
	{ "with a section header nowhere", many_nowhere, "nobody can tell how many segments" },
	{ "with a section header that is cut off", many_cut, "nobody can tell how many segments" },
	{ "of more segments than anybody has", far_too_many, "nobody can tell how many segments" },
	{ "of fewer than it says", cut_headers, "its program headers are cut off" },
	{ "with two segments at 0", two_from_zero },
	{ "with one segment at 0", one_from_zero },
	{ "with segments at no address", no_address },
	{ "with its notes twice", notes_twice },
	{ "with notes of others", notes_of_others },
	{ "with notes nowhere", notes_nowhere },
	{ "with the same memory again and again", the_same_again },
	{ "that ends before its last segment", cut_before_a_segment },
};

static void a_core_is_read_or_refused_with_a_sentence(void **state)
{
	struct lfb_blob *blob = blob_of(story, 0, "linux-7.3");
	struct core core;
	size_t size;
	u8 *sound;

	assert_int_equal(lfb_blob_save_core(blob, path), 0);
	sound = read_path(path, &size);
	core.size = ALIGN(size, 8) + 4 * PAGE_SIZE;
	core.bytes = malloc(core.size);
	assert_non_null(core.bytes);
	for (size_t i = 0; i < ARRAY_SIZE(odd_cores); i++) {
		const struct odd_core *odd = &odd_cores[i];
		struct lfb_blob *again;
		u64 missing = 7;
		int err;

		memset(core.bytes, 0, core.size);
		memcpy(core.bytes, sound, size);
		core.header = (Elf64_Ehdr *)core.bytes;
		core.segments = (Elf64_Phdr *)(core.bytes + core.header->e_phoff);
		core.section = (Elf64_Shdr *)(core.bytes + ALIGN(size, 8));
		odd->make(&core);
		write_path(core.bytes, odd->make == many_cut ?
				       ALIGN(size, 8) + sizeof(*core.section) : core.size);
		/* With holes it would be passed by. */
		answers.no_holes = odd->make == cut_before_a_segment;
		err = lfb_blob_from_image(path, NULL, &again, &missing);
		answers.no_holes = false;
		if (err != (odd->says ? -EINVAL : 0) ||
		    (odd->says && !strstr(lfb_error_text(NULL), odd->says)))
			fail_msg("a core %s: %d: %s", odd->what, err, lfb_error_text(NULL));
		if (err)
			continue;
		assert_int_equal(missing, 0);
		assert_memory_equal(lfb_blob_digest(again), lfb_blob_digest(blob),
				    LFB_DIGEST_SIZE);
		lfb_blob_free(again);
	}
	free(core.bytes);
	free(sound);
	lfb_blob_free(blob);
}

static void as_many_segments_as_a_blob_has_ranges_are_written_and_read(void **state)
{
	const size_t count = PN_XNUM;
	struct lfb_piece *pieces = calloc(count, sizeof(*pieces));
	static const u8 page[PAGE_SIZE] = "the last one";
	struct lfb_source source;
	struct lfb_view view;
	const u8 *at;
	size_t size;
	u8 *bytes;

	assert_non_null(pieces);
	pieces[count - 1] = (struct lfb_piece){ 1 << 20, PAGE_SIZE, page };
	for (size_t i = 0; i < count - 1; i++)
		pieces[i].bytes = page;
	assert_int_equal(lfb__source_write_elf(pieces, count, "note", 4, &bytes, &size), 0);
	write_path(bytes, size);
	assert_int_equal(lfb__source_open(path, 0, &source), 0);
	assert_int_equal(source.nr_segments, 1);
	assert_int_equal(source.note_size, 4);
	view = lfb__source_view(&source);
	at = view.at(&view, 1 << 20, PAGE_SIZE);
	assert_non_null(at);
	assert_memory_equal(at, page, PAGE_SIZE);
	assert_null(view.at(&view, 1 << 20, 0));
	lfb__source_close(&source);
	free(bytes);
	free(pieces);
}

/* Files and devices */

static void what_is_no_memory_image_is_refused_with_what_to_do(void **state)
{
	static const struct {
		const char *bytes, *says;
	} all[] = {
		{ "\xfd" "7zXZ\0", "unpack it with xz" },
		{ "KDUMP   ", "dump once more" },
		{ "makedumpfile", "makedumpfile -R" },
		{ "\x7f" "ELF", "it is cut off" },
	};
	struct lfb_image_options options = { .sz = sizeof(options) };
	struct lfb_blob *blob;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		write_path(all[i].bytes, strlen(all[i].bytes) + 1);
		assert_int_equal(lfb_blob_from_image(path, NULL, &blob, NULL), -EINVAL);
		assert_non_null(strstr(lfb_error_text(NULL), all[i].says));
	}
	/* Who reads a pipe opens it once. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(lfb_image_kind(path), LFB_IMAGE_RAW);
	assert_int_equal(unlink(path), 0);
	write_path("x", 1);
	options.base = 1;
	assert_int_equal(lfb_blob_from_image(path, &options, &blob, NULL), -EINVAL);
	assert_non_null(strstr(lfb_error_text(NULL), "0x1 is no address of a page"));
	options.base = LFB_SOURCE_ADDRESSES;
	assert_int_equal(lfb_blob_from_image(path, &options, &blob, NULL), -EINVAL);
	assert_non_null(strstr(lfb_error_text(NULL), "is no address of a page"));
}

static void assert_is_read(const struct lfb_blob *blob)
{
	const struct lfb_image_options options = {
		.sz = sizeof(options), .base = blob->memory_start,
	};
	struct lfb_blob *again;
	u64 missing = 7;

	answers.reads = 0;
	assert_int_equal(lfb_blob_from_image(path, &options, &again, &missing), 0);
	assert_int_equal(missing, 0);
	assert_int_equal(again->nr_ranges, blob->nr_ranges);
	lfb_blob_free(again);
	memset(&answers, 0, sizeof(answers));
}

static void files_that_answer_oddly_are_read_all_the_same(void **state)
{
	struct lfb_blob *blob = blob_of(story, 0, "linux-7.3");

	damaged_write_raw(blob, path, blob->memory_start, 0);
	assert_is_read(blob);
	answers.interrupts = true;
	assert_is_read(blob);
	answers.no_holes = true;
	assert_is_read(blob);
	lfb_blob_free(blob);
}

/* A page, and more than anybody would wait for: there is an end to that. */
static void what_cannot_be_read_is_given_up(void **state)
{
	struct lfb_blob *blob;
	int fd;

	write_path("", 0);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(truncate(path, i ? 8ll << 30 : PAGE_SIZE), 0);
		answers.no_holes = true;
		answers.to = INT64_MAX;
		answers.reads = 0;
		assert_int_equal(lfb_blob_from_image(path, NULL, &blob, NULL), -ENOENT);
		assert_non_null(strstr(lfb_error_text(NULL), "tree: nothing is handed over"));
		assert_in_range(answers.reads, 1, i ? 3 << 20 : 8);
	}
	memset(&answers, 0, sizeof(answers));
	fd = open(path, O_WRONLY | O_TRUNC);
	close(fd);
}

/* Writing again */

static int edit_number(const char *out)
{
	const struct lfb_edit edits[] = { { "luo/number", "9" }, { "@0x1000:u8", "1" } };

	return lfb_edit_file(path, NULL, edits, 1, NULL, out);
}

/* A core with two MiB of zeros behind it, but for a byte. */
static void write_large_core(void)
{
	struct lfb_blob *blob = blob_of(story, 0, "linux-7.3");
	int fd;

	assert_int_equal(lfb_blob_save_core(blob, path), 0);
	assert_int_equal(truncate(path, (3 << 20) + 100), 0);
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, "x", 1, (2 << 20) + 7), 1);
	close(fd);
	lfb_blob_free(blob);
}

static void an_image_is_written_again_whole_with_what_was_edited(void **state)
{
	char out[] = "/tmp/lfb-source-out-XXXXXX";
	u8 *before, *after;
	size_t size, size_after, different = 0;
	struct stat about;
	int fd = mkstemp(out);

	assert_in_range(fd, 0, INT_MAX);
	close(fd);
	write_large_core();
	assert_int_equal(edit_number(out), 0);
	before = read_path(path, &size);
	after = read_path(out, &size_after);
	assert_int_equal(size, (3 << 20) + 100);
	assert_int_equal(size_after, size);
	for (size_t i = 0; i < size; i++)
		different += before[i] != after[i];
	assert_int_equal(different, 1);
	/* Zeros take no room. */
	assert_int_equal(stat(out, &about), 0);
	assert_in_range(about.st_blocks, 1, (2 << 20) / 512 + 64);
	free(before);
	free(after);
	assert_int_equal(unlink(out), 0);
}

static void what_cannot_be_written_again_says_so(void **state)
{
	const struct lfb_edit edit = { "@0x1000:u8", NULL };

	write_large_core();
	/* What is no file has no zeros to leave out. */
	assert_int_equal(edit_number("/dev/null"), 0);
	assert_int_equal(edit_number("/dev/full"), -ENOSPC);
	assert_non_null(strstr(lfb_error_text(NULL), "/dev/full"));
	answers.from = 1 << 20;
	answers.to = (1 << 20) + 1;
	assert_int_equal(edit_number("/dev/null"), -EIO);
	memset(&answers, 0, sizeof(answers));
	assert_int_equal(edit_number("/nowhere/at/all"), -ENOENT);
	assert_int_not_equal(lfb_edit_file("/dev/zero", NULL, &edit, 1, NULL, "/dev/null"), 0);
	assert_int_not_equal(*lfb_error_text(NULL), 0);
}

static void what_is_no_file_is_not_written_again(void **state)
{
	struct lfb_source source;

	write_path("x", 1);
	assert_int_equal(lfb__source_open(path, 0, &source), 0);
	close(source.fd);
	source.fd = open("/dev/zero", O_RDONLY);
	assert_int_equal(lfb__source_write_patched(&source, NULL, 0, path), -EINVAL);
	assert_non_null(strstr(lfb_error_text(NULL), "what is no plain file"));
	lfb__source_close(&source);
	assert_int_equal(source.fd, -1);
	lfb__source_close(&source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_core_is_read_or_refused_with_a_sentence),
		cmocka_unit_test(as_many_segments_as_a_blob_has_ranges_are_written_and_read),
		cmocka_unit_test(what_is_no_memory_image_is_refused_with_what_to_do),
		cmocka_unit_test(files_that_answer_oddly_are_read_all_the_same),
		cmocka_unit_test(what_cannot_be_read_is_given_up),
		cmocka_unit_test(an_image_is_written_again_whole_with_what_was_edited),
		cmocka_unit_test(what_cannot_be_written_again_says_so),
		cmocka_unit_test(what_is_no_file_is_not_written_again),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
