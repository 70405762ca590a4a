// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Images of physical memory from hell, as cores, as raw memory, and as a tar of debugfs. */
#define _GNU_SOURCE /* memfd_create() */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <luo/blob.h>
#include <luo/image.h>
#include <luo/types.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static int discard(void *context, const char *bytes, size_t size)
{
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct lfb_image_area scratch = { 0x1000, 0x200000 };
	struct lfb_image_options options = {
		.sz = sizeof(options), .scratch = &scratch, .nr_scratch = 1,
	};
	int fd = memfd_create("image", MFD_CLOEXEC);
	struct lfb_blob *blob;
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	lfb_inspect_image(path, &options, LFB_INSPECT_TEXT, discard, NULL);
	lfb_inspect_image(path, NULL, LFB_INSPECT_JSON, discard, NULL);
	lfb_inspect_debugfs(path, LFB_INSPECT_TEXT, discard, NULL);
	lfb_inspect_debugfs(path, LFB_INSPECT_JSON, discard, NULL);
	if (!lfb_blob_from_image(path, NULL, &blob, NULL))
		lfb_blob_free(blob);
	close(fd);
	return 0;
}
