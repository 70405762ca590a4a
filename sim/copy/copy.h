/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A machine as it was: copy.c has all of it, modules.c the kernel image. What there is to save in a
 * room of the kernel is that room's affair; here is what belongs together, and when it can be put
 * back. Others ask through <luo/machine_copy.h>, but for who compares copies. May use: sim/machine
 * and what lies below.
 */
#ifndef SIM_COPY_COPY_H
#define SIM_COPY_COPY_H

#include <luo/machine_copy.h>

#include "sim/machine/machine.h"

/* copy.c: is there the same in memory and in modules? What is said of the host is no matter. */
bool lfb__machine_is_as(struct lfb_machine *machine, const struct lfb_machine_copy *copy);
/*
 * Will all be as it was behind @copy, but for the numbers of events? @before: a copy from which the
 * machine came to both. Where faults stand is not looked at, nor are findings.
 */
bool lfb__machine_goes_on_as(struct lfb_machine *machine, const struct lfb_machine_copy *before,
			     const struct lfb_machine_copy *copy);

/*
 * All that decides what comes, but faults that are armed: what lfb__machine_goes_on_as() looks at,
 * with numbers of calls as they are. @room is for what is saved meanwhile. Also while tasks run
 * beside each other, of which it is not what they stand in the middle of. False: it is not known.
 */
bool lfb__machine_mix(struct lfb_machine *machine, struct lfb_saved *room, struct lfb_mix *mix);

/* modules.c */

struct lfb_modules_copy {
	struct lfb_list images;		/* which there are */
	struct lfb_list files;		/* where those in shared objects lie, and what they hold */
	unsigned long changes;		/* machine->module_changes */
	bool on;			/* their data is the machine's: it is switched on */
};

/* Data of modules that are linked in goes to @saved. False without memory. */
bool lfb__modules_save(struct lfb_machine *machine, struct lfb_modules_copy *copy,
		       struct lfb_saved *saved);
void lfb__modules_copy_mix(const struct lfb_modules_copy *copy, struct lfb_mix *mix);
bool lfb__modules_copies_equal(const struct lfb_modules_copy *a, const struct lfb_modules_copy *b);
void lfb__modules_copy_free(struct lfb_modules_copy *copy);
/*
 * What may fail of putting back, and on error is undone: 0, -EBUSY, -ENOMEM with the sentence. Else
 * lfb__modules_put_back() must follow, when all else is put back; @was_on: before it was on.
 */
int lfb__modules_prepare_rewind(struct lfb_machine *machine, struct lfb_modules_copy *copy);
void lfb__modules_cancel_rewind(struct lfb_modules_copy *copy);
void lfb__modules_put_back(struct lfb_machine *machine, struct lfb_modules_copy *copy,
			   bool was_on);

#endif
