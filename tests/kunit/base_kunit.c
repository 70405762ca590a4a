// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What every source uses: errors, guards, allocations, strings. */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/numa.h>
#include <linux/pfn.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static_assert(BUILD_BUG_ON_ZERO(0) == 0 && __must_be_array("text") == 0);
static_assert(IS_ENABLED(CONFIG_OF_THIS_TEST) == 0 && IS_BUILTIN(CONFIG_OF_THIS_TEST) == 0);
#define CONFIG_OF_THIS_TEST 1
#define CONFIG_OF_ANOTHER_MODULE 1
static_assert(IS_ENABLED(CONFIG_OF_THIS_TEST) && !IS_MODULE(CONFIG_OF_THIS_TEST));
static_assert(IS_ENABLED(CONFIG_OF_ANOTHER) && IS_MODULE(CONFIG_OF_ANOTHER));
static_assert(IS_REACHABLE(CONFIG_OF_ANOTHER) && !IS_BUILTIN(CONFIG_OF_ANOTHER));
static_assert(__is_constexpr(5) && const_true(1) && !const_true(0));

struct grouped {
	int before;
	struct_group(both, int one; int two;);
	int after;
};

static_assert(offsetof(struct grouped, one) == offsetof(struct grouped, both));
static_assert(offsetofend(struct grouped, both) == 12 && sizeof_field(struct grouped, both) == 8);
static_assert(sizeof(typeof_member(struct grouped, before)) == 4);

struct tagged {
	struct_group_tagged(pair, both, int one; int two;);
};

static_assert(sizeof(struct pair) == 8);

struct flexible {
	int count;
	DECLARE_FLEX_ARRAY(u8, data);
};

static void errors(struct kunit *test)
{
	const struct grouped group = { .one = 1 }, *found;
	const int *one = &group.one;
	void *err = ERR_PTR(-ENOMEM);
	int hidden = 3, group_of[3];

	KUNIT_EXPECT_TRUE(test, IS_ERR(err) && IS_ERR_OR_NULL(NULL) && IS_ERR_VALUE(-5l));
	KUNIT_EXPECT_EQ(test, PTR_ERR(err) + PTR_ERR_OR_ZERO(test), (long)-ENOMEM);
	KUNIT_EXPECT_PTR_EQ(test, ERR_CAST(err), err);
	KUNIT_EXPECT_PTR_EQ(test, IOMEM_ERR_PTR(-ENOMEM), err);
	found = container_of_const(one, struct grouped, one);
	KUNIT_EXPECT_PTR_EQ(test, found, &group);
	OPTIMIZER_HIDE_VAR(hidden);
	barrier();
	barrier_data(&hidden);
	WRITE_ONCE(hidden, READ_ONCE(hidden) + data_race(1));
	KUNIT_EXPECT_EQ(test, hidden, 4);
	KUNIT_EXPECT_PTR_EQ(test, RELOC_HIDE(&hidden, 0), &hidden);
	KUNIT_EXPECT_PTR_EQ(test, PTR_IF(true, &hidden), &hidden);
	KUNIT_EXPECT_EQ(test, upper_32_bits(1ull << 32 | 5) + lower_32_bits(1ull << 32 | 5), 6u);
	KUNIT_EXPECT_EQ(test, REPEAT_BYTE(0x11ul) & 0xffff, 0x1111ul);
	KUNIT_EXPECT_PTR_EQ(test, u64_to_user_ptr((uintptr_t)test), test);
	KUNIT_EXPECT_TRUE(test, statically_true(1));
	BUILD_BUG_ON(sizeof(int) != 4);
	if (sizeof(int) != 4)
		BUILD_BUG();
	KUNIT_EXPECT_PTR_EQ(test, ARRAY_END(group_of), &group_of[3]);
	KUNIT_EXPECT_EQ(test, struct_offset_end(found, one), 8ul);
	BUILD_BUG_ON_MSG(sizeof(int) != 4, "an int has 32 bits");
	BUILD_BUG_ON_INVALID(hidden);
	BUILD_BUG_ON_NOT_POWER_OF_2(8);
	KUNIT_EXPECT_FALSE(test, WARN_ON(hidden != 4) || WARN_ON_ONCE(false) || WARN_ONCE(0, "no"));
	BUG_ON(hidden != 4);
}

