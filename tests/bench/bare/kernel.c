// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What an orchestrator calls, as bare as can be: memory from a list, locks that nobody waits for,
 * addresses that are physical ones, descriptors in a row. Nothing is checked, counted or told. The
 * module that it preserves files of is that of the other benches.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <luo/tree/image.h>

#include "../common/callbacks.h"
#include "bare.h"

/* Memory */

static struct bench_bare_memory *memory;

struct object {
	unsigned long size;	/* which of BARE_SIZES */
	unsigned long unused;	/* 16 bytes, as objects are aligned */
};

void *kmalloc(size_t bytes, gfp_t gfp)
{
	const unsigned int size = bytes <= 64 ? 0 : 58 - __builtin_clzl(bytes - 1);
	void **object = memory->given_back[size];

	if (object) {
		memory->given_back[size] = *object;
	} else {
		((struct object *)memory->next)->size = size;
		object = (void **)(memory->next + sizeof(struct object));
		memory->next += sizeof(struct object) + (64ul << size);
	}
	return gfp & __GFP_ZERO ? memset(object, 0, bytes) : object;
}

void *kzalloc(size_t bytes, gfp_t gfp)
{
	return kmalloc(bytes, gfp | __GFP_ZERO);
}

void *kcalloc(size_t n, size_t bytes, gfp_t gfp)
{
	return kzalloc(n * bytes, gfp);
}

void kfree(const void *ptr)
{
	void **object = (void **)ptr;
	const unsigned long size = object ? ((struct object *)object - 1)->size : 0;

	if (!object)
		return;
	*object = memory->given_back[size];
	memory->given_back[size] = object;
}

/* The XArray gives back nodes that nobody reads. */
void lfb_defer_kfree(void *object)
{
	kfree(object);
}

void *phys_to_virt(phys_addr_t phys)
{
	return (void *)phys;
}

phys_addr_t virt_to_phys(const void *virt)
{
	return (phys_addr_t)virt;
}

/* KHO: all memory outlives a kernel */

static void *root;

bool kho_is_enabled(void)
{
	return true;
}

void *kho_alloc_preserve(size_t bytes)
{
	return kzalloc(bytes, GFP_KERNEL);
}

void kho_unpreserve_free(void *mem)
{
	kfree(mem);
}

void kho_restore_free(void *mem)
{
	kfree(mem);
}

int kho_add_subtree(const char *name, void *blob, size_t size)
{
	root = blob;
	return 0;
}

int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size)
{
	*phys = (phys_addr_t)root;
	*size = PAGE_SIZE;
	return root ? 0 : -ENOENT;
}

/* Locks: there is one task */

static void take(struct lfb_lock *lock)
{
	lock->readers++;
}

static void give_back(struct lfb_lock *lock)
{
	lock->readers--;
}

void lfb_lock_init(struct lfb_lock *lock, const char *name)
{
	*lock = (struct lfb_lock){ .name = name };
}

void mutex_lock(struct mutex *lock)
{
	take(&lock->lock);
}

void mutex_unlock(struct mutex *lock)
{
	give_back(&lock->lock);
}

void mutex_destroy(struct mutex *lock)
{
}

void spin_lock(spinlock_t *lock)
{
	take(&lock->lock);
}

void spin_unlock(spinlock_t *lock)
{
	give_back(&lock->lock);
}

void down_read(struct rw_semaphore *sem)
{
	take(&sem->lock);
}

void up_read(struct rw_semaphore *sem)
{
	give_back(&sem->lock);
}

void down_write(struct rw_semaphore *sem)
{
	take(&sem->lock);
}

void up_write(struct rw_semaphore *sem)
{
	give_back(&sem->lock);
}

/* Messages: none is expected */

void lfb_printk(enum lfb_level level, const char *format, ...)
{
}

void lfb_warn(const char *where, const char *format, ...)
{
	abort();
}

void panic(const char *format, ...)
{
	abort();
}

/* Files and descriptors */

static struct file **files;
static int nr_files, room;
static struct miscdevice *device;

struct file *anon_inode_getfile(const char *name, const struct file_operations *fops, void *priv,
				int flags)
{
	struct file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	file->f_op = fops;
	file->private_data = priv;
	file->f_inode = &file->lfb_inode;
	file->f_count = 1;
	return file;
}

struct file *get_file(struct file *file)
{
	file->f_count++;
	return file;
}

void fput(struct file *file)
{
	if (--file->f_count)
		return;
	if (file->f_op->release)
		file->f_op->release(file->f_inode, file);
	kfree(file);
}

struct file *fget(unsigned int fd)
{
	return get_file(files[fd]);
}

int get_unused_fd_flags(unsigned int flags)
{
	if (nr_files == room) {
		room = room ? 2 * room : 64;
		files = realloc(files, (size_t)room * sizeof(*files));
	}
	return nr_files++;
}

void put_unused_fd(unsigned int fd)
{
}

void fd_install(unsigned int fd, struct file *file)
{
	files[fd] = file;
}

int misc_register(struct miscdevice *misc)
{
	device = misc;
	return 0;
}

unsigned long copy_from_user(void *to, const void *from, unsigned long size)
{
	memcpy(to, from, size);
	return 0;
}

unsigned long copy_to_user(void *to, const void *from, unsigned long size)
{
	memcpy(to, from, size);
	return 0;
}

/* The module */

static struct liveupdate_flb bench_flb = { .ops = &flb_ops, .compatible = "bench-flb-v1" };
static struct liveupdate_file_handler handler = { .ops = &file_ops, .compatible = "bench-file-v1" };

/* What the program calls */

static bool get_module(struct module *module)
{
	return true;
}

static void put_module(struct module *module)
{
}

static const struct lfb_tree_calls calls = { .get_module = get_module, .put_module = put_module };

extern const struct lfb_tree_image lfb_tree_image;

static void boot(struct bench_bare_memory *its, void *handed_over)
{
	void *object;

	memory = its;
	root = handed_over;
	lfb_tree_image.begin(&calls, true);
	lfb_tree_image.early();
	lfb_tree_image.late();
	if (liveupdate_register_file_handler(&handler) ||
	    liveupdate_register_flb(&handler, &bench_flb))
		abort();
	if (!liveupdate_flb_get_incoming(&bench_flb, &object))
		liveupdate_flb_put_incoming(&bench_flb);
}

static int install(struct file *file)
{
	const int fd = get_unused_fd_flags(0);

	fd_install((unsigned int)fd, file);
	return fd;
}

static int open_device(void)
{
	struct file *file = anon_inode_getfile("device", device->fops, device, 0);
	const int err = device->fops->open(file->f_inode, file);

	return err ? err : install(file);
}

static int make_file(unsigned long number)
{
	struct file *file = anon_inode_getfile("bench", &bench_fops, NULL, 0);

	file->f_inode->i_ino = number;
	return install(file);
}

static int request(int fd, unsigned int cmd, void *arg)
{
	return (int)files[fd]->f_op->unlocked_ioctl(files[fd], cmd, (unsigned long)arg);
}

static int close_fd(int fd)
{
	fput(files[fd]);
	return 0;
}

static int reboot(void **handed_over)
{
	*handed_over = root;
	return liveupdate_reboot();
}

static const struct bench_bare bare = {
	.boot = boot,
	.open = open_device,
	.make_file = make_file,
	.ioctl = request,
	.close = close_fd,
	.reboot = reboot,
};

static __attribute__((constructor)) void is_here(void)
{
	bench_bare_is_here(&bare);
}

static __attribute__((destructor)) void is_gone(void)
{
	free(files);
}
