/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the benchmarks share: a clock, figures of several runs, an end, and a module whose files
 * are a number and need one FLB.
 */
#ifndef TESTS_BENCH_COMMON_BENCH_H
#define TESTS_BENCH_COMMON_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <luo/agent.h>
#include <luo/kexec_handover.h>
#include <luo/liveupdate.h>
#include <luo/machine.h>
#include <luo/module.h>

/* Seconds; and those of the processor, where other programs do not count. */
double bench_now(void);
double bench_processor_now(void);

#define BENCH_ROUNDS 5

/* What several runs took. */
struct bench_figures {
	double minimum;
	double median;
	double spread;	/* between the least and the most, in parts of the median */
};

/* Sorts @values. */
struct bench_figures bench_figures(double *values, unsigned int count);
/* Returns @ret, or ends the program with a sentence when it is an errno. */
int bench_must(struct lfb_machine *machine, int ret, const char *what);
const char *bench_session_name(unsigned long index);

/* Of the module's FLB; a program may have its own. */
extern const struct liveupdate_flb_ops bench_flb_ops;

struct lfb_module *bench_module_get(void);
/* A new file, or an error pointer. Kernel code. */
struct file *bench_open_file(u64 number);
/* The same, installed: its descriptor. */
int bench_make_file(struct lfb_machine *machine, struct lfb_agent *agent, unsigned long number);
/* Retrieves, finishes and closes a session and its @files files. */
void bench_finish_session(struct lfb_machine *machine, struct lfb_agent *agent, int device,
			  unsigned long index, unsigned long files);

#endif
