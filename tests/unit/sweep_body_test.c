// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Sweeps of tests written in C: a module whose callbacks undo what they did passes, and each way
 * of not doing so is found, by a sweep that knows nothing of the module.
 */
#include <luo/cmocka.h>

/* What is wrong with the module; not a part of its data, which every boot begins anew. */
static enum {
	NOTHING,
	LEAKS_OBJECT,	 /* preserve forgets a slab object when it fails later */
	LEAKS_PAGE,	 /* … a preserved page */
	CLAIMS_SUCCESS,	 /* … that it failed at all */
	WRONG_ORDER,	 /* gives the memory back and then says that it is not preserved */
	FORGETS_COUNT,	 /* counts a file that could not be preserved */
	FLB_LEAKS,	 /* the FLB's preserve forgets its page when it fails later */
	FINISH_LEAKS,	 /* finish forgets memory, also when nothing fails */
	DIES,		 /* gives up for good where it has no memory */
} wrong;

/*
 * The module: each file hands over a page of its own and a folio, and shares a page of the FLB
 */

struct guest {
	void *page;
	struct folio *folio;
	void *notes;
};

static int init(void);
LFB_MODULE(guest, init, NULL);

static const struct file_operations guest_fops = { .owner = &guest_this_module };
static LFB_MODULE_DATA(guest) unsigned long guests;

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &guest_fops;
}

static void undo_folio(struct folio *folio)
{
	if (wrong == WRONG_ORDER)
		folio_put(folio);
	kho_unpreserve_folio(folio);
	if (wrong != WRONG_ORDER)
		folio_put(folio);
}

static int fill(struct guest *guest)
{
	int err;

	guest->page = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(guest->page))
		return (int)PTR_ERR(guest->page);
	guest->folio = folio_alloc(GFP_KERNEL, 1);
	err = guest->folio ? kho_preserve_folio(guest->folio) : -ENOMEM;
	if (err)
		goto no_folio;
	guest->notes = kmalloc(100, GFP_KERNEL);
	if (guest->notes)
		return 0;
	err = -ENOMEM;
	undo_folio(guest->folio);
	guest->folio = NULL;
no_folio:
	if (guest->folio)
		folio_put(guest->folio);
	if (wrong != LEAKS_PAGE)
		kho_unpreserve_free(guest->page);
	return err;
}

static int preserve(struct liveupdate_file_op_args *args)
{
	struct guest *guest = kzalloc(sizeof(*guest), GFP_KERNEL);
	int err;

	if (!guest && wrong == DIES)
		panic("no memory for a guest");
	if (!guest)
		return -ENOMEM;
	guests += wrong == FORGETS_COUNT;
	err = fill(guest);
	if (err) {
		if (wrong != LEAKS_OBJECT)
			kfree(guest);
		return wrong == CLAIMS_SUCCESS ? 0 : err;
	}
	guests += wrong != FORGETS_COUNT;
	args->serialized_data = virt_to_phys(guest->page);
	args->private_data = guest;
	return 0;
}

static void unpreserve(struct liveupdate_file_op_args *args)
{
	struct guest *guest = args->private_data;

	if (!guest)
		return;
	kfree(guest->notes);
	kho_unpreserve_folio(guest->folio);
	folio_put(guest->folio);
	kho_unpreserve_free(guest->page);
	kfree(guest);
	guests--;
}

static int freeze(struct liveupdate_file_op_args *args)
{
	struct guest *guest = args->private_data;

	*(phys_addr_t *)guest->page = folio_pfn(guest->folio) << PAGE_SHIFT;
	return 0;
}

static int retrieve(struct liveupdate_file_op_args *args)
{
	struct file *file = anon_inode_getfile("guest", &guest_fops, NULL, 0);

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	args->file = file;
	return 0;
}

static void finish(struct liveupdate_file_op_args *args)
{
	phys_addr_t *page = phys_to_virt(args->serialized_data);
	struct folio *folio = kho_restore_folio(*page);

	if (folio)
		folio_put(folio);
	if (wrong != FINISH_LEAKS)
		kho_restore_free(page);
	else
		kzalloc(10, GFP_KERNEL);
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = can_preserve,
	.preserve = preserve,
	.unpreserve = unpreserve,
	.freeze = freeze,
	.retrieve = retrieve,
	.finish = finish,
	.owner = &guest_this_module,
};

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	void *page = kho_alloc_preserve(PAGE_SIZE);

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	argp->obj = kmalloc(32, GFP_KERNEL);
	if (!argp->obj) {
		if (wrong != FLB_LEAKS)
			kho_unpreserve_free(page);
		return -ENOMEM;
	}
	argp->data = virt_to_phys(page);
	return 0;
}

