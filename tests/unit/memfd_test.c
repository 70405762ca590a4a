// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The handler of files in memory that comes with the library (examples/modules/memfd). */
#include <stdio.h>

#include <luo/lfb.h>

#include "tests/support/test.h"

static struct liveupdate_file_ops ops;
static LFB_MODULE_DATA(keeper) struct liveupdate_file_handler handler = {
	.ops = &ops,
	.compatible = MEMFD_LUO_FH_COMPATIBLE,
};

/* What the last preserve made. */
static struct memfd_luo_folio_ser *table;
static phys_addr_t payload;

static int preserve_and_tell(struct liveupdate_file_op_args *args)
{
	int err = lfb_memfd_file_ops.preserve(args);

	table = args->private_data;
	payload = args->serialized_data;
	return err;
}

/* Has it a finish that forgets all of it? */
static bool forgets;

static void finish(struct liveupdate_file_op_args *args)
{
	if (!forgets)
		lfb_memfd_file_ops.finish(args);
}

static int keeper_init(void)
{
	return liveupdate_register_file_handler(&handler);
}
LFB_MODULE(keeper, keeper_init, NULL);

static struct lfb_machine *machine, *before;
static struct lfb_agent *agent;
static int device;

static int start(void **state)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options), .memory = 16ull << 20, .map = LFB_MAP_HIGH,
		.profile = "linux-7.3",
		/* A defect of the kernel's own that shows where memory runs out. */
		.quirks_off = "FILE_ENTRY_LOST_ON_ENOMEM",
	};

	ops = lfb_memfd_file_ops;
	ops.finish = finish;
	forgets = false;
	if (lfb_machine_create(&options, &machine) ||
	    lfb_machine_add_module(machine, &keeper_module) || lfb_machine_boot(machine) ||
	    lfb_agent_create(machine, "agent", &agent))
		return -1;
	before = lfb_machine_enter(machine);
	device = lfb_agent_open(agent);
	return device < 0;
}

static int stop(void **state)
{
	lfb_machine_enter(before);
	lfb_machine_destroy(machine);
	return 0;
}

/* Kernel code for a test: what it answers is found to be 0. */
#define in_kernel(function) assert_int_equal(lfb_machine_call(machine, function, NULL), 0)

/* What the next file is to be, and the file. */
static struct wanted {
	s64 size, pos;
	unsigned int flags, seals;
	u64 pages;		/* a bit for each that is written */
	struct file *file;
} wanted;

static u32 word(u64 page)
{
	return (u32)(0xabc00000u + page);
}

static long make(void *argument)
{
	wanted.file = memfd_alloc_file("test", wanted.flags);
	assert_false(IS_ERR(wanted.file));
	i_size_write(file_inode(wanted.file), wanted.size);
	for (u64 page = 0; page < 64; page++) {
		const u32 bytes = word(page);
		s64 pos = (s64)(page << PAGE_SHIFT);

		if (wanted.pages >> page & 1)
			assert_int_equal(kernel_write(wanted.file, &bytes, 4, &pos), 4);
	}
	if (wanted.seals)
		assert_int_equal(memfd_add_seals(wanted.file, wanted.seals), 0);
	assert_int_equal(vfs_setpos(wanted.file, wanted.pos, MAX_LFS_FILESIZE), wanted.pos);
	return 0;
}

static int make_fd(struct wanted properties)
{
	int fd;

	wanted = properties;
	in_kernel(make);
	fd = lfb_agent_install(agent, wanted.file);
	assert_true(fd >= 0);
	return fd;
}

static int session_with(int fd)
{
	int session = lfb_agent_create_session(agent, device, "vm");

	assert_true(session >= 0);
	assert_int_equal(lfb_agent_preserve(agent, session, fd, 1), 0);
	return session;
}

static int next_kernel(void)
{
	int session;

	assert_int_equal(lfb_machine_kexec(machine), 0);
	device = lfb_agent_open(agent);
	session = lfb_agent_retrieve_session(agent, device, "vm");
	assert_true(session >= 0);
	return session;
}

static void nothing_is_left(int session)
{
	assert_int_equal(lfb_agent_finish(agent, session), 0);
	assert_int_equal(lfb_agent_close(agent, session), 0);
	assert_int_equal(lfb_machine_settle(machine), 0);
	assert_int_equal(lfb_finding_count(machine), 0);
}

static long check_contents(void *argument)
{
	struct file *file = argument;

	for (u64 page = 0; page << PAGE_SHIFT < (u64)wanted.size; page++) {
		s64 pos = (s64)(page << PAGE_SHIFT);
		u32 bytes = 0;

		kernel_read(file, &bytes, 4, &pos);
		assert_int_equal(bytes, wanted.pages >> page & 1 ? word(page) : 0);
	}
	return 0;
}

