/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: but for those of 24 and 48 bits. */
#ifndef LUO_LINUX_UNALIGNED_H
#define LUO_LINUX_UNALIGNED_H

#include <luo/kernel/asm/byteorder.h>
#include <luo/kernel/linux/types.h>

/** get_unaligned() - read what may lie anywhere. */
#define get_unaligned(ptr)                                                                         \
	__extension__({                                                                            \
		struct lfb_anywhere_ {                                                             \
			__typeof__(*(ptr)) it;                                                     \
		} __attribute__((packed, may_alias));                                              \
		((const struct lfb_anywhere_ *)(ptr))->it;                                         \
	})
/** put_unaligned() - write it. */
#define put_unaligned(value, ptr)                                                                  \
	do {                                                                                       \
		struct lfb_anywhere_ {                                                             \
			__typeof__(*(ptr)) it;                                                     \
		} __attribute__((packed, may_alias));                                              \
		((struct lfb_anywhere_ *)(ptr))->it = (value);                                     \
	} while (0)

static inline u16 get_unaligned_le16(const void *p)
{
	return le16_to_cpu(get_unaligned((const u16 *)p));
}

static inline void put_unaligned_le16(u16 value, void *p)
{
	put_unaligned(cpu_to_le16(value), (u16 *)p);
}

static inline u32 get_unaligned_le32(const void *p)
{
	return le32_to_cpu(get_unaligned((const u32 *)p));
}

static inline void put_unaligned_le32(u32 value, void *p)
{
	put_unaligned(cpu_to_le32(value), (u32 *)p);
}

static inline u64 get_unaligned_le64(const void *p)
{
	return le64_to_cpu(get_unaligned((const u64 *)p));
}

static inline void put_unaligned_le64(u64 value, void *p)
{
	put_unaligned(cpu_to_le64(value), (u64 *)p);
}

static inline u16 get_unaligned_be16(const void *p)
{
	return be16_to_cpu(get_unaligned((const u16 *)p));
}

static inline void put_unaligned_be16(u16 value, void *p)
{
	put_unaligned(cpu_to_be16(value), (u16 *)p);
}

static inline u32 get_unaligned_be32(const void *p)
{
	return be32_to_cpu(get_unaligned((const u32 *)p));
}

static inline void put_unaligned_be32(u32 value, void *p)
{
	put_unaligned(cpu_to_be32(value), (u32 *)p);
}

static inline u64 get_unaligned_be64(const void *p)
{
	return be64_to_cpu(get_unaligned((const u64 *)p));
}

static inline void put_unaligned_be64(u64 value, void *p)
{
	put_unaligned(cpu_to_be64(value), (u64 *)p);
}

#endif
