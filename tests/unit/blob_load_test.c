// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Loading blobs: nothing that is not exactly a blob is taken for one, and what only looks like one
 * does no harm.
 */
#include <luo/machine.h>
#include <luo/scenario.h>

#include "sim/handover/handover.h"
#include "sim/machine/machine.h"
#include "tests/support/staging.h"

static const char story[] = "handler 0\nflb 0 0\nopen\nsession a\npreserve a 1 0 1\n"
			    "preserve a 2 0 2\nsession b\nreboot\n";
static const char sequel[] = "handler 0\nflb 0 0\ngetin 0\nopen\nrsession a\nretrieve a 1\n"
			     "finish a\nrsession b\nclose b\nsession c\npreserve c 1 0 1\n"
			     "reboot\nopen\nrsession c\n";

/* A copy of a blob's bytes, to be altered. */
static u8 *bytes_of(const struct lfb_blob *blob, size_t *size)
{
	const void *bytes = lfb_blob_bytes(blob, size);
	u8 *copy = malloc(*size);

	assert_non_null(bytes);
	assert_non_null(copy);
	return memcpy(copy, bytes, *size);
}

/* The smallest thing with everything right: a root tree and nothing else. */
static u8 *smallest(size_t *size)
{
	static const u64 fields[] = { 0, 1 << 20, 0x10000, 0xc0000, 0x40000 };
	u8 *bytes;

	*size = LFB_BLOB_HEADER_SIZE + LFB_BLOB_RANGE_SIZE + PAGE_SIZE + LFB_DIGEST_SIZE;
	bytes = calloc(1, *size);
	assert_non_null(bytes);
	memcpy(bytes, LFB_BLOB_MAGIC, 8);
	bytes[LFB_BLOB_VERSION_AT] = LFB_BLOB_VERSION;
	bytes[LFB_BLOB_HEADER_SIZE_AT] = LFB_BLOB_HEADER_SIZE;
	memcpy(bytes + LFB_BLOB_TOTAL_SIZE_AT, fields, sizeof(fields));
	memcpy(bytes + LFB_BLOB_TOTAL_SIZE_AT, size, 8);
	bytes[LFB_BLOB_BOOTS_AT] = 1;
	bytes[LFB_BLOB_NR_RANGES_AT] = 1;
	strcpy((char *)bytes + LFB_BLOB_PROFILE_AT, "linux-7.0");
	strcpy((char *)bytes + LFB_BLOB_COMPATIBLE_AT, "kho-v1");
	memcpy(bytes + LFB_BLOB_HEADER_SIZE, &fields[2], 8);
	bytes[LFB_BLOB_HEADER_SIZE + 8] = 1;
	bytes[LFB_BLOB_HEADER_SIZE + 12] = LFB_BLOB_ROOT;
	assert_int_equal(lfb__blob_seal(bytes, *size), 0);
	return bytes;
}

static void assert_refused(const u8 *bytes, size_t size, const char *why)
{
	struct lfb_blob *blob = (void *)1;
	int err = lfb_blob_from_memory(bytes, size, &blob);

	assert_true(err == -EINVAL || err == -EPROTONOSUPPORT);
	assert_null(blob);
	if (!strstr(lfb_error_text(NULL), why))
		fail_msg("\"%s\" does not say \"%s\"", lfb_error_text(NULL), why);
}

static void every_truncation_is_refused(void **state)
{
	struct lfb_blob *blob = blob_of(story, 1 << 20, NULL);
	size_t size, small_size;
	u8 *bytes = bytes_of(blob, &size);
	u8 *small = smallest(&small_size);

	for (size_t n = 0; n < size; n++)
		assert_refused(bytes, n, "blob");
	for (size_t n = 0; n < small_size; n++)
		assert_refused(small, n, "blob");
	/* And one byte too many. */
	small = realloc(small, small_size + 1);
	small[small_size] = 0;
	assert_refused(small, small_size + 1, "total size at offset 0x10");
	free(small);
	free(bytes);
	lfb_blob_free(blob);
}

static void every_changed_bit_is_refused(void **state)
{
	struct lfb_blob *blob;
	size_t size;
	u8 *bytes = smallest(&size);

	assert_int_equal(lfb_blob_from_memory(bytes, size, &blob), 0);
	lfb_blob_free(blob);
	for (size_t bit = 0; bit < size * 8; bit++) {
		bytes[bit / 8] ^= (u8)(1u << bit % 8);
		assert_int_not_equal(lfb_blob_from_memory(bytes, size, &blob), 0);
		bytes[bit / 8] ^= (u8)(1u << bit % 8);
	}
	free(bytes);
}

