// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Races. A file of this module is preserved by each of two tasks, and its number says what each
 * does: four for each line of the table at the end, the first two as it should be done, by the
 * first task and by the second, and two that race. A line of a race says of which.
 */
#include <linux/anon_inodes.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/file.h>
#include <linux/kthread.h>
#include <linux/liveupdate.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rwlock.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/string.h>
#include <linux/workqueue.h>

static noinline void use(u64 value)
{
	__asm__ volatile("" : : "r"(value));
}

/* Somebody else may read it. */
static void keep(const void *memory)
{
	__asm__ volatile("" : : "r"(memory) : "memory");
}

/* Locks */

static DEFINE_MUTEX(mutex);
static u64 counter;

static void locked_by_mutex(bool bad, bool second)
{
	if (!bad)
		mutex_lock(&mutex);
	counter++; /* RACE */
	if (!bad)
		mutex_unlock(&mutex);
}

static DEFINE_SPINLOCK(spinlock);
static DEFINE_SPINLOCK(other_spinlock);

static void locked_by_spinlock(bool bad, bool second)
{
	spinlock_t *lock = bad && second ? &other_spinlock : &spinlock;

	spin_lock(lock);
	counter++; /* RACE */
	spin_unlock(lock);
}

static DECLARE_RWSEM(rwsem);
static int setting;

/* Who has it for reading shares it with other readers. */
static void locked_by_rwsem(bool bad, bool second)
{
	if (second) {
		down_read(&rwsem);
		use(setting); /* RACE */
		up_read(&rwsem);
		return;
	}
	if (bad)
		down_read(&rwsem);
	else
		down_write(&rwsem);
	setting = 2; /* RACE */
	if (bad)
		up_read(&rwsem);
	else
		up_write(&rwsem);
}

static DEFINE_RWLOCK(rwlock);

static void locked_by_rwlock(bool bad, bool second)
{
	if (second && !bad) {
		read_lock(&rwlock);
		use(setting);
		read_unlock(&rwlock);
	} else if (second) {
		use(setting); /* RACE */
	} else {
		write_lock(&rwlock);
		setting = 2; /* RACE */
		write_unlock(&rwlock);
	}
}

/* Single accesses */

static int flag;

static void both_marked(bool bad, bool second)
{
	if (second)
		use(READ_ONCE(flag)); /* RACE */
	else if (bad)
		flag = 1; /* RACE */
	else
		WRITE_ONCE(flag, 1);
}

static void marked_by_data_race(bool bad, bool second)
{
	if (!second)
		WRITE_ONCE(flag, 1); /* RACE */
	else if (bad)
		use(flag); /* RACE */
	else
		use(data_race(flag));
}

static atomic_t hits;

static void atomic_counter(bool bad, bool second)
{
	if (bad && second)
		hits.counter++; /* RACE */
	else
		atomic_inc(&hits); /* RACE */
}

/* Neighbours */

static u8 neighbours[2];

static void one_byte_each(bool bad, bool second)
{
	neighbours[second && !bad] = 1; /* RACE */
	keep(neighbours);
}

/* One makes something ready, the other one uses it. */

static u64 payload;
static int ready;

static void released_and_acquired(bool bad, bool second)
{
	if (!second) {
		payload = 7; /* RACE */
		smp_store_release(&ready, 1);
	} else if (smp_load_acquire(&ready) || bad) {
		use(payload); /* RACE */
	}
}

static DECLARE_COMPLETION(done);

static void completed(bool bad, bool second)
{
	if (!second) {
		payload = 7; /* RACE */
		complete(&done);
	} else if (try_wait_for_completion(&done) || bad) {
		use(payload); /* RACE */
	}
}

static DECLARE_COMPLETION(done_twice);
static atomic_t completing = ATOMIC_INIT(2);

/* Whoever does it last finds both, wherever the other one was. */
static void completed_by_both(bool bad, bool second)
{
	complete(&done_twice);
	if (bad)
		payload = 7; /* RACE */
	if (!atomic_dec_and_test(&completing))
		return;
	WARN_ON(!try_wait_for_completion(&done_twice));
	WARN_ON(!try_wait_for_completion(&done_twice));
}

static struct {
	refcount_t refs;
	u64 users[2];
} counted = { .refs = REFCOUNT_INIT(2) };

static void last_reference(bool bad, bool second)
{
	counted.users[second] = 1; /* RACE */
	if (refcount_dec_and_test(&counted.refs) || bad)
		use(counted.users[0] + counted.users[1]); /* RACE */
}

static struct file *open_by_both;
static bool closed[2], is_last;
static u64 written[2];

static int both_closed(struct inode *inode, struct file *file)
{
	WRITE_ONCE(is_last, true);
	return 0;
}

static const struct file_operations both_ops = { .release = both_closed };

