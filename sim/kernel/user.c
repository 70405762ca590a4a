// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A user's memory, as drivers reach it. */
#include <string.h>

#include <luo/user.h>

#include "sim/kernel/kernel.h"

unsigned long copy_to_user(void *to, const void *from, unsigned long n)
{
	struct lfb_kernel *kernel = lfb__current;

	if (kernel)
		lfb__shadow_touch(kernel, from, n, LFB_STRAY_READ);
	return n && (!kernel || lfb__copy_to_user(kernel, to, from, n)) ? n : 0;
}

unsigned long copy_from_user(void *to, const void *from, unsigned long n)
{
	struct lfb_kernel *kernel = lfb__current;

	if (kernel)
		lfb__shadow_touch(kernel, to, n, LFB_STRAY_WRITE);
	if (!n || (kernel && !lfb__copy_from_user(kernel, to, from, n)))
		return 0;
	memset(to, 0, n);
	return n;
}
