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

static int preserve(struct life *life, int i)
{
	life->doing = "preserve";
	return lfb_agent_preserve(life->agent, life->session[i % sessions()], life->file[i],
				  100 + (unsigned int)i);
}

int life_preserve(struct lfb_machine *machine, void *context)
{
	return preserve(context, 0);
}

int life_preserve_second(struct lfb_machine *machine, void *context)
{
	return preserve(context, 1);
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
	void *obj = NULL;
	int err;

	if (!newcomer.flb[0])
		return 0;
	err = liveupdate_flb_get_incoming(&newcomer_flb[0], &obj);
	if (err)
		return err;
	if (newcomer.use)
		newcomer.use(obj);
	liveupdate_flb_put_incoming(&newcomer_flb[0]);
	return 0;
}

int life_use(struct lfb_machine *machine, void *context)
{
	struct life *life = context;

	life->doing = "use the object";
	return (int)(newcomer.outside ? use(NULL) : lfb_machine_call(machine, use, NULL));
}

int life_use_now(struct lfb_machine *machine, void *context)
{
	return (int)use(NULL);
}

static long use_later(void *argument)
{
	newcomer.use(NULL);
	return 0;
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

static int retrieve(struct life *life, int i)
{
	int fd;

	life->doing = "retrieve";
	fd = lfb_agent_retrieve(life->agent, life->session[i % sessions()],
				100 + (unsigned int)i);
	return fd < 0 ? fd : 0;
}

int life_retrieve(struct lfb_machine *machine, void *context)
{
	return retrieve(context, 0);
}

int life_finish(struct lfb_machine *machine, void *context)
{
	struct life *life = context;

	life->doing = "finish";
	return lfb_agent_finish(life->agent, life->session[0]);
}

int life_end(struct lfb_machine *machine, void *context)
{
	struct life *life = context;

	lfb_agent_destroy(life->agent);
	life->agent = NULL;
	return 0;
}

int life_to_first(struct lfb_machine *machine, void *context)
{
	int err = life_begin(machine, context);

	return err ? err : preserve(context, 0);
}

int life_to_preserved(struct lfb_machine *machine, void *context)
{
	int err = life_to_first(machine, context);

	return err ? err : preserve(context, 1);
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
	if (!err)
		err = retrieve(context, 0);
	return err ? err : retrieve(context, 1);
}

static int updated(struct lfb_machine *machine, struct life *life)
{
	int err = life_finish(machine, life);

	if (!err && sessions() == 2)
		err = lfb_agent_finish(life->agent, life->session[1]);
	if (!err && newcomer.use)
		err = (int)lfb_machine_call(machine, use_later, NULL);
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
