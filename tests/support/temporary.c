// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/temporary.h"

char temporary_path[] = "/tmp/lfb-test-XXXXXX";

int temporary_make(void **state)
{
	int fd = mkstemp(temporary_path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

int temporary_remove(void **state)
{
	(void)state;
	return unlink(temporary_path);
}
