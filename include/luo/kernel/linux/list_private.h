/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: lists by a member that is __private. */
#ifndef LUO_LINUX_LIST_PRIVATE_H
#define LUO_LINUX_LIST_PRIVATE_H

#include <luo/kernel/linux/compiler.h>
#include <luo/kernel/linux/list.h>

/* Nothing is private to a compiler: ACCESS_PRIVATE() gives the member. */
#define list_private_entry(ptr, type, member) container_of(ptr, type, member)
#define list_private_first_entry(head, type, member) list_first_entry(head, type, member)
#define list_private_last_entry(head, type, member) list_last_entry(head, type, member)
#define list_private_next_entry(pos, member) list_next_entry(pos, member)
#define list_private_prev_entry(pos, member) list_prev_entry(pos, member)
#define list_private_next_entry_circular(pos, head, member)                                        \
	list_next_entry_circular(pos, head, member)
#define list_private_prev_entry_circular(pos, head, member)                                        \
	list_prev_entry_circular(pos, head, member)
#define list_private_entry_is_head(pos, head, member) list_entry_is_head(pos, head, member)
#define list_private_for_each_entry(pos, head, member) list_for_each_entry(pos, head, member)
#define list_private_for_each_entry_reverse(pos, head, member)                                     \
	list_for_each_entry_reverse(pos, head, member)
#define list_private_for_each_entry_continue(pos, head, member)                                    \
	list_for_each_entry_continue(pos, head, member)
#define list_private_for_each_entry_continue_reverse(pos, head, member)                            \
	list_for_each_entry_continue_reverse(pos, head, member)
#define list_private_for_each_entry_from(pos, head, member)                                        \
	list_for_each_entry_from(pos, head, member)
#define list_private_for_each_entry_from_reverse(pos, head, member)                                \
	list_for_each_entry_from_reverse(pos, head, member)
#define list_private_for_each_entry_safe(pos, n, head, member)                                     \
	list_for_each_entry_safe(pos, n, head, member)
#define list_private_for_each_entry_safe_continue(pos, n, head, member)                            \
	list_for_each_entry_safe_continue(pos, n, head, member)
#define list_private_for_each_entry_safe_from(pos, n, head, member)                                \
	list_for_each_entry_safe_from(pos, n, head, member)
#define list_private_for_each_entry_safe_reverse(pos, n, head, member)                             \
	list_for_each_entry_safe_reverse(pos, n, head, member)
#define list_private_safe_reset_next(pos, n, member) list_safe_reset_next(pos, n, member)

#endif
