// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What a running kernel shows of KHO in debugfs, and where that misleads. It is a few structures
 * with addresses in them; what is there is not shown.
 */
#include <luo/image.h>

#include <stdlib.h>
#include <string.h>

#include "sim/handover/inspect.h"

#define AREAS_MAX 64

/* A direction: "out" is for the next kernel, "in" is from the one before. */
struct side {
	const char *name;
	struct lfb_tree_file fdt;
	struct lfb_tree_file luo;
	struct lfb_tree_file metadata;
	struct lfb_tree_file memblock;
	bool cut;			/* the tree claims to be longer than its file */
	struct luo_head head;
	struct lfb_inspection found;
};

struct shown {
	struct side out;
	struct side in;
	struct lfb_found_area scratch[AREAS_MAX];
	size_t nr_scratch;
	bool scratch_is_empty;
};

/* A file as memory from 0 up; trees are read as the page they are in. */
static const void *file_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	const struct lfb_tree_file *file = view->context;

	if (!size || phys >= view->size || size > view->size - phys)
		return NULL;
	return file->bytes + phys;
}

static struct lfb_view view_of(const struct lfb_tree_file *file, u64 size)
{
	return (struct lfb_view){ .at = file_at, .context = file, .size = size };
}

static u32 claimed_size(const struct lfb_tree_file *fdt)
{
	const u8 *at = fdt->bytes + 4;

	return fdt->size < 8 ? 0 : (u32)at[0] << 24 | (u32)at[1] << 16 | (u32)at[2] << 8 | at[3];
}

static void read_root(struct side *side)
{
	struct lfb_inspection *found = &side->found;
	struct lfb_problem problem = { 0 };

	side->cut = side->fdt.there && claimed_size(&side->fdt) > side->fdt.size;
	if (!side->fdt.there || side->cut)
		return;
	found->view = view_of(&side->fdt, PAGE_SIZE);
	if (kho__read_root(&found->view, 0, &found->root, &problem)) {
		lfb__found_problem(found, (struct lfb_rule){ problem.id, "fdt", 0 }, 0,
				   "%s/fdt: %.120s", side->name, problem.what);
		return;
	}
	found->has_root = true;
	kho__fdt_compatible_text(found->root.fdt, 0, found->root_compatible,
				 sizeof(found->root_compatible));
	lfb__inspection_entries(found);
}

static void read_side(struct side *side)
{
	struct lfb_found_entry memblock = { .kind = LFB_ENTRY_MEMBLOCK };
	struct lfb_inspection *found = &side->found;
	struct lfb_problem problem = { 0 };
	struct lfb_view view;

	lfb__found_enter(found, "%s", side->name);
	read_root(side);
	view = view_of(&side->luo, side->luo.size);
	if (side->luo.there && !lfb__found_codec(&view, 0, side->luo.size, &side->head))
		lfb__found_problem(found, LFB_FOUND(DEBUGFS_LUO, "sub_fdts/LUO", 0), 0,
				   "%s/sub_fdts/LUO: %zu bytes of no state that is known",
				   side->name, side->luo.size);
	view = view_of(&side->metadata, side->metadata.size);
	if (side->metadata.there) {
		found->has_metadata = !kho__read_metadata(&view, 0, side->metadata.size,
							  &found->metadata, &problem);
		if (!found->has_metadata)
			lfb__found_problem(found,
					   (struct lfb_rule){ problem.id, "sub_fdts", 0 }, 0,
					   "%s/sub_fdts: %.120s", side->name, problem.what);
	}
	if (side->memblock.there) {
		found->view = view_of(&side->memblock, PAGE_SIZE);
		memblock.size = PAGE_SIZE;
		lfb__payload_entry(found, &memblock);
	}
}

/* A hexadecimal number a line, as many as there are areas. */
static size_t read_numbers(const struct lfb_tree_file *file, u64 *numbers)
{
	const char *at = (const char *)file->bytes;
	size_t count = 0;
	char *end;

	while (file->there && count < AREAS_MAX) {
		numbers[count] = strtoull(at, &end, 16);
		if (end == at)
			break;
		count++;
		at = end;
	}
	return count;
}

