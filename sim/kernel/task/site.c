// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Sites: who is at work, and where in the user's program that is. Each is there once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/task/task.h"

#define SITES_MAX 4096u		/* a program that recurses has ever new ones */

/* A new one at the end of @list; NULL without memory. */
static struct lfb_site *add_site(struct lfb_list *list)
{
	struct lfb_site *site = calloc(1, sizeof(*site));
	struct lfb_site **slot = site ? lfb__list_add(list, sizeof(*slot)) : NULL;

	if (!slot) {
		free(site);
		return NULL;
	}
	*slot = site;
	return site;
}

static const struct lfb_site *find_callback(struct lfb_ledger *ledger,
					    const struct lfb_frame *frame)
{
	struct lfb_site **sites = ledger->callbacks.items, *site;

	for (size_t i = ledger->callbacks.count; i-- > 0;) {
		site = sites[i];
		if (!strcmp(site->op, frame->op) && !strcmp(site->type, frame->type) &&
		    !strncmp(site->name, frame->name, sizeof(site->name) - 1))
			return site;
	}
	site = add_site(&ledger->callbacks);
	if (!site)
		return NULL;
	site->callback = site;
	snprintf(site->type, sizeof(site->type), "%s", frame->type);
	snprintf(site->name, sizeof(site->name), "%.47s", frame->name);
	snprintf(site->op, sizeof(site->op), "%s", frame->op);
	return site;
}

static bool same_place(const void *sites, u32 number, const void *key)
{
	const struct lfb_site *site = ((struct lfb_site *const *)sites)[number], *wanted = key;

	return site->callback == wanted->callback && site->frames == wanted->frames &&
	       !memcmp(site->at, wanted->at, wanted->frames * sizeof(wanted->at[0]));
}

/* @wanted has a place, and is given its words. */
static const struct lfb_site *find_place(struct lfb_ledger *ledger, const struct lfb_site *wanted)
{
	struct lfb_site *site;
	u64 hash = (uintptr_t)wanted->callback;
	u32 number;

	for (unsigned int i = 0; i < wanted->frames; i++)
		hash = lfb__hash_mix(hash, (uintptr_t)wanted->at[i]);
	number = lfb__table_find(&ledger->places, hash, same_place, ledger->sites.items, wanted);
	if (likely(number != LFB_TABLE_NONE))
		return ((struct lfb_site **)ledger->sites.items)[number];
	site = ledger->sites.count < SITES_MAX ? add_site(&ledger->sites) : NULL;
	if (!site)
		return wanted->callback;
	if (wanted->callback)
		*site = *wanted->callback;
	site->callback = wanted->callback;
	site->frames = wanted->frames;
	memcpy(site->at, wanted->at, sizeof(site->at));
	/* One that is not found again is there twice: no more than that. */
	lfb__table_add(&ledger->places, hash, (u32)ledger->sites.count - 1);
	return site;
}

/* Looked up once a call at most: callbacks are called much more often than they allocate. */
const struct lfb_site *lfb__site_here(struct lfb_kernel *kernel)
{
	struct lfb_frame *frame = lfb__frame(kernel);
	struct lfb_site here;

	if (!lfb__checking(kernel))
		return NULL;
	if (frame && !frame->site)
		frame->site = find_callback(&kernel->ledger, frame);
	here.callback = frame ? frame->site : NULL;
	/* A scenario's callbacks are words. */
	if (kernel->operation_is_set && !kernel->code_is_loaded)
		return here.callback;
	here.at[0] = lfb__caller();
	if (kernel->operation_is_set && !lfb__shared_at(here.at[0]))
		return here.callback;
	here.frames = here.at[0] != NULL;
	if (here.frames && kernel->checks == LFB_CHECKS_GUARD && !kernel->operation_is_set)
		here.frames = lfb__frames_here(here.at, LFB_SITE_FRAMES);
	return here.frames ? find_place(&kernel->ledger, &here) : here.callback;
}

const struct lfb_site *lfb__site_at(struct lfb_kernel *kernel, const void *const *frames,
				    unsigned int max)
{
	struct lfb_site place = { 0 };

	while (place.frames < max && frames[place.frames]) {
		place.at[place.frames] = (void *)(uintptr_t)frames[place.frames];
		place.frames++;
	}
	return find_place(&kernel->ledger, &place);
}

struct lfb_who lfb__site_who(const struct lfb_site *site, unsigned long operation)
{
	struct lfb_who who;

	if (site && *site->type)
		snprintf(who.text, sizeof(who.text), "by %s %s %s in operation %lu", site->type,
			 site->name, site->op, operation);
	else
		snprintf(who.text, sizeof(who.text), "outside of callbacks in operation %lu",
			 operation);
	return who;
}

static void free_sites(struct lfb_list *list)
{
	struct lfb_site **sites = list->items;

	for (size_t i = 0; i < list->count; i++)
		free(sites[i]);
	lfb__list_free(list);
}

void lfb__sites_destroy(struct lfb_ledger *ledger)
{
	free_sites(&ledger->callbacks);
	free_sites(&ledger->sites);
	lfb__table_free(&ledger->places);
}
