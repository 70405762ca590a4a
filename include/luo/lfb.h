/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * All of liblfb. Each header may also be included by itself, from C11 and from C++11 on.
 *
 * From C++: what a handler and an FLB keep for the orchestrator is called private_ (LFB_PRIVATE in
 * source for both languages); where a function has a structure's name, say struct
 * (struct lfb_machine_stats); before C++20, which has initialisers by name, fill structures in the
 * order of their members. LFB_MODULE() and LFB_MODULE_DATA() may stand in a namespace; data with a
 * constructor is reset at a boot to what it was when the module was added.
 */
#ifndef LUO_LFB_H
#define LUO_LFB_H

#include <luo/abi.h>
#include <luo/agent.h>
#include <luo/agent_script.h>
#include <luo/blob.h>
#include <luo/check.h>
#include <luo/choose.h>
#include <luo/compare.h>
#include <luo/convert.h>
#include <luo/edit.h>
#include <luo/exhaust.h>
#include <luo/fault.h>
#include <luo/file.h>
#include <luo/finding.h>
#include <luo/inspect.h>
#include <luo/kexec_handover.h>
#include <luo/kho_block.h>
#include <luo/kho_radix_tree.h>
#include <luo/list.h>
#include <luo/liveupdate.h>
#include <luo/lock.h>
#include <luo/machine.h>
#include <luo/machine_copy.h>
#include <luo/memfd.h>
#include <luo/mm.h>
#include <luo/module.h>
#include <luo/printk.h>
#include <luo/profile.h>
#include <luo/progress.h>
#include <luo/scenario.h>
#include <luo/schedule.h>
#include <luo/shmem.h>
#include <luo/shrink.h>
#include <luo/slab.h>
#include <luo/sweep.h>
#include <luo/trace.h>
#include <luo/uapi.h>
#include <luo/version.h>
#include <luo/vmalloc.h>

#endif
