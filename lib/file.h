/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The files of a session: file.c is the old kernel (preserve, freeze), file_incoming.c the new one
 * (deserialize, retrieve, finish).
 */
#ifndef LIB_FILE_H
#define LIB_FILE_H

#include "lib/luo/luo.h"

int luo_file_preserve(struct luo *luo, struct liveupdate_session *session, u64 token, int fd);
void luo_file_unpreserve_all(struct luo *luo, struct liveupdate_session *session);
int luo_file_freeze_all(struct luo *luo, struct liveupdate_session *session);
void luo_file_unfreeze_all(struct luo *luo, struct liveupdate_session *session);

int luo_file_deserialize(struct luo *luo, struct liveupdate_session *session,
			 const struct luo_session_record *record);
int luo_file_retrieve(struct luo *luo, struct liveupdate_session *session, u64 token,
		      struct file **filep);
int luo_file_finish_all(struct luo *luo, struct liveupdate_session *session);

struct luo_file *luo_file_find(const struct liveupdate_session *session, u64 token);
void luo_file_add(struct liveupdate_session *session, struct luo_file *luo_file);
/* Drops the file's reference, takes the record off the session and frees it. */
void luo_file_drop(struct liveupdate_session *session, struct luo_file *luo_file);
void luo_file_forget_preserved(struct luo *luo, struct luo_file *luo_file);
/* Until it is finished it counts as preserved, in the kernels that keep track. */
void luo_file_remember_retrieved(struct luo *luo, struct luo_file *luo_file);

#endif
