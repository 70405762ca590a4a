// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An incoming tree that cannot be understood. What the old kernel wrote is damaged after it
 * finished and before the new one starts, one property at a time.
 */
#include <libfdt.h>

#include "tests/support/handover.h"
#include "tests/support/test.h"

enum tree { LUO_TREE, KHO_TREE };

struct tree_damage {
	const char *name;
	enum tree tree;
	const char *node;	/* "": the root */
	const char *property;	/* NULL: the node itself is deleted */
	const void *value;	/* NULL: the property is deleted */
	int size;
};

#define STRING(string) string, sizeof(string)
#define U64(number) &(const u64){ number }, 8
#define GONE NULL, 0

static const struct tree_damage tree_damages[] = {
	{ "another generation", LUO_TREE, "", "compatible", STRING("luo-v2") },
	{ "a longer generation", LUO_TREE, "", "compatible", STRING("luo-v1x") },
	{ "an unterminated generation", LUO_TREE, "", "compatible", "luo-v1x", 7 },
	{ "no generation", LUO_TREE, "", "compatible", GONE },
	{ "no number", LUO_TREE, "", "liveupdate-number", GONE },
	{ "a short number", LUO_TREE, "", "liveupdate-number", "1234", 4 },
	{ "a long number", LUO_TREE, "", "liveupdate-number", "123456789abcdef", 16 },
	{ "no session node", LUO_TREE, "luo-session", NULL, GONE },
	{ "another session format", LUO_TREE, "luo-session", "compatible",
	  STRING("luo-session-v9") },
	{ "no session format", LUO_TREE, "luo-session", "compatible", GONE },
	{ "no session header", LUO_TREE, "luo-session", "luo-session-header", GONE },
	{ "a short session header", LUO_TREE, "luo-session", "luo-session-header", "1234", 4 },
	{ "sessions at 0", LUO_TREE, "luo-session", "luo-session-header", U64(0) },
	{ "sessions misaligned", LUO_TREE, "luo-session", "luo-session-header", U64(0x10008) },
	{ "sessions beyond memory", LUO_TREE, "luo-session", "luo-session-header",
	  U64(1ull << 40) },
	{ "sessions at the end of everything", LUO_TREE, "luo-session", "luo-session-header",
	  U64(UINT64_MAX & PAGE_MASK) },
	{ "sessions in lost memory", LUO_TREE, "luo-session", "luo-session-header",
	  U64(HANDOVER_NOWHERE) },
	{ "no FLB node", LUO_TREE, "luo-flb", NULL, GONE },
	{ "another FLB format", LUO_TREE, "luo-flb", "compatible", STRING("luo-flb-v2") },
	{ "no FLB format", LUO_TREE, "luo-flb", "compatible", GONE },
	{ "no FLB header", LUO_TREE, "luo-flb", "luo-flb-header", GONE },
	{ "a short FLB header", LUO_TREE, "luo-flb", "luo-flb-header", "1234", 4 },
	{ "FLBs at 0", LUO_TREE, "luo-flb", "luo-flb-header", U64(0) },
	{ "FLBs misaligned", LUO_TREE, "luo-flb", "luo-flb-header", U64(0x10010) },
	{ "FLBs beyond memory", LUO_TREE, "luo-flb", "luo-flb-header", U64(1ull << 40) },
	{ "FLBs in lost memory", LUO_TREE, "luo-flb", "luo-flb-header", U64(HANDOVER_NOWHERE) },
	{ "an entry without address", KHO_TREE, "LUO", "fdt", GONE },
	{ "an entry with half an address", KHO_TREE, "LUO", "fdt", "1234", 4 },
	{ "an entry that leads to 0", KHO_TREE, "LUO", "fdt", U64(0) },
	{ "an entry that leads beyond memory", KHO_TREE, "LUO", "fdt", U64(1ull << 40) },
	{ "an entry that leads to lost memory", KHO_TREE, "LUO", "fdt", U64(HANDOVER_NOWHERE) },
	{ "an entry that leads beside the tree", KHO_TREE, "LUO", "fdt", U64(0x10004) },
};

#define TREE_DAMAGES (sizeof(tree_damages) / sizeof(tree_damages[0]))

static void edit_tree(void *tree, const struct tree_damage *damage)
{
	int node, err;

	assert_int_equal(fdt_open_into(tree, tree, PAGE_SIZE), 0);
	node = *damage->node ? fdt_subnode_offset(tree, 0, damage->node) : 0;
	assert_true(node >= 0);
	if (!damage->property)
		err = fdt_del_node(tree, node);
	else if (!damage->value)
		err = fdt_delprop(tree, node, damage->property);
	else
		err = fdt_setprop(tree, node, damage->property, damage->value, damage->size);
	assert_int_equal(err, 0);
	assert_int_equal(fdt_pack(tree), 0);
}

static void *tree_of(enum tree tree)
{
	return tree == LUO_TREE ? handover_luo()->tree : handover.machine->kernel.kho.root;
}

