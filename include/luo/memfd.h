/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The file handler for files in memory that comes with the library: examples/modules/memfd, whose
 * format is "memfd-v2", as linux-7.2 and linux-7.3 write and read it.
 *
 *	static LFB_MODULE_DATA(demo) struct liveupdate_file_handler memfd = {
 *		.ops = &lfb_memfd_file_ops,
 *		.compatible = MEMFD_LUO_FH_COMPATIBLE,
 *	};
 */
#ifndef LUO_MEMFD_H
#define LUO_MEMFD_H

#include <luo/abi.h>
#include <luo/liveupdate.h>

/** lfb_memfd_file_ops - its callbacks; they have no owner, as code that is built in */
LFB_API const struct liveupdate_file_ops lfb_memfd_file_ops;

#endif
