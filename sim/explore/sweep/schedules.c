// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Each fault point of "parallel" blocks in each of their schedules. What a fault does in order, or
 * a schedule without faults, is told by others: here it is what needs both.
 */
#include "sim/explore/schedule/schedule.h"
#include "sim/explore/sweep/sweep.h"

#define BOUND 1		/* where nothing is asked for */

struct faulted {
	const struct lfb_scenario *scenario;
	struct lfb_machine *machine;
	struct lfb_sweep_schedules_options options;
	struct lfb_sweep_schedules_result result;
	struct lfb_fault_plan plan;	/* no kinds: nothing fails */
	bool armed;			/* the blocks have begun */
	bool in_order;
	struct lfb_schedules schedules;
	bool known[LFB_FINDINGS_NR];	/* what needs no more than one of the two */
	struct lfb_list failures;	/* struct lfb_failed */
	u64 seed;			/* where the machine's choices stood */
	size_t choice;
};

/* The first choice is where the first blocks begin: points count from there. */
static unsigned int pick(void *context, unsigned int nr, bool stays)
{
	struct faulted *faulted = context;

	if (!faulted->armed)
		lfb__faults_arm(&faulted->machine->kernel,
				faulted->plan.kinds ? &faulted->plan : NULL);
	faulted->armed = true;
	return faulted->in_order ? 0 : lfb__schedules_pick(&faulted->schedules, nr, stays);
}

static void begin(struct faulted *faulted)
{
	struct lfb_kernel *kernel = &faulted->machine->kernel;

	lfb__machine_forget_seen(faulted->machine);
	lfb__faults_arm(kernel, NULL);
	kernel->choices.state = faulted->seed;
	kernel->choices.next = faulted->choice;
	faulted->armed = false;
}

static bool is_news(const struct lfb_finding *finding)
{
	return lfb_finding_severity(finding->id) >= LFB_SEVERITY_WARNING;
}

static int run(struct faulted *faulted)
{
	const struct lfb_progress progress = {
		.sz = sizeof(progress), .done = faulted->result.runs,
		.found = faulted->failures.count,
	};

	if (faulted->options.progress &&
	    !faulted->options.progress(faulted->options.context, &progress))
		return -EINTR;
	begin(faulted);
	lfb__schedules_begin(&faulted->schedules, 0);
	/* How it ends says nothing: a line whose call failed answers otherwise. */
	lfb__run_picked(faulted->scenario, faulted->machine, NULL, pick, faulted);
	faulted->result.runs++;
	return faulted->schedules.failed ? -ENOMEM : 0;
}

static void learn(struct faulted *faulted)
{
	const struct lfb_finding *finding;

	for (size_t i = 0; (finding = lfb_finding_at(faulted->machine, i)) != NULL; i++)
		faulted->known[finding->id] = true;
}

static int take_failures(struct faulted *faulted)
{
	const struct lfb_finding *finding;
	char name[48];
	int err = 0;

	lfb__case_format(&faulted->plan, name, sizeof(name));
	for (size_t i = 0; !err && (finding = lfb_finding_at(faulted->machine, i)); i++) {
		if (is_news(finding) && !faulted->known[finding->id])
			err = lfb__failures_keep_finding(&faulted->failures, &faulted->schedules,
							 finding, name);
	}
	return err;
}

static void count_points(struct faulted *faulted)
{
	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++) {
		const unsigned long points = lfb_fault_count(faulted->machine, kind);

		if (faulted->options.kinds >> kind & 1 && points > faulted->result.points[kind])
			faulted->result.points[kind] = points;
	}
}

/* Every schedule, with the plan or without. */
static int every_schedule(struct faulted *faulted, bool faults)
{
	u64 count = 0;
	int err = 0;

	faulted->schedules.choices.count = 0;
	do {
		if (faulted->options.limit && count == faulted->options.limit) {
			faulted->result.whole = false;
			return 0;
		}
		err = run(faulted);
		count++;
		if (err)
			return err;
		if (faults) {
			err = take_failures(faulted);
		} else {
			learn(faulted);
			count_points(faulted);
			faulted->result.schedules++;
		}
	} while (!err && lfb__schedules_next(&faulted->schedules, faulted->options.bound));
	return err ? err : faulted->schedules.diverged ? -EILSEQ : 0;
}

/* Each point that is there in some schedule; in order, or in every schedule. */
static int every_fault(struct faulted *faulted, bool in_order)
{
	int err = 0;

	faulted->in_order = in_order;
	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++) {
		for (unsigned long nth = 1; nth <= faulted->result.points[kind] && !err; nth++) {
			faulted->plan = (struct lfb_fault_plan){
				.sz = sizeof(faulted->plan), .kinds = 1u << kind, .nth = nth,
			};
			err = in_order ? run(faulted) : every_schedule(faulted, true);
			if (in_order)
				learn(faulted);
		}
	}
	return err;
}

