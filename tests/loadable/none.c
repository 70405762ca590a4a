// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A shared object that is no module. */
int lfb_test_nothing(void);

int lfb_test_nothing(void)
{
	return 0;
}
