// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What of the host's lies behind a number, should it be an address: code, data, stacks, heap. */
#define _GNU_SOURCE /* dladdr1(), dl_iterate_phdr(), pthread_getattr_np() */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/kernel/host/host.h"

#define HUGE (1ull << 36)	/* the shadow memory of a sanitizer is nobody's heap */

struct range {
	u64 start;
	u64 size;
	enum lfb_behind what;
};

static void add(struct lfb_list *map, u64 start, u64 size, enum lfb_behind what)
{
	struct range *range = lfb__list_add(map, sizeof(*range));

	if (range)
		*range = (struct range){ start, size, what };
}

static int add_object(struct dl_phdr_info *object, size_t size, void *map)
{
	(void)size;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];

		if (part->p_type == PT_LOAD)
			add(map, object->dlpi_addr + part->p_vaddr, part->p_memsz,
			    part->p_flags & PF_X ? LFB_BEHIND_CODE : LFB_BEHIND_DATA);
	}
	return 0;
}

/* That of a thread is memory like any other to the host. */
static void add_stack(struct lfb_list *map)
{
	pthread_attr_t attributes;
	size_t size;
	void *start;

	if (pthread_getattr_np(pthread_self(), &attributes))
		return;
	if (!pthread_attr_getstack(&attributes, &start, &size))
		add(map, (uintptr_t)start, size, LFB_BEHIND_STACK);
	pthread_attr_destroy(&attributes);
}

/* "55e0c0a51000-55e0c0a72000 rw-p 00000000 00:00 0      [heap]": what is written and no file. */
static void add_mapping(struct lfb_list *map, const char *line)
{
	unsigned long long start, end, inode;
	int at = 0;

	if (sscanf(line, "%llx-%llx rw-p %*x %*s %llu %n", &start, &end, &inode, &at) != 3 ||
	    inode || end - start >= HUGE)
		return;
	add(map, start, end - start,
	    strncmp(line + at, "[stack", 6) ? LFB_BEHIND_HEAP : LFB_BEHIND_STACK);
}

void lfb__behind_read(struct lfb_list *map)
{
	FILE *mappings = fopen("/proc/self/maps", "re");
	char *line = NULL;
	size_t size = 0;

	dl_iterate_phdr(add_object, map);
	add_stack(map);
	while (mappings && getline(&line, &size, mappings) > 0)
		add_mapping(map, line);
	free(line);
	if (mappings)
		fclose(mappings);
}

enum lfb_behind lfb__behind(const struct lfb_list *map, u64 value)
{
	const struct range *ranges = map->items;

	for (size_t i = 0; i < map->count; i++) {
		if (value - ranges[i].start < ranges[i].size)
			return ranges[i].what;
	}
	return LFB_BEHIND_NOTHING;
}

/* The symbol in front of an address may be of something else: what is static has none here. */
static bool find_symbol(u64 value, const char **name, u64 *offset)
{
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if (!dladdr1((void *)(uintptr_t)value, &info, (void **)&symbol, RTLD_DL_SYMENT) ||
	    !info.dli_sname || !symbol)
		return false;
	*name = info.dli_sname;
	*offset = value - (uintptr_t)info.dli_saddr;
	return *offset < symbol->st_size;
}

void lfb__behind_name(enum lfb_behind what, u64 value, char *text, size_t size)
{
	static const char *const kinds[] = {
		[LFB_BEHIND_NOTHING] = "nothing",
		[LFB_BEHIND_CODE] = "module code",
		[LFB_BEHIND_DATA] = "module data",
		[LFB_BEHIND_STACK] = "the stack",
		[LFB_BEHIND_HEAP] = "the host's heap",
	};
	const char *name;
	u64 offset;

	if ((what != LFB_BEHIND_CODE && what != LFB_BEHIND_DATA) ||
	    !find_symbol(value, &name, &offset))
		snprintf(text, size, "%s", kinds[what]);
	else if (offset)
		snprintf(text, size, "%s '%.60s'+0x%llx", kinds[what], name, offset);
	else
		snprintf(text, size, "%s '%.60s'", kinds[what], name);
}
