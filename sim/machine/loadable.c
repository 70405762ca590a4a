// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Modules in shared objects. Each machine has copies of its own, in remapped memory so many that
 * each kernel has the module at another address than the three before it.
 */
#define _GNU_SOURCE /* asprintf(), memmem() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/printk.h>
#include <luo/shmem.h>

#include "sim/machine/machine.h"

#define HOOKS "__wrap___asan_"	/* what code calls that asks before it touches memory */
#define COPIES 4	/* as many as the places that memory moves between */

struct loaded {
	struct lfb_shared *shared;
	struct lfb_module image;
	struct module module;	/* where it has none of its own */
	const struct lfb_tree_image *kernel;
};

/* A file. Of each there is one, however often it is loaded: what was loaded stays as it was. */
struct lfb_loadable {
	struct list_head list;
	char *path;
	char *bytes;
	size_t size;
	char name[64];		/* the module's */
	bool is_kernel;		/* and no module */
	struct loaded copies[COPIES];
	unsigned int at;	/* the one that is open */
};

static struct loaded *copy_of(struct lfb_loadable *loadable)
{
	return &loadable->copies[loadable->at];
}

static unsigned int next_of(const struct lfb_machine *machine, const struct lfb_loadable *loadable)
{
	return machine->kernel.memory.mode == LFB_MEMORY_REMAP ? (loadable->at + 1) % COPIES :
								 loadable->at;
}

/* "my_driver" of "build/my-driver.so" */
static void name_of(const char *path, char *name, size_t size)
{
	const char *slash = strrchr(path, '/');
	const char *file = slash ? slash + 1 : path;

	snprintf(name, size, "%.*s", (int)strcspn(file, "."), file);
	for (; *name; name++) {
		if (*name == '-')
			*name = '_';
	}
}

/* Copies */

static bool lies_in(const struct lfb_shared *shared, const void *address)
{
	return (uintptr_t)address - (uintptr_t)shared->start < shared->size;
}

/* What its sources say: LFB_MODULE(), module_init() and module_exit(), or which tests there are. */
static bool find_module(struct loaded *copy)
{
	struct lfb_module *const *const said = lfb__shared_symbol(copy->shared, "lfb_this_module");
	struct lfb_module *image = &copy->image;

	if (said) {
		if (!lies_in(copy->shared, *said) || !lies_in(copy->shared, (*said)->module))
			return false;
		*image = **said;
	} else {
		*(void **)&image->init = lfb__shared_symbol(copy->shared, "init_module");
		*(void **)&image->exit = lfb__shared_symbol(copy->shared, "cleanup_module");
		image->module = lfb__shared_symbol(copy->shared, "__this_module");
		if (!image->init && !lfb__shared_symbol(copy->shared, "lfb_kunit_suites"))
			return false;
	}
	image->data = copy->shared->data;
	image->data_size = copy->shared->data_size;
	return true;
}

static int find_kernel(struct lfb_machine *machine, const struct lfb_loadable *loadable,
		       struct loaded *copy)
{
	copy->kernel = lfb__shared_symbol(copy->shared, "lfb_tree_image");
	if (!copy->kernel)
		return lfb__error(machine, -ENOEXEC, "%.300s is no kernel image: lfb tree makes "
				  "them", loadable->path);
	if (copy->kernel->version != LFB_TREE_VERSION)
		return lfb__error(machine, -ENOEXEC, "%.300s was made by another version of lfb "
				  "tree: make it again", loadable->path);
	return 0;
}

/* What it is there for. */
static int find_purpose(struct lfb_machine *machine, const struct lfb_loadable *loadable,
			struct loaded *copy)
{
	if (loadable->is_kernel)
		return find_kernel(machine, loadable, copy);
	if (find_module(copy))
		return 0;
	return lfb__error(machine, -ENOEXEC, "%.300s is no module: there is neither "
			  "module_init() nor LFB_MODULE() in it, or it was compiled without "
			  "-DMODULE", loadable->path);
}

