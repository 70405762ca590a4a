// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A kernel source finds what it needs under the kernel's header names. */
#include <luo/kernel/linux/anon_inodes.h>
#include <luo/kernel/linux/bug.h>
#include <luo/kernel/linux/compiler.h>
#include <luo/kernel/linux/err.h>
#include <luo/kernel/linux/errno.h>
#include <luo/kernel/linux/file.h>
#include <luo/kernel/linux/fs.h>
#include <luo/kernel/linux/gfp.h>
#include <luo/kernel/linux/init.h>
#include <luo/kernel/linux/kernel.h>
#include <luo/kernel/linux/kexec_handover.h>
#include <luo/kernel/linux/kho/abi/kexec_handover.h>
#include <luo/kernel/linux/kho/abi/memblock.h>
#include <luo/kernel/linux/kho/abi/memfd.h>
#include <luo/kernel/linux/list.h>
#include <luo/kernel/linux/liveupdate.h>
#include <luo/kernel/linux/mm.h>
#include <luo/kernel/linux/module.h>
#include <luo/kernel/linux/mutex.h>
#include <luo/kernel/linux/panic.h>
#include <luo/kernel/linux/printk.h>
#include <luo/kernel/linux/rwsem.h>
#include <luo/kernel/linux/slab.h>
#include <luo/kernel/linux/spinlock.h>
#include <luo/kernel/linux/string.h>
#include <luo/kernel/linux/types.h>
#include <luo/kernel/linux/vmalloc.h>

#include "tests/support/test.h"

/*
 * What a kernel source looks like.
 */

struct demo_ser {
	u8 version;
	u64 value;
} __packed;

struct demo_entry {
	struct list_head list;
	u64 value;
};

static LIST_HEAD(demo_list);
static DEFINE_MUTEX(demo_lock);
static u8 demo_buffer[3] __aligned(64);
static struct demo_entry demo_entries[3];

static int __init demo_init(void)
{
	u64 sum = 0;
	struct demo_entry *entry, *next;

	mutex_lock(&demo_lock);
	for (unsigned int i = 0; i < ARRAY_SIZE(demo_entries); i++) {
		WRITE_ONCE(demo_entries[i].value, i + 1);
		list_add_tail(&demo_entries[i].list, &demo_list);
	}
	barrier();
	list_for_each_entry(entry, &demo_list, list)
		sum += READ_ONCE(entry->value);
	list_for_each_entry_safe(entry, next, &demo_list, list)
		list_del(&entry->list);
	mutex_unlock(&demo_lock);
	if (WARN_ON(!list_empty(&demo_list)))
		return -EINVAL;
	return THIS_MODULE->state == MODULE_STATE_LIVE ? (int)sum : -ENODEV;
}

static void __exit demo_exit(void)
{
	demo_entries[0].value = 0;
}