static void comes_over(struct wanted properties)
{
	int session, fd;
	struct file *file;

	session_with(make_fd(properties));
	session = next_kernel();
	fd = lfb_agent_retrieve(agent, session, 1);
	assert_true(fd >= 0);
	file = lfb_agent_file(agent, fd);
	assert_int_equal(i_size_read(file_inode(file)), properties.size);
	assert_int_equal(file->f_pos, properties.pos);
	assert_int_equal(memfd_get_seals(file),
			 properties.flags ? properties.seals : F_SEAL_SEAL);
	assert_int_equal(lfb_machine_call(machine, check_contents, file), 0);
	assert_int_equal(lfb_agent_close(agent, fd), 0);
	nothing_is_left(session);
}

static void size_position_seals_and_pages_come_over(void **state)
{
	comes_over((struct wanted){ .size = 0 });
	comes_over((struct wanted){ .size = 4096, .pages = 1, .pos = 123 });
	comes_over((struct wanted){ .size = 20480, .pages = 0x9 });
	comes_over((struct wanted){ .size = 16484, .pages = 0x1f });
	comes_over((struct wanted){ .size = 8192, .pages = 2, .flags = MFD_ALLOW_SEALING,
				    .seals = F_SEAL_SHRINK | F_SEAL_GROW });
	comes_over((struct wanted){ .size = 64 << PAGE_SHIFT, .pages = 1ull << 63 });
}

static void what_nobody_retrieves_is_freed(void **state)
{
	session_with(make_fd((struct wanted){ .size = 20480, .pages = 0x9 }));
	nothing_is_left(next_kernel());
}

/* The n-th allocation of taking a file over fails, and all behind it. Did any? */
static bool take_over_without_memory(unsigned long n, bool retrieves, unsigned int *failed)
{
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan), .kinds = 1u << LFB_FAULT_ALLOC, .nth = n, .forever = true,
	};
	int session, fd = -1;
	bool any;

	session_with(make_fd((struct wanted){ .size = 600 << PAGE_SHIFT, .pages = 0x9 }));
	session = next_kernel();
	assert_int_equal(lfb_fault_arm(machine, &plan), 0);
	if (retrieves)
		fd = lfb_agent_retrieve(agent, session, 1);
	*failed += retrieves && fd < 0;
	assert_int_equal(lfb_agent_finish(agent, session), 0);
	any = lfb_fault_hits(machine);
	assert_int_equal(lfb_fault_arm(machine, NULL), 0);
	if (fd >= 0)
		lfb_agent_close(agent, fd);
	nothing_is_left(session);
	return any;
}

static void what_memory_runs_out_for_is_freed_all_the_same(void **state)
{
	unsigned int failed = 0;
	unsigned long n = 1;

	/* Who frees needs no memory for it. */
	assert_false(take_over_without_memory(1, false, &failed));
	while (take_over_without_memory(n, true, &failed))
		n++;
	assert_int_equal(failed, n - 1);
	assert_true(n > 3);
}

static void a_closed_session_takes_all_back(void **state)
{
	struct lfb_machine_stats stats[2] = { { .sz = sizeof(stats[0]) },
					      { .sz = sizeof(stats[1]) } };
	int fd = make_fd((struct wanted){ .size = 20480, .pages = 0x1f });

	lfb_machine_stats(machine, &stats[0]);
	assert_int_equal(lfb_agent_close(agent, session_with(fd)), 0);
	lfb_machine_stats(machine, &stats[1]);
	assert_int_equal(stats[1].preserved_blocks, stats[0].preserved_blocks);
	assert_int_equal(stats[1].pages, stats[0].pages);
	assert_int_equal(lfb_finding_count(machine), 0);
	/* And it may be preserved again. */
	assert_int_equal(lfb_agent_close(agent, session_with(fd)), 0);
}

static long grow(void *argument)
{
	s64 pos = wanted.size;

	return (long)kernel_write(wanted.file, "x", 1, &pos);
}

static void while_it_is_preserved_the_size_stays(void **state)
{
	int session = session_with(make_fd((struct wanted){ .size = 4096 }));

	assert_int_equal(lfb_machine_call(machine, grow, NULL), -EPERM);
	assert_int_equal(lfb_agent_close(agent, session), 0);
	assert_int_equal(lfb_machine_call(machine, grow, NULL), 1);
}

static void what_is_written_until_the_jump_comes_over(void **state)
{
	int session = session_with(make_fd((struct wanted){ .size = 8192 })), fd;
	s64 pos = 4096;
	u32 bytes = word(1);

	assert_int_equal(kernel_write(wanted.file, &bytes, 4, &pos), 4);
	wanted.pages = 2;
	session = next_kernel();
	fd = lfb_agent_retrieve(agent, session, 1);
	assert_int_equal(lfb_machine_call(machine, check_contents, lfb_agent_file(agent, fd)), 0);
	lfb_agent_close(agent, fd);
	nothing_is_left(session);
}

