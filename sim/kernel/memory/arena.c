// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The arena: where the bytes of physical memory are, and at which address they appear. */
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/host/host.h"
#include "sim/kernel/memory/asan.h"
#include "sim/kernel/memory/closed.h"
#include "sim/kernel/memory/fence.h"
#include "sim/kernel/memory/lone.h"
#include "sim/kernel/memory/page.h"
#include "sim/kernel/memory/spare.h"

#define MIB (1024ul * 1024)
#define GIB (1024 * MIB)
#define MIN_MEMORY (1 * MIB)
#define MIN_SCRATCH (64 * 1024ul)
#define MAX_SCRATCH (16 * MIB)
#define MIN_VMALLOC (64 * MIB)

#define ALIGN_UP(x, to) (((x) + (to) - 1) / (to) * (to))

static u64 scratch_size(u64 memory_size)
{
	u64 size = PAGE_ALIGN(memory_size / 64);

	if (size < MIN_SCRATCH)
		return MIN_SCRATCH;
	return size > MAX_SCRATCH ? MAX_SCRATCH : size;
}

/* Which physical addresses it has; the tables have room for all of them. */
static void set_start(struct lfb_memory *memory, u64 start, u64 bytes)
{
	memory->start = start;
	memory->size = start + bytes;
	memory->first_page = start >> PAGE_SHIFT;
	memory->nr_pages = memory->size >> PAGE_SHIFT;
	memory->nr_chunks = ALIGN_UP(memory->nr_pages, LFB_CHUNK_PAGES) / LFB_CHUNK_PAGES;
	memory->scratch_size = scratch_size(bytes);
	memory->scratch = memory->size - memory->scratch_size;
}

static u64 bytes_of(const struct lfb_memory *memory)
{
	return memory->size - memory->start;
}

static void lay_out(struct lfb_memory *memory, const struct lfb_memory_options *options)
{
	set_start(memory, options->start, options->size);
	memory->mode = options->mode;
	memory->policy = options->policy;
	memory->scratch_areas = options->scratch_areas ? options->scratch_areas : 1;
	memory->nodes = options->nodes;
	memory->vmalloc_size = options->size > MIN_VMALLOC ? options->size : MIN_VMALLOC;
	if (!lfb__host_can(LFB_HOST_ALIAS)) {
		memory->mode = LFB_MEMORY_FIXED;
		memory->vmalloc_size = 0;
	}
	memory->nr_windows = memory->mode == LFB_MEMORY_REMAP ? LFB_WINDOWS : 1;
}

/* The page map and its companions, all in one stretch of host memory that is zero until used. */
static int create_tables(struct lfb_memory *memory)
{
	const size_t chunks = ALIGN_UP(LFB_HIGH_START + bytes_of(memory), LFB_CHUNK_PAGES *
				       PAGE_SIZE) / (LFB_CHUNK_PAGES * PAGE_SIZE);
	const size_t map = chunks * LFB_CHUNK_PAGES * sizeof(*memory->map);
	const size_t touched = chunks * LFB_CHUNK_PAGES / 8;
	const size_t table = (memory->vmalloc_size >> PAGE_SHIFT) * sizeof(*memory->vmalloc_table);
	const size_t size = map + 2 * touched + table + 2 * chunks;
	u8 *tables = lfb__map_zeroed(size);

	if (!tables)
		return -ENOMEM;
	memory->host_size = size;
	memory->map = (struct page *)tables;
	tables += map;
	memory->touched = (u64 *)tables;
	memory->emptied = (u64 *)(tables + touched);
	memory->vmalloc_table = (u32 *)(tables + 2 * touched);
	memory->chunk_touched = tables + 2 * touched + table;
	memory->chunk_emptied = memory->chunk_touched + chunks;
	return 0;
}

static u8 *window_at(const struct lfb_memory *memory, unsigned int window)
{
	return memory->windows + window * memory->window_stride;
}

static void use_window(struct lfb_memory *memory, unsigned int window)
{
	memory->window = window;
	memory->base = window_at(memory, window) - memory->start;
	memory->vmalloc_base = window_at(memory, window) + bytes_of(memory) + PAGE_SIZE;
}

static int map_window(const struct lfb_memory *memory, u8 *window)
{
	return lfb__store_show(memory->store, window, bytes_of(memory), 0);
}