static void a_tree_that_breaks_a_rule_is_not_understood(void **state)
{
	for (size_t i = 0; i < TREE_DAMAGES * 4; i++) {
		const struct tree_damage *damage = &tree_damages[i / 4];

		handover_prepare(handover_profiles[i % 2], NULL);
		edit_tree(tree_of(damage->tree), damage);
		handover.machine->liveupdate_on = i / 2 % 2;
		handover_expect_not_understood(damage->name, i / 2 % 2);
		handover.machine->liveupdate_on = true;
		handover_finish(damage->name);
	}
	print_message("%zu trees\n", TREE_DAMAGES * 4);
}

/* Every word of the tree's header, and of its first tags, is overwritten. */
static void a_tree_that_is_none_is_not_understood(void **state)
{
	static const u32 values[] = { 0, 1, 0xffffffff, 0x80000000, 0x01000000 };
	unsigned int refused = 0;

	for (unsigned int word = 0; word < 20; word++) {
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]) * 2; i++) {
			int err;

			handover_prepare(handover_profiles[i % 2], NULL);
			((u32 *)handover_luo()->tree)[word] = values[i / 2];
			err = lfb_machine_jump(handover.machine, NULL);
			if (err || lfb_agent_open(handover.agent) == -ENOENT)
				refused++;
			assert_int_equal(err, handover_is_rfc() || !err ? 0 : -EFAULT);
			if (err)
				assert_non_null(strstr(lfb_last_complaint(handover.machine),
						       "incoming state at 0x"));
			handover_finish("a damaged header");
		}
	}
	/* Some words are not used: boot_cpuid, last_comp_version of a newer tree … */
	assert_true(refused > 100);
}

static void without_an_entry_nothing_was_handed_over(void **state)
{
	const struct tree_damage gone = { "no entry", KHO_TREE, "LUO", NULL, GONE };

	for (size_t i = 0; i < 2; i++) {
		handover_prepare(handover_profiles[i], NULL);
		edit_tree(tree_of(KHO_TREE), &gone);
		assert_int_equal(lfb_machine_jump(handover.machine, NULL), 0);
		assert_true(lfb_agent_open(handover.agent) > 0);
		assert_int_equal(lfb_agent_retrieve_session(handover.agent, 3, "vm"), -ENOENT);
		handover_finish(gone.name);
	}
}

static long kho_boot_now(void *argument)
{
	return is_kho_boot();
}

static void a_root_tree_of_another_kind_is_no_kho_boot(void **state)
{
	const struct tree_damage damages[] = {
		{ "kho-v4", KHO_TREE, "", "compatible", STRING("kho-v4") },
		{ "kho-v9", KHO_TREE, "", "compatible", STRING("kho-v9") },
		{ "no compatible", KHO_TREE, "", "compatible", GONE },
		{ "no map", KHO_TREE, "", "preserved-memory-map", GONE },
		{ "a map at 0", KHO_TREE, "", "preserved-memory-map", U64(0) },
	};

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]) * 2; i++) {
		struct lfb_machine_stats stats = { .sz = sizeof(stats) };

		handover_prepare(handover_profiles[i % 2], NULL);
		edit_tree(tree_of(KHO_TREE), &damages[i / 2]);
		assert_int_equal(lfb_machine_jump(handover.machine, NULL), 0);
		assert_int_equal(lfb_machine_call(handover.machine, kho_boot_now, NULL), 0);
		assert_true(handover_logged("KHO: no handover: at 0x"));
		assert_int_equal(lfb_machine_stats(handover.machine, &stats), 0);
		assert_int_equal(stats.incoming_pages, 0);
		assert_true(lfb_agent_open(handover.agent) > 0);
		assert_int_equal(lfb_agent_retrieve_session(handover.agent, 3, "vm"), -ENOENT);
		handover_finish(damages[i / 2].name);
	}
}

static void a_memory_map_that_cannot_be_read_is_fatal(void **state)
{
	static const u64 maps[] = { 1ull << 40, UINT64_MAX, 0x10001 };

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]) * 2; i++) {
		const struct tree_damage damage = { "", KHO_TREE, "", "preserved-memory-map",
						    &maps[i / 2], 8 };

		handover_prepare(handover_profiles[i % 2], NULL);
		edit_tree(tree_of(KHO_TREE), &damage);
		assert_int_equal(lfb_machine_jump(handover.machine, NULL), -EFAULT);
		assert_int_equal(lfb_machine_state(handover.machine), LFB_PANICKED);
		assert_non_null(strstr(lfb_last_complaint(handover.machine),
				       "the memory map cannot be read"));
		handover_finish("a damaged map");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_that_breaks_a_rule_is_not_understood),
		cmocka_unit_test(a_tree_that_is_none_is_not_understood),
		cmocka_unit_test(without_an_entry_nothing_was_handed_over),
		cmocka_unit_test(a_root_tree_of_another_kind_is_no_kho_boot),
		cmocka_unit_test(a_memory_map_that_cannot_be_read_is_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
