/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: there are no interrupts, and nobody is preempted; sleeping meanwhile is not found. */
#ifndef LUO_LINUX_PREEMPT_H
#define LUO_LINUX_PREEMPT_H

#define preempt_disable() ((void)0)
#define preempt_enable() ((void)0)
#define in_interrupt() 0
#define in_task() 1

#endif
