// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Can a kernel take over what is there already? It is booted from it, with a handler for each kind
 * of file, and an agent asks for the sessions. What is in the files only their own handlers know.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/agent.h>
#include <luo/liveupdate.h>

#include "lib/orchestrator.h"
#include "sim/explore/matrix/matrix.h"
#include "sim/handover/handover.h"

struct taking {
	struct lfb_machine *machine;
	struct lfb_matrix_hop *hop;
	struct lfb_list names;		/* char[LIVEUPDATE_HNDL_COMPAT_LENGTH] */
	struct liveupdate_file_handler *handlers; /* one for each; they can do nothing */
	struct lfb_agent *agent;
	int device;
};

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	(void)handler, (void)file;
	return false;
}

static int refuse(struct liveupdate_file_op_args *args)
{
	(void)args;
	return -EOPNOTSUPP;
}

static void ignore(struct liveupdate_file_op_args *args)
{
	(void)args;
}

static const struct liveupdate_file_ops ops = {
	.can_preserve = can_preserve,
	.preserve = refuse,
	.unpreserve = ignore,
	.retrieve = refuse,
	.finish = ignore,
};

static int add_name(void *context, const char *compatible)
{
	struct taking *taking = context;
	char (*names)[LIVEUPDATE_HNDL_COMPAT_LENGTH] = taking->names.items;
	char *name;

	for (size_t i = 0; i < taking->names.count; i++) {
		if (!strncmp(names[i], compatible, sizeof(names[i])))
			return 0;
	}
	name = lfb__list_add(&taking->names, sizeof(*names));
	if (!name)
		return -ENOMEM;
	snprintf(name, sizeof(*names), "%s", compatible);
	return 0;
}

/* What does not register is no handler: then the kernel says what that comes to. */
static long register_all(void *context)
{
	struct taking *taking = context;
	char (*names)[LIVEUPDATE_HNDL_COMPAT_LENGTH] = taking->names.items;

	for (size_t i = 0; i < taking->names.count; i++) {
		struct liveupdate_file_handler *handler = &taking->handlers[i];

		handler->ops = &ops;
		memcpy((char *)handler->compatible, names[i], sizeof(names[i]));
		liveupdate_register_file_handler(handler);
	}
	return 0;
}

static int ask_for(void *context, const char *session, u64 files)
{
	struct taking *taking = context;
	int fd = lfb_agent_retrieve_session(taking->agent, taking->device, session);

	if (fd >= 0) {
		taking->hop->arrived.sessions++;
		taking->hop->arrived.files += (unsigned int)files;
	} else if (!taking->hop->error) {
		taking->hop->error = fd;
	}
	return lfb_machine_state(taking->machine) == LFB_RUNNING ? 0 : -ECANCELED;
}

static void say(struct lfb_matrix_hop *hop, enum lfb_matrix_outcome outcome, const char *reason)
{
	hop->outcome = outcome;
	snprintf(hop->reason, sizeof(hop->reason), "%s", reason);
}

/* With a kernel that runs. */
static int ask(struct taking *taking, const struct lfb_blob *blob)
{
	struct lfb_machine *machine = taking->machine;
	struct lfb_matrix_hop *hop = taking->hop;
	struct lfb_blob_names names = { .context = taking, .session = ask_for };
	int err;

	if (!machine->kernel.kho.incoming) {
		say(hop, LFB_MATRIX_FRESH, lfb_error_text(machine));
		return 0;
	}
	lfb_machine_call(machine, register_all, taking);
	err = lfb_agent_create(machine, "agent", &taking->agent);
	if (err)
		return err;
	taking->device = lfb_agent_open(taking->agent);
	if (taking->device < 0) {
		hop->error = taking->device;
		say(hop, hop->error == -ENOENT ? LFB_MATRIX_DISABLED : LFB_MATRIX_EIO,
		    lfb_error_text(machine));
		return 0;
	}
	err = lfb__blob_names(blob, &names);
	if (err == -ENOMEM)
		return lfb__error(machine, err, "no memory to ask for sessions");
	if (lfb_machine_state(machine) != LFB_RUNNING)
		say(hop, LFB_MATRIX_PANIC, lfb_error_text(machine));
	else if (hop->arrived.sessions == hop->sent.sessions)
		say(hop, LFB_MATRIX_WORKS, "");
	else
		snprintf(hop->reason, sizeof(hop->reason), "%u of %u sessions arrived",
			 hop->arrived.sessions, hop->sent.sessions);
	return 0;
}

static int take(struct taking *taking, const struct lfb_blob *blob)
{
	struct lfb_blob_names names = { .context = taking, .compatible = add_name };
	struct lfb_machine *machine = taking->machine;
	int err = lfb__blob_names(blob, &names);

	taking->hop->sent = (struct lfb_matrix_load){ names.sessions, names.files, names.flbs };
	if (!err) {
		taking->handlers = calloc(taking->names.count + 1, sizeof(*taking->handlers));
		err = taking->handlers ? 0 : -ENOMEM;
	}
	if (err)
		return lfb__error(machine, err, "no memory to boot from a handover");
	err = lfb_machine_boot_blob(machine, blob);
	if (err && (lfb_machine_state(machine) == LFB_PANICKED ||
		    lfb_machine_state(machine) == LFB_HUNG)) {
		taking->hop->error = err;
		say(taking->hop, LFB_MATRIX_PANIC, lfb_error_text(machine));
		return 0;
	}
	return err ? err : ask(taking, blob);
}

int lfb_matrix_take(struct lfb_machine *machine, const struct lfb_blob *blob,
		    struct lfb_matrix_hop *hop)
{
	struct taking taking = { .machine = machine, .hop = hop };
	int err;

	if (!lfb__machine_valid(machine) || !lfb__blob_valid(blob))
		return -EINVAL;
	if (!hop)
		return lfb__error(machine, -EINVAL, "lfb_matrix_take: no place for the outcome");
	if (machine->state != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	*hop = (struct lfb_matrix_hop){
		.from = lfb_blob_profile(blob),
		.to = lfb__machine_kernel(machine),
		.outcome = LFB_MATRIX_LOST,
	};
	err = take(&taking, blob);
	lfb_agent_destroy(taking.agent);
	lfb_machine_shutdown(machine);
	lfb__list_free(&taking.names);
	free(taking.handlers);
	return err;
}
