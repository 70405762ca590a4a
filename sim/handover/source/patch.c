// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The file of an image, written again with bytes of it changed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/handover/source/source.h"

#define PIECE ((size_t)1 << 20)

void lfb__source_patch(const struct lfb_patch *patches, size_t count, u64 offset, u8 *bytes,
		       size_t size)
{
	for (size_t i = 0; i < count; i++) {
		const struct lfb_patch *patch = &patches[i];
		const u64 at = patch->offset - offset;

		if (at < size)
			bytes[at] = (u8)((bytes[at] & ~patch->mask) | (patch->byte & patch->mask));
	}
}

struct writing {
	int from;
	u64 size;
	const struct lfb_patch *patches;
	size_t count;
	u8 *piece;
	bool sparse;		/* zeros are left out: images are large, and mostly empty */
};

static bool is_zero(const u8 *bytes, size_t size)
{
	return !*bytes && !memcmp(bytes, bytes + 1, size - 1);
}

static int write_pieces(void *context, int to)
{
	struct writing *writing = context;
	struct stat about;
	int err = 0;
	u64 at = 0;

	writing->sparse = !fstat(to, &about) && S_ISREG(about.st_mode);
	while (at < writing->size) {
		const u64 left = writing->size - at;
		const size_t size = left < PIECE ? (size_t)left : PIECE;

		if (lfb__source_pread(writing->from, writing->piece, size, at)) {
			errno = EIO;
			return -1;
		}
		lfb__source_patch(writing->patches, writing->count, at, writing->piece, size);
		if (writing->sparse && is_zero(writing->piece, size))
			err = lseek(to, (off_t)size, SEEK_CUR) < 0;
		else
			err = lfb__host_write(to, writing->piece, size);
		if (err)
			return -1;
		at += size;
	}
	return writing->sparse ? ftruncate(to, (off_t)writing->size) : 0;
}

int lfb__source_write_patched(const struct lfb_source *source, const struct lfb_patch *patches,
			      size_t count, const char *path)
{
	struct writing writing = {
		.from = source->fd, .size = source->file_size, .patches = patches, .count = count,
	};
	struct stat about;
	int err;

	if (fstat(source->fd, &about) || !S_ISREG(about.st_mode))
		return lfb__error(NULL, -EINVAL, "%.200s cannot be made of what is no plain file: "
				  "copy that to one first", path);
	writing.piece = malloc(PIECE);
	if (!writing.piece)
		return lfb__error(NULL, -ENOMEM, "no memory to write an image");
	err = lfb__write_whole_file_by(path, write_pieces, &writing);
	free(writing.piece);
	return err;
}
