// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* KUnit's own words where they pass; where they fail is cli/kunit. And what no other suite says. */
#include <kunit/device.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/idr.h>
#include <linux/klist.h>
#include <linux/ktime.h>
#include <linux/min_heap.h>
#include <linux/ratelimit.h>
#include <linux/rbtree_augmented.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/srcu.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

static_assert(GENMASK_INPUT_CHECK(3, 1) == 0 && GENMASK_TYPE(u8, 3, 1) == 14);
static_assert(BIT_TYPE(u8, 3) == 8 && GENMASK_U128(64, 64) >> 64 == 1);

static void expectations(struct kunit *test)
{
	int *error = ERR_PTR(-EIO);
	u8 a[3] = { 1, 2, 3 }, b[3] = { 1, 2, 3 }, c[3] = { 0 };

	KUNIT_EXPECT_TRUE_MSG(test, true, "told %d", 1);
	KUNIT_EXPECT_FALSE_MSG(test, false, "not told");
	KUNIT_EXPECT_GE_MSG(test, 2, 1, "not told");
	KUNIT_EXPECT_GT_MSG(test, 2, 1, "not told");
	KUNIT_EXPECT_LE_MSG(test, 1, 2, "not told");
	KUNIT_EXPECT_LT_MSG(test, 1, 2, "not told");
	KUNIT_EXPECT_NE_MSG(test, 1, 2, "not told");
	KUNIT_EXPECT_NULL_MSG(test, NULL, "not told");
	KUNIT_EXPECT_NOT_NULL_MSG(test, test, "not told");
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, test);
	KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(test, test, "not told");
	KUNIT_EXPECT_PTR_EQ_MSG(test, test, test, "not told");
	KUNIT_EXPECT_PTR_NE(test, test, error);
	KUNIT_EXPECT_PTR_NE_MSG(test, test, error, "not told");
	KUNIT_EXPECT_STRNEQ(test, "a", "b");
	KUNIT_EXPECT_STRNEQ_MSG(test, "a", "b", "not told");
	KUNIT_EXPECT_MEMEQ_MSG(test, a, b, 3, "not told");
	KUNIT_EXPECT_MEMNEQ(test, a, c, 3);
	KUNIT_EXPECT_MEMNEQ_MSG(test, a, c, 3, "not told");
	KUNIT_ASSERT_EQ_MSG(test, 1, 1, "not told");
	KUNIT_ASSERT_NE_MSG(test, 1, 2, "not told");
	KUNIT_ASSERT_FALSE(test, false);
	KUNIT_ASSERT_FALSE_MSG(test, false, "not told");
	KUNIT_ASSERT_GE(test, 1, 1);
	KUNIT_ASSERT_GE_MSG(test, 1, 1, "not told");
	KUNIT_ASSERT_GT(test, 2, 1);
	KUNIT_ASSERT_GT_MSG(test, 2, 1, "not told");
	KUNIT_ASSERT_LE_MSG(test, 1, 1, "not told");
	KUNIT_ASSERT_LT(test, 1, 2);
	KUNIT_ASSERT_LT_MSG(test, 1, 2, "not told");
	KUNIT_ASSERT_MEMEQ(test, a, b, 3);
	KUNIT_ASSERT_MEMEQ_MSG(test, a, b, 3, "not told");
	KUNIT_ASSERT_MEMNEQ(test, a, c, 3);
	KUNIT_ASSERT_MEMNEQ_MSG(test, a, c, 3, "not told");
	KUNIT_ASSERT_NULL(test, NULL);
	KUNIT_ASSERT_NULL_MSG(test, NULL, "not told");
	KUNIT_ASSERT_NOT_NULL_MSG(test, test, "not told");
	KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, test, "not told");
	KUNIT_ASSERT_PTR_EQ(test, test, test);
	KUNIT_ASSERT_PTR_EQ_MSG(test, test, test, "not told");
	KUNIT_ASSERT_PTR_NE(test, test, error);
	KUNIT_ASSERT_PTR_NE_MSG(test, test, error, "not told");
	KUNIT_ASSERT_STREQ(test, "a", "a");
	KUNIT_ASSERT_STREQ_MSG(test, "a", "a", "not told");
	KUNIT_ASSERT_STRNEQ(test, "a", "b");
	KUNIT_ASSERT_STRNEQ_MSG(test, "a", "b", "not told");
	if (error == NULL)
		KUNIT_FAIL_AND_ABORT(test, "not told");
	if (error == NULL)
		kunit_fail_current_test("not told");
	kunit_warn(test, "said");
	kunit_err(test, "said");
	kunit_log(KERN_INFO, test, "said");
	kunit_printk(KERN_INFO, test, "said");
}

