// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Each rule, broken. */
#include <libfdt.h>

#include "tests/support/damages_payload.h"
#include "tests/support/wire_image.h"

static void put(struct damaged *d, size_t offset, u64 value, size_t size)
{
	memcpy(d->bytes + offset, &value, size);
}

/* An address in memory of the machine where nothing is handed over. */
static u64 nowhere(const struct damaged *d)
{
	return d->blob->scratch[0].phys - PAGE_SIZE;
}

/* In the file, and no memory that the map has: a page of the map. */
static u64 unpreserved(const struct damaged *d)
{
	u32 index = 0;

	while (d->blob->ranges[index].kind != LFB_BLOB_MAP)
		index++;
	return d->blob->ranges[index].phys;
}

/* The file */

static void magic(struct damaged *d) { d->bytes[0] ^= 1; }
static void cut(struct damaged *d) { d->size = 100; }
static void version(struct damaged *d) { put(d, LFB_BLOB_VERSION_AT, 9, 4); }
static void total(struct damaged *d) { put(d, LFB_BLOB_TOTAL_SIZE_AT, d->size + 1, 8); }
static void header_size(struct damaged *d) { put(d, LFB_BLOB_HEADER_SIZE_AT, 127, 4); }
static void blob_name(struct damaged *d) { put(d, LFB_BLOB_PROFILE_AT, ' ', 1); }
static void memory(struct damaged *d) { put(d, LFB_BLOB_MEMORY_AT, 1, 8); }
static void scratch(struct damaged *d) { put(d, LFB_BLOB_SCRATCH_AT, 1, 8); }
static void more_scratch(struct damaged *d) { put(d, LFB_BLOB_MORE_SCRATCH_AT, 16, 4); }
static void boots(struct damaged *d) { put(d, LFB_BLOB_BOOTS_AT, 0, 4); }
static void reserved(struct damaged *d) { put(d, LFB_BLOB_RESERVED_AT, 1, 1); }
static void ranges(struct damaged *d) { put(d, LFB_BLOB_NR_RANGES_AT, ~0u, 4); }
static void blob_compatible(struct damaged *d) { put(d, LFB_BLOB_COMPATIBLE_AT + 5, '9', 1); }
static void blob_profile(struct damaged *d) { put(d, LFB_BLOB_PROFILE_AT, 'L', 1); }

static void digest(struct damaged *d)
{
	d->bytes[d->size - LFB_DIGEST_SIZE - 1] ^= 1;
	d->unsealed = true;
}

static void rest(struct damaged *d)
{
	d->size += PAGE_SIZE;
	put(d, LFB_BLOB_TOTAL_SIZE_AT, d->size, 8);
}

static size_t range_at(u32 index)
{
	return LFB_BLOB_HEADER_SIZE + index * LFB_BLOB_RANGE_SIZE;
}

static u32 last_range(const struct damaged *d)
{
	return d->blob->nr_ranges - 1;
}

static u32 root_range(const struct damaged *d)
{
	u32 index = 0;

	while (d->blob->ranges[index].kind != LFB_BLOB_ROOT)
		index++;
	return index;
}

static void range_empty(struct damaged *d) { put(d, range_at(1) + 8, 0, 4); }
static void range_kind(struct damaged *d) { put(d, range_at(last_range(d)) + 12, 9, 4); }
static void range_low(struct damaged *d) { put(d, range_at(0), d->blob->memory_start, 8); }
static void no_root(struct damaged *d) { put(d, range_at(root_range(d)) + 12, 3, 4); }

static void range_outside(struct damaged *d)
{
	put(d, range_at(last_range(d)), d->blob->memory_start + d->blob->memory, 8);
}

static void range_in_scratch(struct damaged *d)
{
	put(d, range_at(last_range(d)), d->blob->scratch[0].phys, 8);
}

static void range_root(struct damaged *d)
{
	put(d, range_at(last_range(d)) + 12, LFB_BLOB_ROOT, 4);
}

static void range_order(struct damaged *d)
{
	put(d, range_at(last_range(d)), d->blob->ranges[0].phys, 8);
}