static int create_windows(struct lfb_memory *memory)
{
	/* So aligned, moving a mapping moves whole page tables and not single entries. */
	const size_t align = bytes_of(memory) >= GIB ? GIB : 2 * MIB;
	void *reserved;

	memory->window_stride = ALIGN_UP(bytes_of(memory) + memory->vmalloc_size + 2 * PAGE_SIZE,
					 align);
	memory->reservation_size = memory->nr_windows * memory->window_stride + align;
	reserved = lfb__map_reserve(memory->reservation_size);
	if (!reserved)
		return -ENOMEM;
	memory->reservation = reserved;
	memory->windows = (u8 *)reserved + (-(uintptr_t)reserved & (align - 1));

	memory->store = lfb__store_make("lfb-memory", bytes_of(memory));
	if (memory->store < 0)
		return lfb__host_error(-memory->store);
	return map_window(memory, window_at(memory, 0));
}

/* Nobody is refused what is kept for others to come. */
static int get_host_memory(struct lfb_memory *memory)
{
	struct lfb_memory laid_out;
	int error;

	if (lfb__spare_take(memory))
		return 0;
	laid_out = *memory;
	do {
		*memory = laid_out;
		error = create_tables(memory);
		if (!error)
			error = create_windows(memory);
		if (error)
			lfb__spare_refuse(memory);
	} while (error && lfb__spare_give_up_all());
	return error;
}

int lfb__memory_create(struct lfb_kernel *kernel, const struct lfb_memory_options *options)
{
	struct lfb_memory *memory = &kernel->memory;
	int error;

	if (options->size < MIN_MEMORY || !IS_ALIGNED(options->size, PAGE_SIZE) ||
	    options->size >> PAGE_SHIFT >= LFB_NO_PFN)
		return lfb__fail(kernel, -EINVAL,
				 "memory of %llu bytes: must be whole pages, 1 MiB or more",
				 options->size);
	if (!lfb__can_start(options->start))
		return lfb__fail(kernel, -EINVAL, "no such memory map");
	if (options->mode > LFB_MEMORY_FIXED || options->policy > LFB_PAGES_ASCENDING)
		return lfb__fail(kernel, -EINVAL, "no such memory mode or page policy");
	if (options->checks == LFB_CHECKS_GUARD &&
	    !lfb__host_can(LFB_HOST_ALIAS | LFB_HOST_PROTECT | LFB_HOST_FAULTS))
		return lfb__fail(kernel, -EOPNOTSUPP, "this host cannot guard memory");

	memset(memory, 0, sizeof(*memory));
	memory->store = -1;
	lay_out(memory, options);
	error = get_host_memory(memory);
	if (!error)
		use_window(memory, memory->window);
	if (!error && options->checks == LFB_CHECKS_GUARD) {
		error = lfb__fence_create(memory);
		if (error) {
			lfb__fence_destroy(memory);
			lfb__spare_refuse(memory);
		}
	}
	if (error) {
		memset(memory, 0, sizeof(*memory));
		return lfb__fail(kernel, error, "memory of %llu bytes: the host has no room",
				 options->size);
	}
	return 0;
}

int lfb__memory_move(struct lfb_kernel *kernel, u64 start)
{
	struct lfb_memory *memory = &kernel->memory;
	const u64 bytes = bytes_of(memory);
	int err;

	if (start == memory->start)
		return 0;
	lfb__pages_open_all(memory);
	lfb__unpoison_touched(memory, memory->start, bytes);
	for_each_touched(memory, pfn, 0, memory->nr_pages) {
		lfb__fence_forget(memory, pfn);
		memory->map[pfn] = (struct page){ 0 };
		lfb__untouch(memory, pfn);
	}
	memset(memory->chunk_touched, 0, memory->nr_chunks);
	for (unsigned long chunk = 0; chunk < memory->nr_chunks; chunk++) {
		if (memory->chunk_emptied[chunk])
			memset(memory->emptied + chunk * (LFB_CHUNK_PAGES / LFB_BITS), 0,
			       LFB_CHUNK_PAGES / 8);
		memory->chunk_emptied[chunk] = 0;
	}
	set_start(memory, start, bytes);
	use_window(memory, memory->window);
	err = lfb__store_empty(memory->store, memory->windows, bytes);
	return err ? lfb__fail(kernel, lfb__host_error(-err), "the host cannot clear memory") : 0;
}

