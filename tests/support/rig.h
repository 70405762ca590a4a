/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A rig: one machine with one agent, and the recorded module, so that any number of rigs live in
 * one process or in many threads.
 *
 * The module has one file handler and one FLB, each of which hands over a page. Functions return 0
 * or a negative errno and never assert: they are also used outside of the main thread.
 */
#ifndef TESTS_SUPPORT_RIG_H
#define TESTS_SUPPORT_RIG_H

#include <luo/agent.h>
#include <luo/file.h>
#include <luo/liveupdate.h>
#include <luo/machine.h>
#include <luo/module.h>
#include <luo/trace.h>

#include "sim/recorder/inside.h"

#define RIG_HANDLER "handler-0-v1"
#define RIG_FLB "flb-0-v1"

struct rig;

/*
 * Called at the start of every callback with its name ("flb0.preserve", "file h0.freeze", "init");
 * what it returns is what a callback that may fail returns, without doing anything.
 */
typedef int (*rig_hook)(struct rig *rig, const char *op);

struct rig {
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	struct lfb_recorder *recorder;
	rig_hook hook;
	void *context;			/* the hook's */
	unsigned int finished;		/* files finished, in all kernels */
	/* rig_record(): all events so far, one a line. */
	char *log;
	size_t log_length;
	size_t log_size;
};

struct liveupdate_file_handler *rig_handler(struct rig *rig);
struct liveupdate_flb *rig_flb(struct rig *rig);

/* A machine, switched on, with the module loaded and an agent. On error everything is gone. */
int rig_start(struct rig *rig, const struct lfb_machine_options *options);
/* The same without switching on. */
int rig_create(struct rig *rig, const struct lfb_machine_options *options);
void rig_stop(struct rig *rig);

/* Keeps all events from now on in rig->log. */
void rig_record(struct rig *rig);
/* Ends that and gives the log to the caller, to be freed. */
char *rig_take_log(struct rig *rig);

/* A new file of the module's kind for the agent. A descriptor or -errno. */
int rig_open_file(struct rig *rig, unsigned long number);

/* Opens the device, makes session "vm" and preserves @files files under tokens 1, 2, … */
int rig_preserve(struct rig *rig, unsigned int files);
/* In the next kernel: gets the FLB, retrieves "vm" and all its files, finishes, closes all. */
int rig_restore(struct rig *rig, unsigned int files);
/* A whole update: preserve, kexec, restore; 0 only when nothing is left of it. */
int rig_update(struct rig *rig);
/* rig_update() in whatever state the machine is: switched off and on first unless it runs. */
int rig_still_works(struct rig *rig);

#endif
