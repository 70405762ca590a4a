// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A bare ground floor for unit tests.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/support/kernel_fixture.h"

struct lfb_kernel *fixture_start(u64 memory_size, enum lfb_memory_mode mode,
				 enum lfb_page_policy policy)
{
	return fixture_start_with(&(struct lfb_memory_options){
		.size = memory_size,
		.mode = mode,
		.policy = policy,
	});
}

struct lfb_kernel *fixture_start_with(const struct lfb_memory_options *options)
{
	struct lfb_kernel *kernel = malloc(sizeof(*kernel));

	if (kernel && lfb__kernel_init(kernel, options, 1)) {
		free(kernel);
		return NULL;
	}
	if (kernel)
		fixture_boot(kernel);
	return kernel;
}

void fixture_stop(struct lfb_kernel *kernel)
{
	if (!kernel)
		return;
	lfb__kernel_destroy(kernel);
	free(kernel);
}

void fixture_boot(struct lfb_kernel *kernel)
{
	lfb__current = kernel;
	lfb__kernel_reset(kernel);
	lfb__pages_begin(kernel);
	fixture_ready(kernel);
}

void fixture_jump(struct lfb_kernel *kernel)
{
	const unsigned int boot_number = kernel->boot_number;

	if (lfb__memory_remap(kernel))
		abort();
	lfb__kernel_reset(kernel);
	kernel->boot_number = boot_number + 1;
	lfb__pages_begin(kernel);
}

void fixture_ready(struct lfb_kernel *kernel)
{
	lfb__pages_ready(kernel);
	lfb__slabs_begin(kernel);
	lfb__vmallocs_begin(kernel);
}

static unsigned long take_count(struct lfb_kernel *kernel, enum lfb_event_kind kind)
{
	const unsigned long count = kernel->trace.count[kind];

	kernel->trace.count[kind] = 0;
	return count;
}

unsigned long fixture_bugs(struct lfb_kernel *kernel)
{
	kernel->dead = LFB_ALIVE;
	return take_count(kernel, LFB_EVENT_BUG);
}

unsigned long fixture_warns(struct lfb_kernel *kernel)
{
	return take_count(kernel, LFB_EVENT_WARN);
}

void fixture_fail_alloc(struct lfb_kernel *kernel, unsigned long nth, bool forever)
{
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = 1u << LFB_FAULT_ALLOC,
		.nth = nth,
		.forever = forever,
	};

	lfb__faults_arm(kernel, nth ? &plan : NULL);
}

bool fixture_readable(const void *address)
{
	char byte;
	struct iovec to = { .iov_base = &byte, .iov_len = 1 };
	struct iovec from = { .iov_base = (void *)(uintptr_t)address, .iov_len = 1 };

	return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == 1;
}

__attribute__((no_sanitize("address", "undefined"))) static long touch(void *address)
{
	*(volatile u8 *)address += 1;
	return 0;
}

bool fixture_dies(struct lfb_kernel *kernel, void *address)
{
	/* Frameworks put a handler of their own there before each test. */
	lfb__guard_install();
	if (lfb__guarded(kernel, touch, address) != -EFAULT)
		return false;
	assert_int_equal(fixture_bugs(kernel), 1);
	return true;
}

void fixture_enter(struct lfb_kernel *kernel, struct lfb_frame *frame, const char *op,
		   unsigned long operation)
{
	*frame = (struct lfb_frame){ .type = "flb", .name = "iommu-v1", .op = op, .call = 1 };
	kernel->task->frame = frame;
	kernel->operation = operation;
}

void fixture_assert_finding(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
			    const char *text)
{
	const struct lfb_finding *finding;

	assert_int_equal(kernel->findings.count, 1);
	finding = kernel->findings.all[0];
	assert_string_equal(lfb_finding_name(finding->id), lfb_finding_name(id));
	if (object)
		assert_string_equal(finding->object, object);
	if (!strstr(finding->text, text))
		fail_msg("\"%s\" is not in \"%s\"", text, finding->text);
	lfb__findings_forget(&kernel->findings);
}
