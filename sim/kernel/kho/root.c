// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The KHO root tree: one page that names the map of preserved memory and the subsystems' blobs.
 * Read from whatever was handed over, edited for the next kernel.
 */
#include <libfdt.h>
#include <string.h>

#include "sim/kernel/kho/check.h"
#include "sim/kernel/kho/map.h"

#define MAP_PROPERTY "preserved-memory-map"

/* The newest first: a tree may be compatible with more than one. */
static const struct kho_abi *const known_abis[] = { &kho__abi_v4, &kho__abi_v1 };

static bool was_sound(const struct kho *kho, const void *fdt)
{
	return kho->sound_size && fdt_totalsize(fdt) == kho->sound_size &&
	       !memcmp(fdt, kho->sound, kho->sound_size);
}

static void note_sound(struct kho *kho, const struct kho_root *root)
{
	const u32 size = fdt_totalsize(root->fdt);

	kho->sound_size = size <= sizeof(kho->sound) ? size : 0;
	kho->sound_map = root->map;
	memcpy(kho->sound, root->fdt, kho->sound_size);
}

static int check_root(const void *fdt, phys_addr_t phys, phys_addr_t *map,
		      struct lfb_problem *problem)
{
	int err = kho__fdt_is_sound(fdt, PAGE_SIZE, phys, problem);

	if (err) {
		lfb__problem_name(problem, KHO_RULE(ROOT_TREE));
		return err;
	}
	err = kho__fdt_u64_property(fdt, 0, MAP_PROPERTY, map);
	if (err)
		return lfb__problem_of(problem,
				       (struct lfb_rule){ LFB_CHECK_ROOT_MAP, "map", 0 }, -EINVAL,
				       phys, "root tree: " MAP_PROPERTY " is %s",
				       err == -ENOENT ? "missing" : "not 8 bytes long");
	return 0;
}

/* @kho, which may be NULL, knows what was sound. */
static int read_root(const struct kho *kho, const struct lfb_view *view, phys_addr_t phys,
		     struct kho_root *root, struct lfb_problem *problem)
{
	root->phys = phys;
	root->fdt = IS_ALIGNED(phys, PAGE_SIZE) ? view->at(view, phys, PAGE_SIZE) : NULL;
	if (!root->fdt)
		return lfb__problem_of(problem, KHO_RULE(ROOT_AWAY), -EINVAL, phys,
				       "0x%llx is no page with a root tree", phys);
	if (!kho || !was_sound(kho, root->fdt))
		return check_root(root->fdt, phys, &root->map, problem);
	root->map = kho->sound_map;
	return 0;
}

int kho__read_root(const struct lfb_view *view, phys_addr_t phys, struct kho_root *root,
		   struct lfb_problem *problem)
{
	return read_root(NULL, view, phys, root, problem);
}

int kho__read_handed_root(struct lfb_kernel *kernel, const struct lfb_view *view, phys_addr_t phys,
			  struct kho_root *root, struct lfb_problem *problem)
{
	int err = read_root(&kernel->kho, view, phys, root, problem);

	if (!err)
		note_sound(&kernel->kho, root);
	return err;
}

const struct kho_abi *kho__abi_of(const struct kho_root *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_abis); i++) {
		if (kho__fdt_compatible_is(root->fdt, 0, known_abis[i]->compatible))
			return known_abis[i];
	}
	return NULL;
}

int kho__read_subtree(const struct kho_root *root, const struct kho_abi *abi, const char *name,
		      phys_addr_t *phys, u64 *size)
{
	int node = fdt_subnode_offset(root->fdt, 0, name);
	u64 at, bytes = PAGE_SIZE;

	if (node < 0)
		return -ENOENT;
	if (kho__fdt_u64_property(root->fdt, node, abi->data_property, &at))
		return -EINVAL;
	*phys = at;
	if (abi->size_property &&
	    kho__fdt_u64_property(root->fdt, node, abi->size_property, &bytes))
		return -EINVAL;
	*size = bytes;
	return 0;
}

