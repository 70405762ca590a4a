// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The trace is complete: what tests/support/rebuild.c makes of the events of a run agrees with the
 * machine's own state after each event of it. For every scenario of the golden data (under every
 * profile), the zoo, its twins, the examples and the regressions.
 *
 * An event is told when what it says is done, so that there is no moment between two events at
 * which both could differ, with three exceptions:
 *	the end of a kernel (JUMPED, SWITCHED_OFF) is told while it is still there;
 *	once a kernel is dead only its locks are compared: it died in the middle of something;
 *	the ledger knows the owner of pages only when they are preserved, so owners are compared
 *	where a callback, an agent's call, a boot or a reboot begins or ends.
 *
 * With arguments it does one scenario and says what differs: rebuild_test FILE PROFILE [WITHHELD]
 */
#include <dirent.h>
#include <luo/scenario.h>

#include "lib/codec/codec.h"
#include "sim/kernel/kho/check.h"
#include "sim/kernel/kho/map.h"
#include "sim/machine/machine.h"
#include "tests/support/rebuild.h"
#include "tests/support/test.h"

#define NOTHING LFB_HAPPENINGS_NR

struct follower {
	struct lfb_machine *machine;
	struct rebuilt rebuilt;
	enum lfb_happening withheld;
	unsigned long events;
	unsigned long comparisons;
	unsigned long facts;		/* compared in them */
	unsigned long seen[LFB_HAPPENINGS_NR];
	bool differs;
	char what[512];			/* the first difference */
};

static void LFB_PRINTF(3, 4) differ(struct follower *follower, const struct lfb_event *event,
				    const char *format, ...)
{
	char line[192], what[256];
	va_list args;

	if (follower->differs)
		return;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	follower->differs = true;
	lfb_event_format(event, line, sizeof(line));
	snprintf(follower->what, sizeof(follower->what), "%s, after event %s", what, line);
}

static void same(struct follower *follower, const struct lfb_event *event, u64 rebuilt, u64 actual,
		 const char *what)
{
	follower->facts++;
	if (rebuilt != actual)
		differ(follower, event, "%.150s: rebuilt 0x%llx, is 0x%llx", what, rebuilt, actual);
}

static void same_text(struct follower *follower, const struct lfb_event *event,
		      const char *rebuilt, const char *actual, size_t size, const char *what)
{
	follower->facts++;
	if (strncmp(rebuilt, actual, size))
		differ(follower, event, "%s: rebuilt \"%.64s\", is \"%.64s\"", what, rebuilt, actual);
}

/* Sessions */

static void compare_files(struct follower *follower, const struct lfb_event *event,
			  const struct rebuilt_session *rebuilt,
			  const struct liveupdate_session *session)
{
	const struct lfb_memory *memory = &follower->machine->kernel.memory;
	const struct rebuilt_file *files = rebuilt->files.items;
	const struct luo_file *file;
	size_t i = 0;

	list_for_each_entry(file, &session->files, list) {
		if (i == rebuilt->files.count)
			break;
		same(follower, event, files[i].token, file->token, "token");
		same_text(follower, event, files[i].handler, file->handler->compatible, 47,
			  "handler");
		same(follower, event, files[i].data,
		     lfb__memory_shown(memory, file->serialized_data), "data");
		same(follower, event, (u64)files[i].retrieved, (u64)(long)file->retrieve_status,
		     "file retrieved");
		i++;
	}
	same(follower, event, rebuilt->files.count, session->count, "files");
}

static void compare_sessions(struct follower *follower, const struct lfb_event *event,
			     const struct luo_sessions *sessions)
{
	const struct rebuilt_session *rebuilt = follower->rebuilt.sessions.items;
	size_t i = 0, count = follower->rebuilt.sessions.count, mine = 0;
	const struct liveupdate_session *session;

	for (size_t at = 0; at < count; at++)
		mine += rebuilt[at].incoming == sessions->incoming;
	same(follower, event, mine, sessions->count, sessions->incoming ? "incoming sessions" :
	     "outgoing sessions");
	list_for_each_entry(session, &sessions->list, list) {
		while (i < count && rebuilt[i].incoming != sessions->incoming)
			i++;
		if (i == count)
			break;
		same_text(follower, event, rebuilt[i].name, session->name, 64, "session");
		same(follower, event, rebuilt[i].retrieved, session->retrieved, "retrieved");
		same(follower, event, rebuilt[i].serialized, session->serialized, "serialized");
		compare_files(follower, event, &rebuilt[i++], session);
	}
}