/* With its digest mended, a changed blob is refused or booted and used, whatever that gives. */
static void try_sealed(u8 *bytes, size_t size, struct lfb_machine *machine,
		       const struct lfb_scenario *scenario)
{
	struct lfb_scenario_options options = { .sz = sizeof(options) };
	struct lfb_blob *blob;

	assert_int_equal(lfb__blob_seal(bytes, size), 0);
	if (lfb_blob_from_memory(bytes, size, &blob)) {
		assert_string_not_equal(lfb_error_text(NULL), "");
		return;
	}
	options.boot_from = blob;
	lfb_scenario_run(scenario, machine, &options);
	assert_int_equal(lfb_machine_state(machine), LFB_OFF);
	lfb_blob_free(blob);
}

static void try_changed_bits(const char *profile, const struct lfb_scenario *scenario)
{
	struct lfb_machine *machine = new_machine(1 << 20, profile);
	struct lfb_blob *blob = blob_of(story, 1 << 20, profile);
	size_t table = LFB_BLOB_HEADER_SIZE + blob->nr_ranges * LFB_BLOB_RANGE_SIZE;
	size_t size;
	u8 *bytes = bytes_of(blob, &size);

	/* Of the pages, what is not zero: addresses, counts, names, trees. */
	for (size_t at = 0; at < size - LFB_DIGEST_SIZE; at++) {
		u8 was = bytes[at];

		if (at >= table && !was)
			continue;
		for (unsigned int bit = 0; bit < 8; bit += at < table ? 1 : 3) {
			bytes[at] = was ^ (u8)(1u << bit);
			try_sealed(bytes, size, machine, scenario);
		}
		bytes[at] = was;
	}
	free(bytes);
	lfb_blob_free(blob);
	lfb_machine_destroy(machine);
}

static void every_changed_bit_with_a_mended_digest_is_survived(void **state)
{
	struct lfb_scenario *scenario;

	assert_int_equal(lfb_scenario_parse("test", sequel, strlen(sequel), &scenario), 0);
	try_changed_bits("linux-7.0", scenario);
	try_changed_bits("rfc-v6", scenario);
	lfb_scenario_free(scenario);
}

