// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "tests/support/handed_plan.h"

#include <luo/agent.h>

#include "sim/handover/convert.h"
#include "tests/support/handed_page.h"

#define MEMORY (128ull << 20)
#define ENTRY_NAME "other"
#define ENTRY_NUMBER 0xe
#define FILE_NUMBER(session, file) ((session) * 1000ul + (file))

static u64 mix(u64 value)
{
	value = (value ^ value >> 31) * 0x9e3779b97f4a7c15ull;
	value = (value ^ value >> 29) * 0xbf58476d1ce4e5b9ull;
	return value ^ value >> 32;
}

static bool is_rfc(void)
{
	return !strcmp(lfb_machine_profile(lfb_machine_current()), "rfc-v6");
}

/*
 * The plan
 */

static unsigned int files_of(const struct handover_plan *plan, unsigned int session)
{
	return plan->seed ? mix(plan->seed * 31 + session) % (plan->files + 1) : plan->files;
}

static u64 token_of(unsigned int file)
{
	return file * 0x100000001ull + 5;
}

static const char *name_of(const struct handover_plan *plan, unsigned int session)
{
	static char name[32];

	snprintf(name, sizeof(name), "session-%u", session);
	return plan->nameless && !session ? "" : name;
}

/*
 * One machine
 */

struct side {
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	struct lfb_recorder *recorder;
	const struct handover_plan *plan;
	unsigned int flbs_finished;
	int device;
};

static bool answers(void *context, const struct lfb_recorded_call *call, int *result)
{
	struct side *side = context;

	side->flbs_finished += call->of_flb && call->callback == LFB_CALLBACK_FINISH;
	return handed_page_answers(call, result);
}

static void meddles(void *context, const struct lfb_recorded_call *call, int *result)
{
	const struct side *side = context;
	size_t size = PAGE_SIZE;

	if (!call->of_flb && call->callback == LFB_CALLBACK_PRESERVE && side->plan->seed)
		size <<= mix(side->plan->seed + file_inode(((struct liveupdate_file_op_args *)
							    call->args)->file)->i_ino) % 3;
	handed_page_meddles(call, size, result);
}

static void load_module(struct side *side)
{
	struct lfb_registration registration = { 0 };

	side->recorder = lfb__recorder_create(side->machine, 1, side->plan->flbs, NULL);
	assert_non_null(side->recorder);
	side->recorder->user = (struct lfb_recorder_user){
		.context = side, .answers = answers, .meddles = meddles,
	};
	assert_int_equal(lfb__recorder_register(side->recorder, registration), 0);
	registration.of_flb = true;
	for (; registration.flb < side->plan->flbs; registration.flb++)
		assert_int_equal(lfb__recorder_register(side->recorder, registration), 0);
}

static void start(struct side *side, const char *profile, enum lfb_page_policy policy,
		  const struct handover_plan *plan, const struct lfb_blob *blob)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = plan->memory ? plan->memory : MEMORY,
		.mode = LFB_MEMORY_FIXED,
		.policy = policy,
		.profile = profile,
	};

	*side = (struct side){ .plan = plan };
	assert_int_equal(lfb_machine_create(&options, &side->machine), 0);
	assert_int_equal(lfb_agent_create(side->machine, "agent", &side->agent), 0);
	lfb_machine_enter(side->machine);
	if (blob)
		assert_int_equal(lfb_machine_boot_blob(side->machine, blob), 0);
	else
		assert_int_equal(lfb_machine_boot(side->machine), 0);
	load_module(side);
	side->device = lfb_agent_open(side->agent);
	assert_true(side->device >= 0);
}

static void stop(struct side *side)
{
	lfb_machine_enter(NULL);
	lfb_machine_destroy(side->machine);
	lfb__recorder_destroy(side->recorder);
}

static void preserve_session(struct side *side, const struct handover_plan *plan,
			     unsigned int session)
{
	int fd = lfb_agent_create_session(side->agent, side->device, name_of(plan, session));

	assert_true(fd >= 0);
	for (unsigned int i = 0; i < files_of(plan, session); i++) {
		struct file *file = lfb__recorder_file(0, FILE_NUMBER(session, i));
		int file_fd;

		assert_false(IS_ERR(file));
		file_fd = lfb_agent_install(side->agent, file);
		assert_int_equal(lfb_agent_preserve(side->agent, fd, file_fd, token_of(i)), 0);
		lfb_agent_close(side->agent, file_fd);
	}
}