/* FLBs */

static void compare_side(struct follower *follower, const struct lfb_event *event,
			 const struct liveupdate_flb *flb, bool incoming)
{
	const struct liveupdate_flb_state *state =
		incoming ? &flb->private.incoming : &flb->private.outgoing;
	const struct rebuilt_flb *rebuilt = rebuilt_flb(&follower->rebuilt, flb->compatible);

	same(follower, event, rebuilt ? rebuilt->count[incoming] : 0, (u64)state->count,
	     incoming ? "incoming count" : "outgoing count");
	same(follower, event, rebuilt ? rebuilt->references[incoming] : 0, (u64)state->references,
	     incoming ? "incoming references" : "outgoing references");
}

static void compare_flbs(struct follower *follower, const struct lfb_event *event,
			 const struct luo *luo)
{
	const struct liveupdate_flb *flb;

	list_for_each_entry(flb, &luo->flbs, private.list) {
		compare_side(follower, event, flb, false);
		compare_side(follower, event, flb, true);
	}
}

struct records {
	struct follower *follower;
	const struct lfb_event *event;
	size_t count;
};

static int compare_record(void *context, phys_addr_t where, const struct luo_flb_record *record)
{
	struct records *records = context;
	struct follower *follower = records->follower;
	const struct rebuilt_record *rebuilt = follower->rebuilt.records.items;
	const struct lfb_memory *memory = &follower->machine->kernel.memory;
	size_t i = records->count++;

	if (i >= follower->rebuilt.records.count)
		return 0;
	same_text(follower, records->event, rebuilt[i].name, record->name, 47, "handed-over FLB");
	same(follower, records->event, rebuilt[i].count, record->count, "its files");
	same(follower, records->event, rebuilt[i].data, lfb__memory_shown(memory, record->data),
	     "its data");
	return 0;
}

/* At the end of a boot. A kernel that trusts what it was handed over has not looked at it yet. */
static void compare_records(struct follower *follower, const struct lfb_event *event,
			    const struct luo *luo)
{
	struct lfb_view view = kho__memory_view(luo->kernel);
	struct records records = { follower, event, 0 };
	struct luo_reader reader = { .view = &view, .context = &records, .flb = compare_record };

	if (luo->handed_over && !luo_quirk(luo, LUO_QUIRK_FLB_TRUST_SERIALIZED))
		luo_read_flbs(&reader, &luo->head);
	same(follower, event, follower->rebuilt.records.count, records.count, "handed-over FLBs");
}

/* Memory */

static bool is_of_callback(const char *owner)
{
	return !strncmp(owner, "flb ", 4) || !strncmp(owner, "file ", 5);
}

/* As the events say it; "" when nobody in particular made it. */
static void owner_of(const struct lfb_ledger_entry *entry, char *owner, size_t size)
{
	const struct lfb_site *site = entry->site;

	snprintf(owner, size, "%s", entry->internal ? "luo" : "");
	if (site)
		snprintf(owner, size, "%s %s %s", site->type, site->name, site->op);
}

/* One block may be of two, who both preserved it: that is a mistake with a finding. */
static void compare_owner(struct follower *follower, const struct lfb_event *event,
			  enum lfb_ledger_kind kind, const struct rebuilt_block *block)
{
	struct lfb_kernel *kernel = &follower->machine->kernel;
	const bool told = is_of_callback(block->owner) || !strcmp(block->owner, "luo");
	const u64 phys = PFN_PHYS(block->pfn);
	const struct lfb_ledger_entry *entry;
	char owner[88] = "";

