/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. */
#ifndef LUO_LINUX_IOCTL_H
#define LUO_LINUX_IOCTL_H

#include <asm-generic/ioctl.h>

#endif
