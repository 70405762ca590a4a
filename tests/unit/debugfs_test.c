// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What debugfs shows: folders and tars of them, whole and in pieces, and what is wrong in them. */
#include <errno.h>
#include <fcntl.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <luo/check.h>
#include <luo/image.h>

#include "sim/handover/source/source.h"
#include "tests/support/staging.h"

static char folder[] = "/tmp/lfb-debugfs-XXXXXX";
static char tar[64], tree[64];

static const char *const folders[] = {
	"", "/out", "/out/sub_fdts", "/in", "/in/sub_fdts",
};

static int make_folder(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	snprintf(tar, sizeof(tar), "%s/tar", folder);
	snprintf(tree, sizeof(tree), "%s/tree", folder);
	return 0;
}

static int remove_folder(void **state)
{
	unlink(tar);
	return rmdir(folder);
}

/* Tars */

/* A header, and how much of what it says there is, in blocks. */
struct member {
	const char *name;
	const char *size;	/* octal; 12 bytes need not end */
	char type;
	unsigned int blocks;
};

struct tar_case {
	const char *what;
	struct member members[3];
	int answer;
	const char *says;	/* of the file that is looked for; or of the error */
};

#define WANTED "out/fdt"

static const struct tar_case tars[] = {
	{ "with the file", { { "kho/out/fdt", "3", '0', 1 } }, 0, "abc" },
	{ "of an old kind", { { "out/fdt", "3 ", 0, 1 } }, 0, "abc" },
	{ "with others before it", { { "kho/out/fdt", "0", '5' }, { "out/fdts", "1001", '0', 2 },
	  { "./out/fdt", "000000000003", '0', 1 } }, 0, "abc" },
	{ "with a file whose name ends so", { { "about/fdt", "3", '0', 1 } }, 0, NULL },
	{ "with a shorter name", { { "fdt", "3", '0', 1 } }, 0, NULL },
	{ "of nothing", { { "" } }, 0, NULL },
	{ "whose file is cut off", { { "out/fdt", "2000", '0', 1 } }, -EIO, "out/fdt is cut off" },
	{ "of a size that is no number", { { "out/fdt", "9", '0', 1 } }, -EINVAL,
	  "a file of an unknown size" },
	{ "of a size that is less", { { "out/fdt", "-1", '0', 1 } }, -EINVAL,
	  "a file of an unknown size" },
	{ "that ends behind a header", { { "other", "777777777777", '0', 0 } }, 0, NULL },
};

static void write_tar(const struct member *members)
{
	FILE *file = fopen(tar, "wb");
	char block[512] = { 0 };

	assert_non_null(file);
	for (size_t i = 0; i < 3 && members[i].name; i++) {
		memset(block, 0, sizeof(block));
		memcpy(block, members[i].name, strlen(members[i].name));
		memcpy(block + 124, members[i].size ? members[i].size : "",
		       members[i].size ? strlen(members[i].size) : 0);
		block[156] = members[i].type;
		memcpy(block + 257, "ustar", 5);
		assert_int_equal(fwrite(block, 1, sizeof(block), file), sizeof(block));
		memset(block, 0, sizeof(block));
		memcpy(block, "abc", 3);
		for (unsigned int n = 0; n < members[i].blocks; n++)
			assert_int_equal(fwrite(block, 1, sizeof(block), file), sizeof(block));
	}
	fclose(file);
}

static void a_file_is_found_in_a_tar_or_it_is_not_there(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(tars); i++) {
		const struct tar_case *made = &tars[i];
		struct lfb_tree_file file;
		int err;

		write_tar(made->members);
		err = lfb__tree_file(tar, WANTED, &file);
		if (err != made->answer || file.there != (!err && made->says))
			fail_msg("a tar %s: %d: %s", made->what, err, lfb_error_text(NULL));
		if (err)
			assert_non_null(strstr(lfb_error_text(NULL), made->says));
		else if (made->says)
			assert_string_equal(file.bytes, made->says);
		free(file.bytes);
	}
}

/* Empty files without end are looked at up to an end. */
static void a_tar_without_end_is_read_to_an_end(void **state)
{
	const struct member one[3] = { { "x", "0", '0', 0 } };
	struct lfb_tree_file file;
	char *block;
	size_t size;
	FILE *written;

	write_tar(one);
	assert_int_equal(lfb__read_whole_file(tar, &block, &size), 0);
	assert_int_equal(size, 512);
	written = fopen(tar, "wb");
	assert_non_null(written);
	for (unsigned int i = 0; i < 10000; i++)
		assert_int_equal(fwrite(block, 1, size, written), size);
	memcpy(block, WANTED, sizeof(WANTED));
	assert_int_equal(fwrite(block, 1, size, written), size);
	fclose(written);
	assert_int_equal(lfb__tree_file(tar, WANTED, &file), 0);
	assert_false(file.there);
	free(block);
}

/* Folders */

/* NULL or a file's bytes; @size 0: of a text. */
struct part {
	const char *name;
	const void *bytes;
	size_t size;
};

