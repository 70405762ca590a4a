// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Sound handovers, in each form there is, and having them checked. */
#include "tests/support/damaged.h"

#include <fcntl.h>
#include <libfdt.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/staging.h"
#include "tests/support/wire_image.h"

/* The pages of "memblock" and of somebody nobody knows are preserved; a tree is put in there. */
static const char story[] = "memfd 9 20480 0,3 7\nhandler 0\nflb 0 3\nflb 0 4\n"
			    "do pages a 0\ndo preserve-pages a 1\ndo add-subtree memblock a\n"
			    "do pages b 0\ndo preserve-pages b 1\ndo add-subtree other b\n"
			    "do pages c %d\ndo preserve-pages c %d\n"
			    "open\nsession vm-1\npreserve vm-1 1 0 1\npreserve vm-1 2 0 2\n"
			    "session vm-2\nagain vm-2 7 9\nreboot\n";

void *damaged_at(const struct damaged *damaged, phys_addr_t phys, size_t size)
{
	struct lfb_view view;
	const u8 *at;

	if (!damaged->blob) {
		assert_in_range(phys + size, 1, damaged->size);
		return damaged->bytes + phys;
	}
	view = lfb__blob_view(damaged->blob);
	at = view.at(&view, phys, size);
	assert_non_null(at);
	return damaged->bytes + (at - damaged->blob->bytes);
}

static void put_memblock(struct damaged *damaged)
{
	void *root = damaged_at(damaged, damaged->blob->kho_root, PAGE_SIZE), *fdt;
	const u64 start = damaged->blob->kho_root, size = PAGE_SIZE;
	const bool v4 = !strcmp(damaged->blob->kho_compatible, "kho-v4");
	u64 address;

	assert_int_equal(kho__fdt_u64_property(root, fdt_subnode_offset(root, 0, "memblock"),
					       v4 ? "preserved-data" : "fdt", &address), 0);
	fdt = damaged_at(damaged, address, PAGE_SIZE);
	assert_int_equal(fdt_create(fdt, PAGE_SIZE), 0);
	assert_int_equal(fdt_finish_reservemap(fdt), 0);
	assert_int_equal(fdt_begin_node(fdt, ""), 0);
	assert_int_equal(fdt_property_string(fdt, "compatible", MEMBLOCK_KHO_NODE_COMPATIBLE), 0);
	assert_int_equal(fdt_begin_node(fdt, "ramoops"), 0);
	assert_int_equal(fdt_property_string(fdt, "compatible", RESERVE_MEM_KHO_NODE_COMPATIBLE),
			 0);
	assert_int_equal(fdt_property(fdt, "start", &start, sizeof(start)), 0);
	assert_int_equal(fdt_property(fdt, "size", &size, sizeof(size)), 0);
	assert_int_equal(fdt_end_node(fdt), 0);
	assert_int_equal(fdt_end_node(fdt), 0);
	assert_int_equal(fdt_finish(fdt), 0);
}

void damaged_make(struct damaged *damaged, const char *profile, enum damaged_as as)
{
	struct image image;
	const void *bytes;
	char text[sizeof(story) + 16];

	*damaged = (struct damaged){
		.profile = profile,
		.as = as,
		.options = { .sz = sizeof(damaged->options) },
	};
	if (as == AS_MEMORY) {
		/* With room for two pages behind it. */
		image_load_wire(&image, profile, "small");
		damaged->size = image.size + 2 * PAGE_SIZE;
		damaged->bytes = calloc(1, damaged->size);
		assert_non_null(damaged->bytes);
		memcpy(damaged->bytes, image.bytes, image.size);
		image_unload(&image);
		return;
	}
	snprintf(text, sizeof(text), story, as == AS_LARGE ? 9 : 1, as == AS_LARGE ? 512 : 2);
	damaged->blob = blob_of(text, 0, profile);
	bytes = lfb_blob_bytes(damaged->blob, &damaged->size);
	/* … or for one. */
	damaged->bytes = calloc(1, damaged->size + PAGE_SIZE);
	assert_non_null(damaged->bytes);
	memcpy(damaged->bytes, bytes, damaged->size);
	put_memblock(damaged);
}

