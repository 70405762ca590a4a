// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Arithmetic: rounding, comparing, overflows, logarithms, byte orders, hashes, texts of numbers. */
#include <kunit/test.h>
#include <asm/byteorder.h>
#include <linux/const.h>
#include <linux/hash.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/sizes.h>
#include <linux/stringhash.h>
#include <linux/time64.h>
#include <linux/unaligned.h>
#include <linux/units.h>

static_assert(U8_MAX == 255 && S8_MAX == 127 && S8_MIN == -128);
static_assert(U16_MAX == 65535 && S16_MAX == 32767 && S16_MIN == -32768);
static_assert(U32_MAX == 4294967295u && S32_MAX == 2147483647 && S32_MIN < -S32_MAX);
static_assert(U64_MAX == ~0ull && S64_MAX == 0x7fffffffffffffffll && S64_MIN < -S64_MAX);
static_assert(PHYS_ADDR_MAX == U64_MAX && RESOURCE_SIZE_MAX == U64_MAX && SSIZE_MAX > 0);
static_assert(SZ_4K == 1 << 12 && SZ_1G == 1 << 30 && SZ_4G == 1ull << 32 && SZ_1T == 1ull << 40);
static_assert(SZ_1K * 2 == SZ_2K && SZ_64K == SZ_512 * 128 && SZ_512M == SZ_1M * 512);
static_assert(UL(3) == 3ul && ULL(4) == 4ull);
static_assert(ilog2(1) == 0 && ilog2(4096) == 12 && const_ilog2(1ull << 40) == 40);
static_assert(roundup_pow_of_two(5) == 8 && rounddown_pow_of_two(5) == 4);
static_assert(order_base_2(1) == 0 && order_base_2(9) == 4 && bits_per(8) == 4 && bits_per(0) == 1);
static_assert(__roundup_pow_of_two(9) == 16 && __rounddown_pow_of_two(9) == 8);
static_assert(ALIGN(13, 8) == 16 && ALIGN_DOWN(13, 8) == 8 && IS_ALIGNED(16, 8));
static_assert(MIN(3, 4) == 3 && MAX(3, 4) == 4 && MIN_T(u8, 257, 4) == 1 && MAX_T(u8, 257, 4) == 4);
static_assert(type_max(u8) == 255 && type_min(s8) == -128 && is_signed_type(int));
static_assert(is_unsigned_type(u8) && __same_type(int, signed int) && !__same_type(int, long));
static_assert(DIV_ROUND_UP(7, 4) == 2 && DIV_ROUND_UP_ULL(7, 4) == 2);
static_assert(DIV_ROUND_UP_POW2(8, 4) == 2);
static_assert(round_up(13, 8) == 16 && round_down(13, 8) == 8);
static_assert(KILO * MILLI == MICRO && MEGA * KILO == GIGA && NANO == GIGA);
static_assert(NSEC_PER_SEC == NSEC_PER_MSEC * MSEC_PER_SEC && USEC_PER_SEC == MICRO);
static_assert(NSEC_PER_USEC * USEC_PER_MSEC == NSEC_PER_MSEC && BYTES_PER_KBIT == 125);

struct tail {
	u32 count;
	u16 element[];
};

static_assert(struct_size_t(struct tail, element, 3) == 10);

static void rounding(struct kunit *test)
{
	u32 rest;
	u64 long_rest, n = 1000;
	char room[200], *text = room;

	for (int i = 1; i < 100; i++) {
		KUNIT_EXPECT_EQ(test, roundup(i, 7) % 7, 0);
		KUNIT_EXPECT_LT(test, roundup(i, 7) - i, 7);
		KUNIT_EXPECT_EQ(test, rounddown(i, 7), i / 7 * 7);
		KUNIT_EXPECT_EQ(test, int_sqrt(i * i), (unsigned long)i);
		KUNIT_EXPECT_EQ(test, int_sqrt(i * i + 2 * i), (unsigned long)i);
		KUNIT_EXPECT_EQ(test, is_power_of_2(i), hweight32(i) == 1);
	}
	KUNIT_EXPECT_EQ(test, int_sqrt(~0ul), 0xfffffffful);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_CLOSEST(7, 2), 4);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_CLOSEST(-7, 2), -4);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_DOWN_ULL(7, 2), 3ull);
	KUNIT_EXPECT_EQ(test, mult_frac(~0u, 3u, 4u), 0xbfffffffu);
	KUNIT_EXPECT_EQ(test, abs(-5ll), 5ll);
	KUNIT_EXPECT_EQ(test, abs_diff(3u, 5u), 2u);
	KUNIT_EXPECT_EQ(test, div_u64_rem(1000, 7, &rest), 142ull);
	KUNIT_EXPECT_EQ(test, rest, 6u);
	KUNIT_EXPECT_EQ(test, div64_u64_rem(1000, 7, &long_rest), 142ull);
	KUNIT_EXPECT_EQ(test, long_rest, 6ull);
	KUNIT_EXPECT_EQ(test, do_div(n, 7), 6u);
	KUNIT_EXPECT_EQ(test, n, 142ull);
	KUNIT_EXPECT_EQ(test, div_u64(9, 2) + div64_u64(9, 2) + div64_ul(9, 2), 12ull);
	KUNIT_EXPECT_EQ(test, div_s64(-9, 2) + div64_s64(-9, 2) + div64_long(-9, 2), -12ll);
	KUNIT_EXPECT_EQ(test, mul_u64_u32_shr(1ull << 63, 4, 32), 1ull << 33);
	KUNIT_EXPECT_EQ(test, mul_u64_u64_shr(1ull << 63, 1ull << 63, 64), 1ull << 62);
	KUNIT_EXPECT_EQ(test, mul_u64_u64_div_u64(U64_MAX, 6, 3), U64_MAX * 2);
	KUNIT_EXPECT_PTR_EQ(test, PTR_ALIGN(text + 1, 64), PTR_ALIGN_DOWN(text + 64, 64));
	KUNIT_EXPECT_TRUE(test, PTR_IS_ALIGNED(PTR_ALIGN(text, 32), 32));
}