/* It may be called otherwise than its file. */
static bool name_and_keep(struct lfb_loadable *loadable, struct loaded *copy)
{
	struct lfb_module *image = &copy->image;

	if (!image->module)
		image->module = &copy->module;
	if (image->module->name)
		snprintf(loadable->name, sizeof(loadable->name), "%s", image->module->name);
	image->module->name = loadable->name;
	return lfb__shared_keep(copy->shared);
}

static int load_copy(struct lfb_machine *machine, struct lfb_loadable *loadable, unsigned int which)
{
	struct loaded *copy = &loadable->copies[which];
	char why[400];
	int err;

	if (copy->shared)
		return 0;
	copy->shared = lfb__shared_load(loadable->bytes, loadable->size, loadable->path, why,
					sizeof(why));
	if (!copy->shared)
		return lfb__error(machine, -ENOEXEC, "%.300s", why);
	err = find_purpose(machine, loadable, copy);
	if (!err && !name_and_keep(loadable, copy))
		err = lfb__error(machine, -ENOMEM, "no memory for %.300s", loadable->path);
	if (err) {
		lfb__shared_free(copy->shared);
		memset(copy, 0, sizeof(*copy));
	}
	return err;
}

static void destroy(struct lfb_loadable *loadable)
{
	for (unsigned int i = 0; i < COPIES; i++)
		lfb__shared_free(loadable->copies[i].shared);
	free(loadable->path);
	free(loadable->bytes);
	free(loadable);
}

void lfb__loadables_destroy(struct lfb_machine *machine)
{
	struct lfb_loadable *loadable, *next;

	list_for_each_entry_safe(loadable, next, &machine->loadables, list) {
		list_del(&loadable->list);
		destroy(loadable);
	}
}

/* Files */

static struct lfb_loadable *find_loadable(struct lfb_machine *machine, const char *path,
					  const char *bytes, size_t size, bool is_kernel)
{
	struct lfb_loadable *loadable;

	list_for_each_entry(loadable, &machine->loadables, list) {
		if (!strcmp(loadable->path, path) && loadable->size == size &&
		    loadable->is_kernel == is_kernel && !memcmp(loadable->bytes, bytes, size))
			return loadable;
	}
	return NULL;
}

static int open_file(struct lfb_machine *machine, const char *path, bool is_kernel,
		     struct lfb_loadable **opened)
{
	struct lfb_loadable *loadable;
	char *bytes;
	size_t size;
	int err = lfb__read_whole_file(path, &bytes, &size);

	if (err)
		return lfb__error(machine, err, "%.300s", lfb_error_text(NULL));
	/* Another module may have it: lfb__loadable_bind(). */
	lfb__shared_allow_missing(bytes, size);
	*opened = find_loadable(machine, path, bytes, size, is_kernel);
	if (*opened) {
		free(bytes);
		return 0;
	}
	loadable = calloc(1, sizeof(*loadable));
	if (loadable)
		loadable->path = strdup(path);
	if (!loadable || !loadable->path) {
		free(loadable);
		free(bytes);
		return lfb__error(machine, -ENOMEM, "no memory for %.300s", path);
	}
	loadable->bytes = bytes;
	loadable->size = size;
	loadable->is_kernel = is_kernel;
	name_of(path, loadable->name, sizeof(loadable->name));
	err = load_copy(machine, loadable, 0);
	if (err) {
		destroy(loadable);
		return err;
	}
	list_add_tail(&loadable->list, &machine->loadables);
	/* What it asks is in its table of names. */
	if (memmem(bytes, size, HOOKS, strlen(HOOKS)))
		machine->kernel.memory.shadow_wanted = true;
	*opened = loadable;
	return 0;
}

int lfb__loadable_open(struct lfb_machine *machine, const char *path, struct lfb_loadable **opened)
{
	return open_file(machine, path, false, opened);
}

int lfb__loadable_open_kernel(struct lfb_machine *machine, const char *path,
			      struct lfb_loadable **opened)
{
	return open_file(machine, path, true, opened);
}

const struct lfb_tree_image *lfb__loadable_kernel(const struct lfb_loadable *loadable)
{
	return loadable->copies[loadable->at].kernel;
}

