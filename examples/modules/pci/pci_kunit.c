// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The PCI core alone, in one kernel. What the FLB gives is a list of the test's own; the life of
 * the FLB is tried by scenarios, sweeps and searches.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>

#include "pci.h"

#define ROOM 16

static struct pci_ser *list;

static int get_incoming(const struct pci_ser **ser)
{
	*ser = list;
	return 0;
}

static int get_outgoing(struct pci_ser **ser)
{
	*ser = list;
	return 0;
}

static void put(void)
{
}

/* An empty list, for both sides. */
static int begin(struct kunit *test)
{
	list = kunit_kzalloc(test, sizeof(*list) + ROOM * sizeof(struct pci_dev_ser), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, list);
	list->version = PCI_SER_VERSION;
	list->entry_size = sizeof(struct pci_dev_ser);
	list->max = ROOM;
	kunit_activate_static_stub(test, pci_liveupdate_get_incoming, get_incoming);
	kunit_activate_static_stub(test, pci_liveupdate_put_incoming, put);
	kunit_activate_static_stub(test, pci_liveupdate_get_outgoing, get_outgoing);
	kunit_activate_static_stub(test, pci_liveupdate_put_outgoing, put);
	return 0;
}

static void end(struct kunit *test)
{
	(void)test;
	pci_exit();
}

static void hand_over(u16 bdf, u8 secondary, u32 count)
{
	((struct pci_dev_ser *)list->entries)[list->nr++] = (struct pci_dev_ser){
		.bdf = bdf, .secondary = secondary, .count = count,
	};
}

/* The device, of which the test has no reference. */
static struct pci_dev *at(struct kunit *test, u8 bus, u8 devfn)
{
	struct pci_dev *pdev = pci_get_device(PCI_BDF(bus, devfn));

	KUNIT_ASSERT_NOT_NULL(test, pdev);
	pci_put_device(pdev);
	return pdev;
}

static u32 count_of(struct kunit *test, u8 bus, u8 devfn)
{
	const struct pci_dev_ser *entry = pci_ser_find(list, PCI_BDF(bus, devfn));

	KUNIT_EXPECT_NOT_NULL(test, entry);
	return entry ? entry->count : 0;
}

static void all_devices_are_found(struct kunit *test)
{
	static const u16 endpoints[] = { 0x400, 0x500, 0x200 };

	KUNIT_ASSERT_EQ(test, pci_init(), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(endpoints); i++) {
		struct pci_dev *pdev = pci_get_endpoint(i);

		KUNIT_ASSERT_NOT_NULL(test, pdev);
		KUNIT_EXPECT_EQ(test, pdev->bdf, endpoints[i]);
		pci_put_device(pdev);
	}
	KUNIT_EXPECT_NULL(test, pci_get_endpoint(ARRAY_SIZE(endpoints)));
	KUNIT_EXPECT_STREQ(test, dev_name(&at(test, 0, PCI_DEVFN(1, 0))->dev), "0000:00:01.0");
}

static void what_is_found_again_has_a_new_number(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, pci_init(), 0);
	KUNIT_EXPECT_EQ(test, pci_remove_device(at(test, 0, PCI_DEVFN(1, 0))), 0);
	KUNIT_EXPECT_NULL(test, pci_get_device(0x400));
	KUNIT_EXPECT_EQ(test, pci_rescan(), 0);
	KUNIT_EXPECT_EQ(test, at(test, 0, PCI_DEVFN(1, 0))->secondary, 6);
	at(test, 8, 0);
}

static void bridges_are_counted(struct kunit *test)
{
	struct pci_dev *nic, *disk;

	KUNIT_ASSERT_EQ(test, pci_init(), 0);
	nic = at(test, 4, 0);
	disk = at(test, 5, 0);
	KUNIT_ASSERT_EQ(test, pci_liveupdate_preserve(disk), 0);
	KUNIT_ASSERT_EQ(test, pci_liveupdate_preserve(nic), 0);
	KUNIT_EXPECT_EQ(test, list->nr, 6u);
	for (u32 i = 1; i < list->nr; i++)
		KUNIT_EXPECT_LT(test, pci_ser_at(list, i - 1)->bdf, pci_ser_at(list, i)->bdf);
	/* Both are behind the first port and the switch, each behind a port of that. */
	KUNIT_EXPECT_EQ(test, count_of(test, 0, PCI_DEVFN(1, 0)), 2u);
	KUNIT_EXPECT_EQ(test, count_of(test, 1, 0), 2u);
	KUNIT_EXPECT_EQ(test, count_of(test, 3, 0), 1u);
	KUNIT_EXPECT_EQ(test, pci_ser_find(list, PCI_BDF(0, 8))->secondary, 1);
	pci_liveupdate_unpreserve(disk);
	KUNIT_EXPECT_EQ(test, list->nr, 4u);
	KUNIT_EXPECT_EQ(test, count_of(test, 1, 0), 1u);
	pci_liveupdate_unpreserve(nic);
	KUNIT_EXPECT_EQ(test, list->nr, 0u);
}

static void without_room_nothing_changes(struct kunit *test)
{
	struct pci_dev *nic;

	KUNIT_ASSERT_EQ(test, pci_init(), 0);
	nic = at(test, 4, 0);
	for (list->max = 0; list->max < 4; list->max++) {
		KUNIT_EXPECT_EQ(test, pci_liveupdate_preserve(nic), -ENOSPC);
		KUNIT_EXPECT_EQ(test, list->nr, 0u);
		KUNIT_EXPECT_EQ(test, nic->outgoing, 0u);
	}
	KUNIT_EXPECT_EQ(test, pci_liveupdate_preserve(nic), 0);
}