static void comparing(struct kunit *test)
{
	int calls = 0, a = 3, b = 4;
	size_t size = 7;

	KUNIT_EXPECT_EQ(test, min(++calls, 5), 1);
	KUNIT_EXPECT_EQ(test, max(++calls, 1), 2);
	KUNIT_EXPECT_EQ(test, calls, 2);
	KUNIT_EXPECT_EQ(test, min(size, 3), 3ul);
	KUNIT_EXPECT_EQ(test, min_t(u8, 300, 50), 44);
	KUNIT_EXPECT_EQ(test, max_t(int, -1, 1u), 1);
	KUNIT_EXPECT_EQ(test, umin(a, size), 3ull);
	KUNIT_EXPECT_EQ(test, umax(a, size), 7ull);
	KUNIT_EXPECT_EQ(test, min3(3, 1, 2) + max3(3, 1, 2), 4);
	KUNIT_EXPECT_EQ(test, min_not_zero(0, 5) + min_not_zero(4, 0) + min_not_zero(2, 3), 11);
	KUNIT_EXPECT_EQ(test, clamp(9, 1, 5) + clamp(0, 1, 5) + clamp(3, 1, 5), 9);
	KUNIT_EXPECT_EQ(test, clamp_t(u8, 300, 1, 40), 40);
	KUNIT_EXPECT_EQ(test, clamp_val(a, 5, 6), 5);
	swap(a, b);
	KUNIT_EXPECT_EQ(test, a * 10 + b, 43);
	KUNIT_EXPECT_TRUE(test, in_range(5, 5, 1) && !in_range(6, 5, 1) && !in_range(4, 5, 1));
}

static void overflows(struct kunit *test)
{
	DEFINE_RAW_FLEX(struct tail, raw, element, 4);
	DEFINE_FLEX(struct tail, counted, element, count, 3);
	size_t n = 4;
	u8 byte = 0;
	int number;

	KUNIT_EXPECT_TRUE(test, check_add_overflow(200, 100, &byte));
	KUNIT_EXPECT_EQ(test, byte, 44);
	KUNIT_EXPECT_FALSE(test, check_sub_overflow(200, 100, &byte));
	KUNIT_EXPECT_TRUE(test, check_mul_overflow(INT_MAX, 2, &number));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(0x81, 1, &byte));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(0, 8, &byte));
	KUNIT_EXPECT_FALSE(test, check_shl_overflow(0, 7, &byte));
	KUNIT_EXPECT_FALSE(test, check_shl_overflow(0x41, 1, &byte));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(1, -1, &byte) && byte == 1);
	KUNIT_EXPECT_EQ(test, wrapping_add(u8, 200, 100), 44);
	KUNIT_EXPECT_EQ(test, wrapping_sub(u8, 1, 2), 255);
	KUNIT_EXPECT_EQ(test, wrapping_mul(int, INT_MAX, 2), -2);
	byte = 250;
	wrapping_assign_add(byte, 10);
	KUNIT_EXPECT_EQ(test, byte, 4);
	wrapping_assign_sub(byte, 5);
	KUNIT_EXPECT_EQ(test, byte, 255);
	KUNIT_EXPECT_TRUE(test, overflows_type(256, u8) && !overflows_type(255, u8));
	KUNIT_EXPECT_TRUE(test, overflows_type(n, s8) == (n > 127));
	KUNIT_EXPECT_TRUE(test, castable_to_type(5, u8) && !castable_to_type(-5, u8));
	KUNIT_EXPECT_EQ(test, size_mul(SIZE_MAX, n), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_add(SIZE_MAX, n), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_sub(n, 5), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, array_size(n, 3) + array3_size(n, 2, 2), 28ul);
	KUNIT_EXPECT_EQ(test, struct_size(raw, element, n), 12ul);
	KUNIT_EXPECT_EQ(test, flex_array_size(raw, element, n), 8ul);
	KUNIT_EXPECT_EQ(test, struct_offset(raw, element), 4ul);
	KUNIT_EXPECT_EQ(test, STACK_FLEX_ARRAY_SIZE(raw, element), 4ul);
	KUNIT_EXPECT_EQ(test, counted->count, 3u);
	KUNIT_EXPECT_TRUE(test, range_overflows(5u, 6u, 10u) && !range_overflows(5u, 5u, 10u));
	KUNIT_EXPECT_TRUE(test, range_overflows_t(u8, 250, 10, 255));
}

