// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What real kernels handed over, written again: the script that an agent did there is done here, by
 * a kernel whose allocator is told which addresses the real one gave out, and every page of the
 * handover is the same to the byte.
 *
 * Which allocation is to get which address is found in rounds: a script takes the same allocations
 * each time, so what the last of them are used for is read from the handover they led to, and where
 * a real kernel had that from its memory. Nodes of the map have a shape of their own as soon as all
 * the rest lies where it should, so they come last.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <luo/agent_script.h>
#include <luo/image.h>
#include <luo/kexec_handover.h>
#include <luo/module.h>

#include "sim/handover/inspect.h"
#include "tests/support/told.h"

#define REAL LFB_TEST_DATA "/golden/real/"
#define MEMORY (64ull << 20)		/* all that was handed over lay in it */
#define ROUNDS_MAX 4
#define RELEASE "7.3.0-rc7"

/* A handover, and the addresses that it is made of */

struct handover {
	struct lfb_source source;
	struct lfb_inspection found;
	struct lfb_list nodes;		/* phys_addr_t; all others are in parts */
	struct lfb_list parts;
};

static int add_address(struct lfb_list *list, phys_addr_t address)
{
	phys_addr_t *item = lfb__list_add(list, sizeof(address));

	assert_non_null(item);
	*item = address;
	return 0;
}

static int add_node(void *context, phys_addr_t phys, unsigned int order)
{
	return add_address(context, phys);
}

static int pass_by(void *context, phys_addr_t phys, unsigned int order)
{
	return 0;
}

static void add_entry(struct handover *handover, const char *name)
{
	const struct lfb_found_entry *entries = handover->found.entries.items;

	for (size_t i = 0; i < handover->found.entries.count; i++) {
		if (!strcmp(entries[i].name, name))
			add_address(&handover->parts, entries[i].address);
	}
}

static bool is_part(const struct handover *handover, phys_addr_t address)
{
	const phys_addr_t *parts = handover->parts.items;

	for (size_t i = 0; i < handover->parts.count; i++) {
		if ((parts[i] & PAGE_MASK) == address)
			return true;
	}
	return false;
}

static void open_handover(const char *path, struct handover *handover)
{
	const struct lfb_inspection *found = &handover->found;
	const struct lfb_found_area *areas;
	const struct lfb_found_file *files;
	const struct lfb_found_memfd *memfds;
	const struct lfb_found_folio *folios;
	const struct lfb_problem *problems;
	const struct lfb_found_page *pages;
	struct lfb_problem problem;

	*handover = (struct handover){ 0 };
	assert_int_equal(lfb__source_open(path, 0, &handover->source), 0);
	lfb__inspection_read_image(&handover->found, &handover->source, 0);
	assert_true(found->has_root && found->has_luo);
	areas = found->areas.items;
	files = found->files.items;
	memfds = found->memfds.items;
	pages = found->pages.items;
	folios = found->folios.items;
	problems = found->problems.items;
	add_address(&handover->parts, found->root.phys);
	add_entry(handover, "kexec-metadata");
	for (size_t i = 0; i < found->areas.count; i++)
		add_address(&handover->parts, areas[i].address);
	for (size_t i = 0; i < found->files.count; i++)
		add_address(&handover->parts, files[i].record.data);
	for (size_t i = 0; i < found->memfds.count; i++) {
		if (memfds[i].first)
			add_address(&handover->parts, memfds[i].first);
	}
	for (size_t i = 0; i < found->pages.count; i++)
		add_address(&handover->parts, pages[i].address);
	for (size_t i = 0; i < found->folios.count; i++)
		add_address(&handover->parts, folios[i].address);
	/* Nothing is read of an empty block of sessions, but it is complained of. */
	for (size_t i = 0; i < found->problems.count; i++) {
		if (!is_part(handover, problems[i].where))
			add_address(&handover->parts, problems[i].where);
	}
	assert_int_equal(kho__abi_v4.read_map(&found->view, found->root.map, pass_by, add_node,
					      &handover->nodes, &problem), 0);
}

