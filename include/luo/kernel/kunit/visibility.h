/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: what is static where there are no tests can be seen by tests: here there are. */
#ifndef LUO_KUNIT_VISIBILITY_H
#define LUO_KUNIT_VISIBILITY_H

#include <luo/kernel/linux/export.h>

#define VISIBLE_IF_KUNIT
#define EXPORT_SYMBOL_IF_KUNIT(symbol) EXPORT_SYMBOL_NS(symbol, "EXPORTED_FOR_KUNIT_TESTING")

#endif