static void flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	kfree(argp->obj);
	kho_unpreserve_free(phys_to_virt(argp->data));
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	argp->obj = phys_to_virt(argp->data);
	return 0;
}

static void flb_finish(struct liveupdate_flb_op_args *argp)
{
	kho_restore_free(argp->obj ? argp->obj : phys_to_virt(argp->data));
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_unpreserve,
	.retrieve = flb_retrieve,
	.finish = flb_finish,
	.owner = &guest_this_module,
};

static LFB_MODULE_DATA(guest) struct liveupdate_file_handler handler = {
	.ops = &file_ops,
	.compatible = "guest-v1",
};
static LFB_MODULE_DATA(guest) struct liveupdate_flb flb = {
	.ops = &flb_ops,
	.compatible = "guests-v1",
};

static int init(void)
{
	int err = liveupdate_register_file_handler(&handler);

	if (err)
		return err;
	err = liveupdate_register_flb(&handler, &flb);
	if (err)
		liveupdate_unregister_file_handler(&handler);
	return err;
}

static struct lfb_module *const modules[] = { &guest_module, NULL };

/*
 * Bodies
 */

struct world {
	struct lfb_agent *agent;
	int device;
	int session;
	int file;
};

static long make_file(void *argument)
{
	return PTR_ERR(anon_inode_getfile("guest", &guest_fops, NULL, 0));
}

static int new_file(struct lfb_machine *machine, struct world *world)
{
	struct file *file = ERR_PTR(lfb_machine_call(machine, make_file, NULL));

	return IS_ERR(file) ? (int)PTR_ERR(file) : lfb_agent_install(world->agent, file);
}

/* An agent with a session and a file that is not in it yet. */
static int with_session(struct lfb_machine *machine, void *context)
{
	struct world *world = context;
	int err = lfb_agent_create(machine, "agent", &world->agent);

	if (err)
		return err;
	world->device = lfb_agent_open(world->agent);
	world->session = lfb_agent_create_session(world->agent, world->device, "vm");
	world->file = new_file(machine, world);
	return world->file < 0 ? world->file : 0;
}

static int with_file(struct lfb_machine *machine, void *context)
{
	struct world *world = context;
	int err = with_session(machine, context);

	return err ? err : lfb_agent_preserve(world->agent, world->session, world->file, 1);
}

static int in_next_kernel(struct lfb_machine *machine, void *context)
{
	struct world *world = context;
	int err = with_file(machine, context);

	if (!err)
		err = lfb_machine_kexec(machine);
	if (err)
		return err;
	world->device = lfb_agent_open(world->agent);
	world->session = lfb_agent_retrieve_session(world->agent, world->device, "vm");
	return world->session < 0 ? world->session : 0;
}

static int preserve_step(struct lfb_machine *machine, void *context)
{
	struct world *world = context;

	return lfb_agent_preserve(world->agent, world->session, world->file, 1);
}

static int reboot_step(struct lfb_machine *machine, void *context)
{
	return lfb_machine_prepare(machine);
}

static int kexec_step(struct lfb_machine *machine, void *context)
{
	return lfb_machine_kexec(machine);
}

static int retrieve_step(struct lfb_machine *machine, void *context)
{
	struct world *world = context;
	int fd = lfb_agent_retrieve(world->agent, world->session, 1);

	return fd < 0 ? fd : 0;
}

static int finish_step(struct lfb_machine *machine, void *context)
{
	struct world *world = context;

	return lfb_agent_finish(world->agent, world->session);
}

/* The module counts; in the kernel that preserved, nothing may be left. */
static int end_agent(struct lfb_machine *machine, void *context)
{
	struct world *world = context;

	lfb_agent_destroy(world->agent);
	world->agent = NULL;
	return lfb_machine_state(machine) == LFB_RUNNING && guests ? -EUCLEAN : 0;
}

#define BODY(what, before)                                                                         \
	{                                                                                          \
		.sz = sizeof(struct lfb_sweep_body), .name = #what, .prepare = before,             \
		.step = what##_step, .clean_up = end_agent, .modules = modules                     \
	}

static const struct lfb_sweep_body bodies[] = {
	BODY(preserve, with_session), BODY(reboot, with_file), BODY(kexec, with_file),
	BODY(retrieve, in_next_kernel), BODY(finish, in_next_kernel),
};
#define for_each_body(body) for (const struct lfb_sweep_body *body = bodies;                       \
				 body < bodies + sizeof(bodies) / sizeof(bodies[0]); body++)

static struct world world;

