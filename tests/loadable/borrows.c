// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Uses what another module has (lends.c): calls it, points to it in data, and reads it. */
#include <linux/module.h>
#include <linux/printk.h>

#include "lends.h"

static const struct lends_table *table = &lends_table;
static const int *version = &lends_table.version;
static int (*count)(void) = lends_count;

static int __init borrows_init(void)
{
#ifdef SECRET
	lends_in_secret();
#endif
	if (lends_nothing)
		return -EINVAL;
	lends_count();
	count();
	table->count();
	pr_info("borrows from version %d: %d, from kernel to kernel\n", *version, lends_count());
	return 0;
}
module_init(borrows_init);

static void __exit borrows_exit(void)
{
}
module_exit(borrows_exit);

MODULE_LICENSE("GPL");
