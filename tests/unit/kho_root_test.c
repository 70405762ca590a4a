// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The KHO root tree: subtrees added, removed and found, and trees that are not what they seem. */
#include <libfdt.h>

#include "tests/support/kho_fixture.h"

static struct lfb_kernel *kernel;

static int start(void **state)
{
	return kho_fixture_set_up(&kernel, 16 * FIXTURE_MIB, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

static int nr_subtrees(void)
{
	int node, count = 0;

	fdt_for_each_subnode(node, kernel->kho.root, 0)
		count++;
	return count;
}

static void a_new_root_tree_has_its_two_properties_in_order(void **state)
{
	const void *root = kernel->kho.root;
	const char *name;
	u64 map = 1;
	int property, size;

	assert_int_equal(kho__fdt_is_sound(root, PAGE_SIZE, 0, NULL), 0);
	property = fdt_first_property_offset(root, 0);
	fdt_getprop_by_offset(root, property, &name, &size);
	assert_string_equal(name, "compatible");
	assert_true(kho__fdt_compatible_is(root, 0, kho_fixture_abi->compatible));
	property = fdt_next_property_offset(root, property);
	fdt_getprop_by_offset(root, property, &name, &size);
	assert_string_equal(name, "preserved-memory-map");
	assert_int_equal(kho__fdt_u64_property(root, 0, name, &map), 0);
	/* A live map is there from the beginning. */
	assert_int_equal(map, PFN_PHYS(kernel->kho.map_page));
	assert_int_equal(map != 0, kho_fixture_abi->map_is_live);
	assert_true(fdt_next_property_offset(root, property) < 0);
	assert_int_equal(nr_subtrees(), 0);
	assert_int_equal(kho__root_phys(kernel), virt_to_phys(root));
	assert_true(kho__is_preserved(kernel, PHYS_PFN(virt_to_phys(root)), 0));
}

static void a_subtree_holds_the_address_of_its_blob(void **state)
{
	u8 *blob = kho_alloc_preserve(PAGE_SIZE);
	const void *root = kernel->kho.root;
	const char *name;
	int node, property, length;
	u64 phys, size;

	assert_int_equal(kho_add_subtree("LUO", blob + 24, 32), 0);
	node = fdt_subnode_offset(root, 0, "LUO");
	assert_true(node > 0);
	property = fdt_first_property_offset(root, node);
	if (kho_fixture_abi->size_property) {
		fdt_getprop_by_offset(root, property, &name, &length);
		assert_string_equal(name, kho_fixture_abi->size_property);
		assert_int_equal(kho__fdt_u64_property(root, node, name, &size), 0);
		assert_int_equal(size, 32);
		property = fdt_next_property_offset(root, property);
	}
	fdt_getprop_by_offset(root, property, &name, &length);
	assert_string_equal(name, kho_fixture_abi->data_property);
	assert_int_equal(kho__fdt_u64_property(root, node, name, &phys), 0);
	assert_int_equal(phys, virt_to_phys(blob) + 24);
	assert_true(fdt_next_property_offset(root, property) < 0);
	assert_int_equal(fdt_totalsize(root), fdt_off_dt_strings(root) + fdt_size_dt_strings(root));
	kho_remove_subtree(blob + 24);
	assert_int_equal(nr_subtrees(), 0);
	assert_int_equal(fixture_warns(kernel), 0);
}

static void names_are_taken_once(void **state)
{
	u8 *blob = kho_alloc_preserve(PAGE_SIZE);

	assert_int_equal(kho_add_subtree("one", blob, 1), 0);
	assert_int_equal(kho_add_subtree("one", blob + 8, 1), -EEXIST);
	assert_int_equal(kho_add_subtree("two", blob + 8, 1), 0);
	assert_int_equal(nr_subtrees(), 2);
	kho_remove_subtree(blob);
	assert_int_equal(kho_add_subtree("one", blob, 1), 0);
}

static void any_name_will_do_but_there_must_be_one_and_a_blob(void **state)
{
	void *blob = kho_alloc_preserve(PAGE_SIZE);
	void *area = vmalloc(PAGE_SIZE);
	char longer[256];
	const char *const names[] = { "", "/", "a/b", longer };
	phys_addr_t phys;
	size_t size;

	memset(longer, 'x', sizeof(longer));
	longer[255] = '\0';
	assert_int_equal(kho_add_subtree(NULL, blob, 1), -EINVAL);
	assert_int_equal(kho_add_subtree("name", NULL, 1), -EINVAL);
	assert_int_equal(fixture_warns(kernel), 0);
	assert_int_equal(kho_add_subtree("name", longer, 1), -EINVAL);
	assert_int_equal(kho_add_subtree("name", area, 1), -EINVAL);
	assert_int_equal(fixture_warns(kernel), 2);
	assert_int_equal(nr_subtrees(), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(kho_add_subtree(names[i], (u8 *)blob + 8 * i, i + 1), 0);
	phys = virt_to_phys(blob);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		phys_addr_t at;

		assert_int_equal(kho_retrieve_subtree(names[i], &at, &size), 0);
		assert_int_equal(at, phys + 8 * i);
		assert_int_equal(size, kho_fixture_abi->size_property ? i + 1 : PAGE_SIZE);
	}
}

static void removing_what_was_not_added_is_silent(void **state)
{
	u8 *blob = kho_alloc_preserve(PAGE_SIZE);
	int local;

	assert_int_equal(kho_add_subtree("one", blob, 1), 0);
	kho_remove_subtree(blob + 1);
	assert_int_equal(fixture_warns(kernel), 0);
	kho_remove_subtree(&local);
	assert_int_equal(fixture_warns(kernel), 1);
	kho_remove_subtree(NULL);
	assert_int_equal(fixture_warns(kernel), 1);
	assert_int_equal(nr_subtrees(), 1);
	kho_remove_subtree(blob);
	assert_int_equal(nr_subtrees(), 0);
	kho_remove_subtree(blob);
	assert_int_equal(fixture_warns(kernel), 0);
}

static void a_half_made_node_is_removed(void **state)
{
	void *blob = kho_alloc_preserve(PAGE_SIZE);
	u8 before[PAGE_SIZE];

	assert_int_equal(kho_add_subtree("other", blob, 1), 0);
	memcpy(before, kernel->kho.root, PAGE_SIZE);
	kho_fixture_fail(kernel, LFB_FAULT_FDT, 1);
	assert_int_equal(kho_add_subtree("name", blob, 1), -ENOMEM);
	assert_int_equal(nr_subtrees(), 1);
	assert_int_equal(fdt_size_dt_struct(kernel->kho.root), fdt_size_dt_struct(before));
	assert_false(mutex_is_locked(&kernel->kho.lock));
	assert_int_equal(kho_add_subtree("name", blob, 1), 0);
	assert_int_equal(nr_subtrees(), 2);
}

static void memory_is_told_from_scratch(void **state)
{
	const phys_addr_t start = kernel->memory.scratch;
	const phys_addr_t end = start + kernel->memory.scratch_size;

	assert_false(kho_scratch_overlap(start - PAGE_SIZE, PAGE_SIZE));
	assert_true(kho_scratch_overlap(start - PAGE_SIZE, PAGE_SIZE + 1));
	assert_true(kho_scratch_overlap(end - 1, 1));
	assert_false(kho_scratch_overlap(end, PAGE_SIZE));
	assert_int_equal(kho_scratch_migratetype(PHYS_PFN(start), MIGRATE_MOVABLE), MIGRATE_CMA);
	/* The last page of the block before it tells. */
	assert_int_equal(kho_scratch_migratetype(PHYS_PFN(start) - 511, MIGRATE_MOVABLE),
			 MIGRATE_CMA);
	assert_int_equal(kho_scratch_migratetype(PHYS_PFN(start) - 512, MIGRATE_MOVABLE),
			 MIGRATE_MOVABLE);
	assert_int_equal(kho_scratch_migratetype(PHYS_PFN(end), MIGRATE_UNMOVABLE),
			 MIGRATE_UNMOVABLE);
}

static void pointers_are_handed_over_as_addresses(void **state)
{
	struct mine {
		DECLARE_KHOSER_PTR(next, struct mine *);
		u64 value;
	} *first = kho_alloc_preserve(sizeof(*first)), *second = kho_alloc_preserve(sizeof(*first));
	phys_addr_t phys;

	assert_int_equal(sizeof(first->next), sizeof(u64));
	KHOSER_STORE_PTR(first->next, second);
	second->value = 77;
	assert_int_equal(first->next.phys, virt_to_phys(second));
	assert_null(KHOSER_LOAD_PTR(second->next));
	assert_int_equal(kho_add_subtree("mine", first, sizeof(*first)), 0);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_int_equal(kho_retrieve_subtree("mine", &phys, NULL), 0);
	first = phys_to_virt(phys);
	assert_int_equal(KHOSER_LOAD_PTR(first->next)->value, 77);
}

/* With names of every length the page gets full at each of the steps. */
static void a_full_page_refuses_and_stays_whole(void **state)
{
	u8 *blob = kho_alloc_preserve(PAGE_SIZE);

	for (int length = 4; length < 64; length++) {
		char name[64];
		int err = 0, count;

		for (count = 0; !err; count++) {
			assert_true(count < 500);
			snprintf(name, sizeof(name), "%0*d", length, count);
			err = kho_add_subtree(name, blob + count, 1);
		}
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(nr_subtrees(), --count);
		assert_true(count > 30);
		assert_int_equal(kho__fdt_is_sound(kernel->kho.root, PAGE_SIZE, 0, NULL), 0);
		while (count--)
			kho_remove_subtree(blob + count);
		assert_int_equal(nr_subtrees(), 0);
	}
	assert_int_equal(fixture_warns(kernel), 0);
}

static void a_subtree_is_found_by_the_next_kernel_only(void **state)
{
	u8 *blob = kho_alloc_preserve(PAGE_SIZE);
	const phys_addr_t at = virt_to_phys(blob);
	phys_addr_t phys = 0;
	size_t size = 0;

	assert_int_equal(kho_add_subtree("LUO", blob + 16, 64), 0);
	assert_int_equal(kho_retrieve_subtree("LUO", &phys, &size), -ENOENT);
	assert_int_equal(kho_retrieve_subtree("LUO", NULL, &size), -ENOENT);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_int_equal(kho_retrieve_subtree("LUO", &phys, &size), 0);
	assert_int_equal(phys, at + 16);
	assert_int_equal(size, kho_fixture_abi->size_property ? 64 : PAGE_SIZE);
	assert_int_equal(kho_retrieve_subtree("LUO", &phys, NULL), 0);
	assert_int_equal(kho_retrieve_subtree("other", &phys, &size), -ENOENT);
	assert_int_equal(kho_retrieve_subtree(NULL, &phys, &size), -EINVAL);
	assert_int_equal(kho_retrieve_subtree("LUO", NULL, &size), -EINVAL);

	/* It is not handed on by itself. */
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_int_equal(kho_retrieve_subtree("LUO", &phys, &size), -ENOENT);
	assert_true(is_kho_boot());
}

/* Each property missing (length 0), or of every length up to 15 bytes; the other one is sound. */
static void damaged_subtrees_are_refused(void **state)
{
	const char *properties[] = { kho_fixture_abi->data_property,
				     kho_fixture_abi->size_property };
	static const u64 values[2];

	for (size_t damaged = 0; damaged < 2 && properties[damaged]; damaged++) {
		for (int length = 0; length <= 16; length++) {
			void *root = kernel->kho.root;
			phys_addr_t phys = 7;
			size_t size = 7;
			int node;

			assert_int_equal(fdt_open_into(root, root, PAGE_SIZE), 0);
			node = fdt_add_subnode(root, 0, "name");
			assert_true(node > 0);
			if (length)
				assert_int_equal(fdt_setprop(root, node, properties[damaged],
							     values, length - 1), 0);
			if (properties[!damaged])
				assert_int_equal(fdt_setprop(root, node, properties[!damaged],
							     values, 8), 0);
			assert_int_equal(kho_fixture_handover(kernel), 0);
			assert_int_equal(kho_retrieve_subtree("name", &phys, &size),
					 length == 9 ? 0 : -EINVAL);
			/* As in kernels the address is given before the size is looked at. */
			assert_int_equal(phys, length == 9 || damaged ? 0 : 7);
			assert_int_equal(size == 7, length != 9);
		}
	}
}

static void a_root_tree_that_was_reused_is_noticed(void **state)
{
	void *blob = kho_alloc_preserve(PAGE_SIZE);
	struct folio *folio;
	phys_addr_t phys;

	assert_int_equal(kho_add_subtree("LUO", blob, 1), 0);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	memset(phys_to_virt(kernel->kho.incoming_root_phys), 0xff, PAGE_SIZE);
	assert_int_equal(kho_retrieve_subtree("LUO", &phys, NULL), -EINVAL);
	folio = kho_restore_folio(kernel->kho.incoming_root_phys);
	assert_non_null(folio);
	folio_put(folio);
	assert_int_equal(kho_retrieve_subtree("LUO", &phys, NULL), -EINVAL);
}

/* Whatever tracks the memory: the root tree of a generation with sizes. */
static void sizes_are_carried_where_the_abi_has_them(void **state)
{
	const struct kho_abi *sized = &kho__abi_v4;
	struct kho_root root = { .fdt = kernel->kho.root };
	u8 *blob = kho_alloc_preserve(PAGE_SIZE);
	phys_addr_t phys;
	u64 size;

	kernel->kho.abi = sized;
	assert_int_equal(kho_add_subtree("LUO", blob, 32), 0);
	assert_int_equal(kho__read_subtree(&root, sized, "LUO", &phys, &size), 0);
	assert_int_equal(phys, virt_to_phys(blob));
	assert_int_equal(size, 32);
	assert_int_equal(kho__read_subtree(&root, &kho__abi_v1, "LUO", &phys, &size), -EINVAL);
	assert_int_equal(fdt_delprop(kernel->kho.root, fdt_subnode_offset(root.fdt, 0, "LUO"),
				     "blob-size"), 0);
	assert_int_equal(kho__read_subtree(&root, sized, "LUO", &phys, &size), -EINVAL);
	kho_remove_subtree(blob);
	assert_int_equal(nr_subtrees(), 0);

	for (int count = 0; ; count++) {
		char name[64];
		int err;

		/* Lengths vary, so that either property may be the one without room. */
		snprintf(name, sizeof(name), "%0*d", count % 60 + 4, count);
		err = kho_add_subtree(name, blob + count, 1);
		if (!err)
			continue;
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(nr_subtrees(), count);
		break;
	}
}

static void root_trees_are_read_from_any_view(void **state)
{
	const phys_addr_t phys = kho__root_phys(kernel);
	const struct lfb_view view = kho__memory_view(kernel);
	struct lfb_problem problem = { 0 };
	struct kho_root root;
	void *fdt = kernel->kho.root;
	u64 map = 0x123000;

	assert_int_equal(kho__root_set_map(fdt, map), 0);
	assert_int_equal(kho__read_root(&view, phys, &root, &problem), 0);
	assert_ptr_equal(root.fdt, fdt);
	assert_int_equal(root.phys, phys);
	assert_int_equal(root.map, map);
	assert_ptr_equal(kho__abi_of(&root), kho_fixture_abi);
	assert_int_equal(fdt_setprop_string(fdt, 0, "compatible", "kho-v2"), 0);
	assert_int_equal(kho__read_root(&view, phys, &root, &problem), 0);
	assert_null(kho__abi_of(&root));
	assert_string_equal(problem.what, "");

	assert_int_equal(kho__read_root(&view, phys + 8, &root, &problem), -EINVAL);
	assert_int_equal(problem.where, phys + 8);
	assert_int_equal(kho__read_root(&view, view.size, &root, &problem), -EINVAL);
	assert_int_equal(kho__read_root(&view, ~0xfffull, &root, &problem), -EINVAL);
	assert_int_equal(fdt_setprop(fdt, 0, "preserved-memory-map", &map, 4), 0);
	assert_int_equal(kho__read_root(&view, phys, &root, &problem), -EINVAL);
	assert_non_null(strstr(problem.what, "not 8 bytes"));
	assert_int_equal(kho__root_set_map(fdt, 0), -EINVAL);
	assert_int_equal(fdt_delprop(fdt, 0, "preserved-memory-map"), 0);
	assert_int_equal(kho__read_root(&view, phys, &root, &problem), -EINVAL);
	assert_non_null(strstr(problem.what, "missing"));
	memset(fdt, 0, PAGE_SIZE);
	assert_int_equal(kho__read_root(&view, phys, &root, &problem), -EINVAL);
	assert_non_null(strstr(problem.what, "magic"));
}

/* Nothing that is asked for is changed: only a check of all of it can see that. */
static void a_root_tree_is_checked_again_when_it_has_changed(void **state)
{
	u8 *blob = kho_alloc_preserve(PAGE_SIZE);
	struct fdt_property *property;
	phys_addr_t phys;
	fdt32_t name;
	int node;
	void *fdt;

	assert_int_equal(kho_add_subtree("other", blob + 8, 1), 0);
	assert_int_equal(kho_add_subtree("LUO", blob, 1), 0);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_int_equal(kho_retrieve_subtree("LUO", &phys, NULL), 0);
	fdt = phys_to_virt(kernel->kho.incoming_root_phys);
	node = fdt_subnode_offset(fdt, 0, "other");
	property = fdt_get_property_w(fdt, node, kho_fixture_abi->data_property, NULL);
	name = property->nameoff;
	property->nameoff = cpu_to_fdt32(0xffff);
	assert_int_equal(kho_retrieve_subtree("LUO", &phys, NULL), -EINVAL);
	property->nameoff = name;
	assert_int_equal(kho_retrieve_subtree("LUO", &phys, NULL), 0);
}

static void a_root_tree_needs_its_page(void **state)
{
	struct kho_abi abi = *kho_fixture_abi;
	char compatible[PAGE_SIZE];

	memset(compatible, 'k', sizeof(compatible));
	compatible[sizeof(compatible) - 1] = '\0';
	abi.compatible = compatible;
	assert_int_equal(kho__root_create(kernel->kho.root, &abi, 0), -ENOMEM);
	assert_int_equal(kho__root_create(kernel->kho.root, kho_fixture_abi, 0), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_new_root_tree_has_its_two_properties_in_order),
		TEST(a_subtree_holds_the_address_of_its_blob),
		TEST(names_are_taken_once),
		TEST(any_name_will_do_but_there_must_be_one_and_a_blob),
		TEST(removing_what_was_not_added_is_silent),
		TEST(a_half_made_node_is_removed),
		TEST(memory_is_told_from_scratch),
		TEST(pointers_are_handed_over_as_addresses),
		TEST(a_full_page_refuses_and_stays_whole),
		TEST(a_subtree_is_found_by_the_next_kernel_only),
		TEST(damaged_subtrees_are_refused),
		TEST(a_root_tree_that_was_reused_is_noticed),
		TEST(sizes_are_carried_where_the_abi_has_them),
		TEST(root_trees_are_read_from_any_view),
		TEST(a_root_tree_is_checked_again_when_it_has_changed),
		TEST(a_root_tree_needs_its_page),
	};

	return kho_fixture_run(tests, ARRAY_SIZE(tests));
}
