// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What modules in shared objects have for each other. The dynamic linker knows of one scope for the
 * whole process, but a module is there several times, and whom it uses may move or become another
 * version. So it is told that what it does not find may be missing, and what it left open is filled
 * in here, as often as somebody has moved.
 */
#define _GNU_SOURCE /* dlinfo() */
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/kernel/host/host.h"

/* In what a symbol says of itself nobody uses this bit: it must not be missing. */
#define MUST_BE_THERE 0x40

struct import {
	const char *name;
	u64 *slot;	/* its address comes here, … */
	u64 addend;	/* … and this much more */
	bool must;
};

/* Of a symbol the file needs from elsewhere. */
static void allow_missing(char *bytes)
{
	ElfW(Sym) symbol;

	memcpy(&symbol, bytes, sizeof(symbol));
	if (symbol.st_shndx != SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) != STB_GLOBAL)
		return;
	symbol.st_info = ELF64_ST_INFO(STB_WEAK, ELF64_ST_TYPE(symbol.st_info));
	symbol.st_other |= MUST_BE_THERE;
	memcpy(bytes, &symbol, sizeof(symbol));
}

/* The part of that number of a file in memory; of what lies outside there is nothing. */
static bool read_part(const char *bytes, size_t size, size_t number, ElfW(Shdr) *part)
{
	ElfW(Ehdr) file;

	if (size < sizeof(file))
		return false;
	memcpy(&file, bytes, sizeof(file));
	if (memcmp(file.e_ident, ELFMAG, SELFMAG) || file.e_shentsize != sizeof(*part) ||
	    file.e_shoff > size || number >= file.e_shnum ||
	    number >= (size - file.e_shoff) / sizeof(*part))
		return false;
	memcpy(part, bytes + file.e_shoff + number * sizeof(*part), sizeof(*part));
	if (part->sh_type == SHT_NOBITS || part->sh_offset > size ||
	    part->sh_size > size - part->sh_offset)
		part->sh_size = 0;
	return true;
}

void lfb__shared_allow_missing(char *bytes, size_t size)
{
	ElfW(Shdr) part;

	for (size_t i = 0; read_part(bytes, size, i, &part); i++) {
		if (part.sh_type != SHT_DYNSYM)
			continue;
		for (size_t at = 0; part.sh_size - at >= sizeof(ElfW(Sym)); at += sizeof(ElfW(Sym)))
			allow_missing(bytes + part.sh_offset + at);
	}
}

void lfb__shared_find_counters(struct lfb_shared *shared, uintptr_t bias, const char *bytes,
			       size_t size)
{
	static const char name[] = "__sancov_cntrs";
	ElfW(Shdr) names, part;
	ElfW(Ehdr) file;

	memcpy(&file, bytes, sizeof(file));
	if (!read_part(bytes, size, file.e_shstrndx, &names))
		return;
	for (size_t i = 0; read_part(bytes, size, i, &part); i++) {
		const size_t at = bias + part.sh_addr - (uintptr_t)shared->data;

		if (part.sh_name >= names.sh_size || names.sh_size - part.sh_name < sizeof(name) ||
		    memcmp(bytes + names.sh_offset + part.sh_name, name, sizeof(name)) ||
		    at > shared->data_size || part.sh_size > shared->data_size - at)
			continue;
		shared->counters = at;
		shared->counters_size = part.sh_size;
	}
}

/* The symbol of a table that has @at in it, of a variable. */
static bool find_variable(const char *bytes, const ElfW(Shdr) *table, u64 at, ElfW(Sym) *found)
{
	for (size_t i = 0; table->sh_size - i >= sizeof(*found); i += sizeof(*found)) {
		memcpy(found, bytes + table->sh_offset + i, sizeof(*found));
		if (ELF64_ST_TYPE(found->st_info) == STT_OBJECT &&
		    at - found->st_value < found->st_size)
			return true;
	}
	return false;
}

static bool name_variable(const char *bytes, size_t size, u64 at, char *name, size_t name_size)
{
	ElfW(Shdr) table, names;
	ElfW(Sym) found;

	for (size_t i = 0; read_part(bytes, size, i, &table); i++) {
		const char *text;
		size_t length;

		if ((table.sh_type != SHT_SYMTAB && table.sh_type != SHT_DYNSYM) ||
		    !find_variable(bytes, &table, at, &found) ||
		    !read_part(bytes, size, table.sh_link, &names) ||
		    found.st_name >= names.sh_size)
			continue;
		text = bytes + names.sh_offset + found.st_name;
		length = strnlen(text, names.sh_size - found.st_name);
		/* "count.0" is how a compiler calls what is static in a function. */
		if (memchr(text, '.', length))
			length = strcspn(text, ".");
		if (at == found.st_value)
			snprintf(name, name_size, "%.*s", (int)length, text);
		else
			snprintf(name, name_size, "%.*s+0x%llx", (int)length, text,
				 (unsigned long long)(at - found.st_value));
		return true;
	}
	return false;
}

