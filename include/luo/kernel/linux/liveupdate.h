/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: all that the modelled kernels offer; the private parts differ. */
#ifndef LUO_LINUX_LIVEUPDATE_H
#define LUO_LINUX_LIVEUPDATE_H

#include <luo/liveupdate.h>

#endif
