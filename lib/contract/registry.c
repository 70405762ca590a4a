// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What is registered: by whom, with what, and for how long. */
#include "lib/contract/contract.h"

static void set_up_again(struct luo *luo, const struct liveupdate_flb *flb, const char *how)
{
	lfb__unsafe_as(luo->kernel, LFB_FINDING_FLB_INITIALIZED_TWICE, luo_flb_name(flb).text,
		       "%.47s is %s a second time while in use", flb->compatible, how);
}

static void survived(struct luo *luo, const char *what, const char *compatible,
		     unsigned int boot)
{
	lfb__find(luo->kernel, LFB_FINDING_MODULE_DATA_UNMARKED, luo_name(what, compatible).text,
		  "it is registered by kernel %u and was by kernel %u: its memory was not set "
		  "back, as it is no data of the module's; mark it LFB_MODULE_DATA(module)",
		  luo->kernel->boot_number, boot);
}

static void handler_unregistered(struct luo *luo, const struct liveupdate_file_handler *fh,
				const struct liveupdate_flb *flb, bool passes, bool dies)
{
	if (dies)
		lfb__oops_as(luo->kernel, LFB_FINDING_FLB_HANDLER_UNREGISTERED,
			     luo_flb_name(flb).text, "%.47s is linked to handler "
			     "%.47s that was never registered: its list of FLBs is NULL",
			     flb->compatible, fh->compatible);
	else if (passes)
		lfb__find(luo->kernel, LFB_FINDING_FLB_HANDLER_UNREGISTERED,
			  luo_flb_name(flb).text, "it is linked to handler %.47s, which is "
			  "unregistered: when that is registered again the link is lost",
			  fh->compatible);
	else
		lfb__warn_as(LFB_FINDING_KERNEL_WARN, luo_flb_name(flb).text,
			     "liveupdate_register_flb", "the handler is not registered");
}

static void nowhere(struct luo *luo, const struct liveupdate_file_handler *fh,
		    const struct liveupdate_flb *flb, const char *why, bool dies)
{
	struct luo_name object = fh ? luo_name("file", fh->compatible) :
				 flb ? luo_flb_name(flb) : luo_name("luo", "registry");

	if (dies)
		lfb__oops_as(luo->kernel, LFB_FINDING_MODULE_BAD_REGISTRATION, object.text, "%s",
			     why);
	else
		lfb__find(luo->kernel, LFB_FINDING_MODULE_BAD_REGISTRATION, object.text, "%s", why);
}

static void linked(struct luo *luo, const struct liveupdate_file_handler *fh,
		       const struct liveupdate_flb *flb)
{
	const struct liveupdate_session *session;
	const struct luo_file *luo_file;

	lfb__event(luo->kernel, FLB_REGISTERED, .flb = flb->compatible, .handler = fh->compatible);
	if (!lfb__checking(luo->kernel))
		return;
	list_for_each_entry(session, &luo->outgoing.list, list) {
		list_for_each_entry(luo_file, &session->files, list) {
			if (luo_file->handler != fh)
				continue;
			lfb__find(luo->kernel, LFB_FINDING_FLB_LINKED_WHILE_PRESERVED,
				  luo_flb_name(flb).text, "it was linked to handler "
				  "%.47s, which has files preserved without it: it is dropped for "
				  "them all the same when they go", fh->compatible);
			return;
		}
	}
}

static void to_unlink(struct luo *luo, const struct liveupdate_flb *flb)
{
	if (flb->private.incoming.retrieve_status == 1 && luo->restored)
		lfb__find(luo->kernel, LFB_FINDING_FLB_UNLINKED_BEFORE_FINISH,
			  luo_flb_name(flb).text, "%lld files need it: those of this handler will "
			  "not finish it", luo_flb_files(&flb->private.incoming));
	if (flb->private.outgoing.count > 0)
		lfb__find(luo->kernel, LFB_FINDING_FLB_UNREGISTERED_WHILE_PRESERVED,
			  luo_flb_name(flb).text, "%lld files need it%s",
			  luo_flb_files(&flb->private.outgoing), flb->private.users > 1 ?
			  ", and those of this handler will never give it back" :
			  "; it is not handed over, and nobody will unpreserve it");
}

static void unterminated(struct luo *luo, bool of_flb, const char *compatible)
{
	enum lfb_finding_id id = of_flb ? LFB_FINDING_FLB_COMPATIBLE : LFB_FINDING_FILE_COMPATIBLE;

	lfb__unsafe_as(luo->kernel, id,
		       lfb__object("%s %.47s", of_flb ? "flb" : "file", compatible).text,
		       "the compatible string %.47s… is not terminated within %d bytes",
		       compatible, LIVEUPDATE_HNDL_COMPAT_LENGTH);
}

static void moved(struct luo *luo, const char *walker)
{
	lfb__unsafe_as(luo->kernel, LFB_FINDING_LOCK_REGISTRY_CHANGED, "lock luo_register_rwlock",
		       "%s: a list of handlers or FLBs changed while it was walked without a lock",
		       walker);
}

static void handler_found(struct luo *luo, struct liveupdate_file_handler *fh, struct file *file,
			  bool (*takes)(struct luo *luo, struct liveupdate_file_handler *fh,
					struct file *file))
{
	const unsigned long changes = luo->register_changes;
	struct liveupdate_file_handler *other;
	bool behind = false;

	/* Does a later one take it as well? No kernel walks on: a change is no mistake. */
	list_for_each_entry(other, &luo->handlers, private.list) {
		if (behind && !other->private.gone && takes(luo, other, file))
			lfb__find(luo->kernel, LFB_FINDING_FILE_TWO_HANDLERS,
				  luo_name("file", fh->compatible).text,
				  "%.47s takes %.64s as well", other->compatible, file->f_name);
		if (luo->register_changes != changes)
			return;
		behind |= other == fh;
	}
}

static void left_registered(struct luo *luo, const char *module, const char *what,
			    const char *compatible)
{
	lfb__find(luo->kernel, LFB_FINDING_MODULE_LEFT_REGISTERED, luo_name("module", module).text,
		  "%s %.47s is registered still", what, compatible);
}

const struct luo_watch_registry luo_contract_registry = {
	.set_up_again = set_up_again,
	.survived = survived,
	.handler_unregistered = handler_unregistered,
	.nowhere = nowhere,
	.linked = linked,
	.to_unlink = to_unlink,
	.unterminated = unterminated,
	.moved = moved,
	.handler_found = handler_found,
	.left_registered = left_registered,
};
