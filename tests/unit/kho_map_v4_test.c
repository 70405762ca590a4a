// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The preserved-memory map of kho-v4: keys, and trees read from images, from hell too. */
#include "sim/kernel/kho/map.h"
#include "tests/support/kho_fixture.h"

#define ORDERS (MAX_PAGE_ORDER + 1)

static const struct kho_abi *abi = &kho__abi_v4;

/*
 * Keys
 */

static void assert_key(phys_addr_t phys, unsigned int order, u64 key)
{
	phys_addr_t block = ~phys;
	unsigned int block_order = ~0u;

	assert_int_equal(kho__v4_key(phys, order), key);
	assert_true(kho__v4_block(key, &block, &block_order));
	assert_int_equal(block, phys);
	assert_int_equal(block_order, order);
}

static void keys_are_as_the_kernel_makes_them(void **state)
{
	assert_key(0, 0, 0x10000000000000);
	assert_key(0x1000, 0, 0x10000000000001);
	assert_key(0x12345000, 0, 0x10000000012345);
	assert_key(0x7ffffff000, 0, 0x10000007ffffff);
	assert_key(0, 1, 0x8000000000000);
	assert_key(0x12344000, 1, 0x80000000091a2);
	assert_key(0, 9, 0x80000000000);
	assert_key(0x12200000, 9, 0x80000000091);
	assert_key(0, 10, 0x40000000000);
	assert_key(0x400000, 10, 0x40000000001);
	assert_key((1ull << 46) - 0x400000, 10, 0x40000ffffff);
	assert_key(~0xfffull, 0, 0x1fffffffffffff);
	assert_key(~0x3fffffull, 10, 0x7ffffffffff);
}

/* The blocks around every power of two there is in an address, for every order. */
static void every_block_has_a_key_of_its_own(void **state)
{
	for (unsigned int order = 0; order <= KHO_MAX_ORDER; order++) {
		const u64 size = PAGE_SIZE << order;

		for (unsigned int bit = PAGE_SHIFT + order; bit < 64; bit++) {
			for (int step = -2; step <= 2; step++) {
				const phys_addr_t phys = (1ull << bit) + (u64)step * size;

				if (1ull << bit < 2 * size && step < -1)
					continue;
				assert_key(phys, order, (1ull << (52 - order)) + phys / size);
			}
		}
		/* The last block of an order comes just before the first one of the order below. */
		if (order)
			assert_int_equal(kho__v4_key(-size, order) + 1, kho__v4_key(0, order - 1));
	}
}

static void the_highest_bit_of_a_key_must_be_that_of_an_order(void **state)
{
	phys_addr_t phys;
	unsigned int order;

	assert_false(kho__v4_block(0, &phys, &order));
	for (unsigned int top = 0; top < 64; top++) {
		const u64 bit = 1ull << top;
		const u64 keys[] = { bit, bit | (bit - 1), bit | bit >> 1, bit | 1 };

		for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
			assert_int_equal(kho__v4_block(keys[i], &phys, &order),
					 top >= 22 && top <= 52);
			if (top >= 22 && top <= 52)
				assert_int_equal(order, 52 - top);
		}
	}
}

/*
 * Trees in a memory of some pages, made here from the words of the format
 */

#define IMAGE_PAGES 2048
#define IMAGE_SIZE (IMAGE_PAGES * PAGE_SIZE)
#define ROOT 0x1000u
#define ABSENT 0x0u		/* is this address above 0, the page is not in memory */

static u8 image[IMAGE_SIZE] __attribute__((aligned(4096)));
static phys_addr_t next_page, absent;
static struct kho_blocks expected, found;

static const void *image_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	if (phys > view->size || size > view->size - phys || phys > IMAGE_SIZE ||
	    size > IMAGE_SIZE - phys)
		return NULL;
	if (absent != ABSENT && phys < absent + PAGE_SIZE && phys + size > absent)
		return NULL;
	return image + phys;
}

static struct lfb_view view = { .at = image_at };

static u64 *word(phys_addr_t phys)
{
	return (u64 *)(image + phys);
}

static phys_addr_t new_page(void)
{
	assert_true(next_page < IMAGE_SIZE);
	next_page += PAGE_SIZE;
	return next_page - PAGE_SIZE;
}

