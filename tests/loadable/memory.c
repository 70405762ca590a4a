// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Mistakes with memory. A file of this module makes one when it is preserved, and its number says
 * which: the table at the end has two for each, of which the first does as it should be done. The
 * line of a mistake says what it is found as.
 *
 * What is volatile no compiler sees through.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/kexec_handover.h>
#include <linux/list.h>
#include <linux/liveupdate.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define SIZE 13
#define LARGE 6000
#define HUGE 20000

static volatile u64 sink;
static volatile int one = 1;

/* So many bytes that all may be used, with an end. */
static noinline char *make(size_t size)
{
	char *p = kzalloc(size, GFP_KERNEL);

	if (p)
		memset(p, 'x', size - 1);
	return p;
}

/* One too many of each size that a processor knows. */

static void read_1(bool bad)
{
	u8 *p = kzalloc(3, GFP_KERNEL);

	sink = p[2 + (bad ? one : 0)]; /* MEM-OVERRUN */
	kfree(p);
}

static void read_2(bool bad)
{
	u16 *p = kzalloc(6, GFP_KERNEL);

	sink = p[2 + (bad ? one : 0)]; /* MEM-OVERRUN */
	kfree(p);
}

static void read_4(bool bad)
{
	u32 *p = kzalloc(12, GFP_KERNEL);

	sink = p[2 + (bad ? one : 0)]; /* MEM-OVERRUN */
	kfree(p);
}

static void read_8(bool bad)
{
	u64 *p = kzalloc(24, GFP_KERNEL);

	sink = p[2 + (bad ? one : 0)]; /* MEM-OVERRUN */
	kfree(p);
}

static void read_16(bool bad)
{
	u128 *p = kzalloc(48, GFP_KERNEL), value;

	value = p[2 + (bad ? one : 0)]; /* MEM-OVERRUN */
	sink = (u64)(value >> 64 ^ value);
	kfree(p);
}

static void write_1(bool bad)
{
	u8 *p = kzalloc(3, GFP_KERNEL);

	p[2 + (bad ? one : 0)] = (u8)sink; /* MEM-OVERRUN */
	kfree(p);
}

static void write_2(bool bad)
{
	u16 *p = kzalloc(6, GFP_KERNEL);

	p[2 + (bad ? one : 0)] = (u16)sink; /* MEM-OVERRUN */
	kfree(p);
}

static void write_4(bool bad)
{
	u32 *p = kzalloc(12, GFP_KERNEL);

	p[2 + (bad ? one : 0)] = (u32)sink; /* MEM-OVERRUN */
	kfree(p);
}

static void write_8(bool bad)
{
	u64 *p = kzalloc(24, GFP_KERNEL);

	p[2 + (bad ? one : 0)] = sink; /* MEM-OVERRUN */
	kfree(p);
}

static void write_16(bool bad)
{
	u128 *p = kzalloc(48, GFP_KERNEL);

	p[2 + (bad ? one : 0)] = sink; /* MEM-OVERRUN */
	kfree(p);
}

/* Half of it is the object's. */
static void read_unaligned(bool bad)
{
	char *p = make(SIZE);
	const struct { u32 value; } __packed *at = (void *)(p + 9 + (bad ? one : 0));

	sink = at->value; /* MEM-OVERRUN */
	kfree(p);
}

static void write_unaligned(bool bad)
{
	char *p = make(SIZE);
	struct { u32 value; } __packed *at = (void *)(p + 9 + (bad ? one : 0));

	at->value = (u32)sink; /* MEM-OVERRUN */
	kfree(p);
}

/* A bit of what is behind it. */
static void set_bit_behind(bool bad)
{
	char *p = make(SIZE);

	p[SIZE - 1 + (bad ? one : 0)] |= 1; /* MEM-OVERRUN */
	kfree(p);
}

/* In front of it. */

static void read_in_front(bool bad)
{
	char *p = make(SIZE);

	sink = p[bad ? -one : 0]; /* MEM-OVERRUN */
	kfree(p);
}