static int read_scratch(const char *path, struct shown *shown)
{
	u64 addresses[AREAS_MAX], sizes[AREAS_MAX];
	struct lfb_tree_file phys, len = { 0 };
	size_t count;
	int err = lfb__tree_file(path, "out/scratch_phys", &phys);

	if (!err) {
		err = lfb__tree_file(path, "out/scratch_len", &len);
		if (err)
			free(phys.bytes);
	}
	if (err)
		return err;
	count = read_numbers(&phys, addresses);
	shown->scratch_is_empty = phys.there && !phys.size;
	if (count == read_numbers(&len, sizes))
		shown->nr_scratch = count;
	else
		lfb__found_problem(&shown->out.found,
				   LFB_FOUND(DEBUGFS_SCRATCH, "out/scratch_phys", 0), 0,
				   "out/scratch_phys and out/scratch_len do not have as many "
				   "numbers");
	for (size_t i = 0; i < shown->nr_scratch; i++)
		shown->scratch[i] = (struct lfb_found_area){ addresses[i], sizes[i] };
	free(phys.bytes);
	free(len.bytes);
	return 0;
}

static int read_files(const char *path, struct side *side)
{
	const bool out = side->name[0] == 'o';
	int err = lfb__tree_file(path, out ? "out/fdt" : "in/fdt", &side->fdt);

	if (!err)
		err = lfb__tree_file(path, out ? "out/sub_fdts/LUO" : "in/sub_fdts/LUO",
				     &side->luo);
	if (!err)
		err = lfb__tree_file(path, out ? "out/sub_fdts/kexec-metadata" :
					   "in/sub_fdts/kexec-metadata", &side->metadata);
	if (!err)
		err = lfb__tree_file(path, out ? "out/sub_fdts/memblock" : "in/sub_fdts/memblock",
				     &side->memblock);
	if (!err)
		read_side(side);
	return err;
}

static bool is_there(const struct side *side)
{
	return side->fdt.there || side->luo.there || side->metadata.there || side->memblock.there;
}

static void release(struct side *side)
{
	free(side->fdt.bytes);
	free(side->luo.bytes);
	free(side->metadata.bytes);
	free(side->memblock.bytes);
	lfb__inspection_release(&side->found);
}

/* Where it misleads: calls @tell for each trap that applies. */
static void for_each_trap(const struct shown *shown, void *to,
			  void (*tell)(void *to, const char *name, const char *what))
{
	if (shown->out.cut)
		tell(to, "out-fdt-cut", "out/fdt has the length of the tree before LUO's entry was "
		     "added, so its end is missing: what it names is in out/sub_fdts");
	if (!shown->out.fdt.there)
		tell(to, "out-fdt-missing", "out/fdt is there only after a cold boot: this kernel "
		     "was booted by another one, or KHO is off");
	if (shown->in.luo.there)
		tell(to, "in-luo-freed", "in/sub_fdts/LUO shows a page that LUO freed when it "
		     "booted: by now it may be anybody's");
	if (shown->scratch_is_empty)
		tell(to, "empty-in-tar", "out/scratch_phys is empty: tar believes that files of "
		     "debugfs are; copy them first, by cp -r");
	if (shown->out.luo.there || shown->in.luo.there)
		tell(to, "only-addresses", "sessions, files, FLBs and the memory map are only "
		     "addresses here: they are in /proc/kcore, a vmcore or the memory of a virtual "
		     "machine");
}

/* Writing it */

static void text_trap(void *output, const char *name, const char *what)
{
	lfb__output_text(output, "beware (%s): %s\n", name, what);
}

static void text_metadata(struct lfb_output *output, const struct kho_kexec_metadata *metadata)
{
	lfb__output_text(output, "  kexec %u since power on, from release ", metadata->kexec_count);
	lfb__output_name(output, metadata->previous_release);
	lfb__output_text(output, "\n");
}

