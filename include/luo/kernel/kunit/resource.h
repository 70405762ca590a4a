/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: actions at the end of a case; resources are not looked for by name. */
#ifndef LUO_KUNIT_RESOURCE_H
#define LUO_KUNIT_RESOURCE_H

#include <luo/kunit.h>

/** KUNIT_DEFINE_ACTION_WRAPPER() - @wrapper: @function as an action, whose argument has a type. */
#define KUNIT_DEFINE_ACTION_WRAPPER(wrapper, function, type)                                       \
	static void wrapper(void *context)                                                         \
	{                                                                                          \
		type lfb_context_ = (type)context;                                                 \
		function(lfb_context_);                                                            \
	}

#endif
