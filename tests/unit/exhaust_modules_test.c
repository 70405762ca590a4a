// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Modules in C, searched: mistakes that only some sequences of calls show, the shortest of those,
 * how much was covered, and that neither the jobs nor a process that dies make a difference, nor
 * where sequences begin. Linked with --wrap=lfb_machine_rewind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <luo/kexec_handover.h>

#include <luo/cmocka.h>

#include "sim/kernel/kernel.h"

/* What is wrong with the module; not a part of its data, which every boot begins anew. */
static enum mistake {
	NOTHING,
	DISCARD_FORGETS,	/* finish leaves the page of a file nobody retrieved */
	UNFREEZE_FREES,		/* unfreeze frees what the session that goes on still has */
	EXITS,			/* finish ends the process */
	NEEDS_LIVE_UPDATE,	/* no kernel is expected to do without */
	TAKES_NEW_FILES,	/* no file that is preserved is expected to have been retrieved */
	NEEDS_HANDOVER,		/* a command line that tells of one is believed */
	RENUMBERS,		/* a file is another one once it is preserved */
} wrong;

static int init(void);
LFB_MODULE(searched, init, NULL);

static LFB_MODULE_DATA(searched) struct liveupdate_flb flb;
static LFB_MODULE_DATA(searched) unsigned int made;
static const struct file_operations fops = { .owner = &searched_this_module };

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	(void)handler;
	return file->f_op == &fops;
}

/* What identifies a file; a page of it is handed over at a time. */
static unsigned long get_id(struct file *file)
{
	return file_inode(file)->i_ino;
}

static int preserve(struct liveupdate_file_op_args *args)
{
	void *page = kho_alloc_preserve(PAGE_SIZE);

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	BUG_ON(wrong == TAKES_NEW_FILES && args->file->private_data);
	BUG_ON(wrong == RENUMBERS && file_inode(args->file)->i_ino > PAGE_SIZE);
	if (wrong == RENUMBERS)
		file_inode(args->file)->i_ino = virt_to_phys(page);
	args->serialized_data = virt_to_phys(page);
	return 0;
}

static void unpreserve(struct liveupdate_file_op_args *args)
{
	kho_unpreserve_free(phys_to_virt(args->serialized_data));
}

static int freeze(struct liveupdate_file_op_args *args)
{
	(void)args;
	return 0;
}

static void unfreeze(struct liveupdate_file_op_args *args)
{
	if (wrong == UNFREEZE_FREES)
		unpreserve(args);
}

static int retrieve(struct liveupdate_file_op_args *args)
{
	struct file *file = anon_inode_getfile("searched", &fops, &flb, 0);

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	file_inode(file)->i_ino = args->serialized_data;
	args->file = file;
	return 0;
}

static void finish(struct liveupdate_file_op_args *args)
{
	if (wrong == EXITS)
		_exit(3);
	if (wrong != DISCARD_FORGETS || args->file)
		kho_restore_free(phys_to_virt(args->serialized_data));
}

static const struct liveupdate_file_ops ops = {
	.can_preserve = can_preserve,
	.preserve = preserve,
	.unpreserve = unpreserve,
	.freeze = freeze,
	.unfreeze = unfreeze,
	.retrieve = retrieve,
	.finish = finish,
	.get_id = get_id,
};

static LFB_MODULE_DATA(searched) struct liveupdate_file_handler handler = {
	.ops = &ops,
	.compatible = "searched-v1",
};

/* What all files need, and is nothing but a number. */
static int flb_preserve(struct liveupdate_flb_op_args *args)
{
	args->data = 7;
	return 0;
}

static int flb_retrieve(struct liveupdate_flb_op_args *args)
{
	args->obj = (void *)(uintptr_t)args->data;
	return 0;
}

static void flb_gone(struct liveupdate_flb_op_args *args)
{
	(void)args;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_gone,
	.retrieve = flb_retrieve,
	.finish = flb_gone,
};

static LFB_MODULE_DATA(searched) struct liveupdate_flb flb = {
	.ops = &flb_ops,
	.compatible = "searched-state-v1",
};

static int init(void)
{
	int err = liveupdate_register_file_handler(&handler);

	BUG_ON(wrong == NEEDS_LIVE_UPDATE && err);
	/* As if the command line of the kernel that is jumped into said so. */
	BUG_ON(wrong == NEEDS_HANDOVER && !err && lfb__current->boot_number && !is_kho_boot());
	return err ? err : liveupdate_register_flb(&handler, &flb);
}