static void byte_orders(struct kunit *test)
{
	u8 wire[12] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99 };
	u32 *odd = (u32 *)(wire + 1);
	__le32 le = cpu_to_le32(0x12345678);
	__be16 be = cpu_to_be16(0x1234);

	KUNIT_EXPECT_EQ(test, ((u8 *)&le)[0], 0x78);
	KUNIT_EXPECT_EQ(test, ((u8 *)&be)[0], 0x12);
	KUNIT_EXPECT_EQ(test, le32_to_cpup(&le), 0x12345678u);
	KUNIT_EXPECT_EQ(test, be16_to_cpup(&be), 0x1234u);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(cpu_to_le64(5)) + be64_to_cpu(cpu_to_be64(6)), 11ull);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(cpu_to_le16(5)) + be32_to_cpu(cpu_to_be32(6)), 11u);
	KUNIT_EXPECT_EQ(test, swab16(0x1122) + swab32(0) + swab64(0), 0x2211ull);
	KUNIT_EXPECT_EQ(test, get_unaligned_le16(wire + 1), 0x3322u);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(wire + 1), 0x2233u);
	KUNIT_EXPECT_EQ(test, get_unaligned_le32(wire + 1), 0x55443322u);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(wire + 1), 0x22334455u);
	KUNIT_EXPECT_EQ(test, get_unaligned_le64(wire + 1), 0x9988776655443322ull);
	KUNIT_EXPECT_EQ(test, get_unaligned_be64(wire + 1), 0x2233445566778899ull);
	put_unaligned_le16(0x0102, wire + 3);
	put_unaligned_be32(0x01020304, wire + 5);
	KUNIT_EXPECT_EQ(test, wire[3] * 256 + wire[5], 0x201);
	put_unaligned_be16(1, wire + 3);
	put_unaligned_le32(2, wire + 3);
	put_unaligned_le64(3, wire + 3);
	put_unaligned_be64(4, wire + 3);
	KUNIT_EXPECT_EQ(test, wire[10], 4);
	put_unaligned(7u, odd);
	KUNIT_EXPECT_EQ(test, get_unaligned(odd), 7u);
}

static void hashes(struct kunit *test)
{
	struct rnd_state state;
	u64 name = hashlen_string(NULL, "session");
	u32 first;

	/* What the kernel's factors give. */
	KUNIT_EXPECT_EQ(test, hash_32(1, 32), 0x61C88647u);
	KUNIT_EXPECT_EQ(test, hash_64(1, 32), 0x61C88646u);
	KUNIT_EXPECT_EQ(test, hash_32(12345, 8), (u32)(12345u * 0x61C88647u) >> 24);
	KUNIT_EXPECT_EQ(test, hash_long(7, 10), hash_64_generic(7, 10));
	KUNIT_EXPECT_EQ(test, hash_ptr(test, 10), hash_long((unsigned long)test, 10));
	KUNIT_EXPECT_EQ(test, hash32_ptr((void *)0x100000002ul), 3u);
	KUNIT_EXPECT_EQ(test, hashlen_len(name), 7u);
	KUNIT_EXPECT_EQ(test, hashlen_hash(name), full_name_hash(NULL, "session", 7));
	KUNIT_EXPECT_EQ(test, hashlen_create(5, 7), 7ull << 32 | 5);
	KUNIT_EXPECT_NE(test, full_name_hash(test, "session", 7), hashlen_hash(name));
	KUNIT_EXPECT_EQ(test, end_name_hash(partial_name_hash('a', init_name_hash(NULL))),
			full_name_hash(NULL, "a", 1));
	prandom_seed_state(&state, 1);
	first = prandom_u32_state(&state);
	KUNIT_EXPECT_NE(test, first, prandom_u32_state(&state));
	prandom_seed_state(&state, 1);
	KUNIT_EXPECT_EQ(test, first, prandom_u32_state(&state));
	prandom_bytes_state(&state, &first, sizeof(first));
	for (int i = 0; i < 100; i++) {
		KUNIT_EXPECT_LT(test, get_random_u32_below(7), 7u);
		KUNIT_EXPECT_LE(test, get_random_u32_inclusive(3, 5) - 3, 2u);
	}
	KUNIT_EXPECT_NE(test, get_random_u64() | get_random_long() | get_random_u16() |
			      get_random_u8() | get_random_u32(), 0ull);
	get_random_bytes(&name, sizeof(name));
}

