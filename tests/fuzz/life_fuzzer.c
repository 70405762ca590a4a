// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Lives from hell: bytes choose what an agent does with two sessions and four files, what fails in
 * it, and which kernel comes next. At the end all that was handed over is retrieved and finished;
 * then nothing may be left behind, and nobody may have found anything: the module is correct.
 *
 * The first byte is the kernel, and whether what is preserved at the end is taken back; then come
 * two for each act.
 */
#include <luo/agent.h>
#include <luo/fault.h>
#include <luo/finding.h>
#include <luo/machine_copy.h>
#include <luo/profile.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/agent/agent.h"
#include "sim/machine/machine.h"
#include "tests/fuzz/support/life_module.h"
#include "tests/fuzz/support/support.h"

#define SESSIONS 2u
#define FILES 4u		/* two of pages, two in memory */
#define ACTS_MAX 48u
#define REFERENCE "reference"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

enum op {
	OP_CREATE, OP_PRESERVE, OP_AGAIN, OP_TWICE, OP_REOPEN, OP_RETRIEVE, OP_FINISH, OP_CLOSE,
	OP_USE_IN, OP_USE_OUT, OP_KEXEC, OP_KEXEC_INTO, OP_KEXEC_LOSING, OP_PREPARED,
	OP_FAULT_ALLOC, OP_FAULT_OTHER,
};

/* In the first byte. */
#define TAKES_BACK 0x80
/* Bits of the two bytes of an act. */
#define OP(first) ((first) & 15)
#define IS_WILD(first) ((first) & 0x80)	/* also where it makes no sense */
#define SESSION(second) ((second) & 1u)
#define FILE_OF(second) ((second) >> 1 & 3u)

/* Each act on standard error, for who looks at an input: LIFE_SAYS=1. */
static bool says;

/* What a kernel has in use when nothing is going on. */
struct life_kernel {
	struct lfb_machine *machine;
	struct lfb_machine_copy *copy;
	struct lfb_agent *agent;
	int device;
	struct lfb_machine_stats cold;		/* when nothing is going on in its first kernel … */
	struct lfb_machine_stats idle;		/* … and after a kexec with nothing handed over */
};

static struct life_kernel kernels[KEPT_PROFILES];

/* One life. */
static struct life {
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	int device;
	int session[SESSIONS];
	int file[FILES], given[FILES];
	unsigned long number[FILES];	/* of the one made last */
	unsigned long made;
	struct lfb_agent_state state;
	struct lfb_fault_plan plan;	/* for the next act; kinds 0: none */
	bool strict;			/* all kernels were the reference */
	bool wild;			/* something senseless was done, and went well */
	bool lost;			/* a kernel was not given what it was to be handed */
	bool over;
} life;

static bool is_memfd(unsigned int file)
{
	return file >= FILES / 2;
}

static struct lfb_contents contents_of(unsigned long number)
{
	/* No holes: pinning fills them, and they stay. */
	return (struct lfb_contents){ 2 * PAGE_SIZE, "0,1", number };
}

static struct lfb_machine_stats stats(void)
{
	struct lfb_machine_stats now = { .sz = sizeof(now) };

	must(!lfb_machine_stats(life.machine, &now));
	return now;
}

/* Says what is in use that was not, or the other way round. */
static bool same(const struct lfb_machine_stats *now, const struct lfb_machine_stats *before)
{
	const struct {
		const char *what;
		u64 now, before;
	} counts[] = {
		{ "pages", now->pages, before->pages },
		{ "slab objects", now->slab_objects, before->slab_objects },
		{ "vmalloc areas", now->vmalloc_areas, before->vmalloc_areas },
		{ "preserved blocks", now->preserved_blocks, before->preserved_blocks },
		{ "incoming pages", now->incoming_pages, before->incoming_pages },
		{ "open files", now->files, before->files },
		{ "outgoing sessions", now->sessions_outgoing, before->sessions_outgoing },
		{ "incoming sessions", now->sessions_incoming, before->sessions_incoming },
		{ "preserved files", now->files_preserved, before->files_preserved },
	};
	bool all = true;

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		if (counts[i].now == counts[i].before)
			continue;
		all = false;
		fprintf(stderr, "%s: %llu, before %llu\n", counts[i].what, counts[i].now,
			counts[i].before);
	}
	return all;
}