static struct file *make_file(struct lfb_machine *machine, void *context, unsigned int kind)
{
	struct file *file = context ? ERR_PTR(-ENOMEM) :
				      anon_inode_getfile("searched", &fops, NULL, 0);

	(void)machine, (void)kind;
	if (!IS_ERR(file))
		file_inode(file)->i_ino = ++made;
	return file;
}

static struct lfb_module *const modules[] = { &searched_module, NULL };

static struct lfb_exhaust_modules searched(unsigned int length, unsigned int jobs)
{
	return (struct lfb_exhaust_modules){
		.sz = sizeof(struct lfb_exhaust_modules), .name = "searched", .modules = modules,
		.make_file = make_file, .length = length, .jobs = jobs,
	};
}

static struct lfb_exhaust_modules_result search(const struct lfb_exhaust_modules *what)
{
	struct lfb_exhaust_modules_result result = { .sz = sizeof(result) };
	int err = lfb_exhaust_modules(NULL, what, NULL, &result);

	wrong = NOTHING;
	if (err)
		fail_msg("%d: %s", err, lfb_error_text(NULL));
	return result;
}

static void a_module_without_mistakes_is_left_alone_with_all_choices(void **state)
{
	/* docs/exhaust.md says how many they are. */
	static const struct {
		unsigned int length, files, without;
		u64 sequences;
	} searches[] = {
		{ 5, 2, LFB_EXHAUST_ALL_CHOICES, 2932 },
		{ 5, 2, LFB_EXHAUST_LINKS, 3719 },
		{ 5, 2, LFB_EXHAUST_OFF, 3579 },
		{ 5, 2, LFB_EXHAUST_PLAIN, 3738 },
		{ 5, 2, LFB_EXHAUST_TWICE, 3422 },
		{ 5, 2, 0, 3871 },
		{ 6, 2, 0, 34591 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
		struct lfb_exhaust_modules what = searched(searches[i].length, 2);
		struct lfb_exhaust_modules_result result;

		if (LFB_SLOW && searches[i].length > 5)
			continue;
		what.files = searches[i].files;
		what.without = searches[i].without;
		result = search(&what);
		assert_string_equal(result.first, "");
		assert_int_equal(result.length, searches[i].length);
		assert_int_equal(result.sequences, searches[i].sequences);
	}
}

static void a_retrieved_file_is_preserved_again(void **state)
{
	struct lfb_exhaust_modules what = searched(0, 0);
	struct lfb_exhaust_modules_result result;

	(void)state;
	what.only = "create-a.preserve-a-1.kexec.reopen-a.retrieve-a-1.finish-a.create-b."
		    "again-b-1.kexec.reopen-b.retrieve-b-1.finish-b";
	result = search(&what);
	assert_string_equal(result.first, "");
	assert_true(result.sequences > 0);
}

/* Each by one of the choices, and by nothing else. What links show needs two handlers. */
static void what_only_a_choice_finds(void **state)
{
	static const struct {
		unsigned int choice, length;
		unsigned int mistake;
		const char *ends;
	} mistakes[] = {
		{ LFB_EXHAUST_OFF, 3, NEEDS_LIVE_UPDATE, ".kexec-off" },
		{ LFB_EXHAUST_AGAIN, 8, TAKES_NEW_FILES, ".again-b-1" },
		{ LFB_EXHAUST_PLAIN, 3, NEEDS_HANDOVER, ".kexec-plain" },
		{ LFB_EXHAUST_TWICE, 3, RENUMBERS, ".twice-a-1" },
	};
	static const enum lfb_finding_id bug = LFB_FINDING_KERNEL_BUG;

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct lfb_exhaust_modules what = searched(mistakes[i].length, 0);
		struct lfb_exhaust_modules_result result;

		what.files = 1;
		what.no_failures = true;
		what.finds = &bug;
		what.nr_finds = 1;
		what.without = LFB_EXHAUST_ALL_CHOICES & ~mistakes[i].choice;
		assert_string_equal(search(&what).first, "");
		wrong = mistakes[i].mistake;
		result = search(&what);
		assert_non_null(strstr(result.first, "LFB-KERNEL-BUG"));
		assert_non_null(strstr(result.first_case, mistakes[i].ends));
		if (LFB_SLOW && mistakes[i].length > 3)
			continue;
		what.without = mistakes[i].choice;
		wrong = mistakes[i].mistake;
		assert_string_equal(search(&what).first, "");
	}
}

