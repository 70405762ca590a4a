/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The world around a kernel: a machine is built, boots kernels, jumps from one to the next, has
 * agents that call into them, and is looked at from outside. Here is also what every public call
 * needs: live handles, options, the sentence behind an errno, files of the host. Uses the
 * orchestrator and the kernel; knows no handover's format: what is booted is memory. The one header
 * of this folder.
 */
#ifndef SIM_MACHINE_MACHINE_H
#define SIM_MACHINE_MACHINE_H

#include <luo/agent.h>
#include <luo/blob.h>
#include <luo/machine.h>

#include "lib/luo/luo.h"
#include "lib/tree/tree.h"
#include "sim/kernel/kernel.h"

struct lfb_machine;

/* What KHO of a kernel of this machine is told before it boots; @enabled: KHO is on. */
struct kho_config lfb__kho_config(const struct lfb_machine *machine, bool enabled);

/* A module of the kernel image. */
struct lfb_image_module {
	struct list_head list;
	struct lfb_module *module;
	void *pristine;		/* its static data as every boot starts with it */
	struct lfb_loadable *loadable;	/* the shared object it is in; NULL: in none */
	struct lfb_loadable *next;	/* what the next kernel has in its place; NULL: the same */
	struct lfb_loadable *before;	/* what it was when the scenario began; NULL: the same */
	char name[64];			/* of all its versions; of others their module has it */
	bool loaded;		/* in the running kernel */
};

struct lfb_agent {
	struct list_head list;
	struct lfb_machine *machine;
	struct task_struct task;
	struct lfb_fd_table fds;
	char name[32];
	enum lfb_argument argument;	/* of the next request */
};

/*
 * What a kernel is built without; or of a kexec that it carries no handover, or that no image was
 * loaded for it.
 */
enum lfb_lack {
	LFB_LACKS_NOTHING,
	LFB_LACKS_LIVEUPDATE,
	LFB_LACKS_KHO,
	LFB_LACKS_HANDOVER,
	LFB_LACKS_IMAGE,
};

struct lfb_machine {
	struct lfb_kernel kernel;
	struct lfb_machine_options built;	/* how, but for most names */
	const struct luo_profile *profile;
	struct luo_tree *tree;		/* kernel trees' orchestrators, NULL: there was none */
	struct lfb_loadable *tree_file;	/* the machine's own kernel image, NULL: none */
	const struct luo_profile *tree_profile; /* … and in whose kernels it runs */
	bool own_is_apart;		/* … or not even in those, but where its path is said */
	struct lfb_loadable *other_file; /* the image that was jumped into by its path; or NULL */
	u64 quirks_on;
	u64 quirks_off;
	enum lfb_machine_state state;
	unsigned int boots;
	unsigned long calls;		/* into its kernel code: tells one from the next */
	phys_addr_t memory_start;	/* but for what boots from a blob of another map */
	bool own;			/* the library's: who made it tells what it found */
	bool kho_on;
	bool liveupdate_on;
	enum lfb_lack lacks;		/* the next kernel; who boots it sets it back */
	enum lfb_image image;		/* what is loaded for the next kexec */
	char release[KHO_RELEASE_SIZE];	/* that its kernels tell, "": their profile's */
	char nodes[256];		/* what built.nodes leads to */
	u32 kexec_count;		/* kexecs before it was switched on */
	phys_addr_t handover_root;	/* KHO root tree for the next kernel, 0: no handover */
	struct list_head modules;
	struct list_head loadables;	/* shared objects that there were modules in */
	struct list_head agents;
	struct list_head gone;		/* agents that were destroyed with locks held */
	unsigned long agent_changes;	/* agents that came or went */
	unsigned long module_changes;	/* the same of modules */
	struct list_head copies;	/* struct lfb_machine_copied: they end with the machine */
};

/* A copy, as far as its machine knows it: see sim/copy. */
struct lfb_machine_copied {
	struct list_head list;
	struct lfb_machine *machine;	/* NULL: it is gone */
};

/*
 * handle.c: the one list of what is alive in the process; everything else belongs to a machine.
 * Thread-safe.
 */

enum lfb_handle_kind {
	LFB_HANDLE_MACHINE,
	LFB_HANDLE_AGENT,
	LFB_HANDLE_BLOB,
	LFB_HANDLE_SCENARIO,
	LFB_HANDLE_MODULE,	/* its static data is in use by a machine */
	LFB_HANDLE_COPY,
	LFB_HANDLE_FUZZER,
	LFB_HANDLE_KINDS,
};

