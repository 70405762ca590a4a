/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. The C library's headers get theirs through this name. */
#ifndef LUO_LINUX_STDDEF_H
#define LUO_LINUX_STDDEF_H

/* The system's, which this stands before: it lies beside asm-generic. */
#include <asm-generic/../linux/stddef.h>
#include <stdbool.h>
#include <stddef.h>

#define sizeof_field(type, member) sizeof((((type *)0)->member))
#define offsetofend(type, member) (offsetof(type, member) + sizeof_field(type, member))

/** struct_group() - members with a name together, which can also be used without. */
#define struct_group(name, ...) struct_group_tagged(, name, __VA_ARGS__)
#define struct_group_tagged(tag, name, ...)                                                        \
	union {                                                                                    \
		struct {                                                                           \
			__VA_ARGS__                                                                \
		};                                                                                 \
		struct tag {                                                                       \
			__VA_ARGS__                                                                \
		} name;                                                                            \
	}
#define DECLARE_FLEX_ARRAY(type, name)                                                             \
	struct {                                                                                   \
		struct {                                                                           \
		} lfb_empty_##name;                                                                \
		type name[];                                                                       \
	}

#endif
