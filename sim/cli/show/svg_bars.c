// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Bars of a picture: pages while they are saved or wait, FLBs while files need them. */
#include <string.h>

#include "svg.h"

/* Memory */

static void draw_slot(struct svg *svg, int index, const struct svg_slot *slot, int y)
{
	if (y > slot->since)
		svg_print(&svg->bars, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
			  "height=\"%d\"/>\n", slot->class,
			  svg->x[SVG_SLOT] + index * SVG_SLOT_WIDTH,
			  slot->since, SVG_SLOT_WIDTH - 3, y - slot->since);
}

/* Pages of LUO and KHO, and what they are not known to be of. */
static bool is_own(const char *owner)
{
	return !owner || !strcmp(owner, "luo") || !strcmp(owner, "kho") ||
	       !strcmp(owner, "somebody");
}

/* Theirs are one bar, as long as there are any. */
static void own_changed(struct svg *svg, int y)
{
	const char *class = svg->own_waiting ? "waits" : svg->own_saved ? "saved" : NULL;

	if (svg->own.class == class)
		return;
	if (svg->own.class)
		draw_slot(svg, 0, &svg->own, y);
	svg->own = (struct svg_slot){ .since = y, .class = class };
}

static int slot_of(const struct svg *svg, u64 phys)
{
	for (int i = 1; i < SVG_SLOTS; i++) {
		if (svg->slots[i].used && svg->slots[i].phys == phys)
			return i;
	}
	return 0;
}

static void begin_slot(struct svg *svg, const struct lfb_event *event, const char *class, int y)
{
	int index = slot_of(svg, event->phys);

	for (int i = 1; i < SVG_SLOTS && !index; i++)
		index = svg->slots[i].used ? 0 : i;
	if (!index) {
		svg->undrawn++;
		return;
	}
	if (svg->slots[index].used && svg->slots[index].class)
		draw_slot(svg, index, &svg->slots[index], y);
	svg->slots[index] = (struct svg_slot){ true, event->phys, y, class };
}

static void end_slot(struct svg *svg, int index, int y)
{
	if (svg->slots[index].class)
		draw_slot(svg, index, &svg->slots[index], y);
	svg->slots[index].used = false;
}

static void pages_changed(struct svg *svg, const struct show_step *step, int y)
{
	const struct lfb_event *event = &step->event;
	const bool begins = event->happening == LFB_DID_PAGES_MARKED ||
			    event->happening == LFB_DID_PAGES_HANDED_OVER;
	const bool waits = event->happening == LFB_DID_PAGES_HANDED_OVER ||
			   event->happening == LFB_DID_PAGES_CLAIMED;
	u64 *own = waits ? &svg->own_waiting : &svg->own_saved;
	int index;

	/* They have been there all the time. */
	if (event->happening == LFB_DID_PAGES_HANDED_OVER && svg->jump)
		y = svg->jump;
	if (is_own(event->owner)) {
		*own += begins ? 1 : *own ? -1 : 0;
		own_changed(svg, y);
		return;
	}
	index = slot_of(svg, event->phys);
	if (begins && (!index || waits))
		begin_slot(svg, event, waits ? "waits" : "saved", y);
	else if (!begins && index)
		end_slot(svg, index, y);
}

/* What was saved stays in its place; nobody knows of it until it is handed over. */
static void memory_jumps(struct svg *svg, int y)
{
	for (int i = 1; i < SVG_SLOTS; i++) {
		struct svg_slot *slot = &svg->slots[i];

		if (!slot->used || !slot->class)
			continue;
		draw_slot(svg, i, slot, y);
		slot->used = !strcmp(slot->class, "saved");
		slot->class = NULL;
		slot->since = y;
	}
	svg->own_saved = 0;
	svg->own_waiting = 0;
	svg->jump = y;
	own_changed(svg, y);
}

/* FLBs */