static void close_handover(struct handover *handover)
{
	lfb__list_free(&handover->nodes);
	lfb__list_free(&handover->parts);
	lfb__inspection_release(&handover->found);
	lfb__source_close(&handover->source);
}

static unsigned int want_all(const struct lfb_list *ours, const struct lfb_list *real)
{
	const phys_addr_t *from = ours->items, *to = real->items;
	unsigned int news = 0;

	for (size_t i = 0; i < real->count; i++)
		news += told_want(PHYS_PFN(from[i]), PHYS_PFN(to[i]));
	return news;
}

/* What the kernel's own test of KHO handed over: folios of many orders, and a tree about them */

static struct {
	struct lfb_list real;		/* struct lfb_found_run, of one block each */
	struct lfb_list ours;		/* phys_addr_t */
	phys_addr_t tree;
	u64 tree_size;
	u8 bytes[PAGE_SIZE];		/* its tree is none of our business: taken as it is */
} test_of_kho;

/* Preserved blocks that are nobody's who is known. */
static void list_others(const struct handover *handover, struct lfb_list *others)
{
	const struct lfb_found_run *runs = handover->found.runs.items;

	for (size_t i = 0; i < handover->found.runs.count; i++) {
		for (u64 block = 0; block < runs[i].blocks; block++) {
			struct lfb_found_run one = { .blocks = 1, .order = runs[i].order }, *item;

			one.address = runs[i].address + (block << (PAGE_SHIFT + one.order));
			if (is_part(handover, one.address))
				continue;
			item = lfb__list_add(others, sizeof(one));
			assert_non_null(item);
			*item = one;
		}
	}
}

static void take_test_of_kho(const struct handover *real)
{
	const struct lfb_found_entry *entries = real->found.entries.items;

	for (size_t i = 0; i < real->found.entries.count; i++) {
		if (strcmp(entries[i].name, "kho_test"))
			continue;
		test_of_kho.tree = entries[i].address;
		test_of_kho.tree_size = entries[i].size;
		memcpy(test_of_kho.bytes,
		       real->found.view.at(&real->found.view, entries[i].address, PAGE_SIZE),
		       PAGE_SIZE);
	}
	if (test_of_kho.tree)
		list_others(real, &test_of_kho.real);
}

static int test_of_kho_init(void)
{
	const struct lfb_found_run *blocks = test_of_kho.real.items;
	phys_addr_t old;
	size_t size;
	int err = 0;

	/* In the next kernel it has nothing to do here. */
	if (!kho_retrieve_subtree("kho_test", &old, &size))
		return 0;
	lfb__list_free(&test_of_kho.ours);
	for (size_t i = 0; i < test_of_kho.real.count && !err; i++) {
		struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, blocks[i].order);
		void *address = folio_address(folio);

		add_address(&test_of_kho.ours, virt_to_phys(address));
		err = kho_preserve_folio(folio);
		if (err || blocks[i].address != test_of_kho.tree)
			continue;
		memcpy(address, test_of_kho.bytes, PAGE_SIZE);
		err = kho_add_subtree("kho_test", address, test_of_kho.tree_size);
	}
	return err;
}

static struct lfb_module test_of_kho_image = {
	.module = &(struct module){ .name = "kho-test" },
	.init = test_of_kho_init,
};

static unsigned int want_test_of_kho(void)
{
	const struct lfb_found_run *blocks = test_of_kho.real.items;
	const phys_addr_t *ours = test_of_kho.ours.items;
	unsigned int news = 0;

	for (size_t i = 0; i < test_of_kho.real.count; i++)
		news += told_want(PHYS_PFN(ours[i]), PHYS_PFN(blocks[i].address));
	return news;
}

/* A script, done to its last reboot */

struct again {
	const char *name;		/* of the image */
	unsigned int pages;		/* that are compared */
	unsigned int differ;		/* that are to differ, and from where on */
	phys_addr_t first;
	const char *release;		/* of our kernel */
	const char *from, *to;		/* what the agent does otherwise, as long as that */
};

