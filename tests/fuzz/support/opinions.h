/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The library's opinion of a handover in the words of the second one (reference.h), and holding one
 * against the other.
 */
#ifndef TESTS_FUZZ_OPINIONS_H
#define TESTS_FUZZ_OPINIONS_H

#include "tests/fuzz/support/reference.h"

struct lfb_blob;

struct library_opinion {
	unsigned int classes;	/* 1 << enum ref_class of each error that both look for */
	unsigned int errors;	/* those the other does not look for among them */
	char why[192];		/* the first of @classes */
	char *text;		/* as ref_opinion has it */
};

void library_read(const struct lfb_blob *blob, struct library_opinion *opinion);

/* What both came to. */
enum opinions {
	BOTH_TAKE,
	BOTH_REFUSE,
	OPINIONS_DIFFER,	/* how, is on standard error */
};

/* Of a blob, whose digest is looked at if @digest. */
enum opinions opinions_of(const u8 *bytes, size_t size, bool digest);
/* Of LUO's state at @luo in memory from address 0 on. */
enum opinions opinions_of_memory(const u8 *bytes, size_t size, u64 luo, const char *profile);
/* Of a blob that was opened. The reference's is there until ref_forget(), whatever both came to. */
enum opinions opinions_of_blob(const struct lfb_blob *blob, struct ref_opinion *reference);

#endif
