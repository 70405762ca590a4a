// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Shared objects that are loaded as modules, as often as they are wanted and each time at another
 * place. One that is closed can be neither run nor written or read, but for what the dynamic linker
 * needs of it. A table of the process knows them all: an address may be in one.
 */
#define _GNU_SOURCE /* dlinfo(), dl_iterate_phdr(), memfd_create(), memmem() */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/kernel/host/host.h"

#define ACCESSES "__wrap___tsan_"	/* what such code calls, in its table of names */

static struct {
	pthread_mutex_t lock;
	struct lfb_shared *first;
	bool at_exit;
} all = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* At the end of the process the dynamic linker runs what objects have for it. */
static void open_all(void)
{
	pthread_mutex_lock(&all.lock);
	for (struct lfb_shared *shared = all.first; shared; shared = shared->next)
		lfb__shared_open(shared);
	pthread_mutex_unlock(&all.lock);
}

static void note(struct lfb_shared *shared)
{
	pthread_mutex_lock(&all.lock);
	if (!all.at_exit)
		all.at_exit = !atexit(open_all);
	shared->next = all.first;
	all.first = shared;
	pthread_mutex_unlock(&all.lock);
}

static void forget(struct lfb_shared *shared)
{
	pthread_mutex_lock(&all.lock);
	for (struct lfb_shared **at = &all.first; *at; at = &(*at)->next) {
		if (*at == shared) {
			*at = shared->next;
			break;
		}
	}
	pthread_mutex_unlock(&all.lock);
}

struct lfb_shared *lfb__shared_at(const void *address)
{
	struct lfb_shared *found;

	pthread_mutex_lock(&all.lock);
	for (found = all.first; found; found = found->next) {
		if ((uintptr_t)address - (uintptr_t)found->start < found->size)
			break;
	}
	pthread_mutex_unlock(&all.lock);
	return found;
}

/* What has to be known of it */

struct looking {
	struct lfb_shared *shared;
	uintptr_t bias;
	bool known;
};

static char *page_of(uintptr_t address)
{
	return (char *)(address & ~(uintptr_t)(sysconf(_SC_PAGESIZE) - 1));
}

static char *page_behind(uintptr_t address)
{
	return page_of(address + (uintptr_t)sysconf(_SC_PAGESIZE) - 1);
}

/* Code that lies together with what the dynamic linker reads stays where it is. */
static void add_code(struct lfb_shared *shared, uintptr_t start, const ElfW(Phdr) *part)
{
	if (!part->p_offset || shared->code)
		return;
	shared->code = page_of(start);
	shared->code_size = (size_t)(page_behind(start + part->p_memsz) - shared->code);
}

/* What is read-only once it is relocated comes first, if it is there. */
static void add_data(struct lfb_shared *shared, const struct dl_phdr_info *object, uintptr_t start,
		     uintptr_t end)
{
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		const uintptr_t from = object->dlpi_addr + part->p_vaddr;

		if (part->p_type == PT_GNU_RELRO && from >= start && from < end)
			start = (uintptr_t)page_of(from + part->p_memsz);
	}
	if (start >= end)
		return;
	if (!shared->data)
		shared->data = (char *)start;
	shared->data_size = end - (uintptr_t)shared->data;
}

static int look(struct dl_phdr_info *object, size_t size, void *argument)
{
	struct looking *looking = argument;
	struct lfb_shared *shared = looking->shared;
	uintptr_t low = UINTPTR_MAX, high = 0;

	(void)size;
	if (object->dlpi_addr != looking->bias)
		return 0;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		const uintptr_t start = object->dlpi_addr + part->p_vaddr;
		const uintptr_t end = start + part->p_memsz;

		if (part->p_type != PT_LOAD)
			continue;
		low = start < low ? start : low;
		high = end > high ? end : high;
		if (part->p_flags & PF_X)
			add_code(shared, start, part);
		else if (part->p_flags & PF_W)
			add_data(shared, object, start, end);
	}
	shared->start = page_of(low);
	shared->size = (size_t)(page_behind(high) - shared->start);
	looking->known = true;
	return 1;
}

static bool find_parts(struct lfb_shared *shared, const void *bytes, size_t size)
{
	struct looking looking = { .shared = shared };
	struct link_map *map;

	if (dlinfo(shared->handle, RTLD_DI_LINKMAP, &map))
		return false;
	looking.bias = map->l_addr;
	dl_iterate_phdr(look, &looking);
	lfb__shared_find_counters(shared, map->l_addr, bytes, size);
	shared->says_accesses = memmem(bytes, size, ACCESSES, strlen(ACCESSES));
	return looking.known;
}

/* Loading */

/* The same words wherever it was loaded from. */
static void say_why(const char *path, const char *from, char *why, size_t size)
{
	const char *error = dlerror(), *at = error ? strstr(error, from) : NULL;

	if (at)
		snprintf(why, size, "%.*s%s%s", (int)(at - error), error, path, at + strlen(from));
	else
		snprintf(why, size, "%s", error ? error : "it cannot be loaded");
}

