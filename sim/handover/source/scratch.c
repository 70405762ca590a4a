// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The scratch areas of a kernel, in the memory of one that is about to jump, or has. */
#include <string.h>

#include "sim/handover/source/source.h"

/* The head of x86's setup_data behind its link: type SETUP_KEXEC_KHO, and how long the data is. */
#define SETUP_KEXEC_KHO 10ull
#define BOOT_DATA_HEAD (SETUP_KEXEC_KHO | (u64)sizeof(struct lfb_boot_data) << 32)
/* Areas are made of whole blocks of pages that move together. */
#define AREA_ALIGN (2ull << 20)
/* As many as a page has room for; one a node, and two. */
#define AREAS_MAX (PAGE_SIZE / sizeof(struct lfb_scratch_area))
#define BOOTS_MAX 64
#define PAIRS_MAX 4096
#define WORDS (PAGE_SIZE / sizeof(u64))

static bool is_area(const struct lfb_scratch_area *area)
{
	return IS_ALIGNED(area->address, AREA_ALIGN) && IS_ALIGNED(area->size, AREA_ALIGN) &&
	       area->address < LFB_SOURCE_ADDRESSES &&
	       area->size < LFB_SOURCE_ADDRESSES - area->address;
}

static int note(struct lfb_list *list, const void *item, size_t size, size_t most)
{
	void *room = list->count < most ? lfb__list_add(list, size) : list;

	if (room && room != list)
		memcpy(room, item, size);
	return room ? 0 : -ENOMEM;
}

int lfb__source_note(struct lfb_source *source, phys_addr_t phys, const u8 *page)
{
	const size_t room = sizeof(struct lfb_boot_data) / sizeof(u64);
	const u64 *words = (const u64 *)page;
	struct lfb_scratch_area area;
	struct lfb_boot_data boot;
	int err = 0;

	memcpy(&area, page, sizeof(area));
	if (area.address && area.size && is_area(&area))
		err = note(&source->pairs, &phys, sizeof(phys), PAIRS_MAX);
	if (!err && lfb__source_chosen(source, phys, page, &boot))
		err = note(&source->boots, &boot, sizeof(boot), BOOTS_MAX);
	for (size_t i = 0; i < WORDS - room && !err; i++) {
		if (words[i] == BOOT_DATA_HEAD)
			err = note(&source->boots, &words[i + 1], sizeof(struct lfb_boot_data),
				   BOOTS_MAX);
	}
	return err;
}

/* The list that @boot is about, if it is at @phys: the next kernel finds it in one of the areas. */
static const struct lfb_scratch_area *list_at(const struct lfb_view *view,
					      const struct lfb_boot_data *boot, phys_addr_t phys)
{
	const struct lfb_scratch_area *areas = view->at(view, phys, boot->scratch_size);
	const size_t count = boot->scratch_size / sizeof(*areas);
	bool holds = false;

	for (size_t i = 0; areas && i < count; i++) {
		if (!is_area(&areas[i]))
			return NULL;
		holds |= boot->scratch - areas[i].address < areas[i].size;
	}
	return holds ? areas : NULL;
}

const struct lfb_scratch_area *lfb__source_scratch(struct lfb_source *source, phys_addr_t root,
						   size_t *count, phys_addr_t *at)
{
	const struct lfb_view view = lfb__source_view(source);
	const struct lfb_boot_data *boots = source->boots.items;
	const phys_addr_t *pairs = source->pairs.items;

	for (size_t i = 0; i < source->boots.count; i++) {
		const struct lfb_boot_data *boot = &boots[i];
		const struct lfb_scratch_area *areas;

		*count = boot->scratch_size / sizeof(*areas);
		if (boot->root != root || !*count || *count > AREAS_MAX ||
		    boot->scratch_size % sizeof(*areas) || !IS_ALIGNED(boot->scratch, PAGE_SIZE))
			continue;
		/* After the jump it is where it was to be. */
		*at = boot->scratch;
		areas = list_at(&view, boot, *at);
		for (size_t j = 0; j < source->pairs.count && !areas; j++) {
			*at = pairs[j];
			areas = list_at(&view, boot, *at);
		}
		if (areas)
			return areas;
	}
	return NULL;
}