static bool is_dead(void)
{
	enum lfb_machine_state state = lfb_machine_state(life.machine);

	return state == LFB_PANICKED || state == LFB_HUNG;
}

static bool is_reference(void)
{
	return !strcmp(lfb_machine_profile(life.machine), REFERENCE);
}

/* The beginning */

static void new_kernel(void)
{
	for (unsigned int i = 0; i < SESSIONS; i++)
		life.session[i] = -EBADF;
	for (unsigned int i = 0; i < FILES; i++)
		life.file[i] = life.given[i] = -EBADF;
	life.device = lfb_agent_open(life.agent);
}

static void prepare_kernel(unsigned int profile)
{
	struct life_kernel *kernel = &kernels[profile];
	struct lfb_machine *machine = kept_machine(profile, KEPT_STRICT);

	kernel->machine = life.machine = machine;
	must(!lfb_machine_add_module(machine, life_module_get()));
	must(!lfb_machine_boot(machine));
	must(!lfb_agent_create(machine, "agent", &kernel->agent));
	kernel->device = lfb_agent_open(kernel->agent);
	must(kernel->device >= 0);
	must(!lfb_machine_copy(machine, &kernel->copy));
	kernel->cold = stats();
	must(!lfb_machine_kexec(machine));
	must(lfb_agent_open(kernel->agent) >= 0);
	kernel->idle = stats();
	lfb_machine_shutdown(machine);
}

/* A machine that is as it was when its first kernel had booted; the module is in one at a time. */
static void begin(unsigned int profile)
{
	const struct life_kernel *kernel = &kernels[profile];

	if (!kernels[0].machine) {
		says = getenv("LIFE_SAYS");
		for (unsigned int i = 0; i < kept_profiles(); i++)
			prepare_kernel(i);
	}
	must(!lfb_machine_rewind(kernel->machine, kernel->copy));
	memset(&life, 0, sizeof(life));
	life.machine = kernel->machine;
	life.agent = kernel->agent;
	life.strict = is_reference();
	for (unsigned int i = 0; i < SESSIONS; i++)
		life.session[i] = -EBADF;
	for (unsigned int i = 0; i < FILES; i++)
		life.file[i] = life.given[i] = -EBADF;
	life.device = kernel->device;
}

/* Acts */

static long make_file(void *argument)
{
	const unsigned int file = *(unsigned int *)argument;
	const struct lfb_contents contents = contents_of(++life.made);

	if (is_memfd(file))
		return (long)(intptr_t)lfb__contents_file(0, &contents);
	return (long)(intptr_t)life_file(life.made);
}

/* A file is made when it is needed first in a kernel, without failures. */
static void need_file(unsigned int file)
{
	struct file *made;

	if (life.file[file] >= 0 || life.state.owner[file])
		return;
	made = (struct file *)(intptr_t)lfb_machine_call(life.machine, make_file, &file);
	/* The module may not be there. */
	must(!IS_ERR_OR_NULL(made) || life.lost);
	if (IS_ERR_OR_NULL(made))
		return;
	life.file[file] = lfb_agent_install(life.agent, made);
	must(life.file[file] >= 0);
	life.number[file] = life.made;
}

static long preserve(const struct lfb_agent_act *act, int fd)
{
	return lfb_agent_preserve(life.agent, life.session[act->session], fd, act->file + 1u);
}

/* What comes out is what went in. */
static void check_given(unsigned int file)
{
	const struct lfb_contents contents = contents_of(life.number[file]);

	if (life.wild)
		return;
	if (is_memfd(file))
		must(!lfb__contents_check(life.agent, life.given[file], &contents));
	else
		must(life_file_number(lfb_agent_file(life.agent, life.given[file])) ==
		     life.number[file]);
}

