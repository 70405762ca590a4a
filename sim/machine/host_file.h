/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Files of the host. Return 0 or -errno with the sentence (of no machine) set.
 */
#ifndef SIM_MACHINE_HOST_FILE_H
#define SIM_MACHINE_HOST_FILE_H

#include <luo/types.h>

/* @bytes: for free(); a NUL follows the last one. */
int lfb__read_whole_file(const char *path, char **bytes, size_t *size);
/* Replaces what was there only when all of it is written. */
int lfb__write_whole_file(const char *path, const void *bytes, size_t size);

#endif
