// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What must hold before a handover is rewritten: all of it is understood, and the other format has
 * a place for all of it. A property or node nobody here knows would be lost: it is refused, too.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "sim/handover/convert.h"

/* The format's own pages */

static u64 area_end(const struct lfb_found_area *area)
{
	return area->address + PAGE_ALIGN(area->size);
}

int lfb__own_find(struct lfb_own *own, const struct lfb_inspection *found)
{
	struct lfb_found_area *areas;
	size_t count = found->areas.count;

	areas = own->areas = calloc(count + 1, sizeof(*areas));
	if (!areas)
		return lfb__error(NULL, -ENOMEM, "no memory to list the handover's own pages");
	if (count)
		memcpy(areas, found->areas.items, count * sizeof(*areas));
	areas[count] = (struct lfb_found_area){ found->root.phys, PAGE_SIZE };
	own->count = count + 1;
	qsort(areas, own->count, sizeof(*areas), lfb__by_address);
	for (size_t i = 0; i < own->count; i++) {
		if (!IS_ALIGNED(areas[i].address, PAGE_SIZE))
			return lfb__error(NULL, -EINVAL, "the LUO state at 0x%llx does not begin "
					  "with a page", areas[i].address);
		if (i && areas[i].address < area_end(&areas[i - 1]))
			return lfb__error(NULL, -EINVAL, "two parts of the state, at 0x%llx and "
					  "0x%llx, share a page", areas[i - 1].address,
					  areas[i].address);
	}
	return 0;
}

enum lfb_owner lfb__own_block(const struct lfb_own *own, phys_addr_t address, u64 size)
{
	size_t low = 0, high = own->count;

	/* The first area that ends behind the block's beginning. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (area_end(&own->areas[middle]) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == own->count || own->areas[low].address >= address + size)
		return LFB_OWNER_OTHER;
	if (own->areas[low].address <= address && address + size <= area_end(&own->areas[low]))
		return LFB_OWNER_SELF;
	return LFB_OWNER_BOTH;
}

/* Understood */

int lfb__convert_readable(const struct lfb_inspection *found)
{
	const struct lfb_problem *first = found->problems.items;

	if (found->error)
		return lfb__error(NULL, found->error, "no memory to read the handover");
	if (found->problems.count)
		return lfb__error(NULL, -EINVAL, "the handover cannot be understood: at 0x%llx: %s",
				  first->where, first->what);
	return 0;
}

/* Has the node just as many properties and subnodes? */
static bool holds(const void *fdt, int node, unsigned int properties, unsigned int subnodes)
{
	int at;

	fdt_for_each_property_offset(at, fdt, node)
		if (!properties--)
			return false;
	fdt_for_each_subnode(at, fdt, node)
		if (!subnodes--)
			return false;
	return !properties && !subnodes;
}

static int check_root(const struct lfb_inspection *found)
{
	const void *fdt = found->root.fdt;
	unsigned int properties = kho__abi_of(&found->root)->size_property ? 2 : 1;
	int node;

	if (!holds(fdt, 0, 2, (unsigned int)found->entries.count))
		return lfb__error(NULL, -EINVAL, "the root tree has properties that are not known");
	fdt_for_each_subnode(node, fdt, 0)
		if (!holds(fdt, node, properties, 0))
			return lfb__error(NULL, -EINVAL, "entry %.64s of the root tree has more in "
					  "it than is known", fdt_get_name(fdt, node, NULL));
	return 0;
}

/* The tree of the generations that have one. */
static int check_luo_tree(const struct lfb_inspection *found)
{
	const void *fdt;
	int node;

	if (!found->has_luo || !found->head.session_compatible[0])
		return 0;
	fdt = found->view.at(&found->view, found->luo, PAGE_SIZE);
	if (holds(fdt, 0, 2, 2)) {
		fdt_for_each_subnode(node, fdt, 0)
			if (!holds(fdt, node, 2, 0))
				break;
		if (node == -FDT_ERR_NOTFOUND)
			return 0;
	}
	return lfb__error(NULL, -EINVAL, "the LUO tree has more in it than is known");
}

/* Has a place */

static int check_entry(const struct lfb_inspection *found, const struct lfb_own *own,
		       const struct lfb_found_entry *entry, const struct kho_abi *abi)
{
	phys_addr_t page = entry->address & PAGE_MASK;

	if (!found->view.at(&found->view, page, PAGE_SIZE) ||
	    lfb__own_block(own, page, PAGE_SIZE) != LFB_OWNER_OTHER)
		return lfb__error(NULL, -EINVAL, "entry %.64s points to 0x%llx, where nothing of "
				  "its own was handed over", entry->name, entry->address);
	if (!abi->size_property && entry->size != PAGE_SIZE)
		return lfb__error(NULL, -EOPNOTSUPP, "entry %.64s has a size of %llu bytes; %s has "
				  "no place for it, there each is a page", entry->name,
				  entry->size, abi->compatible);
	return 0;
}

static int check_session(const struct luo_session_record *session, const struct luo_profile *target)
{
	unsigned long max = target->codec->file_max;

	if (!session->name[0] && !(target->quirks & (1ull << LUO_QUIRK_SESSION_NAME_UNCHECKED)))
		return lfb__error(NULL, -EOPNOTSUPP, "a session has no name; in %s each has one",
				  target->name);
	if (!session->count && session->files)
		return lfb__error(NULL, -EINVAL, "session %.64s has memory for files, at 0x%llx, "
				  "and no files", session->name, session->files);
	if (max && session->count > max)
		return lfb__error(NULL, -E2BIG, "session %.64s has %llu files; %s takes %lu a "
				  "session", session->name, session->count, target->name, max);
	return 0;
}

int lfb__convert_fits(const struct lfb_inspection *found, const struct lfb_own *own,
		      const struct luo_profile *target)
{
	const struct lfb_found_session *sessions = found->sessions.items;
	const struct lfb_found_entry *entries = found->entries.items;
	unsigned long max = target->codec->session_max;
	int err = check_root(found);

	if (!err)
		err = check_luo_tree(found);
	if (!err && max && found->sessions.count > max)
		err = lfb__error(NULL, -E2BIG, "there are %zu sessions; %s takes %lu",
				 found->sessions.count, target->name, max);
	if (!err && found->flbs.count > LUO_FLB_MAX)
		err = lfb__error(NULL, -E2BIG, "there are %zu FLBs; %s takes %lu",
				 found->flbs.count, target->name, LUO_FLB_MAX);
	for (size_t i = 0; i < found->sessions.count && !err; i++)
		err = check_session(&sessions[i].record, target);
	for (size_t i = 0; i < found->entries.count && !err; i++) {
		if (entries[i].kind != LFB_ENTRY_LUO && entries[i].kind != LFB_ENTRY_METADATA)
			err = check_entry(found, own, &entries[i], target->kho);
	}
	return err;
}