static DEFINE_MUTEX(lock);

static int with_guard(bool fail)
{
	guard(mutex)(&lock);

	if (fail)
		return -EINVAL;
	return mutex_is_locked(&lock);
}

static int in_a_scope(void)
{
	scoped_guard(mutex, &lock) {
		if (mutex_is_locked(&lock))
			return 1;
	}
	return 0;
}

static int if_it_is_free(void)
{
	scoped_cond_guard(mutex_try, return -EBUSY, &lock)
		return 5;
	return 0;
}

static int or_an_errno(void)
{
	ACQUIRE(mutex_try, mine)(&lock);

	return ACQUIRE_ERR(mutex_try, &mine);
}

static int objects;

struct object {
	int number;
};

static struct object *object_get(void)
{
	struct object *object = kzalloc_obj(*object);

	objects += object != NULL;
	return object;
}

static void object_put(struct object *object)
{
	objects--;
	kfree(object);
}

DEFINE_FREE(object_put, struct object *, if (_T) object_put(_T))
DEFINE_CLASS(object, struct object *, if (_T) object_put(_T), object_get(), void)
EXTEND_CLASS(object, _numbered, ({
		     struct object *lfb_new = object_get();
		     if (lfb_new)
			     lfb_new->number = number;
		     lfb_new;
	     }), int number)
DEFINE_LOCK_GUARD_1(both, struct mutex, mutex_lock(_T->lock); _T->kept = 1,
		    objects += _T->kept; mutex_unlock(_T->lock), int kept)
DEFINE_GUARD(object_lock, struct object *, _T->number++, _T->number--)
DEFINE_GUARD_COND(object_lock, _free, _T->number == 0 && ++_T->number)
DEFINE_LOCK_GUARD_0(counted, objects++, objects--)

static struct object *kept(bool fail)
{
	struct object *object __free(object_put) = object_get();

	if (!object || fail)
		return NULL;
	return_ptr(object);
}

static void scopes(struct kunit *test)
{
	struct object *object;

	KUNIT_EXPECT_EQ(test, with_guard(true), -EINVAL);
	KUNIT_EXPECT_EQ(test, with_guard(false), 1);
	KUNIT_EXPECT_EQ(test, in_a_scope(), 1);
	KUNIT_EXPECT_EQ(test, if_it_is_free(), 5);
	KUNIT_EXPECT_EQ(test, or_an_errno(), 0);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&lock));
	mutex_lock(&lock);
	KUNIT_EXPECT_EQ(test, if_it_is_free(), -EBUSY);
	KUNIT_EXPECT_EQ(test, or_an_errno(), -EBUSY);
	scoped_guard(mutex_try, &lock)
		KUNIT_FAIL(test, "held twice");
	mutex_unlock(&lock);
	KUNIT_EXPECT_NULL(test, kept(true));
	KUNIT_EXPECT_EQ(test, objects, 0);
	object = kept(false);
	KUNIT_ASSERT_NOT_NULL(test, object);
	{
		struct object *also __free(object_put) = object;
		struct object *given = no_free_ptr(also);
		CLASS(object_numbered, numbered)(7);

		KUNIT_EXPECT_NULL(test, also);
		KUNIT_EXPECT_EQ(test, numbered->number, 7);
		also = given;
		retain_and_null_ptr(also);
		KUNIT_EXPECT_EQ(test, objects, 2);
	}
	object_put(object);
	{
		struct object locked = { 0 };

		scoped_guard(object_lock, &locked)
			scoped_guard(object_lock_free, &locked)
				KUNIT_FAIL(test, "it is not free");
		scoped_guard(object_lock_free, &locked)
			KUNIT_EXPECT_EQ(test, locked.number, 1);
		KUNIT_EXPECT_EQ(test, locked.number, 0);
	}
	scoped_class(object, another)
		KUNIT_EXPECT_EQ(test, objects, 1);
	scoped_guard(counted)
		KUNIT_EXPECT_EQ(test, objects, 1);
	KUNIT_EXPECT_EQ(test, objects, 0);
	scoped_guard(both, &lock)
		KUNIT_EXPECT_TRUE(test, mutex_is_locked(&lock));
	KUNIT_EXPECT_EQ(test, objects, 1);
	objects = 0;
}

