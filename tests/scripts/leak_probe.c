// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Leaks on purpose. The test passes when LeakSanitizer says so.
 */
#include <stdlib.h>

int main(void)
{
	volatile char *lost = malloc(1);

	if (lost)
		*lost = 0;
	lost = NULL;
	return 0;
}
