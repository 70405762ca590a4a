// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Two files, an update that is aborted, and one that comes through.
 */
#include "tests/newcomer/life.h"

static long make_file(void *argument)
{
	struct file *file = anon_inode_getfile("newcomer", &newcomer_fops, NULL, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = *(int *)argument;
	return (long)(intptr_t)file;
}

static int sessions(void)
{
	return newcomer.two_sessions ? 2 : 1;
}

static const char *session_name(int i)
{
	return i ? "vm-2" : "vm-1";
}

static int create_sessions(struct life *life)
{
	life->doing = "create a session";
	for (int i = 0; i < sessions(); i++) {
		life->session[i] = lfb_agent_create_session(life->agent, life->device,
							    session_name(i));
		if (life->session[i] < 0)
			return life->session[i];
	}
	return 0;
}

/* File @i is number @i: one of them is number 0. */
int life_begin(struct lfb_machine *machine, void *context)
{
	struct life *life = context;
	int err = lfb_agent_create(machine, "vmm", &life->agent);

	life->doing = "begin";
	if (err)
		return err;
	life->device = lfb_agent_open(life->agent);
	for (int i = 0; i < 2; i++) {
		struct file *file = ERR_PTR(lfb_machine_call(machine, make_file, &i));

		if (IS_ERR(file))
			return (int)PTR_ERR(file);
		life->file[i] = lfb_agent_install(life->agent, file);
	}
	return create_sessions(life);
}

int life_preserve(struct lfb_machine *machine, void *context)
{
	struct life *life = context;
	int err;

	life->doing = "preserve";
	for (int i = 0; i < 2; i++) {
		err = lfb_agent_preserve(life->agent, life->session[sessions() == 2 && i],
					 life->file[i], 100 + i);
		if (!err)
			continue;
		/* The agent takes back what it had done before it reports a failure. */
		if (i) {
			lfb_agent_close(life->agent, life->session[0]);
			create_sessions(life);
		}
		return err;
	}
	return 0;
}

int life_abort(struct lfb_machine *machine, void *context)
{
	struct life *life = context;

	life->doing = "abort";
	for (int i = 0; i < sessions(); i++) {
		int err = lfb_agent_close(life->agent, life->session[i]);

		if (err)
			return err;
	}
	return 0;
}

int life_prepare(struct lfb_machine *machine, void *context)
{
	return lfb_machine_prepare(machine);
}

int life_kexec(struct lfb_machine *machine, void *context)
{
	struct life *life = context;

	life->doing = "kexec";
	return lfb_machine_kexec(machine);
}

static long use(void *argument)
{
	bool finished = *(bool *)argument;
	void *obj = NULL;
	int err = 0;

	for (int i = 0; i < 2 && newcomer.flb[i] && !finished && !err; i++) {
		err = liveupdate_flb_get_incoming(&newcomer_flb[i], &obj);
		if (err)
			break;
		if (newcomer.use && !i)
			newcomer.use(obj, false);
		liveupdate_flb_put_incoming(&newcomer_flb[i]);
	}
	if (finished && newcomer.use)
		newcomer.use(NULL, true);
	return err;
}

int life_use(struct lfb_machine *machine, void *context)
{
	struct life *life = context;
	bool finished = false;

	life->doing = "use the object";
	if (newcomer.outside)
		return (int)use(&finished);
	return (int)lfb_machine_call(machine, use, &finished);
}

static int open_next(struct life *life)
{
	life->doing = "open the session";
	life->device = lfb_agent_open(life->agent);
	for (int i = 0; i < sessions(); i++) {
		life->session[i] = lfb_agent_retrieve_session(life->agent, life->device,
							      session_name(i));
		if (life->session[i] < 0)
			return life->session[i];
	}
	return 0;
}

int life_retrieve(struct lfb_machine *machine, void *context)
{
	struct life *life = context;

	life->doing = "retrieve";
	for (int i = 0; i < 2; i++) {
		int fd = lfb_agent_retrieve(life->agent, life->session[sessions() == 2 && i],
					    100 + i);

		if (fd < 0)
			return fd;
	}
	return 0;
}

int life_finish(struct lfb_machine *machine, void *context)
{
	struct life *life = context;
	int err = 0;

	life->doing = "finish";
	for (int i = 0; i < sessions() && !err; i++)
		err = lfb_agent_finish(life->agent, life->session[i]);
	return err;
}

int life_end(struct lfb_machine *machine, void *context)
{
	struct life *life = context;

	lfb_agent_destroy(life->agent);
	life->agent = NULL;
	return 0;
}

int life_to_preserved(struct lfb_machine *machine, void *context)
{
	int err = life_begin(machine, context);

	return err ? err : life_preserve(machine, context);
}

int life_to_next_kernel(struct lfb_machine *machine, void *context)
{
	int err = life_to_preserved(machine, context);

	if (!err)
		err = life_kexec(machine, context);
	return err ? err : open_next(context);
}

int life_to_retrieved(struct lfb_machine *machine, void *context)
{
	int err = life_to_next_kernel(machine, context);

	if (!err)
		err = life_use(machine, context);
	return err ? err : life_retrieve(machine, context);
}

static int updated(struct lfb_machine *machine, struct life *life)
{
	bool finished = true;
	int err = life_finish(machine, life);

	if (err)
		return err;
	life->doing = "use the object when all is finished";
	err = (int)lfb_machine_call(machine, use, &finished);
	life->doing = "end";
	if (!err)
		err = life_end(machine, life);
	if (!err)
		err = lfb_machine_settle(machine);
	life->doing = "look at what came of it";
	return !err && newcomer.look ? newcomer.look() : err;
}

int life_whole(struct lfb_machine *machine, void *context)
{
	int err = life_to_preserved(machine, context);

	if (!err)
		err = life_abort(machine, context);
	if (!err)
		err = life_end(machine, context);
	if (!err)
		err = life_to_retrieved(machine, context);
	return err ? err : updated(machine, context);
}
