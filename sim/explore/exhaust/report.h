/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is asked of the search that compares with the model, and what it tells. */
#ifndef SIM_EXPLORE_EXHAUST_REPORT_H
#define SIM_EXPLORE_EXHAUST_REPORT_H

#include "sim/explore/exhaust/search.h"
#include "sim/explore/exhaust/walk.h"

/* exhaust.c: checks and completes options, clears the result. */
int lfb__exhaust_take(const struct lfb_exhaust_options *given, struct lfb_exhaust_options *options,
		      struct lfb_exhaust_result *result);
/* report.c: makes a scenario of the sequence that differs, as short as can be. */
int lfb__exhaust_shrink(const struct lfb_exhaust_options *options, const struct lfb_search *search,
			struct lfb_exhaust_result *result);

#endif
