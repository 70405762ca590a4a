// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The upgrade matrix: fill a kernel, jump into another, see what arrived. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/orchestrator.h"
#include "sim/explore/matrix/matrix.h"
#include "sim/play/play.h"

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

const char *lfb_matrix_outcome_name(enum lfb_matrix_outcome outcome)
{
	return (size_t)outcome < LFB_MATRIX_OUTCOMES ? outcomes[outcome].name : NULL;
}

const char *lfb_matrix_outcome_about(enum lfb_matrix_outcome outcome)
{
	return (size_t)outcome < LFB_MATRIX_OUTCOMES ? outcomes[outcome].about : NULL;
}

struct run {
	struct lfb_run play;
	const struct lfb_matrix_handover *kind;
	int opened;			/* what opening /dev/liveupdate answered */
	unsigned int nr_flbs;		/* registered */
	struct lfb_matrix_load finished; /* callbacks in this kernel; no sessions */
};

static int perform(struct run *run, const struct lfb_operation *operation)
{
	u64 object;

	return (int)lfb__run_perform(&run->play, operation, &object);
}

/* The first line with this verb; there is one. */
static const struct lfb_operation *first(const struct run *run, enum lfb_verb verb)
{
	const struct lfb_operation *line = run->play.scenario->operations;

	while (line->verb != verb)
		line++;
	return line;
}

/* Of the recorder's user: a callback has done what it does. */
static void count_finished(void *context, const struct lfb_recorded_call *call, int *result)
{
	struct run *run = context;

	(void)result;
	if (call->callback == LFB_CALLBACK_FINISH)
		++*(call->of_flb ? &run->finished.flbs : &run->finished.files);
}

/*
 * Sends what the kind says, or as much of it as this kernel takes: after the first of a kind it may
 * be full. What a line expects is what the kernel shall say.
 */
static int send_all(struct run *run, struct lfb_matrix_load *sent)
{
	const struct lfb_operation *line = first(run, LFB_VERB_OPEN);
	unsigned int here = 0;		/* files in this session */
	int err = 0;

	while (!err && (++line)->verb != LFB_VERB_PREPARE) {
		bool is_file = line->verb == LFB_VERB_PRESERVE;

		err = perform(run, line);
		if (line->expected.given) {
			err = err == line->expected.result ? 0 : err ? err : -EILSEQ;
		} else if (!err) {
			here = is_file ? here + 1 : 0;
			++*(is_file ? &sent->files : &sent->sessions);
		} else if (err == -EBADFD || ((err == -ENOSPC || err == -ENOMEM) &&
					      (is_file ? here : sent->sessions))) {
			err = 0;
		}
	}
	sent->flbs = sent->files ? run->nr_flbs : 0;
	return err;
}

static bool file_arrives(struct run *run, const struct lfb_operation *retrieve)
{
	struct lfb_agent *agent = run->play.agent;
	int fd = lfb_agent_retrieve(agent, run->play.sessions[retrieve->session], retrieve->token);
	struct file *file = lfb_agent_file(agent, fd);
	u64 number = file ? file_inode(file)->i_ino : 0;

	if (fd >= 0)
		lfb_agent_close(agent, fd);
	return number == lfb__matrix_file(retrieve->session, retrieve->token);
}

/* Asks for everything that may have been sent. */
static void receive(struct run *run, struct lfb_matrix_hop *hop)
{
	const struct lfb_scenario *scenario = run->play.scenario;
	const struct lfb_operation *line = first(run, LFB_VERB_PREPARE);

	while (++line < scenario->operations + scenario->count) {
		bool done = line->verb == LFB_VERB_RETRIEVE ? file_arrives(run, line) :
							      !perform(run, line);

		hop->arrived.flbs += done && line->verb == LFB_VERB_GETIN;
		hop->arrived.sessions += done && line->verb == LFB_VERB_RSESSION;
		hop->arrived.files += done && line->verb == LFB_VERB_RETRIEVE;
		hop->finished.sessions += done && line->verb == LFB_VERB_FINISH;
	}
	hop->finished.files = run->finished.files;
	hop->finished.flbs = run->finished.flbs;
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
	const struct luo *luo = luo_seen(&run->play.machine->kernel);

	if (lfb_machine_state(run->play.machine) != LFB_RUNNING)
		say(hop, lfb_last_complaint(run->play.machine));
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
		say(hop, "");
	} else {
		hop->outcome = LFB_MATRIX_LOST;
		say_lost(run, hop);
	}
}

/*
 * The module registers, the agent opens the device. With live update off there is nothing to
 * register with; what the agent gets says it all.
 */
static int come_up(struct run *run)
{
	char compatible[LIVEUPDATE_HNDL_COMPAT_LENGTH];
	const struct lfb_operation rename = { .verb = LFB_VERB_COMPATIBLE, .name = compatible };
	const struct lfb_operation *line = first(run, LFB_VERB_HANDLER);
	int err;

	snprintf(compatible, sizeof(compatible), "matrix-file-v%u",
		 run->kind->new_handler ? (unsigned int)run->play.machine->boots : 1);
	err = perform(run, &rename);
	for (run->nr_flbs = 0; !err && line->verb != LFB_VERB_OPEN; line++) {
		err = perform(run, line);
		run->nr_flbs += !err && line->verb == LFB_VERB_FLB;
	}
	if (err && err != -EOPNOTSUPP && err != -ENOSPC)
		return err;
	run->opened = perform(run, first(run, LFB_VERB_OPEN));
	return 0;
}

