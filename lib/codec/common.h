/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the codecs share: telling a reader of broken rules, strings, the file entry, memory.
 */
#ifndef LIB_CODEC_COMMON_H
#define LIB_CODEC_COMMON_H

#include "lib/codec/codec.h"

/* Of what a rule is: see struct lfb_rule. Session and file are those that are read. */
#define LUO_RULE(name, path, index) ((struct lfb_rule){ LFB_CHECK_##name, path, index })

/* Tells the reader of a broken rule: 0 to go on, else the error that ends the reading. */
int luo_broken(const struct luo_reader *reader, struct lfb_rule rule, int error, phys_addr_t where,
	       const char *format, ...) LFB_PRINTF(5, 6);
/* Tells the reader of an area; 0 or the error that ends the reading. */
int luo_area(const struct luo_reader *reader, phys_addr_t phys, size_t size);
/* Copies a string field; an unterminated one is a broken rule, unless @what is NULL, and is cut. */
int luo_read_name(const struct luo_reader *reader, struct lfb_rule rule, phys_addr_t where,
		  const char *what, const char *field, size_t size, char *name);
int luo_read_file_entry(const struct luo_reader *reader, phys_addr_t where, const void *entry,
			u64 index);
void luo_write_file_entry(struct luo_file_ser *ser, const struct luo_file_record *record);

/* Preserved pages of the codec's own, zeroed: 0 and *mem, or -errno. */
int luo_alloc_pages(void **mem, unsigned int pages);
/* The FLB page of the outgoing state, empty: 0 and luo->flb_mem, or -errno. */
int luo_alloc_flbs(struct luo *luo);

#endif