static void text_side(struct lfb_output *output, const struct side *side)
{
	const struct lfb_found_entry *entries = side->found.entries.items;
	const struct lfb_found_region *regions = side->found.regions.items;

	lfb__output_text(output, "%s: %s\n", side->name, side->name[0] == 'o' ?
			 "for the next kernel" : "from the kernel before");
	if (!is_there(side))
		lfb__output_text(output, "  nothing\n");
	if (side->cut)
		lfb__output_text(output, "  root tree: %zu of its %u bytes\n", side->fdt.size,
				 claimed_size(&side->fdt));
	if (side->found.has_root)
		lfb__output_text(output, "  root tree, %s, memory map at 0x%llx\n",
				 side->found.root_compatible, side->found.root.map);
	for (size_t i = 0; i < side->found.entries.count; i++) {
		lfb__output_text(output, "  entry ");
		lfb__output_name(output, entries[i].name);
		lfb__output_text(output, " at 0x%llx, %llu bytes%s\n", entries[i].address,
				 entries[i].size,
				 entries[i].kind == LFB_ENTRY_UNKNOWN ? ", not known here" : "");
	}
	if (side->luo.there)
		lfb__output_text(output, "  LUO state: update number %llu, sessions at 0x%llx, "
				 "FLBs at 0x%llx\n", side->head.number, side->head.sessions,
				 side->head.flbs);
	if (side->found.has_metadata)
		text_metadata(output, &side->found.metadata);
	for (size_t i = 0; i < side->found.regions.count; i++) {
		lfb__output_text(output, "  reserve_mem ");
		lfb__output_name(output, regions[i].name);
		lfb__output_text(output, ": 0x%llx, %llu bytes\n", regions[i].address,
				 regions[i].size);
	}
}

static void write_text(const struct shown *shown, struct lfb_output *output)
{
	const struct side *sides[] = { &shown->out, &shown->in };

	for (size_t i = 0; i < shown->nr_scratch; i++)
		lfb__output_text(output, "scratch 0x%llx, %llu bytes\n", shown->scratch[i].address,
				 shown->scratch[i].size);
	for (size_t i = 0; i < ARRAY_SIZE(sides); i++)
		text_side(output, sides[i]);
	for_each_trap(shown, output, text_trap);
	for (size_t i = 0; i < ARRAY_SIZE(sides); i++) {
		const struct lfb_problem *problems = sides[i]->found.problems.items;

		for (size_t j = 0; j < sides[i]->found.problems.count; j++) {
			lfb__output_text(output, "problem: ");
			lfb__output_name(output, problems[j].what);
			lfb__output_text(output, "\n");
		}
	}
}

static void json_trap(void *json, const char *name, const char *what)
{
	lfb__json_item(json, "name=%s what=%s", name, what);
}

static void json_side(struct lfb_json *json, const struct side *side)
{
	const struct lfb_found_entry *entries = side->found.entries.items;
	const struct lfb_found_region *regions = side->found.regions.items;

	lfb__json_open(json, side->name, '{');
	if (side->fdt.there)
		lfb__json_members(json, "fdt_bytes=%llu fdt_claims=%u", (u64)side->fdt.size,
				  claimed_size(&side->fdt));
	if (side->found.has_root)
		lfb__json_members(json, "compatible=%s map=%llu", side->found.root_compatible,
				  side->found.root.map);
	lfb__json_open(json, "entries", '[');
	for (size_t i = 0; i < side->found.entries.count; i++)
		lfb__json_item(json, "name=%s address=%llu size=%llu known=%u", entries[i].name,
			       entries[i].address, entries[i].size,
			       entries[i].kind != LFB_ENTRY_UNKNOWN);
	lfb__json_close(json, ']');
	if (side->luo.there)
		lfb__json_members(json, "number=%llu sessions_address=%llu flbs_address=%llu",
				  side->head.number, side->head.sessions, side->head.flbs);
	if (side->found.has_metadata)
		lfb__json_members(json, "previous_release=%s kexec_count=%u",
				  side->found.metadata.previous_release,
				  side->found.metadata.kexec_count);
	lfb__json_open(json, "memblock", '[');
	for (size_t i = 0; i < side->found.regions.count; i++)
		lfb__json_item(json, "name=%s address=%llu size=%llu", regions[i].name,
			       regions[i].address, regions[i].size);
	lfb__json_close(json, ']');
	lfb__json_close(json, '}');
}