static void range_split(struct damaged *d)
{
	const struct lfb_blob_range *before = &d->blob->ranges[last_range(d) - 1];

	put(d, range_at(last_range(d)), before->phys + before->nr_pages * PAGE_SIZE, 8);
	put(d, range_at(last_range(d)) + 12, before->kind, 4);
}

static void range_cut(struct damaged *d)
{
	put(d, range_at(last_range(d)) + 8, d->blob->ranges[last_range(d)].nr_pages + 1, 4);
}

/* The root tree */

static void *root(const struct damaged *d)
{
	return damaged_at(d, d->blob->kho_root, PAGE_SIZE);
}

static bool is_v4(const struct damaged *d)
{
	return !strcmp(d->blob->kho_compatible, "kho-v4");
}

static const char *address_property(const struct damaged *d)
{
	return is_v4(d) ? "preserved-data" : "fdt";
}

static u64 entry(const struct damaged *d, const char *name)
{
	u64 address = 0;

	assert_int_equal(kho__fdt_u64_property(root(d), fdt_subnode_offset(root(d), 0, name),
					       address_property(d), &address), 0);
	return address;
}

static void set_entry(const struct damaged *d, const char *name, const char *property, u64 value)
{
	assert_int_equal(fdt_setprop_inplace(root(d), fdt_subnode_offset(root(d), 0, name),
					     property, &value, sizeof(value)), 0);
}

static void move_entry(const struct damaged *d, const char *name)
{
	set_entry(d, name, address_property(d), nowhere(d));
}

static void root_away(struct damaged *d) { d->options.root = d->blob->memory_start + PAGE_SIZE; }
static void root_tree(struct damaged *d) { *(u8 *)root(d) ^= 1; }
static void entry_away(struct damaged *d) { move_entry(d, "other"); }

static void entry_beyond(struct damaged *d)
{
	set_entry(d, "other", address_property(d), 1ull << 60);
}

static void entry_at_end(struct damaged *d) { set_entry(d, "other", address_property(d), ~0xfull); }
static void metadata_beyond(struct damaged *d)
{
	set_entry(d, "kexec-metadata", address_property(d), 1ull << 60);
}

static void entry_empty(struct damaged *d)
{
	entry_away(d);
	set_entry(d, "other", "blob-size", 0);
}

static void metadata_size(struct damaged *d) { set_entry(d, "kexec-metadata", "blob-size", 7); }
static void metadata_away(struct damaged *d) { move_entry(d, "kexec-metadata"); }

static void root_map(struct damaged *d)
{
	assert_int_equal(fdt_nop_property(root(d), 0, "preserved-memory-map"), 0);
}

static void root_compatible(struct damaged *d)
{
	assert_int_equal(fdt_setprop_inplace(root(d), 0, "compatible", "kho-v8", 7), 0);
}

static void entry_address(struct damaged *d)
{
	assert_int_equal(fdt_nop_property(root(d), fdt_subnode_offset(root(d), 0, "other"),
					  address_property(d)), 0);
}

static void entry_size(struct damaged *d)
{
	assert_int_equal(fdt_nop_property(root(d), fdt_subnode_offset(root(d), 0, "other"),
					  "blob-size"), 0);
}

static void metadata_version(struct damaged *d)
{
	*(u8 *)damaged_at(d, entry(d, "kexec-metadata"), 4) = 9;
}

/* The map of kho-v1: a page of u64 next, u32 order, u32 count, then u64 start, u64 bitmap */

static u64 *chunk(const struct damaged *d)
{
	u64 address = 0;

	assert_int_equal(kho__fdt_u64_property(root(d), 0, "preserved-memory-map", &address), 0);
	return damaged_at(d, address, PAGE_SIZE);
}

/* Sets the bit of a page in the bitmap of order 0, the first there is, or takes it away. */
static void change_mark(struct damaged *d, u64 phys, bool set)
{
	const u64 *map = chunk(d), bit = (phys - map[2]) / PAGE_SIZE;
	u8 *bitmap = damaged_at(d, map[3], PAGE_SIZE);

	assert_int_equal((u32)map[1], 0);
	assert_in_range(bit, 0, 8 * PAGE_SIZE - 1);
	assert_int_equal(bitmap[bit / 8] >> bit % 8 & 1, !set);
	bitmap[bit / 8] ^= (u8)(1 << bit % 8);
}

