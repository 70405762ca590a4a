// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "lib/codec/common.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int luo_broken(const struct luo_reader *reader, struct lfb_rule rule, int error, phys_addr_t where,
	       const char *format, ...)
{
	struct lfb_problem problem = { .where = where };
	va_list arguments;

	lfb__problem_name(&problem, rule);
	va_start(arguments, format);
	vsnprintf(problem.what, sizeof(problem.what), format, arguments);
	va_end(arguments);
	if (reader->problem)
		return reader->problem(reader->context, error, &problem);
	if (reader->broken)
		*reader->broken = problem;
	return error;
}

int luo_area(const struct luo_reader *reader, phys_addr_t phys, size_t size)
{
	kho__mark_own(reader->view, phys, size);
	return reader->memory ? reader->memory(reader->context, phys, size) : 0;
}

int luo_read_name(const struct luo_reader *reader, struct lfb_rule rule, phys_addr_t where,
		  const char *what, const char *field, size_t size, char *name)
{
	size_t length = strnlen(field, size);

	memcpy(name, field, length);
	name[length] = '\0';
	if (length == size && what)
		return luo_broken(reader, rule, -EINVAL, where,
				  "%s is not terminated within %zu bytes", what, size);
	return 0;
}

int luo_alloc_pages(void **mem, unsigned int pages)
{
	void *new = kho__alloc_preserve_own(pages * PAGE_SIZE);

	if (IS_ERR(new))
		return (int)PTR_ERR(new);
	*mem = new;
	return 0;
}

/* The file entry */

int luo_read_file_entry(const struct luo_reader *reader, phys_addr_t where, const void *entry,
			u64 index)
{
	const struct luo_file_ser *ser = entry;
	struct luo_file_record record = { .data = ser->data, .token = ser->token };
	const struct lfb_rule rule = LUO_RULE(FILE_COMPATIBLE_UNTERMINATED, "file[#]/compatible",
					      index);
	int err = luo_read_name(reader, rule, where, "handler name", ser->compatible,
				sizeof(ser->compatible), record.compatible);

	if (err)
		return err;
	return reader->file ? reader->file(reader->context, where, &record) : 0;
}

void luo_write_file_entry(struct luo_file_ser *ser, const struct luo_file_record *record)
{
	memset(ser, 0, sizeof(*ser));
	memcpy(ser->compatible, record->compatible,
	       strnlen(record->compatible, sizeof(ser->compatible) - 1));
	ser->data = record->data;
	ser->token = record->token;
}

/* The FLB page */

/* Is there an earlier entry with this name? The page holds 63 at the most. */
static bool named_before(const struct luo_flb_ser *first, u64 index)
{
	for (u64 i = 0; i < index; i++) {
		if (!strncmp(first[i].name, first[index].name, sizeof(first[i].name)))
			return true;
	}
	return false;
}

static int read_flb(const struct luo_reader *reader, phys_addr_t where,
		    const struct luo_flb_ser *ser, const struct luo_flb_ser *first, u64 index)
{
	struct luo_flb_record record = { .data = ser->data, .count = ser->count, .index = index };
	int err = luo_read_name(reader, LUO_RULE(FLB_NAME_UNTERMINATED, "flb[#]/name", index),
				where, "FLB name", ser->name, sizeof(ser->name), record.name);

	if (!err && (!record.count || record.count > INT32_MAX))
		err = luo_broken(reader, LUO_RULE(FLB_NEEDED, "flb[#]/count", index), -EINVAL,
				 where, "FLB %.48s is needed by %llu files", record.name,
				 record.count);
	if (!err && index < LUO_FLB_MAX && named_before(first, index))
		err = luo_broken(reader, LUO_RULE(FLB_TWICE, "flb[#]/name", index), -EINVAL, where,
				 "FLB %.48s is there twice", record.name);
	if (err)
		return err;
	if (reader->wanted && !strcmp(record.name, reader->wanted->name)) {
		*reader->wanted = record;
		return 1;
	}
	return reader->flb ? reader->flb(reader->context, where, &record) : 0;
}

int luo_read_flbs(const struct luo_reader *reader, const struct luo_head *head)
{
	const struct lfb_view *view = reader->view;
	const struct luo_flb_header_ser *header;
	const struct luo_flb_ser *first, *ser;
	phys_addr_t where = head->flbs;
	int err;

	/* All of it: names are compared with those of the entries before. */
	header = view->at(view, where, LUO_FLB_PGCNT * PAGE_SIZE);
	if (!header)
		return luo_broken(reader, LUO_RULE(FLBS_AWAY, "flbs_address", 0), -EINVAL, where,
				  "the FLB page is not in handed-over memory");
	err = luo_area(reader, where, LUO_FLB_PGCNT * PAGE_SIZE);
	if (!err && header->pgcnt != LUO_FLB_PGCNT)
		err = luo_broken(reader, LUO_RULE(FLBS_PAGES, "flbs_address", 0), -EINVAL, where,
				 "the FLB array takes %llu pages, not %d", header->pgcnt,
				 LUO_FLB_PGCNT);
	if (!err && header->count > LUO_FLB_MAX)
		err = luo_broken(reader, LUO_RULE(FLB_COUNT, "flbs", 0), -EINVAL, where,
				 "%llu FLBs, more than %zu", header->count, (size_t)LUO_FLB_MAX);
	first = (const struct luo_flb_ser *)(header + 1);
	where += sizeof(*header);
	for (u64 i = 0; i < header->count && !err; i++, where += sizeof(*ser)) {
		ser = view->at(view, where, sizeof(*ser));
		if (!ser)
			return luo_broken(reader, LUO_RULE(FLBS_AWAY, "flb[#]", i), -EINVAL, where,
					  "FLB %llu is not in handed-over memory", i);
		err = read_flb(reader, where, ser, first, i);
	}
	return err;
}

int luo_find_flb(const struct luo_reader *reader, const struct luo_head *head, const char *name,
		 struct luo_flb_record *record)
{
	struct luo_reader finder = *reader;

	*record = (struct luo_flb_record){ 0 };
	memcpy(record->name, name, strnlen(name, sizeof(record->name) - 1));
	finder.wanted = record;
	return luo_read_flbs(&finder, head) == 1 ? 0 : -ENOENT;
}

int luo_alloc_flbs(struct luo *luo)
{
	int err = luo_alloc_pages(&luo->flb_mem, LUO_FLB_PGCNT);

	if (!err)
		((struct luo_flb_header_ser *)luo->flb_mem)->pgcnt = LUO_FLB_PGCNT;
	return err;
}

void luo_write_flb(struct luo *luo, u64 index, const struct luo_flb_record *record)
{
	struct luo_flb_header_ser *header = luo->flb_mem;
	struct luo_flb_ser *ser = (struct luo_flb_ser *)(header + 1) + index;

	LFB_ASSERT(header && index < LUO_FLB_MAX);
	memset(ser, 0, sizeof(*ser));
	memcpy(ser->name, record->name, strnlen(record->name, sizeof(ser->name) - 1));
	ser->data = record->data;
	ser->count = record->count;
}

void luo_write_flb_count(struct luo *luo, u64 count)
{
	LFB_ASSERT(count <= LUO_FLB_MAX);
	((struct luo_flb_header_ser *)luo->flb_mem)->count = count;
}