static int number;

static void count(int *by)
{
	number += *by;
}

KUNIT_DEFINE_ACTION_WRAPPER(count_action, count, int *)

static void actions(struct kunit *test)
{
	static int two = 2;

	KUNIT_EXPECT_EQ(test, kunit_add_action_or_reset(test, count_action, &two), 0);
	kunit_remove_action(test, count_action, &two);
	KUNIT_EXPECT_EQ(test, kunit_add_action(test, count_action, &two), 0);
	kunit_release_action(test, count_action, &two);
	KUNIT_EXPECT_EQ(test, number, 2);
	kunit_kfree(test, kunit_kmalloc(test, 5, GFP_KERNEL));
	kunit_kfree_const(test, kunit_kstrdup_const(test, "text", GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, kunit_get_current_test(), test);
	kunit_mark_skipped(test, "it goes on");
	test->status = KUNIT_SUCCESS;
}

static const int values[] = { 3, 5 };

static void describe(const int *value, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "number %d", *value);
}

KUNIT_ARRAY_PARAM(value, values, describe)

static int params_begin(struct kunit *test)
{
	number = 0;
	return 0;
}

static void params_end(struct kunit *test)
{
	if (number != 8)
		kunit_set_failure(test);
}

static void with_values(struct kunit *test)
{
	number += *(const int *)test->param_value;
	KUNIT_EXPECT_EQ(test, values[test->param_index - 1], *(const int *)test->param_value);
	KUNIT_EXPECT_NOT_NULL(test, test->parent);
}

static void times(struct kunit *test)
{
	ktime_t begin = ktime_get(), later = ktime_add_ns(ktime_add(begin, ms_to_ktime(3)), 5);

	KUNIT_EXPECT_EQ(test, ktime_to_ns(ktime_sub(later, begin)), 3000005ll);
	KUNIT_EXPECT_EQ(test, ktime_us_delta(later, begin), 3000ll);
	KUNIT_EXPECT_TRUE(test, ktime_after(later, begin) && ktime_before(begin, later));
	KUNIT_EXPECT_EQ(test, ktime_to_us(us_to_ktime(7)) + ns_to_ktime(1), 8ll);
	KUNIT_EXPECT_EQ(test, ktime_set(2, 5), 2000000005ll);
	KUNIT_EXPECT_EQ(test, ktime_get_seconds() + ktime_get_real_seconds(), 0ll);
	KUNIT_EXPECT_EQ(test, ktime_get_ns() / NSEC_PER_MSEC, get_jiffies_64());
	KUNIT_EXPECT_EQ(test, jiffies_to_usecs(2), 2000u);
	schedule_timeout_interruptible(1);
	schedule_timeout_uninterruptible(1);
	yield();
}

static void ticked(struct timer_list *timer)
{
	number++;
}

static DEFINE_TIMER(timer, ticked);
static DECLARE_COMPLETION(done);
static DEFINE_RATELIMIT_STATE(rate, DEFAULT_RATELIMIT_INTERVAL, 1);
static DEFINE_SRCU(srcu);
static DECLARE_WAIT_QUEUE_HEAD(waiters);

