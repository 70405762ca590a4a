// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What emscripten's C library declares and has not. A browser has no processes to start. */
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

void *reallocarray(void *items, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(items, count * size);
}

int memfd_create(const char *name, unsigned int flags)
{
	(void)name;
	(void)flags;
	errno = ENOSYS;
	return -1;
}

int posix_spawnp(pid_t *process, const char *file, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const arguments[],
		 char *const environment[])
{
	(void)process;
	(void)file;
	(void)actions;
	(void)attributes;
	(void)arguments;
	(void)environment;
	return ENOSYS;
}

pid_t wait4(pid_t process, int *status, int options, struct rusage *used)
{
	(void)process;
	(void)status;
	(void)options;
	(void)used;
	errno = ECHILD;
	return -1;
}