static void write_json(const struct shown *shown, struct lfb_output *output)
{
	const struct side *sides[] = { &shown->out, &shown->in };
	struct lfb_json json = { .output = output };

	lfb__json_open(&json, NULL, '{');
	lfb__json_open(&json, "scratch", '[');
	for (size_t i = 0; i < shown->nr_scratch; i++)
		lfb__json_item(&json, "address=%llu size=%llu", shown->scratch[i].address,
			       shown->scratch[i].size);
	lfb__json_close(&json, ']');
	for (size_t i = 0; i < ARRAY_SIZE(sides); i++)
		json_side(&json, sides[i]);
	lfb__json_open(&json, "traps", '[');
	for_each_trap(shown, &json, json_trap);
	lfb__json_close(&json, ']');
	lfb__json_open(&json, "problems", '[');
	for (size_t i = 0; i < ARRAY_SIZE(sides); i++) {
		const struct lfb_problem *problems = sides[i]->found.problems.items;

		for (size_t j = 0; j < sides[i]->found.problems.count; j++)
			lfb__json_problem(&json, &problems[j]);
	}
	lfb__json_close(&json, ']');
	lfb__json_close(&json, '}');
}

static int write_shown(const struct shown *shown, const struct lfb_written *written)
{
	struct lfb_output output = { .write = written->write, .context = written->context };
	const struct lfb_list *problems = &shown->out.found.problems;
	int err;

	if (written->format == LFB_INSPECT_JSON)
		write_json(shown, &output);
	else
		write_text(shown, &output);
	err = lfb__output_end(&output);
	if (err)
		return lfb__error(NULL, err, "the inspection could not be written");
	if (!problems->count)
		problems = &shown->in.found.problems;
	return problems->count ? lfb__error(NULL, -EINVAL, "%s",
					    ((struct lfb_problem *)problems->items)->what) : 0;
}

static int read_shown(const char *path, struct shown *shown)
{
	int err;

	shown->out.name = "out";
	shown->in.name = "in";
	err = read_scratch(path, shown);
	if (!err)
		err = read_files(path, &shown->out);
	if (!err)
		err = read_files(path, &shown->in);
	if (!err && (shown->out.found.error || shown->in.found.error))
		return lfb__error(NULL, -ENOMEM, "no memory to inspect a handover");
	if (!err && !is_there(&shown->out) && !is_there(&shown->in))
		return lfb__error(NULL, -ENOENT, "%.200s: nothing of /sys/kernel/debug/kho is "
				  "there, neither out/ nor in/", path);
	return err;
}

/* Reads it and has it written, or done side by side. */
static int inspect(const char *path, const struct lfb_written *written, lfb_inspected_fn then,
		   void *context)
{
	struct shown *shown = calloc(1, sizeof(*shown));
	int err;

	if (!shown)
		return lfb__error(NULL, -ENOMEM, "no memory to inspect a handover");
	err = read_shown(path, shown);
	if (!err && written)
		err = write_shown(shown, written);
	if (!err && then)
		err = then(context, &shown->out.found);
	if (!err && then)
		err = then(context, &shown->in.found);
	release(&shown->out);
	release(&shown->in);
	free(shown);
	return err;
}

int lfb__inspect_debugfs(const char *path, lfb_inspected_fn then, void *context)
{
	return inspect(path, NULL, then, context);
}

int lfb_inspect_debugfs(const char *path, enum lfb_inspect_format format, lfb_write_fn write,
			void *context)
{
	const struct lfb_written written = { format, write, context };
	int err = lfb__inspection_check(format, write);

	if (!err && !path)
		err = lfb__error(NULL, -EINVAL, "lfb_inspect_debugfs(): no path");
	return err ? err : inspect(path, &written, NULL, NULL);
}
