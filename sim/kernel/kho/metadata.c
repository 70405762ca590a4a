// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Entry "kexec-metadata" of the root tree: which kernel jumped, and how often that was done since
 * power on. A kernel whose release is not set has none.
 */
#include <string.h>

#include "sim/kernel/kho/map.h"

static int too_short(struct lfb_problem *problem, phys_addr_t phys, u64 size)
{
	return lfb__problem_of(problem, KHO_RULE(METADATA_SIZE), -EINVAL, phys,
			       "kexec-metadata of %llu bytes", size);
}

static int in_no_memory(struct lfb_problem *problem, phys_addr_t phys)
{
	return lfb__problem_of(problem, KHO_RULE(METADATA_AWAY), -EFAULT, phys,
			       "kexec-metadata lies in no memory");
}

int kho__read_metadata(const struct lfb_view *view, phys_addr_t phys, u64 size,
		       struct kho_kexec_metadata *metadata, struct lfb_problem *problem)
{
	const struct kho_kexec_metadata *told;

	if (size < sizeof(told->version))
		return too_short(problem, phys, size);
	told = view->at(view, phys, sizeof(told->version));
	if (!told)
		return in_no_memory(problem, phys);
	if (told->version != KHO_KEXEC_METADATA_VERSION)
		return lfb__problem_of(problem, KHO_RULE(METADATA_VERSION), -EINVAL, phys,
				       "kexec-metadata of version %u, not %u", told->version,
				       KHO_KEXEC_METADATA_VERSION);
	if (size < sizeof(*told))
		return too_short(problem, phys, size);
	told = view->at(view, phys, sizeof(*told));
	if (!told)
		return in_no_memory(problem, phys);
	*metadata = *told;
	metadata->previous_release[KHO_RELEASE_SIZE - 1] = '\0';
	return 0;
}

/* What it cannot use it says, and goes on without. */
static int take_incoming(struct lfb_kernel *kernel)
{
	struct lfb_view handed = kho__incoming_view(kernel), memory = kho__memory_view(kernel);
	struct kho *kho = &kernel->kho;
	struct kho_kexec_metadata metadata;
	struct lfb_problem problem;
	struct kho_root root;
	phys_addr_t phys;
	u64 size;
	int err;

	if (kho__read_handed_root(kernel, &memory, kho->incoming_root_phys, &root, NULL) ||
	    kho__read_subtree(&root, kho->abi, KHO_METADATA_NODE_NAME, &phys, &size))
		return 0;
	err = kho__read_metadata(&memory, phys, size, &metadata, &problem);
	if (err == -EFAULT) {
		panic("KHO: at 0x%llx: %s", phys, problem.what);
		return err;
	}
	if (err) {
		pr_warn("KHO: at 0x%llx: %s", phys, problem.what);
		return 0;
	}
	/* It stays reserved for as long as this kernel runs. */
	kho__mark_own(&handed, phys, sizeof(metadata));
	memcpy(kho->previous_release, metadata.previous_release, sizeof(kho->previous_release));
	kho->kexec_count = metadata.kexec_count;
	pr_info("KHO: %s jumped here, kexec %u since power on", kho->previous_release,
		kho->kexec_count);
	return 0;
}

void kho__metadata_came(struct lfb_kernel *kernel)
{
	const struct lfb_view handed = kho__incoming_view(kernel);
	const struct lfb_view memory = kho__memory_view(kernel);
	struct kho *kho = &kernel->kho;
	struct kho_root root;
	phys_addr_t phys;
	u64 size;

	if (kho->incoming &&
	    !kho__read_handed_root(kernel, &memory, kho->incoming_root_phys, &root, NULL) &&
	    !kho__read_subtree(&root, kho->abi, KHO_METADATA_NODE_NAME, &phys, &size))
		kho__mark_own(&handed, phys, sizeof(struct kho_kexec_metadata));
}

int kho__metadata_init(struct lfb_kernel *kernel)
{
	struct kho *kho = &kernel->kho;
	struct kho_kexec_metadata *metadata;
	u32 pfn;
	int err = 0;

	if (!kho->release)
		return 0;
	if (kho->incoming)
		err = take_incoming(kernel);
	if (err)
		return err;
	pfn = lfb__alloc_internal_page(kernel);
	if (!pfn || kho__track_prepare(kernel, pfn, 1))
		return -ENOMEM;
	kho__track_set(kernel, pfn, 1);
	metadata = lfb__pfn_address(&kernel->memory, pfn);
	metadata->version = KHO_KEXEC_METADATA_VERSION;
	strncpy(metadata->previous_release, kho->release, KHO_RELEASE_SIZE - 1);
	metadata->kexec_count = kho->kexec_count + 1;
	return kho__root_add(kho->root, kho->abi, KHO_METADATA_NODE_NAME, PFN_PHYS(pfn),
			     sizeof(*metadata));
}