	follower->facts++;
	if (!kernel->ledger.table.count)
		return;
	list_for_each_entry(entry, &kernel->ledger.all[kind], all) {
		if (phys - entry->key >= lfb__ledger_span(entry))
			continue;
		owner_of(entry, owner, sizeof(owner));
		if (!strcmp(owner, told ? block->owner : ""))
			return;
	}
	if (told || owner[0])
		differ(follower, event, "page 0x%llx: rebuilt owner \"%s\", is \"%s\"", phys,
		       block->owner, owner);
}

static bool is_edge(const struct lfb_event *event)
{
	return event->edge != LFB_EDGE_NONE;
}

static void compare_memory(struct follower *follower, const struct lfb_event *event)
{
	const struct lfb_kernel *kernel = &follower->machine->kernel;
	const struct rebuilt_list *marked = &follower->rebuilt.marked;
	const struct rebuilt_list *waiting = &follower->rebuilt.waiting;
	const bool owners = is_edge(event) && lfb__checking(kernel);
	const struct rebuilt_block *block;
	u64 pages = 0;

	same(follower, event, marked->count, kernel->kho.blocks, "marked blocks");
	/* A kernel that has only begun has no map to look into. */
	if (follower->differs)
		return;
	for (size_t i = 0; i < marked->count; i++) {
		block = (const struct rebuilt_block *)marked->items + i;
		if (!kho__is_preserved(kernel, block->pfn, block->order))
			differ(follower, event, "page 0x%llx: rebuilt as marked",
			       PFN_PHYS(block->pfn));
		if (owners)
			compare_owner(follower, event, LFB_LEDGER_PRESERVED, block);
	}
	for (size_t i = 0; i < waiting->count; i++) {
		block = (const struct rebuilt_block *)waiting->items + i;
		pages += 1ull << block->order;
		if (!kho__is_waiting(kernel, PFN_PHYS(block->pfn), block->order))
			differ(follower, event, "page 0x%llx: rebuilt as waiting",
			       PFN_PHYS(block->pfn));
		if (owners)
			compare_owner(follower, event, LFB_LEDGER_INCOMING, block);
	}
	same(follower, event, pages, kernel->pages.incoming, "waiting pages");
	follower->facts += marked->count + waiting->count;
}

/* When a kernel has found what the one before handed over, that is what was marked there. */
static void compare_handover(struct follower *follower, const struct lfb_event *event)
{
	const struct rebuilt_list *before = &follower->rebuilt.before;
	const struct rebuilt_list *waiting = &follower->rebuilt.waiting;
	const struct rebuilt_block *old = before->items, *new = waiting->items;
	size_t at;

	if (!follower->rebuilt.boot)
		return;
	same(follower, event, waiting->count, before->count, "blocks handed over");
	for (size_t i = 0; i < waiting->count; i++) {
		for (at = 0; at < before->count; at++) {
			if (old[at].pfn == new[i].pfn && old[at].order == new[i].order)
				break;
		}
		if (at == before->count)
			differ(follower, event, "page 0x%llx: was not marked",
			       PFN_PHYS(new[i].pfn));
		else if (lfb__checking(&follower->machine->kernel) &&
			 strcmp(new[i].owner, "somebody"))
			same_text(follower, event, new[i].owner, old[at].owner, 80, "owner");
	}
}

/* Locks */

/* How many locks of @name, of any name for NULL, tasks called @task have. */
static size_t rebuilt_locks(const struct follower *follower, const char *task, const char *name)
{
	const struct rebuilt_lock *locks = follower->rebuilt.locks.items;
	size_t count = 0;

	for (size_t i = 0; i < follower->rebuilt.locks.count; i++)
		count += !strcmp(locks[i].task, task) &&
			 (!name || !strncmp(locks[i].name, name, 47));
	return count;
}

static size_t actual_locks(const struct follower *follower, const char *task, const char *name)
{
	struct lfb_kernel *kernel = &follower->machine->kernel;
	const struct task_struct *others[] = { &kernel->boot_task, &kernel->point_task };
	const struct task_struct *at;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (strcmp(others[i]->name, task))
			continue;
		count += name ? 0 : others[i]->locks_held;
		for (unsigned int held = 0; name && held < others[i]->nr_held; held++)
			count += !strcmp(lfb__held_name(kernel, &others[i]->held[held]), name);
	}
	list_for_each_entry(at, &kernel->tasks, list) {
		if (strcmp(at->name, task))
			continue;
		count += name ? 0 : at->locks_held;
		for (unsigned int held = 0; name && held < at->nr_held; held++)
			count += !strcmp(lfb__held_name(kernel, &at->held[held]), name);
	}
	return count;
}

