// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Steps: what a callback is told and answers, locks, live update's own API, ways to die. */
#include <string.h>

#include "sim/recorder/inside.h"

/* What a callback is told and what it answers. -EINVAL: this one has no such argument. */

static int give_data(struct lfb_step_call *call, u64 data)
{
	if (!call->data)
		return -EINVAL;
	*call->data = data;
	call->data_given = true;
	return 0;
}

static int give_obj(struct lfb_step_call *call, u64 obj)
{
	if (!call->obj)
		return -EINVAL;
	*call->obj = (void *)(uintptr_t)obj;
	call->obj_given = true;
	return 0;
}

LFB_STEP(data)
{
	if (!call->data)
		return -EINVAL;
	return give_data(call, step->nr_slots ?
				       virt_to_phys(lfb__step_slot(call, step, 0).address) :
				       step->numbers[0]);
}

LFB_STEP_IS(data_pointer, give_data(call, lfb__step_value(call, step)))
LFB_STEP_IS(obj, give_obj(call, lfb__step_value(call, step)))

LFB_STEP(private)
{
	if (!call->private_data)
		return -EINVAL;
	*call->private_data = (void *)(uintptr_t)lfb__step_value(call, step);
	return 0;
}

LFB_STEP_IS(no_data, give_data(call, 0))
LFB_STEP_IS(no_obj, give_obj(call, 0))

LFB_STEP(no_file)
{
	if (!call->file_args)
		return -EINVAL;
	call->file_args->file = NULL;
	call->file_given = true;
	return 0;
}

static int take(struct lfb_step_call *call, const struct lfb_step *step, void *pointer)
{
	return lfb__step_fill(call, step, 0, (struct lfb_slot){ pointer, LFB_SLOT_POINTER, 0 });
}

LFB_STEP_IS(take, call->data ? take(call, step, phys_to_virt(*call->data)) : -EINVAL)
LFB_STEP_IS(take_pointer, call->data ? take(call, step, (void *)(uintptr_t)*call->data) : -EINVAL)
LFB_STEP_IS(take_obj, call->obj ? take(call, step, *call->obj) : -EINVAL)
LFB_STEP_IS(take_private, call->private_data ? take(call, step, *call->private_data) : -EINVAL)

