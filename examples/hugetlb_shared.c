// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * HugeTLB state shared by two kinds of files: one FLB, two file handlers. hugetlb_lesson.c is the
 * same idea with as little else as can be.
 *
 * memfd and guest_memfd files both own 2 MiB folios that come from one pool. Each file hands over
 * its own folios; what they have in common, the pool's books, goes over once, in an FLB that both
 * handlers declare. The new kernel sets its pool up from the books, before anybody asks for a
 * file, so that it does not reserve anew what is on its way.
 *
 *	cc -o hugetlb_shared hugetlb_shared.c $(pkg-config --cflags --libs lfb)
 */
#include <stdio.h>
#include <string.h>

#include <luo/agent.h>
#include <luo/file.h>
#include <luo/kexec_handover.h>
#include <luo/liveupdate.h>
#include <luo/machine.h>
#include <luo/mm.h>
#include <luo/slab.h>

#define HUGE_ORDER 9
#define HUGE_MAX 4 /* folios of a file */
#define POOL_SIZE 8

/*
 * The pool
 */

static LFB_MODULE_DATA(hugetlb) struct pool {
	unsigned int total;
	unsigned int nr_free;
	struct folio *free[POOL_SIZE];
} pool;

/* The books, as the next kernel reads them. */
struct pool_ser {
	u64 total;
	u64 handed_over; /* folios that come with the files */
};

static void pool_put(struct folio *folio)
{
	pool.free[pool.nr_free++] = folio;
}

static struct folio *pool_get(void)
{
	return pool.nr_free ? pool.free[--pool.nr_free] : NULL;
}

/* Reserves what is not handed over: all of it in a kernel that was not updated into. */
static int pool_fill(unsigned int handed_over)
{
	while (pool.nr_free + handed_over < pool.total) {
		struct folio *folio = folio_alloc(GFP_KERNEL, HUGE_ORDER);

		if (!folio)
			return -ENOMEM;
		pool_put(folio);
	}
	return 0;
}

/*
 * The FLB: the books
 */

static int pool_preserve(struct liveupdate_flb_op_args *argp)
{
	struct pool_ser *ser = kho_alloc_preserve(sizeof(*ser));

	if (IS_ERR(ser))
		return (int)PTR_ERR(ser);
	ser->total = pool.total;
	argp->obj = ser;
	argp->data = virt_to_phys(ser);
	printf("  pool: preserved\n");
	return 0;
}

static void pool_unpreserve(struct liveupdate_flb_op_args *argp)
{
	kho_unpreserve_free(argp->obj);
	printf("  pool: unpreserved\n");
}

static int pool_retrieve(struct liveupdate_flb_op_args *argp)
{
	const struct pool_ser *ser = phys_to_virt(argp->data);

	argp->obj = (void *)ser;
	printf("  pool: retrieved, %llu folios, %llu of them come with files\n",
	       (unsigned long long)ser->total, (unsigned long long)ser->handed_over);
	return 0;
}

static void pool_finish(struct liveupdate_flb_op_args *argp)
{
	kho_restore_free(argp->obj);
	printf("  pool: finished\n");
}

static const struct liveupdate_flb_ops pool_ops = {
	.preserve = pool_preserve,
	.unpreserve = pool_unpreserve,
	.retrieve = pool_retrieve,
	.finish = pool_finish,
};

static LFB_MODULE_DATA(hugetlb) struct liveupdate_flb pool_flb = {
	.ops = &pool_ops,
	.compatible = "hugetlb-pool-v1",
};

/*
 * Files that own folios
 */

struct huge_file {
	unsigned int nr_folios;
	struct folio *folios[HUGE_MAX];
};

/* What a file hands over besides its folios: where they are. */
struct huge_file_ser {
	u64 nr_folios;
	u64 folios[HUGE_MAX];
};

static int huge_release(struct inode *inode, struct file *file)
{
	struct huge_file *huge = file->private_data;

	(void)inode;
	while (huge->nr_folios)
		pool_put(huge->folios[--huge->nr_folios]);
	kfree(huge);
	return 0;
}

/* Two kinds of files, told apart by their operations. */
static const struct file_operations memfd_fops = { .release = huge_release };
static const struct file_operations guest_memfd_fops = { .release = huge_release };

static struct file *huge_open(const struct file_operations *fops)
{
	struct huge_file *huge = kzalloc(sizeof(*huge), GFP_KERNEL);
	struct file *file;

	if (!huge)
		return ERR_PTR(-ENOMEM);
	file = anon_inode_getfile(fops == &memfd_fops ? "memfd" : "guest_memfd", fops, huge, 0);
	if (IS_ERR(file))
		kfree(huge);
	return file;
}

/*
 * Old kernel
 */

/* Takes back the first @count of a file's folios, and the list of them. */
static void undo_preserve(struct huge_file *huge, struct huge_file_ser *ser, unsigned int count)
{
	while (count)
		kho_unpreserve_folio(huge->folios[--count]);
	kho_unpreserve_free(ser);
}

