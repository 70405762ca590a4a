// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What kernels offer their subsystems besides memory: locks, files, messages, the end. */
#include <string.h>

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

#include "host.h"

#define FILES 4096

/* Messages and deaths */

void world_die(enum world_death how)
{
	if (!world->running) {
		fputs("oracle: the machine around the kernel has a bug\n", stderr);
		_Exit(99);
	}
	world->death = how;
	siglongjmp(world->end, 1);
}

void panic(const char *format, ...)
{
	(void)format;
	world_die(WORLD_PANIC);
}

/* Transcripts show what is done, not what is said. */
void lfb_printk(enum lfb_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

void lfb_warn(const char *where, const char *format, ...)
{
	(void)where;
	(void)format;
}

/* A kernel's own formats are for what is said. In brackets it is the C library's. */
int lfb_vsnprintf(char *buf, size_t size, const char *format, va_list args)
{
	return (vsnprintf)(buf, size, format, args);
}

/*
 * Locks. There is one task: what it does not get at once it never gets. That hangs the kernel, but
 * for what a reboot that goes on keeps.
 */

static struct task_struct *const somebody = (struct task_struct *)1;

static void take(struct lfb_lock *lock, bool shared)
{
	if (lock->owner || (lock->readers && !shared)) {
		point_waits();
		world->waits = world->prepared;
		world_die(world->prepared ? WORLD_ALIVE : WORLD_HUNG);
	}
	if (shared)
		lock->readers++;
	else
		lock->owner = somebody;
}

static void let_go(struct lfb_lock *lock, bool shared)
{
	if (shared && lock->readers)
		lock->readers--;
	if (!shared)
		lock->owner = NULL;
}

void lfb_lock_init(struct lfb_lock *lock, const char *name)
{
	*lock = (struct lfb_lock){ .name = name };
}

void mutex_lock(struct mutex *lock)
{
	take(&lock->lock, false);
}

void mutex_unlock(struct mutex *lock)
{
	let_go(&lock->lock, false);
}

void mutex_destroy(struct mutex *lock)
{
	(void)lock;
}

void down_read(struct rw_semaphore *sem)
{
	take(&sem->lock, true);
}

void up_read(struct rw_semaphore *sem)
{
	let_go(&sem->lock, true);
}

void down_write(struct rw_semaphore *sem)
{
	take(&sem->lock, false);
}

void up_write(struct rw_semaphore *sem)
{
	let_go(&sem->lock, false);
}

void spin_lock(spinlock_t *lock)
{
	take(&lock->lock, false);
}

void spin_unlock(spinlock_t *lock)
{
	let_go(&lock->lock, false);
}

/* Built-in code is always there. */

bool try_module_get(struct module *module)
{
	if (module && (module->state == MODULE_STATE_GOING || fault_here(LFB_FAULT_MODULE)))
		return false;
	if (module)
		module->refcnt++;
	return true;
}

void module_put(struct module *module)
{
	/* Of code that became a module meanwhile none was taken. */
	if (module && module->refcnt)
		module->refcnt--;
}

/* The user's memory is ours, but for its first page. */

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	if (fault_here(LFB_FAULT_USER_WRITE) || world->read_only || (uintptr_t)to < PAGE_SIZE)
		return n;
	memcpy(to, from, n);
	return 0;
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	if (fault_here(LFB_FAULT_USER_READ) || (uintptr_t)from < PAGE_SIZE)
		return n;
	memcpy(to, from, n);
	return 0;
}

/* Files, and the descriptors of the one process there is; both end with the kernel. */

static struct file *files[FILES];
static bool reserved[FILES];
static struct miscdevice *device;

struct file *anon_inode_getfile(const char *name, const struct file_operations *fops, void *priv,
				int flags)
{
	struct file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	(void)flags;
	if (!file)
		return ERR_PTR(-ENOMEM);
	file->f_op = fops;
	file->private_data = priv;
	file->f_count = 1;
	file->f_name = name;
	file->f_inode = &file->lfb_inode;
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

struct inode *file_inode(const struct file *file)
{
	return file->f_inode;
}

int get_unused_fd_flags(unsigned int flags)
{
	(void)flags;
	if (fault_here(LFB_FAULT_ALLOC))
		return -ENOMEM;
	for (int fd = 0; fd < FILES; fd++) {
		if (!reserved[fd]) {
			reserved[fd] = true;
			return fd;
		}
	}
	return -EMFILE;
}

void put_unused_fd(unsigned int fd)
{
	reserved[fd] = false;
}

void fd_install(unsigned int fd, struct file *file)
{
	files[fd] = file;
}

struct file *world_fd(int fd)
{
	return fd >= 0 && fd < FILES ? files[fd] : NULL;
}

struct file *fget(unsigned int fd)
{
	struct file *file = world_fd((int)fd);

	return file ? get_file(file) : NULL;
}

int world_install(struct file *file)
{
	int fd = get_unused_fd_flags(0);

	if (fd >= 0)
		fd_install((unsigned int)fd, file);
	return fd;
}

void world_close(int fd)
{
	struct file *file = world_fd(fd);

	files[fd] = NULL;
	put_unused_fd((unsigned int)fd);
	fput(file);
}

/* The device */

int misc_register(struct miscdevice *misc)
{
	device = misc;
	return 0;
}

struct file *world_open_device(void)
{
	struct file *file;
	int err;

	if (!device)
		return ERR_PTR(-ENOENT);
	file = anon_inode_getfile(device->name, device->fops, device, 0);
	if (IS_ERR(file))
		return file;
	err = device->fops->open(file->f_inode, file);
	return err ? ERR_PTR(err) : file;
}