static void every_field_is_checked(void **state)
{
	enum { TABLE = LFB_BLOB_HEADER_SIZE };
	static const struct {
		unsigned int at;
		u64 value;
		unsigned int size;
		const char *why;
	} cases[] = {
		{ 0, 'l', 1, "does not start with LFBBLOB" },
		{ LFB_BLOB_VERSION_AT, 2, 4, "format version 2 at offset 0x8" },
		{ LFB_BLOB_HEADER_SIZE_AT, 64, 4, "header size at offset 0xc is 64" },
		{ LFB_BLOB_TOTAL_SIZE_AT, 1, 8, "total size at offset 0x10 is 1" },
		{ LFB_BLOB_MEMORY_AT, 0, 8, "memory size at offset 0x18" },
		{ LFB_BLOB_MEMORY_AT, (1 << 20) + 1, 8, "memory size at offset 0x18" },
		{ LFB_BLOB_MEMORY_AT, (1ull << 40) + 4096, 8, "memory size at offset 0x18" },
		{ LFB_BLOB_ROOT_AT, 0x11000, 8, "range 0 at offset 0x80: it is not the page" },
		{ LFB_BLOB_SCRATCH_AT, 0xc0001, 8, "scratch at offset 0x28" },
		{ LFB_BLOB_SCRATCH_AT, 0xffffffffffc00000, 8, "scratch at offset 0x28" },
		{ LFB_BLOB_SCRATCH_AT, 0xf000, 8, "range 0 at offset 0x80: it lies in scratch" },
		{ LFB_BLOB_SCRATCH_SIZE_AT, 0x50000, 8, "scratch at offset 0x28" },
		{ LFB_BLOB_BOOTS_AT, 0, 4, "number of kernels at offset 0x38" },
		{ LFB_BLOB_NR_RANGES_AT, 0, 4, "bytes at offset 0x80 belong to no range" },
		{ LFB_BLOB_NR_RANGES_AT, 2, 4, "range 0 at offset 0x80: its pages are not all" },
		{ LFB_BLOB_NR_RANGES_AT, UINT32_MAX, 4, "4294967295 ranges at offset 0x3c" },
		{ LFB_BLOB_PROFILE_AT, 0, 1, "profile at offset 0x40 is no name" },
		{ LFB_BLOB_PROFILE_AT + 2, 0, 1, "profile at offset 0x40 is no terminated name" },
		{ LFB_BLOB_PROFILE_AT + 2, 0x80, 1, "profile at offset 0x40 is no terminated" },
		{ LFB_BLOB_PROFILE_AT + 31, 'x', 1, "profile at offset 0x40 is no terminated" },
		{ LFB_BLOB_COMPATIBLE_AT, ' ', 1, "KHO compatible at offset 0x60" },
		{ LFB_BLOB_MEMORY_START_AT, 1, 1, "start of memory at offset 0x70 is 0x1," },
		{ LFB_BLOB_MEMORY_START_AT, 4ull << 30, 8, "scratch at offset 0x28 is no area" },
		{ LFB_BLOB_MORE_SCRATCH_AT, 1, 4, "scratch at offset 0x90 is no area" },
		{ LFB_BLOB_MORE_SCRATCH_AT, UINT32_MAX, 4, "scratch at offset 0x90 is no area" },
		{ LFB_BLOB_RESERVED_AT, 1, 1, "reserved byte at offset 0x7c" },
		{ LFB_BLOB_HEADER_SIZE - 1, 1, 1, "reserved byte at offset 0x7f" },
		{ TABLE, 0x10001, 8, "range 0 at offset 0x80: it is no area of whole pages" },
		{ TABLE, 0x100000, 8, "range 0 at offset 0x80: it is no area" },
		{ TABLE, 0xf000, 8, "range 0 at offset 0x80: it lies in the first 64 KiB" },
		{ TABLE, 0xc0000, 8, "range 0 at offset 0x80: it lies in scratch" },
		{ TABLE + 8, 0, 4, "range 0 at offset 0x80: it has no pages" },
		{ TABLE + 8, UINT32_MAX, 4, "range 0 at offset 0x80: it is no area" },
		{ TABLE + 8, 2, 4, "range 0 at offset 0x80: it is not the page" },
		{ TABLE + 12, 0, 4, "range 0 at offset 0x80: its kind is unknown" },
		{ TABLE + 12, 4, 4, "range 0 at offset 0x80: its kind is unknown" },
		{ TABLE + 12, LFB_BLOB_PRESERVED, 4, "no range holds the root tree" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t size;
		u8 *bytes = smallest(&size);

		memcpy(bytes + cases[i].at, &cases[i].value, cases[i].size);
		assert_int_equal(lfb__blob_seal(bytes, size), 0);
		assert_refused(bytes, size, cases[i].why);
		free(bytes);
	}
}

/* What is preserved lies in none of them, and there are no more than a machine has. */
static void every_area_of_scratch_is_checked(void **state)
{
	const struct { u64 phys, size; } fine = { 0x20000, 0x1000 }, over = { 0x10000, 0x1000 };
	size_t size;
	u8 *bytes = smallest(&size), *areas = bytes + LFB_BLOB_HEADER_SIZE + LFB_BLOB_RANGE_SIZE;

	for (unsigned int i = 0; i < 20; i++)
		memcpy(areas + 16ul * i, &fine, 16);
	bytes[LFB_BLOB_MORE_SCRATCH_AT] = 16;
	assert_int_equal(lfb__blob_seal(bytes, size), 0);
	assert_refused(bytes, size, "16 more scratch areas at offset 0x78, more than a machine");
	bytes[LFB_BLOB_MORE_SCRATCH_AT] = 1;
	assert_int_equal(lfb__blob_seal(bytes, size), 0);
	assert_refused(bytes, size, "range 0 at offset 0x80: its pages are not all there");
	memcpy(areas, &over, 16);
	assert_int_equal(lfb__blob_seal(bytes, size), 0);
	assert_refused(bytes, size, "range 0 at offset 0x80: it lies in scratch");
	/* One behind the other, up to where the digest begins. */
	memmove(areas + 24, bytes + size - LFB_DIGEST_SIZE, LFB_DIGEST_SIZE);
	size = (size_t)(areas - bytes) + 24 + LFB_DIGEST_SIZE;
	memcpy(bytes + LFB_BLOB_TOTAL_SIZE_AT, &size, 8);
	memcpy(areas, &fine, 16);
	bytes[LFB_BLOB_MORE_SCRATCH_AT] = 2;
	assert_int_equal(lfb__blob_seal(bytes, size), 0);
	assert_refused(bytes, size, "2 more scratch areas at offset 0x78, more than fit");
	free(bytes);
}

/* Two preserved pages behind the root tree's, as two ranges. */
static void ranges_must_be_ascending_disjoint_and_merged(void **state)
{
	static const struct {
		u64 phys;
		u32 kind;
		const char *why;
	} cases[] = {
		{ 0x12000, LFB_BLOB_PRESERVED, "range 2 at offset 0xa0: it is a part of" },
		{ 0x11000, LFB_BLOB_PRESERVED, "range 2 at offset 0xa0: it does not lie above" },
		{ 0x10000, LFB_BLOB_ROOT, "range 2 at offset 0xa0: it does not lie above" },
		{ 0x12000, LFB_BLOB_MAP, NULL },
		{ 0x13000, LFB_BLOB_PRESERVED, NULL },
	};
	size_t small_size, size;
	u8 *small = smallest(&small_size), *bytes;

	size = small_size + 2 * (LFB_BLOB_RANGE_SIZE + PAGE_SIZE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		u64 first = 0x11000;
		u8 *entry;
		struct lfb_blob *blob;

		bytes = calloc(1, size);
		assert_non_null(bytes);
		memcpy(bytes, small, LFB_BLOB_HEADER_SIZE + LFB_BLOB_RANGE_SIZE);
		memcpy(bytes + LFB_BLOB_TOTAL_SIZE_AT, &size, 8);
		bytes[LFB_BLOB_NR_RANGES_AT] = 3;
		entry = bytes + LFB_BLOB_HEADER_SIZE + LFB_BLOB_RANGE_SIZE;
		memcpy(entry, &first, 8);
		entry[8] = 1;
		entry[12] = LFB_BLOB_PRESERVED;
		memcpy(entry + 16, &cases[i].phys, 8);
		entry[24] = 1;
		memcpy(entry + 28, &cases[i].kind, 4);
		assert_int_equal(lfb__blob_seal(bytes, size), 0);
		if (cases[i].why) {
			assert_refused(bytes, size, cases[i].why);
		} else {
			assert_int_equal(lfb_blob_from_memory(bytes, size, &blob), 0);
			lfb_blob_free(blob);
		}
		free(bytes);
	}
	free(small);
}

static void blob_must_fit_the_machine(void **state)
{
	struct lfb_machine *small = new_machine(1 << 20, NULL);
	const struct lfb_memory *memory = &small->kernel.memory;
	const u64 places[] = { memory->scratch - memory->start, memory->size - memory->start };
	static const char *const why[] = { "scratch area", "memory up to 0x100000" };
	size_t size;
	u8 *bytes = smallest(&size);
	u64 large = 64 << 20, scratch = 32 << 20;
	struct lfb_blob *blob;

	memcpy(bytes + LFB_BLOB_MEMORY_AT, &large, 8);
	memcpy(bytes + LFB_BLOB_SCRATCH_AT, &scratch, 8);
	for (unsigned int i = 0; i < 2; i++) {
		memcpy(bytes + LFB_BLOB_ROOT_AT, &places[i], 8);
		memcpy(bytes + LFB_BLOB_HEADER_SIZE, &places[i], 8);
		assert_int_equal(lfb__blob_seal(bytes, size), 0);
		assert_int_equal(lfb_blob_from_memory(bytes, size, &blob), 0);
		assert_int_equal(lfb_machine_boot_blob(small, blob), -EINVAL);
		assert_non_null(strstr(lfb_error_text(small), why[i]));
		assert_int_equal(lfb_machine_state(small), LFB_OFF);
		lfb_blob_free(blob);
	}
	free(bytes);
	lfb_machine_destroy(small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_changed_bit_is_refused),
		cmocka_unit_test(every_changed_bit_with_a_mended_digest_is_survived),
		cmocka_unit_test(every_field_is_checked),
		cmocka_unit_test(every_area_of_scratch_is_checked),
		cmocka_unit_test(ranges_must_be_ascending_disjoint_and_merged),
		cmocka_unit_test(blob_must_fit_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
