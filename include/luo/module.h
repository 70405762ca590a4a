/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Modules and their references. Mirrors linux/module.h.
 *
 * A kernel image is a set of modules (see lfb_machine_add_module()). Each boot sets their static
 * data back to what it was when they were added, then runs their init functions in order. One
 * running kernel at a time has a module.
 */
#ifndef LUO_MODULE_H
#define LUO_MODULE_H

#include <luo/types.h>

struct file;

/** enum module_state - where in its life a module is. */
enum module_state {
	MODULE_STATE_LIVE,
	MODULE_STATE_COMING,
	MODULE_STATE_GOING,
};

/**
 * struct module - the kernel's handle of a module
 * @name: its name, for traces
 * @state: where in its life it is
 * @refcnt: references that keep it from being unloaded
 * @lfb_pins: of these, the kernel's own: for open files, and for what live update uses
 * @lfb_taken: of these, those that callbacks took
 */
struct module {
	const char *name;
	enum module_state state;
	int refcnt;
	int lfb_pins;
	int lfb_taken;
};

/**
 * struct lfb_module - a module as the machine loads it
 * @module: what code in the module calls THIS_MODULE
 * @init: runs at every boot, after LUO read the incoming state and before it prepares the outgoing
 *	one (a subsystem's initcall); a negative errno leaves the module out of this kernel. May be
 *	NULL
 * @exit: runs when the module is unloaded by lfb_machine_remove_module(). May be NULL
 * @data: its static data; every boot starts with the bytes that stood here when the module was
 *	added. NULL when it has none
 * @data_size: bytes at @data
 *
 * Use LFB_MODULE() rather than filling this in.
 */
struct lfb_module {
	struct module *module;
	int (*init)(void);
	void (*exit)(void);
	void *data;
	size_t data_size;
};

/**
 * LFB_MODULE_DATA() - puts a static variable into a module's data
 * @modname: the module's name, a C identifier
 *
 * Static data of a module must carry this, or a simulated kexec would not reset it.
 *
 *	static LFB_MODULE_DATA(demo) int users;
 */
#define LFB_MODULE_DATA(modname) __attribute__((section("lfb_data_" #modname)))

/*
 * In a shared object, which is compiled with -DMODULE as on a kernel (lfb build and
 * lfb_add_module() do that), all static data is the module's, and its name is KBUILD_MODNAME, or
 * that of its file.
 */
#ifdef MODULE
#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME NULL
#endif
LFB_API struct module __this_module;
__attribute__((weak)) struct module __this_module = { KBUILD_MODNAME, MODULE_STATE_LIVE, 0, 0, 0 };
LFB_API struct lfb_module *const lfb_this_module;
#define LFB_THIS_MODULE_(modname) struct lfb_module *const lfb_this_module = &modname##_module;
#else
#define LFB_THIS_MODULE_(modname)
#endif

/**
 * LFB_MODULE_FILE() - says how somebody opens a file that the module's handlers take
 * @function: gets the compatible string of the handler and a number that tells files apart, and
 *	returns the file with one reference, or ERR_PTR(). Runs as kernel code
 *
 * In a shared object, for scenarios and searches, which know no more of its files. Without it they
 * use a file without a driver with that number as its inode's, or one in memory if the handler does
 * not take that.
 */
#ifdef MODULE
#define LFB_MODULE_FILE(function)                                                                  \
	LFB_API struct file *lfb_make_file(const char *compatible, u64 number);                    \
	struct file *lfb_make_file(const char *compatible, u64 number)                             \
	{                                                                                          \
		return function(compatible, number);                                               \
	}                                                                                          \
	LFB_STATIC_ASSERT(1, "")
#else
#define LFB_MODULE_FILE(function)                                                                  \
	__attribute__((unused)) static struct file *(*const lfb_make_file_)(const char *, u64) =   \
		function
#endif

/**
 * lfb_module_file() - open a file for a handler
 * @compatible: the handler's compatible string
 * @number: tells its files apart
 *
 * For who knows no more of a module that was loaded than what it registered. Runs as kernel code.
 * Return: a file with one reference, as LFB_MODULE_FILE() says; ERR_PTR(): -ENOENT no handler of
 * that string is registered in the current machine, or what making it answers.
 */
LFB_API struct file *lfb_module_file(const char *compatible, u64 number);

/**
 * LFB_MODULE() - defines a module made of the static data marked with its name
 * @modname: the module's name, a C identifier; defines `struct lfb_module modname_module`
 * @init_fn: its init function, or NULL
 * @exit_fn: its exit function, or NULL
 */
#define LFB_MODULE(modname, init_fn, exit_fn)                                                      \
	static LFB_MODULE_DATA(modname) struct module modname##_this_module = {                    \
		#modname, MODULE_STATE_LIVE, 0, 0, 0                                               \
	};                                                                                         \
	LFB_EXTERN_C char __start_lfb_data_##modname[] __attribute__((visibility("hidden")));      \
	LFB_EXTERN_C char __stop_lfb_data_##modname[] __attribute__((visibility("hidden")));       \
	static struct lfb_module modname##_module = {                                              \
		&modname##_this_module, init_fn, exit_fn, __start_lfb_data_##modname, 0            \
	};                                                                                         \
	__attribute__((constructor)) static void modname##_module_setup(void)                      \
	{                                                                                          \
		modname##_module.data_size = (size_t)(__stop_lfb_data_##modname -                  \
						      __start_lfb_data_##modname);                 \
	}                                                                                          \
	LFB_THIS_MODULE_(modname)                                                                  \
	LFB_EXTERN_C char __stop_lfb_data_##modname[]

/**
 * try_module_get() - keep a module from being unloaded
 * @module: the module; NULL stands for built-in code
 *
 * A fault point of kind LFB_FAULT_MODULE.
 * Return: false when the module is going away (or the fault point fired), else true.
 */
LFB_API bool try_module_get(struct module *module);
/** module_put() - drop a reference; NULL is ignored, one too many is a WARN. */
LFB_API void module_put(struct module *module);
/** module_refcount() - Return: the references on @module, 0 for NULL. */
LFB_API int module_refcount(const struct module *module);

#endif
