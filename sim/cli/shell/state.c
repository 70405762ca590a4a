// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* How the machine is behind the last line, as the events of the run say. */
#include <stdlib.h>
#include <string.h>

#include "shell.h"

struct state_file {
	u64 token;
	const char *handler;
	long retrieved;		/* 0: not yet; 1; or an errno */
};

struct state_session {
	const char *name;
	bool incoming;
	bool taken;		/* it is an agent's again */
	struct state_file *files;
	size_t nr_files;
};

struct state_flb {
	const char *name;
	u64 count[2];		/* of files; those handed over: second */
	u64 references[2];
};

struct state {
	unsigned int kernel;
	const char *profile;
	struct state_session *sessions;
	size_t nr_sessions;
	struct state_flb *flbs;
	size_t nr_flbs;
	bool no_memory;
};

/* Room for one more at the end of a list; NULL: no memory. */
static void *grown(struct state *state, void *list, size_t count, size_t size)
{
	void *more = cli_grown(list, count, size);

	state->no_memory |= !more;
	return more;
}

static void clear(struct state *state)
{
	for (size_t i = 0; i < state->nr_sessions; i++)
		free(state->sessions[i].files);
	free(state->sessions);
	free(state->flbs);
	state->sessions = NULL;
	state->flbs = NULL;
	state->nr_sessions = state->nr_flbs = 0;
}

static struct state_session *session_of(struct state *state, const struct lfb_event *event)
{
	for (size_t i = 0; i < state->nr_sessions && event->session; i++) {
		struct state_session *session = &state->sessions[i];

		if (session->incoming == event->incoming && !strcmp(session->name, event->session))
			return session;
	}
	return NULL;
}

static void add_session(struct state *state, const struct lfb_event *event)
{
	struct state_session *sessions = grown(state, state->sessions, state->nr_sessions,
					       sizeof(*sessions));

	if (!sessions)
		return;
	state->sessions = sessions;
	sessions[state->nr_sessions++] = (struct state_session){
		.name = event->session ? event->session : "",
		.incoming = event->incoming,
	};
}

static void remove_session(struct state *state, struct state_session *session)
{
	const size_t behind = state->nr_sessions - (size_t)(session - state->sessions) - 1;

	free(session->files);
	memmove(session, session + 1, behind * sizeof(*session));
	state->nr_sessions--;
}

static void add_file(struct state *state, struct state_session *session,
		     const struct lfb_event *event)
{
	struct state_file *files = grown(state, session->files, session->nr_files, sizeof(*files));

	if (!files)
		return;
	session->files = files;
	files[session->nr_files++] = (struct state_file){
		.token = event->token,
		.handler = event->handler ? event->handler : "",
	};
}

static struct state_file *file_of(struct state_session *session, const struct lfb_event *event)
{
	for (size_t i = 0; i < session->nr_files; i++) {
		if (session->files[i].token == event->token)
			return &session->files[i];
	}
	return NULL;
}

static void remove_file(struct state_session *session, struct state_file *file)
{
	const size_t behind = session->nr_files - (size_t)(file - session->files) - 1;

	memmove(file, file + 1, behind * sizeof(*file));
	session->nr_files--;
}

static struct state_flb *flb_of(struct state *state, const char *name)
{
	struct state_flb *flbs;

	for (size_t i = 0; i < state->nr_flbs; i++) {
		if (!strcmp(state->flbs[i].name, name))
			return &state->flbs[i];
	}
	flbs = grown(state, state->flbs, state->nr_flbs, sizeof(*flbs));
	if (!flbs)
		return NULL;
	state->flbs = flbs;
	flbs[state->nr_flbs] = (struct state_flb){ .name = name };
	return &flbs[state->nr_flbs++];
}

static void set_flb(struct state *state, const struct lfb_event *event)
{
	struct state_flb *flb = flb_of(state, event->flb ? event->flb : "");

	if (!flb)
		return;
	if (event->happening == LFB_DID_FLB_HANDED_OVER) {
		flb->count[1] = event->count;
	} else if (event->happening != LFB_DID_FLB_REGISTERED) {
		flb->count[event->incoming] = event->count;
		flb->references[event->incoming] = event->references;
	}
}

static void of_session(struct state *state, const struct lfb_event *event)
{
	struct state_session *session = session_of(state, event);
	struct state_file *file = session ? file_of(session, event) : NULL;

	switch (event->happening) {
	case LFB_DID_SESSION_ADDED:
		add_session(state, event);
		return;
	case LFB_DID_SESSION_REMOVED:
		if (session)
			remove_session(state, session);
		return;
	case LFB_DID_SESSION_RETRIEVED:
	case LFB_DID_SESSION_GIVEN_BACK:
		if (session)
			session->taken = event->happening == LFB_DID_SESSION_RETRIEVED;
		return;
	case LFB_DID_FILE_ADDED:
		if (session)
			add_file(state, session, event);
		return;
	case LFB_DID_FILE_DROPPED:
		if (file)
			remove_file(session, file);
		return;
	case LFB_DID_FILE_RETRIEVED:
		if (file && event->has_result)
			file->retrieved = event->result ? event->result : 1;
		return;
	default:
		return;
	}
}