/* What is jumped into is the same for a module in C that is searched with a scenario's agent. */
static void the_search_of_scenarios_jumps_without_the_handover_too(void **state)
{
	const struct lfb_machine_options machine_options = { .sz = sizeof(machine_options) };
	struct lfb_exhaust_module_options options = { .sz = sizeof(options), .length = 3 };
	struct lfb_exhaust_module_result result = { .sz = sizeof(result) };
	struct lfb_scenario *nothing;
	struct lfb_machine *machine;

	(void)state;
	assert_int_equal(lfb_scenario_parse("nothing", "", 0, &nothing), 0);
	assert_int_equal(lfb_machine_create(&machine_options, &machine), 0);
	assert_int_equal(lfb_machine_add_module(machine, &searched_module), 0);
	for (wrong = NOTHING; wrong <= NEEDS_HANDOVER; wrong += NEEDS_HANDOVER) {
		for (options.without = 0; options.without <= LFB_EXHAUST_PLAIN;
		     options.without += LFB_EXHAUST_PLAIN) {
			assert_int_equal(lfb_exhaust_module(nothing, machine, &options, &result),
					 0);
			assert_int_equal(result.nr_found, wrong && !options.without);
			if (result.nr_found)
				assert_int_equal(result.found->id, LFB_FINDING_KERNEL_BUG);
			lfb_exhaust_module_end(&result);
		}
	}
	wrong = NOTHING;
	lfb_machine_destroy(machine);
	lfb_scenario_free(nothing);
}

static void the_shortest_sequence_is_told_whatever_the_jobs(void **state)
{
	struct lfb_exhaust_modules_result first = { 0 };

	(void)state;
	for (unsigned int jobs = 1; jobs <= 3; jobs++) {
		const struct lfb_exhaust_modules what = searched(6, jobs);
		struct lfb_exhaust_modules_result result;

		wrong = UNFREEZE_FREES;
		result = search(&what);
		if (jobs == 1)
			first = result;
		assert_memory_equal(&result, &first, sizeof(result));
	}
	assert_int_equal(first.length, 4);
	assert_string_equal(first.first_case, "create-a.preserve-a-1.preserve-a-2.kexec:2");
	assert_non_null(strstr(first.first, "    lfb_agent_preserve(agent, a, file2, 2);\n"));
	assert_non_null(strstr(first.first, "LFB-KHO-UNPRESERVE-MISMATCH"));
}

static void a_case_is_replayed(void **state)
{
	struct lfb_exhaust_modules what = searched(0, 0);
	struct lfb_exhaust_modules_result result;

	(void)state;
	what.only = "create-a.preserve-a-1.kexec.reopen-a.finish-a";
	wrong = DISCARD_FORGETS;
	result = search(&what);
	assert_true(result.violations > 0);
	assert_string_equal(result.first_case, what.only);
	what.only = "create-a.preserve-a-1.kexec.reopen-a.retrieve-a-1.finish-a";
	wrong = DISCARD_FORGETS;
	assert_int_equal(search(&what).violations, 0);
}

/* How many sequences went on from a copy of the machine. */
static unsigned long rewinds;

int __real_lfb_machine_rewind(struct lfb_machine *machine, struct lfb_machine_copy *copy);
int __wrap_lfb_machine_rewind(struct lfb_machine *machine, struct lfb_machine_copy *copy);

int __wrap_lfb_machine_rewind(struct lfb_machine *machine, struct lfb_machine_copy *copy)
{
	rewinds++;
	return __real_lfb_machine_rewind(machine, copy);
}

static int keep(void *context, const char *bytes, size_t size)
{
	FILE *stream = context;

	return fwrite(bytes, 1, size, stream) == size ? 0 : -EIO;
}