static long retrieve(const struct lfb_agent_act *act)
{
	const int fd = lfb_agent_retrieve(life.agent, life.session[act->session], act->file + 1u);

	if (fd < 0)
		return fd;
	life.given[act->file] = fd;
	check_given(act->file);
	return fd;
}

static long use(void *argument)
{
	return life_use(*(bool *)argument);
}

/* Nothing of the kernel before is left but what it is to be told. */
static void forget(bool lossy)
{
	static const struct lfb_agent_act kexec = { .verb = LFB_AGENT_KEXEC };

	life.strict &= is_reference();
	if (lossy) {
		life.lost = true;
		memset(&life.state, 0, sizeof(life.state));
	} else {
		lfb__agent_learns(&life.state, &kexec, true);
	}
	new_kernel();
}

static bool takes(const char *profile)
{
	const char *now = lfb_machine_profile(life.machine);

	return !strcmp(lfb_profile_kho_abi(profile), lfb_profile_kho_abi(now)) &&
	       !strcmp(lfb_profile_luo_abi(profile), lfb_profile_luo_abi(now));
}

/* A kernel that cannot read what it is handed may die of it, and so may one without live update. */
static long jump(const char *profile, enum lfb_lack lacks)
{
	const bool lossy = (profile && !takes(profile)) || lacks != LFB_LACKS_NOTHING;
	long err;

	life.machine->lacks = lacks;
	err = lfb_machine_jump(life.machine, profile);
	life.machine->lacks = LFB_LACKS_NOTHING;
	if (is_dead()) {
		if (says)
			fprintf(stderr, "the kernel died: %s\n", lfb_error_text(life.machine));
		must(lossy || life.wild || life.lost || lfb_fault_hits(life.machine));
		life.over = true;
		return 0;
	}
	must(!err);
	forget(lossy);
	return 0;
}

static long kexec(const char *profile, enum lfb_lack lacks)
{
	long err = lfb_machine_prepare(life.machine);

	if (!err)
		return jump(profile, lacks);
	lfb_machine_load(life.machine, LFB_IMAGE_HANDOVER);
	return err;
}

static long kexec_losing(u8 how)
{
	static const enum lfb_lack lacks[] = {
		LFB_LACKS_LIVEUPDATE, LFB_LACKS_KHO, LFB_LACKS_HANDOVER,
	};
	const enum lfb_lack lack = lacks[how % ARRAY_SIZE(lacks)];

	if (lack == LFB_LACKS_HANDOVER)
		lfb_machine_load(life.machine, LFB_IMAGE_PLAIN);
	return kexec(NULL, lack);
}

/* Something between the halves of a reboot; kernels may have the agent wait. */
static long kexec_in_halves(const struct lfb_agent_act *act)
{
	long err = lfb_machine_prepare(life.machine);

	if (err)
		return err;
	/* Where it need not wait it would take something back that is written down. */
	if (is_reference()) {
		lfb_agent_create_session(life.agent, life.device, "late");
		lfb_agent_preserve(life.agent, life.session[act->session], life.file[act->file],
				   99);
		lfb_agent_close(life.agent, life.session[1 - act->session]);
	}
	return jump(NULL, LFB_LACKS_NOTHING);
}

static long opened(int fd, int *kept)
{
	if (fd >= 0)
		*kept = fd;
	return fd;
}

static long perform(enum op op, const struct lfb_agent_act *act, u8 second)
{
	const char name[] = { (char)('a' + act->session), '\0' };
	int *session = &life.session[act->session];
	bool incoming = op == OP_USE_IN;

	switch (op) {
	case OP_CREATE:
		return opened(lfb_agent_create_session(life.agent, life.device, name), session);
	case OP_PRESERVE:
		return preserve(act, life.file[act->file]);
	case OP_AGAIN:
		return preserve(act, life.given[act->file]);
	case OP_TWICE:
		return lfb_agent_preserve(life.agent, *session, life.file[act->file],
					  act->file + 101u);
	case OP_REOPEN:
		return opened(lfb_agent_retrieve_session(life.agent, life.device, name), session);
	case OP_RETRIEVE:
		return retrieve(act);
	case OP_FINISH:
		return lfb_agent_finish(life.agent, *session);
	case OP_CLOSE:
		return lfb_agent_close(life.agent, *session);
	case OP_KEXEC:
		return kexec(NULL, LFB_LACKS_NOTHING);
	case OP_KEXEC_INTO:
		return kexec(lfb_profile_name(second % kept_profiles()), LFB_LACKS_NOTHING);
	case OP_KEXEC_LOSING:
		return kexec_losing(second);
	case OP_PREPARED:
		return kexec_in_halves(act);
	default:
		return lfb_machine_call(life.machine, use, &incoming);
	}
}

