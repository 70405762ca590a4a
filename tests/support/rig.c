// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include <luo/finding.h>

#include "tests/support/handed_page.h"
#include "tests/support/rig.h"

static int call_hook(struct rig *rig, const char *op)
{
	return rig->hook ? rig->hook(rig, op) : 0;
}

static bool answers(void *context, const struct lfb_recorded_call *call, int *result)
{
	struct rig *rig = context;
	int err;

	if (call->callback == LFB_CALLBACK_CAN_PRESERVE)
		return false;
	err = call_hook(rig, call->name);
	rig->finished += !call->of_flb && call->callback == LFB_CALLBACK_FINISH;
	if (!err || !result)
		return handed_page_answers(call, result);
	*result = call->callback == LFB_CALLBACK_CAN_FINISH ? false : err;
	return true;
}

/* What is handed over has a pointer into the kernel that wrote it. */
static void meddles(void *context, const struct lfb_recorded_call *call, int *result)
{
	struct handed_page *page;

	(void)context;
	handed_page_meddles(call, PAGE_SIZE, result);
	if (call->callback != LFB_CALLBACK_PRESERVE || *result)
		return;
	page = call->of_flb ? ((struct liveupdate_flb_op_args *)call->args)->obj :
			      ((struct liveupdate_file_op_args *)call->args)->private_data;
	page->pointer = page;
}

static bool is_rfc(const struct rig *rig)
{
	return !strcmp(lfb_machine_profile(rig->machine), "rfc-v6");
}

static int init(struct lfb_recorder *recorder)
{
	const struct lfb_registration handler = { 0 }, link = { .of_flb = true };
	int err = call_hook(recorder->user.context, "init");
	struct liveupdate_flb *flb;

	if (err || !liveupdate_enabled())
		return err;
	err = lfb__recorder_flb(recorder, 0, &flb);
	if (!err)
		err = lfb__recorder_register(recorder, handler);
	if (err)
		return err;
	err = lfb__recorder_register(recorder, link);
	/* The posted patch has nothing to undo it with. */
	if (err && !is_rfc(recorder->user.context))
		lfb__recorder_unregister(recorder, handler);
	return err;
}

struct liveupdate_file_handler *rig_handler(struct rig *rig)
{
	return &lfb__recorded(rig->recorder, false, 0)->handler;
}

struct liveupdate_flb *rig_flb(struct rig *rig)
{
	return &lfb__recorded(rig->recorder, true, 0)->flb;
}

/*
 * Life
 */

static int make_module(struct rig *rig)
{
	int err;

	rig->recorder = lfb__recorder_create(rig->machine, 1, 1, NULL);
	if (!rig->recorder)
		return -ENOMEM;
	rig->recorder->user = (struct lfb_recorder_user){
		.context = rig, .init = init, .answers = answers, .meddles = meddles,
	};
	rig->recorder->this_module.name = "rig";
	err = lfb__recorder_become_module(rig->recorder);
	/* Nothing keeps it from being unloaded. */
	rig->recorder->file_ops.owner = NULL;
	rig->recorder->flb_ops.owner = NULL;
	return err;
}

int rig_create(struct rig *rig, const struct lfb_machine_options *options)
{
	int err;

	memset(rig, 0, sizeof(*rig));
	err = lfb_machine_create(options, &rig->machine);
	/* The pages have a pointer in them on purpose. */
	if (!err)
		err = lfb_finding_silence(rig->machine, LFB_FINDING_MEM_POINTER_HANDED_OVER, true);
	if (!err)
		err = make_module(rig);
	if (!err)
		err = lfb_agent_create(rig->machine, "agent", &rig->agent);
	if (err)
		rig_stop(rig);
	return err;
}

int rig_start(struct rig *rig, const struct lfb_machine_options *options)
{
	int err = rig_create(rig, options);

	if (!err) {
		err = lfb_machine_boot(rig->machine);
		if (err)
			rig_stop(rig);
	}
	return err;
}

void rig_stop(struct rig *rig)
{
	lfb_machine_destroy(rig->machine);
	if (rig->recorder)
		rig->recorder->loaded = false;
	lfb__recorder_destroy(rig->recorder);
	free(rig->log);
	memset(rig, 0, sizeof(*rig));
}

