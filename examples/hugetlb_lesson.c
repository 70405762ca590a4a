// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Files own pages of one pool. Each hands over its own page; how large the pool is, and how much of
 * it comes with files, goes over once, in an FLB, which the new kernel reads before anybody asks
 * for a file. hugetlb_shared.c is the real thing.
 *
 *	cc -o hugetlb_lesson hugetlb_lesson.c $(pkg-config --cflags --libs lfb)
 */
#include <stdio.h>

#include <luo/lfb.h>

static const struct file_operations fops;
struct books { u64 pages, in_files; };

/* The FLB: saved with the first file, an object again when somebody asks, done with the last. */
static int books_save(struct liveupdate_flb_op_args *args)
{
	struct books *books = kho_alloc_preserve(sizeof(*books));

	if (IS_ERR(books))
		return (int)PTR_ERR(books);
	books->pages = 8;
	args->obj = books;
	args->data = virt_to_phys(books);
	return 0;
}

static int books_load(struct liveupdate_flb_op_args *args)
{
	args->obj = phys_to_virt(args->data);
	return 0;
}

static void books_drop(struct liveupdate_flb_op_args *args) { kho_unpreserve_free(args->obj); }
static void books_done(struct liveupdate_flb_op_args *args) { kho_restore_free(args->obj); }

static const struct liveupdate_flb_ops books_ops = { .preserve = books_save,
	.unpreserve = books_drop, .retrieve = books_load, .finish = books_done };
static LFB_MODULE_DATA(huge) struct liveupdate_flb flb = {
	.ops = &books_ops, .compatible = "pool" };

/* A file enters its page in the books that all share, and hands over nothing else. */
static void book(int pages)
{
	void *books;

	if (!liveupdate_flb_get_outgoing(&flb, &books)) {
		((struct books *)books)->in_files += pages;
		liveupdate_flb_put_outgoing(&flb);
	}
}

static bool page_can(struct liveupdate_file_handler *handler, struct file *file)
{
	return handler && file->f_op == &fops;
}

static int page_save(struct liveupdate_file_op_args *args)
{
	int err = kho_preserve_folio(args->file->private_data);

	args->serialized_data = virt_to_phys(folio_address(args->file->private_data));
	if (!err)
		book(1);
	return err;
}

static void page_drop(struct liveupdate_file_op_args *args)
{
	book(-1);
	kho_unpreserve_folio(args->file->private_data);
}

static int page_load(struct liveupdate_file_op_args *args)
{
	args->file = anon_inode_getfile("page", &fops, NULL, 0);
	if (IS_ERR(args->file))
		return (int)PTR_ERR(args->file);
	args->file->private_data = kho_restore_folio(args->serialized_data);
	return 0;
}

static void page_done(struct liveupdate_file_op_args *args)
{
	if (!args->file) /* nobody wanted it */
		folio_put(kho_restore_folio(args->serialized_data));
}

static const struct liveupdate_file_ops page_ops = { .can_preserve = page_can,
	.preserve = page_save, .unpreserve = page_drop, .retrieve = page_load,
	.finish = page_done };
static LFB_MODULE_DATA(huge) struct liveupdate_file_handler handler = {
	.ops = &page_ops, .compatible = "page" };

/* In each kernel: what comes with files is not reserved anew. */
static int init(void)
{
	void *books;
	int err = liveupdate_register_file_handler(&handler);

	if (!err && (err = liveupdate_register_flb(&handler, &flb)))
		liveupdate_unregister_file_handler(&handler);
	if (!err && !liveupdate_flb_get_incoming(&flb, &books)) {
		printf("a pool of %llu pages, %llu of them come with files\n",
		       ((struct books *)books)->pages, ((struct books *)books)->in_files);
		liveupdate_flb_put_incoming(&flb);
	} else if (!err) {
		printf("a pool of 8 pages\n");
	}
	return err;
}
LFB_MODULE(huge, init, NULL);

/* Userspace */

static int page_release(struct inode *inode, struct file *file)
{
	if (inode && file->private_data)
		folio_put(file->private_data);
	return 0;
}

static const struct file_operations fops = { .release = page_release };

static int open_page(struct lfb_machine *machine, struct lfb_agent *agent)
{
	struct lfb_machine *before = lfb_machine_enter(machine);
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);
	struct file *file = ERR_PTR(-ENOMEM);

	if (folio)
		file = anon_inode_getfile("page", &fops, folio, 0);
	if (folio && IS_ERR(file))
		folio_put(folio);
	lfb_machine_enter(before);
	return IS_ERR(file) ? (int)PTR_ERR(file) : lfb_agent_install(agent, file);
}

static int update(struct lfb_machine *machine, struct lfb_agent *agent)
{
	int session = lfb_agent_create_session(agent, lfb_agent_open(agent), "vm");
	int err = 0;

	for (unsigned int token = 1; token <= 3 && !err; token++)
		err = lfb_agent_preserve(agent, session, open_page(machine, agent), token);
	if (!err)
		err = lfb_machine_kexec(machine);
	if (err)
		return err;
	session = lfb_agent_retrieve_session(agent, lfb_agent_open(agent), "vm");
	err = lfb_agent_retrieve(agent, session, 1); /* the others nobody wants */
	if (err >= 0)
		err = lfb_agent_finish(agent, session);
	printf("finish: %d\n", err);
	return err;
}

int main(void)
{
	struct lfb_machine *machine = NULL;
	struct lfb_agent *agent;
	int err = lfb_machine_create(NULL, &machine);

	if (!err)
		err = lfb_machine_add_module(machine, &huge_module);
	if (!err)
		err = lfb_machine_boot(machine);
	if (!err)
		err = lfb_agent_create(machine, "agent", &agent);
	if (!err)
		err = update(machine, agent);
	if (err)
		fprintf(stderr, "hugetlb_lesson: %s (%d)\n", lfb_error_text(machine), err);
	lfb_machine_destroy(machine);
	return err ? 1 : 0;
}