static void definitions(struct kunit *test)
{
	struct completion own = COMPLETION_INITIALIZER(own);
	struct ratelimit_state also = RATELIMIT_STATE_INIT(also, 0, 0);
	struct idr idr = IDR_INIT(idr);
	struct ida ida = IDA_INIT(ida);
	struct xarray xa = XARRAY_INIT(xa, 0);
	DEFINE_XARRAY_FLAGS(flagged, XA_FLAGS_ALLOC);
	struct klist klist = KLIST_INIT(klist, NULL, NULL);
	MIN_HEAP_PREALLOCATED(int, own_heap, 4) heap;
	int *more = NULL;

	number = 0;
	mod_timer(&timer, jiffies + 1);
	flush_workqueue(system_wq);
	KUNIT_EXPECT_EQ(test, number, 1);
	complete(&done);
	KUNIT_EXPECT_TRUE(test, completion_done(&done) && !completion_done(&own));
	KUNIT_EXPECT_EQ(test, __ratelimit(&rate) + __ratelimit(&rate) + __ratelimit(&also), 2);
	KUNIT_EXPECT_EQ(test, srcu_read_lock(&srcu), 0);
	srcu_read_unlock(&srcu, 0);
	wake_up_interruptible_all(&waiters);
	KUNIT_EXPECT_TRUE(test, idr_is_empty(&idr) && ida_is_empty(&ida) && xa_empty(&xa));
	KUNIT_EXPECT_TRUE(test, xa_empty(&flagged) && list_empty(&klist.k_list));
	xa_init_flags(&xa, XA_FLAGS_ALLOC1);
	min_heap_init(&heap, more, 4);
	KUNIT_EXPECT_PTR_EQ(test, heap.data, heap.preallocated);
	pr_err_once("once");
	pr_notice_once("once");
	pr_debug_once("once");
	pr_info_ratelimited("some");
	pr_notice_ratelimited("some");
	printk_ratelimited("some");
	if (!test)
		unreachable();
}

struct node {
	u32 key, most;
	struct rb_node rb;
};

static bool compute(struct node *node, bool exit)
{
	const struct node *left = rb_entry_safe(node->rb.rb_left, struct node, rb);
	const struct node *right = rb_entry_safe(node->rb.rb_right, struct node, rb);
	const u32 most = max3(node->key, left ? left->most : 0, right ? right->most : 0);
	const bool same = exit && most == node->most;

	node->most = most;
	return same;
}

RB_DECLARE_CALLBACKS(static, callbacks, struct node, rb, most, compute)

static bool before(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct node, rb)->key < rb_entry(b, struct node, rb)->key;
}

static int equal(const void *key, const struct rb_node *b)
{
	return (int)*(const u32 *)key - (int)rb_entry(b, struct node, rb)->key;
}

static void trees(struct kunit *test)
{
	struct rb_root_cached root = RB_ROOT_CACHED;
	struct node nodes[3] = { { 2, 2 }, { 1, 1 }, { 1, 1 } };
	struct rb_root plain = RB_ROOT;
	u32 key = 1;

	rb_link_node_rcu(&nodes[0].rb, NULL, &root.rb_root.rb_node);
	rb_insert_augmented_cached(&nodes[0].rb, &root, true, &callbacks);
	rb_link_node(&nodes[1].rb, &nodes[0].rb, &nodes[0].rb.rb_left);
	rb_insert_augmented_cached(&nodes[1].rb, &root, true, &callbacks);
	KUNIT_EXPECT_PTR_EQ(test, rb_first_cached(&root), &nodes[1].rb);
	KUNIT_EXPECT_PTR_EQ(test, rb_first_postorder(&root.rb_root), &nodes[1].rb);
	KUNIT_EXPECT_PTR_EQ(test, rb_next_postorder(&nodes[1].rb), &nodes[0].rb);
	rb_erase_augmented_cached(&nodes[1].rb, &root, &callbacks);
	KUNIT_EXPECT_PTR_EQ(test, rb_first_cached(&root), &nodes[0].rb);
	for (int i = 0; i < 3; i++)
		rb_add(&nodes[i].rb, &plain, before);
	KUNIT_EXPECT_PTR_EQ(test, rb_next_match(&key, &nodes[1].rb, equal), &nodes[2].rb);
	KUNIT_EXPECT_NULL(test, rb_next_match(&key, &nodes[2].rb, equal));
	KUNIT_EXPECT_PTR_EQ(test, rcu_dereference_raw(plain.rb_node), plain.rb_node);
	KUNIT_EXPECT_PTR_EQ(test, rcu_dereference_check(plain.rb_node, 1), plain.rb_node);
}

static int released;

static void released_now(struct device *dev)
{
	released++;
}

static ssize_t one_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return 0;
}

static ssize_t two_store(struct device *dev, struct device_attribute *attr, const char *buf,
			 size_t length)
{
	return (ssize_t)length;
}

