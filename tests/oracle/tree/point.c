// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* "at POINT [N] OPERATION": what another thread does right before or behind a callback. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

#define POINTS 64

struct point {
	struct world_line line;		/* from the operation on */
	char *text;
	const char *name;
	unsigned int left;		/* times it is still to be passed; 0: it was done */
	unsigned int passed;		/* … and was, in this operation of the first thread */
};

/* For longer than a kernel: they are in memory that is not its. */
struct world_points {
	struct point points[POINTS];
	int count;
	struct point *firing;
	sigjmp_buf waits;		/* where the first thread goes on that it waits for */
};

void point_wait(const struct world_line *line, const char *text)
{
	const bool counted = isdigit((unsigned char)line->words[2][0]);
	const int first = counted ? 3 : 2;
	struct point *point;

	if (!world->points)
		world->points = calloc(1, sizeof(*world->points));
	if (!world->points || world->points->count == POINTS)
		exit(98);
	point = &world->points->points[world->points->count++];
	*point = (struct point){ .name = line->words[1] };
	point->left = counted ? (unsigned int)strtoul(line->words[2], NULL, 0) : 1;
	for (int i = first; i < line->nr_words; i++)
		point->line.words[point->line.nr_words++] = line->words[i];
	/* As it was written: words are cut. */
	for (int i = 0; i < first; i++)
		text = strchr(text, ' ') + 1;
	point->text = strdup(text);
}

void point_begin(void)
{
	for (int i = 0; world->points && i < world->points->count; i++)
		world->points->points[i].passed = 0;
}

static void show(const struct point *point, long result, const void *object)
{
	char text[512];

	if (point->passed > 1)
		snprintf(text, sizeof(text), "at %s %u %s", point->name, point->passed,
			 point->text);
	else
		snprintf(text, sizeof(text), "at %s %s", point->name, point->text);
	play_show(text, point->line.words[0], result, object);
}

/* A kernel that died in the middle of it answers both threads alike. */
void point_died(long result)
{
	struct point *point = world->points ? world->points->firing : NULL;

	if (point)
		show(point, result, NULL);
	if (world->points)
		world->points->firing = NULL;
}

void point_waits(void)
{
	if (world->rebooting && world->points && world->points->firing)
		siglongjmp(world->points->waits, 1);
}

static void fire(struct point *point)
{
	void *object = NULL;
	volatile long result = WAITS;

	world->points->firing = point;
	if (!sigsetjmp(world->points->waits, 0))
		result = play_in_kernel(&point->line, &object);
	world->points->firing = NULL;
	show(point, result, object);
}

void point_pass(const char *name)
{
	for (int i = 0; world->points && i < world->points->count; i++) {
		struct point *point = &world->points->points[i];

		if (world->points->firing || !point->left || strcmp(point->name, name))
			continue;
		point->passed++;
		if (--point->left)
			continue;
		fire(point);
	}
}
