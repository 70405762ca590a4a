// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Open files and the agents' descriptors. */
#include "sim/kernel/kernel.h"
#include "tests/support/kernel_fixture.h"

static struct lfb_kernel *kernel;
static struct lfb_fd_table fds;
static struct task_struct agent;
static struct module owner;

static unsigned int released;

static int count_release(struct inode *inode, struct file *file)
{
	assert_ptr_equal(inode, file_inode(file));
	released++;
	return -EIO; /* nobody cares */
}

static int release_that_holds_on(struct inode *inode, struct file *file)
{
	get_file(file);
	fput(file);
	return 0;
}

static const struct file_operations counting = { .owner = &owner, .release = count_release };
static const struct file_operations holding_on = { .release = release_that_holds_on };
static const struct file_operations plain;

static int start(void **state)
{
	kernel = fixture_start(16 * FIXTURE_MIB, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
	if (!kernel)
		return -1;
	owner = (struct module){ .name = "owner" };
	agent = (struct task_struct){ .name = "agent", .fds = &fds };
	kernel->task = &agent;
	released = 0;
	return 0;
}

static int stop(void **state)
{
	lfb__fds_destroy(&fds);
	fixture_stop(kernel);
	return 0;
}

static struct file *new_file(void)
{
	struct file *file = anon_inode_getfile("demo", &plain, NULL, 0);

	assert_false(IS_ERR_OR_NULL(file));
	return file;
}

/* A descriptor for @file, as a kernel makes one. */
static int install(struct file *file)
{
	int fd = get_unused_fd_flags(0);

	assert_true(fd >= 0);
	fd_install((unsigned int)fd, file);
	return fd;
}

static void a_new_file_is_what_its_creator_said(void **state)
{
	int something;
	struct file *file;

	file = anon_inode_getfile("demo", &counting, &something, 0);
	assert_false(IS_ERR_OR_NULL(file));
	assert_ptr_equal(file->f_op, &counting);
	assert_ptr_equal(file->private_data, &something);
	assert_string_equal(file->f_name, "demo");
	assert_int_equal(file->f_pos, 0);
	assert_ptr_equal(file_inode(file), &file->lfb_inode);
	assert_int_equal(file_count(file), 1);
	assert_int_equal(kernel->files_open, 1);
	assert_int_equal(module_refcount(&owner), 1);
	/* It lies in the kernel's memory, and dies with it. */
	assert_non_null(virt_to_page(file));
	fput(file);
	assert_int_equal(kernel->files_open, 0);
	assert_int_equal(module_refcount(&owner), 0);
}

static void a_file_without_a_name_is_anonymous(void **state)
{
	struct file *file = anon_inode_getfile(NULL, &plain, NULL, 0);

	assert_string_equal(file->f_name, "anonymous");
	fput(file);
}

static void the_last_reference_releases(void **state)
{
	for (long references = 1; references <= 5; references++) {
		struct file *file = anon_inode_getfile("demo", &counting, NULL, 0);

		released = 0;
		for (long i = 2; i <= references; i++) {
			assert_ptr_equal(get_file(file), file);
			assert_int_equal(file_count(file), i);
		}
		for (long i = references; i > 0; i--) {
			assert_int_equal(file_count(file), i);
			assert_int_equal(released, 0);
			assert_int_equal(kernel->files_open, 1);
			fput(file);
		}
		assert_int_equal(released, 1);
		assert_int_equal(kernel->files_open, 0);
	}
	assert_int_equal(kernel->slabs.objects, 0);
	assert_int_equal(fixture_warns(kernel), 0);
}

static void every_step_of_making_a_file_can_fail(void **state)
{
	struct lfb_fault_plan plan = { .sz = sizeof(plan), .kinds = LFB_FAULT_ANY, .nth = 1 };

	assert_int_equal(PTR_ERR(anon_inode_getfile("demo", NULL, NULL, 0)), -EINVAL);
	owner.state = MODULE_STATE_GOING;
	assert_int_equal(PTR_ERR(anon_inode_getfile("demo", &counting, NULL, 0)), -ENOENT);
	owner.state = MODULE_STATE_LIVE;

	assert_int_equal(lfb__faults_arm(kernel, &plan), 0);
	assert_int_equal(PTR_ERR(anon_inode_getfile("demo", &counting, NULL, 0)), -ENOENT);
	plan.nth = 2;
	assert_int_equal(lfb__faults_arm(kernel, &plan), 0);
	assert_int_equal(PTR_ERR(anon_inode_getfile("demo", &counting, NULL, 0)), -ENOMEM);
	assert_int_equal(lfb__faults_arm(kernel, NULL), 0);

	lfb__current = NULL;
	assert_int_equal(PTR_ERR(anon_inode_getfile("demo", &plain, NULL, 0)), -EINVAL);
	lfb__current = kernel;
	assert_int_equal(module_refcount(&owner), 0);
	assert_int_equal(kernel->files_open, 0);
	assert_int_equal(kernel->slabs.objects, 0);
}

static void no_file_is_ignored(void **state)
{
	assert_null(get_file(NULL));
	fput(NULL);
	assert_int_equal(file_count(NULL), 0);
	assert_null(file_inode(NULL));
	assert_int_equal(fixture_warns(kernel), 0);
}

static void outside_of_a_kernel_fput_does_nothing(void **state)
{
	struct file *file = new_file();

	lfb__current = NULL;
	fput(file);
	lfb__current = kernel;
	assert_int_equal(file_count(file), 1);
	fput(file);
}

static void a_file_being_released_cannot_be_held_on_to(void **state)
{
	struct file *file = anon_inode_getfile("demo", &holding_on, NULL, 0);

	fput(file);
	assert_int_equal(fixture_warns(kernel), 2);
	assert_string_equal(kernel->trace.complaint, "fput: file demo is closed");
	assert_int_equal(kernel->files_open, 0);
	assert_int_equal(kernel->slabs.objects, 0);
}

static void descriptors_start_at_3_and_the_lowest_comes_first(void **state)
{
	struct file *file = new_file();

	for (int i = 3; i < 10; i++)
		assert_int_equal(get_unused_fd_flags(0), i);
	/* Give back any two, in either order, one of them closed and one unreserved. */
	for (int a = 3; a < 10; a++) {
		for (int b = 3; b < 10; b++) {
			if (a == b)
				continue;
			put_unused_fd((unsigned int)a);
			fd_install((unsigned int)b, get_file(file));
			fput(lfb__fd_take(&fds, b));
			assert_int_equal(get_unused_fd_flags(0), a < b ? a : b);
			assert_int_equal(get_unused_fd_flags(0), a < b ? b : a);
			assert_int_equal(get_unused_fd_flags(0), 10);
			put_unused_fd(10);
		}
	}
	assert_int_equal(fixture_warns(kernel), 0);
	fput(file);
}

static void a_descriptor_means_its_file_once_installed(void **state)
{
	struct file *file = new_file();
	int fd = get_unused_fd_flags(0);

	assert_null(lfb__fd_file(&fds, fd));
	assert_null(fget((unsigned int)fd));
	assert_null(lfb__fd_take(&fds, fd));
	fd_install((unsigned int)fd, file);
	assert_ptr_equal(lfb__fd_file(&fds, fd), file);
	assert_int_equal(file_count(file), 1);
	assert_ptr_equal(fget((unsigned int)fd), file);
	assert_int_equal(file_count(file), 2);
	fput(file);
	assert_ptr_equal(lfb__fd_take(&fds, fd), file);
	assert_null(lfb__fd_file(&fds, fd));
	assert_int_equal(file_count(file), 1);
	fput(file);
	assert_int_equal(fixture_warns(kernel), 0);
}

static void any_number_is_a_descriptor_that_is_not_open(void **state)
{
	static const int numbers[] = { -1, INT32_MIN, 0, 2, 3, 4, 63, 64, 1 << 22, INT32_MAX };

	for (int size = 0; size < 2; size++) {
		for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
			assert_null(lfb__fd_file(&fds, numbers[i]));
			assert_null(lfb__fd_take(&fds, numbers[i]));
			assert_null(fget((unsigned int)numbers[i]));
		}
		put_unused_fd((unsigned int)get_unused_fd_flags(0));
	}
	assert_null(lfb__fd_file(NULL, 3));
	assert_int_equal(fixture_warns(kernel), 0);
}

