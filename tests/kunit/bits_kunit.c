// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Numbers, bits and bitmaps: each against what is counted bit by bit. */
#include <kunit/test.h>
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/find.h>
#include <linux/random.h>

#define NR_BITS 150

static_assert(BIT(3) == 8 && BIT_ULL(40) == 1ull << 40);
static_assert(GENMASK(7, 4) == 0xf0, "a constant");
static_assert(GENMASK_ULL(39, 36) == 0xf000000000ull);
static_assert(GENMASK_U8(7, 7) == 0x80 && GENMASK_U16(3, 0) == 0xf);
static_assert(GENMASK_U32(31, 31) == 0x80000000u && GENMASK_U64(63, 63) == BIT_U64(63));
static_assert(BIT_U8(7) == 0x80 && BIT_U16(15) == 0x8000 && BIT_U32(31) == 0x80000000u);
static_assert(BIT_MASK(65) == 2 && BIT_WORD(65) == 1);
static_assert(BIT_ULL_MASK(66) == 4 && BIT_ULL_WORD(66) == 1);
static_assert(BITS_PER_TYPE(u16) == 16 && BITS_TO_LONGS(65) == 2 && BITS_TO_BYTES(9) == 2);
static_assert(BITS_TO_U32(33) == 2 && BITS_TO_U64(65) == 2 && BITS_PER_BYTE == 8);

static bool naive(const unsigned long *map, unsigned long bit)
{
	return (map[bit / BITS_PER_LONG] >> (bit % BITS_PER_LONG)) & 1;
}

static void single_bits(struct kunit *test)
{
	DECLARE_BITMAP(map, NR_BITS) = { 0 };

	for (unsigned int bit = 0; bit < NR_BITS; bit += 7) {
		set_bit(bit, map);
		KUNIT_EXPECT_TRUE(test, naive(map, bit) && test_bit(bit, map));
		KUNIT_EXPECT_TRUE(test, test_bit_acquire(bit, map));
		KUNIT_EXPECT_TRUE(test, test_and_set_bit(bit, map));
		KUNIT_EXPECT_TRUE(test, __test_and_clear_bit(bit, map));
		KUNIT_EXPECT_FALSE(test, test_and_clear_bit(bit, map));
		KUNIT_EXPECT_FALSE(test, test_and_change_bit(bit, map));
		KUNIT_EXPECT_TRUE(test, __test_and_change_bit(bit, map));
		KUNIT_EXPECT_FALSE(test, __test_and_set_bit(bit, map));
		clear_bit(bit, map);
		__set_bit(bit, map);
		__change_bit(bit, map);
		change_bit(bit, map);
		__clear_bit(bit, map);
		KUNIT_EXPECT_TRUE(test, bitmap_empty(map, NR_BITS));
		assign_bit(bit, map, true);
		__assign_bit(bit, map, false);
		__assign_bit(bit, map, true);
		assign_bit(bit, map, false);
		KUNIT_EXPECT_FALSE(test, test_and_set_bit_lock(bit, map));
		clear_bit_unlock(bit, map);
		KUNIT_EXPECT_EQ(test, bitmap_weight(map, NR_BITS), 0u);
	}
}

static void numbers_of_bits(struct kunit *test)
{
	unsigned long word = 0xf0;

	for (int bit = 0; bit < 64; bit++) {
		const u64 n = BIT_ULL(bit);

		KUNIT_EXPECT_EQ(test, fls64(n), bit + 1);
		KUNIT_EXPECT_EQ(test, fls_long(n | 1), bit + 1);
		KUNIT_EXPECT_EQ(test, __fls(n | (n >> 1)), (unsigned long)bit);
		KUNIT_EXPECT_EQ(test, __ffs(n), (unsigned long)bit);
		KUNIT_EXPECT_EQ(test, __ffs64(n), (unsigned int)bit);
		KUNIT_EXPECT_EQ(test, ffz(~n), (unsigned long)bit);
		KUNIT_EXPECT_EQ(test, hweight64(n - 1), (unsigned int)bit);
		KUNIT_EXPECT_EQ(test, hweight_long(n - 1), (unsigned long)bit);
		KUNIT_EXPECT_EQ(test, rol64(1, bit), n);
		KUNIT_EXPECT_EQ(test, ror64(n, bit), 1ull);
		KUNIT_EXPECT_EQ(test, rol32(1, bit), 1u << bit % 32);
		KUNIT_EXPECT_EQ(test, ror32(rol32(0x1234567, bit), bit), 0x1234567u);
		KUNIT_EXPECT_EQ(test, rol16(1, bit), 1u << bit % 16);
		KUNIT_EXPECT_EQ(test, ror16(rol16(0x1234, bit), bit), 0x1234u);
		KUNIT_EXPECT_EQ(test, rol8(1, bit), 1u << bit % 8);
		KUNIT_EXPECT_EQ(test, ror8(rol8(0x12, bit), bit), 0x12u);
		KUNIT_EXPECT_EQ(test, get_count_order_long(n), bit);
	}
	KUNIT_EXPECT_EQ(test, fls(0), 0);
	KUNIT_EXPECT_EQ(test, fls(0x80000000u), 32);
	KUNIT_EXPECT_EQ(test, fls64(0), 0);
	KUNIT_EXPECT_EQ(test, ffs(0), 0);
	KUNIT_EXPECT_EQ(test, ffs(8), 4);
	KUNIT_EXPECT_EQ(test, get_count_order(0), -1);
	KUNIT_EXPECT_EQ(test, get_count_order(5), 3);
	KUNIT_EXPECT_EQ(test, hweight8(0x1ff), 8u);
	KUNIT_EXPECT_EQ(test, hweight16(0x1ffff), 16u);
	KUNIT_EXPECT_EQ(test, hweight32(~0u), 32u);
	KUNIT_EXPECT_EQ(test, HWEIGHT8(7) + HWEIGHT16(1) + HWEIGHT32(3) + HWEIGHT64(1), 7u);
	KUNIT_EXPECT_EQ(test, sign_extend32(0x8f, 7), -113);
	KUNIT_EXPECT_EQ(test, sign_extend64(0x7f, 7), 127ll);
	KUNIT_EXPECT_TRUE(test, parity8(7) && !parity8(3));
	KUNIT_EXPECT_EQ(test, set_mask_bits(&word, 0x30ul, 0x3ul), 0xf0ul);
	KUNIT_EXPECT_EQ(test, word, 0xc3ul);
}