static void follow(struct state *state, const struct show_step *step)
{
	const struct lfb_event *event = &step->event;

	if (step->is_operation)
		return;
	switch (event->happening) {
	case LFB_DID_JUMPED:
	case LFB_DID_SWITCHED_OFF:
		clear(state);
		return;
	case LFB_DID_BOOT_COLD:
	case LFB_DID_BOOT_HANDOVER:
		state->kernel = event->boot;
		state->profile = event->profile;
		return;
	case LFB_DID_FLB_REGISTERED:
	case LFB_DID_FLB_COUNTED:
	case LFB_DID_FLB_GOT:
	case LFB_DID_FLB_PUT:
	case LFB_DID_FLB_HANDED_OVER:
		set_flb(state, event);
		return;
	default:
		of_session(state, event);
	}
}

static void make(struct state *state, const struct shell *shell)
{
	*state = (struct state){ .profile = "no kernel" };
	for (size_t i = 0; i < shell->run.show.count; i++)
		follow(state, &shell->run.show.steps[i]);
	if (state->no_memory)
		cli_failed("no memory for the whole state");
}

/* In a line */

static size_t waiting_files(const struct state_session *session)
{
	size_t waiting = 0;

	for (size_t i = 0; i < session->nr_files && session->incoming; i++)
		waiting += session->files[i].retrieved <= 0;
	return waiting;
}

static void put_session(const struct state_session *session)
{
	const size_t waiting = waiting_files(session);

	fputs(" \"", stdout);
	shell_print(session->name);
	printf("\" %zu file%s", session->nr_files, cli_plural(session->nr_files));
	if (session->incoming && !session->taken)
		fputs(", waits", stdout);
	else if (waiting)
		printf(", %zu wait%s", waiting, waiting == 1 ? "s" : "");
	putchar(';');
}

static void put_flb(const struct state_flb *flb)
{
	fputs(" FLB ", stdout);
	shell_print(flb->name);
	printf(" %llu", flb->count[0]);
	if (flb->count[1])
		printf(" and %llu left", flb->count[1]);
	putchar(';');
}

void shell_state_short(const struct shell *shell)
{
	const struct shell_run *run = &shell->run;
	struct state state;

	make(&state, shell);
	printf("  [kernel %u%s%s;", state.kernel, run->death ? ": " : "",
	       run->death ? run->death : "");
	for (size_t i = 0; i < state.nr_sessions; i++)
		put_session(&state.sessions[i]);
	for (size_t i = 0; i < state.nr_flbs; i++)
		put_flb(&state.flbs[i]);
	printf(" pages: %llu saved, %llu waiting]\n", run->show.marked.pages,
	       run->show.handed.pages);
	clear(&state);
}

/* In full */

static void print_session(const struct state_session *session)
{
	fputs("session  \"", stdout);
	shell_print(session->name);
	printf("\", %s\n", !session->incoming ? "for the next kernel" :
			   session->taken ? "handed over, taken over by the agent" :
					    "handed over, waits for an agent");
	for (size_t i = 0; i < session->nr_files; i++) {
		const struct state_file *file = &session->files[i];
		const char *name = lfb_errno_name(file->retrieved);

		printf("         token %llu of ", file->token);
		shell_print(file->handler);
		if (name)
			printf(": retrieving it answered -%s\n", name);
		else
			puts(!session->incoming ? "" : file->retrieved ? ": a file again" :
									 ": waits");
	}
}

static void print_flb(const struct state_flb *flb)
{
	fputs("FLB      \"", stdout);
	shell_print(flb->name);
	printf("\": needed by %llu file%s", flb->count[0], cli_plural(flb->count[0]));
	if (flb->references[0])
		printf(", references %llu", flb->references[0]);
	if (flb->count[1] || flb->references[1])
		printf("; of what was handed over: %llu left", flb->count[1]);
	if (flb->references[1])
		printf(", references %llu", flb->references[1]);
	putchar('\n');
}

void shell_state(const struct shell *shell)
{
	const struct shell_run *run = &shell->run;
	struct state state;

	make(&state, shell);
	printf("kernel   %u, %s: %s\n", state.kernel, state.profile,
	       run->death ? run->death : "runs");
	for (size_t i = 0; i < state.nr_sessions; i++)
		print_session(&state.sessions[i]);
	for (size_t i = 0; i < state.nr_flbs; i++)
		print_flb(&state.flbs[i]);
	printf("pages    %llu saved for the next kernel, %llu of the last one's wait\n",
	       run->show.marked.pages, run->show.handed.pages);
	printf("findings %zu\n", shell_nr_findings(run, shell->count));
	clear(&state);
}