/* Boots @to from what is there. @could_send: the kernel that ends had live update. */
static int jump(struct run *run, const char *to, bool could_send, struct lfb_matrix_hop *hop)
{
	const struct lfb_operation jump = { .verb = LFB_VERB_JUMP, .name = to };
	struct lfb_machine *machine = run->play.machine;
	bool handed_over = machine->handover_root != 0;
	int err;

	run->finished = (struct lfb_matrix_load){ 0 };
	hop->error = perform(run, &jump);
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
	} else if (run->opened == -EIO || run->opened == -ENOENT) {
		hop->error = run->opened;
		hop->outcome = run->opened == -EIO ? LFB_MATRIX_EIO : LFB_MATRIX_DISABLED;
		say(hop, lfb_error_text(machine));
	} else if (run->opened) {
		return run->opened;
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
	bool can_send = !run->opened;
	int err;

	hop->from = lfb__machine_kernel(run->play.machine);
	hop->to = to;
	err = can_send ? send_all(run, &hop->sent) : 0;
	if (!err)
		err = perform(run, first(run, LFB_VERB_PREPARE));
	return err ? err : jump(run, to, can_send, hop);
}

static int run_chain(struct run *run, const char *const *to, unsigned int count,
		     struct lfb_matrix_hop *hops)
{
	const struct lfb_operation *when = first(run, LFB_VERB_WHEN);
	int err = (int)lfb__run_start(&run->play, NULL);

	for (; !err && when->verb == LFB_VERB_WHEN; when++)
		err = perform(run, when);
	if (!err)
		err = come_up(run);
	if (!err)
		err = run->opened;
	for (unsigned int i = 0; i < count && !err; i++) {
		if (i && lfb_machine_state(run->play.machine) != LFB_RUNNING)
			hops[i] = (struct lfb_matrix_hop){ .from = to[i - 1], .to = to[i],
							   .outcome = LFB_MATRIX_UNREACHED };
		else
			err = hop_to(run, to[i], &hops[i]);
	}
	return err;
}

/* Switches off, and leaves the sentence behind @err. */
static void end_run(struct run *run, int err)
{
	struct lfb_machine *machine = run->play.machine;
	char reason[sizeof(machine->kernel.error)];

	snprintf(reason, sizeof(reason), "%s", lfb_error_text(machine));
	lfb_machine_shutdown(machine);
	lfb__run_release(&run->play);
	if (err && !reason[0])
		snprintf(reason, sizeof(reason), "%s ran short of something",
			 machine->profile->name);
	lfb__error(machine, err, "%s", err ? reason : "");
}

static int check(struct lfb_machine *machine, enum lfb_matrix_kind kind, const char *const *to,
		 unsigned int count)
{
	const struct luo_profile *profile;
	struct lfb_loadable *image;
	int err = 0;

	if (!lfb_matrix_kind_name(kind))
		return lfb__error(machine, -EINVAL, "there is no kind %d of handover", (int)kind);
	for (unsigned int i = 0; i < count && !err; i++)
		err = lfb__machine_find_kernel(machine, to[i] ?: "", &profile, &image);
	if (!err && machine->state != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	return err;
}

static int run_kind(struct lfb_machine *machine, enum lfb_matrix_kind kind, const char *const *to,
		    unsigned int count, struct lfb_matrix_hop *hops)
{
	struct run run = { .play.machine = machine };
	struct lfb_scenario *scenario;
	int err;

	if (count)
		memset(hops, 0, count * sizeof(*hops));
	run.kind = &lfb__matrix_kinds[kind];
	scenario = lfb__matrix_scenario(run.kind);
	if (!scenario)
		return lfb__error(machine, -ENOMEM, "no memory for a run of the matrix");
	run.play.scenario = scenario;
	err = lfb__run_make(&run.play);
	if (!err) {
		run.play.recorder->user.context = &run;
		run.play.recorder->user.meddles = count_finished;
		err = run_chain(&run, to, count, hops);
	}
	end_run(&run, err);
	lfb_scenario_free(scenario);
	return err;
}

int lfb_matrix_run(struct lfb_machine *machine, enum lfb_matrix_kind kind, const char *const *to,
		   unsigned int count, struct lfb_matrix_hop *hops)
{
	int err;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (count && (!to || !hops))
		return lfb__error(machine, -EINVAL, "lfb_matrix_run: no %s",
				  to ? "place for the outcomes" : "kernels");
	machine->other_file = lfb__machine_image(machine);
	machine->own_is_apart = true;
	err = check(machine, kind, to, count) ?: run_kind(machine, kind, to, count, hops);
	machine->own_is_apart = false;
	return err;
}