static int make_file(const void *bytes, size_t size)
{
	const int fd = memfd_create(LFB_SHARED_FILE, MFD_CLOEXEC);
	ssize_t written = 0;

	for (size_t done = 0; fd >= 0 && done < size && written >= 0;) {
		written = write(fd, (const char *)bytes + done, size - done);
		done += written > 0 ? (size_t)written : 0;
	}
	if (fd < 0 || written >= 0)
		return fd;
	close(fd);
	return -1;
}

/*
 * A file of its own, which stays open: the dynamic linker takes one with the same name, or the same
 * file, for the one it has. A debugger finds it by the process's number, and would wait for ever
 * for its own descriptor of that number.
 */
struct lfb_shared *lfb__shared_load(const void *bytes, size_t size, const char *path, char *why,
				    size_t why_size)
{
	struct lfb_shared *shared = calloc(1, sizeof(*shared));
	char from[64];

	snprintf(why, why_size, "no memory");
	if (!shared)
		return NULL;
	shared->path = path;
	shared->fd = make_file(bytes, size);
	if (shared->fd < 0) {
		snprintf(why, why_size, "%s", strerror(errno));
		free(shared);
		return NULL;
	}
	snprintf(from, sizeof(from), "/proc/%d/fd/%d", (int)getpid(), shared->fd);
	shared->handle = dlopen(from, RTLD_NOW | RTLD_LOCAL);
	if (!shared->handle)
		say_why(path, from, why, why_size);
	else if (find_parts(shared, bytes, size) && lfb__shared_find_imports(shared)) {
		note(shared);
		return shared;
	}
	lfb__shared_free(shared);
	return NULL;
}

void *lfb__shared_symbol(const struct lfb_shared *shared, const char *name)
{
	char *symbol = dlsym(shared->handle, name);

	/* It may be one of what the object needs. */
	return (uintptr_t)symbol - (uintptr_t)shared->start < shared->size ? symbol : NULL;
}

void *lfb__shared_exported(const struct lfb_shared *shared, const char *name)
{
	char mark[300];

	snprintf(mark, sizeof(mark), "__ksymtab_%s", name);
	return lfb__shared_symbol(shared, mark) ? lfb__shared_symbol(shared, name) : NULL;
}

/*
 * Word by word: a sanitizer knows of gaps between variables, and takes the C library's copying of
 * them for a mistake.
 */
__attribute__((no_sanitize("address"))) static void copy(char *to, const char *from, size_t size)
{
	size_t done = 0;

	for (; done + sizeof(u64) <= size; done += sizeof(u64))
		*(volatile u64 *)(to + done) = *(const volatile u64 *)(from + done);
	for (; done < size; done++)
		*(volatile char *)(to + done) = *(const volatile char *)(from + done);
}

bool lfb__shared_keep(struct lfb_shared *shared)
{
	shared->kept = malloc(shared->data_size + 1);
	if (shared->kept)
		copy(shared->kept, shared->data, shared->data_size);
	return shared->kept;
}

void lfb__shared_reset(const struct lfb_shared *shared)
{
	lfb__shared_write(shared, shared->kept);
}

void lfb__shared_read(const struct lfb_shared *shared, void *bytes)
{
	copy(bytes, shared->data, shared->data_size);
}

void lfb__shared_write(const struct lfb_shared *shared, const void *bytes)
{
	const size_t behind = shared->counters + shared->counters_size;

	copy(shared->data, bytes, shared->counters);
	copy(shared->data + behind, (const char *)bytes + behind, shared->data_size - behind);
}

static char *whole_data(const struct lfb_shared *shared, size_t *size)
{
	char *start = page_of((uintptr_t)shared->data);

	*size = (size_t)(page_behind((uintptr_t)shared->data + shared->data_size) - start);
	return start;
}

void lfb__shared_open(struct lfb_shared *shared)
{
	size_t size;
	char *data = whole_data(shared, &size);

	if (shared->code)
		mprotect(shared->code, shared->code_size, PROT_READ | PROT_EXEC);
	if (shared->data)
		mprotect(data, size, PROT_READ | PROT_WRITE);
	shared->closed = false;
}

void lfb__shared_close(struct lfb_shared *shared)
{
	size_t size;
	char *data = whole_data(shared, &size);

	shared->closed = true;
	if (shared->code)
		mprotect(shared->code, shared->code_size, PROT_NONE);
	if (shared->data)
		mprotect(data, size, PROT_NONE);
}

void lfb__shared_free(struct lfb_shared *shared)
{
	if (!shared)
		return;
	lfb__list_free(&shared->imports);
	if (shared->handle) {
		forget(shared);
		lfb__shared_open(shared);
		dlclose(shared->handle);
	}
	close(shared->fd);
	free(shared->kept);
	free(shared);
}