static void mark(struct damaged *d, u64 phys) { change_mark(d, phys, true); }
static void root_unpreserved(struct damaged *d) { change_mark(d, d->blob->kho_root, false); }

static void map_page(struct damaged *d) { chunk(d)[3] = 7; }
static void map_order(struct damaged *d) { *(u32 *)(chunk(d) + 1) = 99; }
static void map_count(struct damaged *d) { ((u32 *)(chunk(d) + 1))[1] = 9999; }
static void map_too_many(struct damaged *d) { ((u32 *)(chunk(d) + 1))[1] = 255; }
static void map_start(struct damaged *d) { chunk(d)[2] += PAGE_SIZE; }
static void map_block_away(struct damaged *d) { mark(d, nowhere(d)); }

static void map_beyond(struct damaged *d)
{
	mark(d, chunk(d)[2] + (8 * PAGE_SIZE - 1) * PAGE_SIZE);
}

static void map_circle(struct damaged *d)
{
	u64 address = 0;

	kho__fdt_u64_property(root(d), 0, "preserved-memory-map", &address);
	chunk(d)[0] = address;
}

static void map_missing(struct damaged *d)
{
	const u64 none = 0;

	assert_int_equal(fdt_setprop_inplace(root(d), 0, "preserved-memory-map", &none,
					     sizeof(none)), 0);
}

/* A node of a tree leads back to the root of it. */
static void map_node_twice(struct damaged *d)
{
	u64 *node = chunk(d);

	while (!*node)
		node++;
	kho__fdt_u64_property(root(d), 0, "preserved-memory-map", node);
}

static void map_in_scratch(struct damaged *d)
{
	d->area = (struct lfb_image_area){ d->blob->kho_root, PAGE_SIZE };
	d->options.scratch = &d->area;
	d->options.nr_scratch = 1;
}

/* The LUO tree */

static void *tree(const struct damaged *d)
{
	return damaged_at(d, d->blob ? entry(d, "LUO") : TREE, PAGE_SIZE);
}

static u64 tree_address(const struct damaged *d, const char *node, const char *property)
{
	u64 address = 0;

	assert_int_equal(kho__fdt_u64_property(tree(d), fdt_subnode_offset(tree(d), 0, node),
					       property, &address), 0);
	return address;
}

static void set_tree(const struct damaged *d, const char *node, const char *property, u64 value)
{
	assert_int_equal(fdt_setprop_inplace(tree(d), fdt_subnode_offset(tree(d), 0, node),
					     property, &value, sizeof(value)), 0);
}

static void luo_away(struct damaged *d) { move_entry(d, "LUO"); }
static void luo_unpreserved(struct damaged *d) { change_mark(d, entry(d, "LUO"), false); }
static void luo_tree(struct damaged *d) { *(u8 *)tree(d) ^= 1; }
static void luo_size(struct damaged *d) { set_entry(d, "LUO", "blob-size", 24); }

static void luo_number(struct damaged *d)
{
	assert_int_equal(fdt_nop_property(tree(d), 0, LUO_FDT_LIVEUPDATE_NUM), 0);
}

static void luo_node(struct damaged *d)
{
	assert_int_equal(fdt_nop_node(tree(d), fdt_subnode_offset(tree(d), 0,
								  LUO_FDT_SESSION_NODE_NAME)), 0);
}

/* What it is compatible with has a beginning of something else behind it. */
static void luo_list_open(struct damaged *d)
{
	static const char list[] = { LUO_FDT_SESSION_COMPATIBLE_V2 "\0x" };

	assert_int_equal(fdt_open_into(tree(d), tree(d), PAGE_SIZE), 0);
	assert_int_equal(fdt_setprop(tree(d), fdt_subnode_offset(tree(d), 0,
								 LUO_FDT_SESSION_NODE_NAME),
				     "compatible", list, sizeof(list) - 1), 0);
	fdt_pack(tree(d));
}