/* Writes @size bytes to a file in a folder. */
static void put_file(const char *folder, const char *name, const void *bytes, size_t size)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_in_range(fd, 0, INT_MAX);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static int check_debugfs(const struct damaged *damaged, lfb_check_fn tell, void *context)
{
	static const char *const files[] = {
		"out/fdt", "out/scratch_phys", "out/scratch_len", "in/sub_fdts/LUO",
	};
	static const char *const folders[] = { "out", "in", "in/sub_fdts" };
	char folder[] = "/tmp/lfb-damaged-XXXXXX", path[256];
	u64 luo = 0;
	void *root = damaged_at(damaged, damaged->blob->kho_root, PAGE_SIZE);
	int answer;

	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	kho__fdt_u64_property(root, fdt_subnode_offset(root, 0, "LUO"), "preserved-data", &luo);
	put_file(folder, files[0], root, PAGE_SIZE);
	put_file(folder, files[1], "0x1000\n0x9000\n", 14);
	put_file(folder, files[2], "0x1000\n0x1000\n", damaged->no_length ? 7 : 14);
	put_file(folder, files[3], damaged->no_luo ? root : damaged_at(damaged, luo, 32), 32);
	answer = lfb_check_debugfs(folder, tell, context);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		assert_int_equal(unlink(path), 0);
	}
	for (size_t i = ARRAY_SIZE(folders); i--;) {
		snprintf(path, sizeof(path), "%s/%s", folder, folders[i]);
		assert_int_equal(rmdir(path), 0);
	}
	assert_int_equal(rmdir(folder), 0);
	return answer;
}

void damaged_write_raw(const struct lfb_blob *blob, const char *path, u64 base,
		       unsigned int copies)
{
	const struct lfb_view view = lfb__blob_view(blob);
	int fd = open(path, O_WRONLY | O_TRUNC);
	off_t end = 0;

	assert_in_range(fd, 0, INT_MAX);
	for (u32 i = 0; i < blob->nr_ranges; i++) {
		const struct lfb_blob_range *range = &blob->ranges[i];
		const size_t size = (size_t)range->nr_pages << PAGE_SHIFT;

		end = (off_t)(range->phys - base);
		assert_int_equal(pwrite(fd, range->bytes, size, end), size);
		end += (off_t)size;
	}
	for (; copies; copies--, end += PAGE_SIZE)
		assert_int_equal(pwrite(fd, view.at(&view, blob->kho_root, PAGE_SIZE), PAGE_SIZE,
					end), PAGE_SIZE);
	close(fd);
}

static int check_image(struct damaged *damaged, lfb_check_fn tell, void *context)
{
	char path[] = "/tmp/lfb-damaged-XXXXXX";
	struct lfb_blob *blob;
	int answer, fd = mkstemp(path);

	assert_in_range(fd, 0, INT_MAX);
	close(fd);
	assert_int_equal(lfb_blob_from_memory(damaged->bytes, damaged->size, &blob), 0);
	if (damaged->as == AS_CORE) {
		assert_int_equal(lfb_blob_save_core(blob, path), 0);
	} else {
		damaged->options.base = blob->memory_start;
		damaged_write_raw(blob, path, blob->memory_start, damaged->copies);
	}
	answer = lfb_check_image(path, &damaged->options, tell, context);
	lfb_blob_free(blob);
	assert_int_equal(unlink(path), 0);
	return answer;
}

int damaged_check(struct damaged *damaged, lfb_check_fn tell, void *context)
{
	int answer = 0;

	if (damaged->blob && !damaged->unsealed && damaged->size > LFB_BLOB_HEADER_SIZE)
		assert_int_equal(lfb__blob_seal(damaged->bytes, damaged->size), 0);
	switch (damaged->as) {
	case AS_BLOB:
	case AS_LARGE:
		answer = lfb_check_bytes(damaged->bytes, damaged->size, tell, context);
		break;
	case AS_MEMORY:
		answer = lfb_check_memory(damaged->bytes, damaged->size, TREE, damaged->profile,
					  tell, context);
		break;
	case AS_CORE:
	case AS_RAW:
		answer = check_image(damaged, tell, context);
		break;
	case AS_DEBUGFS:
		answer = check_debugfs(damaged, tell, context);
		break;
	}
	lfb_blob_free(damaged->blob);
	free(damaged->bytes);
	return answer;
}
