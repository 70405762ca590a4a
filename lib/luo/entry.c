// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "lib/luo/luo.h"

struct entry {
	int (*body)(struct luo *luo, const struct luo_args *args);
	struct luo *luo;
	const struct luo_args *args;
	struct luo_elsewhere *elsewhere;
};

static long run_entry(void *argument)
{
	const struct entry *entry = argument;

	if (unlikely(entry->elsewhere != NULL))
		return entry->elsewhere->call(entry->elsewhere, entry->args);
	return entry->body(entry->luo, entry->args);
}

int luo_enter(int (*body)(struct luo *luo, const struct luo_args *args),
	      const struct luo_args *args)
{
	struct lfb_kernel *kernel = lfb__current;
	struct entry entry = { body, luo_current(), args, NULL };

	if (!kernel)
		return lfb__not_entered(args->function);
	if (!kernel->dead)
		entry.elsewhere = kernel->elsewhere;
	if (!entry.luo && !entry.elsewhere)
		return -EOPNOTSUPP;
	return (int)lfb__guarded(kernel, run_entry, &entry);
}

int luo_not_here(struct luo *luo, const char *function)
{
	lfb__warn_as(LFB_FINDING_KERNEL_NO_SUCH_FUNCTION, luo_name("function", function).text,
		     function, "%s has no such function", luo->profile->name);
	return -EOPNOTSUPP;
}
