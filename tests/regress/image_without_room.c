// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Memory that says it is larger than anybody could map was said to hold no root tree, and so it was
 * where the host had no memory for it: what is not looked at for want of room is not missing.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <luo/blob.h>
#include <luo/check.h>
#include <luo/image.h>
#include <luo/lfb.h>

static int pass_over(void *context, const struct lfb_check_problem *problem)
{
	return 0;
}

/* Its first segment claims to be a PiB, in which all others are. */
static int claim(const char *path)
{
	FILE *file = fopen(path, "r+b");
	Elf64_Phdr segment = { .p_type = PT_NULL };
	Elf64_Ehdr header;
	long at;

	if (!file || fread(&header, sizeof(header), 1, file) != 1)
		return 1;
	for (at = (long)header.e_phoff; segment.p_type != PT_LOAD; at += sizeof(segment)) {
		if (fseek(file, at, SEEK_SET) || fread(&segment, sizeof(segment), 1, file) != 1)
			return 1;
	}
	segment.p_memsz = 1ull << 50;
	segment.p_filesz = 1ull << 20;
	fseek(file, at - (long)sizeof(segment), SEEK_SET);
	return fwrite(&segment, sizeof(segment), 1, file) != 1 || fclose(file);
}

int main(void)
{
	char path[] = "/tmp/lfb-room-XXXXXX";
	const int fd = mkstemp(path);
	struct lfb_blob *blob;
	int err = 1;

	if (fd < 0 || close(fd) ||
	    lfb_blob_load(LFB_TEST_DATA "/blobs/linux-7.3-0.1.0.blob", &blob))
		return 1;
	if (!lfb_blob_save_core(blob, path) && !claim(path)) {
		err = lfb_check_image(path, NULL, pass_over, NULL) != -ENOMEM ||
		      !strstr(lfb_error_text(NULL), "no memory to inspect");
		if (err)
			fprintf(stderr, "%s\n", lfb_error_text(NULL));
	}
	lfb_blob_free(blob);
	unlink(path);
	return err;
}
