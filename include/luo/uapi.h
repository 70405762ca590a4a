/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What userspace sees of live update: ioctl numbers and structures. Mirrors
 * uapi/linux/liveupdate.h (docs/facts.md section 4).
 *
 * @size is the caller's structure size: smaller than the kernel's minimum gives -EINVAL, larger
 * with a tail that is not zero -E2BIG.
 */
#ifndef LUO_UAPI_H
#define LUO_UAPI_H

#include <sys/ioctl.h>

#include <luo/types.h>

#define LIVEUPDATE_IOCTL_TYPE 0xBA
#define LIVEUPDATE_SESSION_NAME_LENGTH 64

/* On /dev/liveupdate. */
#define LIVEUPDATE_IOCTL_CREATE_SESSION _IO(LIVEUPDATE_IOCTL_TYPE, 0x00)
#define LIVEUPDATE_IOCTL_RETRIEVE_SESSION _IO(LIVEUPDATE_IOCTL_TYPE, 0x01)
/* On a session. */
#define LIVEUPDATE_SESSION_PRESERVE_FD _IO(LIVEUPDATE_IOCTL_TYPE, 0x40)
#define LIVEUPDATE_SESSION_RETRIEVE_FD _IO(LIVEUPDATE_IOCTL_TYPE, 0x41)
#define LIVEUPDATE_SESSION_FINISH _IO(LIVEUPDATE_IOCTL_TYPE, 0x42)
#define LIVEUPDATE_SESSION_GET_NAME _IO(LIVEUPDATE_IOCTL_TYPE, 0x43) /* linux-7.3 */

/** struct liveupdate_ioctl_create_session - @fd is set to the new session's descriptor. */
struct liveupdate_ioctl_create_session {
	u32 size;
	s32 fd;
	u8 name[LIVEUPDATE_SESSION_NAME_LENGTH];
};

/** struct liveupdate_ioctl_retrieve_session - @fd is set to the session's descriptor. */
struct liveupdate_ioctl_retrieve_session {
	u32 size;
	s32 fd;
	u8 name[LIVEUPDATE_SESSION_NAME_LENGTH];
};

/** struct liveupdate_session_preserve_fd - preserve descriptor @fd under @token. */
struct liveupdate_session_preserve_fd {
	u32 size;
	s32 fd;
	u64 token __attribute__((aligned(8)));
};

/** struct liveupdate_session_retrieve_fd - @fd is set to a descriptor for @token's file. */
struct liveupdate_session_retrieve_fd {
	u32 size;
	s32 fd;
	u64 token __attribute__((aligned(8)));
};

/** struct liveupdate_session_finish - finish the session; @reserved must be 0. */
struct liveupdate_session_finish {
	u32 size;
	u32 reserved;
};

/** struct liveupdate_session_get_name - @name is set to the session's name (linux-7.3). */
struct liveupdate_session_get_name {
	u32 size;
	u32 reserved;
	u8 name[LIVEUPDATE_SESSION_NAME_LENGTH];
};

#endif
