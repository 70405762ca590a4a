// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Folios of files in memory, data of CPUs, and what the kernel's own formats say. */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/memfd.h>
#include <linux/miscdevice.h>
#include <linux/page-flags.h>
#include <linux/pagemap.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/shmem_fs.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/sprintf.h>
#include <linux/vmalloc.h>
#include <mm/internal.h>

/* A file of two pages, of which the second one was written to; both are pinned. */
static struct file *two_pages(struct kunit *test, struct folio **folios)
{
	struct file *file = memfd_alloc_file("two", MFD_ALLOW_SEALING);
	unsigned long offset;
	s64 pos = PAGE_SIZE;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	KUNIT_ASSERT_EQ(test, kernel_write(file, "text", 4, &pos), 4);
	KUNIT_ASSERT_EQ(test, memfd_pin_folios(file, 0, PAGE_SIZE + 3, folios, 2, &offset), 2);
	return file;
}

static void folios_know_their_place(struct kunit *test)
{
	struct folio *folios[2];
	struct file *file = two_pages(test, folios);

	KUNIT_EXPECT_EQ(test, folios[0]->index, 0ul);
	KUNIT_EXPECT_EQ(test, folios[1]->index, 1ul);
	KUNIT_EXPECT_PTR_EQ(test, folios[1]->mapping, file_inode(file)->i_mapping);
	KUNIT_EXPECT_PTR_EQ(test, folios[1]->mapping->host, file_inode(file));
	KUNIT_EXPECT_EQ(test, mapping_gfp_mask(folios[1]->mapping), GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, folio_test_uptodate(folios[0]));
	KUNIT_EXPECT_TRUE(test, folio_test_uptodate(folios[1]));
	KUNIT_EXPECT_STREQ(test, (char *)folio_address(folios[1]), "text");
	folio_zero_range(folios[1], 1, 2);
	flush_dcache_folio(folios[1]);
	KUNIT_EXPECT_MEMEQ(test, folio_address(folios[1]), "t\0\0t", 4);
	KUNIT_EXPECT_EQ(test, shmem_inode_acct_blocks(file_inode(file), 1), 0);
	shmem_recalc_inode(file_inode(file), 1, 0);
	unpin_folios(folios, 2);
	fput(file);
}

static void folios_have_flags(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_EQ(test, folio->lfb_flags, 0ul);
	KUNIT_EXPECT_TRUE(test, folio_mark_dirty(folio));
	KUNIT_EXPECT_FALSE(test, folio_mark_dirty(folio));
	folio_mark_uptodate(folio);
	__folio_set_swapbacked(folio);
	__folio_set_locked(folio);
	KUNIT_EXPECT_TRUE(test, folio_test_dirty(folio) && folio_test_swapbacked(folio));
	KUNIT_EXPECT_FALSE(test, folio_trylock(folio));
	folio_unlock(folio);
	folio_lock(folio);
	__folio_clear_locked(folio);
	KUNIT_EXPECT_FALSE(test, folio_test_locked(folio));
	folio_clear_uptodate(folio);
	KUNIT_EXPECT_FALSE(test, folio_test_uptodate(folio));
	KUNIT_EXPECT_EQ(test, mem_cgroup_charge(folio, NULL, GFP_KERNEL), 0);
	folio_add_lru(folio);
	folio_put(folio);
	/* Nothing is known of the next one that lies there. */
	folio = folio_alloc(GFP_KERNEL, 0);
	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_EQ(test, folio->lfb_flags, 0ul);
	folio_put(folio);
}

static void a_folio_goes_from_file_to_file(struct kunit *test)
{
	struct folio *folios[2];
	struct file *file = two_pages(test, folios);
	struct file *other = memfd_alloc_file("other", MFD_ALLOW_SEALING);
	struct address_space *mapping;
	s64 pos = 5 * PAGE_SIZE;
	char text[4] = "";

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	mapping = file_inode(other)->i_mapping;
	KUNIT_EXPECT_EQ(test, shmem_add_to_page_cache(folios[1], mapping, 5, folios[1],
						      GFP_KERNEL), -EINVAL);
	filemap_remove_folio(folios[1]);
	KUNIT_EXPECT_NULL(test, folios[1]->mapping);
	KUNIT_EXPECT_EQ(test, shmem_add_to_page_cache(folios[1], mapping, 5, NULL, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, shmem_add_to_page_cache(folios[0], mapping, 5, NULL, GFP_KERNEL),
			-EEXIST);
	i_size_write(file_inode(other), 6 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, kernel_read(other, text, 4, &pos), 4);
	KUNIT_EXPECT_MEMEQ(test, text, "text", 4);
	pos = PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, kernel_read(file, text, 4, &pos), 4);
	KUNIT_EXPECT_MEMEQ(test, text, "\0\0\0\0", 4);
	unpin_folios(folios, 2);
	fput(other);
	fput(file);
}

