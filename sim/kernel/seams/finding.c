// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Findings: writing one down, and as text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/printk.h>

#include "sim/kernel/seams/seams.h"

/*
 * A scenario that goes wrong in ever new ways must not eat the host's memory. But the first of an
 * id is always written down.
 */
#define MAX_FINDINGS 1024
#define TEXT_SIZE 480
#define WORDS_SIZE 160

/* The strings of a finding lie behind it, in one piece of memory. */
struct stored {
	struct lfb_finding finding;
	char doing[WORDS_SIZE];
	char task[32];
	char callback[WORDS_SIZE];
	char object[WORDS_SIZE];
	char text[TEXT_SIZE];
	void *at[LFB_FRAMES_MAX];
	struct lfb_place places[LFB_FINDING_PLACES];
	unsigned long copies;	/* of the machine that know it, too */
};

struct lfb_object lfb__object(const char *format, ...)
{
	struct lfb_object object;
	va_list args;

	va_start(args, format);
	vsnprintf(object.text, sizeof(object.text), format, args);
	va_end(args);
	return object;
}

static struct lfb_finding *find_known(const struct lfb_kernel *kernel, enum lfb_finding_id id,
				      const char *object)
{
	const struct lfb_findings *findings = &kernel->findings;

	/* Those of this kernel are the newest. */
	for (size_t i = findings->count; i-- > 0;) {
		struct lfb_finding *known = findings->all[i];

		if (known->boot != kernel->boot_number)
			return NULL;
		if (known->id == id && !strncmp(known->object, object, WORDS_SIZE - 1))
			return known;
	}
	return NULL;
}

static bool make_room(struct lfb_findings *findings, enum lfb_finding_id id)
{
	struct lfb_finding **all;

	if (findings->count >= MAX_FINDINGS && findings->known[id])
		return false;
	all = lfb__room(findings->all, findings->count, 1, &findings->capacity, sizeof(*all));
	if (all)
		findings->all = all;
	return all != NULL;
}

void lfb__who_works(const struct lfb_kernel *kernel, char *name, size_t size)
{
	snprintf(name, size, "%s", kernel->task ? kernel->task->name : "nobody");
	if (kernel->task == &kernel->boot_task && !kernel->operation_is_set &&
	    !(kernel->doing && !strcmp(kernel->doing, "boot")))
		lfb__thread_name(name, size);
}

/* "preserve token 7 of session vm-a" */
static void say_doing(const struct lfb_kernel *kernel, char *text, size_t size)
{
	const struct lfb_call_about *about = &kernel->about;
	const char *doing = kernel->doing ? kernel->doing : "";

	if (kernel->operation_is_set || !about->session[0])
		snprintf(text, size, "%s", doing);
	else if (about->has_token)
		snprintf(text, size, "%s token %llu of session %.64s", doing, about->token,
			 about->session);
	else
		snprintf(text, size, "%s session %.64s", doing, about->session);
}

static void where_it_is(const struct lfb_kernel *kernel, struct stored *stored)
{
	const struct lfb_frame *frame = lfb__frame(kernel);
	struct lfb_finding *finding = &stored->finding;

	finding->operation = kernel->operation;
	finding->boot = kernel->boot_number;
	finding->profile = kernel->profile_name ? kernel->profile_name : "";
	say_doing(kernel, stored->doing, sizeof(stored->doing));
	lfb__who_works(kernel, stored->task, sizeof(stored->task));
	/* A bug of the simulator is not the callback's, whichever runs. */
	if (frame && !kernel->wrong)
		snprintf(stored->callback, sizeof(stored->callback), "%s %.47s %s", frame->type,
			 frame->name, frame->op);
	finding->doing = stored->doing;
	finding->task = stored->task;
	finding->callback = stored->callback;
}

/* Around a scenario that is played there is nothing of the user's but what was loaded. */
static unsigned int keep_loaded(void **frames, unsigned int count)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (lfb__shared_at(frames[i]))
			frames[kept++] = frames[i];
	}
	return kept;
}

/*
 * The calls that led here. Who damaged the stack has damaged the way back too: a fault on it ends
 * the search.
 */