static char folder[] = "/tmp/lfb-again-XXXXXX";
static char ours_path[64], real_path[64];

static void unpack(const char *name, const char *path)
{
	char command[512];

	snprintf(command, sizeof(command), "xz -dkc '" REAL "%s.xz' >'%s'", name, path);
	assert_int_equal(system(command), 0);
}

static char *script_of(const char *name)
{
	char path[256], *text = calloc(1, 1 << 16), *end = NULL;
	FILE *file;

	snprintf(path, sizeof(path), REAL "%s.script", name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(text);
	assert_in_range(fread(text, 1, (1 << 16) - 1, file), 1, (1 << 16) - 2);
	fclose(file);
	for (char *at = text; (at = strstr(at, "reboot!\n")) != NULL; at++)
		end = at;
	assert_non_null(end);
	end[strlen("reboot!\n")] = '\0';
	return text;
}

static struct lfb_blob *do_script(const struct again *again)
{
	const struct lfb_machine_options how = {
		.sz = sizeof(how), .memory = MEMORY, .mode = LFB_MEMORY_FIXED,
		.profile = "linux-7.3", .map = LFB_MAP_LOW, .checks = LFB_CHECKS_OFF,
		.release = again->release ? again->release : RELEASE,
	};
	struct lfb_blob *blob = NULL;
	const struct lfb_agent_script_options options = {
		.sz = sizeof(options), .last_blob = &blob,
	};
	struct lfb_machine *machine;
	char *text = script_of(again->name), *other;
	int err;

	other = again->from ? strstr(text, again->from) : NULL;
	assert_int_equal(other != NULL, again->from != NULL);
	if (other)
		memcpy(other, again->to, strlen(again->to));

	told_begin();
	assert_int_equal(lfb_machine_create(&how, &machine), 0);
	if (test_of_kho.tree)
		assert_int_equal(lfb_machine_add_module(machine, &test_of_kho_image), 0);
	err = lfb_agent_script_run(again->name, text, strlen(text), machine, &options);
	/* d5's handover is one that the next kernel dies of. */
	if (!blob)
		fail_msg("%s: %d, %s", again->name, err, lfb_error_text(machine));
	lfb_machine_destroy(machine);
	free(text);
	return blob;
}

/* In as many rounds as it takes; the last one is in @ours. */
static unsigned int do_it_again(const struct again *again, const struct handover *real,
				struct handover *ours)
{
	unsigned int rounds = 0, news;

	do {
		struct lfb_blob *blob = do_script(again);

		assert_int_equal(lfb_blob_save_core(blob, ours_path), 0);
		lfb_blob_free(blob);
		if (rounds++)
			close_handover(ours);
		open_handover(ours_path, ours);
		assert_int_equal(ours->parts.count, real->parts.count);
		news = want_all(&ours->parts, &real->parts);
		news += want_test_of_kho();
		if (!news && ours->nodes.count == real->nodes.count)
			news = want_all(&ours->nodes, &real->nodes);
	} while (news && rounds < ROUNDS_MAX);
	if (news)
		fail_msg("%s: after %u rounds %u addresses are not as told", again->name,
			 rounds, news);
	return rounds;
}

/* Comparing */

struct counts {
	unsigned int pages;
	unsigned int bytes;		/* that are the same and not zero */
	unsigned int differ;		/* pages */
	phys_addr_t first;		/* … of them */
};

static void compare_page(const struct lfb_view *ours, const struct lfb_view *real,
			 phys_addr_t phys, struct counts *counts)
{
	const u8 *here = ours->at(ours, phys, PAGE_SIZE), *there = real->at(real, phys, PAGE_SIZE);
	unsigned int at = 0;

	assert_non_null(there);
	counts->pages++;
	for (; here && at < PAGE_SIZE && here[at] == there[at]; at++)
		counts->bytes += here[at] != 0;
	if (here && at == PAGE_SIZE)
		return;
	if (!counts->differ++)
		counts->first = phys;
	print_message("page 0x%llx differs from byte %u on: 0x%02x, not 0x%02x\n", phys, at,
		      here && at < PAGE_SIZE ? here[at] : 0, at < PAGE_SIZE ? there[at] : 0);
}

/*
 * Every page of the image that anything is in, and every one that the handover is made of but those
 * of users, which an image does not have.
 */
static struct counts compare(struct handover *ours, struct handover *real)
{
	static const u8 zeros[PAGE_SIZE];
	struct counts counts = { 0 };

	for (phys_addr_t phys = 0; phys < real->source.size; phys += PAGE_SIZE) {
		const u8 *page = real->found.view.at(&real->found.view, phys, PAGE_SIZE);

		if (phys != test_of_kho.tree && (is_part(real, phys) ||
						 memcmp(page, zeros, PAGE_SIZE)))
			compare_page(&ours->found.view, &real->found.view, phys, &counts);
	}
	return counts;
}

/* s1 there is with the pages of users, too. */
static void compare_users(const struct handover *ours)
{
	struct counts counts = { 0 };
	struct lfb_blob *blob;
	struct lfb_view view;

	unpack("s1.blob", real_path);
	assert_int_equal(lfb_blob_load(real_path, &blob), 0);
	view = lfb__blob_view(blob);
	for (u32 i = 0; i < blob->nr_ranges; i++) {
		for (u32 page = 0; page < blob->ranges[i].nr_pages; page++)
			compare_page(&ours->found.view, &view,
				     blob->ranges[i].phys + PFN_PHYS(page), &counts);
	}
	print_message("with users' pages: %u pages, %u bytes that are not zero, %u pages differ\n",
		      counts.pages, counts.bytes, counts.differ);
	assert_int_equal(counts.pages, 39);
	assert_int_equal(counts.differ, 0);
	lfb_blob_free(blob);
}

static void as_the_real_kernel_wrote_it(void **state)
{
	const struct again *again = *state;
	struct handover real, ours;
	struct counts counts;
	unsigned int rounds;

	told_forget();
	test_of_kho.real.count = test_of_kho.ours.count = test_of_kho.tree = 0;
	snprintf(ours_path, sizeof(ours_path), "%s.mem", again->name);
	unpack(ours_path, real_path);
	snprintf(ours_path, sizeof(ours_path), "%s/ours", folder);
	open_handover(real_path, &real);
	take_test_of_kho(&real);
	rounds = do_it_again(again, &real, &ours);
	counts = compare(&ours, &real);
	print_message("%s: %u pages, %u bytes that are not zero, %u pages differ; %u rounds\n",
		      again->name, counts.pages, counts.bytes, counts.differ, rounds);
	assert_int_equal(counts.pages, again->pages);
	assert_int_equal(counts.differ, again->differ);
	assert_int_equal(counts.first, again->first);
	if (!strcmp(again->name, "s1") && !again->differ)
		compare_users(&ours);
	close_handover(&ours);
	close_handover(&real);
	lfb__list_free(&test_of_kho.real);
	lfb__list_free(&test_of_kho.ours);
}

static int make_folder(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	snprintf(real_path, sizeof(real_path), "%s/real", folder);
	return unsetenv("LFB_CHECKS");
}

static int remove_folder(void **state)
{
	unlink(ours_path);
	unlink(real_path);
	return rmdir(folder);
}

static struct again all[] = {
	{ "s1", 30 },
	{ "d3", 19 },
	{ "d5", 12 },
	{ "k1", 68 },
	{ "t10", 11 },
	/* What is different is in its page, and in no other. */
	{ "t10", 11, 1, 0x224000, .release = "7.3.0-rc6" },
	{ "s1", 30, 1, 0x288000, .from = "seek m1 123", .to = "seek m1 124" },
};

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(all)];

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		tests[i] = (struct CMUnitTest){ .name = all[i].name, .initial_state = &all[i],
						.test_func = as_the_real_kernel_wrote_it };
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
