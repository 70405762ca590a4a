// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Writing the generations that describe themselves by a device tree. docs/facts.md 8.1.
 */
#include <string.h>

#include <libfdt.h>

#include "lib/codec/fdt.h"

static void put_u64(void *bytes, u64 value)
{
	memcpy(bytes, &value, sizeof(value));
}

/*
 * Set up at boot
 */

struct node {
	const char *name;
	const char *compatible;
	const char *property;
	u64 address;
};

static int write_node(void *fdt, const struct node *node)
{
	int err = fdt_begin_node(fdt, node->name);

	if (!err)
		err = fdt_property_string(fdt, "compatible", node->compatible);
	if (!err)
		err = fdt_property(fdt, node->property, &node->address, sizeof(node->address));
	return err ? err : fdt_end_node(fdt);
}

/* The order of the calls decides the bytes. Values are native-endian, as the kernel writes them. */
static int write_tree(struct luo *luo, void *fdt, const struct node *sessions,
		      const struct node *flbs)
{
	int err;

	if (lfb__fault(luo->kernel, LFB_FAULT_FDT, "LUO tree"))
		return -FDT_ERR_NOSPACE;
	err = fdt_create(fdt, PAGE_SIZE);
	if (!err)
		err = fdt_finish_reservemap(fdt);
	if (!err)
		err = fdt_begin_node(fdt, "");
	if (!err)
		err = fdt_property_string(fdt, "compatible", LUO_FDT_COMPATIBLE);
	if (!err)
		err = fdt_property(fdt, LUO_FDT_LIVEUPDATE_NUM, &luo->number, sizeof(luo->number));
	if (!err)
		err = write_node(fdt, sessions);
	if (!err)
		err = write_node(fdt, flbs);
	if (!err)
		err = fdt_end_node(fdt);
	return err ? err : fdt_finish(fdt);
}

static int make_tree(struct luo *luo)
{
	const struct luo_fdt_layout *layout = luo->profile->codec->layout;
	struct node sessions = {
		.name = LUO_FDT_SESSION_NODE_NAME,
		.compatible = layout->session_compatible,
		.property = LUO_FDT_SESSION_HEADER,
		.address = virt_to_phys(luo->session_mem),
	};
	struct node flbs = {
		.name = LUO_FDT_FLB_NODE_NAME,
		.compatible = LUO_FDT_FLB_COMPATIBLE,
		.property = LUO_FDT_FLB_HEADER,
		.address = virt_to_phys(luo->flb_mem),
	};

	if (write_tree(luo, luo->tree, &sessions, &flbs))
		return -ENOSPC;
	return kho_add_subtree(LUO_FDT_KHO_ENTRY_NAME, luo->tree, PAGE_SIZE);
}

static int setup(struct luo *luo)
{
	int err = luo_alloc_pages(&luo->tree, 1);

	if (!err)
		err = luo_alloc_pages(&luo->session_mem, LUO_SESSION_PGCNT);
	if (!err)
		err = luo_alloc_flbs(luo);
	if (err)
		goto undo;
	if (luo->profile->codec->layout->has_pgcnt)
		put_u64(luo->session_mem, LUO_SESSION_PGCNT);
	err = make_tree(luo);
	if (!err)
		return 0;
undo:
	kho_unpreserve_free(luo->flb_mem);
	kho_unpreserve_free(luo->session_mem);
	kho_unpreserve_free(luo->tree);
	luo->flb_mem = luo->session_mem = luo->tree = NULL;
	return err;
}

/*
 * Sessions
 */

static u8 *session_slot(const struct luo *luo, u64 index)
{
	const struct luo_fdt_layout *layout = luo->profile->codec->layout;

	return (u8 *)luo->session_mem + layout->session_header_size + index * layout->session_size;
}

static void write_session(struct luo *luo, u64 index, const struct liveupdate_session *session)
{
	const struct luo_fdt_layout *layout = luo->profile->codec->layout;
	u8 *slot = session_slot(luo, index);
	u64 files = session->files_mem ? virt_to_phys(session->files_mem) : 0;

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
	put_u64((u8 *)luo->session_mem + luo->profile->codec->layout->session_header_count, count);
}

static void free_incoming_sessions(phys_addr_t sessions)
{
	kho__restore_free_sized(phys_to_virt(sessions), LUO_SESSION_PGCNT * PAGE_SIZE);
}

/*
 * Files
 */

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
	luo_write_file_entry((struct luo_file_ser *)session->files_mem + index, record);
}

static void clear_files(struct liveupdate_session *session)
{
	memset(session->files_mem, 0, LUO_FILE_PGCNT * PAGE_SIZE);
}

static void free_incoming_files(phys_addr_t files)
{
	kho__restore_free_sized(phys_to_virt(files), LUO_FILE_PGCNT * PAGE_SIZE);
}

/*
 * The tables
 */

#define SESSION_ARRAY_SIZE (LUO_SESSION_PGCNT * PAGE_SIZE)

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
	.read_head = luo_fdt_read_head,
	.read_sessions = luo_fdt_read_sessions,
	.read_files = luo_fdt_read_files,
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
	.read_head = luo_fdt_read_head,
	.read_sessions = luo_fdt_read_sessions,
	.read_files = luo_fdt_read_files,
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
