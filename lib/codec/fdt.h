/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The reading half of the device-tree generations, for their codec tables.
 */
#ifndef LIB_CODEC_FDT_H
#define LIB_CODEC_FDT_H

#include "lib/codec/common.h"

int luo_fdt_read_head(const struct luo_codec *codec, const struct luo_reader *reader,
		      phys_addr_t luo, u64 size, struct luo_head *head);
int luo_fdt_read_sessions(const struct luo_codec *codec, const struct luo_reader *reader,
			  const struct luo_head *head);
int luo_fdt_read_files(const struct luo_codec *codec, const struct luo_reader *reader,
		       const struct luo_session_record *session);

#endif