/* Each lock of @task has as many of its name on both sides, and there are as many in all. */
static void compare_task(struct follower *follower, const struct lfb_event *event,
			 const struct task_struct *task)
{
	const struct lfb_kernel *kernel = &follower->machine->kernel;

	same(follower, event, rebuilt_locks(follower, task->name, NULL),
	     actual_locks(follower, task->name, NULL), task->name);
	for (unsigned int i = 0; i < task->nr_held && task->nr_held == task->locks_held; i++) {
		const char *name = lfb__held_name(kernel, &task->held[i]);

		same(follower, event, rebuilt_locks(follower, task->name, name),
		     actual_locks(follower, task->name, name), name);
	}
}

static void compare_locks(struct follower *follower, const struct lfb_event *event)
{
	struct lfb_kernel *kernel = &follower->machine->kernel;
	const struct task_struct *task;

	compare_task(follower, event, &kernel->boot_task);
	compare_task(follower, event, &kernel->point_task);
	list_for_each_entry(task, &kernel->tasks, list)
		compare_task(follower, event, task);
}

/* Modules */

static void compare_modules(struct follower *follower, const struct lfb_event *event)
{
	const struct rebuilt_module *modules = follower->rebuilt.modules.items;
	const struct lfb_image_module *image;

	list_for_each_entry(image, &follower->machine->modules, list) {
		const struct module *module = image->module->module;
		size_t i = 0, count = follower->rebuilt.modules.count;

		while (i < count && strcmp(modules[i].name, module->name))
			i++;
		same(follower, event, i < count && modules[i].loaded, image->loaded,
		     "module loaded");
		if (image->loaded && i < count)
			same(follower, event, modules[i].references, (u64)module->refcnt,
			     "module's references");
	}
}

/* All of it */

static void compare_luo(struct follower *follower, const struct lfb_event *event,
			const struct luo *luo)
{
	const struct rebuilt *rebuilt = &follower->rebuilt;

	same(follower, event, rebuilt->serialized, luo->serialized, "reboot prepared");
	if (rebuilt->booted) {
		same(follower, event, rebuilt->ready, luo->enabled, "live update");
		same(follower, event, rebuilt->update, luo->enabled ? luo->number : 0, "update");
	}
	if (event->happening == LFB_DID_BOOTED && event->edge == LFB_EDGE_END)
		compare_records(follower, event, luo);
	compare_sessions(follower, event, &luo->outgoing);
	compare_sessions(follower, event, &luo->incoming);
	compare_flbs(follower, event, luo);
}

static void compare(struct follower *follower, const struct lfb_event *event)
{
	const struct lfb_kernel *kernel = &follower->machine->kernel;
	const struct rebuilt *rebuilt = &follower->rebuilt;

	if (rebuilt->wrong[0])
		differ(follower, event, "%s", rebuilt->wrong);
	if (event->happening == LFB_DID_JUMPED || event->happening == LFB_DID_SWITCHED_OFF)
		return;
	follower->comparisons++;
	same(follower, event, rebuilt->on, true, "a kernel runs");
	same(follower, event, rebuilt->boot, kernel->boot_number, "kernel");
	same_text(follower, event, rebuilt->profile, follower->machine->profile->name, 48,
		  "profile");
	compare_locks(follower, event);
	if (kernel->dead)
		return;
	same(follower, event, rebuilt->after_handover, kernel->kho.incoming, "after a handover");
	if (event->happening == LFB_DID_KHO_BOOTED)
		compare_handover(follower, event);
	compare_memory(follower, event);
	compare_modules(follower, event);
	if (kernel->luo)
		compare_luo(follower, event, kernel->luo);
}

static void follow(void *context, const struct lfb_event *event)
{
	struct follower *follower = context;

	follower->events++;
	follower->seen[event->happening]++;
	if (event->happening != follower->withheld)
		rebuild_event(&follower->rebuilt, event);
	if (!follower->differs)
		compare(follower, event);
}

