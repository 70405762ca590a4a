/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Open files. Mirrors the parts of linux/fs.h, linux/file.h, linux/anon_inodes.h and
 * linux/miscdevice.h that live update code needs.
 */
#ifndef LUO_FILE_H
#define LUO_FILE_H

#include <luo/types.h>

struct file;
struct inode;
struct module;
struct shmem_inode_info;

/**
 * struct address_space - the pages of a file in memory
 * @host: whose they are
 */
struct address_space {
	struct inode *host;
};

/**
 * struct inode - what a file is about
 * @i_ino: its number
 * @i_private: for the file's creator
 * @i_size: bytes; read and set by i_size_read() and i_size_write() (luo/shmem.h)
 * @i_nlink: names it has in a file system; files without any are 0
 * @i_mapping: its pages, where it is of a file in memory, else NULL
 */
struct inode {
	unsigned long i_ino;
	void *i_private;
	s64 i_size;
	unsigned int i_nlink;
	struct address_space *i_mapping;
	struct shmem_inode_info *lfb_shmem; /* NULL: its bytes are not in memory */
};

/**
 * struct file_operations - what a kind of file can do
 * @owner: the module whose code this is
 * @open: called by an open of the device, which fails with the errno it returns; NULL: it opens
 * @release: called when the last reference goes; the return value is ignored
 * @unlocked_ioctl: a device-specific request; @arg is the agent's pointer
 */
struct file_operations {
	struct module *owner;
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
};

/**
 * struct file - an open file
 * @f_op: what it can do; also tells its kind
 * @private_data: for the file's creator
 * @f_inode: what it is about
 * @f_pos: the position in bytes
 * @f_count: references
 * @f_name: for traces
 */
struct file {
	const struct file_operations *f_op;
	void *private_data;
	struct inode *f_inode;
	s64 f_pos;
	int f_count;
	bool lfb_preserved;	/* the orchestrator's: preserved in some session */
	bool lfb_own;		/* … and whether it is its own: the device, or a session */
	bool lfb_path;		/* opened with O_PATH: fget() does not see it */
	const char *f_name;
	struct inode lfb_inode; /* where f_inode points unless the creator changes it */
};

/**
 * anon_inode_getfile() - make an open file
 * @name: for traces; must live as long as the file
 * @fops: what it can do
 * @priv: becomes private_data
 * @flags: ignored
 *
 * Pins the module that owns @fops until the file is released.
 *
 * Context: any phase in which a kernel runs. Allocates (a fault point).
 * Return: the file with one reference, or ERR_PTR(): -EINVAL no @fops or no kernel, -ENOENT the
 * module is going away, -ENOMEM.
 */
LFB_API struct file *anon_inode_getfile(const char *name, const struct file_operations *fops,
					void *priv, int flags);
/** get_file() - take a reference; NULL is ignored, a closed file is a WARN. Return: @file. */
LFB_API struct file *get_file(struct file *file);
/**
 * fput() - drop a reference; the last one calls release and frees the file
 * @file: NULL is ignored; a file that is being released is a WARN
 */
LFB_API void fput(struct file *file);
/** file_count() - Return: the references on @file. */
LFB_API long file_count(const struct file *file);
/** file_inode() - Return: what @file is about. */
LFB_API struct inode *file_inode(const struct file *file);

/**
 * fget() - the file behind a descriptor of the agent whose call is running
 * @fd: a descriptor
 *
 * Return: the file with a reference of its own, or NULL.
 */
LFB_API struct file *fget(unsigned int fd);
/**
 * get_unused_fd_flags() - reserve the lowest unused descriptor, 3 or above
 * @flags: ignored
 *
 * Context: a call of an agent. A fault point of kind LFB_FAULT_ALLOC.
 * Return: the descriptor; -EMFILE all are in use, -ENOMEM, -EBADF no agent's call is running.
 */
LFB_API int get_unused_fd_flags(unsigned int flags);
/** put_unused_fd() - give a reserved descriptor back; one that is not reserved is a WARN. */
LFB_API void put_unused_fd(unsigned int fd);
/**
 * fd_install() - let a descriptor mean a file
 * @fd: a descriptor reserved with get_unused_fd_flags(); any other is a WARN and changes nothing
 * @file: the file; the caller's reference is taken over
 */
LFB_API void fd_install(unsigned int fd, struct file *file);

#define MISC_DYNAMIC_MINOR 255

/**
 * struct miscdevice - a character device under /dev
 * @minor: its number, or MISC_DYNAMIC_MINOR; ignored
 * @name: under /dev
 * @fops: what opening and calling it does; open() finds the device in its file's private_data
 */
struct miscdevice {
	int minor;
	const char *name;
	const struct file_operations *fops;
};

/**
 * misc_register() - from here on it can be opened
 * @misc: the device; must live until it is taken back, or the kernel ends
 *
 * Return: 0, -EEXIST there is one of that name, -ENOMEM, -EINVAL no kernel.
 */
LFB_API int misc_register(struct miscdevice *misc);
/** misc_deregister() - take a device back; one that is not registered is ignored. */
LFB_API void misc_deregister(struct miscdevice *misc);

#endif
