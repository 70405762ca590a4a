// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The generations that describe themselves by a device tree: luo-v1 with luo-session-v1 (rfc-v6)
 * or luo-session-v2 (linux-7.0). docs/facts.md 8.1.
 */
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include "lib/codec/common.h"

#define SESSION_ARRAY_SIZE (LUO_SESSION_PGCNT * PAGE_SIZE)
#define FILE_ARRAY_SIZE (LUO_FILE_PGCNT * PAGE_SIZE)

static u64 get_u64(const void *bytes)
{
	u64 value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static void put_u64(void *bytes, u64 value)
{
	memcpy(bytes, &value, sizeof(value));
}

/* Reading the tree */

static int check_node(const struct luo_reader *reader, struct lfb_rule rule, phys_addr_t luo,
		      const void *fdt, int node, const char *name, const char *compatible)
{
	char found[48];

	if (kho__fdt_compatible_is(fdt, node, compatible))
		return 0;
	return luo_broken(reader, rule, -EINVAL, luo, "%s is \"%s\", not \"%s\"", name,
			  kho__fdt_compatible_text(fdt, node, found, sizeof(found)), compatible);
}

/* A node of the tree, and what is read of it. */
struct luo_node {
	const char *name;
	const char *compatible;
	const char *property;	/* an address, … */
	size_t bytes;		/* … where so many must be */
	const char *path;	/* what that is called */
};

static int read_address(const struct luo_reader *reader, phys_addr_t luo, const void *fdt,
			const struct luo_node *about, phys_addr_t *address)
{
	const struct lfb_rule rule = LUO_RULE(LUO_NODE, about->path, 0);
	int node = fdt_subnode_offset(fdt, 0, about->name);
	int err;

	if (node < 0)
		return luo_broken(reader, rule, -EINVAL, luo, "node %s is missing", about->name);
	err = check_node(reader, rule, luo, fdt, node, about->name, about->compatible);
	if (err)
		return err;
	err = kho__fdt_u64_property(fdt, node, about->property, address);
	if (err)
		return luo_broken(reader, rule, err, luo, "%s of %s %s", about->property,
				  about->name, err == -ENOENT ? "is missing" : "is not 8 bytes");
	if (!IS_ALIGNED(*address, PAGE_SIZE) ||
	    !reader->view->at(reader->view, *address, about->bytes))
		return luo_broken(reader, LUO_RULE(LUO_ADDRESS, about->path, 0), -EINVAL, luo,
				  "%s is 0x%llx, where nothing was handed over", about->property,
				  *address);
	return 0;
}

static int read_addresses(const struct luo_codec *codec, const struct luo_reader *reader,
			  phys_addr_t luo, const void *fdt, struct luo_head *head)
{
	const struct luo_fdt_layout *layout = codec->layout;
	const struct luo_node sessions = {
		LUO_FDT_SESSION_NODE_NAME, layout->session_compatible, LUO_FDT_SESSION_HEADER,
		layout->session_header_size, "sessions_address",
	};
	static const struct luo_node flbs = {
		LUO_FDT_FLB_NODE_NAME, LUO_FDT_FLB_COMPATIBLE, LUO_FDT_FLB_HEADER,
		sizeof(struct luo_flb_header_ser), "flbs_address",
	};
	int err = read_address(reader, luo, fdt, &sessions, &head->sessions);

	return err ? err : read_address(reader, luo, fdt, &flbs, &head->flbs);
}

static int read_head(const struct luo_codec *codec, const struct luo_reader *reader,
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
		return luo_broken(reader, LUO_RULE(LUO_AWAY, NULL, 0), -EINVAL, luo,
				  "the LUO tree is not in handed-over memory");
	err = luo_area(reader, luo, PAGE_SIZE);
	if (err)
		return err;
	err = kho__fdt_is_sound(fdt, size, luo, &problem);
	if (err)
		return luo_broken(reader, LUO_RULE(LUO_TREE, NULL, 0), err, problem.where, "%s",
				  problem.what);
	err = check_node(reader, LUO_RULE(LUO_COMPATIBLE, NULL, 0), luo, fdt, 0, "the LUO tree",
			 LUO_FDT_COMPATIBLE);
	if (err)
		return err;
	err = kho__fdt_u64_property(fdt, 0, LUO_FDT_LIVEUPDATE_NUM, &head->number);
	if (err)
		return luo_broken(reader, LUO_RULE(LUO_NUMBER, "number", 0), err, luo, "%s %s",
				  LUO_FDT_LIVEUPDATE_NUM,
				  err == -ENOENT ? "is missing" : "is not 8 bytes");
	snprintf(head->session_compatible, sizeof(head->session_compatible), "%s",
		 layout->session_compatible);
	return read_addresses(codec, reader, luo, fdt, head);
}

/* Reading arrays */

static int read_session(const struct luo_codec *codec, const struct luo_reader *reader,
			phys_addr_t where, const u8 *entry, u64 index)
{
	const struct luo_fdt_layout *layout = codec->layout;
	struct luo_session_record record = {
		.files = get_u64(entry + offsetof(struct luo_session_ser_v1, files)),
		.count = get_u64(entry + layout->session_count),
	};
	u64 pages = record.files ? LUO_FILE_PGCNT : 0;
	int err = luo_read_name(reader,
				LUO_RULE(SESSION_NAME_UNTERMINATED, "session[#]/name", index),
				where, "session name", (const char *)entry, 64, record.name);

	if (!err && layout->has_pgcnt) {
		record.pgcnt = get_u64(entry + offsetof(struct luo_session_ser_v1, pgcnt));
		if (record.pgcnt != pages)
			err = luo_broken(reader,
					 LUO_RULE(FILES_PAGES, "session[#]/files_address", index),
					 -EINVAL, where, "session %.64s says its files take %llu "
					 "pages, not %llu", record.name, record.pgcnt, pages);
	}
	if (!err && record.count > codec->file_max)
		err = luo_broken(reader, LUO_RULE(FILE_COUNT, "session[#]/count", index), -EINVAL,
				 where, "session %.64s has %llu files, more than %lu", record.name,
				 record.count, codec->file_max);
	if (err)
		return err;
	return reader->session ? reader->session(reader->context, where, &record) : 0;
}

static int read_sessions(const struct luo_codec *codec, const struct luo_reader *reader,
			 const struct luo_head *head)
{
	const struct luo_fdt_layout *layout = codec->layout;
	const struct lfb_view *view = reader->view;
	phys_addr_t where = head->sessions;
	const u8 *bytes = view->at(view, where, layout->session_header_size);
	u64 count;
	int err;

	if (!bytes)
		return luo_broken(reader, LUO_RULE(SESSIONS_AWAY, "sessions_address", 0), -EINVAL,
				  where, "the session array is not in handed-over memory");
	count = get_u64(bytes + layout->session_header_count);
	err = luo_area(reader, where, SESSION_ARRAY_SIZE);
	if (!err && layout->has_pgcnt && get_u64(bytes) != LUO_SESSION_PGCNT)
		err = luo_broken(reader, LUO_RULE(SESSIONS_PAGES, "sessions_address", 0), -EINVAL,
				 where, "the session array takes %llu pages, not %d",
				 get_u64(bytes), LUO_SESSION_PGCNT);
	if (!err && count > codec->session_max)
		err = luo_broken(reader, LUO_RULE(SESSION_COUNT, "sessions", 0), -EINVAL, where,
				 "%llu sessions, more than %lu", count, codec->session_max);
	where += layout->session_header_size;
	for (u64 i = 0; i < count && !err; i++, where += layout->session_size) {
		bytes = view->at(view, where, layout->session_size);
		if (!bytes)
			return luo_broken(reader, LUO_RULE(SESSIONS_AWAY, "session[#]", i), -EINVAL,
					  where, "session %llu is not in handed-over memory", i);
		err = read_session(codec, reader, where, bytes, i);
	}
	return err;
}

static int read_files(const struct luo_reader *reader, const struct luo_session_record *session)
{
	const struct lfb_view *view = reader->view;
	phys_addr_t where = session->files;
	int err = 0;

	if (where && IS_ALIGNED(where, PAGE_SIZE))
		err = luo_area(reader, where, FILE_ARRAY_SIZE);
	if (err || !session->count)
		return err;
	if (!where || !IS_ALIGNED(where, PAGE_SIZE))
		return luo_broken(reader, LUO_RULE(FILES_AWAY, "files_address", 0), -EINVAL, where,
				  "session %.64s has %llu files at 0x%llx", session->name,
				  session->count, where);
	for (u64 i = 0; i < session->count && !err; i++, where += sizeof(struct luo_file_ser)) {
		const struct luo_file_ser *ser = view->at(view, where, sizeof(*ser));

		if (!ser)
			return luo_broken(reader, LUO_RULE(FILES_AWAY, "file[#]", i), -EINVAL,
					  where, "file %llu of session %.64s is not in handed-over "
					  "memory", i, session->name);
		err = luo_read_file_entry(reader, where, ser, i);
	}
	return err;
}

/* Set up at boot */

/* True: there was no room. */
static bool write_node(void *fdt, const char *name, const char *compatible, const char *property,
		       u64 address)
{
	return fdt_begin_node(fdt, name) ||
	       fdt_property_string(fdt, "compatible", compatible) ||
	       fdt_property(fdt, property, &address, sizeof(address)) ||
	       fdt_end_node(fdt);
}

/* The order of the calls decides the bytes. Values are native-endian, as the kernel writes them. */
static int make_tree(struct luo *luo)
{
	const char *sessions = luo->profile->codec->layout->session_compatible;
	void *fdt = luo->tree;

	if (lfb__fault(luo->kernel, LFB_FAULT_FDT, "LUO tree") ||
	    fdt_create(fdt, PAGE_SIZE) ||
	    fdt_finish_reservemap(fdt) ||
	    fdt_begin_node(fdt, "") ||
	    fdt_property_string(fdt, "compatible", LUO_FDT_COMPATIBLE) ||
	    fdt_property(fdt, LUO_FDT_LIVEUPDATE_NUM, &luo->number, sizeof(luo->number)) ||
	    write_node(fdt, LUO_FDT_SESSION_NODE_NAME, sessions, LUO_FDT_SESSION_HEADER,
		       virt_to_phys(luo->session_mem)) ||
	    write_node(fdt, LUO_FDT_FLB_NODE_NAME, LUO_FDT_FLB_COMPATIBLE, LUO_FDT_FLB_HEADER,
		       virt_to_phys(luo->flb_mem)) ||
	    fdt_end_node(fdt) ||
	    fdt_finish(fdt))
		return -ENOSPC;
	return kho_add_subtree(LUO_FDT_KHO_ENTRY_NAME, fdt, PAGE_SIZE);
}

static int setup(struct luo *luo)
{
	int err = luo_alloc_pages(&luo->tree, 1);

	if (!err)
		err = luo_alloc_pages(&luo->session_mem, LUO_SESSION_PGCNT);
	if (!err)
		err = luo_alloc_flbs(luo);
	if (!err && luo->profile->codec->layout->has_pgcnt)
		put_u64(luo->session_mem, LUO_SESSION_PGCNT);
	if (!err)
		err = make_tree(luo);
	if (!err)
		return 0;
	kho_unpreserve_free(luo->flb_mem);
	kho_unpreserve_free(luo->session_mem);
	kho_unpreserve_free(luo->tree);
	luo->flb_mem = luo->session_mem = luo->tree = NULL;
	return err;
}

/* Sessions */

static u8 *session_slot(const struct luo *luo, u64 index)
{
	const struct luo_fdt_layout *layout = luo->profile->codec->layout;

	LFB_ASSERT(luo->session_mem && index < luo->profile->codec->session_max);
	return (u8 *)luo->session_mem + layout->session_header_size + index * layout->session_size;
}

static void write_session(struct luo *luo, u64 index, const struct liveupdate_session *session)
{
	const struct luo_fdt_layout *layout = luo->profile->codec->layout;
	u8 *slot = session_slot(luo, index);
	u64 files = session->files_mem ? virt_to_phys(session->files_mem) : 0;

	LFB_ASSERT(files || !session->count);
	memcpy(slot, session->name, sizeof(session->name));
	put_u64(slot + offsetof(struct luo_session_ser_v1, files), files);
	if (layout->has_pgcnt)
		put_u64(slot + offsetof(struct luo_session_ser_v1, pgcnt),
			files ? LUO_FILE_PGCNT : 0);
	put_u64(slot + layout->session_count, session->count);
}

static void clear_session(struct luo *luo, u64 index)
{
	memset(session_slot(luo, index), 0, LIVEUPDATE_SESSION_NAME_LENGTH);
}

static void write_session_count(struct luo *luo, u64 count)
{
	LFB_ASSERT(count <= luo->profile->codec->session_max);
	put_u64((u8 *)luo->session_mem + luo->profile->codec->layout->session_header_count, count);
}

static void free_incoming_sessions(phys_addr_t sessions)
{
	kho__restore_free_sized(phys_to_virt(sessions), SESSION_ARRAY_SIZE);
}

/* Files */

static int add_file(struct liveupdate_session *session)
{
	return session->files_mem ? 0 : luo_alloc_pages(&session->files_mem, LUO_FILE_PGCNT);
}

static void drop_file(struct liveupdate_session *session)
{
	if (session->count)
		return;
	kho_unpreserve_free(session->files_mem);
	session->files_mem = NULL;
}

static void write_file(struct liveupdate_session *session, u64 index,
		       const struct luo_file_record *record)
{
	LFB_ASSERT(session->files_mem && index < LUO_FILE_MAX);
	luo_write_file_entry((struct luo_file_ser *)session->files_mem + index, record);
}

static void clear_files(struct liveupdate_session *session)
{
	LFB_ASSERT(session->files_mem);
	memset(session->files_mem, 0, FILE_ARRAY_SIZE);
}

static void free_incoming_files(phys_addr_t files)
{
	kho__restore_free_sized(phys_to_virt(files), FILE_ARRAY_SIZE);
}

/* The tables */

const struct luo_codec luo_codec_v1 = {
	.name = LUO_FDT_COMPATIBLE "/" LUO_FDT_SESSION_COMPATIBLE_V1,
	.layout = &(const struct luo_fdt_layout){
		.session_compatible = LUO_FDT_SESSION_COMPATIBLE_V1,
		.session_header_size = sizeof(struct luo_session_header_ser_v1),
		.session_header_count = offsetof(struct luo_session_header_ser_v1, count),
		.session_size = sizeof(struct luo_session_ser_v1),
		.session_count = offsetof(struct luo_session_ser_v1, count),
		.has_pgcnt = true,
	},
	.session_max = (SESSION_ARRAY_SIZE - sizeof(struct luo_session_header_ser_v1)) /
		       sizeof(struct luo_session_ser_v1),
	.file_max = LUO_FILE_MAX,
	.read_head = read_head,
	.read_sessions = read_sessions,
	.read_files = read_files,
	.free_incoming_sessions = free_incoming_sessions,
	.free_incoming_files = free_incoming_files,
	.setup = setup,
	.add_file = add_file,
	.drop_file = drop_file,
	.write_session = write_session,
	.clear_session = clear_session,
	.write_session_count = write_session_count,
	.write_file = write_file,
	.clear_files = clear_files,
};

const struct luo_codec luo_codec_v2 = {
	.name = LUO_FDT_COMPATIBLE "/" LUO_FDT_SESSION_COMPATIBLE_V2,
	.layout = &(const struct luo_fdt_layout){
		.session_compatible = LUO_FDT_SESSION_COMPATIBLE_V2,
		.session_header_size = sizeof(struct luo_session_header_ser_v2),
		.session_header_count = offsetof(struct luo_session_header_ser_v2, count),
		.session_size = sizeof(struct luo_session_ser_v2),
		.session_count = offsetof(struct luo_session_ser_v2, count),
	},
	.session_max = (SESSION_ARRAY_SIZE - sizeof(struct luo_session_header_ser_v2)) /
		       sizeof(struct luo_session_ser_v2),
	.file_max = LUO_FILE_MAX,
	.read_head = read_head,
	.read_sessions = read_sessions,
	.read_files = read_files,
	.free_incoming_sessions = free_incoming_sessions,
	.free_incoming_files = free_incoming_files,
	.setup = setup,
	.add_file = add_file,
	.drop_file = drop_file,
	.write_session = write_session,
	.clear_session = clear_session,
	.write_session_count = write_session_count,
	.write_file = write_file,
	.clear_files = clear_files,
};