void lfb__memory_destroy(struct lfb_kernel *kernel)
{
	struct lfb_memory *memory = &kernel->memory;
	const bool is_fenced = lfb__fenced(memory);

	if (!memory->map)
		return;
	lfb__pages_open_all(memory);
	lfb__unpoison_touched(memory, memory->start, bytes_of(memory));
	lfb__fence_destroy(memory);
	lfb__lones_destroy(memory);
	lfb__shadow_destroy(memory);
	lfb__memory_clear_vmalloc(memory);
	if (is_fenced)
		lfb__spare_refuse(memory);
	else
		lfb__spare_keep(memory);
	free(memory->closed);
	memset(memory, 0, sizeof(*memory));
}

void lfb__memory_clear_vmalloc(struct lfb_memory *memory)
{
	if (memory->vmalloc_used == 0)
		return;
	LFB_ASSERT(memory->vmalloc_used <= memory->vmalloc_size);
	lfb__forbid(memory, memory->vmalloc_base, memory->vmalloc_used);
	lfb__map_seal(memory->vmalloc_base, memory->vmalloc_used);
	memset(memory->vmalloc_table, 0,
	       (memory->vmalloc_used >> PAGE_SHIFT) * sizeof(*memory->vmalloc_table));
	memory->vmalloc_used = 0;
}

static int move_window(const struct lfb_memory *memory, u8 *from, u8 *to)
{
	if (!lfb__fenced(memory) && !lfb__store_move(from, to, bytes_of(memory)))
		return 0;
	return map_window(memory, to);
}

int lfb__memory_go_to(struct lfb_memory *memory, unsigned int window)
{
	u8 *from = window_at(memory, memory->window), *to = window_at(memory, window);

	LFB_ASSERT(memory->base + memory->start == from);
	lfb__pages_open_all(memory);
	if (to != from && (move_window(memory, from, to) ||
			   lfb__map_seal(from, bytes_of(memory)))) {
		lfb__map_seal(to, bytes_of(memory));
		return -ENOMEM;
	}
	if (to != from)
		lfb__unpoison_touched(memory, memory->start, bytes_of(memory));
	lfb__memory_clear_vmalloc(memory);
	use_window(memory, window);
	return 0;
}

int lfb__memory_remap(struct lfb_kernel *kernel)
{
	struct lfb_memory *memory = &kernel->memory;
	const int err = lfb__memory_go_to(memory, (memory->window + 1) % memory->nr_windows);

	return err ? lfb__fail(kernel, err, "the host cannot map the memory elsewhere") : 0;
}

enum lfb_address_kind lfb__address_kind(const struct lfb_memory *memory, const void *address,
					phys_addr_t *phys)
{
	const size_t offset = (uintptr_t)address - (uintptr_t)memory->windows;
	const size_t inside = memory->window_stride ? offset % memory->window_stride : 0;
	const size_t vmalloc = inside - (bytes_of(memory) + PAGE_SIZE);
	const struct lfb_lone *lone;
	long long at;

	*phys = ~0ull;
	lone = lfb__lone_of(memory, address, &at);
	if (lone) {
		if (at >= 0 && at < (long long)lfb__lone_room(lone))
			*phys = lone->phys + (phys_addr_t)at;
		return lfb__lone_age(memory, lone) ? LFB_ADDRESS_STALE : LFB_ADDRESS_CURRENT;
	}
	if (offset >= memory->nr_windows * memory->window_stride)
		return LFB_ADDRESS_FOREIGN;
	if (inside < bytes_of(memory))
		*phys = memory->start + inside;
	if (offset / memory->window_stride != memory->window)
		return LFB_ADDRESS_STALE;
	if (vmalloc < memory->vmalloc_used && memory->vmalloc_table[vmalloc >> PAGE_SHIFT])
		*phys = PFN_PHYS(memory->vmalloc_table[vmalloc >> PAGE_SHIFT]) +
			(vmalloc & ~PAGE_MASK);
	return LFB_ADDRESS_CURRENT;
}

