/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A stub: the operations live update code uses; a lock that can never be had is a finding. */
#ifndef LUO_LINUX_RWSEM_H
#define LUO_LINUX_RWSEM_H

#include <luo/lock.h>

#endif
