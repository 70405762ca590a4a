// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The part of a kernel image that liblfb talks to; "lfb tree" compiles it against the tree's
 * headers. What a module registers has a twin here, of the tree's types: the orchestrator knows
 * twins alone, and their callbacks go to liblfb, which knows the module's.
 */
#include <linux/liveupdate.h>

#include <luo/initcalls.h>
#include <luo/tree/image.h>
#include <luo/tree/kernel.h>
#include <luo/tree/looked.h>

#ifndef LFB_TREE_RELEASE
#define LFB_TREE_RELEASE "unknown"
#endif

static const struct lfb_tree_calls *calls;

bool lfb_tree_module_get(struct module *module)
{
	return calls->get_module(module);
}

void lfb_tree_module_put(struct module *module)
{
	calls->put_module(module);
}

/* Handlers */

struct handler_twin {
	struct liveupdate_file_handler handler;
	struct liveupdate_file_ops ops;
	void *owner;
};

void *lfb_tree_owner(struct liveupdate_file_handler *handler)
{
	return container_of(handler, struct handler_twin, handler)->owner;
}

static int call_file(struct liveupdate_file_op_args *args, enum lfb_tree_op op)
{
	struct lfb_tree_args told = {
		.data = args->serialized_data,
		.pointer = args->private_data,
		.file = args->file,
		.retrieve_status = args->retrieve_status,
	};
	const int result = calls->file(lfb_tree_owner(args->handler), op, &told);

	args->serialized_data = told.data;
	args->private_data = told.pointer;
	args->file = told.file;
	args->retrieve_status = told.retrieve_status;
	return result;
}

static bool file_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return calls->can_preserve(lfb_tree_owner(handler), file);
}

static int file_preserve(struct liveupdate_file_op_args *args)
{
	return call_file(args, LFB_TREE_PRESERVE);
}

static void file_unpreserve(struct liveupdate_file_op_args *args)
{
	call_file(args, LFB_TREE_UNPRESERVE);
}

static int file_freeze(struct liveupdate_file_op_args *args)
{
	return call_file(args, LFB_TREE_FREEZE);
}

static void file_unfreeze(struct liveupdate_file_op_args *args)
{
	call_file(args, LFB_TREE_UNFREEZE);
}

static int file_retrieve(struct liveupdate_file_op_args *args)
{
	return call_file(args, LFB_TREE_RETRIEVE);
}

static bool file_can_finish(struct liveupdate_file_op_args *args)
{
	return call_file(args, LFB_TREE_CAN_FINISH);
}

static void file_finish(struct liveupdate_file_op_args *args)
{
	call_file(args, LFB_TREE_FINISH);
}

/*
 * It is told the file and nothing of the handler: each handler that has it has a function of its
 * own here.
 */

#define IDENTITIES 64

static void *identified[IDENTITIES];	/* their owners */
static unsigned int nr_identified;

/* Of octal numbers. */
#define EIGHT(X, from)                                                                             \
	X(from##0) X(from##1) X(from##2) X(from##3) X(from##4) X(from##5) X(from##6) X(from##7)
#define ALL(X)                                                                                     \
	EIGHT(X, 0) EIGHT(X, 01) EIGHT(X, 02) EIGHT(X, 03) EIGHT(X, 04) EIGHT(X, 05) EIGHT(X, 06)  \
	EIGHT(X, 07)

#define DEFINE_GET_ID(number)                                                                      \
	static unsigned long get_id_##number(struct file *file)                                    \
	{                                                                                          \
		return calls->get_id(identified[number], file);                                    \
	}
ALL(DEFINE_GET_ID)

#define LIST_GET_ID(number) get_id_##number,
static unsigned long (*const get_ids[IDENTITIES])(struct file *file) = { ALL(LIST_GET_ID) };

static bool identify(struct handler_twin *twin)
{
	unsigned int i = 0;

	while (i < nr_identified && identified[i] != twin->owner)
		i++;
	if (i == IDENTITIES)
		return false;
	identified[i] = twin->owner;
	if (i == nr_identified)
		nr_identified++;
	twin->ops.get_id = get_ids[i];
	return true;
}

static bool has(const struct lfb_tree_twin *made, enum lfb_tree_op op)
{
	return made->ops & 1u << op;
}

static bool make_handler(void *place, const struct lfb_tree_twin *made)
{
	struct handler_twin *twin = place;

	twin->owner = made->owner;
	memcpy((char *)twin->handler.compatible, made->compatible,
	       sizeof(twin->handler.compatible));
	twin->handler.ops = made->has_ops ? &twin->ops : NULL;
	twin->ops = (struct liveupdate_file_ops){
		.can_preserve = has(made, LFB_TREE_CAN_PRESERVE) ? file_can_preserve : NULL,
		.preserve = has(made, LFB_TREE_PRESERVE) ? file_preserve : NULL,
		.unpreserve = has(made, LFB_TREE_UNPRESERVE) ? file_unpreserve : NULL,
		.freeze = has(made, LFB_TREE_FREEZE) ? file_freeze : NULL,
		.unfreeze = has(made, LFB_TREE_UNFREEZE) ? file_unfreeze : NULL,
		.retrieve = has(made, LFB_TREE_RETRIEVE) ? file_retrieve : NULL,
		.can_finish = has(made, LFB_TREE_CAN_FINISH) ? file_can_finish : NULL,
		.finish = has(made, LFB_TREE_FINISH) ? file_finish : NULL,
		.owner = made->module,
	};
	return !has(made, LFB_TREE_GET_ID) || identify(twin);
}

/* FLBs */

struct flb_twin {
	struct liveupdate_flb flb;
	struct liveupdate_flb_ops ops;
	void *owner;
};

void *lfb_tree_flb_owner(struct liveupdate_flb *flb)
{
	return container_of(flb, struct flb_twin, flb)->owner;
}

static int call_flb(struct liveupdate_flb_op_args *argp, enum lfb_tree_op op)
{
	struct lfb_tree_args told = { .data = argp->data, .pointer = argp->obj };
	const int result = calls->flb(lfb_tree_flb_owner(argp->flb), op, &told);

	argp->data = told.data;
	argp->obj = told.pointer;
	return result;
}

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	return call_flb(argp, LFB_TREE_PRESERVE);
}

