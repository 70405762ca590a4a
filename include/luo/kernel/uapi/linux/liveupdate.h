/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: all requests of the modelled kernels. */
#ifndef LUO_UAPI_LINUX_LIVEUPDATE_H
#define LUO_UAPI_LINUX_LIVEUPDATE_H

#include <luo/uapi.h>

#endif