static void texts(struct kunit *test)
{
	static const struct {
		const char *text;
		unsigned int base;
		int err;
		long long value;
	} table[] = {
		{ "0", 0, 0, 0 }, { "10\n", 0, 0, 10 }, { "0x1F", 0, 0, 31 }, { "017", 0, 0, 15 },
		{ "1f", 16, 0, 31 }, { "0x1f", 16, 0, 31 }, { "+5", 10, 0, 5 }, { "-5", 10, 0, -5 },
		{ "", 10, -EINVAL, 0 }, { "5x", 10, -EINVAL, 0 }, { " 5", 10, -EINVAL, 0 },
		{ "5\n\n", 10, -EINVAL, 0 }, { "-+5", 10, -EINVAL, 0 }, { "0x", 16, -EINVAL, 0 },
		{ "9223372036854775807", 10, 0, S64_MAX },
		{ "-9223372036854775808", 10, 0, S64_MIN },
		{ "9223372036854775808", 10, -ERANGE, 0 },
		{ "99999999999999999999", 10, -ERANGE, 0 },
	};
	unsigned long long wide;
	unsigned long word = 0;
	u64 fixed;
	u32 half;
	u16 quarter;
	u8 byte;
	s32 number;
	s64 big;
	int i = 0;
	long l = 0;
	unsigned int u = 0;
	bool yes;
	char *end;

	for (size_t n = 0; n < ARRAY_SIZE(table); n++) {
		long long value = 0;

		KUNIT_EXPECT_EQ_MSG(test, kstrtoll(table[n].text, table[n].base, &value),
				    table[n].err, "of \"%s\"", table[n].text);
		KUNIT_EXPECT_EQ_MSG(test, value, table[n].value, "of \"%s\"", table[n].text);
	}
	KUNIT_EXPECT_EQ(test, kstrtoull("18446744073709551615", 10, &wide), 0);
	KUNIT_EXPECT_EQ(test, kstrtoull("-1", 10, &wide), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtou8("256", 0, &byte), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou16("65535", 0, &quarter), 0);
	KUNIT_EXPECT_EQ(test, kstrtou32("4294967296", 0, &half), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtos32("-2147483649", 0, &number), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou64("1", 0, &fixed) | kstrtos64("-1", 0, &big), 0);
	KUNIT_EXPECT_EQ(test, kstrtoint("-7", 0, &i) | kstrtouint("7", 0, &u), 0);
	KUNIT_EXPECT_EQ(test, kstrtol("-8", 0, &l) | kstrtoul("8", 0, &word), 0);
	KUNIT_EXPECT_EQ(test, i + (int)u + l + (long)word, 0l);
	KUNIT_EXPECT_EQ(test, kstrtobool("on", &yes), 0);
	KUNIT_EXPECT_TRUE(test, yes);
	KUNIT_EXPECT_EQ(test, kstrtobool("N", &yes), 0);
	KUNIT_EXPECT_FALSE(test, yes);
	KUNIT_EXPECT_EQ(test, kstrtobool("maybe", &yes), -EINVAL);
	KUNIT_EXPECT_EQ(test, memparse("64K@0x100", &end), 64ull << 10);
	KUNIT_EXPECT_STREQ(test, end, "@0x100");
	KUNIT_EXPECT_EQ(test, memparse("2g", NULL), 2ull << 30);
	KUNIT_EXPECT_EQ(test, simple_strtoul("12abc", &end, 10), 12ul);
	KUNIT_EXPECT_EQ(test, simple_strtol("-12", NULL, 10), -12l);
	KUNIT_EXPECT_EQ(test, simple_strtoull("0x10", NULL, 0), 16ull);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(rounding), KUNIT_CASE(comparing), KUNIT_CASE(overflows),
	KUNIT_CASE(byte_orders), KUNIT_CASE(hashes), KUNIT_CASE(texts), {}
};

static struct kunit_suite suite = { .name = "numbers", .test_cases = cases };
kunit_test_suite(suite);

MODULE_DESCRIPTION("arithmetic");
MODULE_LICENSE("GPL");
