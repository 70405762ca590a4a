/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A user's memory, as drivers reach it. Mirrors linux/uaccess.h. It is the memory of the process;
 * addresses that are not there are answered, and do no harm.
 */
#ifndef LUO_USER_H
#define LUO_USER_H

#include <luo/types.h>

/**
 * copy_to_user() - write to a user
 * @to: an address of the user's
 * @from: the kernel's bytes
 * @n: how many
 *
 * Context: kernel code. A fault point of kind LFB_FAULT_USER_WRITE.
 * Return: the bytes that could not be written: 0 or @n.
 */
LFB_API unsigned long copy_to_user(void *to, const void *from, unsigned long n);
/**
 * copy_from_user() - read from a user
 * @to: the kernel's bytes; 0 where nothing could be read
 * @from: an address of the user's
 * @n: how many
 *
 * Context: kernel code. A fault point of kind LFB_FAULT_USER_READ.
 * Return: the bytes that could not be read: 0 or @n.
 */
LFB_API unsigned long copy_from_user(void *to, const void *from, unsigned long n);

#endif
