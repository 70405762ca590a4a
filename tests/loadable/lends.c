// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Lends what another module uses (borrows.c): a function, a table, and a function it forgot. */
#include <linux/module.h>
#include <linux/printk.h>

#include "lends.h"

static int loans;

int lends_count(void)
{
	return ++loans;
}
EXPORT_SYMBOL_GPL(lends_count);

const struct lends_table lends_table = { .count = lends_count, .version = VERSION };
EXPORT_SYMBOL_GPL(lends_table);

int lends_in_secret(void)
{
	return -1;
}

static int __init lends_init(void)
{
	return FAILS;
}
module_init(lends_init);

static void __exit lends_exit(void)
{
}
module_exit(lends_exit);

MODULE_LICENSE("GPL");