static void constructed(void *object)
{
	((struct object *)object)->number = 9;
}

static void small_memory(struct kunit *test)
{
	struct kmem_cache *cache = kmem_cache_create("objects", sizeof(struct object), 0,
						     SLAB_HWCACHE_ALIGN, constructed);
	struct object *object, *many;
	struct flexible *flexible;
	char *text = kstrdup("session", GFP_KERNEL), *more;

	KUNIT_ASSERT_NOT_NULL(test, cache);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, object->number, 9);
	kmem_cache_free(cache, object);
	kmem_cache_free(cache, kmem_cache_zalloc(cache, GFP_KERNEL));
	kmem_cache_destroy(cache);
	kmem_cache_destroy(KMEM_CACHE(object, SLAB_PANIC | SLAB_ACCOUNT));
	object = kmalloc_obj(*object, GFP_ATOMIC);
	kfree(object);
	many = kzalloc_objs(*many, 5);
	KUNIT_EXPECT_TRUE(test, mem_is_zero(many, 5 * sizeof(*many)));
	many = krealloc_array(many, 50, sizeof(*many), GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, many[4].number, 0);
	KUNIT_EXPECT_NULL(test, krealloc_array(many, SIZE_MAX, 2, GFP_KERNEL));
	kfree_sensitive(many);
	kfree(kmalloc_objs(struct object, 3, GFP_KERNEL));
	flexible = kzalloc_flex(*flexible, data, 20);
	KUNIT_EXPECT_GE(test, ksize(flexible), 24ul);
	kfree(flexible);
	kfree(kmalloc_flex(*flexible, data, 2, GFP_NOWAIT | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, kmalloc_array(SIZE_MAX, 2, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kcalloc_node(SIZE_MAX, 2, GFP_KERNEL, NUMA_NO_NODE));
	kfree(kmalloc_node(5, GFP_KERNEL, 0));
	kfree(kzalloc_node(5, GFP_KERNEL, 0));
	more = krealloc(text, 100, GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, more, "session");
	KUNIT_EXPECT_NULL(test, krealloc(more, 0, GFP_KERNEL));
	text = kstrndup("session", 4, GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, text, "sess");
	more = kmemdup_nul("session", 3, GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, more, "ses");
	kfree(text);
	kfree(more);
	kfree(kmemdup_array("abcd", 2, 2, GFP_KERNEL));
	kfree_const(kstrdup_const("x", GFP_KERNEL));
	{
		char *freed __free(kfree) = kasprintf(GFP_KERNEL, "%d-%s", 5, "x");

		KUNIT_EXPECT_STREQ(test, freed, "5-x");
	}
	KUNIT_EXPECT_TRUE(test, ZERO_OR_NULL_PTR(NULL) && KMALLOC_MAX_SIZE > PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, ARCH_KMALLOC_MINALIGN, 16);
}

static void large_memory(struct kunit *test)
{
	u8 *area = __vmalloc(3 * PAGE_SIZE, GFP_KERNEL | __GFP_ZERO);
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long addr = get_zeroed_page(GFP_KERNEL_ACCOUNT);
	u8 *freed __free(kvfree) = kvmalloc(5 << 20, GFP_KERNEL);

	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(area) && mem_is_zero(area, 3 * PAGE_SIZE));
	vfree(area);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(freed));
	area = kvzalloc(100, GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, !is_vmalloc_addr(area) && mem_is_zero(area, 100));
	kvfree(area);
	kvfree(kvmalloc_array(4, 4, GFP_KERNEL));
	kvfree(kvcalloc(4, 4, GFP_KERNEL));
	kvfree(kvmalloc_node(4, GFP_KERNEL, 0));
	kvfree(kvzalloc_node(4, GFP_KERNEL, 0));
	kvfree(kvzalloc_obj(struct object));
	kvfree(kvzalloc_objs(struct object, 5));
	kvfree(kvmalloc_objs(struct object, 5));
	KUNIT_EXPECT_NULL(test, vmalloc_array(SIZE_MAX, 2));
	KUNIT_EXPECT_NULL(test, vcalloc(SIZE_MAX, 2));
	{
		void *also __free(vfree) = vmalloc(5);

		KUNIT_EXPECT_EQ(test, offset_in_page(also), 0ul);
	}
	KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(addr) && PAGE_ALIGN_DOWN(addr + 5) == addr);
	KUNIT_EXPECT_PTR_EQ(test, pfn_folio(page_to_pfn(page)), page_folio(page));
	KUNIT_EXPECT_EQ(test, folio_shift(page_folio(page)), (unsigned int)PAGE_SHIFT);
	get_page(page);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	put_page(page);
	__free_page(page);
	free_page(addr);
	free_page(__get_free_page(GFP_KERNEL));
	__free_pages(alloc_pages_node(NUMA_NO_NODE, GFP_USER, 1), 1);
	KUNIT_EXPECT_TRUE(test, gfpflags_allow_blocking(GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, gfpflags_allow_blocking(GFP_ATOMIC));
	KUNIT_EXPECT_EQ(test, PFN_UP(4097) + PFN_DOWN(8191) + PFN_ALIGN(1), 4099ul);
	KUNIT_EXPECT_EQ(test, MAX_ORDER_NR_PAGES, 1024ul);
	KUNIT_EXPECT_EQ(test, MAX_NUMNODES, 1);
}

