/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The shortest scenario that still shows it, whatever it is. Works on text, so that every candidate
 * is a scenario that a person could have written, and asks its caller about each; one question is
 * answered here: does it still raise this finding? Others ask through <luo/shrink.h>. Uses
 * sim/play, which runs scenarios, and what lies below it.
 */
#ifndef SIM_EXPLORE_SHRINK_SHRINK_H
#define SIM_EXPLORE_SHRINK_SHRINK_H

#include <luo/shrink.h>

#include "sim/machine/machine.h"
#include "sim/scenario/scenario.h"

#endif