static void what_userspace_writes_is_nobodys_mistake(void **state)
{
	int session = session_with(make_fd((struct wanted){ .size = 4096, .pages = 1 }));
	u64 pointer = (uintptr_t)&handler;
	s64 pos = 8;

	assert_int_equal(kernel_write(wanted.file, &pointer, sizeof(pointer), &pos), 8);
	assert_int_equal(lfb_machine_prepare(machine), 0);
	pos = 16;
	assert_int_equal(kernel_write(wanted.file, &pointer, sizeof(pointer), &pos), 8);
	assert_int_equal(lfb_machine_jump(machine, NULL), 0);
	device = lfb_agent_open(agent);
	session = lfb_agent_retrieve_session(agent, device, "vm");
	nothing_is_left(session);
}

static void pages_left_behind_are_one_finding(void **state)
{
	const struct lfb_finding *finding;
	unsigned int never_restored = 0;
	int session;

	forgets = true;
	session_with(make_fd((struct wanted){ .size = 64 << PAGE_SHIFT, .pages = 0x5 }));
	session = next_kernel();
	assert_int_equal(lfb_agent_finish(agent, session), 0);
	assert_int_equal(lfb_agent_close(agent, session), 0);
	assert_int_equal(lfb_machine_settle(machine), 0);
	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++) {
		if (finding->id != LFB_FINDING_KHO_NEVER_RESTORED ||
		    !strstr(finding->text, "preserved as a folio"))
			continue;
		never_restored++;
		assert_non_null(strstr(finding->text, "and 63 more like it, 262144 bytes in all"));
	}
	assert_int_equal(never_restored, 1);
	assert_true(lfb_finding_count(machine) < 5);
}

/* In each page of the table; the first time nothing changes. */
static long scribble(void *argument)
{
	for (unsigned int i = 0; argument && i < 600; i += 200)
		table[i].flags = 0;
	return 0;
}

static void an_area_written_too_late_is_one_finding(void **state)
{
	unsigned int written = 0;

	ops.preserve = preserve_and_tell;
	session_with(make_fd((struct wanted){ .size = 600 << PAGE_SHIFT }));
	assert_int_equal(lfb_machine_prepare(machine), 0);
	assert_int_equal(lfb_machine_call(machine, scribble, NULL), 0);
	assert_int_equal(lfb_machine_call(machine, scribble, table), 0);
	assert_int_equal(lfb_machine_jump(machine, NULL), 0);
	for (size_t i = 0; i < lfb_finding_count(machine); i++)
		written += lfb_finding_at(machine, i)->id ==
			   LFB_FINDING_KHO_WRITTEN_AFTER_SERIALIZE;
	assert_int_equal(written, 1);
}

/* Bytes written as hexadecimal digits; "-": none. */
static size_t bytes_of(const char *digits, u8 bytes[PAGE_SIZE])
{
	size_t count = 0;
	unsigned int byte;

	for (; sscanf(digits, "%2x", &byte) == 1; digits += 2)
		bytes[count++] = (u8)byte;
	return count;
}

/* What a booted Linux 7.3 wrote for such files: all but addresses is the same. */
static void the_bytes_are_a_kernels(void **state)
{
	static const struct wanted files[] = {
		{ .size = 0 },
		{ .size = 4096, .pages = 1, .pos = 123 },
		{ .size = 20480, .pages = 0x9 },
		{ .size = 16484, .pages = 0x1f },
		{ .size = 8192, .pages = 2, .flags = MFD_ALLOW_SEALING,
		  .seals = F_SEAL_SHRINK | F_SEAL_GROW },
	};
	FILE *recorded = fopen(LFB_TEST_DATA "/golden/real/s1.memfds", "r");

	assert_non_null(recorded);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct liveupdate_file_op_args args = { .handler = &handler };
		char payload_digits[200], table_digits[1000];
		u8 recorded_ser[PAGE_SIZE], folios[PAGE_SIZE];
		struct memfd_luo_folio_ser *theirs, *ours;
		struct memfd_luo_ser *ser;

		assert_int_equal(fscanf(recorded, "%*s %199s %*s %999s", payload_digits,
					table_digits), 2);
		assert_int_equal(bytes_of(payload_digits, recorded_ser), sizeof(*ser));
		theirs = (void *)folios;
		make_fd(files[i]);
		args.file = wanted.file;
		assert_int_equal(lfb_memfd_file_ops.preserve(&args), 0);
		assert_int_equal(lfb_memfd_file_ops.freeze(&args), 0);
		ser = phys_to_virt(args.serialized_data);
		ours = args.private_data;
		assert_int_equal(bytes_of(table_digits, folios), ser->nr_folios * sizeof(*ours));
		for (u64 folio = 0; folio < ser->nr_folios; folio++) {
			const u32 *page = phys_to_virt(PFN_PHYS(ours[folio].pfn));

			assert_int_equal(*page, files[i].pages >> folio & 1 ? word(folio) : 0);
			assert_int_equal(ours[folio].flags, theirs[folio].flags);
			assert_int_equal(ours[folio].index, theirs[folio].index);
		}
		/* Where the description of the table lies. */
		memcpy(recorded_ser + 32, (u8 *)ser + 32, 8);
		assert_memory_equal(ser, recorded_ser, sizeof(*ser));
		lfb_memfd_file_ops.unpreserve(&args);
	}
	fclose(recorded);
}