/* An empty tree in a memory that ends at @size. */
static void make_tree(u64 size)
{
	memset(image, 0, next_page);
	next_page = ROOT;
	new_page();
	view.size = size;
	absent = ABSENT;
	expected.count = 0;
}

static void add_block(phys_addr_t phys, unsigned int order)
{
	static const unsigned int shifts[] = { 51, 42, 33, 24, 15 };
	const u64 key = 1ull << (64 - (12 + order)) | phys >> (12 + order);
	phys_addr_t node = ROOT;

	for (size_t i = 0; i < ARRAY_SIZE(shifts); i++) {
		u64 *entry = word(node) + (key >> shifts[i] & 511);

		if (!*entry)
			*entry = new_page();
		node = *entry;
	}
	if (image[node + (key & 0x7fff) / 8] & 1 << key % 8)
		return;
	image[node + (key & 0x7fff) / 8] |= (u8)(1 << key % 8);
	assert_int_equal(kho_blocks_add(&expected, phys, order), 0);
}

static int by_key(const void *left, const void *right)
{
	const struct kho_met_block *a = left, *b = right;

	if (a->order != b->order)
		return a->order > b->order ? -1 : 1;
	return a->phys < b->phys ? -1 : a->phys > b->phys;
}

/* Whatever is in the image: it is read or refused. */
static int read_tree(struct lfb_problem *problem)
{
	int err;

	*problem = (struct lfb_problem){ 0 };
	err = kho_blocks_read(&found, abi, &view, ROOT, problem);
	assert_int_equal(!err, !problem->what[0]);
	assert_true(!err || err == -EINVAL);
	assert_true(found.own_pages <= IMAGE_PAGES);
	return err;
}

static void assert_read_back(void)
{
	struct lfb_problem problem;

	qsort(expected.block, expected.count, sizeof(expected.block[0]), by_key);
	assert_int_equal(read_tree(&problem), 0);
	assert_int_equal(found.count, expected.count);
	assert_int_equal(found.own_pages, next_page / PAGE_SIZE - 1);
	for (size_t i = 0; i < found.count; i++) {
		assert_int_equal(found.block[i].phys, expected.block[i].phys);
		assert_int_equal(found.block[i].order, expected.block[i].order);
	}
}

static void assert_refused(phys_addr_t where, const char *what)
{
	struct lfb_problem problem;

	assert_int_equal(read_tree(&problem), -EINVAL);
	assert_int_equal(problem.where, where);
	assert_non_null(strstr(problem.what, what));
}

static void an_empty_tree_has_no_blocks(void **state)
{
	struct lfb_problem problem;

	make_tree(IMAGE_SIZE);
	assert_read_back();
	assert_int_equal(found.own_pages, 1);
	assert_int_equal(kho_blocks_read(&found, abi, &view, 0, &problem), 0);
	assert_int_equal(found.count + found.own_pages, 0);

	/* Emptied nodes stay in the tree. */
	make_tree(IMAGE_SIZE);
	add_block(0x5000, 0);
	memset(image + next_page - PAGE_SIZE, 0, PAGE_SIZE);
	expected.count = 0;
	assert_read_back();
	assert_int_equal(found.own_pages, 6);
}

/* Around every power of two up to 2^46, where memory ends. */
static void blocks_far_apart_are_read_in_ascending_order_of_keys(void **state)
{
	make_tree(1ull << 46);
	for (unsigned int order = 0; order <= KHO_MAX_ORDER; order++) {
		const u64 size = PAGE_SIZE << order;

		add_block(0, order);
		for (unsigned int bit = PAGE_SHIFT + order; bit < 46; bit += 3) {
			add_block(1ull << bit, order);
			add_block((1ull << bit) + size, order);
			if (bit > PAGE_SHIFT + order)
				add_block((1ull << bit) - size, order);
		}
		add_block((1ull << 46) - size, order);
	}
	assert_true(next_page > 100 * PAGE_SIZE);
	assert_read_back();
}

static u64 draw(u64 *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed >> 33;
}

