// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Memory of a Linux host: mappings of nothing, and of memory files. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string.h>

#include "sim/kernel/host/map.h"

static void *map(size_t size, int access, int flags)
{
	void *at = mmap(NULL, size, access, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

void *lfb__map_zeroed(size_t size)
{
	void *at = map(size, PROT_READ | PROT_WRITE, MAP_NORESERVE);

	/* Huge pages would make a few entries of a table here and there cost 2 MiB each. */
	if (at)
		madvise(at, size, MADV_NOHUGEPAGE);
	return at;
}

void *lfb__map_own(size_t size)
{
	void *at = map(size, PROT_READ | PROT_WRITE, 0);

	if (at && madvise(at, size, MADV_WIPEONFORK)) {
		munmap(at, size);
		at = NULL;
	}
	return at;
}

void *lfb__map_reserve(size_t size)
{
	return map(size, PROT_NONE, MAP_NORESERVE);
}

void lfb__map_drop(void *at, size_t size)
{
	munmap(at, size);
}

int lfb__map_seal(void *at, size_t size)
{
	return mmap(at, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
		    -1, 0) == MAP_FAILED ? -ENOMEM : 0;
}

int lfb__map_access(void *at, size_t size, enum lfb_map_access access)
{
	static const int bits[] = {
		[LFB_MAP_CLOSED] = PROT_NONE,
		[LFB_MAP_READ] = PROT_READ,
		[LFB_MAP_OPEN] = PROT_READ | PROT_WRITE,
	};

	return mprotect(at, size, bits[access]) ? -ENOMEM : 0;
}

int lfb__store_make(const char *name, u64 size)
{
	const int store = memfd_create(name, MFD_CLOEXEC);
	int err;

	if (store >= 0 && !ftruncate(store, (off_t)size))
		return store;
	err = -errno;
	if (store >= 0)
		close(store);
	return err;
}

void lfb__store_drop(int store)
{
	close(store);
}

int lfb__store_show(int store, void *at, size_t size, u64 offset)
{
	return mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, store,
		    (off_t)offset) == MAP_FAILED ? -ENOMEM : 0;
}

/*
 * Moving keeps the page tables, so that nothing has to be faulted in again. The old range is left
 * mapped for the moment it takes to seal it, rather than free for somebody else to map. Kernels
 * before 5.13 move only private memory in this way.
 */
int lfb__store_move(void *from, void *to, size_t size)
{
	return mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
		      to) == MAP_FAILED ? -ENOMEM : 0;
}

void *lfb__store_again(int store, void *shown, size_t size)
{
	void *again = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, store, 0);

	(void)shown;
	if (again == MAP_FAILED)
		return NULL;
	madvise(again, size, MADV_NOHUGEPAGE);
	return again;
}

void lfb__store_again_drop(void *again, size_t size)
{
	munmap(again, size);
}

int lfb__store_empty(int store, void *shown, size_t size)
{
	(void)shown;
	return ftruncate(store, 0) || ftruncate(store, (off_t)size) ? -errno : 0;
}

/* Whoever wrote there, and whether or not he said so: the host knows of each page. */
bool lfb__store_clear(int store, void *shown, size_t size)
{
	off_t at = 0, end;

	(void)size;
	while ((at = lseek(store, at, SEEK_DATA)) >= 0) {
		end = lseek(store, at, SEEK_HOLE);
		if (end <= at)
			return false;
		memset((u8 *)shown + at, 0, (size_t)(end - at));
		at = end;
	}
	return errno == ENXIO;
}

u64 lfb__store_used(int store, size_t size)
{
	struct stat stat;

	(void)size;
	return fstat(store, &stat) ? ~0ull : (u64)stat.st_blocks * 512;
}