/* In their place: the description of the table there is, and the payload itself. */
#define HELL_TABLE 1
#define HELL_OWN 2

static void payloads_from_hell_are_errors(void **state)
{
	static const struct hell {
		struct memfd_luo_ser ser;
		int err;
	} hells[] = {
		{ { .seals = 0x40 }, -EOPNOTSUPP },
		{ { .size = ~0ull, .nr_folios = ~0ull }, -EINVAL },
		{ { .nr_folios = 1, .folios = { 0x123456, 1, 1, 0 } }, -EINVAL },
		{ { .nr_folios = 1, .folios = { ~0ull, 1, 1, 0 } }, -EINVAL },
		{ { .nr_folios = 1, .folios = { HELL_OWN, 1, 1, 0 } }, -EINVAL },
		{ { .nr_folios = 1, .folios = { HELL_TABLE, 1, 1, 11 } }, -EINVAL },
		{ { .nr_folios = 1, .folios = { HELL_TABLE, 1, 1, 65535 } }, -EINVAL },
		{ { .nr_folios = 257, .folios = { HELL_TABLE, 1, 1, 0 } }, -EINVAL },
	};

	ops.preserve = preserve_and_tell;
	for (size_t i = 0; i < sizeof(hells) / sizeof(hells[0]); i++) {
		const struct kho_vmalloc hell = hells[i].ser.folios;
		struct memfd_luo_ser *ser;
		struct kho_vmalloc area;
		int session = session_with(make_fd((struct wanted){ .size = 4096 }));

		assert_int_equal(lfb_machine_prepare(machine), 0);
		ser = phys_to_virt(payload);
		area = ser->folios;
		*ser = hells[i].ser;
		area.order = hell.order;
		if (hell.first == HELL_OWN)
			area.first = payload;
		if (hell.first == HELL_TABLE || hell.first == HELL_OWN)
			ser->folios = area;
		assert_int_equal(lfb_machine_jump(machine, NULL), 0);
		device = lfb_agent_open(agent);
		session = lfb_agent_retrieve_session(agent, device, "vm");
		assert_int_equal(lfb_agent_retrieve(agent, session, 1), hells[i].err);
		assert_int_equal(lfb_agent_retrieve(agent, session, 1), hells[i].err);
		assert_int_equal(lfb_agent_finish(agent, session), 0);
		lfb_agent_close(agent, session);
	}
}

/* A table that names what is no folio, a folio or a place twice, and what names the table. */
static void folios_from_hell_are_errors(void **state)
{
	static const int errors[] = { -EIO, -EIO, -EEXIST, -EINVAL, -EIO };

	ops.preserve = preserve_and_tell;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		int session = session_with(make_fd((struct wanted){ .size = 3 << PAGE_SHIFT }));

		assert_int_equal(lfb_machine_prepare(machine), 0);
		if (i == 0)
			table[1].pfn = 7;
		else if (i == 1)
			table[1].pfn = table[0].pfn;
		else if (i < 4)
			table[1].index = i == 2 ? 0 : ~0ull;
		else
			table[1].pfn = payload >> PAGE_SHIFT;
		assert_int_equal(lfb_machine_jump(machine, NULL), 0);
		device = lfb_agent_open(agent);
		session = lfb_agent_retrieve_session(agent, device, "vm");
		assert_int_equal(lfb_agent_retrieve(agent, session, 1), errors[i]);
		assert_int_equal(lfb_agent_finish(agent, session), 0);
		lfb_agent_close(agent, session);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(size_position_seals_and_pages_come_over),
		TEST(what_nobody_retrieves_is_freed),
		TEST(what_memory_runs_out_for_is_freed_all_the_same),
		TEST(a_closed_session_takes_all_back),
		TEST(while_it_is_preserved_the_size_stays),
		TEST(what_is_written_until_the_jump_comes_over),
		TEST(what_userspace_writes_is_nobodys_mistake),
		TEST(pages_left_behind_are_one_finding),
		TEST(an_area_written_too_late_is_one_finding),
		TEST(the_bytes_are_a_kernels),
		TEST(payloads_from_hell_are_errors),
		TEST(folios_from_hell_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