static void luo_address(struct damaged *d)
{
	set_tree(d, LUO_FDT_SESSION_NODE_NAME, LUO_FDT_SESSION_HEADER, nowhere(d));
}

/* The header of an array is in the image, at its end, and no more. */
static void sessions_away(struct damaged *d)
{
	d->size -= PAGE_SIZE;
	set_tree(d, LUO_FDT_SESSION_NODE_NAME, LUO_FDT_SESSION_HEADER, d->size);
	put(d, d->size, 1, 8);
	d->size += sizeof(struct luo_session_header_ser_v2);
}

static void flbs_away(struct damaged *d)
{
	d->size -= PAGE_SIZE;
	set_tree(d, LUO_FDT_FLB_NODE_NAME, LUO_FDT_FLB_HEADER, d->size);
	d->size += sizeof(struct luo_flb_header_ser);
}

/* Sessions and files as arrays */

static u64 *session_array(const struct damaged *d)
{
	return damaged_at(d, tree_address(d, LUO_FDT_SESSION_NODE_NAME, LUO_FDT_SESSION_HEADER),
			  PAGE_SIZE);
}

static struct luo_session_ser_v1 *session_v1(const struct damaged *d)
{
	return (void *)(session_array(d) + 2);
}

static struct luo_session_ser_v2 *session_v2(const struct damaged *d)
{
	return (void *)(session_array(d) + 1);
}

static void sessions_pages(struct damaged *d) { session_array(d)[0] = 3; }
static void session_count(struct damaged *d) { session_array(d)[0] = 9999; }
static void files_pages(struct damaged *d) { session_v1(d)->pgcnt = 9; }
static void too_many_files(struct damaged *d) { session_v2(d)->count = 9999; }
static void files_away(struct damaged *d) { session_v2(d)->files = 7; }

static void map_twice(struct damaged *d) { mark(d, session_v2(d)->files); }

/* … and in blocks */

static struct luo_ser_v5 *state(const struct damaged *d)
{
	return damaged_at(d, entry(d, "LUO"), sizeof(struct luo_ser_v5));
}

static struct luo_block_ser *block(const struct damaged *d, u64 phys)
{
	return damaged_at(d, phys, PAGE_SIZE);
}

static struct luo_block_ser *sessions(const struct damaged *d)
{
	return block(d, state(d)->sessions_pa);
}

static struct luo_session_ser_v2 *session(const struct damaged *d, unsigned int index)
{
	return (struct luo_session_ser_v2 *)(sessions(d) + 1) + index;
}

static struct luo_file_ser *file(const struct damaged *d, unsigned int of, unsigned int index)
{
	return (struct luo_file_ser *)(block(d, session(d, of)->files) + 1) + index;
}

static void luo_compatible(struct damaged *d) { state(d)->compatible[5] = '9'; }
static void boot_panic(struct damaged *d) { sessions(d)->count = 0; }
static void name_empty(struct damaged *d) { memset(session(d, 1)->name, 0, 64); }
static void name_twice(struct damaged *d) { memcpy(session(d, 1)->name, "vm-1", 5); }
static void file_total(struct damaged *d) { session(d, 0)->count++; }
static void token_twice(struct damaged *d) { file(d, 0, 1)->token = file(d, 0, 0)->token; }
static void block_away(struct damaged *d) { session(d, 0)->files = nowhere(d); }
static void block_count(struct damaged *d) { block(d, session(d, 0)->files)->count = 0; }

static void name_unterminated(struct damaged *d)
{
	memset(session(d, 0)->name, 'x', sizeof(session(d, 0)->name));
}

static void compatible_unterminated(struct damaged *d)
{
	memset(file(d, 0, 1)->compatible, 'x', sizeof(file(d, 0, 1)->compatible));
}

static void block_chain(struct damaged *d)
{
	block(d, session(d, 0)->files)->next_phys = session(d, 0)->files;
}

/* FLBs */

static struct luo_flb_header_ser *flbs(const struct damaged *d)
{
	return damaged_at(d, state(d)->flbs_pa, PAGE_SIZE);
}

