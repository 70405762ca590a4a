// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files of all kinds that an agent may want to preserve, and what is in those in memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/shmem.h>

#include "sim/script/script.h"

/* What has nothing that live update could hand over. */
static const struct file_operations other_fops = { 0 };

struct making {
	struct lfb_script *script;
	const struct lfb_script_line *line;
	struct file *file;
};

/* A page of a file, as it is written and checked. */
static void fill_page(u32 *words, u64 seed, u64 page)
{
	for (u32 i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] = (u32)(seed * 2654435761u + page * 40503u + i * sizeof(*words));
}

static u64 page_end(u64 size, u64 page)
{
	const u64 left = size > page << PAGE_SHIFT ? size - (page << PAGE_SHIFT) : 0;

	return left < PAGE_SIZE ? left : PAGE_SIZE;
}

/* The next page of a list "0,3"; false at its end, which "-" is at once. */
static bool next_page(const char **list, u64 *page)
{
	char *end;

	if (!*list || **list < '0' || **list > '9')
		return false;
	*page = strtoull(*list, &end, 10);
	*list = *end == ',' ? end + 1 : end;
	return true;
}

static int write_pages(struct file *file, u64 size, const char *list, u64 seed)
{
	u32 words[PAGE_SIZE / sizeof(u32)];
	u64 page;

	if (size > (u64)MAX_LFS_FILESIZE)
		return -EFBIG;
	i_size_write(file_inode(file), (s64)size);
	while (next_page(&list, &page)) {
		const u64 length = page < PHYS_PFN(~0ull) ? page_end(size, page) : 0;
		s64 pos = (s64)(page << PAGE_SHIFT), ret;

		if (!length)
			return -EINVAL;
		fill_page(words, seed, page);
		ret = kernel_write(file, words, length, &pos);
		if (ret < 0)
			return (int)ret;
	}
	return 0;
}

static int make_in_memory(struct making *making, unsigned int flags)
{
	const struct lfb_script_line *line = making->line;
	struct file *file = memfd_alloc_file("memfd", flags);
	int err;

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	err = write_pages(file, lfb__script_value(line->words[3]), line->words[4],
			  lfb__script_value(line->words[5]));
	if (err) {
		fput(file);
		return err;
	}
	making->file = file;
	return 0;
}

static int make_other(struct making *making, const char *name)
{
	making->file = anon_inode_getfile(name, &other_fops, NULL, 0);
	return PTR_ERR_OR_ZERO(making->file);
}

static int make(struct making *making)
{
	const char *kind = making->line->words[2];
	int err;

	if (!strcmp(kind, "pipe") || !strcmp(kind, "proc") || !strcmp(kind, "console"))
		return make_other(making, kind);
	if (!strcmp(kind, "opath")) {
		err = make_in_memory(making, 0);
		if (!err)
			making->file->lfb_path = true;
		return err;
	}
	if (!strcmp(kind, "sealable")) {
		err = make_in_memory(making, MFD_ALLOW_SEALING);
		return err ? err : memfd_add_seals(making->file, F_SEAL_SHRINK | F_SEAL_GROW);
	}
	if (!strcmp(kind, "memfd"))
		return make_in_memory(making, 0);
	if (strcmp(kind, "tmpfs") && strcmp(kind, "tmpfsunlinked") && strcmp(kind, "rotmpfs"))
		return -ENOSYS;
	err = make_in_memory(making, 0);
	if (!err && !strcmp(kind, "tmpfs"))
		file_inode(making->file)->i_nlink = 1;
	return err;
}

static long make_file(void *argument)
{
	return make(argument);
}

long lfb__script_file(struct lfb_script *script, const struct lfb_script_line *line)
{
	struct making making = { script, line, NULL };
	long ret = lfb_machine_call(script->machine, make_file, &making);

	if (!ret)
		ret = lfb_agent_install(script->agent, making.file);
	return lfb__script_keep(script, line->words[1], ret);
}

static long make_console(void *argument)
{
	return make_other(argument, "console");
}

int lfb__script_console(struct lfb_script *script)
{
	struct making making = { .script = script };
	long ret = lfb_machine_call(script->machine, make_console, &making);

	return ret ? -1 : lfb_agent_install(script->agent, making.file);
}

