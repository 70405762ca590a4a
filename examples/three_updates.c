// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Three updates in a row: what must survive has to be handed over each time anew.
 *
 * A file and an FLB that counts generations go from kernel to kernel. Each kernel retrieves them
 * and preserves them again, for the next one. Session "forgotten" is preserved once; the second
 * kernel never asks for it, so the third knows nothing of it. While it waits to be finished its
 * letter needs the FLB: generation 1 is the only one that is not finished.
 *
 *	cc -o three_updates three_updates.c $(pkg-config --cflags --libs lfb)
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

#define LETTER_SIZE 64

/*
 * The FLB: how many updates the system has lived through
 */

struct generation {
	u64 number;
};

/* This kernel's generation: 0 after a cold boot, then what the previous kernel says. */
static LFB_MODULE_DATA(chain) u64 generation;

static int generation_preserve(struct liveupdate_flb_op_args *argp)
{
	struct generation *next = kho_alloc_preserve(sizeof(*next));

	if (IS_ERR(next))
		return (int)PTR_ERR(next);
	next->number = generation + 1;
	argp->obj = next;
	argp->data = virt_to_phys(next);
	return 0;
}

static void generation_unpreserve(struct liveupdate_flb_op_args *argp)
{
	kho_unpreserve_free(argp->obj);
}

static int generation_retrieve(struct liveupdate_flb_op_args *argp)
{
	argp->obj = phys_to_virt(argp->data);
	return 0;
}

static void generation_finish(struct liveupdate_flb_op_args *argp)
{
	printf("  generation %llu: finished\n",
	       (unsigned long long)((struct generation *)argp->obj)->number);
	kho_restore_free(argp->obj);
}

static const struct liveupdate_flb_ops generation_ops = {
	.preserve = generation_preserve,
	.unpreserve = generation_unpreserve,
	.retrieve = generation_retrieve,
	.finish = generation_finish,
};

static LFB_MODULE_DATA(chain) struct liveupdate_flb generation_flb = {
	.ops = &generation_ops,
	.compatible = "chain-generation-v1",
};

/*
 * The file: a chain letter
 */

static int letter_release(struct inode *inode, struct file *file)
{
	(void)inode;
	kfree(file->private_data);
	return 0;
}

static const struct file_operations letter_fops = { .release = letter_release };

static struct file *letter_open(const char *text)
{
	char *copy = kzalloc(LETTER_SIZE, GFP_KERNEL);
	struct file *file;

	if (!copy)
		return ERR_PTR(-ENOMEM);
	snprintf(copy, LETTER_SIZE, "%s", text);
	file = anon_inode_getfile("letter", &letter_fops, copy, 0);
	if (IS_ERR(file))
		kfree(copy);
	return file;
}

static bool letter_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	(void)handler;
	return file->f_op == &letter_fops;
}

/* Each kernel that passes the letter on signs it. */
static int letter_preserve(struct liveupdate_file_op_args *args)
{
	char *page = kho_alloc_preserve(LETTER_SIZE);

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	snprintf(page, LETTER_SIZE, "%s k%llu", (char *)args->file->private_data,
		 (unsigned long long)generation);
	args->private_data = page;
	args->serialized_data = virt_to_phys(page);
	printf("  letter: passed on as \"%s\"\n", page);
	return 0;
}

static void letter_unpreserve(struct liveupdate_file_op_args *args)
{
	kho_unpreserve_free(args->private_data);
}

static int letter_retrieve(struct liveupdate_file_op_args *args)
{
	struct file *file = letter_open(phys_to_virt(args->serialized_data));

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	args->file = file;
	printf("  letter: received \"%s\"\n", (char *)file->private_data);
	return 0;
}

static void letter_finish(struct liveupdate_file_op_args *args)
{
	kho_restore_free(phys_to_virt(args->serialized_data));
	printf("  letter: finished\n");
}

static const struct liveupdate_file_ops letter_ops = {
	.can_preserve = letter_can_preserve,
	.preserve = letter_preserve,
	.unpreserve = letter_unpreserve,
	.retrieve = letter_retrieve,
	.finish = letter_finish,
};

