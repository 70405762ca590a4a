// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A page that plays a run, or two beside each other: player/, with their JSON Lines in it. */
#include <stdlib.h>
#include <string.h>

#include "show.h"

/* No text in a script may look like markup, and some line ends are none to JSON. */
static void put_lines(const char *text, FILE *to)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("\\u003c", to);
		else if (!strncmp(text, "\342\200\250", 3) || !strncmp(text, "\342\200\251", 3))
			fprintf(to, "\\u202%c", (text += 2)[0] == '\250' ? '8' : '9');
		else
			putc(*text, to);
	}
}

static void put_page(char *const runs[], int count, FILE *to)
{
	static const char place[] = "@RUNS@";
	const char *page = embedded_player[0].text, *at = strstr(page, place);

	fwrite(page, 1, (size_t)(at - page), to);
	for (int i = 0; i < count; i++) {
		fputs("<script type=\"application/json\">\n", to);
		put_lines(runs[i], to);
		fputs("</script>\n", to);
	}
	fputs(at + strlen(place), to);
}

/* The second run is in the same machine, but for what makes its kernel. */
static void set_kernel(struct cli_line *line, const char *kernel)
{
	const bool is_image = cli_is_loadable(kernel);

	line->machine.options.kernel = is_image ? kernel : NULL;
	line->machine.options.profile = is_image ? NULL : kernel;
	free(line->machine.quirks_on);
	free(line->machine.quirks_off);
	line->machine.quirks_on = line->machine.quirks_off = NULL;
}

/* One run, as JSON Lines for free(); NULL: it could not begin. */
static char *record(struct cli_line *line, const char *path, show_record_fn run, int *result)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	*result = to ? run(line, path, to) : CLI_FAILED;
	if (!to || fclose(to))
		*result = cli_failed("no memory for what happened");
	if (size)
		return text;
	free(text);
	return NULL;
}

int show_html(struct cli_line *line, const char *against, show_record_fn run)
{
	const int count = line->argc > 1 || against ? 2 : 1;
	char *runs[2] = { NULL, NULL };
	int results[2] = { CLI_OK, CLI_OK };
	bool all = true;

	for (int i = 0; all && i < count; i++) {
		if (i && against)
			set_kernel(line, against);
		runs[i] = record(line, line->argv[line->argc > 1 ? i : 0], run, &results[i]);
		all = runs[i];
	}
	if (all)
		put_page(runs, count, stdout);
	free(runs[0]);
	free(runs[1]);
	return results[0] > results[1] ? results[0] : results[1];
}