/* 0, -EEXIST or -ENOMEM. */
int lfb__handle_register(const void *handle, enum lfb_handle_kind kind);
void lfb__handle_unregister(const void *handle);
/*
 * Is it one that is alive? Does not look at what @handle points to: a NULL, wild or freed pointer
 * given to a public function is false, with the sentence (of no machine) set.
 */
bool lfb__handle_valid(const void *handle, enum lfb_handle_kind kind);
/* Calls @fn for all of a kind; it must not use handles. */
void lfb__handle_each(enum lfb_handle_kind kind, void (*fn)(const void *handle));

static inline bool lfb__machine_valid(const struct lfb_machine *machine)
{
	return lfb__handle_valid(machine, LFB_HANDLE_MACHINE);
}

/* options.c: sets what lfb_error_text(@machine) says and returns @error. */
int lfb__error(struct lfb_machine *machine, int error, const char *format, ...) LFB_PRINTF(3, 4);

/*
 * options.c: structures that say in their first field, sz, how long they are, so that callers and
 * library may know different versions. @least is the size of the first version. Return 0, -EINVAL
 * (sz is no version's) or -E2BIG (what is asked for is not known here), with the sentence in which
 * @what is the structure ("the options"). @machine may be NULL.
 */

/* Copies @given to @options of @size bytes: what it lacks is zero. NULL: all is. */
int lfb__options_take(struct lfb_machine *machine, const char *what, void *options, size_t size,
		      const void *given, size_t least);
/* May a result be handed out in @given? */
int lfb__result_check(struct lfb_machine *machine, const char *what, const void *given,
		      size_t least);
/* Hands it out: what @given has no room for is cut, what is not known here is zero. */
void lfb__result_give(void *given, const void *result, size_t size);
/* Is there such a part of the work, from 1; or, with @shards 0, none asked for? 0 or -EINVAL. */
int lfb__shard_check(struct lfb_machine *machine, unsigned int shard, unsigned int shards);

/* host_file.c: files of the host. Return 0 or -errno with the sentence (of no machine) set. */

/* @bytes: for free(); a NUL follows the last one. */
int lfb__read_whole_file(const char *path, char **bytes, size_t *size);
/* Replaces what was there only when all of it is written. */
int lfb__write_whole_file(const char *path, const void *bytes, size_t size);
/* The same of a plain file, written by @write: 0, or -1 with errno set. */
int lfb__write_whole_file_by(const char *path, int (*write)(void *context, int fd), void *context);
/* All of @size bytes: 0, or -1 with errno set. */
int lfb__host_write(int fd, const void *bytes, size_t size);

/* build.c: lfb_machine_create() for a machine the user never sees. */
int lfb__machine_create_own(const struct lfb_machine_options *options,
			    struct lfb_machine **machinep);
/*
 * What @text says of NUMA nodes, NULL: nothing; they have all of @memory, which is set
 * where it is 0. 0 or -EINVAL.
 */
int lfb__nodes_parse(const char *text, struct lfb_nodes *nodes, u64 *memory);

/* … that is built as @machine was, without modules and agents. */
int lfb__machine_create_like(const struct lfb_machine *machine, struct lfb_machine **made);
/* The same with the library's orchestrator in the place of a kernel image's. */
int lfb__machine_create_profile(const struct lfb_machine *machine, struct lfb_machine **made);

/* kernel.c: which kernels it boots */

/* @path is its own image: 0 or, with the sentence of no machine, what lfb_machine_create() says. */
int lfb__machine_load_kernel(struct lfb_machine *machine, const char *path, bool profile_given);
/* The image that the kernel of this machine is, running or to be booted; NULL: a profile. */
struct lfb_loadable *lfb__machine_image(const struct lfb_machine *machine);
/* That image's path, or the profile's name. */
const char *lfb__machine_kernel(const struct lfb_machine *machine);
/* A kernel is a profile's, or an image where the name is a path. */
bool lfb__is_image(const char *name);
/*
 * Is there such a kernel? NULL: the same again. @image is NULL where the profile's boots; an image
 * is in that of its version. 0 or -errno with the sentence.
 */
int lfb__machine_find_kernel(struct lfb_machine *machine, const char *name,
			     const struct luo_profile **profile, struct lfb_loadable **image);

/* machine.c: runs @body as kernel code on behalf of @task; keeps machine->state up to date. */
long lfb__machine_run(struct lfb_machine *machine, struct task_struct *task,
		      long (*body)(void *argument), void *argument);

