/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: what modules that are loaded use of each other; namespaces do not matter. */
#ifndef LUO_LINUX_EXPORT_H
#define LUO_LINUX_EXPORT_H

#include <luo/types.h>

#define LFB_NOTHING_ LFB_STATIC_ASSERT(1, "")

/* In a shared object it is marked for those who are loaded later; in a program all see all. */
#ifdef MODULE
#define EXPORT_SYMBOL(symbol)                                                                      \
	LFB_API const char __ksymtab_##symbol;                                                     \
	const char __ksymtab_##symbol = 1;                                                         \
	LFB_NOTHING_
#else
#define EXPORT_SYMBOL(symbol) LFB_NOTHING_
#endif
#define EXPORT_SYMBOL_GPL(symbol) EXPORT_SYMBOL(symbol)
#define EXPORT_SYMBOL_NS(symbol, ns) EXPORT_SYMBOL(symbol)
#define EXPORT_SYMBOL_NS_GPL(symbol, ns) EXPORT_SYMBOL(symbol)
#define EXPORT_SYMBOL_FOR_MODULES(symbol, modules) EXPORT_SYMBOL(symbol)

#endif