/* Every search from everywhere in two random maps. */
static void searches(struct kunit *test)
{
	DECLARE_BITMAP(a, NR_BITS);
	DECLARE_BITMAP(b, NR_BITS);
	unsigned long at, n = 0;

	get_random_bytes(a, sizeof(a));
	get_random_bytes(b, sizeof(b));
	for (unsigned long from = 0; from <= NR_BITS; from++) {
		unsigned long set = from, clear = from, both = from, not = from, any = from;

		while (set < NR_BITS && !naive(a, set))
			set++;
		while (clear < NR_BITS && naive(a, clear))
			clear++;
		while (both < NR_BITS && !(naive(a, both) && naive(b, both)))
			both++;
		while (not < NR_BITS && !(naive(a, not) && !naive(b, not)))
			not++;
		while (any < NR_BITS && !(naive(a, any) || naive(b, any)))
			any++;
		KUNIT_EXPECT_EQ(test, find_next_bit(a, NR_BITS, from), set);
		KUNIT_EXPECT_EQ(test, find_next_zero_bit(a, NR_BITS, from), clear);
		KUNIT_EXPECT_EQ(test, find_next_and_bit(a, b, NR_BITS, from), both);
		KUNIT_EXPECT_EQ(test, find_next_andnot_bit(a, b, NR_BITS, from), not);
		KUNIT_EXPECT_EQ(test, find_next_or_bit(a, b, NR_BITS, from), any);
		if (from == 0) {
			KUNIT_EXPECT_EQ(test, find_first_bit(a, NR_BITS), set);
			KUNIT_EXPECT_EQ(test, find_first_zero_bit(a, NR_BITS), clear);
			KUNIT_EXPECT_EQ(test, find_first_and_bit(a, b, NR_BITS), both);
			KUNIT_EXPECT_EQ(test, find_first_andnot_bit(a, b, NR_BITS), not);
		}
	}
	for_each_set_bit(at, a, NR_BITS) {
		KUNIT_EXPECT_TRUE(test, naive(a, at));
		KUNIT_EXPECT_EQ(test, find_nth_bit(a, NR_BITS, n), at);
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, (unsigned long)bitmap_weight(a, NR_BITS));
	KUNIT_EXPECT_EQ(test, find_nth_bit(a, NR_BITS, n), (unsigned long)NR_BITS);
	for_each_clear_bit(at, a, NR_BITS)
		n += !naive(a, at);
	KUNIT_EXPECT_EQ(test, n, (unsigned long)NR_BITS);
	n = 0;
	for_each_and_bit(at, a, b, NR_BITS)
		n += naive(a, at) && naive(b, at);
	for_each_andnot_bit(at, a, b, NR_BITS)
		n += naive(a, at) && !naive(b, at);
	for_each_andnot_bit(at, b, a, NR_BITS)
		n++;
	for_each_or_bit(at, a, b, NR_BITS)
		n--;
	KUNIT_EXPECT_EQ(test, n, 0ul);
	bitmap_zero(a, NR_BITS);
	KUNIT_EXPECT_EQ(test, find_last_bit(a, NR_BITS), (unsigned long)NR_BITS);
	__set_bit(3, a);
	__set_bit(130, a);
	KUNIT_EXPECT_EQ(test, find_last_bit(a, NR_BITS), 130ul);
	at = 4;
	for_each_set_bit_from(at, a, NR_BITS)
		KUNIT_EXPECT_EQ(test, at, 130ul);
	bitmap_fill(a, NR_BITS);
	__clear_bit(9, a);
	at = 5;
	for_each_clear_bit_from(at, a, NR_BITS)
		KUNIT_EXPECT_EQ(test, at, 9ul);
}

