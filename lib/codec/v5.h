/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The reading half of luo-v5, for its codec table.
 */
#ifndef LIB_CODEC_V5_H
#define LIB_CODEC_V5_H

#include "lib/codec/common.h"

int luo_v5_read_head(const struct luo_codec *codec, const struct luo_reader *reader,
		     phys_addr_t luo, u64 size, struct luo_head *head);
int luo_v5_read_sessions(const struct luo_codec *codec, const struct luo_reader *reader,
			 const struct luo_head *head);
int luo_v5_read_files(const struct luo_codec *codec, const struct luo_reader *reader,
		      const struct luo_session_record *session);
void luo_v5_free_head(phys_addr_t luo);
/* Frees a chain from its first block; 0 is an empty one. */
void luo_v5_free_blocks(phys_addr_t first);

#endif
