/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * All of liblfb. Each header may also be included by itself.
 */
#ifndef LUO_LFB_H
#define LUO_LFB_H

#include <luo/abi.h>
#include <luo/agent.h>
#include <luo/blob.h>
#include <luo/choose.h>
#include <luo/convert.h>
#include <luo/exhaust.h>
#include <luo/fault.h>
#include <luo/file.h>
#include <luo/finding.h>
#include <luo/inspect.h>
#include <luo/kexec_handover.h>
#include <luo/list.h>
#include <luo/liveupdate.h>
#include <luo/lock.h>
#include <luo/machine.h>
#include <luo/mm.h>
#include <luo/module.h>
#include <luo/printk.h>
#include <luo/profile.h>
#include <luo/scenario.h>
#include <luo/shrink.h>
#include <luo/slab.h>
#include <luo/sweep.h>
#include <luo/trace.h>
#include <luo/uapi.h>
#include <luo/version.h>
#include <luo/vmalloc.h>

#endif
