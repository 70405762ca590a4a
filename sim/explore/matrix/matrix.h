/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The upgrade matrix, inside: the module whose files and FLBs are handed over. Each is a page full
 * of its number, so that whatever arrives can be told from everything else.
 */
#ifndef SIM_EXPLORE_MATRIX_MATRIX_H
#define SIM_EXPLORE_MATRIX_MATRIX_H

#include <luo/abi.h>
#include <luo/liveupdate.h>
#include <luo/matrix.h>

#include "sim/machine/machine.h"

#define MATRIX_FLBS (LUO_FLB_MAX + 1)	/* one more than a kernel takes */

struct matrix_flb {
	struct liveupdate_flb flb;
	struct matrix_module *module;
	u64 number;
};

/* Its data as a boot leaves it: one kernel's. */
struct matrix_module {
	struct liveupdate_file_handler handler;
	struct matrix_flb flbs[MATRIX_FLBS];
	unsigned int nr_flbs;		/* registered */
	unsigned int files_finished;
	unsigned int flbs_finished;
};

/* As freshly loaded; its handler is called matrix-file-v@version. */
void matrix_module_load(struct matrix_module *module, unsigned int version);

/*
 * What follows is for a running kernel, and returns 0 or a negative errno
 */

/* Registers the handler, and FLBs until there are @flbs or the kernel takes no more. */
int matrix_register(struct lfb_machine *machine, struct matrix_module *module, unsigned int flbs);
/* A new file of the module's kind, open in @agent. Returns its descriptor. */
int matrix_open_file(struct lfb_machine *machine, struct lfb_agent *agent, u64 number);
/* Is what @agent has open as @fd file @number? */
bool matrix_file_is(struct lfb_agent *agent, int fd, u64 number);
/* Asks for the object of FLB @index and looks at it. */
int matrix_check_flb(struct lfb_machine *machine, struct matrix_module *module,
		     unsigned int index);

#endif