/* For somebody to free: all that is found, and what was covered. */
static char *search_as(const struct lfb_machine_options *machine, struct lfb_exhaust_modules what)
{
	struct lfb_exhaust_modules_result result = { .sz = sizeof(result) };
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	rewinds = 0;
	what.write = keep;
	what.write_context = stream;
	assert_int_equal(lfb_exhaust_modules(machine, &what, NULL, &result), 0);
	fprintf(stream, "%u %llu %u %s\n%s", result.length, result.sequences, result.violations,
		result.first_case, result.first);
	fclose(stream);
	return text;
}

static void sequences_that_go_on_from_copies_find_what_those_from_power_on_do(void **state)
{
	unsigned long sequences = 0;

	(void)state;
	for (wrong = NOTHING; wrong <= RENUMBERS; wrong++) {
		struct lfb_exhaust_modules what = searched(4, wrong == EXITS ? 2 : 1);
		char *copied, *replayed;

		what.all_in_data = true;
		copied = search_as(NULL, what);
		sequences += rewinds;
		/* Those in other processes are counted there. */
		assert_true(rewinds > 0 || what.jobs > 1);
		what.from_power_on = true;
		replayed = search_as(NULL, what);
		assert_int_equal(rewinds, 0);
		assert_string_equal(copied, replayed);
		free(copied);
		free(replayed);
	}
	wrong = NOTHING;
	printf("%lu sequences went on from a copy\n", sequences);
}

/* What is kept elsewhere is in no copy; there is none in guard mode. */
static void sequences_begin_with_power_on_where_copies_have_not_all(void **state)
{
	const struct lfb_machine_options guard = {
		.sz = sizeof(guard), .checks = LFB_CHECKS_GUARD, .memory = 8 << 20,
	};
	struct lfb_exhaust_modules what = searched(3, 1);

	(void)state;
	free(search_as(NULL, what));
	assert_int_equal(rewinds, 0);
	what.all_in_data = true;
	free(search_as(&guard, what));
	assert_int_equal(rewinds, 0);
	free(search_as(NULL, what));
	assert_true(rewinds > 0);
}

static void a_process_that_dies_is_a_violation(void **state)
{
	const struct lfb_exhaust_modules what = searched(6, 2);
	struct lfb_exhaust_modules_result result;

	(void)state;
	wrong = EXITS;
	result = search(&what);
	assert_int_equal(result.violations, 1);
	assert_non_null(strstr(result.first, "ended with status 3"));
	assert_string_equal(result.first_case, "create-a.preserve-a-1.kexec.reopen-a");
}

/* Who waits, until it is enough. */
struct watch {
	unsigned int until_length;	/* 0: never */
	bool backwards;
	struct lfb_progress now;
};

/* The first that shards found. */
struct first {
	u64 at;
	char name[400];
	enum lfb_finding_id id;
};

static void note_first(void *context, const struct lfb_exhaust_modules_found *found)
{
	struct first *first = context;

	assert_int_equal(found->sz, sizeof(*found));
	assert_non_null(strstr(found->calls, "lfb_agent_open(agent);\n"));
	if (*first->name && found->at >= first->at)
		return;
	first->at = found->at;
	first->id = found->id;
	snprintf(first->name, sizeof(first->name), "%s", found->name);
}

static struct lfb_exhaust_modules_result search_for(enum mistake mistake,
						     const struct lfb_exhaust_modules *what)
{
	wrong = mistake;
	return search(what);
}

static void assert_shards_are_the_whole(enum mistake mistake, unsigned int length,
					unsigned int jobs)
{
	struct lfb_exhaust_modules what = searched(length, jobs);
	const struct lfb_exhaust_modules_result whole = search_for(mistake, &what);

	what.found = note_first;
	for (what.shards = 1; what.shards <= 5; what.shards += 2) {
		struct first first = { .at = 0 };
		u64 sequences = whole.shorter;

		what.found_context = &first;
		for (what.shard = 1; what.shard <= what.shards; what.shard++) {
			const struct lfb_exhaust_modules_result part = search_for(mistake, &what);

			assert_int_equal(part.length, whole.length);
			assert_int_equal(part.shorter, whole.shorter);
			sequences += part.sequences - part.shorter;
		}
		assert_string_equal(first.name, whole.first_case);
		/* One that dies takes its count with it. */
		if (mistake != EXITS)
			assert_int_equal(sequences, whole.sequences);
		else
			assert_int_equal(first.id, LFB_FINDINGS_NR);
	}
	printf("%d: %llu sequences, %llu of them shorter, 1, 3 and 5 shards\n", mistake,
	       whole.sequences, whole.shorter);
}

