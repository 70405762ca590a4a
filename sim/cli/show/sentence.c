// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What to say of a step, and on whose line it stands. */
#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "show.h"

/*
 * How an event is told. A word in braces is that field of struct lfb_event, {where} of pages which
 * they are. @failed is said in the place of @sentence when it answered an errno.
 */
struct telling {
	enum show_lane lane;
	bool matters;
	const char *sentence;
	const char *failed;
};

static const struct telling tellings[LFB_HAPPENINGS_NR] = {
#define TELL(name, on, told, ...) \
	[LFB_DID_##name] = { .lane = SHOW_##on, .matters = told, .sentence = __VA_ARGS__ },
	TELL(BOOT_COLD, KERNEL, true, "nothing was handed over")
	TELL(BOOT_HANDOVER, KERNEL, false, "{profile} boots with what was handed over")
	TELL(BOOTED, KERNEL, false, "kernel {boot} boots: {profile}",
	     "kernel {boot} does not boot: {profile}")
	TELL(SWITCHED_OFF, KERNEL, false, "power off")
	TELL(JUMPED, KERNEL, true, "kexec: the old kernel is gone")
	TELL(FLB_PRESERVE, FLB, true, "first file that needs it: saved as {handle}",
	     "could not be saved")
	TELL(FLB_UNPRESERVE, FLB, true, "last file that needed it: given up")
	TELL(FLB_RETRIEVE, FLB, true, "asked for: {handle} is an object again",
	     "{handle} became no object")
	TELL(FLB_FINISH, FLB, true, "last file that needed it: done")
	TELL(FILE_PRESERVE, HANDLER, true, "token {token}: saved as {handle}",
	     "token {token} could not be saved")
	TELL(FILE_UNPRESERVE, HANDLER, true, "token {token}: given up")
	TELL(FILE_FREEZE, HANDLER, true, "token {token}: frozen",
	     "token {token} could not be frozen")
	TELL(FILE_UNFREEZE, HANDLER, true, "token {token}: can be used again")
	TELL(FILE_RETRIEVE, HANDLER, true, "token {token}: {handle} is a file again",
	     "token {token}: {handle} became no file")
	TELL(FILE_CAN_FINISH, HANDLER, true, "token {token}: may be finished")
	TELL(FILE_FINISH, HANDLER, true, "token {token}: done")
	TELL(LUO_READY, SESSION, false, "ready for update {count}")
	TELL(HANDLER_REGISTERED, HANDLER, true, "\"{handler}\" is known")
	TELL(HANDLER_UNREGISTERED, HANDLER, true, "\"{handler}\" is not known any more")
	TELL(FLB_REGISTERED, FLB, true, "\"{flb}\" is saved with files of \"{handler}\"")
	TELL(FLB_UNREGISTERED, FLB, true, "\"{flb}\" is not saved with files of \"{handler}\" "
	     "any more")
	TELL(FLB_COUNTED, FLB, true, "")
	TELL(FLB_GOT, FLB, false, "\"{flb}\": references {references_before} to {references}")
	TELL(FLB_PUT, FLB, false, "\"{flb}\": references {references_before} to {references}")
	TELL(FLB_LOCKED, FLB, false, "\"{flb}\" is locked")
	TELL(FLB_UNLOCKED, FLB, false, "\"{flb}\" is unlocked")
	TELL(FLB_SERIALIZED, FLB, true, "written down: \"{flb}\" for {files}, {handle}")
	TELL(FLB_HANDED_OVER, FLB, true, "handed over: \"{flb}\" for {files}, {handle}")
	TELL(SESSION_CREATED, SESSION, false, "\"{session}\" is there")
	TELL(SESSION_ENDED, SESSION, false, "\"{session}\" is over")
	TELL(SESSION_ADDED, SESSION, false, "\"{session}\" is on the list")
	TELL(SESSION_REMOVED, SESSION, false, "\"{session}\" is off the list")
	TELL(SESSION_RETRIEVED, SESSION, false, "\"{session}\" is the agent's")
	TELL(SESSION_GIVEN_BACK, SESSION, true, "\"{session}\" waits for an agent again")
	TELL(SESSION_FROZEN, SESSION, false, "\"{session}\": all files are frozen",
	     "\"{session}\": not all files could be frozen")
	TELL(SESSION_UNFROZEN, SESSION, false, "\"{session}\": its files can be used again")
	TELL(SESSION_SERIALIZED, SESSION, true, "written down: \"{session}\" with {files}")
	TELL(FILE_ADDED, SESSION, false, "\"{session}\" has token {token}, handle {handle}")
	TELL(FILE_DATA, SESSION, false, "\"{session}\": the handle of token {token} is {handle}")
	TELL(FILE_RETRIEVED, SESSION, false, "\"{session}\": token {token} is a file again",
	     "\"{session}\": token {token} is no file")
	TELL(FILE_DROPPED, SESSION, false, "\"{session}\": token {token} is gone")
	TELL(REBOOT, SESSION, false, "all is frozen and written down", "the reboot is refused")
	TELL(SESSIONS_SERIALIZED, SESSION, false, "sessions written down: {count}")
	TELL(SESSIONS_RESTORED, SESSION, false, "sessions restored: {count}",
	     "what was handed over cannot be read")
	TELL(TASK_BLOCKED, SESSION, true, "{task} waits for {lock}: {reason}")
	TELL(KHO_BOOTED, MEMORY, true, "handed over: {pages} pages; all other memory is lost")
	TELL(KHO_FINALIZE, MEMORY, false, "the map of preserved pages is written: {count} blocks",
	     "the map of preserved pages cannot be written")
	TELL(KHO_ADD_SUBTREE, MEMORY, false, "\"{subtree}\" is in the root tree, at {phys}",
	     "\"{subtree}\" is not in the root tree")
	TELL(KHO_REMOVE_SUBTREE, MEMORY, false, "{phys} is not in the root tree any more")
	TELL(KHO_RETRIEVE_SUBTREE, MEMORY, false, "\"{subtree}\" is in the root tree",
	     "\"{subtree}\" is not in the root tree")
	TELL(PAGES_MARKED, MEMORY, true, "{where} saved: {owner}")
	TELL(PAGES_UNMARKED, MEMORY, true, "{where} not saved any more")
	TELL(PAGES_HANDED_OVER, MEMORY, false, "{where} handed over: {owner}")
	TELL(PAGES_CLAIMED, MEMORY, true, "{where} ")
	TELL(MODULE_INIT, MODULE, true, "module \"{module}\" is loaded",
	     "module \"{module}\" is not loaded")
	TELL(MODULE_EXIT, MODULE, true, "module \"{module}\" is unloaded")
	TELL(MODULE_GET, MODULE, false, "module \"{module}\": references {count}")
	TELL(MODULE_PUT, MODULE, false, "module \"{module}\": references {count}")
	TELL(PRINTED, KERNEL, false, "{message}")
	TELL(WARNED, KERNEL, true, "WARN: {where}: {message}")
	TELL(TOUCHED, KERNEL, true, "touches what it must not: {where}: {message}")
	TELL(STOPPED, KERNEL, true, "the kernel stops: {where}: {message}")
	TELL(PANICKED, KERNEL, true, "the kernel panics: {where}: {message}")
	TELL(FAILED, KERNEL, true, "made to fail: {where}: {message}")
	TELL(FOUND, KERNEL, true, "{finding}: {message}")
	TELL(TASK_DOES, AGENT, false, "begins {message}")
#undef TELL
};

static const struct telling *telling_of(const struct show_step *step)
{
	return &tellings[step->event.happening];
}

void show_what(const struct show_step *step, char name[SHOW_WHAT])
{
	static const char *const names[LFB_HAPPENINGS_NR] = {
#define X(name, kind, how, subject, action, detail) [LFB_DID_##name] = #name,
		LFB_HAPPENINGS(X)
#undef X
	};

	snprintf(name, SHOW_WHAT, "%s", step->is_operation ? "operation" :
					names[step->event.happening]);
	for (; *name; name++)
		*name = (char)(*name == '_' ? '-' : tolower((unsigned char)*name));
}

enum show_lane show_lane(const struct show_step *step)
{
	const struct show_verb *verb = show_verb(step);

	if (step->is_operation && !strncmp(step->text, "at ", 3))
		return SHOW_AGENT;
	if (step->is_operation)
		return verb ? verb->lane : SHOW_TEST;
	/* What KHO refused is told by the name of its function. */
	return step->event.kind == LFB_EVENT_KHO ? SHOW_MEMORY : telling_of(step)->lane;
}

const char *show_lane_name(enum show_lane lane)
{
	static const char *const names[SHOW_LANES] = {
		[SHOW_KERNEL] = "kernel",   [SHOW_AGENT] = "agent",     [SHOW_MODULE] = "module",
		[SHOW_TEST] = "test",	    [SHOW_SESSION] = "session", [SHOW_HANDLER] = "handler",
		[SHOW_FLB] = "flb",	    [SHOW_MEMORY] = "memory",
	};

	return names[lane];
}

/* Sentences */

static void put(struct cli_text *to, const char *text)
{
	cli_text_write(to, text, strlen(text));
}

static void put_number(struct cli_text *to, const char *format, u64 number)
{
	char text[32];

	snprintf(text, sizeof(text), format, number);
	put(to, text);
}

static void put_pages(const struct lfb_event *event, struct cli_text *to)
{
	if (event->pages == 1) {
		put_number(to, "page 0x%llx", event->phys);
	} else {
		put_number(to, "%llu pages from ", event->pages);
		put_number(to, "0x%llx", event->phys);
	}
}

static void put_files(const struct lfb_event *event, struct cli_text *to)
{
	put_number(to, event->count == 1 ? "%llu file" : "%llu files", event->count);
}

static const char *string_of(const struct lfb_event *event, const char *name, size_t length)
{
#define STRING(field) \
	if (!strncmp(name, #field, length) && !#field[length]) \
		return event->field ? event->field : "without a name";
	STRING(task)
	STRING(session)
	STRING(handler)
	STRING(flb)
	STRING(module)
	STRING(lock)
	STRING(subtree)
	STRING(profile)
	STRING(next_profile)
	STRING(reason)
	STRING(owner)
	STRING(where)
	STRING(message)
#undef STRING
	return NULL;
}

static void put_field(const struct show_step *step, const char *name, size_t length,
		      struct cli_text *to)
{
	const struct lfb_event *event = &step->event;
	const char *string = string_of(event, name, length);

#define NUMBER(field, format) \
	else if (!strncmp(name, #field, length) && !#field[length]) \
		put_number(to, format, event->field);
	if (!strncmp(name, "where", length) && event->kind == LFB_EVENT_KHO)
		put_pages(event, to);
	else if (!strncmp(name, "files", length))
		put_files(event, to);
	else if (!strncmp(name, "finding", length))
		put(to, lfb_finding_name(event->finding) ? lfb_finding_name(event->finding) : "");
	else if (string)
		put(to, string);
	NUMBER(boot, "%llu")
	NUMBER(token, "%llu")
	NUMBER(handle, "0x%llx")
	NUMBER(phys, "0x%llx")
	NUMBER(pages, "%llu")
	NUMBER(count, "%llu")
	NUMBER(references, "%llu")
	NUMBER(references_before, "%llu")
#undef NUMBER
}

static void put_sentence(const struct show_step *step, const char *at, struct cli_text *to)
{
	while (*at) {
		const size_t plain = strcspn(at, "{");
		size_t length;

		cli_text_write(to, at, plain);
		at += plain;
		if (!*at)
			break;
		length = strcspn(++at, "}");
		put_field(step, at, length, to);
		at += length + 1;
	}
}

static void put_pages_of(u64 pages, const char *became, struct cli_text *to)
{
	if (!pages)
		return;
	put_number(to, pages == 1 ? "; %llu page " : "; %llu pages ", pages);
	put(to, became);
}

/* What the count of an FLB means. */
static void put_count(const struct lfb_event *event, struct cli_text *to)
{
	put(to, "\"");
	put(to, event->flb ? event->flb : "");
	put(to, event->count ? "\" is needed by " : "\" is needed by no file");
	if (event->count)
		put_files(event, to);
	if (!event->incoming && event->count > event->count_before && event->count_before)
		put(to, ": saved already");
}

void show_sentence(const struct show_step *step, struct cli_text *to)
{
	const struct lfb_event *event = &step->event;
	const struct telling *telling = telling_of(step);
	const struct show_verb *verb = show_verb(step);
	const bool failed = event->has_result && event->result < 0 && telling->failed;

	if (verb)
		show_verb_sentence(verb, step->text, to);
	else if (step->is_operation)
		put(to, step->text);
	else if (event->happening == LFB_DID_FLB_COUNTED)
		put_count(event, to);
	else if (event->happening == LFB_DID_SESSION_ADDED && event->incoming)
		put_sentence(step, "\"{session}\" was handed over", to);
	else if (event->happening == LFB_DID_FILE_ADDED && event->incoming)
		put_sentence(step, "token {token} of \"{session}\" waits, {handle}", to);
	else if (event->happening == LFB_DID_FILE_CAN_FINISH && event->has_result && !event->result)
		put_sentence(step, "token {token}: may not be finished yet", to);
	else if (step->is_open && event->kind == LFB_EVENT_CALLBACK)
		put_sentence(step, "does not come back", to);
	else if (!telling->sentence)
		put(to, lfb_event_action(event));
	else
		put_sentence(step, failed ? telling->failed : telling->sentence, to);
	if (!step->is_operation && event->happening == LFB_DID_FILE_FREEZE &&
	    event->handle != step->handle_before)
		put_sentence(step, ", now {handle}", to);
	if (event->happening == LFB_DID_PAGES_CLAIMED)
		put(to, step->call && !strcmp(step->call, "restore-free") ? "is free" :
									    "is taken over");
	/* A callback's pages have no lines of their own. */
	if (!step->is_operation && event->kind == LFB_EVENT_CALLBACK) {
		put_pages_of(step->claims - step->frees, "taken over", to);
		put_pages_of(step->frees, "free", to);
	}
}

void show_answer(const struct show_step *step, char *text, size_t size)
{
	const struct lfb_event *event = &step->event;
	const char *name = lfb_errno_name(event->result);

	text[0] = '\0';
	if (!event->has_result || event->happening == LFB_DID_FILE_CAN_FINISH)
		return;
	if (name)
		snprintf(text, size, "-%s", name);
	else if (event->result)
		snprintf(text, size, "%ld", event->result);
}

bool show_is_setup(const struct show_step *step)
{
	static const char *const words[] = { "when", "forget", "compatible", "identity",
					     "argument" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const size_t length = strlen(words[i]);

		if (step->is_operation && !strncmp(step->text, words[i], length) &&
		    step->text[length] == ' ')
			return true;
	}
	return false;
}

/* Callbacks tell of their pages themselves, and a boot's are all that it has. Work is in nothing. */
static bool pages_matter(const struct show *show, const struct show_step *step)
{
	const struct show_step *in = show_in(show, step);

	if (!in)
		return step->block > SHOW_TASKS;
	return in->is_operation || in->event.happening == LFB_DID_REBOOT;
}

bool show_matters(const struct show *show, const struct show_step *step)
{
	const struct lfb_event *event = &step->event;
	const struct show_step *in = show_in(show, step);

	if (step->is_operation)
		return !show_is_setup(step);
	if (event->happening == LFB_DID_SESSION_ADDED || event->happening == LFB_DID_FILE_ADDED)
		return event->incoming;
	/* The operation has said so. */
	if (event->happening >= LFB_DID_HANDLER_REGISTERED &&
	    event->happening <= LFB_DID_FLB_UNREGISTERED)
		return !in || !in->is_operation;
	if (event->happening >= LFB_DID_PAGES_MARKED && event->happening <= LFB_DID_PAGES_CLAIMED)
		return telling_of(step)->matters && pages_matter(show, step);
	/* Nobody is called to save what is saved. */
	return telling_of(step)->matters || (event->kind == LFB_EVENT_KHO && event->has_result &&
					     event->result < 0);
}