static const struct {
	bool of_flb;
	u8 size;
	u16 offset;
	u64 mask;
} fields[LFB_FIELDS] = {
#define IS_OF_file false
#define IS_OF_flb true
#define X(field, of, mask)                                                     \
	[LFB_FIELD_##field] = {                                                \
		IS_OF_##of,                                                    \
		sizeof(((struct liveupdate_##of##_op_args *)0)->field),        \
		offsetof(struct liveupdate_##of##_op_args, field), mask },
	LFB_STEP_FIELDS(X)
#undef X
};

LFB_STEP(set_arg)
{
	const bool of_flb = fields[step->field].of_flb;
	u8 *args = of_flb ? (u8 *)call->flb_args : (u8 *)call->file_args;
	u64 number = step->numbers[0] & fields[step->field].mask;
	bool truth = number != 0;

	if (!args)
		return -EINVAL;
	/* Little-endian, as all that is handed over. */
	memcpy(args + fields[step->field].offset,
	       fields[step->field].size == sizeof(truth) ? (void *)&truth : (void *)&number,
	       fields[step->field].size);
	call->data_given |= step->field == LFB_FIELD_data ||
			    step->field == LFB_FIELD_serialized_data;
	call->obj_given |= step->field == LFB_FIELD_obj;
	call->file_given |= step->field == LFB_FIELD_file;
	return 0;
}

LFB_STEP(answer)
{
	if (!call->program || !call->can_fail)
		return -EINVAL;
	call->answer = step->error;
	call->answered = true;
	return 0;
}

LFB_STEP(answer_once)
{
	struct lfb_program_line *lines = call->program ? call->program->items : NULL;

	if (!lines || !call->can_fail)
		return -EINVAL;
	if (lines[call->line].used)
		return 0;
	lines[call->line].used = true;
	return lfb__step_answer(call, step);
}

/* Looked for when it matters. */
LFB_STEP_IS(no_unwind, call->program ? 0 : -EINVAL)

/* Locks. What a lock is its first use says; -EINVAL for any other. */

static int use_lock(struct lfb_step_call *call, const struct lfb_step *step,
		    enum lfb_recorded_lock kind)
{
	static const char *const names[LFB_STEP_LOCKS] = {
		"lock 0", "lock 1", "lock 2", "lock 3", "lock 4",
		"lock 5", "lock 6", "lock 7", "lock 8", "lock 9",
	};
	struct lfb_recorded_locks *locks = &call->recorder->locks;
	const unsigned int i = step->lock;

	if (locks->kind[i] == LFB_LOCK_UNUSED) {
		lfb_lock_init(&locks->mutex[i].lock, names[i]);
		lfb_lock_init(&locks->spin[i].lock, names[i]);
		lfb_lock_init(&locks->rwsem[i].lock, names[i]);
		locks->kind[i] = kind;
	}
	return locks->kind[i] == kind ? 0 : -EINVAL;
}

#define LOCK_STEP(name, kind, function, member)                              \
	LFB_STEP(name)                                                       \
	{                                                                    \
		int err = use_lock(call, step, kind);                        \
                                                                             \
		if (!err)                                                    \
			function(&call->recorder->locks.member[step->lock]); \
		return err;                                                  \
	}

LOCK_STEP(lock, LFB_LOCK_MUTEX, mutex_lock, mutex)
LOCK_STEP(unlock, LFB_LOCK_MUTEX, mutex_unlock, mutex)
LOCK_STEP(spin_lock, LFB_LOCK_SPIN, spin_lock, spin)
LOCK_STEP(spin_unlock, LFB_LOCK_SPIN, spin_unlock, spin)
LOCK_STEP(down_read, LFB_LOCK_RWSEM, down_read, rwsem)
LOCK_STEP(up_read, LFB_LOCK_RWSEM, up_read, rwsem)
LOCK_STEP(down_write, LFB_LOCK_RWSEM, down_write, rwsem)
LOCK_STEP(up_write, LFB_LOCK_RWSEM, up_write, rwsem)

LFB_STEP(trylock)
{
	int err = use_lock(call, step, LFB_LOCK_MUTEX);

	if (err)
		return err;
	return mutex_trylock(&call->recorder->locks.mutex[step->lock]) ? 0 : -EBUSY;
}

LFB_STEP(sleep)
{
	struct mutex *mutex = &call->recorder->locks.sleep;

	if (mutex->lock.magic != LFB_LOCK_MAGIC)
		lfb_lock_init(&mutex->lock, "sleep");
	mutex_lock(mutex);
	mutex_unlock(mutex);
	return 0;
}

LFB_STEP(lock_fresh)
{
	struct mutex *mutex = &call->recorder->locks.sleep;

	memset(mutex, 0, sizeof(*mutex));
	mutex_lock(mutex);
	mutex_unlock(mutex);
	return 0;
}

LFB_STEP(lock_freed)
{
	struct mutex *mutex = kmalloc(sizeof(*mutex), GFP_KERNEL);

	if (!mutex)
		return -ENOMEM;
	lfb_lock_init(&mutex->lock, "freed");
	mutex_lock(mutex);
	kfree(mutex);
	return 0;
}

/* Live update */

static int get_object(struct lfb_step_call *call, const struct lfb_step *step,
		      int (*get)(struct liveupdate_flb *flb, void **objp))
{
	struct liveupdate_flb *flb;
	void *object = NULL;
	int err = lfb__recorder_flb(call->recorder, step->flb, &flb);

	if (!err)
		err = get(flb, &object);
	return err ? err : take(call, step, object);
}

LFB_STEP_IS(get_incoming, get_object(call, step, liveupdate_flb_get_incoming))
LFB_STEP_IS(get_outgoing, get_object(call, step, liveupdate_flb_get_outgoing))
LFB_STEP_IS(lock_incoming, get_object(call, step, liveupdate_flb_incoming_locked))
LFB_STEP_IS(lock_outgoing, get_object(call, step, liveupdate_flb_outgoing_locked))

#define PUT_STEP(name, statement)                                             \
	LFB_STEP(name)                                                        \
	{                                                                     \
		struct liveupdate_flb *flb;                                   \
		int err = lfb__recorder_flb(call->recorder, step->flb, &flb); \
                                                                              \
		if (!err)                                                     \
			statement;                                            \
		return err;                                                   \
	}

PUT_STEP(put_incoming, liveupdate_flb_put_incoming(flb))
PUT_STEP(put_outgoing, liveupdate_flb_put_outgoing(flb))
PUT_STEP(unlock_incoming,
	 liveupdate_flb_incoming_unlock(flb, (void *)(uintptr_t)lfb__step_value(call, step)))
PUT_STEP(unlock_outgoing,
	 liveupdate_flb_outgoing_unlock(flb, (void *)(uintptr_t)lfb__step_value(call, step)))

static struct lfb_registration of_handler(const struct lfb_step *step)
{
	return (struct lfb_registration){ .handler = step->handler };
}

static struct lfb_registration of_link(const struct lfb_step *step)
{
	return (struct lfb_registration){ step->handler, step->flb, true };
}

LFB_STEP_IS(register_handler, lfb__recorder_register(call->recorder, of_handler(step)))
LFB_STEP_IS(unregister_handler, lfb__recorder_unregister(call->recorder, of_handler(step)))
LFB_STEP_IS(register_flb, lfb__recorder_register(call->recorder, of_link(step)))
LFB_STEP_IS(unregister_flb, lfb__recorder_unregister(call->recorder, of_link(step)))

LFB_STEP(get_token)
{
	u64 token;

	if (!call->file_args)
		return -EINVAL;
	return liveupdate_get_token_outgoing(call->file_args->session, call->file_args->file,
					     &token);
}

LFB_STEP(get_file)
{
	struct file *file;
	int err;

	if (!call->file_args)
		return -EINVAL;
	err = liveupdate_get_file_incoming(call->file_args->session, step->numbers[0], &file);
	if (!err)
		fput(file);
	return err;
}

LFB_STEP_IS(module_get, try_module_get(call->recorder->file_ops.owner) ? 0 : -ENODEV)
LFB_STEP_DOES(module_put, module_put(call->recorder->file_ops.owner))

/* Complaints and deaths */

LFB_STEP_DOES(warn, lfb_warn(LFB_RECORDER_NAME, "the scenario says so"))
LFB_STEP_DOES(bug, lfb_bug(LFB_RECORDER_NAME, "the scenario says so"))
LFB_STEP_DOES(panic, panic("the scenario says so"))

/* A stack without a limit is not used up. */
#define DEEPEST (16ul << 20)

static unsigned long nest(const volatile unsigned long *outer)
{
	volatile unsigned long depth = *outer + 1;

	return depth < DEEPEST ? nest(&depth) + depth : 0;
}

static void recurse(void)
{
	const volatile unsigned long depth = 0;

	nest(&depth);
}

LFB_STEP_DOES(recurse, recurse())
LFB_STEP_DOES(null, lfb__access_read(&call->recorder->machine->kernel, NULL))
