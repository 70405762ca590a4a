/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: devices under /dev, which lfb_agent_open() alone opens; no numbers or attributes. */
#ifndef LUO_LINUX_MISCDEVICE_H
#define LUO_LINUX_MISCDEVICE_H

#include <luo/kernel/linux/fs.h>
#include <luo/kernel/linux/list.h>
#include <luo/kernel/linux/module.h>
#include <luo/kernel/linux/types.h>
#include <luo/file.h>

#endif
