// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The preserved-memory map of kho-v1: written, read back, and read from hell. */
#include "sim/kernel/kho/map.h"
#include "tests/support/kho_fixture.h"

#define ORDERS (MAX_PAGE_ORDER + 1)

static const struct kho_abi *abi = &kho__abi_v1;
static struct lfb_kernel *kernel;

static int start(void **state)
{
	return kho_fixture_set_up(&kernel, 16 * FIXTURE_GIB, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

static struct kho_blocks expected, found;

static int by_order_and_address(const void *left, const void *right)
{
	const struct kho_met_block *a = left, *b = right;

	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return a->phys < b->phys ? -1 : a->phys > b->phys;
}

static void assert_read_back(u32 first)
{
	const struct lfb_view view = kho__memory_view(kernel);
	struct lfb_problem problem = { 0 };

	qsort(expected.block, expected.count, sizeof(expected.block[0]), by_order_and_address);
	assert_int_equal(kho_blocks_read(&found, abi, &view, PFN_PHYS(first), &problem), 0);
	assert_string_equal(problem.what, "");
	assert_int_equal(found.count, expected.count);
	for (size_t i = 0; i < found.count; i++) {
		assert_int_equal(found.block[i].phys, expected.block[i].phys);
		assert_int_equal(found.block[i].order, expected.block[i].order);
	}
}

/* Marks a block without asking whose memory it is; false when it was marked already. */
static bool mark(unsigned long pfn, unsigned int order)
{
	if (kho__is_preserved(kernel, pfn, order))
		return false;
	assert_int_equal(kho__track_prepare(kernel, pfn, 1ul << order), 0);
	kho__track_set(kernel, pfn, 1ul << order);
	assert_int_equal(kho_blocks_add(&expected, PFN_PHYS(pfn), order), 0);
	return true;
}

/* The root tree's own page is always there. */
static void expect_only_root(void)
{
	memset(&expected, 0, sizeof(expected));
	kho_blocks_add(&expected, kho__root_phys(kernel), 0);
}

static u64 draw(u64 *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed >> 33;
}

static void every_set_of_blocks_is_read_back_as_written(void **state)
{
	const unsigned long internal = kernel->pages.internal;
	unsigned long with_bitmaps;
	u32 first;

	for (u64 seed = 1; seed <= 40; seed++) {
		u64 value = seed;
		const size_t blocks = draw(&value) % 200;

		expect_only_root();
		for (size_t i = 0; i < blocks; i++) {
			unsigned int order = draw(&value) % ORDERS;
			unsigned long pfn = draw(&value) % kernel->memory.nr_pages;
			unsigned long neighbours = draw(&value) % 4;

			/* Far apart, side by side, and over each other in different orders. */
			pfn &= ~((1ul << order) - 1);
			for (; neighbours && pfn < kernel->memory.nr_pages; neighbours--) {
				mark(pfn, order);
				if (order)
					mark(pfn, order - 1);
				pfn += 1ul << order;
			}
		}
		assert_int_equal(kernel->kho.blocks, expected.count);
		with_bitmaps = kernel->pages.internal;
		assert_int_equal(abi->write_map(kernel, &first), 0);
		assert_read_back(first);
		assert_true(found.own_pages > kernel->pages.internal - with_bitmaps);
		abi->free_map(kernel, first);
		assert_int_equal(kernel->pages.internal, with_bitmaps);

		for (size_t i = 0; i < expected.count; i++) {
			if (expected.block[i].phys != kho__root_phys(kernel) ||
			    expected.block[i].order)
				assert_true(kho__track_clear(kernel,
							     PHYS_PFN(expected.block[i].phys),
							     1ul << expected.block[i].order));
		}
		assert_int_equal(kernel->kho.blocks, 1);
	}
	assert_true(kernel->pages.internal > internal);
}

static void first_and_last_block_of_every_window_are_read_back(void **state)
{
	u32 first;

	expect_only_root();
	for (unsigned int order = 0; order < ORDERS; order++) {
		const unsigned long window = KHO_BITMAP_BITS << order;

		for (unsigned long pfn = 0; pfn < kernel->memory.nr_pages; pfn += window) {
			mark(pfn, order);
			if (pfn + window <= kernel->memory.nr_pages)
				mark(pfn + window - (1ul << order), order);
		}
	}
	assert_int_equal(abi->write_map(kernel, &first), 0);
	assert_read_back(first);
	abi->free_map(kernel, first);
}

/*
 * The written form, by its offsets.
 */

static u64 get64(phys_addr_t phys, size_t offset)
{
	u64 value;

	memcpy(&value, (u8 *)phys_to_virt(phys) + offset, sizeof(value));
	return value;
}

static u32 get32(phys_addr_t phys, size_t offset)
{
	return (u32)(get64(phys, offset & ~7ul) >> (offset & 4) * 8);
}

static void a_chunk_is_as_the_kernel_lays_it_out(void **state)
{
	const phys_addr_t last_window = 127ull * KHO_BITMAP_BITS * PAGE_SIZE;
	phys_addr_t phys;
	u32 first;

	expect_only_root();
	mark(PHYS_PFN(last_window) + 65, 0);
	mark(8 * KHO_BITMAP_BITS + 8 * 4095, 3);
	assert_int_equal(abi->write_map(kernel, &first), 0);

	phys = PFN_PHYS(first);
	assert_int_equal(get32(phys, 8), 0);
	assert_int_equal(get32(phys, 12), 2);
	assert_int_equal(get64(phys, 16), 0);
	assert_int_equal(get64(get64(phys, 24), PHYS_PFN(kho__root_phys(kernel)) / 64 * 8),
			 1ull << PHYS_PFN(kho__root_phys(kernel)) % 64);
	assert_int_equal(get64(phys, 32), last_window);
	assert_int_equal(get64(get64(phys, 40), 0), 0);
	assert_int_equal(get64(get64(phys, 40), 8), 2);

	phys = get64(phys, 0);
	assert_int_equal(get64(phys, 0), 0);
	assert_int_equal(get32(phys, 8), 3);
	assert_int_equal(get32(phys, 12), 1);
	assert_int_equal(get64(phys, 16), 8ull * KHO_BITMAP_BITS * PAGE_SIZE);
	assert_int_equal(get64(get64(phys, 24), 4095 / 64 * 8), 1ull << 63);
	abi->free_map(kernel, first);
}

static void emptied_bitmaps_are_not_written(void **state)
{
	const unsigned long far = 5 * KHO_BITMAP_BITS;
	unsigned long with_bitmaps;
	u32 first;

	expect_only_root();
	mark(far, 0);
	mark(far, 4);
	with_bitmaps = kernel->pages.internal;
	assert_true(kho__track_clear(kernel, far, 1));
	assert_true(kho__track_clear(kernel, far, 16));
	assert_int_equal(kernel->pages.internal, with_bitmaps);
	expect_only_root();
	assert_int_equal(abi->write_map(kernel, &first), 0);
	assert_read_back(first);
	assert_int_equal(found.own_pages, 2);
	abi->free_map(kernel, first);

	assert_true(kho__track_clear(kernel, PHYS_PFN(kho__root_phys(kernel)), 1));
	assert_int_equal(abi->write_map(kernel, &first), 0);
	assert_int_equal(first, 0);
	abi->free_map(kernel, first);
}

/* 64 GiB have 512 windows of order 0: two full chunks and a bit. */
static void more_bitmaps_than_a_chunk_holds_go_into_several(void **state)
{
	u32 first;

	fixture_stop(kernel);
	kernel = kho_fixture_start(64 * FIXTURE_GIB, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
	assert_non_null(kernel);
	expect_only_root();
	for (unsigned long pfn = KHO_BITMAP_BITS; pfn < kernel->memory.nr_pages;
	     pfn += KHO_BITMAP_BITS)
		mark(pfn + pfn / KHO_BITMAP_BITS, 0);
	assert_int_equal(abi->write_map(kernel, &first), 0);
	assert_read_back(first);
	assert_int_equal(found.count, 512);
	assert_int_equal(found.own_pages, 512 + 3);
	assert_int_equal(get32(PFN_PHYS(first), 12), 255);
	abi->free_map(kernel, first);
}

static void a_map_that_finds_no_room_leaves_nothing_behind(void **state)
{
	unsigned long internal, room;
	u32 first = 1;

	fixture_stop(kernel);
	kernel = kho_fixture_start(16 * FIXTURE_MIB, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
	assert_non_null(kernel);
	for (unsigned int order = 0; order < ORDERS; order++)
		mark(1024, order);
	for (room = 0; room < ORDERS; room++) {
		struct page *page[ORDERS];

		for (unsigned long i = 0; i < room; i++)
			page[i] = alloc_pages(GFP_KERNEL, 0);
		kho_fixture_exhaust();
		for (unsigned long i = 0; i < room; i++)
			__free_pages(page[i], 0);
		internal = kernel->pages.internal;
		assert_int_equal(abi->write_map(kernel, &first), -ENOMEM);
		assert_int_equal(first, 0);
		assert_int_equal(kernel->pages.internal, internal);
		fixture_stop(kernel);
		kernel = kho_fixture_start(16 * FIXTURE_MIB, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
		assert_non_null(kernel);
		for (unsigned int order = 0; order < ORDERS; order++)
			mark(1024, order);
	}
}

/*
 * Reading from hell: a memory of a few pages, the first of which holds the map.
 */

#define IMAGE_PAGES 8
#define FIRST 0x1000u
#define SECOND 0x2000u
#define BITMAP 0x3000u
#define ABSENT 0x5000u
#define IMAGE_SIZE (IMAGE_PAGES * PAGE_SIZE)

static u8 image[IMAGE_SIZE] __attribute__((aligned(4096)));

static const void *image_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	if (phys > view->size || size > view->size - phys || phys + size > sizeof(image))
		return NULL;
	if (phys < ABSENT + PAGE_SIZE && phys + size > ABSENT)
		return NULL;
	return image + phys;
}

static struct lfb_view image_view = { .at = image_at, .size = IMAGE_SIZE };

static void put64(size_t at, u64 value)
{
	memcpy(image + at, &value, sizeof(value));
}

static void put32(size_t at, u32 value)
{
	memcpy(image + at, &value, sizeof(value));
}

/* One chunk of order 0 with one bitmap that speaks of page 6 and of pages 7. */
static void make_image(void)
{
	image_view.size = IMAGE_SIZE;
	memset(image, 0, sizeof(image));
	put32(FIRST + 12, 1);
	put64(FIRST + 24, BITMAP);
	image[BITMAP] = 0xc0;
}

static int read_image(struct lfb_problem *problem)
{
	int err;

	*problem = (struct lfb_problem){ 0 };
	err = kho_blocks_read(&found, abi, &image_view, FIRST, problem);
	assert_int_equal(!err, !problem->what[0]);
	assert_true(!err || err == -EINVAL);
	return err;
}

static void a_plain_image_is_read(void **state)
{
	struct lfb_problem problem;

	make_image();
	assert_int_equal(read_image(&problem), 0);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.block[0].phys, 0x6000);
	assert_int_equal(found.block[1].phys, 0x7000);
	assert_int_equal(found.own_pages, 2);
	assert_int_equal(abi->read_map(&image_view, FIRST, kho_blocks_add, NULL, &found, NULL), 0);
	assert_int_equal(kho_blocks_read(&found, abi, &image_view, 0, NULL), 0);
	assert_int_equal(found.count, 0);
}

static void every_kind_of_damage_is_named_with_its_place(void **state)
{
	static const struct {
		size_t at;
		size_t width;
		u64 value;
		phys_addr_t where;
		const char *what;
	} damage[] = {
		{ FIRST + 8, 4, 31, FIRST, "order 31, above 30" },
		{ FIRST + 8, 4, ~0u, FIRST, "order" },
		{ FIRST + 12, 4, 256, FIRST, "256 elements" },
		{ FIRST + 12, 4, ~0u, FIRST, "elements" },
		{ FIRST + 12, 4, 32, FIRST, "more bitmaps" },
		{ FIRST + 0, 8, SECOND + 8, SECOND + 8, "chunk" },
		{ FIRST + 0, 8, ABSENT, ABSENT, "chunk" },
		{ FIRST + 0, 8, IMAGE_SIZE, IMAGE_SIZE, "chunk" },
		{ FIRST + 0, 8, ~0xfffull, ~0xfffull, "chunk" },
		{ FIRST + 0, 8, FIRST, FIRST, "cycle" },
		{ FIRST + 16, 8, PAGE_SIZE, FIRST + 16, "misaligned" },
		{ FIRST + 16, 8, 1, FIRST + 16, "misaligned" },
		{ FIRST + 16, 8, 1ull << 27, FIRST + 16, "beyond" },
		{ FIRST + 16, 8, ~0ull << 27, FIRST + 16, "beyond" },
		{ FIRST + 24, 8, 0, FIRST + 16, "0x0 is no page" },
		{ FIRST + 24, 8, BITMAP + 1, FIRST + 16, "0x3001 is no page" },
		{ FIRST + 24, 8, ABSENT, FIRST + 16, "0x5000 is no page" },
		{ FIRST + 24, 8, ~0xfffull, FIRST + 16, "no page" },
		{ BITMAP, 8, 1 << IMAGE_PAGES, IMAGE_SIZE, "beyond the end" },
		{ BITMAP + 4088, 8, 1ull << 63, 32767 * PAGE_SIZE, "beyond the end" },
	};
	struct lfb_problem problem;

	for (size_t i = 0; i < ARRAY_SIZE(damage); i++) {
		make_image();
		if (damage[i].width == 8)
			put64(damage[i].at, damage[i].value);
		else
			put32(damage[i].at, (u32)damage[i].value);
		assert_int_equal(read_image(&problem), -EINVAL);
		assert_int_equal(problem.where, damage[i].where);
		assert_non_null(strstr(problem.what, damage[i].what));
	}
	make_image();
	assert_int_equal(kho_blocks_read(&found, abi, &image_view, FIRST + 8, &problem), -EINVAL);
}

static void blocks_of_every_order_must_end_in_memory(void **state)
{
	struct lfb_problem problem;

	for (unsigned int order = 0; order < ORDERS; order++) {
		const unsigned long fitting = IMAGE_PAGES >> order;

		for (unsigned long n = 0; n < IMAGE_PAGES + 1; n++) {
			make_image();
			put32(FIRST + 8, order);
			put64(BITMAP, 1ull << n);
			assert_int_equal(read_image(&problem), n < fitting ? 0 : -EINVAL);
			assert_int_equal(found.count, n < fitting);
		}
	}
}

static void cycles_of_empty_chunks_end(void **state)
{
	struct lfb_problem problem;

	for (unsigned long length = 1; length <= IMAGE_PAGES - 1; length++) {
		for (unsigned long back = 1; back <= length; back++) {
			/* Chunks at pages 1 to length, the last of which points back. */
			memset(image, 0, sizeof(image));
			for (unsigned long page = 1; page < length; page++)
				put64(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
			put64(length * PAGE_SIZE, back * PAGE_SIZE);
			assert_int_equal(read_image(&problem), -EINVAL);
			if (length < ABSENT / PAGE_SIZE)
				assert_non_null(strstr(problem.what, "cycle"));
			else
				assert_int_equal(problem.where, ABSENT);
		}
	}
}

/* A view that claims all addresses there can be must not make the work unbounded. */
static void a_full_image_in_a_vast_address_space_ends(void **state)
{
	struct lfb_problem problem;

	make_image();
	image_view.size = ~0ull;
	put32(FIRST + 12, 255);
	for (size_t i = 0; i < 255; i++) {
		put64(FIRST + 16 + i * 16, ~0ull << 27);
		put64(FIRST + 24 + i * 16, BITMAP);
	}
	put64(FIRST, SECOND);
	memcpy(image + SECOND, image + FIRST, PAGE_SIZE);
	put64(SECOND, FIRST);
	assert_int_equal(read_image(&problem), -EINVAL);
	assert_non_null(strstr(problem.what, "cycle"));
	assert_in_range(found.count, 2 * 2 * 255, 2 * 2 * 2 * 255);
	assert_int_equal(found.block[0].phys, (~0ull << 27) + 0x6000);
}

static void every_changed_byte_of_a_map_is_survived(void **state)
{
	static const size_t parts[][2] = { { FIRST, FIRST + 48 }, { BITMAP, BITMAP + 16 } };
	struct lfb_problem problem;
	size_t refused = 0;

	for (size_t part = 0; part < ARRAY_SIZE(parts); part++) {
		for (size_t at = parts[part][0]; at < parts[part][1]; at++) {
			for (unsigned int value = 0; value < 256; value++) {
				make_image();
				put64(FIRST, SECOND);
				image[at] = (u8)value;
				refused += read_image(&problem) != 0;
			}
		}
	}
	assert_true(refused > 0);
}

static int refuse(void *context, phys_addr_t phys, unsigned int order)
{
	return --*(int *)context ? 0 : -EEXIST;
}

static void a_refusing_callback_ends_the_reading(void **state)
{
	struct lfb_problem problem = { 0 };
	int calls;

	make_image();
	for (int nth = 1; nth <= 4; nth++) {
		calls = nth;
		assert_int_equal(abi->read_map(&image_view, FIRST, refuse, refuse, &calls,
					       &problem), -EEXIST);
		assert_int_equal(calls, 0);
	}
	assert_string_equal(problem.what, "");
	calls = 5;
	assert_int_equal(abi->read_map(&image_view, FIRST, refuse, refuse, &calls, &problem), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(every_set_of_blocks_is_read_back_as_written),
		TEST(first_and_last_block_of_every_window_are_read_back),
		TEST(a_chunk_is_as_the_kernel_lays_it_out),
		TEST(emptied_bitmaps_are_not_written),
		TEST(more_bitmaps_than_a_chunk_holds_go_into_several),
		TEST(a_map_that_finds_no_room_leaves_nothing_behind),
		cmocka_unit_test(a_plain_image_is_read),
		cmocka_unit_test(every_kind_of_damage_is_named_with_its_place),
		cmocka_unit_test(blocks_of_every_order_must_end_in_memory),
		cmocka_unit_test(cycles_of_empty_chunks_end),
		cmocka_unit_test(a_full_image_in_a_vast_address_space_ends),
		cmocka_unit_test(every_changed_byte_of_a_map_is_survived),
		cmocka_unit_test(a_refusing_callback_ends_the_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