const char *lfb__loadable_path(const struct lfb_loadable *loadable)
{
	return loadable->path;
}

const char *lfb__loadable_name(const struct lfb_loadable *loadable)
{
	return loadable->name;
}

struct lfb_module *lfb__loadable_module(struct lfb_loadable *loadable)
{
	return &copy_of(loadable)->image;
}

void lfb__loadable_reset(struct lfb_loadable *loadable)
{
	struct lfb_shared *shared = copy_of(loadable)->shared;

	/* It may have been replaced, and come again. */
	if (shared->closed)
		lfb__shared_open(shared);
	lfb__shared_reset(shared);
}

struct finding_symbol {
	const struct lfb_machine *machine;
	const struct lfb_loadable *user;
	const struct lfb_image_module *hides;	/* has it and does not export it */
	bool running;				/* only those that this kernel has count */
};

/* As on a kernel: of a module that was loaded before. */
static void *find_symbol(void *context, const char *name)
{
	struct finding_symbol *finding = context;
	const struct lfb_image_module *image;

	list_for_each_entry(image, &finding->machine->modules, list) {
		const struct lfb_shared *shared;
		void *symbol;

		if (image->loadable == finding->user)
			break;
		if (!image->loadable || (finding->running && !image->loaded))
			continue;
		shared = copy_of(image->loadable)->shared;
		symbol = lfb__shared_exported(shared, name);
		if (symbol)
			return symbol;
		if (!finding->hides && lfb__shared_symbol(shared, name))
			finding->hides = image;
	}
	return NULL;
}

int lfb__loadable_check(struct lfb_machine *machine, struct lfb_loadable *loadable)
{
	struct finding_symbol finding = { .machine = machine, .user = loadable };
	const char *name = lfb__shared_bind(copy_of(loadable)->shared, true, find_symbol,
					    &finding);

	if (!name)
		return 0;
	return lfb__error(machine, -ENOEXEC, "%.300s: undefined symbol: %.100s%s%s%s",
			  loadable->path, name, finding.hides ? ", which " : "",
			  finding.hides ? finding.hides->name : "",
			  finding.hides ? " has without EXPORT_SYMBOL()" : "");
}

int lfb__loadable_bind(struct lfb_machine *machine, struct lfb_loadable *loadable)
{
	struct finding_symbol finding = { .machine = machine, .user = loadable,
					  .running = true };
	const char *name = lfb__shared_bind(copy_of(loadable)->shared, false, find_symbol,
					    &finding);

	if (!name)
		return 0;
	pr_err("%s needs %s, which no module exports that is loaded", loadable->name, name);
	return -ENOENT;
}

bool lfb__loadable_uses(struct lfb_loadable *loadable, struct lfb_loadable *other)
{
	return lfb__shared_uses(copy_of(loadable)->shared, copy_of(other)->shared);
}

/* What its LFB_MODULE_FILE() makes; NULL: it has none. Kernel code. */
static struct file *make_file(struct lfb_loadable *loadable, const char *compatible, u64 number)
{
	struct file *(*make)(const char *compatible, u64 number);

	*(void **)&make = lfb__shared_symbol(copy_of(loadable)->shared, "lfb_make_file");
	return make ? make(compatible, number) : NULL;
}

void *lfb__loadable_symbol(const struct lfb_loadable *loadable, const char *symbol)
{
	return lfb__shared_symbol(loadable->copies[loadable->at].shared, symbol);
}

bool lfb__loadable_is(const struct lfb_loadable *loadable, const char *name)
{
	const char *slash = strrchr(loadable->path, '/');

	return !strcmp(loadable->path, name) || (slash && !strcmp(slash + 1, name));
}

int lfb__loadable_beside(struct lfb_machine *machine, const struct lfb_loadable *other,
			 const char *path, struct lfb_loadable **opened)
{
	const char *slash = strrchr(other->path, '/');
	char *beside = NULL;
	int err;

	if (strchr(path, '/') || !slash)
		return open_file(machine, path, other->is_kernel, opened);
	if (asprintf(&beside, "%.*s/%s", (int)(slash - other->path), other->path, path) < 0)
		return lfb__error(machine, -ENOMEM, "no memory for %.300s", path);
	err = open_file(machine, beside, other->is_kernel, opened);
	free(beside);
	return err;
}

