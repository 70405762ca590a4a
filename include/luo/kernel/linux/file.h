/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: descriptors are those of the agent whose call is running. */
#ifndef LUO_LINUX_FILE_H
#define LUO_LINUX_FILE_H

#include <luo/kernel/linux/cleanup.h>
#include <luo/kernel/linux/err.h>
#include <luo/file.h>

DEFINE_FREE(fput, struct file *, if (!IS_ERR_OR_NULL(_T)) fput(_T))
DEFINE_CLASS(get_unused_fd, int, if (_T >= 0) put_unused_fd((unsigned int)_T),
	     get_unused_fd_flags(flags), unsigned int flags)

/** take_fd() - the descriptor in a CLASS(get_unused_fd) variable, which lets it go. */
#define take_fd(variable)                                                                          \
	__extension__({                                                                            \
		const int lfb_fd_ = (variable);                                                    \
		(variable) = -EBADF;                                                               \
		lfb_fd_;                                                                           \
	})

#endif
