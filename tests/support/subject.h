/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Handovers that are edited, in each of their forms, and what is told of it.
 */
#ifndef TESTS_SUPPORT_SUBJECT_H
#define TESTS_SUPPORT_SUBJECT_H

#include <luo/edit.h>

#include "tests/support/damaged.h"

/* The bytes of a file: as a blob, a core or a bare image. */
struct subject {
	enum damaged_as as;
	const char *profile;
	u8 *bytes;
	size_t size;
	char path[32];			/* of a file for them */
};

/* What was told of an edit. */
struct told_edit {
	unsigned int count;
	struct lfb_edited edited;
	char from_text[128], to_text[128];
	int answer;
};

/* One with memfds, regions and all else there is; for subject_forget(). */
struct subject subject_make(const char *profile, enum damaged_as as);
/* Other bytes, for free(), and the same file. */
struct subject subject_copy(const struct subject *subject);
void subject_forget(struct subject *subject);
/* Its bytes into its file, and back. */
void subject_write(const struct subject *subject);
void subject_read(struct subject *subject);

/* Edits it where it is; returns what the library did. */
int subject_edit_all(struct subject *subject, const struct lfb_edit *edits, size_t count,
		     enum lfb_edit_digest digest, struct told_edit *told);
int subject_edit(struct subject *subject, const char *path, const char *value,
		 struct told_edit *told);

#endif
