/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A second opinion: what a blob hands over, read once more by code that shares nothing with the
 * library's readers, not even libfdt. It is made of docs/facts.md 8 and of docs/blob.md, is slow,
 * and copies whatever it looks at. Where both differ, one of them is wrong.
 *
 * It says what is in the container, the KHO root tree, the memory map and LUO's state; what
 * subsystems left in their own memory (memfds, vmalloc areas, memblock) it leaves to others, and it
 * does not warn.
 */
#ifndef TESTS_FUZZ_REFERENCE_H
#define TESTS_FUZZ_REFERENCE_H

#include <stdio.h>

#include <luo/types.h>

/* Where it is that something is wrong. */
enum ref_class {
	REF_SOUND,
	REF_CONTAINER,
	REF_ROOT,		/* with its entries, and kexec-metadata */
	REF_MAP,
	REF_HEAD,		/* of LUO's state: its tree, or struct luo_ser */
	REF_RECORDS,		/* sessions and files */
	REF_FLBS,
	REF_UNPRESERVED,	/* state that the map does not name */
	REF_CLASSES,
};

struct ref_opinion {
	enum ref_class refused;	/* for what; REF_SOUND: it is not */
	char why[128];
	char *text;		/* the listing; NULL: refused */
	u64 *own;		/* pages of LUO's state, of the root tree and of kexec-metadata */
	size_t nr_own;
};

/* Reads a blob; its digest need not be right unless @digest. */
void ref_read(const u8 *bytes, size_t size, bool digest, struct ref_opinion *opinion);
/* The same of LUO's state at @luo in memory from address 0 on, of which there is no map. */
void ref_read_memory(const u8 *bytes, size_t size, u64 luo, struct ref_opinion *opinion);
void ref_forget(struct ref_opinion *opinion);
/* A name in a listing: whatever is in it, it is one word, and says where it ends. */
void ref_say_name(FILE *listing, const char *name, size_t size);
const char *ref_class_name(enum ref_class class);

#endif