static struct lfb_sweep_result sweep(const struct lfb_sweep_body *body,
				     const struct lfb_sweep_options *options)
{
	const struct lfb_machine_options fixed = { .sz = sizeof(fixed), .mode = LFB_MEMORY_FIXED };
	struct lfb_sweep_result result = { .sz = sizeof(result) };
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&fixed, &machine), 0);
	assert_int_equal(lfb_sweep(machine, body, &world, options, &result), 0);
	assert_int_equal(lfb_machine_state(machine), LFB_OFF);
	lfb_machine_destroy(machine);
	return result;
}

/*
 * Tests
 */

static int nothing_wrong(void **state)
{
	wrong = NOTHING;
	return 0;
}

static void a_module_that_undoes_what_it_did_passes(void **state)
{
	const struct lfb_sweep_options pairs = { .sz = sizeof(pairs), .pairs = true };

	for_each_body(body) {
		lfb_assert_sweep_with(NULL, body, &world, &pairs);
		print_message("%s: %lu runs\n", body->name, sweep(body, &pairs).runs);
	}
}

static void check_found(int mistake, const char *body_name, const char *what)
{
	wrong = mistake;
	for_each_body(body) {
		struct lfb_sweep_result result;

		if (strcmp(body->name, body_name))
			continue;
		result = sweep(body, NULL);
		assert_true(result.violations > 0);
		if (!strstr(result.first, what))
			fail_msg("expected \"%s\" in: %s", what, result.first);
	}
}

static void a_slab_object_that_is_not_undone_is_found(void **state)
{
	check_found(LEAKS_OBJECT, "preserve", "memory: slab objects");
}

static void a_preserved_page_that_is_not_undone_is_found(void **state)
{
	check_found(LEAKS_PAGE, "preserve", "preserved memory: blocks of order 0");
}

static void success_without_the_work_is_found(void **state)
{
	check_found(CLAIMS_SUCCESS, "preserve", "it answered 0, but it is half done");
}

static void undoing_in_the_wrong_order_is_found(void **state)
{
	check_found(WRONG_ORDER, "preserve", "kho_unpreserve_folio");
}

static void an_flb_that_is_not_undone_is_found(void **state)
{
	check_found(FLB_LEAKS, "preserve", "preserved memory: blocks of order 0");
}

static void a_leak_without_any_fault_is_found(void **state)
{
	check_found(FINISH_LEAKS, "finish", "without any fault, nobody restored or freed");
}

static void what_the_test_itself_checks_counts(void **state)
{
	check_found(FORGETS_COUNT, "preserve", "clean up: ");
}

static void a_kernel_that_dies_is_found(void **state)
{
	check_found(DIES, "preserve", "the kernel died");
}

/* It fails once the device is open, and leaves it so. */
static int open_and_create(struct lfb_machine *machine, void *context)
{
	struct lfb_agent *agent = *(struct lfb_agent **)context;
	int device = lfb_agent_open(agent);
	int session = device < 0 ? device : lfb_agent_create_session(agent, device, "s");

	return session < 0 ? session : 0;
}

static int create_agent(struct lfb_machine *machine, void *context)
{
	return lfb_agent_create(machine, "agent", context);
}

static int destroy_agent(struct lfb_machine *machine, void *context)
{
	lfb_agent_destroy(*(struct lfb_agent **)context);
	return 0;
}

static void who_opens_the_device_in_the_step_is_told_to_do_it_before(void **state)
{
	const struct lfb_sweep_body body = {
		.sz = sizeof(body),
		.prepare = create_agent,
		.step = open_and_create,
		.clean_up = destroy_agent,
	};
	struct lfb_sweep_result result = { .sz = sizeof(result) };
	struct lfb_agent *agent;
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_sweep(machine, &body, &agent, NULL, &result), 0);
	assert_true(result.violations > 0);
	if (!strstr(result.first, "open it in prepare"))
		fail_msg("%s", result.first);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_module_that_undoes_what_it_did_passes, nothing_wrong),
		cmocka_unit_test(a_slab_object_that_is_not_undone_is_found),
		cmocka_unit_test(a_preserved_page_that_is_not_undone_is_found),
		cmocka_unit_test(success_without_the_work_is_found),
		cmocka_unit_test(undoing_in_the_wrong_order_is_found),
		cmocka_unit_test(an_flb_that_is_not_undone_is_found),
		cmocka_unit_test(a_leak_without_any_fault_is_found),
		cmocka_unit_test(what_the_test_itself_checks_counts),
		cmocka_unit_test(a_kernel_that_dies_is_found),
		cmocka_unit_test(who_opens_the_device_in_the_step_is_told_to_do_it_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
