// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files in memory, and the handler that comes with the library (examples/modules/memfd). */
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

/* The payload that a booted Linux 7.3 wrote for such a file: see tests/data/golden/real. */
static void the_bytes_are_a_kernels(void **state)
{
	static const u64 written = 0x9;
	const struct liveupdate_file_op_args args = { .handler = &handler };
	struct liveupdate_file_op_args mine = args;
	const struct memfd_luo_folio_ser *folios;
	const struct memfd_luo_ser *ser;

	make_fd((struct wanted){ .size = 20480, .pages = written, .pos = 123 });
	mine.file = wanted.file;
	assert_int_equal(lfb_memfd_file_ops.preserve(&mine), 0);
	ser = phys_to_virt(mine.serialized_data);
	assert_int_equal(sizeof(*ser), 48);
	assert_int_equal(ser->pos, 123);
	assert_int_equal(ser->size, 20480);
	assert_int_equal(ser->seals, F_SEAL_SEAL);
	assert_int_equal(ser->flags, 0);
	assert_int_equal(ser->nr_folios, 5);
	assert_int_equal(ser->folios.total_pages, 1);
	assert_int_equal(ser->folios.flags, KHO_VMALLOC_ALLOC);
	assert_int_equal(ser->folios.order, 0);
	folios = mine.private_data;
	assert_int_equal(sizeof(*folios), 16);
	for (u64 i = 0; i < 5; i++) {
		const u32 *page = phys_to_virt(PFN_PHYS(folios[i].pfn));

		assert_int_equal(folios[i].flags, 3);
		assert_int_equal(folios[i].index, i);
		assert_int_equal(*page, written >> i & 1 ? word(i) : 0);
	}
	lfb_memfd_file_ops.unpreserve(&mine);
}

static void payloads_from_hell_are_errors(void **state)
{
	static const struct memfd_luo_ser hells[] = {
		{ .seals = 0x40 },
		{ .size = ~0ull, .nr_folios = ~0ull },
		{ .nr_folios = 1, .folios = { .first = 0x123456, .total_pages = 1, .flags = 1 } },
		{ .nr_folios = 1, .folios = { .first = ~0ull, .total_pages = 1, .flags = 1 } },
	};

	ops.preserve = preserve_and_tell;
	for (size_t i = 0; i < sizeof(hells) / sizeof(hells[0]); i++) {
		struct memfd_luo_ser *ser;
		int session = session_with(make_fd((struct wanted){ .size = 4096 }));

		assert_int_equal(lfb_machine_prepare(machine), 0);
		ser = phys_to_virt(payload);
		*ser = hells[i];
		assert_int_equal(lfb_machine_jump(machine, NULL), 0);
		device = lfb_agent_open(agent);
		session = lfb_agent_retrieve_session(agent, device, "vm");
		assert_true(lfb_agent_retrieve(agent, session, 1) < 0);
		assert_int_equal(lfb_agent_finish(agent, session), 0);
		lfb_agent_close(agent, session);
	}
}

static long other_files_refuse(void *argument)
{
	static const struct file_operations other;
	struct file *file = anon_inode_getfile("other", &other, NULL, 0);
	unsigned long offset;
	struct folio *folio;
	s64 pos = 0;

	assert_false(shmem_file(file));
	assert_false(shmem_file(NULL));
	assert_int_equal(memfd_get_seals(file), -EINVAL);
	assert_int_equal(memfd_add_seals(file, F_SEAL_GROW), -EINVAL);
	assert_int_equal(kernel_write(file, "x", 1, &pos), -EINVAL);
	assert_int_equal(kernel_read(file, &pos, 1, &pos), -EINVAL);
	assert_int_equal(memfd_pin_folios(file, 0, 0, &folio, 1, &offset), -EINVAL);
	assert_int_equal(PTR_ERR(lfb_shmem_reopen(file)), -ENXIO);
	fput(file);
	return 0;
}

static long seals_forbid(void *argument)
{
	struct file *file = memfd_alloc_file(NULL, MFD_ALLOW_SEALING);
	s64 pos = 0;

	assert_int_equal(kernel_write(file, "ab", 2, &pos), 2);
	assert_int_equal(memfd_add_seals(file, 0x40), -EINVAL);
	assert_int_equal(memfd_add_seals(file, F_SEAL_GROW), 0);
	assert_int_equal(kernel_write(file, "c", 1, &pos), -EPERM);
	pos = 0;
	assert_int_equal(kernel_write(file, "c", 1, &pos), 1);
	assert_int_equal(memfd_add_seals(file, F_SEAL_WRITE | F_SEAL_SEAL), 0);
	assert_int_equal(kernel_write(file, "c", 1, &pos), -EPERM);
	assert_int_equal(memfd_add_seals(file, F_SEAL_EXEC), -EPERM);
	fput(file);
	return 0;
}