static DEFINE_PER_CPU(unsigned int, counter) = 5;
static DEFINE_PER_CPU_ALIGNED(int, aligned);
static DEFINE_PER_CPU_READ_MOSTLY(int, mostly);
static DEFINE_PER_CPU_SHARED_ALIGNED(int, shared);
DECLARE_PER_CPU(int, elsewhere);
DEFINE_PER_CPU(int, elsewhere);

static void cpus_have_data(struct kunit *test)
{
	unsigned int __percpu *more = alloc_percpu(unsigned int);
	int cpus = 0, cpu;

	KUNIT_ASSERT_NOT_NULL(test, more);
	preempt_disable();
	this_cpu_inc(counter);
	this_cpu_add(counter, 4);
	this_cpu_dec(counter);
	this_cpu_sub(counter, 2);
	KUNIT_EXPECT_EQ(test, this_cpu_read(counter), 7u);
	KUNIT_EXPECT_EQ(test, this_cpu_add_return(counter, 3), 10u);
	KUNIT_EXPECT_EQ(test, this_cpu_sub_return(counter, 1), 9u);
	KUNIT_EXPECT_EQ(test, this_cpu_inc_return(counter), 10u);
	KUNIT_EXPECT_EQ(test, this_cpu_dec_return(counter), 9u);
	KUNIT_EXPECT_EQ(test, this_cpu_xchg(counter, 12), 9u);
	KUNIT_EXPECT_EQ(test, this_cpu_cmpxchg(counter, 1, 2), 12u);
	KUNIT_EXPECT_EQ(test, this_cpu_cmpxchg(counter, 12, 3), 12u);
	this_cpu_or(counter, 8);
	this_cpu_and(counter, 9);
	KUNIT_EXPECT_EQ(test, get_cpu_var(counter), 9u);
	put_cpu_var(counter);
	this_cpu_write(counter, 1);
	__this_cpu_write(aligned, 5);
	__this_cpu_inc(aligned);
	__this_cpu_dec(aligned);
	__this_cpu_add(aligned, 3);
	__this_cpu_sub(aligned, 2);
	KUNIT_EXPECT_EQ(test, __this_cpu_read(aligned) + mostly + shared + elsewhere, 6);
	*this_cpu_ptr(more) = *raw_cpu_ptr(&counter);
	put_cpu_ptr(get_cpu_ptr(more));
	preempt_enable();
	for_each_possible_cpu(cpu)
		cpus += per_cpu(counter, cpu) == *per_cpu_ptr(more, cpu);
	for_each_online_cpu(cpu)
		cpus += cpu_online(cpu) && cpu_possible(cpu);
	for_each_present_cpu(cpu)
		cpus += cpu == get_cpu();
	put_cpu();
	KUNIT_EXPECT_EQ(test, cpus, 3);
	KUNIT_EXPECT_EQ(test, num_possible_cpus() + num_online_cpus() + num_present_cpus(), 3u);
	KUNIT_EXPECT_EQ(test, smp_processor_id() + raw_smp_processor_id(), 0);
	KUNIT_EXPECT_TRUE(test, in_task() && !in_interrupt());
	free_percpu(more);
	more = alloc_percpu_gfp(unsigned int, GFP_ATOMIC);
	free_percpu(more);
}

static DEFINE_RWLOCK(rw);

static void readers_share(struct kunit *test)
{
	rwlock_t own = __RW_LOCK_UNLOCKED(own);
	unsigned long flags;

	read_lock(&rw);
	KUNIT_EXPECT_EQ(test, read_trylock(&rw), 1);
	KUNIT_EXPECT_EQ(test, write_trylock(&rw), 0);
	read_unlock(&rw);
	read_unlock(&rw);
	KUNIT_EXPECT_EQ(test, write_trylock(&rw), 1);
	KUNIT_EXPECT_EQ(test, read_trylock(&rw), 0);
	write_unlock(&rw);
	write_lock_irqsave(&rw, flags);
	write_unlock_irqrestore(&rw, flags);
	read_lock_irqsave(&rw, flags);
	read_unlock_irqrestore(&rw, flags);
	read_lock_irq(&rw);
	read_unlock_irq(&rw);
	read_lock_bh(&rw);
	read_unlock_bh(&rw);
	write_lock_irq(&rw);
	write_unlock_irq(&rw);
	write_lock_bh(&rw);
	write_unlock_bh(&rw);
	scoped_guard(write_lock, &own)
		KUNIT_EXPECT_EQ(test, read_trylock(&own), 0);
	scoped_guard(read_lock, &own)
		KUNIT_EXPECT_EQ(test, write_trylock(&own), 0);
	rwlock_init(&own);
}

