// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The upgrade matrix: fill a kernel, jump into another, see what arrived.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/orchestrator.h"
#include "sim/explore/matrix/matrix.h"

/*
 * Words
 */

#define MANY LFB_MATRIX_MANY

static const struct kind {
	const char *name;
	const char *about;
	unsigned int sessions;
	unsigned int files;	/* in each session */
	unsigned int flbs;
	bool taken_name;	/* then a session is created whose name is taken */
	bool new_handler;	/* each kernel's handler has a compatible string of its own */
} kinds[LFB_MATRIX_KINDS] = {
	[LFB_MATRIX_EMPTY] = { .name = "empty", .about = "nothing: live update is on but unused" },
	[LFB_MATRIX_SESSIONS] = {
		.name = "sessions", .about = "3 sessions without files", .sessions = 3,
	},
	[LFB_MATRIX_FILE] = {
		.name = "file", .about = "1 session with 1 file", .sessions = 1, .files = 1,
	},
	[LFB_MATRIX_FLBS] = {
		.name = "flbs", .about = "2 sessions with 2 files each, which need 2 FLBs",
		.sessions = 2, .files = 2, .flbs = 2,
	},
	[LFB_MATRIX_FULL_SESSIONS] = {
		.name = "full-sessions",
		.about = "as many sessions as the sender takes, 1 file in each",
		.sessions = MANY, .files = 1,
	},
	[LFB_MATRIX_FULL_FILES] = {
		.name = "full-files", .about = "1 session with as many files as the sender takes",
		.sessions = 1, .files = MANY,
	},
	[LFB_MATRIX_FULL_FLBS] = {
		.name = "full-flbs", .about = "1 file which needs as many FLBs as the sender takes",
		.sessions = 1, .files = 1, .flbs = MANY,
	},
	[LFB_MATRIX_TAKEN_NAME] = {
		.name = "taken-name",
		.about = "51 sessions, after one more was refused because its name is taken",
		.sessions = LUO_SESSIONS_PER_BLOCK, .taken_name = true,
	},
	[LFB_MATRIX_NEW_HANDLER] = {
		.name = "new-handler",
		.about = "1 file whose handler has another compatible string in the receiver",
		.sessions = 1, .files = 1, .new_handler = true,
	},
};

static const struct {
	const char *name;
	const char *about;
} outcomes[LFB_MATRIX_OUTCOMES] = {
	[LFB_MATRIX_WORKS] = {
		"works", "everything that was sent arrived, byte for byte, and was finished",
	},
	[LFB_MATRIX_LOST] = {
		"lost", "live update works, but something that was sent did not arrive",
	},
	[LFB_MATRIX_FRESH] = {
		"fresh", "to this kernel it is no KHO boot: it comes up as after a cold start",
	},
	[LFB_MATRIX_DISABLED] = {
		"disabled", "it boots with live update switched off: no /dev/liveupdate",
	},
	[LFB_MATRIX_EIO] = {
		"EIO", "it boots, but every open of /dev/liveupdate fails with -EIO",
	},
	[LFB_MATRIX_PANIC] = { "panic", "it dies while booting" },
	[LFB_MATRIX_UNSENT] = {
		"unsent", "nothing is wrong, but the kernel before could send nothing",
	},
	[LFB_MATRIX_UNREACHED] = { "-", "never booted: the kernel before died" },
};

const char *lfb_matrix_kind_name(enum lfb_matrix_kind kind)
{
	return (size_t)kind < LFB_MATRIX_KINDS ? kinds[kind].name : NULL;
}

const char *lfb_matrix_kind_about(enum lfb_matrix_kind kind)
{
	return (size_t)kind < LFB_MATRIX_KINDS ? kinds[kind].about : NULL;
}

const char *lfb_matrix_outcome_name(enum lfb_matrix_outcome outcome)
{
	return (size_t)outcome < LFB_MATRIX_OUTCOMES ? outcomes[outcome].name : NULL;
}

const char *lfb_matrix_outcome_about(enum lfb_matrix_outcome outcome)
{
	return (size_t)outcome < LFB_MATRIX_OUTCOMES ? outcomes[outcome].about : NULL;
}

/*
 * The old kernel
 */

struct run {
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	const struct kind *kind;
	struct matrix_module module;
	int device;			/* descriptor of /dev/liveupdate; <0: there is none */
	struct lfb_matrix_load sent;	/* by this kernel */
	unsigned int *files;		/* sent in each session */
};

static void session_name(unsigned int session, char *name, size_t size)
{
	snprintf(name, size, "session-%u", session);
}

static u64 file_number(unsigned int session, unsigned int file)
{
	return (u64)session << 32 | file;
}

/* What a kernel answers when it takes no more. */
static bool is_full(int err)
{
	return err == -ENOSPC || err == -ENOMEM;
}

