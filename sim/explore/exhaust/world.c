// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The world of a search, as a scenario: what sets up every kernel, and behind it letter by letter
 * what can be done in it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/exhaust/exhaust.h"

const char *const lfb__world_sessions[LFB_WORLD_SESSIONS] = { "a", "b" };
const unsigned int lfb__world_kinds[LFB_WORLD_FILES] = { 0, 0, 1 };

static const char *const setup[] = { "handler 0", "handler 1", "flb 0 0", "flb 1 0", "flb 1 1",
				     "open" };

int lfb__world_begin(struct lfb_world_text *writing, struct lfb_world *world)
{
	*writing = (struct lfb_world_text){ .world = world };
	memset(world, 0, sizeof(*world));
	writing->stream = open_memstream(&writing->text, &writing->size);
	return writing->stream ? 0 : lfb__error(NULL, -ENOMEM, "no memory for a search");
}

void lfb__world_line(struct lfb_world_text *writing, const char *line)
{
	fprintf(writing->stream, "%s\n", line);
	writing->lines++;
}

void lfb__world_setup(struct lfb_world_text *writing)
{
	writing->world->once = writing->lines;
	writing->world->setup = ARRAY_SIZE(setup);
	for (size_t i = 0; i < ARRAY_SIZE(setup); i++)
		lfb__world_line(writing, setup[i]);
}

struct lfb_letter *lfb__world_letter(struct lfb_world_text *writing, const char *format, ...)
{
	struct lfb_letter *letter = &writing->world->letters[writing->world->nr_letters];
	char text[1024], *rest = text, *line;
	va_list args;

	/* Without room the last one is overwritten. */
	if (LFB_ASSERT(writing->world->nr_letters < LFB_WORLD_LETTERS))
		writing->world->nr_letters++;
	else
		letter--;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	*letter = (struct lfb_letter){ .first = writing->lines };
	while ((line = strsep(&rest, ";")) != NULL)
		lfb__world_line(writing, line);
	letter->count = (unsigned int)(writing->lines - letter->first);
	return letter;
}

int lfb__world_end(struct lfb_world_text *writing, int err)
{
	if (fclose(writing->stream) && !err)
		err = lfb__error(NULL, -ENOMEM, "no memory for a search");
	if (!err)
		err = lfb_scenario_parse("exhaust", writing->text, writing->size,
					 &writing->world->scenario);
	free(writing->text);
	return err;
}
