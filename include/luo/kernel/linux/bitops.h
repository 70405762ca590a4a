/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: one word at a time, atomic where the kernel is. */
#ifndef LUO_LINUX_BITOPS_H
#define LUO_LINUX_BITOPS_H

/* Its ffs() is the kernel's. */
#include <strings.h>
#include <luo/kernel/linux/bits.h>
#include <luo/kernel/linux/types.h>

#define BITS_TO_LONGS(nr) (((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define BITS_TO_U64(nr) (((nr) + 63) / 64)
#define BITS_TO_U32(nr) (((nr) + 31) / 32)
#define BITS_TO_BYTES(nr) (((nr) + 7) / 8)

/* Bits that are set; constant where the number is. */
#define hweight8(n) ((unsigned int)__builtin_popcount((u8)(n)))
#define hweight16(n) ((unsigned int)__builtin_popcount((u16)(n)))
#define hweight32(n) ((unsigned int)__builtin_popcount((u32)(n)))
#define hweight64(n) ((unsigned int)__builtin_popcountll((u64)(n)))
#define hweight_long(n) ((unsigned long)__builtin_popcountl(n))
#define HWEIGHT8(n) hweight8(n)
#define HWEIGHT16(n) hweight16(n)
#define HWEIGHT32(n) hweight32(n)
#define HWEIGHT64(n) hweight64(n)

/** fls() - Return: the highest set bit, counted from 1; 0 for 0. */
static inline int fls(unsigned int n)
{
	return n ? 32 - __builtin_clz(n) : 0;
}

/** fls64() - fls() of 64 bits. */
static inline int fls64(u64 n)
{
	return n ? 64 - __builtin_clzll(n) : 0;
}

static inline int fls_long(unsigned long n)
{
	return fls64(n);
}

/** __fls() - Return: the highest set bit, counted from 0; @n is not 0. */
static inline unsigned long __fls(unsigned long n)
{
	return (unsigned long)(BITS_PER_LONG - 1 - __builtin_clzl(n));
}

/** __ffs() - Return: the lowest set bit, counted from 0; @n is not 0. */
static inline unsigned long __ffs(unsigned long n)
{
	return (unsigned long)__builtin_ctzl(n);
}

static inline unsigned int __ffs64(u64 n)
{
	return (unsigned int)__builtin_ctzll(n);
}

/** ffz() - Return: the lowest bit that is not set, counted from 0; there is one. */
#define ffz(n) __ffs(~(n))

static inline u8 rol8(u8 n, unsigned int by)
{
	return (u8)(n << (by & 7) | n >> (-by & 7));
}

static inline u8 ror8(u8 n, unsigned int by)
{
	return rol8(n, -by);
}

static inline u16 rol16(u16 n, unsigned int by)
{
	return (u16)(n << (by & 15) | n >> (-by & 15));
}

static inline u16 ror16(u16 n, unsigned int by)
{
	return rol16(n, -by);
}

static inline u32 rol32(u32 n, unsigned int by)
{
	return n << (by & 31) | n >> (-by & 31);
}

static inline u32 ror32(u32 n, unsigned int by)
{
	return rol32(n, -by);
}

static inline u64 rol64(u64 n, unsigned int by)
{
	return n << (by & 63) | n >> (-by & 63);
}

static inline u64 ror64(u64 n, unsigned int by)
{
	return rol64(n, -by);
}

/** sign_extend32() - Return: @value as a signed number whose sign is bit @sign. */
static inline s32 sign_extend32(u32 value, int sign)
{
	return (s32)(value << (31 - sign)) >> (31 - sign);
}

static inline s64 sign_extend64(u64 value, int sign)
{
	return (s64)(value << (63 - sign)) >> (63 - sign);
}

/** get_count_order() - Return: the smallest power of two not below @n by its number; -1: 0. */
static inline int get_count_order(unsigned int n)
{
	return n ? fls(n - 1) : -1;
}

static inline int get_count_order_long(unsigned long n)
{
	return n ? fls_long(n - 1) : -1;
}

/** parity8() - Return: whether an odd number of bits is set. */
static inline bool parity8(u8 n)
{
	return __builtin_parity(n);
}