static void make_tree(const struct part *parts, size_t count)
{
	char path[160];

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		snprintf(path, sizeof(path), "%s%s", tree, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	for (size_t i = 0; i < count; i++) {
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s", tree, parts[i].name);
		if (!parts[i].bytes) {
			/* It leads to itself: it cannot be opened. */
			assert_int_equal(symlink(path, path), 0);
			continue;
		}
		file = fopen(path, "wb");
		assert_non_null(file);
		fwrite(parts[i].bytes, 1, parts[i].size ? parts[i].size : strlen(parts[i].bytes),
		       file);
		fclose(file);
	}
}

static void remove_tree(const struct part *parts, size_t count)
{
	char path[160];

	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", tree, parts[i].name);
		assert_int_equal(unlink(path), 0);
	}
	for (size_t i = ARRAY_SIZE(folders); i--;) {
		snprintf(path, sizeof(path), "%s%s", tree, folders[i]);
		assert_int_equal(rmdir(path), 0);
	}
}

static int pass_over(void *context, const struct lfb_check_problem *problem)
{
	return 0;
}

static void each_file_that_cannot_be_opened_is_named(void **state)
{
	static const char *const names[] = {
		"out/scratch_phys", "out/scratch_len", "out/fdt", "out/sub_fdts/LUO",
		"out/sub_fdts/kexec-metadata", "out/sub_fdts/memblock", "in/fdt",
		"in/sub_fdts/LUO", "in/sub_fdts/kexec-metadata", "in/sub_fdts/memblock",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct part part = { names[i] };

		make_tree(&part, 1);
		assert_int_equal(lfb_check_debugfs(tree, pass_over, NULL), -ELOOP);
		assert_non_null(strstr(lfb_error_text(NULL), names[i]));
		remove_tree(&part, 1);
	}
}

static const struct kho_kexec_metadata
	metadata = { .version = 9 },
	sound_metadata = { .version = KHO_KEXEC_METADATA_VERSION, .previous_release = "7.3-test" };
static const u8 zeros[LFB_TREE_FILE_MAX + 100];

/* What one file says, and what is said of it as text. */
static const struct {
	struct part part;
	int answer;
	const char *says;
} shown[] = {
	{ { "out/fdt", "abc" }, -EINVAL, "out/fdt: no device tree" },
	{ { "out/fdt", zeros, sizeof(zeros) }, -EINVAL, "out/fdt" },
	{ { "in/fdt", "\xd0\x0d\xfe\xed\0\x10\0\0", 8 }, 0, "8 of its 1048576 bytes" },
	{ { "out/sub_fdts/LUO", "abc" }, -EINVAL, "out/sub_fdts/LUO: 3 bytes of no state" },
	{ { "out/sub_fdts/LUO", "" }, -EINVAL, "out/sub_fdts/LUO: 0 bytes of no state" },
	{ { "in/sub_fdts/LUO", zeros, 64 }, -EINVAL, "in/sub_fdts/LUO: 64 bytes of no state" },
	{ { "out/sub_fdts/kexec-metadata", &metadata, sizeof(metadata) }, -EINVAL,
	  "out/sub_fdts: kexec-metadata of version 9, not 1" },
	{ { "in/sub_fdts/kexec-metadata", "abc" }, -EINVAL,
	  "in/sub_fdts: kexec-metadata of 3 bytes" },
	{ { "in/sub_fdts/kexec-metadata", &sound_metadata, sizeof(sound_metadata) }, 0,
	  "7.3-test" },
	{ { "in/sub_fdts/memblock", "abc" }, -EINVAL, "memblock" },
	{ { "in/sub_fdts/memblock", zeros, PAGE_SIZE }, -EINVAL, "memblock" },
};

static void what_a_file_says_is_shown_or_named(void **state)
{
	unsigned int wrong = 0;

	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		struct output text = { .writes_left = -1 }, json = { .writes_left = -1 };
		int err;

		make_tree(&shown[i].part, 1);
		err = lfb_inspect_debugfs(tree, LFB_INSPECT_TEXT, output_collect, &text);
		if (err != shown[i].answer || !strstr(text.text, shown[i].says))
			wrong++, print_error("%s: %d: %s: %s\n", shown[i].part.name, err,
					     lfb_error_text(NULL), text.text);
		assert_int_equal(lfb_inspect_debugfs(tree, LFB_INSPECT_JSON, output_collect, &json),
				 err);
		assert_int_equal(lfb_check_debugfs(tree, pass_over, NULL), !!err);
		remove_tree(&shown[i].part, 1);
		free(text.text);
		free(json.text);
	}
	assert_int_equal(wrong, 0);
}

/* A page of it, and four bytes of the array. */
static void *state_with_sessions_at_end(const void *fdt, size_t *size)
{
	const u64 address = PAGE_SIZE;
	u8 *bytes = calloc(1, PAGE_SIZE + 4);

	assert_non_null(bytes);
	memcpy(bytes, fdt, PAGE_SIZE);
	*size = PAGE_SIZE + 4;
	assert_int_equal(fdt_setprop_inplace(bytes, fdt_subnode_offset(bytes, 0,
								       LUO_FDT_SESSION_NODE_NAME),
					     LUO_FDT_SESSION_HEADER, &address, sizeof(address)),
			 0);
	return bytes;
}

