// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Sessions and files of a tree's orchestrator. It tells of none: which there are is known from what
 * was handed over, from agents' requests and their answers (request.c), and from callbacks. What
 * handed-over memory does not say in the profile's format stays unknown.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/codec/codec.h"
#include "lib/tree/twin.h"

static struct luo_told_session *told_of(struct liveupdate_session *session)
{
	return container_of(session, struct luo_told_session, session);
}

static struct luo_tree *tree_of(struct luo_sessions *sessions)
{
	return sessions->incoming ? container_of(sessions, struct luo_tree, shell.incoming) :
				    container_of(sessions, struct luo_tree, shell.outgoing);
}

/* Files */

static struct luo_file *make_file(struct luo_told_session *told,
				  struct liveupdate_file_handler *handler, u64 token, u64 data)
{
	struct luo_file *luo_file = calloc(1, sizeof(*luo_file));

	if (!luo_file)
		return NULL;
	luo_file->handler = handler;
	luo_file->session = &told->session;
	luo_file->token = token;
	luo_file->serialized_data = data;
	luo_on_file_made(luo_file);
	INIT_LIST_HEAD(&luo_file->list);
	return luo_file;
}

static void add_file(struct luo_file *luo_file)
{
	list_del(&luo_file->list);
	list_add_tail(&luo_file->list, &luo_file->session->files);
	luo_file->marks_file = true;
	luo_file->session->count++;
}

static void drop_file(struct luo_file *luo_file)
{
	struct luo_told_session *told = told_of(luo_file->session);

	if (told->at == luo_file)
		told->at = NULL;
	list_del(&luo_file->list);
	luo_file->session->count -= luo_file->marks_file;
	luo_on_file_gone(luo_file);
	free(luo_file);
}

struct luo_file *luo_told_by_token(const struct luo_told_session *told, u64 token)
{
	struct luo_file *luo_file;

	list_for_each_entry(luo_file, &told->session.files, list) {
		if (luo_file->token == token)
			return luo_file;
	}
	return NULL;
}

/* Sessions */

struct luo_told_session *luo_told_add(struct luo_tree *tree, bool incoming, const char *name)
{
	struct luo_sessions *sessions = incoming ? &tree->shell.incoming : &tree->shell.outgoing;
	struct luo_told_session *told = calloc(1, sizeof(*told));

	if (!told)
		return NULL;
	memcpy(told->session.name, name, strnlen(name, sizeof(told->session.name) - 1));
	told->session.sessions = sessions;
	INIT_LIST_HEAD(&told->session.files);
	list_add_tail(&told->session.list, &sessions->list);
	sessions->count++;
	return told;
}

struct luo_told_session *luo_told_by_name(struct luo_tree *tree, const char *name)
{
	struct liveupdate_session *session;

	list_for_each_entry(session, &tree->shell.incoming.list, list) {
		if (!strncmp(session->name, name, sizeof(session->name)))
			return told_of(session);
	}
	return NULL;
}

static struct luo_told_session *by_file(struct luo_sessions *sessions, const struct file *file)
{
	struct liveupdate_session *session;

	list_for_each_entry(session, &sessions->list, list) {
		if (told_of(session)->file == file)
			return told_of(session);
	}
	return NULL;
}

struct luo_told_session *luo_told_by_file(struct luo_tree *tree, const struct file *file)
{
	if (tree->at && tree->at->file == file)
		return tree->at;
	return by_file(&tree->shell.outgoing, file) ?: by_file(&tree->shell.incoming, file);
}

/* @holders: the ledger that they are in is this kernel's. */
static void free_session(struct luo_told_session *told, bool holders)
{
	struct luo_tree *tree = tree_of(told->session.sessions);
	struct luo_file *luo_file, *next;

	list_for_each_entry_safe(luo_file, next, &told->session.files, list) {
		if (holders)
			luo_on_file_gone(luo_file);
		free(luo_file);
	}
	list_del(&told->session.list);
	told->session.sessions->count--;
	if (tree->at == told)
		tree->at = NULL;
	free(told);
}

void luo_told_remove(struct luo_told_session *told)
{
	free_session(told, true);
}

static void free_sessions(struct luo_sessions *sessions, bool holders)
{
	struct liveupdate_session *session, *next;

	list_for_each_entry_safe(session, next, &sessions->list, list)
		free_session(told_of(session), holders);
}

/* What was handed over */

static int learn_file(void *context, phys_addr_t where, const struct luo_file_record *record)
{
	struct liveupdate_session *session = context;
	struct luo *luo = container_of(session->sessions, struct luo, incoming);
	struct liveupdate_file_handler *handler =
		luo_handler_by_compatible(luo, record->compatible);
	struct luo_file *luo_file;

	(void)where;
	if (!handler)
		return -ENODEV;
	luo_file = make_file(told_of(session), handler, record->token, record->data);
	if (!luo_file)
		return -ENOMEM;
	add_file(luo_file);
	return 0;
}