/* Scenarios */

struct play {
	char path[512];
	char profile[32];
};

#define MAX_PLAYS 2048

static struct play plays[MAX_PLAYS];
static unsigned int nr_plays;

/* What "# machine: --profile rfc-v6 --quirk -all" at the top of a file says. */
struct given {
	struct lfb_machine_options options;
	char words[256];
	char quirks_on[128];
	char quirks_off[128];
};

static void take_quirk(struct given *given, const char *quirk)
{
	char *list = quirk[0] == '+' ? given->quirks_on : given->quirks_off;

	if (*list)
		strcat(list, ",");
	strcat(list, quirk + 1);
}

static void read_header(const char *path, struct given *given)
{
	FILE *file = fopen(path, "r");
	char line[256], *next = given->words, *word;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) && line[0] == '#') {
		if (sscanf(line, "# machine: %255[^\n]", given->words) == 1)
			break;
	}
	fclose(file);
	while ((word = strsep(&next, " ")) != NULL) {
		const char *value = *word ? strsep(&next, " ") : NULL;

		if (!strcmp(word, "--profile"))
			given->options.profile = value;
		else if (!strcmp(word, "--quirk"))
			take_quirk(given, value);
		else if (!strcmp(word, "--checks") && !strcmp(value, "guard"))
			given->options.checks = LFB_CHECKS_GUARD;
		else if (*word)
			fail_msg("%s: %s", path, word);
	}
	given->options.quirks_on = given->quirks_on[0] ? given->quirks_on : NULL;
	given->options.quirks_off = given->quirks_off[0] ? given->quirks_off : NULL;
}

/* What the scenario itself answers is no concern of ours. */
static void run(const struct play *play, struct follower *follower)
{
	struct given given = { .options = { .sz = sizeof(given.options), .memory = 64 << 20 } };
	struct lfb_scenario *scenario;

	read_header(play->path, &given);
	if (!given.options.profile)
		given.options.profile = play->profile;
	if (lfb_scenario_load(play->path, &scenario))
		fail_msg("%s", lfb_error_text(NULL));
	if (lfb_machine_create(&given.options, &follower->machine))
		fail_msg("%s", lfb_error_text(NULL));
	lfb_trace_all_to(follower->machine, follow, follower);
	lfb_scenario_run(scenario, follower->machine, NULL);
	lfb_machine_destroy(follower->machine);
	lfb_scenario_free(scenario);
	rebuild_free(&follower->rebuilt);
}

