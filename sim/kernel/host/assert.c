// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Broken assertions. The first one is kept for the whole process, also where no machine is served:
 * none goes unnoticed.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "sim/kernel/host/host.h"

static _Atomic(const struct lfb_assertion *) first;
static _Atomic(void (*)(const struct lfb_assertion *broken)) ends;

void lfb__assert_tell(void (*end)(const struct lfb_assertion *broken))
{
	atomic_store(&ends, end);
}

const struct lfb_assertion *lfb__assert_first(void)
{
	return atomic_load(&first);
}

/* The file as this tree calls it, however the compiler was told where it lies. */
static const char *in_tree(const char *file)
{
	static const char *const floors[] = { "lib/", "sim/", "tests/" };

	for (const char *at = file + strlen(file); at-- > file;) {
		if (at > file && at[-1] != '/')
			continue;
		for (size_t i = 0; i < sizeof(floors) / sizeof(floors[0]); i++) {
			if (!strncmp(at, floors[i], strlen(floors[i])))
				return at;
		}
	}
	return file;
}

void lfb__assert_text(const struct lfb_assertion *broken, char *text, size_t size)
{
	snprintf(text, size, "%s:%u: %s does not hold", in_tree(broken->file), broken->line,
		 broken->condition);
}

void lfb__assert_failed(const struct lfb_assertion *broken)
{
	void (*end)(const struct lfb_assertion *broken) = atomic_load(&ends);
	const struct lfb_assertion *none = NULL;

	atomic_compare_exchange_strong(&first, &none, broken);
	if (end)
		end(broken);
}
