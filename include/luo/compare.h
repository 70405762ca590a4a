/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Comparing kernels: what they make of the same scenarios.
 */
#ifndef LUO_COMPARE_H
#define LUO_COMPARE_H

#include <luo/types.h>

struct lfb_scenario;

/**
 * lfb_scenario_generate() - make a scenario up
 * @seed: which row of scenarios
 * @number: which one of it, from 0
 * @scenario: set to the scenario, for lfb_scenario_free(); NULL on error
 *
 * What a life of one to four kernels can hold, and what goes wrong in it; docs/oracle.md lists
 * the shapes. The same numbers give the same scenario.
 * Return: 0, -EINVAL no @scenario, -ENOMEM.
 */
LFB_API int lfb_scenario_generate(u64 seed, unsigned long number, struct lfb_scenario **scenario);

#endif