/*
 * Says for findings what the next lfb__machine_run() is about, unless a scenario has said so. Of an
 * agent's call who serves it says more (lfb__call_is()).
 */
static inline void lfb__machine_doing(struct lfb_machine *machine, const char *what, bool call)
{
	struct lfb_kernel *kernel = &machine->kernel;

	if (kernel->operation_is_set || (kernel->guard && !kernel->at_point))
		return;
	kernel->doing = what;
	kernel->about.session[0] = '\0';
	kernel->about.wanted = call;
}

/*
 * -EINVAL: no machine; -EBUSY when its own kernel code, a callback, calls: what ends a kernel or
 * takes away what it stands on is for the world outside of it.
 */
int lfb__machine_check_outside(struct lfb_machine *machine);

/*
 * 0, or -EOPNOTSUPP with the sentence: what @who does, "a sweep", compares what the orchestrator
 * remembers, and that of a kernel image does not say.
 */
int lfb__machine_check_look(struct lfb_machine *machine, const char *who);
/* As luo_look(), between two calls. NULL also when no kernel runs. */
const struct luo *lfb__machine_look(struct lfb_machine *machine);

/* Sets machine->state; kernel-facing functions of a machine that is off act on nothing. */
void lfb__machine_state_changed(struct lfb_machine *machine, enum lfb_machine_state state);

/* module.c: kernel code; @argument is a struct lfb_image_module. */
long lfb__module_init(void *argument);
/* Kernel code: the static data of the module of this machine's image that begins with @init. */
void *lfb__module_data_of(int (*init)(void));
/*
 * The static data of a module is there once in a process, however many images it is part of: it
 * belongs to the one machine that is switched on. 0, -EBUSY or -ENOMEM with the sentence.
 */
int lfb__modules_claim(struct lfb_machine *machine);
void lfb__modules_release(struct lfb_machine *machine);
/* For the next machine they are as they were for this one. */
void lfb__modules_forget(struct lfb_machine *machine);
/* The same of one of them. */
int lfb__module_claim(struct lfb_machine *machine, const struct lfb_image_module *image);
void lfb__module_release(const struct lfb_image_module *image, bool set_back);

/*
 * Those in shared objects are loaded where the next kernel has them, in the versions that it has;
 * so is @next, its image, or NULL. 0 or -errno with the sentence, and nothing is done but what can
 * be done again.
 */
int lfb__modules_prepare(struct lfb_machine *machine, struct lfb_loadable *next);
void lfb__modules_move(struct lfb_machine *machine, struct lfb_loadable *next);
/*
 * As lfb_machine_swap_module() in a scenario, at whose end lfb__modules_swap_back() has all as it
 * was; the machine is off then. @path: without a '/' the file lies where that of @name does.
 */
int lfb__module_swap(struct lfb_machine *machine, const char *name, const char *path);
/* Could it be done? 0 or -errno with the sentence. */
int lfb__module_check_swap(struct lfb_machine *machine, const char *name, const char *path);
/* … unless nothing comes of it. */
void lfb__modules_stay(struct lfb_machine *machine);
void lfb__modules_swap_back(struct lfb_machine *machine);
/* Where something of the module loaded from that file is now; NULL: it is not in it. */
void *lfb__module_symbol(struct lfb_machine *machine, const char *path, const char *symbol);
/* loadable.c: modules in shared objects; the machine's as long as it lives. */

struct lfb_loadable;

/* 0, or with the sentence -ENOEXEC (it is no module), -ENOMEM, or what reading it answers. */
int lfb__loadable_open(struct lfb_machine *machine, const char *path, struct lfb_loadable **opened);
/* The same of a kernel image. */
int lfb__loadable_open_kernel(struct lfb_machine *machine, const char *path,
			      struct lfb_loadable **opened);
const char *lfb__loadable_path(const struct lfb_loadable *loadable);
/* A kernel image's table, where it is now. */
const struct lfb_tree_image *lfb__loadable_kernel(const struct lfb_loadable *loadable);
/* The same of what @other is, a module or an image; a path without a '/' lies beside it. */
int lfb__loadable_beside(struct lfb_machine *machine, const struct lfb_loadable *other,
			 const char *path, struct lfb_loadable **opened);
