// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What docs/findings says of a finding. */
#include <string.h>

#include "common.h"

const char *cli_finding_markdown(enum lfb_finding_id id)
{
	size_t length = strlen(lfb_finding_name(id));

	for (const struct cli_embedded *file = embedded_findings; file->name; file++) {
		if (!strncmp(file->name, lfb_finding_name(id), length) &&
		    !strcmp(file->name + length, ".md"))
			return file->text;
	}
	return NULL;
}

/* Comments of the markdown are for those who write it. */
static bool is_comment(const char *line, size_t length)
{
	return length >= 7 && !strncmp(line, "<!--", 4) && !strncmp(line + length - 3, "-->", 3);
}

void cli_finding_text(enum lfb_finding_id id, lfb_write_fn write, void *context)
{
	const char *text = cli_finding_markdown(id);
	bool blank = true;

	while (text && *text) {
		size_t length = strcspn(text, "\n");
		bool was_blank = blank;

		if (!is_comment(text, length)) {
			blank = length == 0;
			/* What a comment leaves between two empty lines is one too many. */
			if (!blank || !was_blank) {
				write(context, text, length);
				write(context, "\n", 1);
			}
		}
		text += length + (text[length] == '\n');
	}
}