/* Beyond what fits, more is not wider. */
static void draw_bracket(struct svg *svg, size_t index, int side, int y)
{
	const struct svg_bracket *bracket = &svg->brackets[index][side];
	const int x = svg->bracket_x + (int)index * svg->bracket_step + side * svg->bracket_width;
	const int pitch = svg->bracket_pitch, most = (svg->bracket_width - 1) / pitch;

	for (int i = 0; (u64)i < bracket->count && i < most && y > bracket->since; i++)
		svg_print(&svg->bars, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
			  "height=\"%d\"/>\n", bracket->class, x + pitch * i, bracket->since,
			  (pitch + 1) / 2, y - bracket->since);
}

static void bracket_changes(struct svg *svg, const struct lfb_event *event, int side,
			    const char *class, int y)
{
	const size_t index = show_flb(svg->show, event->flb);

	if (index >= svg->nr_brackets)
		return;
	draw_bracket(svg, index, side, y);
	svg->brackets[index][side] = (struct svg_bracket){ event->count, y, class };
}

void svg_brackets_end(struct svg *svg, int y)
{
	for (size_t i = 0; i < svg->nr_brackets; i++) {
		draw_bracket(svg, i, 0, y);
		draw_bracket(svg, i, 1, y);
		svg->brackets[i][0].count = 0;
		svg->brackets[i][1].count = 0;
	}
}

static void flb_retrieved(struct svg *svg, const struct lfb_event *event, int y)
{
	const size_t index = show_flb(svg->show, event->flb);

	if (index >= svg->nr_brackets || event->result || !svg->brackets[index][1].count)
		return;
	draw_bracket(svg, index, 1, y);
	svg->brackets[index][1].since = y;
	svg->brackets[index][1].class = "taken";
}

/* Once it was retrieved, it stays so. */
static void flb_counted(struct svg *svg, const struct lfb_event *event, int y)
{
	const size_t index = show_flb(svg->show, event->flb);
	const bool is_taken = index < svg->nr_brackets && svg->brackets[index][1].count &&
			      !strcmp(svg->brackets[index][1].class, "taken");

	bracket_changes(svg, event, event->incoming,
			!event->incoming ? "saved" : is_taken ? "taken" : "waits", y);
}

void svg_brackets_step(struct svg *svg, const struct show_step *step, int y)
{
	const struct lfb_event *event = &step->event;

	if (step->is_operation)
		return;
	switch (event->happening) {
	case LFB_DID_JUMPED:
	case LFB_DID_SWITCHED_OFF:
		svg_brackets_end(svg, y - (event->happening == LFB_DID_JUMPED ? SVG_ROW / 2 : 0));
		break;
	case LFB_DID_FLB_COUNTED:
		flb_counted(svg, event, y);
		break;
	case LFB_DID_FLB_HANDED_OVER:
		bracket_changes(svg, event, 1, "waits", y);
		break;
	case LFB_DID_FLB_RETRIEVE:
		flb_retrieved(svg, event, y);
		break;
	default:
		break;
	}
}

void svg_bars_step(struct svg *svg, const struct show_step *step, int y)
{
	if (step->is_operation)
		return;
	switch (step->event.happening) {
	case LFB_DID_PAGES_MARKED:
	case LFB_DID_PAGES_UNMARKED:
	case LFB_DID_PAGES_HANDED_OVER:
	case LFB_DID_PAGES_CLAIMED:
		pages_changed(svg, step, y);
		break;
	case LFB_DID_JUMPED:
		memory_jumps(svg, y);
		break;
	case LFB_DID_SWITCHED_OFF:
		svg_bars_end(svg, y);
		break;
	default:
		break;
	}
	svg_brackets_step(svg, step, y);
}

void svg_bars_end(struct svg *svg, int y)
{
	for (int i = 1; i < SVG_SLOTS; i++) {
		if (svg->slots[i].used)
			end_slot(svg, i, y);
	}
	svg->own_saved = 0;
	svg->own_waiting = 0;
	own_changed(svg, y);
	svg_brackets_end(svg, y);
}

const char *svg_why_counted(const struct lfb_event *event)
{
	if (event->count > event->count_before)
		return event->incoming ? "counted" : event->count_before ? "saved already" : "";
	return event->count ? "still needed" : "";
}
