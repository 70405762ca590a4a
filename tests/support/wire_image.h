/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Memory images in a buffer, for the codecs' reading half.
 *
 * The view hands out an exact copy for each look, so that AddressSanitizer sees any byte too far.
 */
#ifndef TESTS_SUPPORT_WIRE_IMAGE_H
#define TESTS_SUPPORT_WIRE_IMAGE_H

#include "lib/codec/codec.h"
#include "tests/support/test.h"

#define WIRE LFB_TEST_DATA "/golden/wire/"
#define TREE 0x10000ull		/* where the recorded images have the LUO tree */

struct look;

struct image {
	u8 *bytes;
	size_t size;
	struct look *looks;	/* the copies that were handed out */
};

/* The generations, and the images there are of each. */
struct generation {
	const char *profile;
	const struct luo_codec *codec;
};

#define GENERATIONS 2
#define IMAGES 4
extern const struct generation generations[GENERATIONS];
extern const char *const images[IMAGES];

void image_load(struct image *image, const char *path);
/* @name of @profile's recorded images. */
void image_load_wire(struct image *image, const char *profile, const char *name);
void image_unload(struct image *image);
struct lfb_view image_view(struct image *image);

/* One complete reading: the tree, all sessions with their files, all FLBs. */
struct reading {
	struct image *image;
	const struct luo_codec *codec;
	bool strict;			/* the first problem ends it */
	unsigned int problems;
	struct lfb_problem first;
	unsigned long sessions;
	unsigned long files;
	unsigned long flbs;
	/* What was read, as text; NULL: nobody wants to know. */
	char *text;
	size_t length;
	size_t text_size;
};

/* 0 or what the codec said. Asserts that no step led outside and nothing went on for ever. */
int image_read(struct reading *reading, phys_addr_t tree);
/*
 * Reads like a checking and like a trusting kernel, and asserts that the latter gets through and
 * both meet the same problem first. Returns what the checking one said.
 */
int image_read_both_ways(struct image *image, const struct luo_codec *codec, phys_addr_t tree);

/* Adds to reading->text. */
void reading_say(struct reading *reading, const char *format, ...) LFB_PRINTF(2, 3);

#endif
