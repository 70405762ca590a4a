/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: one CPU, which nothing takes away from who uses it. */
#ifndef LUO_LINUX_SMP_H
#define LUO_LINUX_SMP_H

#include <luo/kernel/linux/cpumask.h>
#include <luo/kernel/linux/preempt.h>

#define smp_processor_id() 0
#define raw_smp_processor_id() 0
#define get_cpu() 0
#define put_cpu() ((void)0)

#endif
