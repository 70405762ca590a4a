/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A small machine for a kernel tree's own orchestrator: what its files need from the kernel around
 * them, the recorded module, and a player of scenarios. It is written apart from the simulator, so
 * that a mistake of one is not one of both.
 *
 * All of it is linked into one shared object. What is static there is the kernel's, and as freshly
 * loaded at every boot; what outlives a kernel is in struct world.
 */
#ifndef ORACLE_HOST_H
#define ORACLE_HOST_H

#include <setjmp.h>
#include <stdio.h>

#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/liveupdate.h>
#include <linux/miscdevice.h>

#include <luo/fault.h>

#define WORLD_PAGES 8192	/* of memory, and as many for objects that no kernel hands over */
#define WORLD_FIRST_PAGE 16	/* nothing is given out below */
#define WORLD_SUBTREES 8
#define WORLD_NUMBERS 256	/* handlers, and FLBs */
#define WORLD_IDENTITIES 8	/* handlers that can have get_id */
#define WORLD_LINES 512		/* of what callbacks were told to do */
#define WORLD_WORDS 10

/* How a kernel came to its end, and what operations answer that led there. */
enum world_death { WORLD_ALIVE, WORLD_PANIC, WORLD_OOPS, WORLD_HUNG };

/* What an operation answers whose caller waits for what comes with the next kernel alone. */
#define WAITS (-EAGAIN)

struct world_subtree {
	char name[64];
	phys_addr_t phys;
	size_t size;
};

/* A line of a scenario: "when flb 0 preserve no-obj". */
struct world_line {
	char *words[WORLD_WORDS];
	int nr_words;
	bool used;		/* an answer-once that was given in this kernel */
};

struct world_points;

struct world {
	FILE *out;
	u8 *memory;		/* physical memory, page 0 first */
	u8 *heap;		/* behind it */
	size_t heap_used;
	struct {
		u8 pages;	/* of the block that begins here; 0: none, or free */
		bool used;
		bool preserved;
		bool incoming;
	} page[WORLD_PAGES];
	struct world_subtree in[WORLD_SUBTREES], out_tree[WORLD_SUBTREES];
	bool kho, liveupdate;	/* whether this kernel has them */
	bool prepared;		/* between the halves of a reboot */
	bool rebooting;		/* in the first half */
	bool no_image;		/* none is loaded to jump into */
	bool running;		/* the kernel's code is */
	bool waits;		/* the agent does, to the end of this kernel */
	bool read_only;		/* what a request lies in, which is being answered */
	const char *argument;	/* what is wrong with the next request; NULL: nothing */
	enum world_death death;
	sigjmp_buf end;		/* where a dying kernel goes */
	struct world_line lines[WORLD_LINES];
	int nr_lines;
	bool is_module;		/* the recorded code, and whether it is there */
	bool loaded;
	struct world_points *points;
	struct lfb_fault_plan fault;
	unsigned long reached;	/* points of its kinds, so far */
	bool fault_hit;
	char *identity[WORLD_IDENTITIES];	/* of the files of handlers; NULL: none */
	char compatible[2][WORLD_NUMBERS][LIVEUPDATE_HNDL_COMPAT_LENGTH + 1];
};

extern struct world *world;

/* memory.c */
void world_memory_make(void);
void world_memory_jump(bool handover);
void *world_page(phys_addr_t phys);

/* kernel.c */
void world_die(enum world_death how) __attribute__((__noreturn__));
struct file *world_open_device(void);
int world_install(struct file *file);
struct file *world_fd(int fd);
void world_close(int fd);

/* A handler, or a link of one to an FLB. */
struct world_registration {
	bool of_flb;
	unsigned int handler, flb;
};

/* insmod.c */
struct module *insmod_owner(void);
void insmod_note(struct world_registration noted);
void insmod_forget(struct world_registration gone);
bool insmod_is_registered(bool of_flb, unsigned int number);
bool insmod_is_gone(void);
long insmod_perform(const char *verb);

/* fault.c */
long fault_plan(const struct world_line *line);
bool fault_here(enum lfb_fault_kind kind);

/* point.c */
void point_wait(const struct world_line *line, const char *text);
void point_begin(void);
void point_pass(const char *name);
void point_died(long result);
/* The second thread waits for the reboot call: the first one goes on. Else it comes back. */
void point_waits(void);

/* play.c */
long play_in_kernel(const struct world_line *line, void **object);
void play_show(const char *text, const char *verb, long result, const void *object);

/* boot.c */
void world_image_note(void);
long world_run(long (*body)(void *argument), void *argument);
long world_boot(void);

/* module.c */
struct file *module_file(unsigned int type, u64 ino);
void module_unregister(struct world_registration registration);
long module_perform(const struct world_line *line, void **object);

#endif
