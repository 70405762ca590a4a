// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files of all kinds that an agent may want to preserve, and what is in those in memory. */
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

/* The words of @line from @first on. */
static struct lfb_contents contents_of(const struct lfb_script_line *line, unsigned int first)
{
	return (struct lfb_contents){
		.size = lfb__script_value(line->words[first]),
		.pages = line->words[first + 1],
		.seed = lfb__script_value(line->words[first + 2]),
	};
}

static int make_in_memory(struct making *making, unsigned int flags)
{
	const struct lfb_contents contents = contents_of(making->line, 3);

	making->file = lfb__contents_file(flags, &contents);
	return PTR_ERR_OR_ZERO(making->file);
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

long lfb__script_check(struct lfb_script *script, const struct lfb_script_line *line)
{
	const struct lfb_contents contents = contents_of(line, 2);

	return lfb__contents_check(script->agent, lfb__script_fd(script, line->words[1]),
				   &contents);
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