static void write_in_front(bool bad)
{
	char *p = make(SIZE);

	p[bad ? -one : 0] = 1; /* MEM-OVERRUN */
	kfree(p);
}

/* Structures, and the C library's functions. */

struct odd {
	char bytes[67];
};

static struct odd odd;

static void copy_from(bool bad)
{
	struct odd *p = kzalloc(sizeof(*p) - (bad ? one : 0), GFP_KERNEL);

	odd = *p; /* MEM-OVERRUN */
	kfree(p);
}

static void copy_to(bool bad)
{
	struct odd *p = kzalloc(sizeof(*p) - (bad ? one : 0), GFP_KERNEL);

	*p = odd; /* MEM-OVERRUN */
	kfree(p);
}

static void memcpy_from(bool bad)
{
	char *p = make(SIZE);

	memcpy(&odd, p, SIZE + (bad ? one : 0)); /* MEM-OVERRUN */
	kfree(p);
}

static void memcpy_to(bool bad)
{
	char *p = make(SIZE);

	memcpy(p, &odd, SIZE + (bad ? one : 0)); /* MEM-OVERRUN */
	kfree(p);
}

static void memmove_to(bool bad)
{
	char *p = make(SIZE);

	memmove(p + 1, p, SIZE - 1 + (bad ? one : 0)); /* MEM-OVERRUN */
	kfree(p);
}

static void memset_to(bool bad)
{
	char *p = make(SIZE);

	memset(p, 0, SIZE + (bad ? one : 0)); /* MEM-OVERRUN */
	kfree(p);
}

static void memcmp_of(bool bad)
{
	char *p = make(SIZE);

	sink = memcmp(p, &odd, SIZE + (bad ? one : 0)) != 0; /* MEM-OVERRUN */
	kfree(p);
}

/* A string that has no end, if it is a bad one. */
static char *make_string(bool bad)
{
	char *p = make(SIZE);

	p[SIZE - 1] = bad ? 'x' : '\0';
	return p;
}

static void strlen_of(bool bad)
{
	char *p = make_string(bad);

	sink = strlen(p); /* MEM-OVERRUN */
	kfree(p);
}

static void strnlen_of(bool bad)
{
	char *p = make_string(true);

	sink = strnlen(p, SIZE + (bad ? one : 0)); /* MEM-OVERRUN */
	kfree(p);
}

static char long_string[] = "xxxxxxxxxxxxxxxxxxxxxxxxxx";

static void strcmp_of(bool bad)
{
	char *p = make_string(bad);

	sink = strcmp(p, long_string + one) != 0; /* MEM-OVERRUN */
	kfree(p);
}

static void strncmp_of(bool bad)
{
	char *p = make_string(true);

	sink = strncmp(p, long_string, SIZE + (bad ? one : 0)) != 0; /* MEM-OVERRUN */
	kfree(p);
}

static void strcpy_to(bool bad)
{
	char *p = make(sizeof(long_string) - 1);

	strcpy(p, long_string + (bad ? 0 : one)); /* MEM-OVERRUN */
	kfree(p);
}

static void strncpy_to(bool bad)
{
	char *p = make(SIZE);

	strncpy(p, long_string + 20, SIZE + (bad ? one : 0)); /* MEM-OVERRUN */
	kfree(p);
}

/* The C library's own, which is there for code that has none of these headers. */
static void snprintf_to(bool bad)
{
	char *p = make(SIZE);

	(snprintf)(p, SIZE + (bad ? one : 0), "%s%d", long_string, one); /* MEM-OVERRUN */
	kfree(p);
}

static void scnprintf_to(bool bad)
{
	char *p = make(SIZE);

	scnprintf(p, SIZE + (bad ? one : 0), "%s%d", long_string, one); /* MEM-OVERRUN */
	kfree(p);
}

