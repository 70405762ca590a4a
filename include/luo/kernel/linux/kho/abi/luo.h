/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: all formats there were, each by the name of its version. */
#ifndef LUO_LINUX_KHO_ABI_LUO_H
#define LUO_LINUX_KHO_ABI_LUO_H

#include <luo/abi.h>

#endif