static DEVICE_ATTR_RO(one);
static DEVICE_ATTR_WO(two);
static DEVICE_ATTR(three, 0600, one_show, two_store);

static void devices(struct kunit *test)
{
	struct device dev = { .release = released_now }, second = { .init_name = "second" };

	device_initialize(&dev);
	KUNIT_EXPECT_EQ(test, device_add(&dev), -EINVAL);
	KUNIT_EXPECT_EQ(test, dev_set_name(&dev, "first"), 0);
	KUNIT_EXPECT_EQ(test, device_add(&dev), 0);
	KUNIT_EXPECT_PTR_EQ(test, kobj_to_dev(&dev.kobj), &dev);
	device_lock(&dev);
	device_unlock(&dev);
	KUNIT_EXPECT_NOT_NULL(test, devm_kmalloc(&dev, 3, GFP_KERNEL));
	device_del(&dev);
	put_device(&dev);
	KUNIT_EXPECT_EQ(test, released, 1);
	second.release = released_now;
	KUNIT_EXPECT_EQ(test, device_register(&second), 0);
	dev_emerg(&second, "said");
	dev_crit(&second, "said");
	dev_notice(&second, "said");
	dev_WARN(&second, "a complaint\n");
	device_unregister(&second);
	KUNIT_EXPECT_EQ(test, released, 2);
	KUNIT_EXPECT_EQ(test, dev_attr_one.attr.mode + dev_attr_two.attr.mode, 0644);
	KUNIT_EXPECT_PTR_EQ(test, dev_attr_three.show, one_show);
}

LFB_PRINTF(1, 2)
static char *made(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = kvasprintf(GFP_KERNEL, format, args);
	va_end(args);
	return text;
}

LFB_PRINTF(3, 4)
static int cut(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vscnprintf(buf, size, format, args);
	va_end(args);
	return length;
}

LFB_PRINTF(2, 3)
static void tell(struct seq_file *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	seq_vprintf(m, format, args);
	va_end(args);
}

static void texts(struct kunit *test)
{
	char *text __free(kfree) = made("%d", 12);
	char buf[8];
	struct seq_file m = { .buf = buf, .size = sizeof(buf) };
	struct kunit_case *at;
	unsigned int n = 0;
	extern struct kunit_suite suite;

	KUNIT_EXPECT_STREQ(test, text, "12");
	KUNIT_EXPECT_EQ(test, cut(buf, 3, "%d", 1234), 2);
	tell(&m, "%d", 5);
	KUNIT_EXPECT_EQ(test, m.count, 1ul);
	kunit_suite_for_each_test_case(&suite, at)
		n++;
	KUNIT_EXPECT_EQ(test, n, kunit_suite_num_test_cases(&suite));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(expectations), KUNIT_CASE_ATTR(actions, { KUNIT_SPEED_SLOW }),
	KUNIT_CASE_PARAM_WITH_INIT(with_values, value_gen_params, params_begin, params_end),
	KUNIT_CASE_PARAM_ATTR(with_values, value_gen_params, { KUNIT_SPEED_SLOW }),
	KUNIT_CASE(times), KUNIT_CASE(definitions), KUNIT_CASE(trees), KUNIT_CASE(devices), {}
};

static struct kunit_case more[] = { KUNIT_CASE(texts), {} };

struct kunit_suite suite = { .name = "kunit", .test_cases = cases };
static struct kunit_suite second = { .name = "kunit-more", .test_cases = more };
kunit_test_init_section_suite(suite);
kunit_test_init_section_suites(&second);

MODULE_DESCRIPTION("KUnit itself");
MODULE_LICENSE("GPL");
MODULE_AUTHOR("nobody");
MODULE_VERSION("1");
MODULE_ALIAS("other");
MODULE_INFO(tag, "text");
MODULE_SOFTDEP("pre: other");
MODULE_IMPORT_NS("NAMES");
MODULE_FIRMWARE("none");
MODULE_DEVICE_TABLE(of, none);
MODULE_ALIAS_MISCDEV(1);
EXPORT_SYMBOL_NS(number, "NAMES");
EXPORT_SYMBOL_NS_GPL(number, "NAMES");
EXPORT_SYMBOL_FOR_MODULES(number, "module");