static void sprintf_to(bool bad)
{
	char *p = make(SIZE);
	const char *string = long_string + sizeof(long_string) - SIZE + (bad ? 0 : one);

	(sprintf)(p, "%s%d", string, one); /* MEM-OVERRUN */
	kfree(p);
}

/* The library does it for the module. */

static void kmemdup_of(bool bad)
{
	char *p = make(SIZE);

	kfree(kmemdup(p, SIZE + (bad ? one : 0), GFP_KERNEL)); /* MEM-OVERRUN */
	kfree(p);
}

static void copied_from_user(bool bad)
{
	const size_t size = SIZE + (bad ? one : 0);
	char *p = make(SIZE);

	sink = copy_from_user(p, (const void __user *)&odd, size); /* MEM-OVERRUN */
	kfree(p);
}

/* As an error, taken for a size. */
static void memset_to_error(bool bad)
{
	char *p = make(SIZE);

	memset(p, 0, bad ? (size_t)-one : SIZE); /* MEM-OVERRUN */
	kfree(p);
}

/* More objects than have a place of their own. */
static void crowded(bool bad)
{
	static char *objects[2100];

	for (int i = 0; i < 2100; i++)
		objects[i] = make(SIZE);
	sink = objects[2099][SIZE - 1 + (bad ? one : 0)]; /* MEM-OVERRUN */
	for (int i = 0; i < 2100; i++)
		kfree(objects[i]);
}

/* Larger objects, pages, vmalloc areas. */

static void large_object(bool bad)
{
	char *p = make(LARGE);

	sink = p[LARGE - 1 + (bad ? one : 0)]; /* MEM-OVERRUN */
	kfree(p);
}

static void huge_object(bool bad)
{
	char *p = make(HUGE);

	sink = p[HUGE - 1 + (bad ? one : 0)]; /* MEM-OVERRUN */
	kfree(p);
}

static void vmalloc_area(bool bad)
{
	char *p = vmalloc(LARGE);

	p[LARGE - 1 + (bad ? one : 0)] = 1; /* MEM-OVERRUN */
	vfree(p);
}

/* What is freed, and had by nobody or somebody else since. */

static noinline void give_back(const void *p)
{
	kfree(p);
}

static void freed_object(bool bad)
{
	char *p = make(SIZE);

	if (bad)
		give_back(p);
	sink = p[SIZE - 1]; /* MEM-USE-AFTER-FREE */
	give_back(p);
}

static void freed_object_copied(bool bad)
{
	struct odd *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (bad)
		give_back(p);
	odd = *p; /* MEM-USE-AFTER-FREE */
	give_back(p);
}

static void freed_large_object(bool bad)
{
	char *p = make(LARGE);

	if (bad)
		give_back(p);
	sink = p[LARGE / 2]; /* MEM-USE-AFTER-FREE */
	give_back(p);
}

static void freed_huge_object(bool bad)
{
	char *p = make(HUGE);

	if (bad)
		give_back(p);
	sink = p[HUGE / 2]; /* MEM-USE-AFTER-FREE */
	give_back(p);
}

static void freed_page(bool bad)
{
	char *p = (char *)__get_free_page(GFP_KERNEL | __GFP_ZERO);

	if (bad)
		free_page((unsigned long)p);
	sink = p[one]; /* MEM-USE-AFTER-FREE */
	free_page((unsigned long)p);
}

/* One of many: those before it are not remembered as long. */
static void one_of_many_freed_pages(bool bad)
{
	char *pages[60];

	for (int i = 0; i < 60; i++)
		pages[i] = (char *)__get_free_page(GFP_KERNEL | __GFP_ZERO);
	for (int i = bad ? 0 : 1; i < 60; i++)
		free_page((unsigned long)pages[i]);
	sink = *pages[0]; /* MEM-USE-AFTER-FREE */
	free_page((unsigned long)pages[0]);
}

static void freed_vmalloc_area(bool bad)
{
	char *p = vmalloc(LARGE), *q;

	if (bad)
		vfree(p);
	q = vmalloc(LARGE);
	sink = p[one]; /* MEM-USE-AFTER-FREE */
	vfree(q);
	vfree(p);
}

