/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: no waiting; a lock that can never be had is a finding. */
#ifndef LUO_LINUX_RWSEM_H
#define LUO_LINUX_RWSEM_H

#include <luo/lock.h>

#endif