static void every_generated_tree_is_read_back(void **state)
{
	for (u64 seed = 1; seed <= 60; seed++) {
		u64 value = seed;
		const unsigned int bits = 23 + draw(&value) % 24;
		const size_t blocks = draw(&value) % 100;
		const unsigned int orders = bits - PAGE_SHIFT > KHO_MAX_ORDER ?
						    KHO_MAX_ORDER + 1 : bits - PAGE_SHIFT;

		make_tree(1ull << bits);
		for (size_t i = 0; i < blocks; i++) {
			const unsigned int order = draw(&value) % orders;
			const u64 size = PAGE_SIZE << order;
			phys_addr_t phys = (draw(&value) << 31 | draw(&value)) % view.size;
			u64 neighbours = draw(&value) % 4;

			phys &= ~(size - 1);
			for (; neighbours && phys < view.size; neighbours--) {
				add_block(phys, order);
				if (order)
					add_block(phys, order - 1);
				phys += size;
			}
		}
		assert_read_back();
	}
}

/*
 * From hell
 */

/* Blocks 5 and 6 of order 0 below nodes at pages 1 to 6, block 1 of order 10 below 7 to 11. */
static void make_two_branches(void)
{
	make_tree(IMAGE_SIZE);
	add_block(0x5000, 0);
	add_block(0x6000, 0);
	add_block(0x400000, 10);
	assert_int_equal(next_page, 0xc000);
}

static void every_kind_of_damage_is_named_with_its_place(void **state)
{
	static const struct {
		phys_addr_t at;
		u64 value;
		const char *what;
	} damage[] = {
		/* Addresses of nodes. */
		{ ROOT + 2 * 8, 0x2008, "0x2008 is no page" },
		{ ROOT + 2 * 8, 1, "0x1 is no page" },
		{ ROOT + 2 * 8, 1ull << 63, "0x8000000000000000 is no page" },
		{ ROOT + 2 * 8, ~0ull, "is no page" },
		{ ROOT + 2 * 8, IMAGE_SIZE, "is no page" },
		{ 0x2000, 0xf000, "0xf000 is no page" },
		{ 0x5000, 0xf000, "0xf000 is no page" },
		/* A node twice: above, itself, in the other branch, and in this one. */
		{ ROOT + 2 * 8, ROOT, "0x1000 is a node of the map twice" },
		{ 0x4000, 0x4000, "0x4000 is a node of the map twice" },
		{ 0x5000, 0x2000, "0x2000 is a node of the map twice" },
		{ 0x5000, 0xb000, "0xb000 is a node of the map twice" },
		{ 0x2000, 0x8000, "0x8000 is a node of the map twice" },
		/* Keys of no order: too high, none at all. */
		{ ROOT + 4 * 8, 0xc000, "key 0x20000000000000 is of no order" },
		{ ROOT + 511 * 8, 0xc000, "key 0xff8000000000000 is of no order" },
		/* Keys of blocks beyond memory, which ends at 8 MiB. */
		{ ROOT + 3 * 8, 0xc000, "from 0x8000000000000000 on lie beyond the end" },
		{ 0x2000 + 8, 0xc000, "order 0 from 0x40000000000000 on lie beyond the end" },
		{ 0x5000 + 8, 0xc000, "order 0 from 0x8000000 on lie beyond the end" },
		{ 0xa000 + 8, 0xc000, "order 10 from 0x2000000000 on lie beyond the end" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(damage); i++) {
		make_two_branches();
		absent = 0xf000;
		*word(damage[i].at) = damage[i].value;
		assert_refused(damage[i].at, damage[i].what);
	}
}

/* Their bit is so low that no block has as many pages. */
static void keys_of_too_high_an_order_are_refused(void **state)
{
	make_two_branches();
	*word(0x7000) = 0xc000;
	*word(0xc000) = 0xd000;
	*word(0xd000) = 0xe000;
	*word(0xe000 + 8) = 0xf000;
	assert_refused(0xe000 + 8, "key 0x8000 is of no order up to 30");
	*word(0xe000 + 8) = 0;
	*word(0xe000) = 0xf000;
	assert_refused(0xe000, "key 0x0 is of no order up to 30");
	make_tree(IMAGE_SIZE);
	add_block(0, KHO_MAX_ORDER);
	assert_refused(0, "order 30 lies beyond the end");
}

static void a_root_that_is_no_page_is_refused(void **state)
{
	static const phys_addr_t wrong[] = { 1, ROOT + 8, IMAGE_SIZE, ~0xfffull, 0xf000 };
	struct lfb_problem problem;

	make_two_branches();
	absent = 0xf000;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(kho_blocks_read(&found, abi, &view, wrong[i], &problem), -EINVAL);
		assert_int_equal(problem.where, wrong[i]);
		assert_non_null(strstr(problem.what, "is no page a node"));
	}
}

