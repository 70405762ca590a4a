/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Sessions: session.c is their life, session_file.c the file by which an agent holds one.
 */
#ifndef LIB_SESSION_H
#define LIB_SESSION_H

#include "lib/luo/luo.h"

void luo_sessions_init(struct luo_sessions *sessions, bool incoming);
/* @name: LIVEUPDATE_SESSION_NAME_LENGTH bytes, maybe unterminated. */
struct liveupdate_session *luo_session_find(const struct luo_sessions *sessions, const char *name);
/* An outgoing session without files; the list owns it. What changes goes on: luo_end_change(). */
int luo_session_new(struct luo *luo, const char *name, struct liveupdate_session **sessionp);
/* Takes it off its list and frees it. */
void luo_session_remove(struct luo *luo, struct liveupdate_session *session);
/*
 * False when the agent must wait: everything is serialized and the kernel is about to jump. Else
 * the reboot call waits until luo_end_change(). @session: which one would be changed, NULL for
 * none that is there yet.
 */
bool luo_begin_change(struct luo *luo, const struct liveupdate_session *session, const char *what);
void luo_end_change(struct luo *luo);
/* The reboot call waits for those who change sessions. */
bool luo_begin_serializing(struct luo *luo);
/* @err: of the call. Without one, who waits does so until the next kernel. */
void luo_end_serializing(struct luo *luo, int err);
/* Restores the sessions that were handed over, once. */
int luo_session_deserialize(struct luo *luo);
int luo_session_serialize(struct luo *luo);

/* device.c: agents can open /dev/liveupdate from here on. 0 or -ENOMEM. */
int luo_device_register(void);

/* 0 and *filep, or -errno. @name as above. */
int luo_session_create(struct luo *luo, const char *name, struct file **filep);
int luo_session_retrieve(struct luo *luo, const char *name, struct file **filep);

#endif
