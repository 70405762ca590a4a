// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What memory is called in messages. */
#include <stdio.h>
#include <string.h>

#include "sim/kernel/memory/check.h"

const char *lfb__phys_object(struct lfb_object *object, phys_addr_t phys)
{
	snprintf(object->text, sizeof(object->text), "phys 0x%llx", phys);
	return object->text;
}

static const char *const preserved_as[] = {
	[LFB_AS_FOLIO] = "preserved as a folio",
	[LFB_AS_PAGES] = "preserved as pages",
	[LFB_AS_ALLOC] = "from kho_alloc_preserve()",
	[LFB_AS_VMALLOC] = "the description of a preserved vmalloc area",
	[LFB_AS_VMALLOC_PAGE] = "a page of a preserved vmalloc area",
};

const char *lfb__preserved(const struct lfb_ledger_entry *entry, char what[LFB_PRESERVED_TEXT])
{
	char who[120];

	lfb__ledger_who(entry, who, sizeof(who));
	snprintf(what, LFB_PRESERVED_TEXT, "%llu bytes at 0x%llx, %s %s", lfb__ledger_span(entry),
		 entry->key, preserved_as[entry->as], who);
	return what;
}

const char *lfb__preserved_at(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
			      phys_addr_t phys, const char *before, char what[LFB_PRESERVED_TEXT])
{
	const struct lfb_ledger_entry *entry = lfb__ledger_covering(kernel, kind, phys);
	char text[LFB_PRESERVED_TEXT];

	what[0] = '\0';
	if (entry)
		snprintf(what, LFB_PRESERVED_TEXT, "%s%.*s", before,
			 (int)(LFB_PRESERVED_TEXT - 1 - strlen(before)),
			 lfb__preserved(entry, text));
	return what;
}
