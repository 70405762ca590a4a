/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Every change of a kind to a good handover: each byte that is looked at, for each of eight values,
 * each field of eight bytes for twelve, cut off at each length, each two records of a size
 * exchanged.
 */
#ifndef TESTS_FUZZ_CHANGES_H
#define TESTS_FUZZ_CHANGES_H

#include "tests/fuzz/support/support.h"

#define CHANGES_LOOKS_MAX 4096u
#define CHANGES_LARGE (256u << 10)

/* A good handover: a blob, or LUO's state in bare memory. */
struct changes {
	const char *name;
	char profile[64];
	bool is_image;		/* bare memory */
	u64 memory;		/* of the machine whose blob it is */
	u8 *bytes;		/* changed, and put back */
	size_t size;
	const u8 *read;		/* where it is read from: @bytes, or a copy */
	struct changes_look {
		size_t at, size;
	} looks[CHANGES_LOOKS_MAX];
	unsigned int nr_looks;
	u8 *matters;		/* by byte */
};

typedef void (*changes_fn)(struct changes *good);
/* One change was made; of it @size bytes are there. */
typedef void (*change_fn)(struct changes *good, size_t size);

/*
 * Each good handover of a folder: blobs, and memory of a machine from address 0 on, of which a blob
 * is made. Where these are looked at is known by then.
 */
void changes_of_folder(const char *folder, changes_fn each);
/* One file; @image_of: it is bare memory that this profile wrote, in a folder so called. */
void changes_of_file(const char *folder, const char *name, const char *image_of, changes_fn each);
/* An exact_look_fn, of who reads bare memory. */
void changes_look(void *good, const void *bytes, size_t size);

/* How many bytes are looked at. */
unsigned long changes_matter(const struct changes *good);
/* @tried is told of one change of @part. How many there are. */
unsigned long changes_each(struct changes *good, unsigned long part, change_fn tried);

#endif