static void shards_together_are_the_whole(void **state)
{
	(void)state;
	assert_shards_are_the_whole(NOTHING, 4, 1);
	assert_shards_are_the_whole(NOTHING, 4, 3);
	assert_shards_are_the_whole(DISCARD_FORGETS, 4, 2);
	assert_shards_are_the_whole(DISCARD_FORGETS, 5, 2);
	assert_shards_are_the_whole(EXITS, 4, 2);
}

static bool look(void *context, const struct lfb_progress *progress)
{
	struct watch *watch = context;

	watch->backwards |= progress->length < watch->now.length ||
			    progress->tried < watch->now.tried || progress->done > progress->total;
	watch->now = *progress;
	return progress->length != watch->until_length || !progress->done;
}

static void it_is_told_how_far_it_is_and_ended_with_what_was_done(void **state)
{
	(void)state;
	for (unsigned int jobs = 1; jobs <= 3; jobs += LFB_SLOW ? 2 : 1) {
		struct lfb_exhaust_modules what = searched(6, jobs);
		struct lfb_exhaust_modules_result result = { .sz = sizeof(result) };
		struct watch watch = { .until_length = 6 };

		what.progress = look;
		what.progress_context = &watch;
		assert_int_equal(lfb_exhaust_modules(NULL, &what, NULL, &result), -EINTR);
		assert_non_null(strstr(lfb_error_text(NULL), "ended after"));
		assert_int_equal(result.length, 5);
		assert_in_range(result.sequences, 3871, 34591);
		assert_int_equal(result.violations, 0);
		assert_int_equal(watch.now.longest, 6);
		assert_false(watch.backwards);
		watch = (struct watch){ 0 };
		what.length = 5;
		assert_int_equal(search(&what).sequences, 3871);
		assert_false(watch.backwards);
	}
}

static void what_makes_no_sense_is_refused(void **state)
{
	static const char *const bad[] = { "nothing", "create-e", "create-a.", "preserve-a",
					   "preserve-a-9", "use", "kexec:0", "create-c" };
	struct lfb_exhaust_modules_result result = { .sz = sizeof(result) };
	struct lfb_exhaust_modules what = searched(13, 1);

	(void)state;
	assert_int_equal(lfb_exhaust_modules(NULL, &what, NULL, &result), -EINVAL);
	what = searched(3, 1);
	what.shard = what.shards = 1;
	what.only = "create-a";
	assert_int_equal(lfb_exhaust_modules(NULL, &what, NULL, &result), -EINVAL);
	assert_string_equal(lfb_error_text(NULL), "one case has no shards");
	what = searched(3, 1);
	what.files = 9;
	assert_int_equal(lfb_exhaust_modules(NULL, &what, NULL, &result), -EINVAL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		what = searched(3, 1);
		what.only = bad[i];
		assert_int_equal(lfb_exhaust_modules(NULL, &what, NULL, &result), -EINVAL);
	}
	for (unsigned int jobs = 1; jobs <= 2; jobs++) {
		what = searched(3, jobs);
		assert_int_equal(lfb_exhaust_modules(NULL, &what, &what, &result), -ENOMEM);
		assert_non_null(strstr(lfb_error_text(NULL), "kind 0"));
	}
}

static void the_assertion_holds(void **state)
{
	const struct lfb_exhaust_modules what = searched(4, 0);

	(void)state;
	lfb_assert_exhaust(NULL, &what, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_without_mistakes_is_left_alone_with_all_choices),
		cmocka_unit_test(a_retrieved_file_is_preserved_again),
		cmocka_unit_test(what_only_a_choice_finds),
		cmocka_unit_test(the_search_of_scenarios_jumps_without_the_handover_too),
		cmocka_unit_test(the_shortest_sequence_is_told_whatever_the_jobs),
		cmocka_unit_test(a_case_is_replayed),
		cmocka_unit_test(sequences_that_go_on_from_copies_find_what_those_from_power_on_do),
		cmocka_unit_test(sequences_begin_with_power_on_where_copies_have_not_all),
		cmocka_unit_test(a_process_that_dies_is_a_violation),
		cmocka_unit_test(shards_together_are_the_whole),
		cmocka_unit_test(it_is_told_how_far_it_is_and_ended_with_what_was_done),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(the_assertion_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