/** __set_bit() - set one bit; nobody else works on it. */
static inline void __set_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] = addr[BIT_WORD(nr)] | BIT_MASK(nr);
}

/** set_bit() - set one bit, at once for all. */
static inline void set_bit(unsigned long nr, volatile unsigned long *addr)
{
	__atomic_fetch_or(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_RELAXED);
}

/** __test_and_set_bit() - __set_bit(). Return: what it was. */
static inline bool __test_and_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	const bool before = addr[BIT_WORD(nr)] & BIT_MASK(nr);

	__set_bit(nr, addr);
	return before;
}

/** test_and_set_bit() - set_bit(), ordered. Return: what it was. */
static inline bool test_and_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	return __atomic_fetch_or(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST) &
	       BIT_MASK(nr);
}

/** __clear_bit() - clear one bit; nobody else works on it. */
static inline void __clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] = addr[BIT_WORD(nr)] & ~BIT_MASK(nr);
}

/** clear_bit() - clear one bit, at once for all. */
static inline void clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	__atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_RELAXED);
}

/** __test_and_clear_bit() - __clear_bit(). Return: what it was. */
static inline bool __test_and_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	const bool before = addr[BIT_WORD(nr)] & BIT_MASK(nr);

	__clear_bit(nr, addr);
	return before;
}

/** test_and_clear_bit() - clear_bit(), ordered. Return: what it was. */
static inline bool test_and_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	return __atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_SEQ_CST) &
	       BIT_MASK(nr);
}

/** __change_bit() - turn one bit over; nobody else works on it. */
static inline void __change_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] = addr[BIT_WORD(nr)] ^ BIT_MASK(nr);
}

/** change_bit() - turn one bit over, at once for all. */
static inline void change_bit(unsigned long nr, volatile unsigned long *addr)
{
	__atomic_fetch_xor(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_RELAXED);
}

/** __test_and_change_bit() - __change_bit(). Return: what it was. */
static inline bool __test_and_change_bit(unsigned long nr, volatile unsigned long *addr)
{
	const bool before = addr[BIT_WORD(nr)] & BIT_MASK(nr);

	__change_bit(nr, addr);
	return before;
}

/** test_and_change_bit() - change_bit(), ordered. Return: what it was. */
static inline bool test_and_change_bit(unsigned long nr, volatile unsigned long *addr)
{
	return __atomic_fetch_xor(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST) &
	       BIT_MASK(nr);
}

/** test_bit() - Return: whether it is set. */
static inline bool test_bit(unsigned long nr, const volatile unsigned long *addr)
{
	return addr[BIT_WORD(nr)] >> (nr % BITS_PER_LONG) & 1;
}

static inline bool test_bit_acquire(unsigned long nr, const volatile unsigned long *addr)
{
	return __atomic_load_n(&addr[BIT_WORD(nr)], __ATOMIC_ACQUIRE) >> (nr % BITS_PER_LONG) & 1;
}

static inline bool test_and_set_bit_lock(unsigned long nr, volatile unsigned long *addr)
{
	return test_and_set_bit(nr, addr);
}

/** clear_bit_unlock() - clear one bit; what was done before it is seen by who sets it next. */
static inline void clear_bit_unlock(unsigned long nr, volatile unsigned long *addr)
{
	__atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_RELEASE);
}


static inline void assign_bit(unsigned long nr, volatile unsigned long *addr, bool value)
{
	if (value)
		set_bit(nr, addr);
	else
		clear_bit(nr, addr);
}

static inline void __assign_bit(unsigned long nr, volatile unsigned long *addr, bool value)
{
	if (value)
		__set_bit(nr, addr);
	else
		__clear_bit(nr, addr);
}

/** set_mask_bits() - clear the bits of @mask and set those of @bits. Return: what it was. */
#define set_mask_bits(ptr, mask, bits)                                                             \
	__extension__({                                                                            \
		__typeof__(*(ptr)) lfb_was_ = *(ptr);                                              \
		while (!__atomic_compare_exchange_n(ptr, &lfb_was_,                                \
						    (lfb_was_ & ~(mask)) | (bits), false,          \
						    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {         \
		}                                                                                  \
		lfb_was_;                                                                          \
	})

#include <luo/kernel/linux/find.h>

#endif