/* Both that take a list, which say the same. Return: their lengths. */
static int by_list(char *text, const char *format, ...)
{
	va_list args, again;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args) + vsprintf(text, format, again);
	va_end(again);
	va_end(args);
	return length;
}

static void strings(struct kunit *test)
{
	static const char *const words[] = { "none", "all", "some" };
	char text[16], wire[4], padded[16];
	u16 halves[3];
	u32 words32[3];
	u64 words64[3];

	KUNIT_EXPECT_EQ(test, strscpy(text, "session"), 7);
	KUNIT_EXPECT_EQ(test, strscpy(text, "session", 4), -E2BIG);
	KUNIT_EXPECT_STREQ(test, text, "ses");
	memset(padded, 'x', sizeof(padded));
	KUNIT_EXPECT_EQ(test, strscpy_pad(padded, "ab"), 2);
	KUNIT_EXPECT_TRUE(test, mem_is_zero(padded + 2, 14));
	strtomem_pad(wire, "ab", '-');
	KUNIT_EXPECT_MEMEQ(test, wire, "ab--", 4);
	strtomem(wire, "abcdef");
	memtostr(text, wire);
	KUNIT_EXPECT_STREQ(test, text, "abcd");
	memtostr_pad(padded, wire);
	KUNIT_EXPECT_TRUE(test, mem_is_zero(padded + 4, 12));
	strscpy(text, " \tab ");
	KUNIT_EXPECT_STREQ(test, strim(text), "ab");
	strscpy(text, "ab  ");
	KUNIT_EXPECT_STREQ(test, strstrip(text), "ab");
	KUNIT_EXPECT_STREQ(test, skip_spaces("  ab"), "ab");
	KUNIT_EXPECT_STREQ(test, strreplace(text, 'a', 'c'), "cb");
	KUNIT_EXPECT_EQ(test, strlcat(text, "de", sizeof(text)), 4ul);
	KUNIT_EXPECT_EQ(test, strlcat(text, "0123456789abcd", sizeof(text)), 18ul);
	KUNIT_EXPECT_STREQ(test, text, "cbde0123456789a");
	KUNIT_EXPECT_PTR_EQ(test, strnchr(text, 4, 'd'), text + 2);
	KUNIT_EXPECT_NULL(test, strnchr(text, 2, 'd'));
	KUNIT_EXPECT_PTR_EQ(test, strnchrnul(text, 2, 'd'), text + 2);
	KUNIT_EXPECT_PTR_EQ(test, strnstr(text, "de", 4), text + 2);
	KUNIT_EXPECT_NULL(test, strnstr(text, "de", 3));
	KUNIT_EXPECT_EQ(test, str_has_prefix(text, "cb"), 2ul);
	KUNIT_EXPECT_TRUE(test, strstarts(text, "cbd") && strends(text, "9a"));
	KUNIT_EXPECT_FALSE(test, strends("a", "ba"));
	KUNIT_EXPECT_FALSE(test, strends("ba", "bb"));
	KUNIT_EXPECT_STREQ(test, kbasename("a/b/c.c"), "c.c");
	KUNIT_EXPECT_TRUE(test, sysfs_streq("on\n", "on") && !sysfs_streq("on\n\n", "on"));
	KUNIT_EXPECT_FALSE(test, sysfs_streq("", "on") || sysfs_streq("on", "off\n"));
	KUNIT_EXPECT_EQ(test, match_string(words, ARRAY_SIZE(words), "some"), 2);
	KUNIT_EXPECT_EQ(test, sysfs_match_string(words, "all\n"), 1);
	KUNIT_EXPECT_EQ(test, __sysfs_match_string(words, 1, "all"), -EINVAL);
	memset16(halves, 0x1234, 3);
	memset32(words32, 0x12345678, 3);
	memset64(words64, 5, 3);
	KUNIT_EXPECT_EQ(test, halves[2] + words32[2] + words64[2], 0x123468b1ull);
	memset(text, 'z', sizeof(text));
	text[9] = 'y';
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(text, 'z', sizeof(text)), text + 9);
	memzero_explicit(text, sizeof(text));
	KUNIT_EXPECT_TRUE(test, mem_is_zero(text, sizeof(text)));
	KUNIT_EXPECT_EQ(test, scnprintf(text, 4, "%s", "session"), 3);
	KUNIT_EXPECT_EQ(test, scnprintf(text, 0, "%s", "session"), 0);
	KUNIT_EXPECT_EQ(test, scnprintf(text, sizeof(text), "%d", 42), 2);
	KUNIT_EXPECT_EQ(test, snprintf(text, 4, "%pe", ERR_PTR(-EIO)), 4);
	KUNIT_EXPECT_STREQ(test, text, "-EI");
	KUNIT_EXPECT_EQ(test, sprintf(text, "%pe", ERR_PTR(-EIO)), 4);
	KUNIT_EXPECT_STREQ(test, text, "-EIO");
	KUNIT_EXPECT_EQ(test, by_list(text, "%*ph", 2, "ab"), 10);
	KUNIT_EXPECT_STREQ(test, text, "61 62");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(errors), KUNIT_CASE(scopes), KUNIT_CASE(small_memory),
	KUNIT_CASE(large_memory), KUNIT_CASE(strings), {}
};

static struct kunit_suite suite = { .name = "base", .test_cases = cases };
kunit_test_suite(suite);

MODULE_DESCRIPTION("the ground of every source");
MODULE_LICENSE("GPL");