static enum lfb_agent_verb verb_of(enum op op)
{
	static const u8 verbs[] = {
		[OP_CREATE] = LFB_AGENT_CREATE, [OP_PRESERVE] = LFB_AGENT_PRESERVE,
		[OP_AGAIN] = LFB_AGENT_AGAIN, [OP_TWICE] = LFB_AGENT_TWICE,
		[OP_REOPEN] = LFB_AGENT_REOPEN, [OP_RETRIEVE] = LFB_AGENT_RETRIEVE,
		[OP_FINISH] = LFB_AGENT_FINISH, [OP_CLOSE] = LFB_AGENT_CLOSE,
		[OP_USE_IN] = LFB_AGENT_USE, [OP_USE_OUT] = LFB_AGENT_USE,
	};

	return op < ARRAY_SIZE(verbs) ? verbs[op] : LFB_AGENT_KEXEC;
}

static bool is_kexec(enum op op)
{
	return op >= OP_KEXEC && op <= OP_PREPARED;
}

/* Must it go well, where nothing fails? */
static bool must_work(enum op op)
{
	return op != OP_AGAIN && op != OP_TWICE && op != OP_USE_IN && op != OP_USE_OUT;
}

/* A refusal that left something behind would be seen in the counters. */
static void check_refused(enum op op, const struct lfb_machine_stats *before)
{
	const struct lfb_machine_stats after = stats();

	if (life.strict && op != OP_RETRIEVE && op != OP_USE_IN)
		must(same(&after, before));
}

static void do_act(enum op op, u8 second, bool wild)
{
	const struct lfb_agent_act act = {
		.verb = verb_of(op), .session = SESSION(second), .file = FILE_OF(second),
	};
	const bool makes_sense = lfb__agent_does(&life.state, &act, 0);
	const bool failing = life.plan.kinds != 0;
	struct lfb_machine_stats before;
	bool hit = false;
	long answer;

	/* Where that goes wrong by a known defect, the module is the victim. */
	if ((!makes_sense || op == OP_TWICE || failing) && !is_reference())
		return;
	if (!makes_sense && !wild)
		return;
	if (op == OP_PRESERVE && life.device >= 0)
		need_file(act.file);
	before = stats();
	if (failing)
		lfb_fault_arm(life.machine, &life.plan);
	answer = perform(op, &act, second);
	if (says)
		fprintf(stderr, "act %d, session %u, file %u%s: %ld %s, %lu pages\n", op,
			act.session, act.file, makes_sense ? "" : ", wild", answer,
			answer < 0 ? lfb_error_text(life.machine) : "", stats().pages);
	if (failing) {
		hit = lfb_fault_hits(life.machine) > 0;
		lfb_fault_arm(life.machine, NULL);
		life.plan.kinds = 0;
	}
	/* A kernel that had no memory to boot goes on without live update. */
	life.lost |= hit && is_kexec(op) && answer >= 0;
	if (is_dead()) {
		must(life.over || life.wild || wild || life.lost || hit);
		life.over = true;
		return;
	}
	if (answer < 0) {
		if (makes_sense && !hit && !life.wild && !life.lost && must_work(op)) {
			fprintf(stderr, "act %d answers %ld: %s\n", op, answer,
				lfb_error_text(life.machine));
			must(answer >= 0);
		}
		check_refused(op, &before);
	}
	life.wild |= !makes_sense && answer >= 0;
	if (!is_kexec(op) && (op != OP_CLOSE || answer >= 0))
		lfb__agent_learns(&life.state, &act, answer >= 0);
}