static LFB_OUT_OF_LINE void who_called(struct lfb_kernel *kernel, struct stored *stored)
{
	struct lfb_place *const place = &stored->places[0];
	sigjmp_buf *const copying = kernel->copying;
	sigjmp_buf env;

	/* A scenario's callbacks are words. */
	if (kernel->operation_is_set && !kernel->code_is_loaded)
		return;
	if (sigsetjmp(env, 0) == 0) {
		kernel->copying = &env;
		barrier();
		place->frames = lfb__frames_here(stored->at, LFB_FRAMES_MAX);
		barrier();
	}
	kernel->copying = copying;
	if (kernel->operation_is_set)
		place->frames = keep_loaded(stored->at, place->frames);
	/* That one has not returned yet, other than those that are told by where they return to. */
	for (unsigned int i = 0; i < place->frames && kernel->fault_at; i++) {
		if (stored->at[i] == kernel->fault_at)
			stored->at[i] = (char *)stored->at[i] + 1;
	}
	place->what = "at";
	place->at = stored->at;
	stored->finding.places = stored->places;
	stored->finding.nr_places = 1;
}

void lfb__find_place(struct lfb_kernel *kernel, const char *what, const struct lfb_site *site)
{
	struct lfb_findings *findings = &kernel->findings;

	if (!site || !site->frames || findings->nr_places == ARRAY_SIZE(findings->places))
		return;
	findings->places[findings->nr_places].what = what;
	findings->places[findings->nr_places++].site = site;
}

static struct lfb_finding *write_down(struct lfb_kernel *kernel, enum lfb_finding_id id,
				      const char *object, const char *text)
{
	struct stored *stored;

	if (!make_room(&kernel->findings, id))
		return NULL;
	stored = calloc(1, sizeof(*stored));
	if (!stored)
		return NULL;
	stored->finding.id = id;
	where_it_is(kernel, stored);
	who_called(kernel, stored);
	for (unsigned int i = 0; i < kernel->findings.nr_places && stored->finding.places; i++)
		stored->places[stored->finding.nr_places++] = (struct lfb_place){
			.what = kernel->findings.places[i].what,
			.frames = kernel->findings.places[i].site->frames,
			.at = kernel->findings.places[i].site->at,
		};
	snprintf(stored->object, sizeof(stored->object), "%s", object);
	snprintf(stored->text, sizeof(stored->text), "%s", text);
	lfb__make_harmless(stored->doing);
	lfb__make_harmless(stored->task);
	lfb__make_harmless(stored->callback);
	lfb__make_harmless(stored->object);
	lfb__make_harmless(stored->text);
	stored->finding.object = stored->object;
	stored->finding.text = stored->text;
	stored->finding.history = lfb__history_about(&kernel->history, stored->object);
	if (!stored->finding.history)
		stored->finding.history = strdup("");
	kernel->findings.all[kernel->findings.count++] = &stored->finding;
	kernel->findings.known[id] = true;
	return &stored->finding;
}

LFB_PRINTF(4, 0)
static void find(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		 const char *format, va_list args)
{
	struct lfb_findings *findings = &kernel->findings;
	struct lfb_finding *finding;
	const bool bug = id == LFB_FINDING_SIMULATOR_BUG;
	char text[TEXT_SIZE];

	/* That the simulator is wrong all have to know; what it says from there on, nobody. */
	if (!bug && (!lfb__checking(kernel) || findings->silent[id] || kernel->wrong))
		return;
	if (findings->raising)
		return;
	findings->raising = true;
	lfb_vsnprintf(text, sizeof(text), format, args);
	finding = find_known(kernel, id, object);
	if (!finding)
		finding = write_down(kernel, id, object, text);
	if (finding)
		finding->times++;
	else
		findings->lost++;
	/* A complaint that has no other name is in the trace already. */
	if (!bug && (id < LFB_FINDING_KERNEL_WARN || id > LFB_FINDING_KERNEL_PANIC))
		lfb__say_finding(kernel, id, object, text);
	findings->raising = false;
}

void lfb__find_args(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		    const char *format, va_list args)
{
	find(kernel, id, object, format, args);
	kernel->findings.nr_places = 0;
}

void lfb__find(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
	       const char *format, ...)
{
	va_list args;

	va_start(args, format);
	lfb__find_args(kernel, id, object, format, args);
	va_end(args);
}

void lfb__finding_was_at(struct lfb_finding *finding, void *const *at, unsigned int frames)
{
	struct stored *stored = container_of(finding, struct stored, finding);

	if (!finding->nr_places)
		return;
	memcpy(stored->at, at, frames * sizeof(*at));
	stored->places[0].frames = frames;
}

