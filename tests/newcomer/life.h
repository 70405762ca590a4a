/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The lives a newcomer's module is led through, and the steps they are made of. All return 0 or a
 * negative errno.
 */
#ifndef TESTS_NEWCOMER_LIFE_H
#define TESTS_NEWCOMER_LIFE_H

#include "tests/newcomer/newcomer.h"

struct lfb_module *newcomer_module_of_the_kernel(void);

/* An agent, its sessions and two files, and what it is doing. */
struct life {
	struct lfb_agent *agent;
	int device;
	int session[2];
	int file[2];
	const char *doing;
};

int life_begin(struct lfb_machine *machine, void *context);
int life_preserve(struct lfb_machine *machine, void *context);
int life_preserve_second(struct lfb_machine *machine, void *context);
int life_abort(struct lfb_machine *machine, void *context);
int life_prepare(struct lfb_machine *machine, void *context);
int life_kexec(struct lfb_machine *machine, void *context);
int life_use(struct lfb_machine *machine, void *context);
/* The same, by code of the kernel. */
int life_use_now(struct lfb_machine *machine, void *context);
/* The first file, the first session. */
int life_retrieve(struct lfb_machine *machine, void *context);
int life_finish(struct lfb_machine *machine, void *context);
int life_end(struct lfb_machine *machine, void *context);

/* As far as there, from the beginning. */
int life_to_first(struct lfb_machine *machine, void *context);
int life_to_preserved(struct lfb_machine *machine, void *context);
int life_to_next_kernel(struct lfb_machine *machine, void *context);
int life_to_retrieved(struct lfb_machine *machine, void *context);

/* A whole one: an update that is aborted, and one that is not. */
int life_whole(struct lfb_machine *machine, void *context);

#endif