/* Enters folios in the books of the update, which are there while a file of ours is preserved. */
static void book(int nr_folios)
{
	void *books;

	if (liveupdate_flb_get_outgoing(&pool_flb, &books))
		return;
	((struct pool_ser *)books)->handed_over += nr_folios;
	liveupdate_flb_put_outgoing(&pool_flb);
}

static int huge_preserve(struct liveupdate_file_op_args *args)
{
	struct huge_file *huge = args->file->private_data;
	struct huge_file_ser *ser = kho_alloc_preserve(sizeof(*ser));
	int err;

	if (IS_ERR(ser))
		return (int)PTR_ERR(ser);
	for (unsigned int i = 0; i < huge->nr_folios; i++) {
		err = kho_preserve_folio(huge->folios[i]);
		if (err) {
			undo_preserve(huge, ser, i);
			return err;
		}
		ser->folios[i] = PFN_PHYS(folio_pfn(huge->folios[i]));
	}
	ser->nr_folios = huge->nr_folios;
	book((int)huge->nr_folios);
	args->private_data = ser;
	args->serialized_data = virt_to_phys(ser);
	printf("  %s: preserved, folios=%u\n", args->file->f_name, huge->nr_folios);
	return 0;
}

static void huge_unpreserve(struct liveupdate_file_op_args *args)
{
	struct huge_file *huge = args->file->private_data;

	book(-(int)huge->nr_folios);
	undo_preserve(huge, args->private_data, huge->nr_folios);
	printf("  %s: unpreserved\n", args->file->f_name);
}

/*
 * New kernel
 */

static const struct file_operations *fops_of(struct liveupdate_file_handler *handler);

static int huge_retrieve(struct liveupdate_file_op_args *args)
{
	const struct huge_file_ser *ser = phys_to_virt(args->serialized_data);
	struct file *file = huge_open(fops_of(args->handler));
	struct huge_file *huge;

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	huge = file->private_data;
	for (u64 i = 0; i < ser->nr_folios && i < HUGE_MAX; i++) {
		struct folio *folio = kho_restore_folio(ser->folios[i]);

		if (!folio) {
			fput(file);
			return -EIO;
		}
		huge->folios[huge->nr_folios++] = folio;
	}
	args->file = file;
	printf("  %s: retrieved, folios=%u\n", file->f_name, huge->nr_folios);
	return 0;
}

/* A file that was retrieved has its folios; those of one that nobody wanted go to the pool. */
static void huge_finish(struct liveupdate_file_op_args *args)
{
	struct huge_file_ser *ser = phys_to_virt(args->serialized_data);

	for (u64 i = 0; !args->file && i < ser->nr_folios && i < HUGE_MAX; i++) {
		struct folio *folio = kho_restore_folio(ser->folios[i]);

		if (folio)
			pool_put(folio);
	}
	printf("  %s: finished%s\n", args->handler->compatible,
	       args->file ? "" : ", nobody wanted it");
	kho_restore_free(ser);
}

static bool huge_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == fops_of(handler);
}

static const struct liveupdate_file_ops huge_ops = {
	.can_preserve = huge_can_preserve,
	.preserve = huge_preserve,
	.unpreserve = huge_unpreserve,
	.retrieve = huge_retrieve,
	.finish = huge_finish,
};

static LFB_MODULE_DATA(hugetlb) struct liveupdate_file_handler memfd_handler = {
	.ops = &huge_ops,
	.compatible = "hugetlb-memfd-v1",
};

static LFB_MODULE_DATA(hugetlb) struct liveupdate_file_handler guest_memfd_handler = {
	.ops = &huge_ops,
	.compatible = "hugetlb-guest-memfd-v1",
};

static const struct file_operations *fops_of(struct liveupdate_file_handler *handler)
{
	return handler == &memfd_handler ? &memfd_fops : &guest_memfd_fops;
}

static int pool_start(void)
{
	void *books = NULL;
	int err;

	err = liveupdate_flb_get_incoming(&pool_flb, &books);
	if (err && err != -ENODATA && err != -ENOENT)
		return err;
	pool.total = books ? (unsigned int)((struct pool_ser *)books)->total : POOL_SIZE;
	err = pool_fill(books ? (unsigned int)((struct pool_ser *)books)->handed_over : 0);
	if (books)
		liveupdate_flb_put_incoming(&pool_flb);
	return err;
}

static int register_all(void)
{
	int err;

	err = liveupdate_register_file_handler(&memfd_handler);
	if (err)
		return err;
	err = liveupdate_register_file_handler(&guest_memfd_handler);
	if (err)
		goto out_memfd;
	err = liveupdate_register_flb(&memfd_handler, &pool_flb);
	if (!err)
		err = liveupdate_register_flb(&guest_memfd_handler, &pool_flb);
	if (!err)
		return 0;
	/* Unregistering a handler takes its links to FLBs with it. */
	liveupdate_unregister_file_handler(&guest_memfd_handler);
out_memfd:
	liveupdate_unregister_file_handler(&memfd_handler);
	return err;
}