static struct luo_flb_ser *flb(const struct damaged *d, unsigned int index)
{
	return (struct luo_flb_ser *)(flbs(d) + 1) + index;
}

static void flbs_pages(struct damaged *d) { flbs(d)->pgcnt = 2; }
static void flb_count(struct damaged *d) { flbs(d)->count = 64; }
static void flb_name(struct damaged *d) { memset(flb(d, 1)->name, 'x', sizeof(flb(d, 1)->name)); }
static void flb_needed(struct damaged *d) { flb(d, 1)->count = 0; }
static void flb_twice(struct damaged *d) { memcpy(flb(d, 1)->name, flb(d, 0)->name, 48); }

/* What subsystems handed over: damages_payload.c */

u64 damaged_nowhere(const struct damaged *d) { return nowhere(d); }
u64 damaged_unpreserved(const struct damaged *d) { return unpreserved(d); }
u64 damaged_entry(const struct damaged *d, const char *name) { return entry(d, name); }
void damaged_move_entry(const struct damaged *d, const char *name) { move_entry(d, name); }

struct luo_file_ser *damaged_file(const struct damaged *d, unsigned int session,
				  unsigned int index)
{
	return file(d, session, index);
}

/* Memory of real machines */

static void image_roots(struct damaged *d) { d->copies = 70; }
static void debugfs_luo(struct damaged *d) { d->no_luo = true; }
static void debugfs_scratch(struct damaged *d) { d->no_length = true; }

#define V1 "rfc-v6"
#define V2 "linux-7.0"
#define V5 "linux-7.3"
#define MEMFD "luo/session[1]/file[0]/memfd/"
#define BREAKS(name, profile, as, how, path) { LFB_CHECK_##name, profile, as, how, 0, path }