/* Descriptors once more */

static long open_again(void *argument)
{
	struct making *making = argument;
	struct file *file = making->file;

	/* What has no name cannot be opened: sessions and the like. */
	if (shmem_file(file))
		making->file = lfb_shmem_reopen(file);
	else if (file->f_op == &other_fops)
		return make_other(making, file->f_name);
	else
		return -ENXIO;
	return PTR_ERR_OR_ZERO(making->file);
}

static long take_reference(void *argument)
{
	struct making *making = argument;

	get_file(making->file);
	return 0;
}

/* "reopen" makes an open file of its own, "dup" a descriptor of the same one. */
long lfb__script_reopen(struct lfb_script *script, const struct lfb_script_line *line)
{
	const bool dup = !strcmp(line->words[0], "dup");
	struct making making = { script, line, lfb_agent_file(script->agent,
							lfb__script_fd(script, line->words[1])) };
	long ret = making.file ? 0 : dup ? -EBADF : -ENOENT;

	if (!ret)
		ret = lfb_machine_call(script->machine, dup ? take_reference : open_again,
				       &making);
	if (!ret)
		ret = lfb_agent_install(script->agent, making.file);
	return lfb__script_keep(script, line->words[2], ret);
}

/* What is in a file */

static bool listed(const char *list, u64 page)
{
	u64 one;

	while (next_page(&list, &one)) {
		if (one == page)
			return true;
	}
	return false;
}

static long compare(void *argument)
{
	const struct making *making = argument;
	const struct lfb_script_line *line = making->line;
	const u64 size = lfb__script_value(line->words[2]);
	const u64 seed = lfb__script_value(line->words[4]);
	u32 found[PAGE_SIZE / sizeof(u32)], wanted[PAGE_SIZE / sizeof(u32)];

	if (!shmem_file(making->file))
		return -EINVAL;
	if ((u64)i_size_read(file_inode(making->file)) != size)
		return -EIO;
	for (u64 page = 0; page << PAGE_SHIFT < size; page++) {
		const u64 length = page_end(size, page);
		s64 pos = (s64)(page << PAGE_SHIFT);

		if (listed(line->words[3], page))
			fill_page(wanted, seed, page);
		else
			memset(wanted, 0, sizeof(wanted));
		if (kernel_read(making->file, found, length, &pos) != (s64)length ||
		    memcmp(found, wanted, length))
			return -EIO;
	}
	return 0;
}

long lfb__script_check(struct lfb_script *script, const struct lfb_script_line *line)
{
	struct making making = { script, line, lfb_agent_file(script->agent,
							lfb__script_fd(script, line->words[1])) };

	return making.file ? lfb_machine_call(script->machine, compare, &making) : -EBADF;
}

/* Another process wants to open the device. */
static long open_in_child(struct lfb_script *script)
{
	struct lfb_agent *child;
	long ret = lfb_agent_create(script->machine, "child", &child);

	if (ret)
		return ret;
	ret = lfb_agent_open(child);
	lfb_agent_destroy(child);
	return ret < 0 ? ret : 0;
}

long lfb__script_misc(struct lfb_script *script, const struct lfb_script_line *line)
{
	const s64 at = (s64)lfb__script_value(line->words[3]);
	const char *what = line->words[1];
	struct file *file;

	if (!strcmp(what, "childopen"))
		return open_in_child(script);
	/* There is no debugfs. */
	if (!strcmp(what, "ls") || !strcmp(what, "hex"))
		return -ENOENT;
	file = line->words[2] ? lfb_agent_file(script->agent,
					       lfb__script_fd(script, line->words[2])) : NULL;
	if (!file)
		return -EBADF;
	if (!strcmp(what, "seek"))
		return vfs_setpos(file, at, MAX_LFS_FILESIZE) < 0 ? -EINVAL : 0;
	if (!strcmp(what, "tell"))
		return file->f_pos == at ? 0 : -EIO;
	if (strcmp(what, "seals"))
		return -EINVAL;
	if (memfd_get_seals(file) < 0)
		return -EINVAL;
	lfb__transcript_line(&script->transcript, "@@     seals=%x",
			     (unsigned int)memfd_get_seals(file));
	return 0;
}
