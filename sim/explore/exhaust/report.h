/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the search that compares with the model tells. */
#ifndef SIM_EXPLORE_EXHAUST_REPORT_H
#define SIM_EXPLORE_EXHAUST_REPORT_H

#include "sim/explore/exhaust/search.h"
#include "sim/explore/exhaust/walk.h"

/* Makes a scenario of the sequence that differs, as short as can be. */
int lfb__exhaust_shrink(const struct lfb_exhaust_options *options, const struct lfb_search *search,
			struct lfb_exhaust_result *result);
/* Compares one scenario. */
int lfb__exhaust_compare(const struct lfb_exhaust_options *options,
			 const struct lfb_scenario *scenario, struct lfb_exhaust_result *result);

#endif