bool lfb__shared_variable(const struct lfb_shared *shared, const void *address, char *name,
			  size_t size)
{
	struct link_map *map;
	struct stat file;
	bool found;
	void *bytes;

	if (dlinfo(shared->handle, RTLD_DI_LINKMAP, &map) || fstat(shared->fd, &file))
		return false;
	bytes = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, shared->fd, 0);
	if (bytes == MAP_FAILED)
		return false;
	found = name_variable(bytes, (size_t)file.st_size, (uintptr_t)address - map->l_addr, name,
			      size);
	munmap(bytes, (size_t)file.st_size);
	return found;
}

/* Where the object says what it needs. */
struct tables {
	uintptr_t bias;
	const ElfW(Sym) *symbols;
	const char *names;
	const ElfW(Rela) *relocations[2];	/* of data, of calls */
	size_t sizes[2];
};

static void read_dynamic(struct tables *tables, const struct link_map *map)
{
	tables->bias = map->l_addr;
	for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
		const ElfW(Addr) at = entry->d_un.d_ptr;
		/* The dynamic linker may have made an address of it already. */
		const void *table = (const void *)(at < tables->bias ? at + tables->bias : at);

		switch (entry->d_tag) {
		case DT_SYMTAB:
			tables->symbols = table;
			break;
		case DT_STRTAB:
			tables->names = table;
			break;
		case DT_RELA:
			tables->relocations[0] = table;
			break;
		case DT_RELASZ:
			tables->sizes[0] = entry->d_un.d_val;
			break;
		case DT_JMPREL:
			tables->relocations[1] = table;
			break;
		case DT_PLTRELSZ:
			tables->sizes[1] = entry->d_un.d_val;
			break;
		}
	}
}

/* Addresses of others are read-only in part; those that are filled in later are not. */
static bool open_slot(const struct lfb_shared *shared, u64 *slot)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t start = (uintptr_t)slot & ~(page - 1);

	if ((uintptr_t)slot - (uintptr_t)shared->data < shared->data_size)
		return true;
	return !mprotect((void *)start, (uintptr_t)(slot + 1) - start, PROT_READ | PROT_WRITE);
}

/* False without memory. */
static bool note_open(struct lfb_shared *shared, const struct tables *tables,
		      const ElfW(Rela) *relocation)
{
	const ElfW(Sym) *symbol = &tables->symbols[ELF64_R_SYM(relocation->r_info)];
	u64 *slot = (u64 *)(tables->bias + relocation->r_offset);
	struct import *import;

	if (!ELF64_R_SYM(relocation->r_info) || symbol->st_shndx != SHN_UNDEF ||
	    ELF64_ST_TYPE(symbol->st_info) == STT_TLS || *slot != (u64)relocation->r_addend)
		return true;
	import = lfb__list_add(&shared->imports, sizeof(*import));
	if (!import || !open_slot(shared, slot))
		return false;
	*import = (struct import){
		.name = tables->names + symbol->st_name,
		.slot = slot,
		.addend = (u64)relocation->r_addend,
		.must = symbol->st_other & MUST_BE_THERE,
	};
	return true;
}

bool lfb__shared_find_imports(struct lfb_shared *shared)
{
	struct tables tables = { 0 };
	struct link_map *map;

	if (dlinfo(shared->handle, RTLD_DI_LINKMAP, &map))
		return false;
	read_dynamic(&tables, map);
	for (size_t i = 0; i < 2; i++) {
		const ElfW(Rela) *at = tables.relocations[i];

		for (size_t left = tables.sizes[i] / sizeof(*at); at && left; left--, at++) {
			if (!note_open(shared, &tables, at))
				return false;
		}
	}
	return true;
}

const char *lfb__shared_bind(const struct lfb_shared *shared, bool only_look,
			     void *(*find)(void *context, const char *name), void *context)
{
	const char *missing = NULL;
	const struct import *import = shared->imports.items;

	for (size_t left = shared->imports.count; left; left--, import++) {
		const uintptr_t address = (uintptr_t)find(context, import->name);

		if (!only_look)
			*import->slot = address + import->addend;
		if (!address && import->must && !missing)
			missing = import->name;
	}
	return missing;
}

bool lfb__shared_uses(const struct lfb_shared *shared, const struct lfb_shared *other)
{
	const struct import *import = shared->imports.items;

	for (size_t left = shared->imports.count; left; left--, import++) {
		if (*import->slot - import->addend - (uintptr_t)other->start < other->size)
			return true;
	}
	return false;
}