/* Is it called so, with or without the folders? */
bool lfb__loadable_is(const struct lfb_loadable *loadable, const char *name);
/* The module's name. */
const char *lfb__loadable_name(const struct lfb_loadable *loadable);
/* Where it is now. */
struct lfb_module *lfb__loadable_module(struct lfb_loadable *loadable);
/* Its data is as it was loaded. */
void lfb__loadable_reset(struct lfb_loadable *loadable);
/* Would it find what it needs in modules loaded before? 0, or -ENOEXEC with the sentence. */
int lfb__loadable_check(struct lfb_machine *machine, struct lfb_loadable *loadable);
/* It uses those of this kernel, as they lie now. 0 or -ENOENT, and the kernel says so. */
int lfb__loadable_bind(struct lfb_machine *machine, struct lfb_loadable *loadable);
/* Does it use something of @other's? */
bool lfb__loadable_uses(struct lfb_loadable *loadable, struct lfb_loadable *other);
/* What goes by that name in it, where it is now; NULL: nothing does. */
void *lfb__loadable_symbol(const struct lfb_loadable *loadable, const char *symbol);
/* There is a copy of it for the next kernel. 0 or -errno with the sentence. */
int lfb__loadable_prepare(struct lfb_machine *machine, struct lfb_loadable *loadable);
/* That is the one of @to from here on; where memory moves, that of @from is out of reach. */
void lfb__loadable_move(struct lfb_machine *machine, struct lfb_loadable *from,
			struct lfb_loadable *to);
void lfb__loadables_destroy(struct lfb_machine *machine);
/* Which of its copies is open; another one that there is, is, and the one that is, no more. */
unsigned int lfb__loadable_place(const struct lfb_loadable *loadable);
void lfb__loadable_go_to(struct lfb_machine *machine, struct lfb_loadable *loadable,
			 unsigned int place);
/* The first and the next of a machine's files; NULL: there is none. */
struct lfb_loadable *lfb__loadable_next(struct lfb_machine *machine,
					struct lfb_loadable *loadable);
struct lfb_shared *lfb__loadable_shared(struct lfb_loadable *loadable);

/*
 * boot.c: before lfb__machine_switch_on(); what was claimed is given back when the machine is
 * switched off. 0, or with the sentence -EINVAL, -EBUSY, -ENOMEM: no machine, it is not off, or a
 * module of it is in use elsewhere.
 */
int lfb__machine_claim(struct lfb_machine *machine);
/*
 * Starts a kernel on memory as it is; @root: KHO root tree, 0 for none. Nothing is older than
 * this: counting begins anew.
 */
int lfb__machine_switch_on(struct lfb_machine *machine, phys_addr_t root);

/* settle.c: lfb_machine_settle(), if nothing is under way that is yet to be finished. */
void lfb__machine_at_end(struct lfb_machine *machine);
/* Looks for what the jump is about to lose. */
void lfb__machine_before_jump(struct lfb_machine *machine);
/* A system call of @task returns with more locks than it began with. */
void lfb__machine_locks_kept(struct lfb_machine *machine, struct task_struct *task,
			     unsigned int before, const char *call);

/*
 * findings.c: forgets what was found, and in which order locks were taken: the next run shall find
 * what it would find by itself.
 */
void lfb__machine_forget_seen(struct lfb_machine *machine);
/* Those that nobody has looked at, if they are to be printed. */
void lfb__machine_print_findings(struct lfb_machine *machine);
/* Are they? 0, -EINVAL. */
int lfb__findings_of_environment(void);

/* contents.c */

/* What is in a file in memory. */
struct lfb_contents {
	u64 size;
	const char *pages;	/* those that are written, "0,3"; "-" or NULL: none */
	u64 seed;
};

/* Is it such a list? */
bool lfb__pages_are_listed(const char *list);
/*
 * Kernel code: such a file, or ERR_PTR(): -EINVAL a page behind its end, -EFBIG, or what
 * memfd_alloc_file() (@flags) or writing answers.
 */
struct file *lfb__contents_file(unsigned int flags, const struct lfb_contents *contents);
/*
 * Is @fd of @agent such a file? 0, -EIO something else is in it, -EINVAL it is no file in memory,
 * -EBADF it is not open.
 */
long lfb__contents_check(struct lfb_agent *agent, int fd, const struct lfb_contents *contents);

/* agent.c: a thread of @agent, whose descriptors are the agent's; lfb_agent_destroy() ends it. */
int lfb__agent_thread(struct lfb_agent *agent, const char *name, struct lfb_agent **thread);
/* All that it has open is closed, as when it is destroyed. */
void lfb__agent_exit(struct lfb_agent *agent);
/* All descriptors of all agents are gone, with their kernel. */
void lfb__agents_forget(struct lfb_machine *machine);
void lfb__agents_destroy(struct lfb_machine *machine);

#endif
