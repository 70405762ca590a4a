// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Two FLBs take two locks, and one of them in the other order, when it is unpreserved.
 */
#include "tests/newcomer/newcomer.h"

static LFB_MODULE_DATA(newcomer) DEFINE_MUTEX(table_lock);
static LFB_MODULE_DATA(newcomer) DEFINE_MUTEX(list_lock);
static LFB_MODULE_DATA(newcomer) unsigned int users;

static int preserve(struct liveupdate_flb_op_args *argp)
{
	int err;

	mutex_lock(&table_lock);
	mutex_lock(&list_lock);
	err = page_preserve(argp);
	mutex_unlock(&list_lock);
	mutex_unlock(&table_lock);
	return err;
}

static void unpreserve(struct liveupdate_flb_op_args *argp)
{
	struct mutex *outer = IS_BAD ? &list_lock : &table_lock;
	struct mutex *inner = IS_BAD ? &table_lock : &list_lock;

	mutex_lock(outer);
	mutex_lock(inner);
	users++;
	mutex_unlock(inner);
	mutex_unlock(outer);
	page_unpreserve(argp);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = page_unpreserve,
	.retrieve = page_retrieve,
	.finish = page_finish,
};

static const struct liveupdate_flb_ops other_ops = {
	.preserve = page_preserve,
	.unpreserve = unpreserve,
	.retrieve = page_retrieve,
	.finish = page_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops, &other_ops } };
