// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The root tree as a booted kernel wrote it, and what each kernel tells the next about itself. */
#include <libfdt.h>
#include <stdio.h>

#include "tests/support/kho_fixture.h"

static struct lfb_kernel *kernel;

static int start(void **state)
{
	kho_fixture_release = "7.3.0-test";
	return kho_fixture_set_up(&kernel, 32 * FIXTURE_MIB, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
}

static int stop(void **state)
{
	kho_fixture_release = NULL;
	fixture_stop(kernel);
	return 0;
}

/* tests/data/golden/kho: what Linux 7.3-rc7 on x86_64 handed over, up to its total size. */
static void the_root_tree_is_the_kernels_byte_for_byte(void **state)
{
	u8 tree[PAGE_SIZE], real[PAGE_SIZE];
	size_t size;
	FILE *file = fopen(LFB_TEST_DATA "/golden/kho/linux-7.3-root.fdt", "rb");

	assert_non_null(file);
	size = fread(real, 1, sizeof(real), file);
	fclose(file);
	assert_int_equal(kho__root_create(tree, &kho__abi_v4, 0x21d000), 0);
	assert_int_equal(kho__root_add(tree, &kho__abi_v4, "kexec-metadata", 0x224000, 73), 0);
	assert_int_equal(kho__root_add(tree, &kho__abi_v4, "LUO", 0x279000, 32), 0);
	assert_int_equal(fdt_totalsize(tree), size);
	assert_memory_equal(tree, real, size);
}

static struct kho_kexec_metadata *outgoing(void)
{
	const void *root = kernel->kho.root;
	int node = fdt_subnode_offset(root, 0, KHO_METADATA_NODE_NAME);
	u64 phys;

	assert_true(node > 0);
	assert_int_equal(kho__fdt_u64_property(root, node, kho_fixture_abi->data_property, &phys),
			 0);
	return phys_to_virt(phys);
}

static void a_kernel_knows_who_jumped_and_how_often(void **state)
{
	_Static_assert(sizeof(struct kho_kexec_metadata) == 73, "as kernels have it");
	assert_string_equal(kernel->kho.previous_release, "");
	for (unsigned int count = 1; count < 4; count++) {
		assert_int_equal(outgoing()->version, 1);
		assert_string_equal(outgoing()->previous_release, "7.3.0-test");
		assert_int_equal(outgoing()->kexec_count, count);
		assert_int_equal(kho_fixture_handover(kernel), 0);
		assert_string_equal(kernel->kho.previous_release, "7.3.0-test");
		assert_int_equal(kernel->kho.kexec_count, count);
	}
	/* Nobody restores it, and that is nobody's mistake. */
	kho__check_left(kernel);
	assert_int_equal(kernel->findings.count, 0);
}

static void what_is_not_understood_counts_from_the_beginning(void **state)
{
	outgoing()->version = 2;
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_true(is_kho_boot());
	assert_string_equal(kernel->kho.previous_release, "");
	assert_int_equal(outgoing()->kexec_count, 1);
	memset(outgoing()->previous_release, 'x', KHO_RELEASE_SIZE);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_int_equal(strlen(kernel->kho.previous_release), 64);
	assert_int_equal(outgoing()->kexec_count, 2);
}

/* Of all but its last byte there is no memory. */
static const void *all_but_one(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	return size < sizeof(struct kho_kexec_metadata) ? view->context : NULL;
}

static void what_is_cut_off_is_in_no_memory(void **state)
{
	const struct kho_kexec_metadata told = { .version = KHO_KEXEC_METADATA_VERSION };
	const struct lfb_view view = { .at = all_but_one, .context = &told };
	struct kho_kexec_metadata metadata;
	struct lfb_problem problem;

	assert_int_equal(kho__read_metadata(&view, 0, sizeof(told), &metadata, &problem), -EFAULT);
	assert_int_equal(problem.id, LFB_CHECK_METADATA_AWAY);
	assert_int_equal(kho__read_metadata(&view, 0, sizeof(told) - 1, &metadata, &problem),
			 -EINVAL);
	assert_int_equal(problem.id, LFB_CHECK_METADATA_SIZE);
}

static void a_handover_without_it_is_a_handover(void **state)
{
	kho_remove_subtree(outgoing());
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_true(is_kho_boot());
	assert_int_equal(outgoing()->kexec_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_root_tree_is_the_kernels_byte_for_byte),
		cmocka_unit_test_setup_teardown(a_kernel_knows_who_jumped_and_how_often, start,
						stop),
		cmocka_unit_test_setup_teardown(what_is_not_understood_counts_from_the_beginning,
						start, stop),
		cmocka_unit_test(what_is_cut_off_is_in_no_memory),
		cmocka_unit_test_setup_teardown(a_handover_without_it_is_a_handover, start, stop),
	};

	return kho_fixture_run(tests, ARRAY_SIZE(tests));
}