static int hugetlb_init(void)
{
	int err = register_all();

	if (err)
		return err;
	err = pool_start();
	if (err) {
		liveupdate_unregister_file_handler(&guest_memfd_handler);
		liveupdate_unregister_file_handler(&memfd_handler);
	}
	return err;
}

LFB_MODULE(hugetlb, hugetlb_init, NULL);

/*
 * Userspace
 */

/* Moves a folio from the pool to a file and fills it with a pattern. */
static int add_folio(struct file *file, unsigned int seed)
{
	struct huge_file *huge = file->private_data;
	struct folio *folio = pool_get();
	u8 *bytes;

	if (!folio)
		return -ENOMEM;
	bytes = folio_address(folio);
	for (size_t at = 0; at < folio_size(folio); at++)
		bytes[at] = (u8)(at * (2 * seed + 1) + (at >> 12));
	huge->folios[huge->nr_folios++] = folio;
	return 0;
}

/* A file of @folios folios. Returns a descriptor. */
static int make_file(struct lfb_machine *machine, struct lfb_agent *agent,
		     const struct file_operations *fops, unsigned int folios, unsigned int seed)
{
	struct lfb_machine *before = lfb_machine_enter(machine);
	struct file *file = huge_open(fops);
	int err = PTR_ERR_OR_ZERO(file);

	for (unsigned int i = 0; i < folios && !err; i++)
		err = add_folio(file, seed + i);
	if (err && !IS_ERR(file))
		fput(file);
	lfb_machine_enter(before);
	return err ? err : lfb_agent_install(agent, file);
}

/* FNV-1a over all bytes of a file. */
static unsigned long long checksum(struct lfb_machine *machine, struct lfb_agent *agent, int fd)
{
	struct lfb_machine *before = lfb_machine_enter(machine);
	const struct huge_file *huge = lfb_agent_file(agent, fd)->private_data;
	unsigned long long sum = 0xcbf29ce484222325ull;

	for (unsigned int i = 0; i < huge->nr_folios; i++) {
		const u8 *bytes = folio_address(huge->folios[i]);
		const size_t size = folio_size(huge->folios[i]);

		for (size_t at = 0; at < size; at++)
			sum = (sum ^ bytes[at]) * 0x100000001b3ull;
	}
	lfb_machine_enter(before);
	return sum;
}

static void show_pool(void)
{
	printf("  pool: %u folios, %u free\n", pool.total, pool.nr_free);
}

static int old_kernel(struct lfb_machine *machine, struct lfb_agent *agent,
		      unsigned long long *sums)
{
	const struct file_operations *const kinds[] = { &memfd_fops, &guest_memfd_fops,
							&memfd_fops };
	int err = 0, session;

	printf("old kernel:\n");
	show_pool();
	session = lfb_agent_create_session(agent, lfb_agent_open(agent), "vm-1");
	for (unsigned int i = 0; i < 3 && !err; i++) {
		int fd = make_file(machine, agent, kinds[i], i < 2 ? 2 : 1, 10 * i);

		if (fd < 0)
			return fd;
		sums[i] = checksum(machine, agent, fd);
		err = lfb_agent_preserve(agent, session, fd, i);
	}
	show_pool();
	return err;
}

static int new_kernel(struct lfb_machine *machine, struct lfb_agent *agent,
		      const unsigned long long *sums)
{
	int fds[2], err, session;

	printf("new kernel:\n");
	show_pool();
	session = lfb_agent_retrieve_session(agent, lfb_agent_open(agent), "vm-1");
	for (unsigned int i = 0; i < 2; i++) {
		unsigned long long sum;

		fds[i] = lfb_agent_retrieve(agent, session, i);
		if (fds[i] < 0)
			return fds[i];
		sum = checksum(machine, agent, fds[i]);
		printf("  file %u: checksum %016llx, %s\n", i, sum,
		       sum == sums[i] ? "as it was" : "WRONG");
	}
	/* The third is not asked for. */
	err = lfb_agent_finish(agent, session);
	show_pool();
	for (unsigned int i = 0; i < 2 && !err; i++)
		err = lfb_agent_close(agent, fds[i]);
	show_pool();
	return err;
}

int main(void)
{
	unsigned long long sums[3];
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	int err;

	err = lfb_machine_create(NULL, &machine);
	if (err) {
		fprintf(stderr, "hugetlb_shared: %s\n", lfb_error_text(NULL));
		return 1;
	}
	err = lfb_machine_add_module(machine, &hugetlb_module);
	if (!err)
		err = lfb_machine_boot(machine);
	if (!err)
		err = lfb_agent_create(machine, "agent", &agent);
	if (!err)
		err = old_kernel(machine, agent, sums);
	if (!err) {
		printf("kexec:\n");
		err = lfb_machine_kexec(machine);
	}
	if (!err)
		err = new_kernel(machine, agent, sums);
	if (err)
		fprintf(stderr, "hugetlb_shared: %s (%d)\n", lfb_error_text(machine), err);
	lfb_machine_destroy(machine);
	return err ? 1 : 0;
}
