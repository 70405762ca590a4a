// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The IOMMU core in one kernel. The object is made and freed by the FLB's own callbacks, and given
 * to both sides; that it comes over a kexec is tried by scenarios, sweeps and searches.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/io.h>

#include "flb.h"

static struct liveupdate_flb_op_args flb;

static int get(struct iommu_shared **shared)
{
	*shared = flb.obj;
	return 0;
}

static void put(void)
{
}

static int begin(struct kunit *test)
{
	flb = (struct liveupdate_flb_op_args){ 0 };
	KUNIT_ASSERT_EQ(test, iommu_flb_ops.preserve(&flb), 0);
	kunit_activate_static_stub(test, iommu_get_outgoing, get);
	kunit_activate_static_stub(test, iommu_put_outgoing, put);
	kunit_activate_static_stub(test, iommu_get_incoming, get);
	kunit_activate_static_stub(test, iommu_put_incoming, put);
	/* Where this is a module, they were found when it was loaded. */
	pci_exit();
	return pci_init();
}

static void end(struct kunit *test)
{
	(void)test;
	iommu_flb_ops.unpreserve(&flb);
	pci_exit();
}

/* A device of which the PCI core says that it is preserved. The test has no reference. */
static struct pci_dev *device(struct kunit *test, unsigned int number)
{
	struct pci_dev *pdev = pci_get_endpoint(number);

	KUNIT_ASSERT_NOT_NULL(test, pdev);
	pci_put_device(pdev);
	pdev->outgoing = 1;
	pdev->incoming = 1;
	return pdev;
}

static struct iommu_domain *new_domain(struct kunit *test)
{
	struct iommu_domain *domain = iommu_domain_alloc();

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, domain);
	return domain;
}

static void numbers_are_given_out_once(struct kunit *test)
{
	struct iommu_domain *first = new_domain(test), *second = new_domain(test);

	KUNIT_EXPECT_EQ(test, first->id, 1u);
	KUNIT_EXPECT_EQ(test, second->id, 2u);
	iommu_domain_put(first);
	first = new_domain(test);
	KUNIT_EXPECT_EQ(test, first->id, 1u);
	iommu_domain_put(first);
	iommu_domain_put(second);
}

static void a_page_is_mapped_once(struct kunit *test)
{
	struct iommu_domain *domain = new_domain(test);

	KUNIT_EXPECT_EQ(test, iommu_map(domain, 0, SZ_1M), 0);
	KUNIT_EXPECT_EQ(test, iommu_map(domain, 0, SZ_2M), -EEXIST);
	KUNIT_EXPECT_EQ(test, iommu_map(domain, SZ_1G - PAGE_SIZE, SZ_2M), 0);
	KUNIT_EXPECT_EQ(test, iommu_map(domain, SZ_1G, SZ_2M), -EINVAL);
	KUNIT_EXPECT_EQ(test, iommu_map(domain, 1, SZ_2M), -EINVAL);
	KUNIT_EXPECT_EQ(test, iommu_map(domain, PAGE_SIZE, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, iommu_mappings(domain->table), 2u);
	iommu_domain_put(domain);
}

static void a_device_has_one_domain(struct kunit *test)
{
	struct iommu_domain *domain = new_domain(test);
	struct pci_dev *pdev = device(test, 0);

	KUNIT_EXPECT_EQ(test, iommu_attach(pdev, domain), 0);
	KUNIT_EXPECT_EQ(test, iommu_attach(pdev, domain), -EBUSY);
	/* It keeps its domain. */
	iommu_domain_put(domain);
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&iommu_domains, 1), (void *)domain);
	iommu_detach(pdev);
	KUNIT_EXPECT_NULL(test, xa_load(&iommu_domains, 1));
}

static void a_domain_is_handed_over_once(struct kunit *test)
{
	struct iommu_domain *domain = new_domain(test);
	struct iommu_shared *shared = flb.obj;
	struct iommu_domain_ser *entry;

	KUNIT_ASSERT_EQ(test, iommu_map(domain, 0, SZ_1M), 0);
	for (unsigned int i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, iommu_attach(device(test, i), domain), 0);
		KUNIT_ASSERT_EQ(test, iommu_liveupdate_preserve_device(device(test, i)), 0);
	}
	KUNIT_ASSERT_EQ(test, iommu_liveupdate_preserve_domain(domain), 0);
	entry = iommu_find_domain(shared, domain->id);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_EQ(test, entry->count, 3u);
	KUNIT_EXPECT_EQ(test, entry->table, (u64)virt_to_phys(domain->table));
	KUNIT_EXPECT_EQ(test, shared->domains.nr, 1u);
	KUNIT_EXPECT_EQ(test, shared->devices.nr, 2u);
	KUNIT_EXPECT_EQ(test, iommu_map(domain, SZ_4M, SZ_1M), -EBUSY);
	iommu_liveupdate_unpreserve_domain(domain);
	iommu_liveupdate_unpreserve_device(device(test, 0));
	KUNIT_EXPECT_NULL(test, iommu_find_device(shared, device(test, 0)->bdf));
	KUNIT_EXPECT_EQ(test, iommu_map(domain, SZ_4M, SZ_1M), -EBUSY);
	iommu_liveupdate_unpreserve_device(device(test, 1));
	KUNIT_EXPECT_NULL(test, iommu_find_domain(shared, domain->id));
	KUNIT_EXPECT_EQ(test, iommu_map(domain, SZ_4M, SZ_1M), 0);
	for (unsigned int i = 0; i < 2; i++)
		iommu_detach(device(test, i));
	iommu_domain_put(domain);
}

