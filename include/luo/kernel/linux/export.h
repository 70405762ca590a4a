/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: every symbol of a module can be used by others. */
#ifndef LUO_LINUX_EXPORT_H
#define LUO_LINUX_EXPORT_H

#include <luo/types.h>

#define LFB_NOTHING_ LFB_STATIC_ASSERT(1, "")
#define EXPORT_SYMBOL(symbol) LFB_NOTHING_
#define EXPORT_SYMBOL_GPL(symbol) LFB_NOTHING_
#define EXPORT_SYMBOL_NS(symbol, ns) LFB_NOTHING_
#define EXPORT_SYMBOL_NS_GPL(symbol, ns) LFB_NOTHING_
#define EXPORT_SYMBOL_FOR_MODULES(symbol, modules) LFB_NOTHING_

#endif