LFB_PRINTF(2, 3)
static char *within(struct kunit *test, const char *format, ...)
{
	struct va_format inner = { .fmt = format };
	va_list args;
	char *text;

	va_start(args, format);
	inner.va = &args;
	text = kasprintf(GFP_KERNEL, "<%pV>", &inner);
	va_end(args);
	kunit_add_action(test, (kunit_action_t *)kfree, text);
	return text;
}

static void devices(struct kunit *test)
{
	static const struct file_operations fops;
	static struct miscdevice one = { .name = "one", .fops = &fops };
	static struct miscdevice other = { .name = "one", .fops = &fops };
	static struct miscdevice nameless = { .fops = &fops };

	KUNIT_EXPECT_EQ(test, misc_register(&one), 0);
	KUNIT_EXPECT_EQ(test, misc_register(&other), -EEXIST);
	/* It is not the one that is registered. */
	misc_deregister(&other);
	KUNIT_EXPECT_EQ(test, misc_register(&other), -EEXIST);
	misc_deregister(&one);
	KUNIT_EXPECT_EQ(test, misc_register(&other), 0);
	misc_deregister(&other);
	KUNIT_EXPECT_EQ(test, misc_register(&nameless), -EINVAL);
}

/* No compiler looks at what it is given. */
static void print(char *text, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vscnprintf(text, size, format, args);
	va_end(args);
}

static void formats(struct kunit *test)
{
	phys_addr_t phys = 0x100001000;
	char text[80];
	struct seq_file m = { .buf = text, .size = sizeof(text) };

	scnprintf(text, sizeof(text), "%pe %pe, %5d|%-4s|%.*s", ERR_PTR(-ENOENT), ERR_PTR(-4000),
		  -3, "ab", 2, "xyz");
	KUNIT_EXPECT_STREQ(test, text, "-ENOENT -4000,    -3|ab  |xy");
	scnprintf(text, sizeof(text), "%pap %px %*ph", &phys, (void *)0x12, 3, "\1\2\377");
	KUNIT_EXPECT_STREQ(test, text, "0x0000000100001000 0000000000000012 01 02 ff");
	scnprintf(text, sizeof(text), "%hhu %ld %llx %zu %c %%", (unsigned char)7, -1l, ~0ull,
		  (size_t)3, 'x');
	KUNIT_EXPECT_STREQ(test, text, "7 -1 ffffffffffffffff 3 x %");
	print(text, sizeof(text), "%hhx %hx %hhd %hd %u", 0x1ff, 0x12345, -1, -70000, ~0u);
	KUNIT_EXPECT_STREQ(test, text, "ff 2345 -1 -4464 4294967295");
	KUNIT_EXPECT_EQ(test, scnprintf(text, 4, "%s", "longer"), 3);
	KUNIT_EXPECT_STREQ(test, text, "lon");
	KUNIT_EXPECT_EQ(test, scnprintf(text, 4, "%s", "long"), 3);
	KUNIT_EXPECT_EQ(test, scnprintf(text, 4, "%s", "lon"), 3);
	KUNIT_EXPECT_STREQ(test, within(test, "%d and %pe", 5, ERR_PTR(-EIO)), "<5 and -EIO>");
	seq_printf(&m, "%pe", ERR_PTR(-EBUSY));
	KUNIT_EXPECT_MEMEQ(test, text, "-EBUSY", m.count);
	printk_deferred(KERN_ERR "of %pe\n", ERR_PTR(-EIO));
	no_printk("%d\n", 5);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(folios_know_their_place), KUNIT_CASE(folios_have_flags),
	KUNIT_CASE(a_folio_goes_from_file_to_file), KUNIT_CASE(cpus_have_data),
	KUNIT_CASE(readers_share), KUNIT_CASE(formats), KUNIT_CASE(devices), {}
};

static struct kunit_suite suite = { .name = "files", .test_cases = cases };
kunit_test_suite(suite);

MODULE_DESCRIPTION("files in memory, CPUs and formats");
MODULE_LICENSE("GPL");
