/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: the kmalloc() family without caches of one's own. */
#ifndef LUO_LINUX_SLAB_H
#define LUO_LINUX_SLAB_H

#include <luo/kernel/linux/bug.h>
#include <luo/kernel/linux/cleanup.h>
#include <luo/kernel/linux/gfp.h>
#include <luo/slab.h>

/** kzalloc_obj() - a zeroed object of the type of @object, which is not looked at. */
#define kzalloc_obj(object) ((__typeof__(object) *)kzalloc(sizeof(object), GFP_KERNEL))

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T));

#endif