static void whole_bitmaps(struct kunit *test)
{
	DECLARE_BITMAP(a, NR_BITS);
	DECLARE_BITMAP(b, NR_BITS);
	DECLARE_BITMAP(c, NR_BITS);
	unsigned long begin, end, runs = 0;
	unsigned long *made __free(bitmap) = bitmap_zalloc(NR_BITS, GFP_KERNEL);
	unsigned long *other = bitmap_alloc(NR_BITS, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, made);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(made, NR_BITS));
	bitmap_free(other);
	bitmap_zero(a, NR_BITS);
	bitmap_set(a, 10, 80);
	bitmap_clear(a, 20, 5);
	KUNIT_EXPECT_EQ(test, bitmap_weight(a, NR_BITS), 75u);
	for_each_set_bitrange(begin, end, a, NR_BITS)
		runs += end - begin == 10 || end - begin == 65;
	KUNIT_EXPECT_EQ(test, runs, 2ul);
	bitmap_copy(b, a, NR_BITS);
	KUNIT_EXPECT_TRUE(test, bitmap_equal(a, b, NR_BITS) && bitmap_subset(a, b, NR_BITS));
	bitmap_complement(b, a, NR_BITS);
	KUNIT_EXPECT_FALSE(test, bitmap_intersects(a, b, NR_BITS));
	KUNIT_EXPECT_FALSE(test, bitmap_and(c, a, b, NR_BITS));
	KUNIT_EXPECT_TRUE(test, bitmap_andnot(c, a, b, NR_BITS));
	KUNIT_EXPECT_TRUE(test, bitmap_equal(c, a, NR_BITS));
	bitmap_or(c, a, b, NR_BITS);
	KUNIT_EXPECT_TRUE(test, bitmap_full(c, NR_BITS));
	bitmap_xor(c, c, a, NR_BITS);
	KUNIT_EXPECT_TRUE(test, bitmap_equal(c, b, NR_BITS) && !bitmap_subset(a, c, NR_BITS));
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(a, NR_BITS, 0, 5, 0), 0ul);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(a, NR_BITS, 5, 5, 3), 20ul);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(a, NR_BITS, 8, 6, 7), 96ul);
	KUNIT_EXPECT_GT(test, bitmap_find_next_zero_area(a, NR_BITS, 0, 61, 0), NR_BITS + 0ul);
	KUNIT_EXPECT_EQ(test, BITMAP_FIRST_WORD_MASK(66), ~3ul);
	KUNIT_EXPECT_EQ(test, BITMAP_LAST_WORD_MASK(66), 3ul);
	KUNIT_EXPECT_EQ(test, bitmap_size(65), 16ul);
}

#define LOW GENMASK(3, 0)
#define MIDDLE GENMASK_U32(15, 8)

static void fields(struct kunit *test)
{
	u32 reg = FIELD_PREP(MIDDLE, 0x5a) | FIELD_PREP_CONST(LOW, 3);
	u16 half = 0;
	__le32 wire = le32_encode_bits(0x5a, MIDDLE);

	KUNIT_EXPECT_EQ(test, reg, 0x5a03u);
	KUNIT_EXPECT_EQ(test, FIELD_GET(MIDDLE, reg), 0x5au);
	FIELD_MODIFY(MIDDLE, &reg, 0xa5u);
	KUNIT_EXPECT_EQ(test, reg, 0xa503u);
	KUNIT_EXPECT_EQ(test, FIELD_MAX(MIDDLE), 0xffu);
	KUNIT_EXPECT_TRUE(test, FIELD_FIT(LOW, 15) && !FIELD_FIT(LOW, 16));
	KUNIT_EXPECT_EQ(test, field_get(MIDDLE, field_prep(MIDDLE, 7u)), 7u);
	u16p_replace_bits(&half, 3, 0x30);
	KUNIT_EXPECT_EQ(test, half, 0x30u);
	KUNIT_EXPECT_EQ(test, u8_get_bits(0xa5, 0xf0), 0xau);
	KUNIT_EXPECT_EQ(test, u64_replace_bits(~0ull, 0, 0xff00), ~0xff00ull);
	KUNIT_EXPECT_EQ(test, le32_get_bits(wire, MIDDLE), 0x5au);
	KUNIT_EXPECT_EQ(test, ((u8 *)&wire)[1], 0x5au);
	KUNIT_EXPECT_EQ(test, be16_get_bits(be16_encode_bits(9, 0xf0), 0xf0), 9u);
	KUNIT_EXPECT_EQ(test, u32_encode_bits(1, BIT(31)), 0x80000000u);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(single_bits), KUNIT_CASE(numbers_of_bits), KUNIT_CASE(searches),
	KUNIT_CASE(whole_bitmaps), KUNIT_CASE(fields), {}
};

static struct kunit_suite suite = { .name = "bits", .test_cases = cases };
kunit_test_suite(suite);

MODULE_DESCRIPTION("bits, bitmaps and fields");
MODULE_LICENSE("GPL");
