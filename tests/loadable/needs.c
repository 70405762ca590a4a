// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Needs what no program has. */
#include <linux/module.h>

int nobody_has_this(void);

static int __init needs_init(void)
{
	return nobody_has_this();
}
module_init(needs_init);