struct lfb_blob *handover_make(const char *profile, enum lfb_page_policy policy,
			       const struct handover_plan *plan)
{
	struct handed_page *page;
	struct lfb_blob *blob;
	struct side side;

	start(&side, profile, policy, plan, NULL);
	if (plan->entry) {
		assert_int_equal(handed_page_give(PAGE_SIZE, ENTRY_NUMBER, &page), 0);
		assert_int_equal(kho_add_subtree(ENTRY_NAME, page, plan->entry), 0);
	}
	for (unsigned int i = 0; i < plan->sessions; i++)
		preserve_session(&side, plan, i);
	assert_int_equal(lfb_machine_prepare(side.machine), 0);
	assert_int_equal(lfb_blob_capture(side.machine, &blob), 0);
	stop(&side);
	return blob;
}

static void ask_for_flb(struct liveupdate_flb *flb, int expected)
{
	bool counted = !lfb_profile_has_quirk(lfb_machine_profile(lfb_machine_current()),
					      "FLB_GET_UNCOUNTED");
	void *obj;

	if (is_rfc()) {
		assert_int_equal(liveupdate_flb_incoming_locked(flb, &obj), expected);
		if (!expected)
			liveupdate_flb_incoming_unlock(flb, obj);
		return;
	}
	assert_int_equal(liveupdate_flb_get_incoming(flb, &obj), expected);
	if (!expected && counted)
		liveupdate_flb_put_incoming(flb);
}

static void take_session(struct side *side, const struct handover_plan *plan, unsigned int session)
{
	int fd = lfb_agent_retrieve_session(side->agent, side->device, name_of(plan, session));

	assert_true(fd >= 0);
	for (unsigned int i = 0; i < files_of(plan, session); i++) {
		int file = lfb_agent_retrieve(side->agent, fd, token_of(i));

		assert_true(file >= 0);
		assert_int_equal(file_inode(lfb_agent_file(side->agent, file))->i_ino,
				 FILE_NUMBER(session, i));
		lfb_agent_close(side->agent, file);
	}
	assert_int_equal(lfb_agent_finish(side->agent, fd), 0);
	assert_int_equal(lfb_agent_close(side->agent, fd), 0);
}

static void take_entry(const struct handover_plan *plan)
{
	struct handed_page *page;
	phys_addr_t phys;
	size_t size;

	if (!plan->entry) {
		assert_int_equal(kho_retrieve_subtree(ENTRY_NAME, &phys, &size), -ENOENT);
		return;
	}
	assert_int_equal(kho_retrieve_subtree(ENTRY_NAME, &phys, &size), 0);
	if (!strcmp(lfb_machine_profile(lfb_machine_current()), "linux-7.3") ||
	    !strcmp(lfb_machine_profile(lfb_machine_current()), "reference"))
		assert_int_equal(size, plan->entry);
	page = handed_page_find(phys);
	assert_true(page && page->number == ENTRY_NUMBER);
	kho_restore_free(page);
}

unsigned long handover_take(const struct lfb_blob *blob, const char *profile,
			    const struct handover_plan *plan)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };
	unsigned int files = 0;
	struct side side;

	for (unsigned int i = 0; i < plan->sessions; i++)
		files += files_of(plan, i);
	start(&side, profile, LFB_PAGES_BUDDY, plan, blob);
	for (unsigned int i = 0; i < plan->flbs; i++)
		ask_for_flb(&lfb__recorded(side.recorder, true, i)->flb, files ? 0 : -ENOENT);
	for (unsigned int i = 0; i < plan->sessions; i++)
		take_session(&side, plan, i);
	assert_int_equal(lfb_agent_retrieve_session(side.agent, side.device, "session-x"), -ENOENT);
	take_entry(plan);
	assert_int_equal(side.flbs_finished, files ? plan->flbs : 0);
	assert_int_equal(lfb_event_count(side.machine, LFB_EVENT_WARN), 0);
	assert_int_equal(lfb_event_count(side.machine, LFB_EVENT_UNSAFE), 0);
	assert_int_equal(lfb_machine_stats(side.machine, &stats), 0);
	assert_int_equal(stats.sessions_incoming, 0);
	stop(&side);
	return stats.incoming_pages;
}

/*
 * Two handovers
 */

static void compare_sessions(const struct lfb_inspection *a, const struct lfb_inspection *b)
{
	const struct lfb_found_session *left = a->sessions.items, *right = b->sessions.items;
	const struct lfb_found_file *files = a->files.items, *other_files = b->files.items;

	assert_int_equal(a->head.number, b->head.number);
	assert_int_equal(a->sessions.count, b->sessions.count);
	for (size_t i = 0; i < a->sessions.count; i++) {
		assert_string_equal(left[i].record.name, right[i].record.name);
		assert_int_equal(left[i].record.count, right[i].record.count);
		assert_int_equal(left[i].first_file, right[i].first_file);
	}
	assert_int_equal(a->files.count, b->files.count);
	for (size_t i = 0; i < a->files.count; i++) {
		assert_string_equal(files[i].record.compatible, other_files[i].record.compatible);
		assert_int_equal(files[i].record.data, other_files[i].record.data);
		assert_int_equal(files[i].record.token, other_files[i].record.token);
	}
}