static void what_is_preserved_is_not_unplugged(struct kunit *test)
{
	struct pci_dev *nic;

	KUNIT_ASSERT_EQ(test, pci_init(), 0);
	nic = at(test, 4, 0);
	KUNIT_ASSERT_EQ(test, pci_liveupdate_preserve(nic), 0);
	KUNIT_EXPECT_EQ(test, pci_remove_device(nic), -EBUSY);
	KUNIT_EXPECT_EQ(test, pci_remove_device(at(test, 0, PCI_DEVFN(1, 0))), -EBUSY);
	/* Others may go. */
	KUNIT_EXPECT_EQ(test, pci_remove_device(at(test, 0, PCI_DEVFN(2, 0))), 0);
	KUNIT_EXPECT_EQ(test, pci_remove_device(at(test, 5, 0)), 0);
	pci_liveupdate_unpreserve(nic);
	get_device(&nic->dev);
	KUNIT_EXPECT_EQ(test, pci_remove_device(nic), 0);
	KUNIT_EXPECT_EQ(test, pci_remove_device(nic), -ENODEV);
	KUNIT_EXPECT_EQ(test, pci_liveupdate_preserve(nic), -ENODEV);
	pci_put_device(nic);
}

/* The second port has the number that the first one would get. */
static void numbers_of_the_previous_kernel_stay(struct kunit *test)
{
	struct pci_dev *gpu, *port;

	hand_over(PCI_BDF(0, PCI_DEVFN(2, 0)), 1, 1);
	hand_over(PCI_BDF(1, 0), 0, 1);
	KUNIT_ASSERT_EQ(test, pci_init(), 0);
	port = at(test, 0, PCI_DEVFN(2, 0));
	gpu = at(test, 1, 0);
	KUNIT_EXPECT_EQ(test, port->secondary, 1);
	KUNIT_EXPECT_PTR_EQ(test, gpu->upstream, port);
	KUNIT_EXPECT_EQ(test, gpu->incoming, 1u);
	KUNIT_EXPECT_EQ(test, at(test, 0, PCI_DEVFN(1, 0))->secondary, 2);
	KUNIT_EXPECT_EQ(test, pci_remove_device(port), -EBUSY);
	pci_liveupdate_finish(gpu);
	KUNIT_EXPECT_EQ(test, gpu->incoming, 0u);
	KUNIT_EXPECT_EQ(test, port->incoming, 0u);
	/* Its number is its own also when the list is gone. */
	list->nr = 0;
	KUNIT_EXPECT_EQ(test, pci_remove_device(at(test, 0, PCI_DEVFN(1, 0))), 0);
	KUNIT_EXPECT_EQ(test, pci_rescan(), 0);
	KUNIT_EXPECT_EQ(test, at(test, 0, PCI_DEVFN(1, 0))->secondary, 6);
}

/* What a kernel may be given, and what it says to it. */
static const struct given {
	const char *name;
	u32 version, entry_size, nr;
	u16 first, second;
	int answer;
} givens[] = {
	{ "nothing", PCI_SER_VERSION, sizeof(struct pci_dev_ser), 0, 0, 0, 0 },
	{ "two", PCI_SER_VERSION, sizeof(struct pci_dev_ser), 2, 8, 256, 0 },
	{ "larger entries", PCI_SER_VERSION, 64, 0, 0, 0, 0 },
	{ "no version", 0, sizeof(struct pci_dev_ser), 0, 0, 0, -EPROTO },
	{ "a later version", PCI_SER_VERSION + 1, 64, 0, 0, 0, -EPROTO },
	{ "small entries", PCI_SER_VERSION, 4, 0, 0, 0, -EINVAL },
	{ "more than there can be", PCI_SER_VERSION, 128, 32, 0, 0, -EINVAL },
	{ "not in order", PCI_SER_VERSION, sizeof(struct pci_dev_ser), 2, 256, 8, -EINVAL },
	{ "one twice", PCI_SER_VERSION, sizeof(struct pci_dev_ser), 2, 8, 8, -EINVAL },
};
KUNIT_ARRAY_PARAM_DESC(given, givens, name);

static void what_cannot_be_is_refused(struct kunit *test)
{
	const struct given *given = test->param_value;
	struct pci_ser *ser = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	struct pci_dev_ser *entries;

	KUNIT_ASSERT_NOT_NULL(test, ser);
	entries = (struct pci_dev_ser *)ser->entries;
	entries[0].bdf = given->first;
	entries[1].bdf = given->second;
	ser->version = given->version;
	ser->entry_size = given->entry_size;
	ser->nr = given->nr;
	KUNIT_EXPECT_EQ(test, pci_check_ser(ser, PAGE_SIZE), given->answer);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(all_devices_are_found),
	KUNIT_CASE(what_is_found_again_has_a_new_number),
	KUNIT_CASE(bridges_are_counted),
	KUNIT_CASE(without_room_nothing_changes),
	KUNIT_CASE(what_is_preserved_is_not_unplugged),
	KUNIT_CASE(numbers_of_the_previous_kernel_stay),
	KUNIT_CASE_PARAM(what_cannot_be_is_refused, given_gen_params),
	{}
};
static struct kunit_suite suite = {
	.name = "pci", .init = begin, .exit = end, .test_cases = cases,
};
kunit_test_suite(suite);
MODULE_LICENSE("GPL");
