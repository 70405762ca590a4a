// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What every kernel of a script has: the handler of files in memory, and linked to it the three
 * FLBs that kernels built with their own test of live update have. An FLB of these hands a number
 * over and takes nothing else back.
 */
#include <stdio.h>
#include <string.h>

#include <luo/memfd.h>

#include "sim/script/script.h"

#define DATA 0xfeedf00dcafebee0ull	/* of the first one; the next are one more each */
#define COMPATIBLE "liveupdate-test-flb-v"

static u64 data_of(const struct liveupdate_flb *flb)
{
	return DATA + (u64)(flb->compatible[strlen(COMPATIBLE)] - '0');
}

static int preserve(struct liveupdate_flb_op_args *argp)
{
	argp->data = data_of(argp->flb);
	return 0;
}

static void unpreserve(struct liveupdate_flb_op_args *argp)
{
	(void)argp;
}

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	if (argp->data != data_of(argp->flb))
		return -EINVAL;
	argp->obj = (void *)(uintptr_t)argp->data;
	return 0;
}

static void finish(struct liveupdate_flb_op_args *argp)
{
	if ((uintptr_t)argp->obj != data_of(argp->flb))
		pr_err("%s: finished with an object that is not its own", argp->flb->compatible);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = retrieve,
	.finish = finish,
};

/* As that test does: whoever was handed an object gets it once, before anything is linked. */
static void get_once(struct liveupdate_flb *flb)
{
	void *obj;

	if (!liveupdate_flb_get_incoming(flb, &obj))
		liveupdate_flb_put_incoming(flb);
}

static int init(void)
{
	struct lfb_script_objects *objects = lfb__module_data_of(init);
	int err = liveupdate_register_file_handler(&objects->memfd);

	/* Built-in code goes on without live update. */
	if (err)
		return 0;
	for (unsigned int i = 0; i < LFB_SCRIPT_FLBS; i++)
		get_once(&objects->flbs[i]);
	for (unsigned int i = 0; i < LFB_SCRIPT_FLBS; i++)
		liveupdate_register_flb(&objects->memfd, &objects->flbs[i]);
	return 0;
}

void lfb__script_module(struct lfb_script *script)
{
	struct lfb_script_objects *objects = &script->objects;

	objects->memfd.ops = &lfb_memfd_file_ops;
	snprintf((char *)objects->memfd.compatible, sizeof(objects->memfd.compatible),
		 MEMFD_LUO_FH_COMPATIBLE);
	for (unsigned int i = 0; i < LFB_SCRIPT_FLBS; i++) {
		objects->flbs[i].ops = &flb_ops;
		snprintf((char *)objects->flbs[i].compatible, sizeof(objects->flbs[i].compatible),
			 COMPATIBLE "%u", i);
	}
	script->module.name = "live-update-test";
	script->image = (struct lfb_module){
		.module = &script->module,
		.init = init,
		.data = objects,
		.data_size = sizeof(*objects),
	};
}
