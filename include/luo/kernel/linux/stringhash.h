/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: the same uses; the numbers are ours. */
#ifndef LUO_LINUX_STRINGHASH_H
#define LUO_LINUX_STRINGHASH_H

#include <luo/kernel/linux/compiler.h>
#include <luo/kernel/linux/hash.h>
#include <luo/kernel/linux/types.h>

/* A hash and a length in one number. */
#define hashlen_hash(hashlen) ((u32)(hashlen))
#define hashlen_len(hashlen) ((u32)((hashlen) >> 32))
#define hashlen_create(hash, length) ((u64)(length) << 32 | (u32)(hash))

#define init_name_hash(salt) (unsigned long)(salt)

/** partial_name_hash() - one character more. */
static inline unsigned long partial_name_hash(unsigned long c, unsigned long hash)
{
	return (hash ^ c) * GOLDEN_RATIO_PRIME;
}

static inline unsigned int end_name_hash(unsigned long hash)
{
	return hash_long(hash, 32);
}

/** full_name_hash() - Return: what stands for the @length characters of @name. */
static inline unsigned int full_name_hash(const void *salt, const char *name, unsigned int length)
{
	unsigned long hash = init_name_hash(salt);

	while (length--)
		hash = partial_name_hash((unsigned char)*name++, hash);
	return end_name_hash(hash);
}

/** hashlen_string() - the same of a whole string, with its length. */
static inline u64 hashlen_string(const void *salt, const char *name)
{
	const u64 length = __builtin_strlen(name);

	return hashlen_create(full_name_hash(salt, name, (unsigned int)length), length);
}

#endif
