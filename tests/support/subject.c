// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Sound handovers, in their forms, and having them edited. */
#include "tests/support/subject.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/wire_image.h"

void subject_write(const struct subject *subject)
{
	const int fd = open(subject->path, O_WRONLY | O_TRUNC);

	assert_in_range(fd, 0, INT_MAX);
	assert_int_equal(write(fd, subject->bytes, subject->size), subject->size);
	close(fd);
}

void subject_read(struct subject *subject)
{
	char *bytes;

	free(subject->bytes);
	assert_int_equal(lfb__read_whole_file(subject->path, &bytes, &subject->size), 0);
	subject->bytes = (u8 *)bytes;
}

struct subject subject_make(const char *profile, enum damaged_as as)
{
	struct subject subject = { as, profile, .path = "/tmp/lfb-edit-XXXXXX" };
	struct damaged damaged;
	struct lfb_blob *blob;

	close(mkstemp(subject.path));
	damaged_make(&damaged, profile, as == AS_MEMORY ? AS_MEMORY : AS_BLOB);
	subject.bytes = damaged.bytes;
	subject.size = damaged.size;
	if (as == AS_MEMORY)
		return subject;
	lfb_blob_free(damaged.blob);
	assert_int_equal(lfb__blob_seal(subject.bytes, subject.size), 0);
	if (as == AS_CORE) {
		assert_int_equal(lfb_blob_from_memory(subject.bytes, subject.size, &blob), 0);
		assert_int_equal(lfb_blob_save_core(blob, subject.path), 0);
		lfb_blob_free(blob);
		subject_read(&subject);
	}
	return subject;
}

struct subject subject_copy(const struct subject *subject)
{
	struct subject copy = *subject;

	copy.bytes = malloc(copy.size);
	assert_non_null(copy.bytes);
	memcpy(copy.bytes, subject->bytes, copy.size);
	return copy;
}

void subject_forget(struct subject *subject)
{
	free(subject->bytes);
	unlink(subject->path);
}

static int hear(void *context, const struct lfb_edited *edited)
{
	struct told_edit *told = context;

	assert_int_equal(edited->sz, sizeof(*edited));
	told->count++;
	told->edited = *edited;
	snprintf(told->from_text, sizeof(told->from_text), "%s",
		 edited->from_text ? edited->from_text : "");
	snprintf(told->to_text, sizeof(told->to_text), "%s",
		 edited->to_text ? edited->to_text : "");
	return told->answer;
}

int subject_edit_all(struct subject *subject, const struct lfb_edit *edits, size_t count,
		     enum lfb_edit_digest digest, struct told_edit *told)
{
	const struct lfb_edit_options options = {
		.sz = sizeof(options), .digest = digest, .tell = hear, .context = told,
	};
	int err;

	told->count = 0;
	if (subject->as == AS_BLOB)
		return lfb_edit_bytes(subject->bytes, subject->size, edits, count, &options);
	if (subject->as == AS_MEMORY)
		return lfb_edit_memory(subject->bytes, subject->size, TREE, subject->profile, edits,
				       count, &options);
	subject_write(subject);
	err = lfb_edit_file(subject->path, NULL, edits, count, &options, subject->path);
	subject_read(subject);
	return err;
}

int subject_edit(struct subject *subject, const char *path, const char *value,
		 struct told_edit *told)
{
	return subject_edit_all(subject, &(struct lfb_edit){ path, value }, 1, LFB_EDIT_MEND_DIGEST,
				told);
}