static void drop_files(struct luo_told_session *told)
{
	while (told->session.count)
		drop_file(list_first_entry(&told->session.files, struct luo_file, list));
}

/*
 * A name that is there twice and a file without a handler end what kernels restore: of that session
 * and the ones behind it there is no more than the name.
 */
static int learn_session(void *context, phys_addr_t where,
			 const struct luo_session_record *record)
{
	struct luo_tree *tree = context;
	struct lfb_view view = kho__incoming_view(tree->kernel);
	struct luo_told_session *told = luo_told_by_name(tree, record->name);
	struct luo_reader reader = { .view = &view, .file = learn_file };
	int err;

	(void)where;
	if (told && !tree->ends)
		tree->twice = told;
	tree->ends |= told != NULL;
	told = luo_told_add(tree, true, record->name);
	if (!told)
		return -ENOMEM;
	if (tree->ends || !record->files)
		return 0;
	reader.context = &told->session;
	err = tree->shell.profile->codec->read_files(&reader, record);
	if (err != -ENODEV)
		return err;
	tree->ends = true;
	drop_files(told);
	return 0;
}

/* Of what cannot be read nothing is known, and that never all of it is finished. */
static void know_nothing(struct luo_tree *tree)
{
	free_sessions(&tree->shell.incoming, true);
	tree->shell.handed_over = false;
	tree->shell.restore_failed = true;
}

void luo_told_begin(struct luo_tree *tree)
{
	struct luo *luo = &tree->shell;
	struct lfb_view view = kho__incoming_view(tree->kernel);
	struct luo_reader reader = { .view = &view };
	const struct luo_codec *codec = luo->profile->codec;
	phys_addr_t phys;
	u64 size;

	INIT_LIST_HEAD(&luo->incoming.list);
	INIT_LIST_HEAD(&luo->outgoing.list);
	luo->incoming.incoming = true;
	tree->device = NULL;
	tree->at = tree->twice = NULL;
	tree->asks = tree->ends = false;
	phys = kho__incoming_subtree(tree->kernel, LUO_FDT_KHO_ENTRY_NAME, &size);
	if (!phys)
		return;
	if (codec->read_head(codec, &reader, phys, size, &luo->head))
		know_nothing(tree);
	else
		luo->handed_over = true;
}

void luo_told_forget(struct luo_tree *tree)
{
	struct luo_file *luo_file, *next;

	if (tree->shell.incoming.list.next)
		free_sessions(&tree->shell.incoming, false);
	if (tree->shell.outgoing.list.next)
		free_sessions(&tree->shell.outgoing, false);
	list_for_each_entry_safe(luo_file, next, &tree->coming, list)
		free(luo_file);
	INIT_LIST_HEAD(&tree->coming);
}

void luo_told_to_open(struct luo_tree *tree)
{
	struct luo *luo = &tree->shell;
	struct lfb_view view = kho__incoming_view(tree->kernel);
	struct luo_reader reader = { .view = &view, .context = tree, .session = learn_session };

	if (!luo->handed_over || (luo->restored && !luo->restore_failed))
		return;
	free_sessions(&luo->incoming, true);
	tree->twice = NULL;
	tree->ends = false;
	if (luo->profile->codec->read_sessions(luo->profile->codec, &reader, &luo->head))
		know_nothing(tree);
}

void luo_told_opened(struct luo_tree *tree, int err)
{
	struct luo *luo = &tree->shell;

	luo->device_open |= !err;
	if (!luo->handed_over || (luo->restored && !luo->restore_failed))
		return;
	/* Somebody has it open: nothing was tried. */
	if (err == -EBUSY) {
		free_sessions(&luo->incoming, true);
		return;
	}
	luo->restored = true;
	luo->restore_failed = err;
	if (err && tree->twice)
		luo->watch->session->name_twice(luo, tree->twice->session.name);
	/* It goes on where others end: with what, is not known. */
	if (!err && tree->ends)
		know_nothing(tree);
}

static void drop_files_of(struct luo_sessions *sessions, const void *handler)
{
	struct liveupdate_session *session;
	struct luo_file *luo_file, *next;

	list_for_each_entry(session, &sessions->list, list) {
		list_for_each_entry_safe(luo_file, next, &session->files, list) {
			if (luo_file->handler == handler)
				drop_file(luo_file);
		}
	}
}

void luo_told_handler_gone(struct luo_tree *tree, const void *handler)
{
	drop_files_of(&tree->shell.outgoing, handler);
	drop_files_of(&tree->shell.incoming, handler);
}

/* Callbacks */

/* @handle: it must be that one's, too. */
static bool is_alike(const struct luo_file *luo_file, const struct luo_twin *twin,
		     const struct lfb_tree_args *args, bool handle)
{
	return luo_file->handler == twin->ours && luo_file->file == args->file &&
	       (!handle || luo_file->serialized_data == args->data);
}