static int fill_session(struct run *run, unsigned int session, int fd)
{
	unsigned int file;
	int err = 0;

	for (file = 0; file < run->kind->files; file++) {
		int ours = matrix_open_file(run->machine, run->agent, file_number(session, file));

		if (ours < 0)
			return ours;
		err = lfb_agent_preserve(run->agent, fd, ours, file);
		lfb_agent_close(run->agent, ours);
		if (err)
			break;
	}
	run->files[session] = file;
	run->sent.files += file;
	return is_full(err) && file ? 0 : err;
}

/* -EEXIST is what the kernel shall say. */
static int ask_for_taken_name(struct run *run)
{
	int fd = lfb_agent_create_session(run->agent, run->device, "session-0");

	return fd == -EEXIST ? 0 : fd < 0 ? fd : -EILSEQ;
}

/* Sends what the kind says, or as much of it as this kernel takes. */
static int fill(struct run *run)
{
	unsigned int session;
	char name[32];
	int fd, err = 0;

	for (session = 0; session < run->kind->sessions && !err; session++) {
		session_name(session, name, sizeof(name));
		fd = lfb_agent_create_session(run->agent, run->device, name);
		if (fd < 0) {
			err = is_full(fd) && session ? 0 : fd;
			break;
		}
		run->sent.sessions++;
		err = fill_session(run, session, fd);
	}
	if (!err && run->kind->taken_name)
		err = ask_for_taken_name(run);
	if (!err && run->sent.files)
		run->sent.flbs = run->module.nr_flbs;
	return err;
}

/*
 * The new kernel
 */

static void receive_session(struct run *run, unsigned int session, unsigned int files,
			    struct lfb_matrix_hop *hop)
{
	char name[32];
	int fd;

	session_name(session, name, sizeof(name));
	fd = lfb_agent_retrieve_session(run->agent, run->device, name);
	if (fd < 0)
		return;
	hop->arrived.sessions++;
	for (unsigned int file = 0; file < files; file++) {
		int ours = lfb_agent_retrieve(run->agent, fd, file);

		if (matrix_file_is(run->agent, ours, file_number(session, file)))
			hop->arrived.files++;
		if (ours >= 0)
			lfb_agent_close(run->agent, ours);
	}
	if (!lfb_agent_finish(run->agent, fd))
		hop->finished.sessions++;
	lfb_agent_close(run->agent, fd);
}

static void receive(struct run *run, struct lfb_matrix_hop *hop)
{
	for (unsigned int i = 0; i < hop->sent.flbs && i < run->module.nr_flbs; i++) {
		if (!matrix_check_flb(run->machine, &run->module, i))
			hop->arrived.flbs++;
	}
	for (unsigned int session = 0; session < hop->sent.sessions; session++)
		receive_session(run, session, run->files[session], hop);
	hop->finished.files = run->module.files_finished;
	hop->finished.flbs = run->module.flbs_finished;
}

static bool same(const struct lfb_matrix_load *a, const struct lfb_matrix_load *b)
{
	return a->sessions == b->sessions && a->files == b->files && a->flbs == b->flbs;
}

static void say(struct lfb_matrix_hop *hop, const char *reason)
{
	snprintf(hop->reason, sizeof(hop->reason), "%s", reason);
}

static void say_lost(const struct run *run, struct lfb_matrix_hop *hop)
{
	const struct luo *luo = run->machine->kernel.luo;

	if (lfb_machine_state(run->machine) != LFB_RUNNING)
		say(hop, lfb_last_complaint(run->machine));
	else if (luo->problem.what[0])
		say(hop, luo->problem.what);
	else
		snprintf(hop->reason, sizeof(hop->reason), "%u of %u sessions, %u of %u files and "
			 "%u of %u FLBs arrived; %u, %u and %u were finished",
			 hop->arrived.sessions, hop->sent.sessions, hop->arrived.files,
			 hop->sent.files, hop->arrived.flbs, hop->sent.flbs,
			 hop->finished.sessions, hop->finished.files, hop->finished.flbs);
}

/* What came back of what was sent, into a kernel whose device is open. */
static void judge_arrival(struct run *run, struct lfb_matrix_hop *hop)
{
	receive(run, hop);
	if (same(&hop->arrived, &hop->sent) && same(&hop->finished, &hop->sent)) {
		hop->outcome = LFB_MATRIX_WORKS;
		hop->reason[0] = '\0';
	} else {
		hop->outcome = LFB_MATRIX_LOST;
		say_lost(run, hop);
	}
}

/*
 * Modules register, the agent opens the device. With live update off there is nothing to register
 * with; what the agent gets says it all.
 */
static int come_up(struct run *run)
{
	unsigned int version = run->kind->new_handler ? run->machine->boots : 1;
	int err;

	matrix_module_load(&run->module, version);
	err = matrix_register(run->machine, &run->module, run->kind->flbs);
	if (err && err != -EOPNOTSUPP)
		return err;
	run->device = lfb_agent_open(run->agent);
	return 0;
}