static void add_play(const char *path, const char *profile)
{
	assert_true(nr_plays < MAX_PLAYS);
	snprintf(plays[nr_plays].path, sizeof(plays[nr_plays].path), "%s", path);
	snprintf(plays[nr_plays++].profile, sizeof(plays[0].profile), "%s", profile);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Every scenario in a folder; NULL: under every profile. Returns how many runs there are. */
static unsigned int add_folder(const char *folder, const char *ending, const char *profile)
{
	unsigned int before = nr_plays;
	struct dirent **entries;
	char path[512];
	int count;

	snprintf(path, sizeof(path), "%s/%s", LFB_TEST_DATA, folder);
	count = scandir(path, &entries, NULL, by_name);
	assert_true(count > 2);
	for (int i = 0; i < count; i++) {
		const char *end = strrchr(entries[i]->d_name, '.');
		const char *each = profile;

		snprintf(path, sizeof(path), "%s/%s/%s", LFB_TEST_DATA, folder,
			 entries[i]->d_name);
		if (end && !strcmp(end, ending)) {
			if (profile)
				add_play(path, profile);
			for (unsigned int p = 0; !profile && (each = lfb_profile_name(p)); p++)
				add_play(path, each);
		}
		free(entries[i]);
	}
	free(entries);
	assert_true(nr_plays > before);
	return nr_plays - before;
}

static int gather(void **state)
{
	unsigned int golden = 0, rest = 0;

	golden += add_folder("golden/rfc-v6", ".ops", NULL);
	golden += add_folder("golden/linux-7.0", ".ops", NULL);
	golden += add_folder("golden/linux-7.3", ".ops", NULL);
	golden += add_folder("golden/wire", ".ops", NULL);
	rest += add_folder("../zoo", ".lfb", LFB_PROFILE_DEFAULT);
	rest += add_folder("../regress", ".lfb", LFB_PROFILE_DEFAULT);
	rest += add_folder("../../examples/scenarios", ".lfb", NULL);
	rest += add_folder("../../examples/defects", ".lfb", NULL);
	print_message("%u runs of golden data, %u others\n", golden, rest);
	return 0;
}

static void assert_agrees(const struct play *play, const struct follower *follower)
{
	if (follower->differs)
		fail_msg("%s\nrebuild_test %s %s", follower->what, play->path, play->profile);
}

/* In how many events of each kind a run had, and the first run with one. */
static unsigned int first_with[LFB_HAPPENINGS_NR];
static unsigned long seen[LFB_HAPPENINGS_NR];

static void what_is_rebuilt_is_the_machines_state(void **state)
{
	unsigned long events = 0, comparisons = 0, facts = 0;

	for (unsigned int i = 0; i < nr_plays; i++) {
		struct follower follower = { .withheld = NOTHING };

		run(&plays[i], &follower);
		assert_agrees(&plays[i], &follower);
		events += follower.events;
		comparisons += follower.comparisons;
		facts += follower.facts;
		for (unsigned int did = 0; did < LFB_HAPPENINGS_NR; did++) {
			if (!seen[did] && follower.seen[did])
				first_with[did] = i;
			seen[did] += follower.seen[did];
		}
	}
	print_message("%u runs, %lu events, %lu comparisons of %lu facts\n", nr_plays, events,
		      comparisons, facts);
}

static const char *name_of(unsigned int happening)
{
	static const char *const names[] = {
#define NAME(name, kind, how, subject, action, detail) #name,
		LFB_HAPPENINGS(NAME)
#undef NAME
	};

	return names[happening];
}

static void no_event_that_says_something_can_be_left_out(void **state)
{
	unsigned int missed = 0, runs = 0, noticed = 0;

	for (unsigned int did = 0; did < LFB_HAPPENINGS_NR; did++) {
		struct follower follower = { .differs = false };
		unsigned int i = first_with[did];

		if (!rebuild_follows(did))
			continue;
		for (; seen[did] && i < nr_plays && !follower.differs; i++, runs++) {
			follower = (struct follower){ .withheld = did };
			run(&plays[i], &follower);
		}
		noticed += follower.differs;
		missed += !follower.differs;
		print_message("without %-18s %s\n", name_of(did),
			      !seen[did] ? "NEVER HAPPENS" :
			      follower.differs ? follower.what : "NOTHING IS NOTICED");
	}
	print_message("%u kinds of events left out one at a time in %u runs: %u noticed\n",
		      noticed + missed, runs, noticed);
	assert_int_equal(missed, 0);
}

static void the_others_say_nothing_about_the_state(void **state)
{
	unsigned int count = 0;

	for (unsigned int did = 0; did < LFB_HAPPENINGS_NR; did++) {
		if (rebuild_follows(did))
			continue;
		print_message("%s%s", count++ ? ", " : "not followed: ", name_of(did));
	}
	print_message("\n");
}

static int run_one(char **argv, int argc)
{
	struct follower follower = { .withheld = NOTHING };
	struct play play;

	snprintf(play.path, sizeof(play.path), "%s", argv[1]);
	snprintf(play.profile, sizeof(play.profile), "%s", argv[2]);
	for (unsigned int did = 0; argc > 3 && did < LFB_HAPPENINGS_NR; did++) {
		if (!strcmp(name_of(did), argv[3]))
			follower.withheld = did;
	}
	run(&play, &follower);
	printf("%lu events: %s\n", follower.events, follower.differs ? follower.what : "agrees");
	return follower.differs;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_rebuilt_is_the_machines_state),
		cmocka_unit_test(no_event_that_says_something_can_be_left_out),
		cmocka_unit_test(the_others_say_nothing_about_the_state),
	};

	if (argc > 2)
		return run_one(argv, argc);
	return cmocka_run_group_tests(tests, gather, NULL);
}
