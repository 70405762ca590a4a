/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: but for those of 24 and 48 bits. */
#ifndef LUO_LINUX_UNALIGNED_H
#define LUO_LINUX_UNALIGNED_H

#include <luo/kernel/asm/byteorder.h>
#include <luo/kernel/linux/types.h>

/** get_unaligned() - read what may lie anywhere. */
#define get_unaligned(ptr)                                                                         \
	__extension__({                                                                            \
		__typeof__(*(ptr)) lfb_got_;                                                       \
		__builtin_memcpy((void *)&lfb_got_, (ptr), sizeof(lfb_got_));                      \
		lfb_got_;                                                                          \
	})
#define put_unaligned(value, ptr)                                                                  \
	do {                                                                                       \
		const __typeof__(*(ptr)) lfb_put_ = (value);                                       \
		__builtin_memcpy((ptr), &lfb_put_, sizeof(lfb_put_));                              \
	} while (0)
static inline u16 get_unaligned_le16(const void *p)
{
	u16 raw;

	__builtin_memcpy(&raw, p, sizeof(raw));
	return le16_to_cpu(raw);
}

static inline void put_unaligned_le16(u16 value, void *p)
{
	const u16 raw = cpu_to_le16(value);

	__builtin_memcpy(p, &raw, sizeof(raw));
}

static inline u32 get_unaligned_le32(const void *p)
{
	u32 raw;

	__builtin_memcpy(&raw, p, sizeof(raw));
	return le32_to_cpu(raw);
}

static inline void put_unaligned_le32(u32 value, void *p)
{
	const u32 raw = cpu_to_le32(value);

	__builtin_memcpy(p, &raw, sizeof(raw));
}

static inline u64 get_unaligned_le64(const void *p)
{
	u64 raw;

	__builtin_memcpy(&raw, p, sizeof(raw));
	return le64_to_cpu(raw);
}

static inline void put_unaligned_le64(u64 value, void *p)
{
	const u64 raw = cpu_to_le64(value);

	__builtin_memcpy(p, &raw, sizeof(raw));
}

static inline u16 get_unaligned_be16(const void *p)
{
	u16 raw;

	__builtin_memcpy(&raw, p, sizeof(raw));
	return be16_to_cpu(raw);
}

static inline void put_unaligned_be16(u16 value, void *p)
{
	const u16 raw = cpu_to_be16(value);

	__builtin_memcpy(p, &raw, sizeof(raw));
}

static inline u32 get_unaligned_be32(const void *p)
{
	u32 raw;

	__builtin_memcpy(&raw, p, sizeof(raw));
	return be32_to_cpu(raw);
}

static inline void put_unaligned_be32(u32 value, void *p)
{
	const u32 raw = cpu_to_be32(value);

	__builtin_memcpy(p, &raw, sizeof(raw));
}

static inline u64 get_unaligned_be64(const void *p)
{
	u64 raw;

	__builtin_memcpy(&raw, p, sizeof(raw));
	return be64_to_cpu(raw);
}

static inline void put_unaligned_be64(u64 value, void *p)
{
	const u64 raw = cpu_to_be64(value);

	__builtin_memcpy(p, &raw, sizeof(raw));
}

#endif