static long inodes_live_as_long_as_any_file(void *argument)
{
	struct file *file = memfd_alloc_file(NULL, 0), *again = lfb_shmem_reopen(file);
	s64 pos = 3 * PAGE_SIZE - 1;
	char bytes[3] = "xy";

	assert_ptr_equal(file_inode(file), file_inode(again));
	assert_int_equal(kernel_write(file, "ab", 2, &pos), 2);
	fput(file);
	pos = 3 * PAGE_SIZE - 2;
	assert_int_equal(kernel_read(again, bytes, 8, &pos), 3);
	assert_memory_equal(bytes, "\0ab", 3);
	assert_int_equal(kernel_read(again, bytes, 1, &pos), 0);
	fput(again);
	return 0;
}

/* Two bytes at a page's end and three behind it, where each page is asked for by itself. */
static long write_some(void *argument)
{
	struct file *file = memfd_alloc_file(NULL, MFD_ALLOW_SEALING);
	const struct lfb_fault_plan next = {
		.sz = sizeof(next), .kinds = 1u << LFB_FAULT_ALLOC, .nth = 1,
	};
	s64 pos = 0;

	/* Nothing is to be written, so nothing is asked for. */
	assert_int_equal(kernel_write(file, "ab", 2, &pos), 2);
	pos = PAGE_SIZE - 2;
	i_size_write(file_inode(file), PAGE_SIZE);
	assert_int_equal(memfd_add_seals(file, F_SEAL_GROW), 0);
	assert_int_equal(kernel_write(file, "uvxyz", 5, &pos), 2);
	assert_int_equal(pos, PAGE_SIZE);
	assert_int_equal(kernel_write(file, "xyz", 3, &pos), -EPERM);
	assert_int_equal(pos, PAGE_SIZE);
	assert_int_equal(i_size_read(file_inode(file)), PAGE_SIZE);
	assert_int_equal(memfd_add_seals(file, F_SEAL_WRITE), 0);
	assert_int_equal(kernel_write(file, "", 0, &pos), 0);
	assert_int_equal(kernel_write(file, "x", 1, &pos), -EPERM);
	fput(file);

	file = memfd_alloc_file(NULL, 0);
	pos = 0;
	assert_int_equal(kernel_write(file, "ab", 2, &pos), 2);
	pos = PAGE_SIZE - 2;
	assert_int_equal(lfb_fault_arm(machine, &next), 0);
	assert_int_equal(kernel_write(file, "uvxyz", 5, &pos), 2);
	assert_int_equal(lfb_fault_hits(machine), 1);
	assert_int_equal(pos, PAGE_SIZE);
	assert_int_equal(i_size_read(file_inode(file)), PAGE_SIZE);
	assert_int_equal(lfb_fault_arm(machine, NULL), 0);
	fput(file);
	return 0;
}

static void a_write_ends_where_the_first_page_says_no(void **state)
{
	in_kernel(write_some);
	assert_int_equal(lfb_finding_count(machine), 0);
}

/* Two bytes of page 0, a hole, a folio of pages 2 and 3, and a page. */
static long read_across(void *argument)
{
	struct file *file = memfd_alloc_file(NULL, 0);
	struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, 1);
	char bytes[3 * PAGE_SIZE + 8], expected[sizeof(bytes)] = { 0 };
	s64 pos = PAGE_SIZE - 2;

	assert_int_equal(shmem_add_to_page_cache(folio, file_inode(file), 2), 0);
	folio_put(folio);
	i_size_write(file_inode(file), 6 * PAGE_SIZE);
	assert_int_equal(kernel_write(file, "ab", 2, &pos), 2);
	pos = 3 * PAGE_SIZE - 2;
	assert_int_equal(kernel_write(file, "cdef", 4, &pos), 4);
	pos = 4 * PAGE_SIZE - 2;
	assert_int_equal(kernel_write(file, "ghij", 4, &pos), 4);
	memcpy(expected, "ab", 2);
	memcpy(expected + 2 * PAGE_SIZE, "cdef", 4);
	memcpy(expected + 3 * PAGE_SIZE, "ghij", 4);
	for (size_t first = 0; first < 4; first++) {
		for (size_t size = 0; size < sizeof(bytes) - first; size += 1021) {
			pos = (s64)(PAGE_SIZE - 2 + first);
			memset(bytes, 'x', sizeof(bytes));
			assert_int_equal(kernel_read(file, bytes, size, &pos), (s64)size);
			assert_int_equal(pos, PAGE_SIZE - 2 + first + size);
			assert_memory_equal(bytes, expected + first, size);
			assert_int_equal(bytes[size], 'x');
		}
	}
	fput(file);
	return 0;
}

static void a_read_goes_across_folios_and_holes(void **state)
{
	in_kernel(read_across);
	assert_int_equal(lfb_finding_count(machine), 0);
}

static void what_is_no_file_in_memory_is_refused(void **state)
{
	in_kernel(other_files_refuse);
}

static void seals_are_kept_to(void **state)
{
	in_kernel(seals_forbid);
}

static void an_inode_lives_as_long_as_any_open_file(void **state)
{
	in_kernel(inodes_live_as_long_as_any_file);
	assert_int_equal(lfb_finding_count(machine), 0);
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
		TEST(what_is_no_file_in_memory_is_refused),
		TEST(seals_are_kept_to),
		TEST(a_write_ends_where_the_first_page_says_no),
		TEST(a_read_goes_across_folios_and_holes),
		TEST(an_inode_lives_as_long_as_any_open_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