/* Nobody of those who know it does any more. */
static void forget(struct lfb_finding *finding)
{
	struct stored *stored = container_of(finding, struct stored, finding);

	if (stored->copies--)
		return;
	free((char *)finding->history);
	free(stored);
}

void lfb__findings_forget(struct lfb_findings *findings)
{
	while (findings->count)
		forget(findings->all[--findings->count]);
	memset(findings->known, 0, sizeof(findings->known));
	findings->looked_at = 0;
	findings->lost = 0;
}

void lfb__findings_destroy(struct lfb_findings *findings)
{
	lfb__findings_forget(findings);
	free(findings->all);
	findings->all = NULL;
	findings->capacity = 0;
}

/* As they were: what was written down is the same, but for how often it came. */

struct known {
	struct lfb_finding *finding;
	unsigned long times;
};

bool lfb__findings_save(const struct lfb_findings *findings, struct lfb_findings_copy *copy)
{
	copy->then = *findings;
	for (size_t i = 0; i < findings->count; i++) {
		struct known *known = lfb__list_add(&copy->known, sizeof(*known));

		if (!known)
			return false;
		*known = (struct known){ findings->all[i], findings->all[i]->times };
		container_of(known->finding, struct stored, finding)->copies++;
	}
	return true;
}

void lfb__findings_copy_free(struct lfb_findings_copy *copy)
{
	const struct known *known = copy->known.items;

	for (size_t i = 0; i < copy->known.count; i++)
		forget(known[i].finding);
	lfb__list_free(&copy->known);
}

void lfb__findings_put_back(struct lfb_findings *findings, const struct lfb_findings_copy *copy)
{
	const struct known *known = copy->known.items;
	const struct lfb_findings now = *findings;
	const size_t count = copy->known.count;

	for (size_t i = 0; i < count; i++)
		container_of(known[i].finding, struct stored, finding)->copies++;
	lfb__findings_forget(findings);
	*findings = copy->then;
	findings->all = now.all;
	findings->capacity = now.capacity;
	memcpy(findings->silent, now.silent, sizeof(now.silent));
	LFB_ASSERT(count <= now.capacity);
	for (size_t i = 0; i < count; i++) {
		now.all[i] = known[i].finding;
		now.all[i]->times = known[i].times;
	}
}

/* Adds to text that may be cut already; @length is that of the whole. */
static void add(char *text, size_t size, size_t *length, const char *format, ...) LFB_PRINTF(4, 5);

static void add(char *text, size_t size, size_t *length, const char *format, ...)
{
	size_t room = *length < size ? size - *length : 0;
	va_list args;
	int more;

	va_start(args, format);
	more = vsnprintf(room ? text + *length : NULL, room, format, args);
	va_end(args);
	if (more > 0)
		*length += (size_t)more;
}

/* Lines, the first of which has a title. */
static void add_lines(char *text, size_t size, size_t *length, const char *title, const char *lines)
{
	const int width = (int)(strlen(title) > 7 ? strlen(title) : 7);

	while (*lines) {
		const size_t end = strcspn(lines, "\n");

		add(text, size, length, "  %-*s %.*s\n", width, title, (int)end, lines);
		lines += end + (lines[end] == '\n');
		title = "";
	}
}

size_t lfb_finding_format(const struct lfb_finding *finding, char *text, size_t size)
{
	char places[1024];
	size_t length = 0;

	if (size)
		text[0] = '\0';
	add(text, size, &length, "%s (%s): %s\n", lfb_finding_name(finding->id),
	    lfb_severity_name(lfb_finding_severity(finding->id)),
	    lfb_finding_sentence(finding->id));
	add(text, size, &length, "  where:  operation %lu%s%s%s, kernel %u (%s), task %s%s%s",
	    finding->operation, *finding->doing ? " (" : "", finding->doing,
	    *finding->doing ? ")" : "", finding->boot, finding->profile, finding->task,
	    *finding->callback ? ", in " : "", finding->callback);
	if (finding->times > 1)
		add(text, size, &length, ", %lu times", finding->times);
	add(text, size, &length, "\n  object: %s\n  what:   %s\n", finding->object, finding->text);
	for (unsigned int i = 0; i < finding->nr_places; i++) {
		const struct lfb_place *place = &finding->places[i];
		char title[20];

		snprintf(title, sizeof(title), "%s:", place->what);
		lfb__frames_text(place->at, place->frames, places, sizeof(places));
		add_lines(text, size, &length, title, places);
	}
	add_lines(text, size, &length, "before:", finding->history ? finding->history : "");
	return length;
}