static LFB_MODULE_DATA(chain) struct liveupdate_file_handler letter_handler = {
	.ops = &letter_ops,
	.compatible = "chain-letter-v1",
};

static int chain_start(void)
{
	void *previous = NULL;
	int err;

	err = liveupdate_register_flb(&letter_handler, &generation_flb);
	if (err)
		return err;
	err = liveupdate_flb_get_incoming(&generation_flb, &previous);
	if (err == -ENODATA || err == -ENOENT)
		return 0; /* nobody was here before */
	if (!err) {
		generation = ((struct generation *)previous)->number;
		liveupdate_flb_put_incoming(&generation_flb);
	}
	return err;
}

static int chain_init(void)
{
	int err = liveupdate_register_file_handler(&letter_handler);

	if (err)
		return err;
	err = chain_start();
	if (err)
		liveupdate_unregister_file_handler(&letter_handler);
	return err;
}

LFB_MODULE(chain, chain_init, NULL);

/*
 * Userspace
 */

static int write_letter(struct lfb_machine *machine, struct lfb_agent *agent, const char *text)
{
	struct lfb_machine *before = lfb_machine_enter(machine);
	struct file *file = letter_open(text);

	lfb_machine_enter(before);
	return IS_ERR(file) ? (int)PTR_ERR(file) : lfb_agent_install(agent, file);
}

static int first_kernel(struct lfb_machine *machine, struct lfb_agent *agent)
{
	int device = lfb_agent_open(agent);
	int chain = lfb_agent_create_session(agent, device, "chain");
	int forgotten = lfb_agent_create_session(agent, device, "forgotten");
	int err;

	printf("generation %llu:\n", (unsigned long long)generation);
	err = lfb_agent_preserve(agent, chain, write_letter(machine, agent, "signed:"), 1);
	if (err)
		return err;
	return lfb_agent_preserve(agent, forgotten, write_letter(machine, agent, "nobody:"), 1);
}

/*
 * Takes the letter over and passes it on, unless this is the end of the chain. Until the old
 * session is finished the letter counts as preserved. The new session may have the old one's name:
 * sessions that were handed over and those to be are kept apart.
 */
static int next_kernel(struct lfb_agent *agent, int device, bool last)
{
	int incoming = lfb_agent_retrieve_session(agent, device, "chain");
	int letter = lfb_agent_retrieve(agent, incoming, 1);
	int err;

	if (letter < 0)
		return letter;
	err = lfb_agent_finish(agent, incoming);
	if (err || last)
		return err;
	return lfb_agent_preserve(agent, lfb_agent_create_session(agent, device, "chain"), letter,
				  1);
}

/* From generation 2 on nobody knows of it. */
static void look_for_forgotten(struct lfb_agent *agent, int device)
{
	int err = lfb_agent_retrieve_session(agent, device, "forgotten");

	printf("  session \"forgotten\": %s\n", err == -ENOENT ? "gone" : "STILL THERE");
}

static int run(struct lfb_machine *machine, struct lfb_agent *agent)
{
	int err = first_kernel(machine, agent);
	int device;

	for (unsigned int update = 1; update <= 3 && !err; update++) {
		err = lfb_machine_kexec(machine);
		if (err)
			return err;
		printf("generation %llu:\n", (unsigned long long)generation);
		device = lfb_agent_open(agent);
		err = next_kernel(agent, device, update == 3);
		if (!err && update > 1)
			look_for_forgotten(agent, device);
	}
	return err;
}

int main(void)
{
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	int err;

	err = lfb_machine_create(NULL, &machine);
	if (err) {
		fprintf(stderr, "three_updates: %s\n", lfb_error_text(NULL));
		return 1;
	}
	err = lfb_machine_add_module(machine, &chain_module);
	if (!err)
		err = lfb_machine_boot(machine);
	if (!err)
		err = lfb_agent_create(machine, "agent", &agent);
	if (!err)
		err = run(machine, agent);
	if (err)
		fprintf(stderr, "three_updates: %s (%d)\n", lfb_error_text(machine), err);
	lfb_machine_destroy(machine);
	return err ? 1 : 0;
}