/* Of a generation with a tree: where its arrays are is nowhere in a file. */
static void a_state_with_a_tree_is_shown_as_one_without(void **state)
{
	struct part part = { "in/sub_fdts/LUO", .size = PAGE_SIZE };
	struct output text = { .writes_left = -1 };
	char *image;
	size_t size;

	assert_int_equal(lfb__read_whole_file(LFB_TEST_DATA "/golden/wire/linux-7.0/small.mem",
					      &image, &size), 0);
	assert_in_range(size, 0x11000, 1 << 20);
	part.bytes = image + 0x10000;
	make_tree(&part, 1);
	assert_int_equal(lfb_inspect_debugfs(tree, LFB_INSPECT_TEXT, output_collect, &text), 0);
	assert_non_null(strstr(text.text, "LUO"));
	remove_tree(&part, 1);
	free(text.text);
	/* … or its array would go on behind the end. */
	part.bytes = state_with_sessions_at_end(image + 0x10000, &part.size);
	make_tree(&part, 1);
	assert_int_equal(lfb_check_debugfs(tree, pass_over, NULL), 0);
	remove_tree(&part, 1);
	free((void *)part.bytes);
	free(image);
}

/* As many areas as are looked at, and more. */
static void of_numbers_without_end_the_first_are_read(void **state)
{
	struct part parts[] = { { "out/scratch_phys" }, { "out/scratch_len" } };
	struct output json = { .writes_left = -1 };
	char text[8 * 100 + 1] = "";
	unsigned int areas = 0;

	for (unsigned int i = 0; i < 100; i++)
		snprintf(text + strlen(text), 9, "0x%05x\n", i << 12);
	parts[0].bytes = parts[1].bytes = text;
	make_tree(parts, 2);
	/* Areas alone are nothing that is handed over. */
	assert_int_equal(lfb_inspect_debugfs(tree, LFB_INSPECT_JSON, output_collect, &json),
			 -ENOENT);
	assert_null(json.text);
	remove_tree(parts, 2);
	parts[1] = (struct part){ "in/sub_fdts/kexec-metadata", &sound_metadata,
				  sizeof(sound_metadata) };
	make_tree(parts, 2);
	/* … and not as many lengths as addresses. */
	assert_int_equal(lfb_check_debugfs(tree, pass_over, NULL), 1);
	remove_tree(parts, 2);
	make_tree((const struct part[]){ parts[0], parts[1], { "out/scratch_len", text } }, 3);
	assert_int_equal(lfb_inspect_debugfs(tree, LFB_INSPECT_JSON, output_collect, &json), 0);
	for (const char *at = json.text; (at = strstr(at, "\"size\"")) != NULL; at++)
		areas++;
	assert_int_equal(areas, 64);
	remove_tree((const struct part[]){ parts[0], parts[1], { "out/scratch_len" } }, 3);
	free(json.text);
}

static int refuse(void *context, const struct lfb_check_problem *problem)
{
	return -EPIPE;
}

static void what_cannot_be_told_or_makes_no_sense_is_an_error(void **state)
{
	const struct part parts[] = {
		{ "out/sub_fdts/LUO", "abc" }, { "in/sub_fdts/LUO", "abc" },
	};
	struct output output = { .writes_left = 0 };
	struct lfb_tree_file file;
	char name[8192];

	make_tree(parts, 2);
	assert_int_equal(lfb_inspect_debugfs(tree, LFB_INSPECT_TEXT, output_collect, &output),
			 -EPIPE);
	assert_int_equal(lfb_check_debugfs(tree, refuse, NULL), -EPIPE);
	assert_int_equal(lfb_inspect_debugfs(tree, LFB_INSPECT_TEXT, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_inspect_debugfs(NULL, LFB_INSPECT_TEXT, output_collect, &output),
			 -EINVAL);
	assert_int_equal(lfb_check_debugfs(tree, NULL, NULL), -EINVAL);
	/* Nothing is wrong with a folder of that name but the name of a file in it. */
	snprintf(name, sizeof(name), "%s", tree);
	while (strlen(name) < 4094 - 2)
		strcat(name, "/.");
	assert_int_equal(lfb_check_debugfs(name, pass_over, NULL), -ENAMETOOLONG);
	assert_non_null(strstr(lfb_error_text(NULL), "the name is too long"));
	/* Nor is there anything below what is no folder. */
	assert_int_equal(lfb__tree_file(tree, "out/sub_fdts/LUO/fdt", &file), 0);
	assert_false(file.there);
	remove_tree(parts, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_found_in_a_tar_or_it_is_not_there),
		cmocka_unit_test(a_tar_without_end_is_read_to_an_end),
		cmocka_unit_test(each_file_that_cannot_be_opened_is_named),
		cmocka_unit_test(what_a_file_says_is_shown_or_named),
		cmocka_unit_test(a_state_with_a_tree_is_shown_as_one_without),
		cmocka_unit_test(of_numbers_without_end_the_first_are_read),
		cmocka_unit_test(what_cannot_be_told_or_makes_no_sense_is_an_error),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
