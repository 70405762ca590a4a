/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: a name that says nothing of the profile. */
#ifndef LUO_LINUX_UTSNAME_H
#define LUO_LINUX_UTSNAME_H

/* The system's, which this stands before: it lies beside asm-generic. */
#include <asm-generic/../linux/utsname.h>

static inline struct new_utsname *init_utsname(void)
{
	static struct new_utsname name = { "Linux", "lfb", "simulated", "", "x86_64", "" };

	return &name;
}

#define utsname() init_utsname()

#endif
