// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Reading the generations that describe themselves by a device tree: luo-v1 with
 * luo-session-v1 (rfc-v6) or luo-session-v2 (linux-7.0). docs/facts.md 8.1.
 */
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include "lib/codec/fdt.h"

static u64 get_u64(const void *bytes)
{
	u64 value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

/*
 * The tree
 */

static int check_node(const struct luo_reader *reader, phys_addr_t luo, const void *fdt, int node,
		      const char *name, const char *compatible)
{
	char found[48];

	if (kho__fdt_compatible_is(fdt, node, compatible))
		return 0;
	return luo_broken(reader, -EINVAL, luo, "%s is \"%s\", not \"%s\"", name,
			  kho__fdt_compatible_text(fdt, node, found, sizeof(found)), compatible);
}

/* A subnode's address property; @bytes of memory must be there. */
static int read_address(const struct luo_reader *reader, phys_addr_t luo, const void *fdt,
			const char *node_name, const char *compatible, const char *property,
			size_t bytes, phys_addr_t *address)
{
	int node = fdt_subnode_offset(fdt, 0, node_name);
	int err;

	if (node < 0)
		return luo_broken(reader, -EINVAL, luo, "node %s is missing", node_name);
	err = check_node(reader, luo, fdt, node, node_name, compatible);
	if (err)
		return err;
	err = kho__fdt_u64_property(fdt, node, property, address);
	if (err)
		return luo_broken(reader, err, luo, "%s of %s %s", property, node_name,
				  err == -ENOENT ? "is missing" : "is not 8 bytes");
	if (!IS_ALIGNED(*address, PAGE_SIZE) || !reader->view->at(reader->view, *address, bytes))
		return luo_broken(reader, -EINVAL, luo, "%s is 0x%llx, where nothing was handed "
				  "over",
				  property, *address);
	return 0;
}

int luo_fdt_read_head(const struct luo_codec *codec, const struct luo_reader *reader,
		      phys_addr_t luo, u64 size, struct luo_head *head)
{
	const struct luo_fdt_layout *layout = codec->layout;
	struct lfb_problem problem;
	const void *fdt;
	int err;

	/* It is a page, but what is looked at may end with the tree. */
	if (size > PAGE_SIZE)
		size = PAGE_SIZE;
	if (luo < reader->view->size && size > reader->view->size - luo)
		size = reader->view->size - luo;
	memset(head, 0, sizeof(*head));
	fdt = reader->view->at(reader->view, luo, size);
	if (!fdt)
		return luo_broken(reader, -EINVAL, luo, "the LUO tree is not in handed-over "
				  "memory");
	err = luo_area(reader, luo, PAGE_SIZE);
	if (err)
		return err;
	err = kho__fdt_is_sound(fdt, size, luo, &problem);
	if (err)
		return luo_broken(reader, err, problem.where, "%s", problem.what);
	err = check_node(reader, luo, fdt, 0, "the LUO tree", LUO_FDT_COMPATIBLE);
	if (err)
		return err;
	err = kho__fdt_u64_property(fdt, 0, LUO_FDT_LIVEUPDATE_NUM, &head->number);
	if (err)
		return luo_broken(reader, err, luo, "%s %s", LUO_FDT_LIVEUPDATE_NUM,
				  err == -ENOENT ? "is missing" : "is not 8 bytes");
	snprintf(head->session_compatible, sizeof(head->session_compatible), "%s",
		 layout->session_compatible);
	err = read_address(reader, luo, fdt, LUO_FDT_SESSION_NODE_NAME, layout->session_compatible,
			   LUO_FDT_SESSION_HEADER, layout->session_header_size, &head->sessions);
	if (err)
		return err;
	return read_address(reader, luo, fdt, LUO_FDT_FLB_NODE_NAME, LUO_FDT_FLB_COMPATIBLE,
			    LUO_FDT_FLB_HEADER, sizeof(struct luo_flb_header_ser), &head->flbs);
}

/*
 * Arrays
 */

static int read_session(const struct luo_codec *codec, const struct luo_reader *reader,
			phys_addr_t where, const u8 *entry)
{
	const struct luo_fdt_layout *layout = codec->layout;
	struct luo_session_record record = {
		.files = get_u64(entry + offsetof(struct luo_session_ser_v1, files)),
		.count = get_u64(entry + layout->session_count),
	};
	u64 pages = record.files ? LUO_FILE_PGCNT : 0;
	int err;

	err = luo_read_name(reader, where, "session name", (const char *)entry, 64, record.name);
	if (!err && layout->has_pgcnt) {
		record.pgcnt = get_u64(entry + offsetof(struct luo_session_ser_v1, pgcnt));
		if (record.pgcnt != pages)
			err = luo_broken(reader, -EINVAL, where, "session %.64s says its files "
				     "take %llu pages, not %llu", record.name,
				     record.pgcnt, pages);
	}
	if (!err && record.count > codec->file_max)
		err = luo_broken(reader, -EINVAL, where, "session %.64s has %llu files, more "
				 "than %lu",
				 record.name, record.count, codec->file_max);
	if (err)
		return err;
	return reader->session ? reader->session(reader->context, where, &record) : 0;
}

int luo_fdt_read_sessions(const struct luo_codec *codec, const struct luo_reader *reader,
			  const struct luo_head *head)
{
	const struct luo_fdt_layout *layout = codec->layout;
	const struct lfb_view *view = reader->view;
	phys_addr_t where = head->sessions;
	const u8 *bytes = view->at(view, where, layout->session_header_size);
	u64 count;
	int err;

	if (!bytes)
		return luo_broken(reader, -EINVAL, where, "the session array is not in handed-over "
			      "memory");
	count = get_u64(bytes + layout->session_header_count);
	err = luo_area(reader, where, LUO_SESSION_PGCNT * PAGE_SIZE);
	if (!err && layout->has_pgcnt && get_u64(bytes) != LUO_SESSION_PGCNT)
		err = luo_broken(reader, -EINVAL, where, "the session array takes %llu pages, "
				 "not %d",
				 get_u64(bytes), LUO_SESSION_PGCNT);
	if (!err && count > codec->session_max)
		err = luo_broken(reader, -EINVAL, where, "%llu sessions, more than %lu",
			     count, codec->session_max);
	where += layout->session_header_size;
	for (u64 i = 0; i < count && !err; i++, where += layout->session_size) {
		bytes = view->at(view, where, layout->session_size);
		if (!bytes)
			return luo_broken(reader, -EINVAL, where, "session %llu is not in handed-"
					  "over memory", i);
		err = read_session(codec, reader, where, bytes);
	}
	return err;
}

int luo_fdt_read_files(const struct luo_codec *codec, const struct luo_reader *reader,
		       const struct luo_session_record *session)
{
	const struct lfb_view *view = reader->view;
	phys_addr_t where = session->files;
	int err = 0;

	(void)codec;
	if (where && IS_ALIGNED(where, PAGE_SIZE))
		err = luo_area(reader, where, LUO_FILE_PGCNT * PAGE_SIZE);
	if (err || !session->count)
		return err;
	if (!where || !IS_ALIGNED(where, PAGE_SIZE))
		return luo_broken(reader, -EINVAL, where, "session %.64s has %llu files at 0x%llx",
				  session->name, session->count, where);
	for (u64 i = 0; i < session->count && !err; i++, where += sizeof(struct luo_file_ser)) {
		const struct luo_file_ser *ser = view->at(view, where, sizeof(*ser));

		if (!ser)
			return luo_broken(reader, -EINVAL, where, "file %llu of session %.64s is "
					  "not in handed-over memory", i,
					  session->name);
		err = luo_read_file_entry(reader, where, ser);
	}
	return err;
}