int kho__root_create(void *root, const struct kho_abi *abi, phys_addr_t map)
{
	return fdt_create(root, PAGE_SIZE) || fdt_finish_reservemap(root) ||
	       fdt_begin_node(root, "") ||
	       fdt_property_string(root, "compatible", abi->compatible) ||
	       fdt_property(root, MAP_PROPERTY, &map, sizeof(map)) || fdt_end_node(root) ||
	       fdt_finish(root) ? -ENOMEM : 0;
}

int kho__root_set_map(void *root, phys_addr_t map)
{
	return fdt_setprop_inplace(root, 0, MAP_PROPERTY, &map, sizeof(map)) ? -EINVAL : 0;
}

/*
 * libfdt puts a new node and a new property before the others: the last one comes first. The page
 * may have been full to the last byte, then the half-made node goes again.
 */
static int add_node(void *root, const struct kho_abi *abi, const char *name, phys_addr_t phys,
		    u64 size)
{
	int node = fdt_add_subnode(root, 0, name);

	if (node == -FDT_ERR_EXISTS)
		return -EEXIST;
	if (node < 0)
		return -ENOMEM;
	if (!fdt_setprop(root, node, abi->data_property, &phys, sizeof(phys)) &&
	    (!abi->size_property ||
	     !fdt_setprop(root, node, abi->size_property, &size, sizeof(size))))
		return 0;
	fdt_del_node(root, node);
	return -ENOMEM;
}

int kho__root_add(void *root, const struct kho_abi *abi, const char *name, phys_addr_t phys,
		  u64 size)
{
	int err;

	if (fdt_open_into(root, root, PAGE_SIZE))
		return -ENOMEM;
	err = add_node(root, abi, name, phys, size);
	fdt_pack(root);
	return err;
}

/* Without KHO there is no tree, and kernels edit it. Is there none? */
static bool lacks_root(struct lfb_kernel *kernel, const char *where)
{
	if (!kernel && lfb__current && !lfb__current->kho.enabled)
		kho__followed_null(lfb__current, where);
	return !kernel || !kernel->kho.root;
}

/* What kernels make of NULL where they expect an address in their memory. */
#define PHYS_OF_NULL 0x778000000000ull

/* Where @blob lies; false when it cannot be said. */
static bool find_blob(struct lfb_kernel *kernel, const char *name, const void *blob,
		      phys_addr_t *phys)
{
	if (blob || !(kernel->kho.rules & KHO_TRUSTS_CALLERS)) {
		*phys = blob || !name ? virt_to_phys(blob) : ~0ull;
		return *phys != ~0ull;
	}
	*phys = PHYS_OF_NULL;
	if (name)
		lfb__find(kernel, LFB_FINDING_KHO_NOT_ALLOCATED, KHO_ITSELF,
			  "kho_add_subtree() of \"%.40s\" was given NULL for its memory", name);
	return true;
}

static int add_subtree(struct lfb_kernel *kernel, const char *name, void *blob, phys_addr_t phys,
		       size_t size)
{
	const struct lfb_tree_kho *code = kho__code(kernel);
	int err;

	if (unlikely(code != NULL))
		return lfb__fault(kernel, LFB_FAULT_FDT, "kho_add_subtree") ?
			       -ENOMEM : code->add_subtree(name, blob, size);
	mutex_lock(&kernel->kho.lock);
	err = lfb__fault(kernel, LFB_FAULT_FDT, "kho_add_subtree") ? -ENOMEM :
	      kho__root_add(kernel->kho.root, kernel->kho.abi, name, phys, size);
	mutex_unlock(&kernel->kho.lock);
	return err;
}

LFB_ENTRY int kho_add_subtree(const char *name, void *blob, size_t size)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	phys_addr_t phys;
	int err;

	if (lacks_root(kernel, __func__))
		return -EOPNOTSUPP;
	/* As kernels have it, any name will do. */
	if (!name) {
		kho__followed_null(kernel, __func__);
		return -EINVAL;
	}
	if (!find_blob(kernel, name, blob, &phys))
		return -EINVAL;
	err = add_subtree(kernel, name, blob, phys, size);
	lfb__event(kernel, KHO_ADD_SUBTREE, .subtree = name, .phys = phys, .result = err);
	return err;
}