u64 lfb__memory_shown(const struct lfb_memory *memory, u64 value)
{
	const u64 offset = value - (uintptr_t)memory->windows;
	const struct lfb_lone *lone;
	u64 inside, age;
	long long at;

	lone = lfb__lone_of(memory, (const void *)(uintptr_t)value, &at);
	if (lone) {
		age = lfb__lone_age(memory, lone) % memory->nr_windows;
		return 0xffff888000000000ull + (age << 41) + lone->phys + (u64)at;
	}
	if (offset >= memory->nr_windows * memory->window_stride)
		return value;
	inside = offset % memory->window_stride;
	age = (memory->window + memory->nr_windows - offset / memory->window_stride) %
	      memory->nr_windows;
	if (inside < bytes_of(memory))
		return 0xffff888000000000ull + (age << 41) + memory->start + inside;
	return 0xffffc90000000000ull + (age << 42) + (inside - bytes_of(memory));
}

unsigned long lfb__next_touched(const struct lfb_memory *memory, unsigned long pfn,
				unsigned long end)
{
	const u8 *chunks = memory->chunk_touched;

	LFB_ASSERT(end <= memory->nr_pages);
	while (pfn < end) {
		unsigned long chunk = pfn / LFB_CHUNK_PAGES;
		u64 word;

		if (!chunks[chunk]) {
			const u8 *next = memchr(chunks + chunk, 1,
						(end - 1) / LFB_CHUNK_PAGES - chunk + 1);

			if (!next)
				return end;
			pfn = (unsigned long)(next - chunks) * LFB_CHUNK_PAGES;
		}
		word = memory->touched[pfn / LFB_BITS] >> (pfn % LFB_BITS);
		if (word) {
			pfn += (unsigned int)__builtin_ctzll(word);
			break;
		}
		do {
			pfn = (pfn | (LFB_BITS - 1)) + 1;
		} while (pfn % LFB_CHUNK_PAGES && !memory->touched[pfn / LFB_BITS]);
	}
	return pfn < end ? pfn : end;
}

void lfb__unpoison_touched(const struct lfb_memory *memory, phys_addr_t phys, size_t size)
{
	const unsigned long end = PHYS_PFN(PAGE_ALIGN(phys + size));

	if (!LFB_ASAN)
		return;
	for_each_touched(memory, pfn, PHYS_PFN(phys), end) {
		phys_addr_t from = PFN_PHYS(pfn) < phys ? phys : PFN_PHYS(pfn);
		phys_addr_t to = PFN_PHYS(pfn + 1);

		if (to > phys + size)
			to = phys + size;
		lfb__unpoison(memory->base + from, to - from);
	}
}

void *lfb__memory_at(const struct lfb_memory *memory, phys_addr_t phys, size_t size)
{
	if (phys < memory->start || phys > memory->size || size > memory->size - phys)
		return NULL;
	if (lfb__fenced(memory))
		return memory->mirror + (phys - memory->start);
	if (unlikely(memory->closed && memory->closed->count))
		lfb__pages_open(memory, PHYS_PFN(phys), PHYS_PFN(PAGE_ALIGN(phys + size)) -
						       PHYS_PFN(phys));
	lfb__unpoison_touched(memory, phys, size);
	return memory->base + phys;
}

/* A freed page has bytes, too, though kernel code may not touch them. */
#if LFB_ASAN
/* Volatile, or the compiler makes a checked memcpy() of it again. */
__attribute__((no_sanitize("address"))) static void copy_words(u8 *to, const volatile u8 *from,
							       size_t size)
{
	for (; size >= sizeof(u64) && IS_ALIGNED((uintptr_t)from, sizeof(u64));
	     size -= sizeof(u64), to += sizeof(u64), from += sizeof(u64)) {
		u64 word = *(const volatile u64 *)(const volatile void *)from;

		__builtin_memcpy(to, &word, sizeof(word));
	}
	while (size--)
		*to++ = *from++;
}
#else
static void copy_words(u8 *to, const u8 *from, size_t size)
{
	memcpy(to, from, size);
}
#endif

int lfb__memory_copy(const struct lfb_memory *memory, phys_addr_t phys, void *buffer, size_t size)
{
	const u8 *from = lfb__memory_at(memory, phys, size);

	if (!from)
		return -EFAULT;
	copy_words(buffer, from, size);
	return 0;
}