static void blocks_of_every_order_must_end_in_memory(void **state)
{
	for (unsigned int order = 0; order < ORDERS; order++) {
		for (u64 pages = 1; pages <= 64; pages++) {
			for (u64 n = 0; n <= pages >> order; n++) {
				const phys_addr_t phys = n * (PAGE_SIZE << order);

				/* The nodes are not in the memory that the blocks are in. */
				make_tree((IMAGE_PAGES + pages) * PAGE_SIZE);
				add_block(IMAGE_SIZE + phys, order);
				if (n < pages >> order)
					assert_read_back();
				else
					assert_refused(IMAGE_SIZE + phys, "beyond the end");
			}
		}
	}
}

/* Six pages that stand for 512^5 nodes, in a memory that has all addresses there can be. */
static void nodes_that_all_share_one_below_end_at_once(void **state)
{
	make_tree(~0ull);
	for (unsigned int level = 1; level <= 5; level++) {
		assert_int_equal(new_page(), (level + 1) * PAGE_SIZE);
		/* Nothing is where no order can be: that would be found before anything else. */
		for (unsigned int i = level == 1 ? 2 : level == 2; i < 512; i++)
			*word(level * PAGE_SIZE + i * 8) = (level + 1) * PAGE_SIZE;
	}
	assert_refused(0x5000 + 8, "0x6000 is a node of the map twice");
	assert_int_equal(found.own_pages, 6);
}

static void every_changed_byte_of_a_tree_is_survived(void **state)
{
	struct lfb_problem problem;
	phys_addr_t at, end;
	size_t refused = 0;

	make_two_branches();
	end = next_page;
	absent = 0xe000;
	for (at = ROOT; at < end; at++) {
		const u64 entry = *word(at & ~7ull);
		const u8 before = image[at];

		/* All values for what is used, for the rest single bits and a few more. */
		for (unsigned int value = 1; value < 256; value++) {
			if (!entry && (value & (value - 1)) && value != 0x70 && value != 0xff)
				continue;
			image[at] = before ^ (u8)value;
			refused += read_tree(&problem) != 0;
			assert_true(found.count <= 3 + 8);
		}
		image[at] = before;
	}
	assert_read_back();
	assert_true(refused > 10000);
}

static int refuse(void *context, phys_addr_t phys, unsigned int order)
{
	return --*(int *)context ? 0 : -EEXIST;
}

static void a_refusing_callback_ends_the_reading(void **state)
{
	struct lfb_problem problem = { 0 };
	int calls;

	make_two_branches();
	for (int nth = 1; nth <= 11 + 3; nth++) {
		calls = nth;
		assert_int_equal(abi->read_map(&view, ROOT, refuse, refuse, &calls, &problem),
				 -EEXIST);
		assert_int_equal(calls, 0);
	}
	assert_string_equal(problem.what, "");
	calls = 11 + 3 + 1;
	assert_int_equal(abi->read_map(&view, ROOT, refuse, refuse, &calls, &problem), 0);
	calls = 3 + 1;
	assert_int_equal(abi->read_map(&view, ROOT, refuse, NULL, &calls, NULL), 0);
	*word(ROOT) = 1;
	assert_int_equal(abi->read_map(&view, ROOT, refuse, NULL, &calls, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_as_the_kernel_makes_them),
		cmocka_unit_test(every_block_has_a_key_of_its_own),
		cmocka_unit_test(the_highest_bit_of_a_key_must_be_that_of_an_order),
		cmocka_unit_test(an_empty_tree_has_no_blocks),
		cmocka_unit_test(blocks_far_apart_are_read_in_ascending_order_of_keys),
		cmocka_unit_test(every_generated_tree_is_read_back),
		cmocka_unit_test(every_kind_of_damage_is_named_with_its_place),
		cmocka_unit_test(keys_of_too_high_an_order_are_refused),
		cmocka_unit_test(a_root_that_is_no_page_is_refused),
		cmocka_unit_test(blocks_of_every_order_must_end_in_memory),
		cmocka_unit_test(nodes_that_all_share_one_below_end_at_once),
		cmocka_unit_test(every_changed_byte_of_a_tree_is_survived),
		cmocka_unit_test(a_refusing_callback_ends_the_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