/* The node of the blob at @phys, negative: there is none. */
static int find_subtree(const struct lfb_kernel *kernel, phys_addr_t phys)
{
	const void *root = kernel->kho.root;
	u64 at;
	int node;

	fdt_for_each_subnode(node, root, 0) {
		if (!kho__fdt_u64_property(root, node, kernel->kho.abi->data_property, &at) &&
		    at == phys)
			break;
	}
	return node;
}

static bool remove_subtree(struct lfb_kernel *kernel, phys_addr_t phys)
{
	const int node = find_subtree(kernel, phys);
	void *root = kernel->kho.root;

	return node >= 0 && !fdt_del_node(root, node) && !fdt_pack(root);
}

static bool remove_by_code(struct lfb_kernel *kernel, phys_addr_t phys, void *blob)
{
	const bool was = find_subtree(kernel, phys) >= 0;

	kho__code(kernel)->remove_subtree(blob);
	return was && find_subtree(kernel, phys) < 0;
}

LFB_ENTRY void kho_remove_subtree(void *blob)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	phys_addr_t phys;
	bool found;

	if (lacks_root(kernel, __func__) || !find_blob(kernel, NULL, blob, &phys))
		return;
	if (unlikely(kernel->kho.code != NULL)) {
		found = remove_by_code(kernel, phys, blob);
	} else {
		mutex_lock(&kernel->kho.lock);
		found = remove_subtree(kernel, phys);
		mutex_unlock(&kernel->kho.lock);
	}
	/* As kernels have it, there need be none. */
	if (found)
		lfb__event(kernel, KHO_REMOVE_SUBTREE, .phys = phys);
}

phys_addr_t kho__outgoing_subtree(struct lfb_kernel *kernel, const char *name)
{
	const struct kho_root root = { .fdt = kernel->kho.root };
	phys_addr_t phys;
	u64 size;

	if (!root.fdt || kho__read_subtree(&root, kernel->kho.abi, name, &phys, &size))
		return 0;
	return phys;
}

phys_addr_t kho__incoming_subtree(struct lfb_kernel *kernel, const char *name, u64 *size)
{
	const struct lfb_view view = kho__incoming_view(kernel);
	struct kho_root root;
	phys_addr_t phys;

	if (!kernel->kho.incoming ||
	    kho__read_handed_root(kernel, &view, kernel->kho.incoming_root_phys, &root, NULL) ||
	    kho__read_subtree(&root, kernel->kho.abi, name, &phys, size))
		return 0;
	return phys;
}

static int retrieve_subtree(struct lfb_kernel *kernel, const struct kho_root *root,
			    const char *name, phys_addr_t *phys, u64 *bytes)
{
	const struct lfb_tree_kho *code = kho__code(kernel);
	size_t size = 0;
	int err;

	if (likely(!code))
		return kho__read_subtree(root, kernel->kho.abi, name, phys, bytes);
	err = code->retrieve_subtree(name, phys, &size);
	*bytes = size;
	return err;
}

LFB_ENTRY int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size)
{
	struct lfb_kernel *kernel = kho__called_incoming(__func__);
	struct kho_root root;
	struct lfb_view view;
	u64 bytes;
	int err;

	if (!kernel)
		return lfb__current && lfb__current->kho.rules & KHO_TRUSTS_CALLERS ? -ENOENT :
										      -EOPNOTSUPP;
	if (!kernel->kho.incoming)
		return -ENOENT;
	if (phys && !name)
		kho__followed_null(kernel, __func__);
	if (!name || !phys)
		return -EINVAL;
	/* Read anew: its page is ordinary memory, and somebody may have restored and reused it. */
	view = kho__incoming_view(kernel);
	err = kho__read_handed_root(kernel, &view, kernel->kho.incoming_root_phys, &root, NULL);
	if (!err)
		err = retrieve_subtree(kernel, &root, name, phys, &bytes);
	if (!err && size)
		*size = bytes;
	lfb__event(kernel, KHO_RETRIEVE_SUBTREE, .subtree = name, .result = err);
	return err;
}
