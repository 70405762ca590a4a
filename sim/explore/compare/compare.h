/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What kernels do differently: generate.c makes scenarios up, of every shape that kernels were
 * asked about, and deed.c what happens in one kernel of them. Others ask through <luo/compare.h>.
 * May use: sim/explore/shrink, sim/play and what lies below these; of the other rooms of
 * sim/explore none.
 */
#ifndef SIM_EXPLORE_COMPARE_COMPARE_H
#define SIM_EXPLORE_COMPARE_COMPARE_H

#include <luo/compare.h>

#include "sim/machine/machine.h"
#include "sim/scenario/scenario.h"

#endif
