// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include <linux/err.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "window.h"

/* What goes over, in a page of its own. */
struct window_ser {
	u64 base;
};

/* What a kernel has of it. */
struct window {
	struct window_ser *ser;
};

/* Old kernel: the first file that needs the window is preserved. */
static int window_preserve(struct liveupdate_flb_op_args *argp)
{
	struct window *window = kzalloc(sizeof(*window), GFP_KERNEL);

	if (!window)
		return -ENOMEM;
	window->ser = kho_alloc_preserve(sizeof(*window->ser));
	if (IS_ERR(window->ser)) {
		int err = PTR_ERR(window->ser);

		kfree(window);
		return err;
	}
	window->ser->base = WINDOW_BASE;
	argp->obj = window;
	argp->data = virt_to_phys(window->ser);
	return 0;
}

/* Old kernel: the last such file is not preserved after all. */
static void window_unpreserve(struct liveupdate_flb_op_args *argp)
{
	struct window *window = argp->obj;

	kho_unpreserve_free(window->ser);
	kfree(window);
}

/* New kernel: somebody asks for the window. */
static int window_retrieve(struct liveupdate_flb_op_args *argp)
{
	struct window *window = kzalloc(sizeof(*window), GFP_KERNEL);

	if (!window)
		return -ENOMEM;
	window->ser = phys_to_virt(argp->data);
	argp->obj = window;
	return 0;
}

/* New kernel: the last file is finished. */
static void window_finish(struct liveupdate_flb_op_args *argp)
{
	struct window *window = argp->obj;

	kho_restore_free(window->ser);
	kfree(window);
}

static const struct liveupdate_flb_ops window_ops = {
	.preserve = window_preserve,
	.unpreserve = window_unpreserve,
	.retrieve = window_retrieve,
	.finish = window_finish,
};

static LFB_MODULE_DATA(window) struct liveupdate_flb window_flb = {
	.ops = &window_ops,
	.compatible = "window-v1",
};

int window_register(struct liveupdate_file_handler *handler)
{
	return liveupdate_register_flb(handler, &window_flb);
}

int window_handed_over(u64 *base)
{
	void *obj;
	int err = liveupdate_flb_get_incoming(&window_flb, &obj);

	if (err)
		return err;
	*base = ((struct window *)obj)->ser->base;
	liveupdate_flb_put_incoming(&window_flb);
	return 0;
}
