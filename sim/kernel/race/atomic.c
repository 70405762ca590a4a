// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Atomic operations of code compiled for thread checking: they are done here, and order. One that
 * is relaxed and answers what was there is what kernels call without an answer: atomic_inc().
 */
#include "sim/kernel/race/race.h"

#define HOOK __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

static void before(const void *address, size_t size, unsigned int how, const void *at)
{
	struct lfb_race *race = lfb__race_before();

	if (race)
		lfb__race_touch(race, address, size, how | LFB_RACE_MARKED, at);
}

static void sees(const void *address)
{
	struct lfb_race *race = lfb__race_here();

	if (race)
		lfb__race_see(race, address, false);
}

static void shows(const void *address)
{
	struct lfb_race *race = lfb__race_here();

	if (race)
		lfb__race_show(race, address, false);
}

/* Reads, and then writes what depends on it, unless nobody looks at what was read. */
static void both(const void *address, size_t size, int order, const void *at)
{
	before(address, size, LFB_RACE_WRITE, at);
	if (order != __ATOMIC_RELAXED)
		sees(address);
	shows(address);
}

#define OPERATION(bits, type, name, compute)                                                       \
	HOOK type __wrap___tsan_atomic##bits##_##name(volatile type *address, type value,          \
						      int order);                                  \
                                                                                                   \
	type __wrap___tsan_atomic##bits##_##name(volatile type *address, type value, int order)    \
	{                                                                                          \
		both((const void *)address, sizeof(type), order, CALLER);                          \
		return compute(address, value, __ATOMIC_SEQ_CST);                                  \
	}

#define COMPARE(bits, type, name)                                                                  \
	HOOK int __wrap___tsan_atomic##bits##_compare_exchange_##name(volatile type *address,      \
								      type *expected, type value,  \
								      int order, int failed);      \
                                                                                                   \
	int __wrap___tsan_atomic##bits##_compare_exchange_##name(volatile type *address,           \
								 type *expected, type value,       \
								 int order, int failed)            \
	{                                                                                          \
		(void)order;                                                                       \
		(void)failed;                                                                      \
		both((const void *)address, sizeof(type), __ATOMIC_SEQ_CST, CALLER);               \
		return __atomic_compare_exchange_n(address, expected, value, false,                \
						   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);            \
	}

#define ATOMICS(bits, type)                                                                        \
	HOOK type __wrap___tsan_atomic##bits##_load(const volatile type *address, int order);      \
	HOOK void __wrap___tsan_atomic##bits##_store(volatile type *address, type value,           \
						     int order);                                   \
	HOOK type __wrap___tsan_atomic##bits##_compare_exchange_val(volatile type *address,        \
								    type expected, type value,     \
								    int order, int failed);        \
                                                                                                   \
	type __wrap___tsan_atomic##bits##_load(const volatile type *address, int order)            \
	{                                                                                          \
		(void)order;                                                                       \
		before((const void *)address, sizeof(type), LFB_RACE_READ, CALLER);                \
		sees((const void *)address);                                                       \
		return __atomic_load_n(address, __ATOMIC_SEQ_CST);                                 \
	}                                                                                          \
                                                                                                   \
	void __wrap___tsan_atomic##bits##_store(volatile type *address, type value, int order)     \
	{                                                                                          \
		(void)order;                                                                       \
		before((const void *)address, sizeof(type), LFB_RACE_WRITE, CALLER);               \
		shows((const void *)address);                                                      \
		__atomic_store_n(address, value, __ATOMIC_SEQ_CST);                                \
	}                                                                                          \
                                                                                                   \
	OPERATION(bits, type, exchange, __atomic_exchange_n)                                       \
	OPERATION(bits, type, fetch_add, __atomic_fetch_add)                                       \
	OPERATION(bits, type, fetch_sub, __atomic_fetch_sub)                                       \
	OPERATION(bits, type, fetch_and, __atomic_fetch_and)                                       \
	OPERATION(bits, type, fetch_or, __atomic_fetch_or)                                         \
	OPERATION(bits, type, fetch_xor, __atomic_fetch_xor)                                       \
	OPERATION(bits, type, fetch_nand, __atomic_fetch_nand)                                     \
	COMPARE(bits, type, strong)                                                                \
	COMPARE(bits, type, weak)                                                                  \
                                                                                                   \
	type __wrap___tsan_atomic##bits##_compare_exchange_val(volatile type *address,             \
							       type expected, type value,          \
							       int order, int failed)              \
	{                                                                                          \
		(void)order;                                                                       \
		(void)failed;                                                                      \
		both((const void *)address, sizeof(type), __ATOMIC_SEQ_CST, CALLER);               \
		__atomic_compare_exchange_n(address, &expected, value, false, __ATOMIC_SEQ_CST,    \
					    __ATOMIC_SEQ_CST);                                     \
		return expected;                                                                   \
	}

ATOMICS(8, u8)
ATOMICS(16, u16)
ATOMICS(32, u32)
ATOMICS(64, u64)

HOOK void __wrap___tsan_atomic_thread_fence(int order);
HOOK void __wrap___tsan_atomic_signal_fence(int order);

/* Marked accesses order by themselves: there is nothing left for a barrier. */
void __wrap___tsan_atomic_thread_fence(int order)
{
	(void)order;
}

void __wrap___tsan_atomic_signal_fence(int order)
{
	(void)order;
}