static void compare_flbs(const struct lfb_inspection *a, const struct lfb_inspection *b)
{
	const struct lfb_found_flb *left = a->flbs.items, *right = b->flbs.items;

	assert_int_equal(a->flbs.count, b->flbs.count);
	for (size_t i = 0; i < a->flbs.count; i++) {
		assert_string_equal(left[i].record.name, right[i].record.name);
		assert_int_equal(left[i].record.data, right[i].record.data);
		assert_int_equal(left[i].record.count, right[i].record.count);
		assert_int_equal(left[i].record.index, right[i].record.index);
	}
}

/* It comes last, and only in kho-v4. */
static size_t nr_entries(const struct lfb_inspection *inspection)
{
	const struct lfb_found_entry *entries = inspection->entries.items;
	size_t count = inspection->entries.count;

	if (inspection->has_metadata)
		assert_string_equal(entries[--count].name, KHO_METADATA_NODE_NAME);
	return count;
}

static void compare_entries(const struct lfb_inspection *a, const struct lfb_inspection *b)
{
	const struct lfb_found_entry *left = a->entries.items, *right = b->entries.items;

	assert_int_equal(nr_entries(a), nr_entries(b));
	for (size_t i = 0; i < nr_entries(a); i++) {
		assert_string_equal(left[i].name, right[i].name);
		if (!strcmp(left[i].name, LUO_FDT_KHO_ENTRY_NAME))
			continue;
		assert_int_equal(left[i].address, right[i].address);
		assert_int_equal(left[i].size, right[i].size);
	}
}

/* The blocks of others, in the order of the map. */
struct kept {
	phys_addr_t address;
	unsigned int order;
};

static int by_address(const void *a, const void *b)
{
	const struct kept *left = a, *right = b;

	return left->address < right->address ? -1 : left->address > right->address;
}

static struct kept *list_kept(const struct lfb_inspection *found, size_t *count)
{
	const struct lfb_found_run *runs = found->runs.items;
	struct kept *list = calloc(found->total_blocks + 1, sizeof(*list));
	struct lfb_own own = { 0 };

	assert_non_null(list);
	assert_int_equal(lfb__own_find(&own, found), 0);
	*count = 0;
	for (size_t i = 0; i < found->runs.count; i++) {
		for (u64 n = 0; n < runs[i].blocks; n++) {
			u64 size = PAGE_SIZE << runs[i].order;
			phys_addr_t at = runs[i].address + n * size;

			if (lfb__own_block(&own, at, size) == LFB_OWNER_OTHER)
				list[(*count)++] = (struct kept){ at, runs[i].order };
		}
	}
	free(own.areas);
	qsort(list, *count, sizeof(*list), by_address);
	return list;
}

static void compare_memory(const struct lfb_inspection *a, const struct lfb_inspection *b)
{
	size_t count, other_count;
	struct kept *left = list_kept(a, &count);
	struct kept *right = list_kept(b, &other_count);

	assert_int_equal(count, other_count);
	for (size_t i = 0; i < count; i++) {
		u64 size = PAGE_SIZE << left[i].order;

		assert_int_equal(left[i].address, right[i].address);
		assert_int_equal(left[i].order, right[i].order);
		assert_memory_equal(a->view.at(&a->view, left[i].address, size),
				    b->view.at(&b->view, left[i].address, size), size);
	}
	free(left);
	free(right);
}

void handover_compare(const struct lfb_blob *a, const struct lfb_blob *b)
{
	struct lfb_inspection left = { 0 }, right = { 0 };

	lfb__inspection_read(&left, a);
	lfb__inspection_read(&right, b);
	assert_int_equal(left.problems.count, 0);
	assert_int_equal(right.problems.count, 0);
	compare_sessions(&left, &right);
	compare_flbs(&left, &right);
	compare_entries(&left, &right);
	compare_memory(&left, &right);
	assert_int_equal(a->memory, b->memory);
	assert_int_equal(a->boots, b->boots);
	lfb__inspection_release(&left);
	lfb__inspection_release(&right);
}

void handover_refused(struct lfb_blob *from, const char *profile, int error, const char *why)
{
	struct lfb_blob *to = from;

	assert_int_equal(lfb_blob_convert(from, profile, &to), error);
	assert_null(to);
	if (!strstr(lfb_error_text(NULL), why))
		fail_msg("\"%s\" does not say \"%s\"", lfb_error_text(NULL), why);
	lfb_blob_free(from);
}