static void freed_kho_memory(bool bad)
{
	u64 *p = kho_alloc_preserve(64);

	if (bad)
		kho_unpreserve_free(p);
	sink = p[one]; /* MEM-USE-AFTER-FREE */
	kho_unpreserve_free(p);
}

static void freed_while_preserved(bool bad)
{
	struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, 0);
	u64 *p = folio_address(folio);

	if (kho_preserve_folio(folio))
		return;
	if (!bad)
		kho_unpreserve_folio(folio);
	else
		folio_put(folio); /* KHO-FREED-WHILE-PRESERVED */
	*p = sink; /* MEM-USE-AFTER-FREE */
	folio_put(folio);
}

struct item {
	struct list_head list;
};

static void freed_neighbour(bool bad)
{
	struct item *first = kzalloc(sizeof(*first), GFP_KERNEL);
	struct item *second = kzalloc(sizeof(*second), GFP_KERNEL);
	LIST_HEAD(items);

	list_add_tail(&first->list, &items);
	list_add_tail(&second->list, &items);
	if (!bad)
		list_del(&first->list);
	give_back(first);
	second->list.prev->next = second->list.next; /* MEM-USE-AFTER-FREE */
	give_back(second);
}

static void freed_twice(bool bad)
{
	char *p = make(SIZE);

	if (bad)
		give_back(p);
	kfree(p); /* MEM-BAD-FREE */
	sink = 0;
}

/* Memory that is none of its own. */
static void nobodys_page(bool bad)
{
	char *p = (char *)__get_free_page(GFP_KERNEL | __GFP_ZERO);

	sink = p[bad ? 64 * PAGE_SIZE * one : 0]; /* MEM-WILD-POINTER */
	free_page((unsigned long)p);
}

static void (*const mistakes[])(bool bad) = {
	read_1, read_2, read_4, read_8, read_16, write_1, write_2, write_4, write_8, write_16,
	read_unaligned, write_unaligned, set_bit_behind, read_in_front, write_in_front, copy_from,
	copy_to, memcpy_from, memcpy_to, memmove_to, memset_to, memcmp_of, strlen_of, strnlen_of,
	strcmp_of, strncmp_of, strcpy_to, strncpy_to, snprintf_to, scnprintf_to, sprintf_to,
	kmemdup_of, copied_from_user, memset_to_error, crowded, large_object, huge_object,
	vmalloc_area, freed_object,
	freed_object_copied, freed_large_object, freed_huge_object, freed_page,
	one_of_many_freed_pages, freed_vmalloc_area, freed_kho_memory, freed_while_preserved,
	freed_neighbour, freed_twice, nobodys_page,
};

static bool memory_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return true;
}

static int memory_preserve(struct liveupdate_file_op_args *args)
{
	const u64 number = file_inode(args->file)->i_ino;

	if (number / 2 >= ARRAY_SIZE(mistakes))
		return -ENOENT;
	mistakes[number / 2](number % 2);
	return 0;
}

static void memory_unpreserve(struct liveupdate_file_op_args *args)
{
}

static int memory_retrieve(struct liveupdate_file_op_args *args)
{
	return -EOPNOTSUPP;
}

static void memory_finish(struct liveupdate_file_op_args *args)
{
}

static const struct liveupdate_file_ops memory_ops = {
	.can_preserve = memory_can_preserve,
	.preserve = memory_preserve,
	.unpreserve = memory_unpreserve,
	.retrieve = memory_retrieve,
	.finish = memory_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler memory_handler = {
	.ops = &memory_ops,
	.compatible = "memory-v1",
};

static int __init memory_init(void)
{
	return liveupdate_register_file_handler(&memory_handler);
}
module_init(memory_init);

static void __exit memory_exit(void)
{
	liveupdate_unregister_file_handler(&memory_handler);
}
module_exit(memory_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Makes mistakes with memory");