/* Boots @to from what is there. @could_send: the kernel that ends had live update. */
static int jump(struct run *run, const char *to, bool could_send, struct lfb_matrix_hop *hop)
{
	struct lfb_machine *machine = run->machine;
	bool handed_over = machine->handover_root != 0;
	int err;

	hop->error = lfb_machine_jump(machine, to);
	say(hop, lfb_error_text(machine));
	if (hop->error) {
		hop->outcome = LFB_MATRIX_PANIC;
		return lfb_machine_state(machine) == LFB_PANICKED ? 0 : hop->error;
	}
	err = come_up(run);
	if (err)
		return err;
	if (handed_over && !machine->kernel.kho.incoming) {
		hop->outcome = LFB_MATRIX_FRESH;
	} else if (run->device == -EIO || run->device == -ENOENT) {
		hop->error = run->device;
		hop->outcome = run->device == -EIO ? LFB_MATRIX_EIO : LFB_MATRIX_DISABLED;
		say(hop, lfb_error_text(machine));
	} else if (run->device < 0) {
		return run->device;
	} else if (!could_send) {
		hop->outcome = LFB_MATRIX_UNSENT;
	} else {
		judge_arrival(run, hop);
	}
	return 0;
}

/* The kernel that runs sends, and the next one receives. */
static int hop_to(struct run *run, const char *to, struct lfb_matrix_hop *hop)
{
	bool can_send = run->device >= 0;
	int err;

	hop->from = run->machine->profile->name;
	hop->to = to;
	run->sent = (struct lfb_matrix_load){ 0 };
	err = can_send ? fill(run) : 0;
	if (!err)
		err = lfb_machine_prepare(run->machine);
	hop->sent = run->sent;
	return err ? err : jump(run, to, can_send, hop);
}

static void unreached(const char *from, const char *to, struct lfb_matrix_hop *hop)
{
	hop->from = from;
	hop->to = to;
	hop->outcome = LFB_MATRIX_UNREACHED;
}

static int run_chain(struct run *run, const char *const *to, unsigned int count,
		     struct lfb_matrix_hop *hops)
{
	int err = lfb_machine_boot(run->machine);

	if (!err)
		err = come_up(run);
	if (!err && run->device < 0)
		err = run->device;
	for (unsigned int i = 0; i < count && !err; i++) {
		if (i && lfb_machine_state(run->machine) != LFB_RUNNING)
			unreached(to[i - 1], to[i], &hops[i]);
		else
			err = hop_to(run, to[i], &hops[i]);
	}
	return err;
}

/* Switches off, and leaves the sentence behind @err. */
static void end_run(struct run *run, int err)
{
	struct lfb_machine *machine = run->machine;
	char reason[sizeof(machine->kernel.error)];

	snprintf(reason, sizeof(reason), "%s", lfb_error_text(machine));
	lfb_machine_shutdown(machine);
	lfb_agent_destroy(run->agent);
	if (err && !reason[0])
		snprintf(reason, sizeof(reason), "%s ran short of something",
			 machine->profile->name);
	lfb__error(machine, err, "%s", err ? reason : "");
}

static int check(struct lfb_machine *machine, enum lfb_matrix_kind kind, const char *const *to,
		 unsigned int count)
{
	if (!lfb_matrix_kind_name(kind))
		return lfb__error(machine, -EINVAL, "there is no kind %d of handover", (int)kind);
	for (unsigned int i = 0; i < count; i++) {
		if (!to[i] || !luo_profile_find(to[i]))
			return lfb__error(machine, -EINVAL, "there is no profile \"%.40s\"",
					  to[i] ? to[i] : "");
	}
	if (machine->state != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	return 0;
}

int lfb_matrix_run(struct lfb_machine *machine, enum lfb_matrix_kind kind, const char *const *to,
		   unsigned int count, struct lfb_matrix_hop *hops)
{
	struct run *run;
	int err;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (count && (!to || !hops))
		return lfb__error(machine, -EINVAL, "lfb_matrix_run: no %s",
				  to ? "place for the outcomes" : "profiles");
	err = check(machine, kind, to, count);
	if (err)
		return err;
	if (count)
		memset(hops, 0, count * sizeof(*hops));
	run = calloc(1, sizeof(*run));
	if (run)
		run->files = calloc(kinds[kind].sessions + 1, sizeof(*run->files));
	if (!run || !run->files) {
		err = lfb__error(machine, -ENOMEM, "no memory for a run of the matrix");
		goto out;
	}
	run->machine = machine;
	run->kind = &kinds[kind];
	err = lfb_agent_create(machine, "agent", &run->agent);
	if (!err)
		err = run_chain(run, to, count, hops);
	end_run(run, err);
out:
	if (run)
		free(run->files);
	free(run);
	return err;
}