const struct damage damages[] = {
	BREAKS(BLOB_MAGIC, V5, AS_BLOB, magic, "blob"),
	BREAKS(BLOB_CUT, V5, AS_BLOB, cut, "blob"),
	BREAKS(BLOB_VERSION, V5, AS_BLOB, version, "blob/version"),
	BREAKS(BLOB_SIZE, V5, AS_BLOB, total, "blob/size"),
	BREAKS(BLOB_DIGEST, V5, AS_BLOB, digest, "blob/sha256"),
	BREAKS(BLOB_HEADER_SIZE, V5, AS_BLOB, header_size, "blob"),
	BREAKS(BLOB_NAME, V5, AS_BLOB, blob_name, "blob/profile"),
	BREAKS(BLOB_MEMORY, V5, AS_BLOB, memory, "blob/memory"),
	BREAKS(BLOB_SCRATCH, V5, AS_BLOB, scratch, "blob/scratch"),
	BREAKS(BLOB_SCRATCH, V5, AS_BLOB, more_scratch, "blob/more_scratch[0]"),
	BREAKS(BLOB_BOOTS, V5, AS_BLOB, boots, "blob/boots"),
	BREAKS(BLOB_RESERVED, V5, AS_BLOB, reserved, "blob"),
	BREAKS(BLOB_RANGES, V5, AS_BLOB, ranges, "blob/ranges"),
	BREAKS(BLOB_REST, V5, AS_BLOB, rest, "blob"),
	BREAKS(BLOB_NO_ROOT, V5, AS_BLOB, no_root, "blob/ranges"),
	BREAKS(BLOB_COMPATIBLE, V5, AS_BLOB, blob_compatible, "kho/compatible"),
	BREAKS(BLOB_PROFILE, V5, AS_BLOB, blob_profile, "blob/profile"),
	BREAKS(RANGE_EMPTY, V5, AS_BLOB, range_empty, "blob/range[1]"),
	BREAKS(RANGE_OUTSIDE, V5, AS_BLOB, range_outside, NULL),
	BREAKS(RANGE_OUTSIDE, V5, AS_BLOB, range_low, "blob/range[0]"),
	BREAKS(RANGE_IN_SCRATCH, V5, AS_BLOB, range_in_scratch, NULL),
	BREAKS(RANGE_KIND, V5, AS_BLOB, range_kind, NULL),
	BREAKS(RANGE_ROOT, V5, AS_BLOB, range_root, NULL),
	BREAKS(RANGE_ORDER, V5, AS_BLOB, range_order, NULL),
	BREAKS(RANGE_SPLIT, V5, AS_BLOB, range_split, NULL),
	BREAKS(RANGE_CUT, V5, AS_BLOB, range_cut, NULL),
	BREAKS(ROOT_AWAY, V5, AS_CORE, root_away, "kho"),
	BREAKS(ROOT_UNPRESERVED, V2, AS_BLOB, root_unpreserved, "kho"),
	BREAKS(ROOT_TREE, V5, AS_BLOB, root_tree, "kho"),
	BREAKS(ROOT_TREE, V2, AS_BLOB, root_tree, "kho"),
	BREAKS(ROOT_MAP, V5, AS_BLOB, root_map, "kho/map"),
	BREAKS(ROOT_MAP, V5, AS_DEBUGFS, root_map, "out/fdt"),
	BREAKS(ROOT_COMPATIBLE, V5, AS_BLOB, root_compatible, "kho/compatible"),
	BREAKS(ROOT_COMPATIBLE, V2, AS_BLOB, root_compatible, "kho/compatible"),
	BREAKS(ENTRY_ADDRESS, V5, AS_BLOB, entry_address, "kho/entries"),
	BREAKS(ENTRY_ADDRESS, V5, AS_DEBUGFS, entry_address, "out/entries"),
	BREAKS(ENTRY_AWAY, V5, AS_BLOB, entry_away, "kho/entry[0]/address"),
	BREAKS(ENTRY_AWAY, V2, AS_CORE, entry_away, "kho/entry[0]/address"),
	BREAKS(ENTRY_ADDRESS, V5, AS_BLOB, entry_size, "kho/entries"),
	BREAKS(ENTRY_AWAY, V5, AS_BLOB, entry_beyond, "kho/entry[0]/address"),
	BREAKS(ENTRY_AWAY, V5, AS_BLOB, entry_at_end, "kho/entry[0]/address"),
	BREAKS(ENTRY_AWAY, V5, AS_BLOB, entry_empty, "kho/entry[0]/address"),
	BREAKS(METADATA_AWAY, V5, AS_BLOB, metadata_beyond, "kho/entry[3]"),
	BREAKS(METADATA_SIZE, V5, AS_BLOB, metadata_size, "kho/entry[3]"),
	BREAKS(METADATA_VERSION, V5, AS_BLOB, metadata_version, "kho/entry[3]"),
	BREAKS(METADATA_AWAY, V5, AS_BLOB, metadata_away, "kho/entry[3]"),
	BREAKS(MAP_PAGE, V2, AS_BLOB, map_page, "map"),
	BREAKS(MAP_ORDER, V2, AS_BLOB, map_order, "map"),
	BREAKS(MAP_COUNT, V2, AS_BLOB, map_count, "map"),
	BREAKS(MAP_TOO_MANY, V2, AS_BLOB, map_too_many, "map"),
	BREAKS(MAP_START, V2, AS_BLOB, map_start, "map"),
	BREAKS(MAP_BEYOND, V2, AS_BLOB, map_beyond, "map"),
	BREAKS(MAP_CIRCLE, V2, AS_BLOB, map_circle, "map"),
	BREAKS(MAP_CIRCLE, V5, AS_BLOB, map_node_twice, "map"),
	BREAKS(MAP_BLOCK_AWAY, V2, AS_BLOB, map_block_away, "map"),
	BREAKS(MAP_TWICE, V2, AS_BLOB, map_twice, "map"),
	BREAKS(MAP_IN_SCRATCH, V5, AS_CORE, map_in_scratch, "map"),
	BREAKS(MAP_MISSING, V2, AS_BLOB, map_missing, "map"),
	BREAKS(MAP_MISSING, V5, AS_BLOB, map_missing, "map"),
	BREAKS(LUO_AWAY, V2, AS_BLOB, luo_away, "luo"),
	BREAKS(LUO_AWAY, V5, AS_BLOB, luo_away, "luo"),
	BREAKS(LUO_UNPRESERVED, V2, AS_BLOB, luo_unpreserved, "luo"),
	BREAKS(LUO_TREE, V2, AS_BLOB, luo_tree, "luo"),
	BREAKS(LUO_SIZE, V5, AS_BLOB, luo_size, "luo"),
	BREAKS(LUO_COMPATIBLE, V5, AS_BLOB, luo_compatible, "luo"),
	BREAKS(LUO_COMPATIBLE, V2, AS_BLOB, luo_list_open, "luo"),
	BREAKS(LUO_NUMBER, V2, AS_BLOB, luo_number, "luo/number"),
	BREAKS(LUO_NODE, V2, AS_BLOB, luo_node, "luo/sessions_address"),
	BREAKS(LUO_ADDRESS, V2, AS_BLOB, luo_address, "luo/sessions_address"),
	{ LFB_CHECK_BOOT_PANIC, V5, AS_BLOB, boot_panic, LFB_CHECK_BLOCK_COUNT, "luo" },
	BREAKS(SESSIONS_AWAY, V2, AS_MEMORY, sessions_away, "luo/session[0]"),
	BREAKS(SESSIONS_PAGES, V1, AS_BLOB, sessions_pages, "luo/sessions_address"),
	BREAKS(SESSION_COUNT, V2, AS_BLOB, session_count, "luo/sessions"),
	BREAKS(SESSION_NAME_UNTERMINATED, V5, AS_BLOB, name_unterminated, "luo/session[0]/name"),
	BREAKS(SESSION_NAME_EMPTY, V5, AS_BLOB, name_empty, "luo/session[1]/name"),
	BREAKS(SESSION_NAME_TWICE, V5, AS_BLOB, name_twice, "luo/session[1]/name"),
	BREAKS(FILES_AWAY, V2, AS_BLOB, files_away, "luo/session[0]/files_address"),
	BREAKS(FILES_PAGES, V1, AS_BLOB, files_pages, "luo/session[0]/files_address"),
	BREAKS(FILE_COUNT, V2, AS_BLOB, too_many_files, "luo/session[0]/count"),
	BREAKS(FILE_TOTAL, V5, AS_BLOB, file_total, "luo/session[0]/count"),
	BREAKS(FILE_COMPATIBLE_UNTERMINATED, V5, AS_BLOB, compatible_unterminated,
	       "luo/session[0]/file[1]/compatible"),
	BREAKS(FILE_TOKEN_TWICE, V5, AS_BLOB, token_twice, "luo/session[0]/file[1]/token"),
	BREAKS(BLOCK_AWAY, V5, AS_BLOB, block_away, "luo/session[0]/file_block[0]"),
	BREAKS(BLOCK_COUNT, V5, AS_BLOB, block_count, "luo/session[0]/file_block[0]"),
	BREAKS(BLOCK_CHAIN, V5, AS_BLOB, block_chain, "luo/session[0]/file_block[10000]"),
	BREAKS(FLBS_AWAY, V2, AS_MEMORY, flbs_away, "luo/flbs_address"),
	BREAKS(FLBS_PAGES, V5, AS_BLOB, flbs_pages, "luo/flbs_address"),
	BREAKS(FLB_COUNT, V5, AS_BLOB, flb_count, "luo/flbs"),
	BREAKS(FLB_NAME_UNTERMINATED, V5, AS_BLOB, flb_name, "luo/flb[1]/name"),
	BREAKS(FLB_NEEDED, V5, AS_BLOB, flb_needed, "luo/flb[1]/count"),
	BREAKS(FLB_TWICE, V5, AS_BLOB, flb_twice, "luo/flb[1]/name"),
	BREAKS(MEMBLOCK_AWAY, V5, AS_BLOB, damage_memblock_away, "memblock"),
	BREAKS(MEMBLOCK_TREE, V5, AS_BLOB, damage_memblock_tree, "memblock"),
	BREAKS(MEMBLOCK_COMPATIBLE, V5, AS_BLOB, damage_memblock_compatible, "memblock"),
	BREAKS(MEMBLOCK_REGION, V5, AS_BLOB, damage_memblock_region, "memblock[0]"),
	BREAKS(MEMBLOCK_REGION, V5, AS_BLOB, damage_region_start, "memblock[0]"),
	BREAKS(MEMBLOCK_REGION, V5, AS_BLOB, damage_region_compatible, "memblock[0]"),
	BREAKS(MEMFD_AWAY, V5, AS_BLOB, damage_memfd_away, "luo/session[1]/file[0]/data"),
	BREAKS(MEMFD_AWAY, V5, AS_BLOB, damage_memfd_unpreserved, "luo/session[1]/file[0]/data"),
	BREAKS(MEMFD_AWAY, V5, AS_BLOB, damage_memfd_cut, "luo/session[1]/file[0]/data"),
	{ LFB_CHECK_MEMFD_FOLIO, V5, AS_BLOB, damage_folios_without_end, LFB_CHECK_OWNED_TWICE,
	  MEMFD "folio[5]" },
	{ LFB_CHECK_VMALLOC_SHORT, V5, AS_LARGE, damage_list_full, LFB_CHECK_OWNED_TWICE,
	  MEMFD "vmalloc/pages" },
	BREAKS(VMALLOC_BLOCK, V5, AS_BLOB, damage_block_bad_before_another, MEMFD "vmalloc/pages"),
	BREAKS(MEMFD_SEALS, V5, AS_BLOB, damage_memfd_seals, MEMFD "seals"),
	BREAKS(MEMFD_FOLIO, V5, AS_BLOB, damage_memfd_folio, MEMFD "folio[0]"),
	BREAKS(MEMFD_FOLIO_MISSING, V5, AS_BLOB, damage_folio_missing, MEMFD "folio[0]"),
	BREAKS(VMALLOC_SIZE, V5, AS_BLOB, damage_vmalloc_size, MEMFD "vmalloc"),
	BREAKS(VMALLOC_SIZE, V5, AS_BLOB, damage_vmalloc_order, MEMFD "vmalloc"),
	BREAKS(VMALLOC_CHUNK, V5, AS_BLOB, damage_chunk_itself, MEMFD "vmalloc"),
	BREAKS(VMALLOC_CHUNK, V5, AS_BLOB, damage_chunks_too_many, MEMFD "vmalloc"),
	BREAKS(VMALLOC_BLOCK, V5, AS_BLOB, damage_block_bad_in_two_lists, MEMFD "vmalloc/pages"),
	BREAKS(VMALLOC_BLOCK, V5, AS_BLOB, damage_block_too_small, MEMFD "vmalloc/pages"),
	BREAKS(VMALLOC_BLOCK, V5, AS_BLOB, damage_block_in_larger, MEMFD "vmalloc/pages"),
	BREAKS(VMALLOC_BLOCK, V5, AS_BLOB, damage_vmalloc_block, MEMFD "vmalloc/pages"),
	BREAKS(VMALLOC_BLOCK, V5, AS_BLOB, damage_block_unpreserved, MEMFD "vmalloc/pages"),
	BREAKS(VMALLOC_CHUNK, V5, AS_BLOB, damage_chunk_unpreserved, MEMFD "vmalloc"),
	BREAKS(VMALLOC_CHUNK, V5, AS_BLOB, damage_vmalloc_chunk, MEMFD "vmalloc"),
	BREAKS(VMALLOC_SHORT, V5, AS_BLOB, damage_vmalloc_short, MEMFD "vmalloc/pages"),
	BREAKS(OWNED_TWICE, V5, AS_BLOB, damage_owned_twice, "luo"),
	BREAKS(IMAGE_ROOTS, V5, AS_RAW, image_roots, "image/other_roots"),
	BREAKS(DEBUGFS_LUO, V5, AS_DEBUGFS, debugfs_luo, "in/sub_fdts/LUO"),
	BREAKS(DEBUGFS_SCRATCH, V5, AS_DEBUGFS, debugfs_scratch, "out/scratch_phys"),
};

const size_t nr_damages = ARRAY_SIZE(damages);