module_init(demo_init);
module_exit(demo_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("nobody");
MODULE_DESCRIPTION("a demonstration");
EXPORT_SYMBOL_GPL(demo_list);

/*
 * What loads it.
 */

struct module __this_module = { .name = "demo" };
int init_module(void);
void cleanup_module(void);

static void a_kernel_source_builds_and_runs(void **state)
{
	assert_int_equal(sizeof(struct demo_ser), 9);
	assert_true(IS_ALIGNED((uintptr_t)demo_buffer, 64));
	assert_int_equal(init_module(), 6);
	cleanup_module();
	assert_int_equal(demo_entries[0].value, 0);
}

static void strscpy_always_terminates(void **state)
{
	const char *const text = "session";
	const size_t length = strlen(text);

	assert_int_equal(strscpy(NULL, text, 0), -E2BIG);
	for (size_t size = 1; size < length + 4; size++) {
		char copy[16];

		memset(copy, 'x', sizeof(copy));
		assert_int_equal(strscpy(copy, text, size), size > length ? (int)length : -E2BIG);
		assert_memory_equal(copy, text, strlen(copy));
		assert_int_equal(strlen(copy), size > length ? length : size - 1);
		assert_int_equal(copy[size], 'x');
	}
}

static void small_macros_count_as_on_a_kernel(void **state)
{
	int evaluated = 0;

	assert_int_equal(min(evaluated++, 7), 0);
	assert_int_equal(max(evaluated++, 7), 7);
	assert_int_equal(evaluated, 2);
	assert_int_equal(min_t(unsigned int, -1, 7), 7);
	assert_int_equal(max_t(u8, 0x101, 0), 1);
	for (unsigned long n = 0; n < 20; n++) {
		assert_int_equal(ALIGN(n, 8) % 8, 0);
		assert_true(ALIGN(n, 8) >= n && ALIGN(n, 8) < n + 8);
		assert_int_equal(IS_ALIGNED(n, 4), n % 4 == 0);
		assert_int_equal(DIV_ROUND_UP(n, 3), n / 3 + (n % 3 != 0));
	}
}

static void an_errno_travels_in_a_pointer(void **state)
{
	int object;

	for (long error = 1; error <= MAX_ERRNO; error++) {
		assert_true(IS_ERR(ERR_PTR(-error)));
		assert_true(IS_ERR_OR_NULL(ERR_PTR(-error)));
		assert_int_equal(PTR_ERR(ERR_CAST(ERR_PTR(-error))), -error);
		assert_int_equal(PTR_ERR_OR_ZERO(ERR_PTR(-error)), -error);
	}
	assert_false(IS_ERR(ERR_PTR(-MAX_ERRNO - 1)));
	assert_false(IS_ERR(&object));
	assert_false(IS_ERR_OR_NULL(&object));
	assert_false(IS_ERR(NULL));
	assert_true(IS_ERR_OR_NULL(NULL));
	assert_int_equal(PTR_ERR_OR_ZERO(&object), 0);
	assert_int_equal(PTR_ERR_OR_ZERO(NULL), 0);
}

/* docs/facts.md 8.5, 8.6 and 13. */
static void what_is_handed_over_lies_where_a_kernel_has_it(void **state)
{
	const struct memfd_luo_folio_ser folio = { .pfn = (1ull << 52) - 1, .index = 7 };

	assert_int_equal(sizeof(struct kho_vmalloc_chunk), 4096);
	assert_int_equal(KHO_VMALLOC_SIZE, 511);
	assert_int_equal(offsetof(struct kho_vmalloc_chunk, phys), 8);
	assert_string_equal(MEMFD_LUO_FH_COMPATIBLE, "memfd-v2");
	assert_int_equal(sizeof(struct memfd_luo_ser), 48);
	assert_int_equal(offsetof(struct memfd_luo_ser, size), 8);
	assert_int_equal(offsetof(struct memfd_luo_ser, seals), 16);
	assert_int_equal(offsetof(struct memfd_luo_ser, flags), 20);
	assert_int_equal(offsetof(struct memfd_luo_ser, nr_folios), 24);
	assert_int_equal(offsetof(struct memfd_luo_ser, folios), 32);
	assert_int_equal(sizeof(folio), 16);
	assert_int_equal(*(const u64 *)&folio, 0xfffffffffffff);
	assert_int_equal(MEMFD_LUO_FOLIO_DIRTY | MEMFD_LUO_FOLIO_UPTODATE, 3);
	assert_int_equal(MEMFD_LUO_ALL_SEALS, 0x3f);
	assert_int_equal(sizeof(struct memfd_luo_ser_v1), 40);
	assert_string_equal(MEMBLOCK_KHO_FDT, "memblock");
	assert_string_equal(MEMBLOCK_KHO_NODE_COMPATIBLE, "memblock-v1");
	assert_string_equal(RESERVE_MEM_KHO_NODE_COMPATIBLE, "reserve-mem-v1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kernel_source_builds_and_runs),
		cmocka_unit_test(strscpy_always_terminates),
		cmocka_unit_test(small_macros_count_as_on_a_kernel),
		cmocka_unit_test(an_errno_travels_in_a_pointer),
		cmocka_unit_test(what_is_handed_over_lies_where_a_kernel_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