unsigned int lfb__loadable_place(const struct lfb_loadable *loadable)
{
	return loadable->at;
}

struct lfb_loadable *lfb__loadable_next(struct lfb_machine *machine, struct lfb_loadable *loadable)
{
	const struct list_head *next = loadable ? loadable->list.next : machine->loadables.next;

	return next == &machine->loadables ? NULL : list_entry(next, struct lfb_loadable, list);
}

struct lfb_shared *lfb__loadable_shared(struct lfb_loadable *loadable)
{
	return copy_of(loadable)->shared;
}

/* From kernel to kernel */

/* The copy that is open from here on; where memory moves, @left is out of reach. */
static void open_copy(struct lfb_machine *machine, struct lfb_loadable *loadable,
		      struct lfb_shared *left)
{
	struct lfb_shared *shared = copy_of(loadable)->shared;

	if (shared->closed)
		lfb__shared_open(shared);
	if (left != shared && machine->kernel.memory.mode == LFB_MEMORY_REMAP)
		lfb__shared_close(left);
}

void lfb__loadable_go_to(struct lfb_machine *machine, struct lfb_loadable *loadable,
			 unsigned int place)
{
	struct lfb_shared *left = copy_of(loadable)->shared;

	loadable->at = place;
	open_copy(machine, loadable, left);
}

int lfb__loadable_prepare(struct lfb_machine *machine, struct lfb_loadable *loadable)
{
	return load_copy(machine, loadable, next_of(machine, loadable));
}

void lfb__loadable_move(struct lfb_machine *machine, struct lfb_loadable *from,
			struct lfb_loadable *to)
{
	struct lfb_shared *left = copy_of(from)->shared;

	to->at = next_of(machine, to);
	open_copy(machine, to, left);
}

/* Files, for who knows no more of them than whose they are */

static const struct file_operations no_fops;

static struct file *bare_file(u64 number)
{
	struct file *file = anon_inode_getfile("loadable", &no_fops, NULL, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = (unsigned long)number;
	return file;
}

static struct file *memory_file(u64 number)
{
	const struct lfb_contents contents = { PAGE_SIZE, "0", number };

	return lfb__contents_file(MFD_ALLOW_SEALING, &contents);
}

static const struct lfb_image_module *module_of(struct lfb_machine *machine, const void *data)
{
	const struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list) {
		if (image->loadable && image->loaded &&
		    (uintptr_t)data - (uintptr_t)image->module->data < image->module->data_size)
			return image;
	}
	return NULL;
}

/*
 * What the module says that opening one is. Of a handler that lies in memory it allocated, the
 * first that says anything.
 */
static struct file *driver_file(struct lfb_machine *machine,
				const struct liveupdate_file_handler *handler, u64 number)
{
	const struct lfb_image_module *image = module_of(machine, handler);
	struct file *file = NULL;

	if (image)
		return make_file(image->loadable, handler->compatible, number);
	list_for_each_entry(image, &machine->modules, list) {
		if (image->loadable && image->loaded && !file)
			file = make_file(image->loadable, handler->compatible, number);
	}
	return file;
}

struct file *lfb_module_file(const char *compatible, u64 number)
{
	struct lfb_machine *machine = lfb_machine_current();
	const struct luo *luo = machine ? luo_seen(&machine->kernel) : NULL;
	struct liveupdate_file_handler *handler;
	struct file *file;

	handler = luo && compatible ? luo_handler_by_compatible(luo, compatible) : NULL;
	if (!handler)
		return ERR_PTR(-ENOENT);
	file = driver_file(machine, handler, number);
	if (file)
		return file;
	file = bare_file(number);
	if (IS_ERR(file) || handler->ops->can_preserve(handler, file))
		return file;
	fput(file);
	return memory_file(number);
}