static void arm(enum op op, u8 second)
{
	static const enum lfb_fault_kind kinds[] = {
		LFB_FAULT_KHO, LFB_FAULT_MODULE, LFB_FAULT_FLB_PRESERVE, LFB_FAULT_FLB_RETRIEVE,
		LFB_FAULT_FILE_PRESERVE, LFB_FAULT_FILE_FREEZE, LFB_FAULT_FILE_RETRIEVE,
		LFB_FAULT_FILE_CAN_FINISH, LFB_FAULT_USER_READ, LFB_FAULT_USER_WRITE,
	};

	life.plan = (struct lfb_fault_plan){
		.sz = sizeof(life.plan),
		.kinds = 1u << LFB_FAULT_ALLOC,
		.nth = 1 + second % 32,
	};
	if (op == OP_FAULT_ALLOC)
		return;
	life.plan.kinds = 1u << kinds[second % ARRAY_SIZE(kinds)];
	life.plan.nth = 1 + second / ARRAY_SIZE(kinds) % 4;
}

/* The end */

static void act(enum op op, unsigned int session, unsigned int file)
{
	if (!life.over)
		do_act(op, (u8)(session | file << 1), false);
}

/* Takes over all that is there, and gives it back. */
static void take_over(void)
{
	for (unsigned int s = 0; s < SESSIONS; s++) {
		act(OP_REOPEN, s, 0);
		for (unsigned int f = 0; f < FILES; f++)
			act(OP_RETRIEVE, s, f);
		act(OP_FINISH, s, 0);
		if (life.state.sessions[s] == LFB_AGENT_FINISHED)
			act(OP_CLOSE, s, 0);
	}
}

static void close_files(void)
{
	for (unsigned int f = 0; f < FILES; f++) {
		lfb_agent_close(life.agent, life.file[f]);
		lfb_agent_close(life.agent, life.given[f]);
	}
}

static void check_findings(void)
{
	const struct lfb_finding *finding;

	for (size_t i = 0; (finding = lfb_finding_at(life.machine, i)); i++) {
		char text[1500];

		if (lfb_finding_severity(finding->id) < LFB_SEVERITY_ERROR ||
		    lfb__agent_excuses(&life.state, finding->id))
			continue;
		lfb_finding_format(finding, text, sizeof(text));
		fprintf(stderr, "%s", text);
		must(!"a correct module is accused");
	}
}

static void check_left(const struct life_kernel *kernel)
{
	struct lfb_machine_stats now;

	must(!lfb_simulator_bug());
	if (life.over || life.wild || life.lost || !life.strict)
		return;
	close_files();
	lfb_machine_settle(life.machine);
	check_findings();
	now = stats();
	must(same(&now, lfb_machine_boots(life.machine) > 1 ? &kernel->idle : &kernel->cold));
}

/* All is handed over and finished, or taken back. */
static void complete(const struct life_kernel *kernel, bool takes_back)
{
	life.plan.kinds = 0;
	if (!life.over)
		take_over();
	if (takes_back) {
		for (unsigned int s = 0; s < SESSIONS; s++)
			act(OP_CLOSE, s, 0);
	} else {
		act(OP_KEXEC, 0, 0);
		if (!life.over)
			take_over();
	}
	check_left(kernel);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	unsigned int profile;

	if (!size)
		return 0;
	profile = kept_profiles() - 1 - data[0] % TAKES_BACK % kept_profiles();
	begin(profile);
	for (size_t i = 1; i + 1 < size && i < 2 * ACTS_MAX && !life.over; i += 2) {
		const enum op op = OP(data[i]);

		if (op == OP_FAULT_ALLOC || op == OP_FAULT_OTHER)
			arm(op, data[i + 1]);
		else
			do_act(op, data[i + 1], IS_WILD(data[i]));
	}
	complete(&kernels[profile], data[0] & TAKES_BACK);
	lfb_machine_shutdown(life.machine);
	return 0;
}