static void tell(const struct faulted *faulted)
{
	const struct lfb_failed *failures = faulted->failures.items;

	for (size_t i = 0; i < faulted->failures.count; i++) {
		const struct lfb_sweep_schedules_failure told = {
			.sz = sizeof(told),
			.finding = lfb_finding_name(failures[i].id),
			.text = failures[i].text,
			.name = failures[i].name,
			.schedule = failures[i].schedule,
			.preemptions = failures[i].preemptions,
			.times = failures[i].times,
		};

		if (faulted->options.failed)
			faulted->options.failed(faulted->options.context, &told);
	}
}

static int check(struct faulted *faulted, const struct lfb_sweep_schedules_options *options,
		 struct lfb_sweep_schedules_result *result)
{
	struct lfb_machine *machine = faulted->machine;
	int err;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (!lfb__handle_valid(faulted->scenario, LFB_HANDLE_SCENARIO))
		return lfb__error(machine, -EINVAL, "the pointer is no live scenario");
	err = lfb__options_take(machine, "the options", &faulted->options,
				sizeof(faulted->options), options,
				sizeof(struct lfb_sweep_schedules_options));
	if (!err && result)
		err = lfb__result_check(machine, "the result", result, sizeof(result->sz));
	if (err)
		return err;
	if (!options)
		faulted->options.bound = BOUND;
	if (!faulted->options.kinds)
		faulted->options.kinds = LFB_FAULT_ANY;
	if (faulted->options.kinds & ~LFB_FAULT_ANY)
		return lfb__error(machine, -EINVAL, "there is no such kind of fault");
	if (!faulted->scenario->nr_parallels)
		return lfb__error(machine, -EINVAL, "%.160s has no \"parallel\": there is one "
				  "schedule", faulted->scenario->name);
	if (lfb_machine_state(machine) != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	return lfb__sweep_check_scenario(faulted->scenario, machine);
}

int lfb_scenario_sweep_schedules(const struct lfb_scenario *scenario, struct lfb_machine *machine,
				 const struct lfb_sweep_schedules_options *options,
				 struct lfb_sweep_schedules_result *result)
{
	struct faulted faulted = { .scenario = scenario, .machine = machine };
	int err = check(&faulted, options, result);

	if (err)
		return err;
	faulted.seed = machine->kernel.choices.state;
	faulted.choice = machine->kernel.choices.next;
	faulted.result.whole = true;
	err = every_schedule(&faulted, false);
	if (!err)
		err = every_fault(&faulted, true);
	if (!err)
		err = every_fault(&faulted, false);
	faulted.result.failures = faulted.failures.count;
	begin(&faulted);
	tell(&faulted);
	lfb__failures_free(&faulted.failures);
	lfb__list_free(&faulted.schedules.choices);
	if (result)
		lfb__result_give(result, &faulted.result, sizeof(faulted.result));
	return lfb__schedules_ended(machine, err);
}

struct replay {
	struct lfb_machine *machine;
	struct lfb_schedule schedule;
	struct lfb_fault_plan plan;
	bool armed;
};

static unsigned int pick_again(void *context, unsigned int nr, bool stays)
{
	struct replay *replay = context;
	const struct lfb_schedule *schedule = &replay->schedule;
	const size_t at = replay->schedule.next++;

	(void)stays;
	if (!replay->armed)
		lfb__faults_arm(&replay->machine->kernel, &replay->plan);
	replay->armed = true;
	return at < schedule->count ? schedule->list[at] % nr : 0;
}

int lfb_scenario_sweep_schedule(const struct lfb_scenario *scenario, struct lfb_machine *machine,
				const char *name, const char *schedule, lfb_write_fn write,
				void *context)
{
	const struct lfb_scenario_options options = {
		.sz = sizeof(options), .write = write, .context = context,
	};
	struct faulted faulted = { .scenario = scenario, .machine = machine };
	struct replay replay = { .machine = machine };
	int err = check(&faulted, NULL, NULL);

	if (err)
		return err;
	if (!name || !lfb__case_parse(name, &replay.plan))
		return lfb__error(machine, -EINVAL, "\"%.80s\" is not a case", name ? name : "");
	replay.plan.sz = sizeof(replay.plan);
	err = lfb__schedule_read(machine, schedule, &replay.schedule);
	if (!err && replay.schedule.kind != LFB_SCHEDULE_LIST)
		err = lfb__error(machine, -EINVAL, "\"%.80s\" is no list of choices", schedule);
	if (!err) {
		lfb__machine_forget_seen(machine);
		lfb__faults_arm(&machine->kernel, NULL);
		lfb__run_picked(scenario, machine, &options, pick_again, &replay);
		lfb__faults_arm(&machine->kernel, NULL);
	}
	lfb__schedule_free(&replay.schedule);
	return err;
}
