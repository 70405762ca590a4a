/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. */
#ifndef LUO_LINUX_CONTAINER_OF_H
#define LUO_LINUX_CONTAINER_OF_H

#include <luo/kernel/linux/build_bug.h>
#include <luo/list.h>

#ifndef __cplusplus
/** container_of_const() - container_of() that gives a const structure of a const member. */
#define container_of_const(ptr, type, member)                                                      \
	_Generic(ptr, const __typeof__(*(ptr)) *                                                   \
		 : (const type *)container_of(ptr, type, member), default                          \
		 : (type *)container_of(ptr, type, member))
#endif
#define typeof_member(type, member) __typeof__(((type *)0)->member)

#endif
