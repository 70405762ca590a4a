/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: one CPU; no sets of them. */
#ifndef LUO_LINUX_CPUMASK_H
#define LUO_LINUX_CPUMASK_H

#define NR_CPUS 1
#define nr_cpu_ids 1u
#define num_possible_cpus() 1u
#define num_present_cpus() 1u
#define num_online_cpus() 1u
#define cpu_online(cpu) ((cpu) == 0)
#define cpu_possible(cpu) ((cpu) == 0)
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define for_each_present_cpu(cpu) for_each_possible_cpu(cpu)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)

#endif