/*
 * The one that a callback is given; of several that look alike it may be any. Kernels unpreserve
 * and finish them beginning with the last, all else begins with the first.
 */
static struct luo_file *find_alike(const struct luo_told_session *told,
				   const struct luo_twin *twin, enum luo_op op,
				   const struct lfb_tree_args *args, bool handle)
{
	struct luo_file *luo_file;

	if (op == LUO_UNPRESERVE || op == LUO_FINISH) {
		list_for_each_entry_reverse(luo_file, &told->session.files, list) {
			if (is_alike(luo_file, twin, args, handle))
				return luo_file;
		}
		return NULL;
	}
	list_for_each_entry(luo_file, &told->session.files, list) {
		if (is_alike(luo_file, twin, args, handle))
			return luo_file;
	}
	return NULL;
}

static struct luo_file *find_in(const struct luo_told_session *told, const struct luo_twin *twin,
				enum luo_op op, const struct lfb_tree_args *args)
{
	return find_alike(told, twin, op, args, true) ?: find_alike(told, twin, op, args, false);
}

static struct luo_file *find_anywhere(struct luo_sessions *sessions, const struct luo_twin *twin,
				      enum luo_op op, const struct lfb_tree_args *args)
{
	struct liveupdate_session *session;
	struct luo_file *found = NULL;

	list_for_each_entry(session, &sessions->list, list)
		found = found ?: find_in(told_of(session), twin, op, args);
	return found;
}

/* The file behind the one that was found last, be it in a later session; NULL: none. */
static struct luo_file *next_file(const struct luo_told_session *told)
{
	const struct liveupdate_session *session = &told->session;

	if (told->at && told->at->list.next != &session->files)
		return list_next_entry(told->at, list);
	while (session->list.next != &session->sessions->list) {
		session = list_next_entry(session, list);
		if (!list_empty(&session->files))
			return list_first_entry(&session->files, struct luo_file, list);
	}
	return NULL;
}

/* Most come in their order. @told: whose file it must be; NULL: anybody's. */
static struct luo_file *find(struct luo_tree *tree, const struct luo_told_session *told,
			     const struct luo_twin *twin, enum luo_op op,
			     const struct lfb_tree_args *args)
{
	struct luo_sessions *sessions = op == LUO_CAN_FINISH || op == LUO_FINISH ?
						&tree->shell.incoming : &tree->shell.outgoing;
	const struct luo_told_session *from = told ?: tree->at;
	struct luo_file *next = from ? next_file(from) : NULL;

	if (next && next->session->sessions == sessions &&
	    (!told || next->session == &told->session) &&
	    op != LUO_UNPRESERVE && op != LUO_FINISH && is_alike(next, twin, args, true))
		return next;
	return told ? find_in(told, twin, op, args) : find_anywhere(sessions, twin, op, args);
}

struct luo_file *luo_told_called(struct luo_request *request, const struct luo_twin *twin,
				 enum luo_op op, const struct lfb_tree_args *args)
{
	struct luo_told_session *told = request ? request->session : NULL;
	struct luo_file *luo_file = NULL;

	if (op == LUO_PRESERVE && told) {
		luo_file = make_file(told, twin->ours, request->token, args->data);
		if (!luo_file)
			return NULL;
		luo_file->file = args->file;
		request->makes = true;
		twin->tree->at = told;
		list_add_tail(&luo_file->list, &twin->tree->coming);
		return luo_file;
	}
	if (op == LUO_RETRIEVE && told)
		luo_file = luo_told_by_token(told, request->token);
	else if (op != LUO_PRESERVE && op != LUO_RETRIEVE)
		luo_file = find(twin->tree, told, twin, op, args);
	if (!luo_file)
		return NULL;
	luo_file->serialized_data = args->data;
	twin->tree->at = told_of(luo_file->session);
	twin->tree->at->at = luo_file;
	return luo_file;
}

void luo_told_returned(struct luo_file *luo_file, enum luo_op op,
		       const struct liveupdate_file_op_args *args, int result)
{
	if (op == LUO_FINISH)
		luo_told_flbs_dropped(luo_file->handler);
	if (op == LUO_UNPRESERVE || op == LUO_FINISH || (op == LUO_PRESERVE && result)) {
		drop_file(luo_file);
		return;
	}
	if (op == LUO_RETRIEVE) {
		luo_file->retrieve_status = result ? result : 1;
		luo_file->file = result ? NULL : args->file;
	}
	if ((op == LUO_PRESERVE || op == LUO_FREEZE) && !result) {
		luo_file->serialized_data = args->serialized_data;
		luo_file->kept_data = args->serialized_data;
	}
	if (op == LUO_PRESERVE)
		add_file(luo_file);
}