static void last_to_close(bool bad, bool second)
{
	closed[second] = true;
	if (bad)
		fput(open_by_both);
	written[second] = 1; /* RACE */
	if (!bad)
		fput(open_by_both);
	if (READ_ONCE(is_last))
		use(written[0] + written[1]); /* RACE */
}

static DECLARE_COMPLETION(told);

static int tell(void *unused)
{
	complete(&told);
	return 0;
}

static void told_by_a_thread(bool bad, bool second)
{
	struct task_struct *thread;

	if (second) {
		wait_for_completion(&told);
		use(payload); /* RACE */
		return;
	}
	if (!bad)
		payload = 7;
	thread = get_task_struct(kthread_create(tell, NULL, "teller"));
	wake_up_process(thread);
	if (bad)
		payload = 7; /* RACE */
	kthread_stop_put(thread);
}

static void work_done(struct work_struct *work)
{
	use(payload);
}

static DECLARE_WORK(work, work_done);

/* Whoever does it: the other one, where that is the last to return. */
static void done_by_a_work(bool bad, bool second)
{
	if (bad) {
		payload = 1; /* RACE */
	} else if (!second) {
		payload = 7;
		schedule_work(&work);
	}
}

/* RCU */

struct config {
	u64 limit;
};

static struct config first_config = { 1 }, second_config;
static struct config *config = &first_config;

static void replaced_under_rcu(bool bad, bool second)
{
	if (!second) {
		rcu_read_lock();
		WARN_ON(!rcu_dereference(config)->limit); /* RACE */
		rcu_read_unlock();
		return;
	}
	second_config.limit = 2;
	rcu_assign_pointer(config, &second_config);
	if (!bad)
		synchronize_rcu();
	first_config.limit = 0; /* RACE */
}

/* Memory */

static char buffer[40];
static size_t buffer_size = sizeof(buffer);

static void copied(bool bad, bool second)
{
	char from[sizeof(buffer)] = { 0 };

	if (!bad)
		mutex_lock(&mutex);
	memcpy(buffer, from, READ_ONCE(buffer_size)); /* RACE */
	keep(buffer);
	if (!bad)
		mutex_unlock(&mutex);
}

struct large {
	u64 words[12];
};

static struct large large;

static void copied_as_structure(bool bad, bool second)
{
	static const struct large from[2] = { { { 1 } }, { { 2 } } };

	if (!bad)
		mutex_lock(&mutex);
	large = from[second]; /* RACE */
	keep(&large);
	if (!bad)
		mutex_unlock(&mutex);
}

static u64 *shared_object;

/* One of one's own may lie where somebody else's was. */
static void object_of_its_own(bool bad, bool second)
{
	u64 *object = bad ? shared_object : kmalloc(20000, GFP_KERNEL);

	if (!object)
		return;
	object[1] = 1; /* RACE */
	keep(object);
	if (!bad)
		kfree(object);
}

static void (*const races[])(bool bad, bool second) = {
	locked_by_mutex, locked_by_spinlock, locked_by_rwsem, locked_by_rwlock, both_marked,
	marked_by_data_race, atomic_counter, one_byte_each, released_and_acquired, completed,
	last_reference, done_by_a_work, replaced_under_rcu, copied, copied_as_structure,
	object_of_its_own, completed_by_both, last_to_close, told_by_a_thread,
};

static bool race_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return true;
}

static int race_preserve(struct liveupdate_file_op_args *args)
{
	const u64 number = file_inode(args->file)->i_ino;

	if (number / 4 >= ARRAY_SIZE(races))
		return -ENOENT;
	races[number / 4](number & 2, number & 1);
	return 0;
}

static void race_unpreserve(struct liveupdate_file_op_args *args)
{
}

static int race_retrieve(struct liveupdate_file_op_args *args)
{
	return -EOPNOTSUPP;
}

static void race_finish(struct liveupdate_file_op_args *args)
{
}

static const struct liveupdate_file_ops race_ops = {
	.can_preserve = race_can_preserve,
	.preserve = race_preserve,
	.unpreserve = race_unpreserve,
	.retrieve = race_retrieve,
	.finish = race_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler race_handler = {
	.ops = &race_ops,
	.compatible = "race-v1",
};

static int __init race_init(void)
{
	int err;

	shared_object = kzalloc(64, GFP_KERNEL);
	if (!shared_object)
		return -ENOMEM;
	open_by_both = anon_inode_getfile("both", &both_ops, NULL, 0);
	if (IS_ERR(open_by_both)) {
		kfree(shared_object);
		return PTR_ERR(open_by_both);
	}
	get_file(open_by_both);
	err = liveupdate_register_file_handler(&race_handler);
	if (err) {
		fput(open_by_both);
		fput(open_by_both);
		kfree(shared_object);
	}
	return err;
}
module_init(race_init);

static void __exit race_exit(void)
{
	liveupdate_unregister_file_handler(&race_handler);
	for (int i = 0; i < 2; i++) {
		if (!closed[i])
			fput(open_by_both);
	}
	kfree(shared_object);
}
module_exit(race_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Races");
