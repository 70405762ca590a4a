// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A host on which nothing can be loaded. */
#include <stdio.h>

#include "sim/kernel/host/host.h"

struct lfb_shared *lfb__shared_load(const void *bytes, size_t size, const char *path, char *why,
				    size_t why_size)
{
	(void)bytes;
	(void)size;
	(void)path;
	snprintf(why, why_size, "this host loads no shared objects");
	return NULL;
}

void lfb__shared_allow_missing(char *bytes, size_t size)
{
	(void)bytes;
	(void)size;
}

/* None of these is ever called: there is no shared object. */

void lfb__shared_free(struct lfb_shared *shared)
{
	(void)shared;
}

void *lfb__shared_symbol(const struct lfb_shared *shared, const char *name)
{
	(void)shared;
	(void)name;
	return NULL;
}

void *lfb__shared_exported(const struct lfb_shared *shared, const char *name)
{
	(void)shared;
	(void)name;
	return NULL;
}

bool lfb__shared_keep(struct lfb_shared *shared)
{
	(void)shared;
	return false;
}

void lfb__shared_reset(const struct lfb_shared *shared)
{
	(void)shared;
}

void lfb__shared_read(const struct lfb_shared *shared, void *bytes)
{
	(void)shared;
	(void)bytes;
}

void lfb__shared_write(const struct lfb_shared *shared, const void *bytes)
{
	(void)shared;
	(void)bytes;
}

void lfb__shared_open(struct lfb_shared *shared)
{
	(void)shared;
}

void lfb__shared_close(struct lfb_shared *shared)
{
	(void)shared;
}

struct lfb_shared *lfb__shared_at(const void *address)
{
	(void)address;
	return NULL;
}

bool lfb__shared_variable(const struct lfb_shared *shared, const void *address, char *name,
			  size_t size)
{
	(void)shared;
	(void)address;
	(void)name;
	(void)size;
	return false;
}

const char *lfb__shared_bind(const struct lfb_shared *shared, bool only_look,
			     void *(*find)(void *context, const char *name), void *context)
{
	(void)shared;
	(void)only_look;
	(void)find;
	(void)context;
	return NULL;
}

bool lfb__shared_uses(const struct lfb_shared *shared, const struct lfb_shared *other)
{
	(void)shared;
	(void)other;
	return false;
}
