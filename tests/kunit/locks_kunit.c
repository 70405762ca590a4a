// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Locks, counts, and what is done later. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <kunit/test.h>
#include <asm/barrier.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(sem);
static DEFINE_SPINLOCK(spin);
static DEFINE_RAW_SPINLOCK(raw);

static void locks(struct kunit *test)
{
	struct mutex own = __MUTEX_INITIALIZER(own);
	struct lock_class_key key;

	mutex_lock_nested(&mutex, 1);
	KUNIT_EXPECT_EQ(test, mutex_trylock(&mutex), 0);
	KUNIT_EXPECT_NE(test, mutex_get_owner(&mutex), 0ul);
	lockdep_assert_held(&mutex);
	lockdep_assert_held_once(&mutex);
	mutex_unlock(&mutex);
	lockdep_assert_not_held(&mutex);
	lockdep_assert(true);
	lockdep_register_key(&key);
	lockdep_set_class(&mutex, &key);
	lockdep_unregister_key(&key);
	KUNIT_EXPECT_EQ(test, mutex_lock_interruptible(&own), 0);
	mutex_unlock(&own);
	KUNIT_EXPECT_EQ(test, mutex_lock_killable(&own), 0);
	mutex_unlock(&own);
	scoped_guard(mutex_intr, &own)
		KUNIT_EXPECT_TRUE(test, lockdep_is_held(&own));
	scoped_guard(mutex_kill, &own)
		KUNIT_EXPECT_TRUE(test, mutex_is_locked(&own));
	mutex_destroy(&own);
}

static void semaphores(struct kunit *test)
{
	struct rw_semaphore also = __RWSEM_INITIALIZER(also);

	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 1);
	lockdep_assert_held_read(&sem);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&sem), 0);
	up_read(&sem);
	KUNIT_EXPECT_EQ(test, down_write_killable(&sem), 0);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&also), 1);
	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 0);
	rwsem_assert_held_write(&sem);
	downgrade_write(&sem);
	rwsem_assert_held(&sem);
	up_read(&sem);
	up_write(&also);
	KUNIT_EXPECT_EQ(test, down_read_interruptible(&sem), 0);
	KUNIT_EXPECT_EQ(test, down_read_killable(&also), 0);
	up_read(&also);
	up_read(&sem);
	down_read_nested(&sem, 1);
	up_read(&sem);
	down_write_nested(&sem, 1);
	lockdep_assert_held_write(&sem);
	up_write(&sem);
	scoped_guard(rwsem_read, &sem)
		scoped_guard(rwsem_write_try, &sem)
			KUNIT_FAIL(test, "written while it is read");
	scoped_guard(rwsem_write, &sem)
		scoped_guard(rwsem_read_try, &sem)
			KUNIT_FAIL(test, "read while it is written");
	scoped_guard(rwsem_read_intr, &sem)
		KUNIT_EXPECT_TRUE(test, rwsem_is_locked(&sem));
	scoped_guard(rwsem_write_kill, &sem)
		KUNIT_EXPECT_TRUE(test, rwsem_is_locked(&sem));
}

static void spinlocks(struct kunit *test)
{
	spinlock_t third = __SPIN_LOCK_UNLOCKED(third);
	unsigned long flags;

	spin_lock_irqsave(&spin, flags);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&spin) && !spin_trylock(&spin));
	spin_unlock_irqrestore(&spin, flags);
	spin_lock_irq(&spin);
	spin_unlock_irq(&spin);
	spin_lock_bh(&spin);
	spin_unlock_bh(&spin);
	spin_lock_nested(&third, 1);
	spin_unlock(&third);
	raw_spin_lock_init(&raw);
	raw_spin_lock(&raw);
	raw_spin_unlock(&raw);
	scoped_guard(spinlock, &spin)
		scoped_guard(spinlock_try, &spin)
			KUNIT_FAIL(test, "taken twice");
	scoped_guard(spinlock_irq, &spin)
		scoped_guard(spinlock_bh, &third)
			scoped_guard(raw_spinlock, &raw)
				KUNIT_EXPECT_TRUE(test, spin_is_locked(&third));
	scoped_guard(spinlock_irqsave, &spin)
		KUNIT_EXPECT_TRUE(test, spin_is_locked(&spin));
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&spin));
}