static void only_devices_that_run_on_stay_attached(struct kunit *test)
{
	struct iommu_domain *domain = new_domain(test);
	struct pci_dev *pdev = device(test, 0);

	KUNIT_EXPECT_EQ(test, iommu_liveupdate_preserve_device(pdev), -EINVAL);
	KUNIT_ASSERT_EQ(test, iommu_attach(pdev, domain), 0);
	pdev->outgoing = 0;
	KUNIT_EXPECT_EQ(test, iommu_liveupdate_preserve_device(pdev), -EINVAL);
	KUNIT_EXPECT_FALSE(test, domain->preserved);
	iommu_detach(pdev);
	iommu_domain_put(domain);
}

static void chains_grow_and_free_entries_are_used(struct kunit *test)
{
	enum { MANY = 600 };
	struct iommu_shared *shared = flb.obj;
	struct iommu_chain *chain = &shared->domains;
	struct iommu_domain_ser *entry;

	for (u32 i = 1; i <= MANY; i++) {
		KUNIT_ASSERT_EQ(test, iommu_make_room(chain), 0);
		entry = iommu_take_entry(chain);
		entry->id = i;
	}
	KUNIT_EXPECT_GE(test, chain->blocks.nblocks, 3);
	for (u32 i = 1; i <= MANY; i++)
		KUNIT_ASSERT_NOT_NULL(test, iommu_find_domain(shared, i));
	entry = iommu_find_domain(shared, 7);
	entry->id = 0;
	KUNIT_EXPECT_EQ(test, iommu_make_room(chain), 0);
	KUNIT_EXPECT_PTR_EQ(test, iommu_take_entry(chain), (void *)entry);
	KUNIT_EXPECT_EQ(test, chain->nr, (u64)MANY);
}

static void room_that_is_not_used_goes(struct kunit *test)
{
	struct iommu_shared *shared = flb.obj;

	KUNIT_ASSERT_EQ(test, iommu_make_room(&shared->devices), 0);
	KUNIT_EXPECT_EQ(test, shared->devices.blocks.nblocks, 1);
	iommu_trim(&shared->devices);
	KUNIT_EXPECT_EQ(test, shared->devices.blocks.nblocks, 0);
}

static void what_the_hardware_uses_is_given_to_nobody(struct kunit *test)
{
	struct iommu_shared *shared = flb.obj;
	struct pci_dev *pdev = device(test, 1);
	struct iommu_device_ser *attached;
	struct iommu_domain_ser *handed;
	struct iommu_domain *domain;

	for (u32 id = 1; id <= 2; id++) {
		KUNIT_ASSERT_EQ(test, iommu_make_room(&shared->domains), 0);
		handed = iommu_take_entry(&shared->domains);
		handed->id = id;
	}
	KUNIT_ASSERT_EQ(test, iommu_make_room(&shared->devices), 0);
	attached = iommu_take_entry(&shared->devices);
	attached->domain = 1;
	attached->bdf = pdev->bdf;
	KUNIT_ASSERT_EQ(test, iommu_reserve_all(shared), 0);
	domain = new_domain(test);
	KUNIT_EXPECT_EQ(test, domain->id, 3u);
	KUNIT_EXPECT_EQ(test, iommu_attach(pdev, domain), -EBUSY);
	KUNIT_EXPECT_EQ(test, iommu_attach(device(test, 0), domain), 0);
	iommu_detach(device(test, 0));
	iommu_domain_put(domain);
	for (u32 id = 1; id <= 2; id++)
		xa_release(&iommu_domains, id);
	xa_release(&iommu_attached, pdev->bdf);
	/* A device that PCI knows nothing of. */
	pdev->incoming = 0;
	KUNIT_EXPECT_EQ(test, iommu_reserve_all(shared), -ENODEV);
	for (u32 id = 1; id <= 2; id++)
		xa_release(&iommu_domains, id);
}

static const struct version {
	const char *name;
	u32 version;
	int answer;
} versions[] = {
	{ "none", 0, -EPROTO },
	{ "oldest", IOMMU_SER_OLDEST, 0 },
	{ "own", IOMMU_SER_VERSION, 0 },
	{ "later", IOMMU_SER_VERSION + 1, -EPROTO },
};
KUNIT_ARRAY_PARAM_DESC(version, versions, name);

static void versions_are_told_apart(struct kunit *test)
{
	const struct version *version = test->param_value;
	struct iommu_shared *shared = flb.obj;
	struct liveupdate_flb_op_args incoming = { .data = flb.data };

	shared->ser->version = version->version;
	KUNIT_EXPECT_EQ(test, iommu_flb_ops.retrieve(&incoming), version->answer);
	/* There are no chains, and the page is not what it would be in another kernel. */
	kfree(incoming.obj);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(numbers_are_given_out_once),
	KUNIT_CASE(a_page_is_mapped_once),
	KUNIT_CASE(a_device_has_one_domain),
	KUNIT_CASE(a_domain_is_handed_over_once),
	KUNIT_CASE(only_devices_that_run_on_stay_attached),
	KUNIT_CASE(chains_grow_and_free_entries_are_used),
	KUNIT_CASE(room_that_is_not_used_goes),
	KUNIT_CASE(what_the_hardware_uses_is_given_to_nobody),
	KUNIT_CASE_PARAM(versions_are_told_apart, version_gen_params),
	{}
};
static struct kunit_suite suite = {
	.name = "iommu", .init = begin, .exit = end, .test_cases = cases,
};
kunit_test_suite(suite);
MODULE_LICENSE("GPL");