static void flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	call_flb(argp, LFB_TREE_UNPRESERVE);
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	return call_flb(argp, LFB_TREE_RETRIEVE);
}

static void flb_finish(struct liveupdate_flb_op_args *argp)
{
	call_flb(argp, LFB_TREE_FINISH);
}

static void make_flb(void *place, const struct lfb_tree_twin *made)
{
	struct flb_twin *twin = place;

	twin->owner = made->owner;
	memcpy((char *)twin->flb.compatible, made->compatible, sizeof(twin->flb.compatible));
	twin->flb.ops = made->has_ops ? &twin->ops : NULL;
	twin->ops = (struct liveupdate_flb_ops){
		.preserve = has(made, LFB_TREE_PRESERVE) ? flb_preserve : NULL,
		.unpreserve = has(made, LFB_TREE_UNPRESERVE) ? flb_unpreserve : NULL,
		.retrieve = has(made, LFB_TREE_RETRIEVE) ? flb_retrieve : NULL,
		.finish = has(made, LFB_TREE_FINISH) ? flb_finish : NULL,
		.owner = made->module,
	};
}

_Static_assert(sizeof(((struct flb_twin *)0)->flb.compatible) ==
		       sizeof(((struct handler_twin *)0)->handler.compatible),
	       "FLBs' names are as long as handlers'");

/* The tree's functions; those that return nothing in some trees return an errno in others. */
#define ANSWER(call)                                                                               \
	__builtin_choose_expr(__builtin_types_compatible_p(__typeof__(call), void),                \
			      ((call), 0), (call))

static int unregister_handler(void *handler)
{
	return ANSWER(liveupdate_unregister_file_handler(handler));
}

static int register_handler(void *handler)
{
	return liveupdate_register_file_handler(handler);
}

static int register_flb(void *handler, void *flb)
{
	return liveupdate_register_flb(handler, flb);
}

static int unregister_flb(void *handler, void *flb)
{
	return ANSWER(liveupdate_unregister_flb(handler, flb));
}

static int get(void *flb, bool incoming, void **objp)
{
	return incoming ? liveupdate_flb_get_incoming(flb, objp) :
			  liveupdate_flb_get_outgoing(flb, objp);
}

static void put(void *flb, bool incoming)
{
	if (incoming)
		liveupdate_flb_put_incoming(flb);
	else
		liveupdate_flb_put_outgoing(flb);
}

/* What it remembers */

static bool look(struct lfb_look_state *state, const struct lfb_look_listener *to)
{
	if (!lfb_tree_look_core || !lfb_tree_look_sessions || !lfb_tree_look_files ||
	    !lfb_tree_look_handlers || !lfb_tree_look_links || !lfb_tree_look_flbs ||
	    !lfb_tree_look_flb)
		return false;
	if (!state)
		return true;
	lfb_tree_look_core(state);
	lfb_tree_look_flbs(state, to);
	lfb_tree_look_handlers(to);
	lfb_tree_look_sessions(state, to);
	return true;
}

static void look_at_flb(void *flb, struct lfb_look_flb *told)
{
	lfb_tree_look_flb(flb, told);
}

/* Booting */

static void begin(const struct lfb_tree_calls *given, bool on)
{
	static char word[] = "on";

	calls = given;
	if (on)
		lfb_tell_early_params("liveupdate", word);
}

static void early(void)
{
	for (const initcall_t *at = __start_lfb_early_initcalls;
	     at != __stop_lfb_early_initcalls; at++)
		(*at)();
}

static void late(void)
{
	for (const initcall_t *at = __start_lfb_late_initcalls;
	     at != __stop_lfb_late_initcalls; at++)
		(*at)();
}

#ifdef LFB_TREE_KHO
extern const struct lfb_tree_kho lfb_tree_kho __attribute__((visibility("hidden")));
#endif

__attribute__((visibility("default"))) const struct lfb_tree_image lfb_tree_image = {
	.version = LFB_TREE_VERSION,
	.release = LFB_TREE_RELEASE,
	.handler_size = sizeof(struct handler_twin),
	.flb_size = sizeof(struct flb_twin),
	.begin = begin,
	.early = early,
	.late = late,
	.enabled = liveupdate_enabled,
	.reboot = liveupdate_reboot,
	.make_handler = make_handler,
	.make_flb = make_flb,
	.register_handler = register_handler,
	.unregister_handler = unregister_handler,
	.register_flb = register_flb,
	.unregister_flb = unregister_flb,
	.get = get,
	.put = put,
	.look = look,
	.look_at_flb = look_at_flb,
#ifdef LFB_TREE_KHO
	.kho = &lfb_tree_kho,
#endif
};