static void misused_descriptors_are_warnings_and_change_nothing(void **state)
{
	struct file *file = new_file();
	int fd = install(file);

	fd_install((unsigned int)fd, file);
	assert_int_equal(fixture_warns(kernel), 1);
	fd_install(1000, file);
	assert_int_equal(fixture_warns(kernel), 1);
	put_unused_fd((unsigned int)fd);
	assert_int_equal(fixture_warns(kernel), 1);
	put_unused_fd(1000);
	assert_int_equal(fixture_warns(kernel), 1);
	assert_string_equal(kernel->trace.complaint,
			    "put_unused_fd: descriptor 1000 is not reserved");
	fd_install((unsigned int)get_unused_fd_flags(0), NULL);
	assert_int_equal(fixture_warns(kernel), 1);
	assert_ptr_equal(lfb__fd_file(&fds, fd), file);
	assert_int_equal(file_count(file), 1);
	fput(lfb__fd_take(&fds, fd));
}

static void without_an_agent_there_are_no_descriptors(void **state)
{
	struct file *file = new_file();

	kernel->task = &kernel->boot_task;
	assert_int_equal(get_unused_fd_flags(0), -EBADF);
	assert_null(fget(3));
	fd_install(3, file);
	put_unused_fd(3);
	assert_int_equal(fixture_warns(kernel), 2);
	kernel->task = NULL;
	assert_int_equal(get_unused_fd_flags(0), -EBADF);
	lfb__current = NULL;
	assert_int_equal(get_unused_fd_flags(0), -EBADF);
	lfb__current = kernel;
	fput(file);
}