static void keep(void *context, const struct lfb_event *event)
{
	struct rig *rig = context;
	char line[1024];
	size_t length = lfb_event_format(event, line, sizeof(line) - 1);

	if (length > sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	if (rig->log_length + length + 1 > rig->log_size) {
		size_t size = (rig->log_size + length + 1) * 2;
		char *log = realloc(rig->log, size);

		if (!log)
			return;
		rig->log = log;
		rig->log_size = size;
	}
	memcpy(rig->log + rig->log_length, line, length);
	rig->log_length += length;
	rig->log[rig->log_length] = '\0';
}

void rig_record(struct rig *rig)
{
	lfb_trace_to(rig->machine, keep, rig);
}

char *rig_take_log(struct rig *rig)
{
	char *log = rig->log;

	lfb_trace_to(rig->machine, NULL, NULL);
	rig->log = NULL;
	rig->log_length = rig->log_size = 0;
	return log;
}

/*
 * Userspace
 */

int rig_open_file(struct rig *rig, unsigned long number)
{
	struct lfb_machine *before = lfb_machine_enter(rig->machine);
	struct file *file = lfb__recorder_file(0, number);

	lfb_machine_enter(before);
	return IS_ERR(file) ? (int)PTR_ERR(file) : lfb_agent_install(rig->agent, file);
}

int rig_preserve(struct rig *rig, unsigned int files)
{
	int device = lfb_agent_open(rig->agent);
	int session, fd, err = 0;

	if (device < 0)
		return device;
	session = lfb_agent_create_session(rig->agent, device, "vm");
	if (session < 0)
		return session;
	for (unsigned int i = 1; i <= files && !err; i++) {
		fd = rig_open_file(rig, i);
		err = fd < 0 ? fd : lfb_agent_preserve(rig->agent, session, fd, i);
	}
	return err;
}

static int ask_for_flb(struct rig *rig)
{
	struct lfb_machine *before = lfb_machine_enter(rig->machine);
	struct liveupdate_flb *flb = rig_flb(rig);
	void *obj = NULL;
	int err;

	if (is_rfc(rig)) {
		err = liveupdate_flb_incoming_locked(flb, &obj);
		if (!err)
			liveupdate_flb_incoming_unlock(flb, obj);
	} else {
		err = liveupdate_flb_get_incoming(flb, &obj);
		/* There every get is counted, and finish waits for the last put. */
		if (!err && strcmp(lfb_machine_profile(rig->machine), "linux-7.0") != 0)
			liveupdate_flb_put_incoming(flb);
	}
	lfb_machine_enter(before);
	return err;
}

static int retrieve_files(struct rig *rig, int session, unsigned int files)
{
	for (unsigned int i = 1; i <= files; i++) {
		int fd = lfb_agent_retrieve(rig->agent, session, i);
		struct file *file = lfb_agent_file(rig->agent, fd);

		if (fd < 0)
			return fd;
		if (file_inode(file)->i_ino != i)
			return -EILSEQ;
		lfb_agent_close(rig->agent, fd);
	}
	return 0;
}

int rig_restore(struct rig *rig, unsigned int files)
{
	int device, session, err;

	err = files ? ask_for_flb(rig) : 0;
	if (err)
		return err;
	device = lfb_agent_open(rig->agent);
	if (device < 0)
		return device;
	session = lfb_agent_retrieve_session(rig->agent, device, "vm");
	if (session < 0)
		return session;
	err = retrieve_files(rig, session, files);
	if (!err)
		err = lfb_agent_finish(rig->agent, session);
	if (!err)
		err = lfb_agent_close(rig->agent, session);
	return err ? err : lfb_agent_close(rig->agent, device);
}

int rig_update(struct rig *rig)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };
	unsigned int finished = rig->finished;
	int err;

	err = rig_preserve(rig, 2);
	if (!err)
		err = lfb_machine_kexec(rig->machine);
	if (!err)
		err = rig_restore(rig, 2);
	if (!err)
		err = lfb_machine_stats(rig->machine, &stats);
	if (err)
		return err;
	if (rig->finished != finished + 2 || stats.files || stats.sessions_incoming ||
	    stats.sessions_outgoing)
		return -EILSEQ;
	return 0;
}

int rig_still_works(struct rig *rig)
{
	int err;

	if (lfb_machine_state(rig->machine) != LFB_RUNNING) {
		err = lfb_machine_shutdown(rig->machine);
		if (!err)
			err = lfb_machine_boot(rig->machine);
		if (err)
			return err;
	} else {
		/* Whoever had the device and sessions open must not be in the way. */
		for (int fd = 0; fd < 1000; fd++)
			lfb_agent_close(rig->agent, fd);
	}
	return rig_update(rig);
}
