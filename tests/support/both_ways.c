// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "tests/support/both_ways.h"

#include <glob.h>

void assert_same_text(const char *path, const char *one, const char *text, const char *other,
		      const char *other_text)
{
	size_t at = 0;

	if (!strcmp(text, other_text))
		return;
	while (text[at] == other_text[at])
		at++;
	while (at && text[at - 1] != '\n')
		at--;
	fail_msg("%s: %s: %.600s\n%s: %.600s", path, one, text + at, other, other_text + at);
}

void compare_files(const char *pattern, unsigned int step,
		   unsigned long (*compare)(const char *path,
					    const struct lfb_machine_options *options, size_t much),
		   const struct lfb_machine_options *options, size_t much, const char *counted)
{
	unsigned long count = 0, scenarios = 0;
	glob_t files;

	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i += step, scenarios++)
		count += compare(files.gl_pathv[i], options, much);
	globfree(&files);
	printf("%s: %lu scenarios, %lu %s\n", pattern, scenarios, count, counted);
}