static void reserving_is_a_fault_point(void **state)
{
	fixture_fail_alloc(kernel, 1, false);
	assert_int_equal(get_unused_fd_flags(0), -ENOMEM);
	assert_int_equal(get_unused_fd_flags(0), 3);
}

static void descriptors_run_out_at_2_to_the_22(void **state)
{
	for (int fd = 3; fd < 1 << 22; fd++) {
		if (get_unused_fd_flags(0) != fd)
			fail_msg("descriptor %d is missing", fd);
	}
	assert_int_equal(get_unused_fd_flags(0), -EMFILE);
	put_unused_fd(77777);
	assert_int_equal(get_unused_fd_flags(0), 77777);
	assert_int_equal(get_unused_fd_flags(0), -EMFILE);
}

static void the_descriptors_of_a_gone_kernel_are_forgotten(void **state)
{
	lfb__fds_forget(&fds);
	for (int i = 3; i < 200; i++)
		assert_int_equal(install(anon_inode_getfile("demo", &counting, NULL, 0)), i);
	lfb__fds_forget(&fds);
	assert_int_equal(released, 0);
	assert_null(lfb__fd_file(&fds, 3));
	assert_int_equal(get_unused_fd_flags(0), 3);
	lfb__fds_destroy(&fds);
	assert_null(fds.files);
	assert_int_equal(get_unused_fd_flags(0), 3);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_file_is_what_its_creator_said),
		TEST(a_file_without_a_name_is_anonymous),
		TEST(the_last_reference_releases),
		TEST(every_step_of_making_a_file_can_fail),
		TEST(no_file_is_ignored),
		TEST(outside_of_a_kernel_fput_does_nothing),
		TEST(a_file_being_released_cannot_be_held_on_to),
		TEST(descriptors_start_at_3_and_the_lowest_comes_first),
		TEST(a_descriptor_means_its_file_once_installed),
		TEST(any_number_is_a_descriptor_that_is_not_open),
		TEST(misused_descriptors_are_warnings_and_change_nothing),
		TEST(without_an_agent_there_are_no_descriptors),
		TEST(reserving_is_a_fault_point),
		TEST(descriptors_run_out_at_2_to_the_22),
		TEST(the_descriptors_of_a_gone_kernel_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