/* The same of each width. */
#define COUNTS(name, type, number, init)                                                           \
	static void name##_counts(struct kunit *test)                                              \
	{                                                                                          \
		type v = init(5);                                                                  \
		number old = 9;                                                                    \
                                                                                                   \
		name##_add(3, &v);                                                                 \
		name##_sub(1, &v);                                                                 \
		name##_inc(&v);                                                                    \
		name##_dec(&v);                                                                    \
		KUNIT_EXPECT_EQ(test, name##_read(&v), 7);                                         \
		KUNIT_EXPECT_EQ(test, name##_add_return(2, &v) + name##_sub_return(2, &v), 16);    \
		KUNIT_EXPECT_EQ(test, name##_fetch_add(2, &v) + name##_fetch_sub(2, &v), 16);      \
		KUNIT_EXPECT_EQ(test, name##_inc_return(&v) + name##_dec_return(&v), 15);          \
		KUNIT_EXPECT_EQ(test, name##_fetch_inc(&v) + name##_fetch_dec(&v), 15);            \
		KUNIT_EXPECT_EQ(test, name##_xchg(&v, 12), 7);                                     \
		KUNIT_EXPECT_EQ(test, name##_cmpxchg(&v, 12, 9), 12);                              \
		KUNIT_EXPECT_EQ(test, name##_cmpxchg(&v, 12, 1), 9);                               \
		KUNIT_EXPECT_TRUE(test, name##_try_cmpxchg(&v, &old, 6));                          \
		KUNIT_EXPECT_FALSE(test, name##_try_cmpxchg(&v, &old, 6));                         \
		KUNIT_EXPECT_EQ(test, old, 6);                                                     \
		KUNIT_EXPECT_EQ(test, name##_fetch_and(3, &v) + name##_and_return(2, &v), 8);      \
		KUNIT_EXPECT_EQ(test, name##_fetch_or(1, &v) + name##_or_return(4, &v), 9);        \
		KUNIT_EXPECT_EQ(test, name##_fetch_xor(1, &v) + name##_xor_return(1, &v), 14);     \
		name##_and(6, &v);                                                                 \
		name##_or(8, &v);                                                                  \
		name##_xor(4, &v);                                                                 \
		name##_andnot(2, &v);                                                              \
		KUNIT_EXPECT_EQ(test, name##_read_acquire(&v), 8);                                 \
		name##_set(&v, 1);                                                                 \
		KUNIT_EXPECT_TRUE(test, name##_inc_not_zero(&v) && !name##_dec_and_test(&v));      \
		KUNIT_EXPECT_TRUE(test, name##_dec_and_test(&v) && !name##_inc_not_zero(&v));      \
		KUNIT_EXPECT_EQ(test, name##_dec_if_positive(&v), -1);                             \
		KUNIT_EXPECT_FALSE(test, name##_add_unless(&v, 3, 0));                             \
		KUNIT_EXPECT_EQ(test, name##_fetch_add_unless(&v, 3, 1), 0);                       \
		KUNIT_EXPECT_TRUE(test, name##_sub_and_test(3, &v));                               \
		KUNIT_EXPECT_TRUE(test, name##_add_negative(-1, &v) && name##_inc_and_test(&v));   \
		name##_set_release(&v, 2);                                                         \
		KUNIT_EXPECT_EQ(test, name##_dec_if_positive(&v), 1);                              \
	}

COUNTS(atomic, atomic_t, int, ATOMIC_INIT)
COUNTS(atomic64, atomic64_t, s64, ATOMIC64_INIT)
COUNTS(atomic_long, atomic_long_t, long, ATOMIC_LONG_INIT)

static void orders(struct kunit *test)
{
	int value = 3, old = 4;

	KUNIT_EXPECT_EQ(test, xchg(&value, 4), 3);
	KUNIT_EXPECT_EQ(test, cmpxchg(&value, 4, 5), 4);
	KUNIT_EXPECT_FALSE(test, try_cmpxchg(&value, &old, 6));
	KUNIT_EXPECT_TRUE(test, try_cmpxchg(&value, &old, 6));
	smp_mb();
	smp_rmb();
	smp_wmb();
	mb();
	rmb();
	wmb();
	smp_mb__before_atomic();
	smp_mb__after_atomic();
	smp_store_mb(value, 7);
	smp_store_release(&value, smp_load_acquire(&value) + 1);
	KUNIT_EXPECT_EQ(test, value, 8);
}

static int released;

static void release(struct kref *kref)
{
	released++;
}

static void release_locked(struct kref *kref)
{
	released++;
	mutex_unlock(&mutex);
}

static void references(struct kunit *test)
{
	struct kref kref = KREF_INIT(1);
	refcount_t count = REFCOUNT_INIT(2);

	kref_get(&kref);
	KUNIT_EXPECT_EQ(test, kref_read(&kref), 2u);
	KUNIT_EXPECT_EQ(test, kref_put(&kref, release), 0);
	KUNIT_EXPECT_EQ(test, kref_put(&kref, release), 1);
	KUNIT_EXPECT_EQ(test, kref_get_unless_zero(&kref), 0);
	kref_init(&kref);
	KUNIT_EXPECT_EQ(test, kref_put_mutex(&kref, release_locked, &mutex), 1);
	KUNIT_EXPECT_EQ(test, released, 2);
	refcount_add(2, &count);
	KUNIT_EXPECT_TRUE(test, refcount_add_not_zero(1, &count) && refcount_inc_not_zero(&count));
	KUNIT_EXPECT_EQ(test, refcount_read(&count), 6u);
	KUNIT_EXPECT_FALSE(test, refcount_sub_and_test(4, &count));
	refcount_dec(&count);
	KUNIT_EXPECT_FALSE(test, refcount_dec_not_one(&count));
	KUNIT_EXPECT_TRUE(test, refcount_dec_if_one(&count));
	refcount_set(&count, 2);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_lock(&count, &spin));
	KUNIT_EXPECT_TRUE(test, refcount_dec_and_lock(&count, &spin));
	spin_unlock(&spin);
	refcount_set(&count, 2);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_mutex_lock(&count, &mutex));
	KUNIT_EXPECT_TRUE(test, refcount_dec_and_mutex_lock(&count, &mutex));
	mutex_unlock(&mutex);
	KUNIT_EXPECT_FALSE(test, refcount_add_not_zero(1, &count));
	/* What is no count of users any more sticks, with a complaint of the kernel. */
	refcount_inc(&count);
	KUNIT_EXPECT_EQ(test, refcount_read(&count), (unsigned int)REFCOUNT_SATURATED);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&count));
	KUNIT_EXPECT_TRUE(test, REFCOUNT_MAX == INT_MAX);
}

static int said[8], nr_said;

static void say(int what)
{
	said[nr_said++ % 8] = what;
}

static void work_done(struct work_struct *work)
{
	say(1);
}

static void work_later(struct work_struct *work)
{
	say(to_delayed_work(work) ? 2 : 0);
}

struct ticking {
	struct timer_list timer;
	int ticks;
};

static void tick(struct timer_list *timer)
{
	struct ticking *ticking = timer_container_of(ticking, timer, timer);

	ticking->ticks++;
	say(3);
	if (ticking->ticks < 3)
		mod_timer(timer, jiffies + 10);
}

static DECLARE_WORK(work, work_done);
static DECLARE_DELAYED_WORK(later, work_later);

static void deferred(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("queue", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	struct workqueue_struct *ordered = alloc_ordered_workqueue("ordered", WQ_FREEZABLE);
	struct ticking *ticking = kunit_kzalloc(test, sizeof(*ticking), GFP_KERNEL);
	struct work_struct own;
	struct delayed_work delayed;
	unsigned long begin = jiffies;

	INIT_WORK(&own, work_done);
	INIT_WORK_ONSTACK(&own, work_done);
	INIT_DELAYED_WORK(&delayed, work_later);
	timer_setup(&ticking->timer, tick, 0);
	nr_said = 0;
	KUNIT_EXPECT_TRUE(test, schedule_delayed_work(&later, msecs_to_jiffies(20)));
	KUNIT_EXPECT_TRUE(test, queue_work(wq, &work));
	KUNIT_EXPECT_FALSE(test, schedule_work(&work));
	KUNIT_EXPECT_TRUE(test, work_pending(&work) && delayed_work_pending(&later));
	mod_timer(&ticking->timer, jiffies + 5);
	KUNIT_EXPECT_TRUE(test, timer_pending(&ticking->timer));
	KUNIT_EXPECT_EQ(test, nr_said, 0);
	msleep(16);
	/* Work at once, the timer at 5 and 15. */
	KUNIT_EXPECT_EQ(test, nr_said, 3);
	KUNIT_EXPECT_EQ(test, said[0] * 100 + said[1] * 10 + said[2], 133);
	KUNIT_EXPECT_EQ(test, jiffies - begin, 16ul);
	KUNIT_EXPECT_TRUE(test, flush_delayed_work(&later));
	KUNIT_EXPECT_FALSE(test, flush_delayed_work(&later));
	KUNIT_EXPECT_EQ(test, said[3], 2);
	KUNIT_EXPECT_EQ(test, timer_delete_sync(&ticking->timer), 1);
	KUNIT_EXPECT_EQ(test, timer_delete(&ticking->timer) + timer_shutdown_sync(&ticking->timer),
			0);
	ticking->timer.expires = jiffies + 1;
	add_timer(&ticking->timer);
	timer_delete(&ticking->timer);
	queue_delayed_work(ordered, &delayed, 1000);
	KUNIT_EXPECT_TRUE(test, mod_delayed_work(ordered, &delayed, 10));
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work_sync(&delayed));
	KUNIT_EXPECT_FALSE(test, cancel_delayed_work(&delayed));
	queue_work(wq, &own);
	KUNIT_EXPECT_TRUE(test, cancel_work_sync(&own) && !cancel_work(&own));
	destroy_work_on_stack(&own);
	queue_work(system_unbound_wq, &work);
	flush_work(&work);
	queue_work(system_long_wq, &work);
	drain_workqueue(wq);
	queue_work(system_percpu_wq, &work);
	flush_scheduled_work();
	KUNIT_EXPECT_EQ(test, nr_said, 7);
	destroy_workqueue(wq);
	destroy_workqueue(ordered);
	destroy_workqueue(create_singlethread_workqueue("single"));
	KUNIT_EXPECT_EQ(test, schedule_timeout_interruptible(5), 0l);
	ssleep(1);
	fsleep(2000);
	usleep_range(1000, 2000);
	KUNIT_EXPECT_EQ(test, msleep_interruptible(1), 0ul);
	mdelay(1);
	udelay(1);
	ndelay(1);
	schedule();
	cond_resched();
	KUNIT_EXPECT_EQ(test, signal_pending(NULL) + fatal_signal_pending(NULL), 0);
	KUNIT_EXPECT_TRUE(test, time_after(jiffies, begin) && time_before(begin, jiffies));
	KUNIT_EXPECT_TRUE(test, time_after_eq(begin, begin) && time_before_eq(begin, jiffies));
	KUNIT_EXPECT_TRUE(test, time_is_before_jiffies(begin) && !time_is_after_jiffies(begin));
	KUNIT_EXPECT_EQ(test, ktime_to_ms(ktime_get()), (s64)jiffies);
	KUNIT_EXPECT_EQ(test, jiffies_to_msecs(secs_to_jiffies(2)), 2000u);
	KUNIT_EXPECT_EQ(test, usecs_to_jiffies(1500), 2ul);
}

static struct completion done;

static void completes(struct work_struct *w)
{
	complete(&done);
}

static DECLARE_WAIT_QUEUE_HEAD(queue);

static void waiting(struct kunit *test)
{
	struct delayed_work completing;
	DECLARE_COMPLETION_ONSTACK(never);

	init_completion(&done);
	INIT_DELAYED_WORK(&completing, completes);
	schedule_delayed_work(&completing, 50);
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&done) || completion_done(&done));
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&done, 10), 0ul);
	wait_for_completion(&done);
	reinit_completion(&done);
	schedule_delayed_work(&completing, 50);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&done, 80), 30ul);
	complete_all(&done);
	KUNIT_EXPECT_EQ(test, wait_for_completion_interruptible(&done), 0);
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&done));
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&never, 100), 0ul);
	nr_said = 0;
	init_waitqueue_head(&queue);
	schedule_work(&work);
	wait_event(queue, nr_said == 1);
	schedule_delayed_work(&later, 20);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(queue, nr_said == 2, 5), 0l);
	KUNIT_EXPECT_EQ(test, wait_event_interruptible_timeout(queue, nr_said == 2, 50), 35l);
	KUNIT_EXPECT_EQ(test, wait_event_interruptible(queue, true), 0);
	KUNIT_EXPECT_EQ(test, wait_event_killable(queue, true), 0);
	wake_up(&queue);
	wake_up_all(&queue);
	wake_up_interruptible(&queue);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&queue));
}

struct item {
	int number;
	struct rcu_head rcu;
};

static struct item __rcu *current_item;

static void item_free(struct rcu_head *head)
{
	say(container_of(head, struct item, rcu)->number);
	kfree(container_of(head, struct item, rcu));
}

DEFINE_STATIC_SRCU(srcu);

static void readers(struct kunit *test)
{
	struct item *item = kzalloc_obj(*item), *old;
	struct srcu_struct own;
	int index;

	nr_said = 0;
	item->number = 5;
	rcu_assign_pointer(current_item, item);
	scoped_guard(rcu)
		KUNIT_EXPECT_EQ(test, rcu_dereference(current_item)->number, 5);
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(current_item), item);
	rcu_read_unlock();
	old = rcu_replace_pointer(current_item, NULL, true);
	KUNIT_EXPECT_PTR_EQ(test, rcu_dereference_protected(current_item, true), NULL);
	call_rcu(&old->rcu, item_free);
	KUNIT_EXPECT_EQ(test, nr_said, 0);
	synchronize_rcu();
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, said[0], 5);
	item = kzalloc_obj(*item);
	RCU_INIT_POINTER(current_item, item);
	kfree_rcu(item, rcu);
	kfree_rcu_mightsleep(kzalloc_obj(*item));
	index = srcu_read_lock(&srcu);
	srcu_read_unlock(&srcu, index);
	scoped_guard(srcu, &srcu)
		KUNIT_EXPECT_NOT_NULL(test, srcu_dereference(current_item, &srcu));
	synchronize_srcu(&srcu);
	KUNIT_EXPECT_EQ(test, init_srcu_struct(&own), 0);
	item = kzalloc_obj(*item);
	call_srcu(&own, &item->rcu, item_free);
	srcu_barrier(&own);
	cleanup_srcu_struct(&own);
	KUNIT_EXPECT_EQ(test, nr_said, 2);
}

struct page_of_rcu {
	struct rcu_head rcu;
	char text[PAGE_SIZE - sizeof(struct rcu_head)];
};

/* What is given up can be read on, and yet more than there is memory for comes and goes. */
static void unread(struct kunit *test)
{
	for (int i = 0; i < 20000; i++) {
		struct page_of_rcu *page = kmalloc_obj(*page);

		KUNIT_ASSERT_NOT_NULL(test, page);
		page->text[0] = 'x';
		kfree_rcu(page, rcu);
		KUNIT_ASSERT_EQ(test, page->text[0], 'x');
	}
}

static int told(struct notifier_block *nb, unsigned long action, void *data)
{
	say(nb->priority);
	return nb->priority == 2 && action == 9 ? notifier_from_errno(-EBUSY) : NOTIFY_OK;
}

static BLOCKING_NOTIFIER_HEAD(blocking);
static ATOMIC_NOTIFIER_HEAD(atomic);
static RAW_NOTIFIER_HEAD(raw_chain);

static void notifiers(struct kunit *test)
{
	struct notifier_block low = { .notifier_call = told, .priority = 1 };
	struct notifier_block high = { .notifier_call = told, .priority = 2 };
	int answer;

	nr_said = 0;
	KUNIT_EXPECT_EQ(test, blocking_notifier_chain_register(&blocking, &low), 0);
	KUNIT_EXPECT_EQ(test, blocking_notifier_chain_register(&blocking, &high), 0);
	KUNIT_EXPECT_EQ(test, blocking_notifier_chain_register(&blocking, &high), -EEXIST);
	KUNIT_EXPECT_EQ(test, blocking_notifier_call_chain(&blocking, 1, NULL), NOTIFY_OK);
	KUNIT_EXPECT_EQ(test, said[0] * 10 + said[1], 21);
	answer = blocking_notifier_call_chain(&blocking, 9, NULL);
	KUNIT_EXPECT_EQ(test, notifier_to_errno(answer), -EBUSY);
	KUNIT_EXPECT_EQ(test, nr_said, 3);
	KUNIT_EXPECT_EQ(test, blocking_notifier_chain_unregister(&blocking, &low), 0);
	KUNIT_EXPECT_EQ(test, blocking_notifier_chain_unregister(&blocking, &low), -ENOENT);
	BLOCKING_INIT_NOTIFIER_HEAD(&blocking);
	KUNIT_EXPECT_EQ(test, raw_notifier_chain_register(&raw_chain, &low), 0);
	KUNIT_EXPECT_EQ(test, raw_notifier_call_chain(&raw_chain, 0, NULL), NOTIFY_OK);
	KUNIT_EXPECT_EQ(test, raw_notifier_chain_unregister(&raw_chain, &low), 0);
	RAW_INIT_NOTIFIER_HEAD(&raw_chain);
	KUNIT_EXPECT_EQ(test, atomic_notifier_chain_register(&atomic, &low), 0);
	KUNIT_EXPECT_EQ(test, atomic_notifier_call_chain(&atomic, 0, NULL), NOTIFY_OK);
	KUNIT_EXPECT_EQ(test, atomic_notifier_chain_unregister(&atomic, &low), 0);
	ATOMIC_INIT_NOTIFIER_HEAD(&atomic);
	KUNIT_EXPECT_EQ(test, notifier_to_errno(notifier_from_errno(0)), 0);
	KUNIT_EXPECT_TRUE(test, (NOTIFY_BAD & NOTIFY_STOP_MASK) && NOTIFY_STOP != NOTIFY_DONE);
}

static int told_first(struct notifier_block *nb, unsigned long action, void *data)
{
	say(1);
	return NOTIFY_OK;
}

static int told_second(struct notifier_block *nb, unsigned long action, void *data)
{
	say(2);
	return NOTIFY_OK;
}

/* Who came first is told first. */
static void equal_priorities_keep_their_order(struct kunit *test)
{
	struct notifier_block first = { .notifier_call = told_first };
	struct notifier_block second = { .notifier_call = told_second };

	nr_said = 0;
	raw_notifier_chain_register(&raw_chain, &first);
	raw_notifier_chain_register(&raw_chain, &second);
	raw_notifier_call_chain(&raw_chain, 0, NULL);
	KUNIT_EXPECT_EQ(test, said[0] * 10 + said[1], 12);
	raw_notifier_chain_unregister(&raw_chain, &first);
	raw_notifier_call_chain(&raw_chain, 0, NULL);
	raw_notifier_chain_register(&raw_chain, &first);
	raw_notifier_call_chain(&raw_chain, 0, NULL);
	KUNIT_EXPECT_EQ(test, said[2] * 100 + said[3] * 10 + said[4], 221);
	RAW_INIT_NOTIFIER_HEAD(&raw_chain);
}

static void messages(struct kunit *test)
{
	struct ratelimit_state rate;
	int n = 0;

	ratelimit_state_init(&rate, 1000, 3);
	for (int i = 0; i < 10; i++)
		n += __ratelimit(&rate);
	msleep(1000);
	n += __ratelimit(&rate);
	KUNIT_EXPECT_EQ(test, n, 4);
	KUNIT_EXPECT_EQ(test, rate.missed, 7);
	pr_info("alone\n");
	pr_err("with %d and %s\n", 5, "text");
	pr_warn_once("once\n");
	pr_err_ratelimited("at most ten times\n");
	printk(KERN_INFO "plain %d\n", 1);
	printk_once(KERN_DEBUG "once\n");
	pr_cont("more\n");
	pr_devel("for developers\n");
	pr_info_once("%d\n", 1);
	pr_warn_ratelimited("%d\n", 1);
}

static int __init locks_init(void)
{
	return 0;
}
module_init(locks_init)

static struct kunit_case cases[] = {
	KUNIT_CASE(locks), KUNIT_CASE(semaphores), KUNIT_CASE(spinlocks),
	KUNIT_CASE(atomic_counts), KUNIT_CASE(atomic64_counts),
	KUNIT_CASE(atomic_long_counts), KUNIT_CASE(orders), KUNIT_CASE(references),
	KUNIT_CASE(deferred), KUNIT_CASE(waiting), KUNIT_CASE(readers), KUNIT_CASE(unread),
	KUNIT_CASE(notifiers),
	KUNIT_CASE(equal_priorities_keep_their_order),
	KUNIT_CASE(messages), {}
};

static struct kunit_suite suite = { .name = "locks", .test_cases = cases };
kunit_test_suite(suite);

MODULE_DESCRIPTION("locks, counts and what is done later");
MODULE_LICENSE("GPL");
