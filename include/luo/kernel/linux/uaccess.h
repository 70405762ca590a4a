/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: a user's memory is the process's; what is not there, or is made to fail, fails. */
#ifndef LUO_LINUX_UACCESS_H
#define LUO_LINUX_UACCESS_H

#include <luo/kernel/linux/compiler.h>
#include <luo/kernel/linux/kernel.h>
#include <luo/kernel/linux/string.h>
#include <luo/kernel/linux/types.h>
#include <luo/user.h>

/** clear_user() - Return: the bytes that could not be made 0. */
static inline unsigned long clear_user(void __user *to, unsigned long n)
{
	static const char zeroes[256] = { 0 };

	while (n) {
		const unsigned long part = n < sizeof(zeroes) ? n : sizeof(zeroes);

		if (copy_to_user(to, zeroes, part))
			break;
		to = (char __user *)to + part;
		n -= part;
	}
	return n;
}

#define access_ok(ptr, size) ((void)(size), (ptr) != NULL)

/** get_user() - read a number of the user's. Return: 0, -EFAULT. */
#define get_user(value, ptr) (copy_from_user(&(value), ptr, sizeof(*(ptr))) ? -EFAULT : 0)
/** put_user() - write a number for the user. Return: 0, -EFAULT. */
#define put_user(value, ptr)                                                                       \
	__extension__({                                                                            \
		__typeof__(*(ptr)) lfb_put_ = (value);                                             \
		copy_to_user(ptr, &lfb_put_, sizeof(lfb_put_)) ? -EFAULT : 0;                      \
	})

/**
 * copy_struct_from_user() - a structure that user and kernel know in different lengths
 * @dst: the kernel's
 * @ksize: bytes of it
 * @src: the user's
 * @usize: bytes of it
 *
 * Return: 0, what the user's is too short for being 0; -E2BIG it is longer, and not 0 there;
 * -EFAULT.
 */
static inline int copy_struct_from_user(void *dst, size_t ksize, const void __user *src,
					size_t usize)
{
	const size_t size = ksize < usize ? ksize : usize;
	char byte;

	for (size_t i = ksize; i < usize; i++) {
		if (copy_from_user(&byte, (const char __user *)src + i, 1))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	memset((char *)dst + size, 0, ksize - size);
	return copy_from_user(dst, src, size) ? -EFAULT : 0;
}

#endif
