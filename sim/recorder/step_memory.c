// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Steps: memory, and handing it over. */
#include <string.h>

#include "sim/recorder/inside.h"

static struct lfb_kernel *kernel_of(const struct lfb_step_call *call)
{
	return &call->recorder->machine->kernel;
}

static void *address_of(const struct lfb_step_call *call, const struct lfb_step *step,
			unsigned int index)
{
	return lfb__step_slot(call, step, index).address;
}

/* Keeps what was allocated in the step's first slot. */
static int keep(struct lfb_step_call *call, const struct lfb_step *step, void *address,
		enum lfb_slot_kind kind, u64 count)
{
	int err;

	if (!address)
		return -ENOMEM;
	if (kind != LFB_SLOT_POINTER && kind != LFB_SLOT_AREA) {
		err = lfb__memory_own(&call->recorder->slots, address, true);
		if (err)
			return err;
	}
	return lfb__step_fill(call, step, 0, (struct lfb_slot){ address, kind, count });
}

/* Before something is freed; what is not the module's to free ends the kernel. */
static void disown(struct lfb_step_call *call, const void *address)
{
	lfb__access_check_own(kernel_of(call), &call->recorder->slots, address, "free");
	lfb__memory_own(&call->recorder->slots, address, false);
}

/* An order as the kernel's functions take it. */
static unsigned int order_of(const struct lfb_step *step)
{
	return step->numbers[0] > UINT32_MAX ? UINT32_MAX : (unsigned int)step->numbers[0];
}

/* Allocating and freeing */

LFB_STEP_IS(kmalloc, keep(call, step, kmalloc(step->numbers[0], GFP_KERNEL), LFB_SLOT_OBJECT, 0))

LFB_STEP(pages)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, order_of(step));

	return keep(call, step, page ? page_address(page) : NULL, LFB_SLOT_PAGES, order_of(step));
}

static int make_folio(struct lfb_step_call *call, const struct lfb_step *step, gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, order_of(step));

	return keep(call, step, folio ? folio_address(folio) : NULL, LFB_SLOT_FOLIO,
		    order_of(step));
}

LFB_STEP_IS(folio, make_folio(call, step, GFP_KERNEL | __GFP_ZERO))
LFB_STEP_IS(raw_folio, make_folio(call, step, GFP_KERNEL))

LFB_STEP_IS(vmalloc, keep(call, step, vzalloc(step->numbers[0]), LFB_SLOT_AREA, 0))
LFB_STEP_IS(vmalloc_huge, keep(call, step, vmalloc_huge(step->numbers[0], GFP_KERNEL | __GFP_ZERO),
			       LFB_SLOT_AREA, 0))
LFB_STEP_IS(vmalloc_user, keep(call, step, vmalloc_user(step->numbers[0]), LFB_SLOT_AREA, 0))

LFB_STEP(kho)
{
	void *address = kho_alloc_preserve(step->numbers[0]);

	if (IS_ERR(address))
		return (int)PTR_ERR(address);
	return keep(call, step, address, LFB_SLOT_KHO, 0);
}

int lfb__free_slot(struct lfb_step_call *call, struct lfb_slot slot)
{
	u8 *address = slot.address;

	switch (slot.kind) {
	case LFB_SLOT_EMPTY:
		return 0;
	case LFB_SLOT_POINTER:
		return -EINVAL;
	case LFB_SLOT_OBJECT:
		disown(call, address);
		kfree(address);
		return 0;
	case LFB_SLOT_PAGES:
		disown(call, address);
		free_pages((unsigned long)(uintptr_t)address, (unsigned int)slot.count);
		return 0;
	case LFB_SLOT_FOLIO:
		disown(call, address);
		folio_put(virt_to_folio(address));
		return 0;
	case LFB_SLOT_AREA:
		vfree(address);
		return 0;
	case LFB_SLOT_KHO:
		disown(call, address);
		kho_unpreserve_free(address);
		return 0;
	case LFB_SLOT_SINGLE_PAGES:
		for (u64 i = 0; i < slot.count; i++, address += PAGE_SIZE) {
			disown(call, address);
			free_pages((unsigned long)(uintptr_t)address, 0);
		}
		return 0;
	}
	return -EINVAL;
}

/* Whatever the slot holds is freed as what the step takes it for. */
static int free_as(struct lfb_step_call *call, const struct lfb_step *step,
		   enum lfb_slot_kind kind, u64 count)
{
	return lfb__free_slot(call, (struct lfb_slot){ address_of(call, step, 0), kind, count });
}

LFB_STEP_IS(kfree, free_as(call, step, LFB_SLOT_OBJECT, 0))
LFB_STEP_IS(free_pages, free_as(call, step, LFB_SLOT_PAGES, order_of(step)))
LFB_STEP_IS(folio_put, free_as(call, step, LFB_SLOT_FOLIO, 0))
LFB_STEP_IS(vfree, free_as(call, step, LFB_SLOT_AREA, 0))
LFB_STEP_IS(kho_unpreserve_free, free_as(call, step, LFB_SLOT_KHO, 0))
LFB_STEP_IS(free, lfb__free_slot(call, lfb__step_slot(call, step, 0)))

LFB_STEP(kho_restore_free)
{
	void *address = address_of(call, step, 0);

	disown(call, address);
	kho_restore_free(address);
	return 0;
}

/* Handing over */

LFB_STEP_IS(preserve_folio, kho_preserve_folio(virt_to_folio(address_of(call, step, 0))))
LFB_STEP_DOES(unpreserve_folio, kho_unpreserve_folio(virt_to_folio(address_of(call, step, 0))))

LFB_STEP(restore_folio)
{
	struct folio *folio = kho_restore_folio(virt_to_phys(address_of(call, step, 0)));

	if (!folio)
		return -ENOENT;
	return keep(call, step, folio_address(folio), LFB_SLOT_FOLIO, folio_order(folio));
}

LFB_STEP_IS(preserve_pages,
	    kho_preserve_pages(virt_to_page(address_of(call, step, 0)), step->numbers[0]))
LFB_STEP_DOES(unpreserve_pages,
	      kho_unpreserve_pages(virt_to_page(address_of(call, step, 0)), step->numbers[0]))

LFB_STEP(restore_pages)
{
	struct page *page = kho_restore_pages(virt_to_phys(address_of(call, step, 0)),
					      step->numbers[0]);
	u8 *address = page ? page_address(page) : NULL;
	int err = address ? 0 : -ENOENT;

	for (u64 i = 0; !err && i < step->numbers[0]; i++)
		err = lfb__memory_own(&call->recorder->slots, address + i * PAGE_SIZE, true);
	if (err)
		return err;
	return keep(call, step, address, LFB_SLOT_SINGLE_PAGES, step->numbers[0]);
}

/*
 * A vmalloc area is described in memory that is handed over too. The description goes there and
 * comes from there as steps touch memory, for whatever is there.
 */

#define AREA_WORDS (sizeof(struct kho_vmalloc) / sizeof(u64))

/* In numbers: the pointer may be anything. */
static void *word_at(const void *start, u64 offset)
{
	return (void *)(uintptr_t)((uintptr_t)start + offset);
}

static void read_area(struct lfb_step_call *call, const void *from, struct kho_vmalloc *area)
{
	u64 words[AREA_WORDS];

	for (unsigned int i = 0; i < AREA_WORDS; i++)
		words[i] = lfb__access_read(kernel_of(call), word_at(from, i * sizeof(u64)));
	memcpy(area, words, sizeof(words));
}

static void write_area(struct lfb_step_call *call, const void *to, const struct kho_vmalloc *area)
{
	u64 words[AREA_WORDS];

	memcpy(words, area, sizeof(words));
	for (unsigned int i = 0; i < AREA_WORDS; i++)
		lfb__access_write(kernel_of(call), &call->recorder->slots,
				  word_at(to, i * sizeof(u64)), words[i]);
}

LFB_STEP(preserve_vmalloc)
{
	struct kho_vmalloc area = { 0 };
	int err = kho_preserve_vmalloc(address_of(call, step, 0), &area);

	if (!err)
		write_area(call, address_of(call, step, 1), &area);
	return err;
}

LFB_STEP(unpreserve_vmalloc)
{
	void *where = address_of(call, step, 0);
	struct kho_vmalloc area;

	read_area(call, where, &area);
	kho_unpreserve_vmalloc(&area);
	write_area(call, where, &area);
	return 0;
}

LFB_STEP(restore_vmalloc)
{
	struct kho_vmalloc area;

	read_area(call, address_of(call, step, 1), &area);
	return keep(call, step, kho_restore_vmalloc(&area), LFB_SLOT_AREA, 0);
}

LFB_STEP_IS(preserve_scratch, kho_preserve_pages(phys_to_page(kernel_of(call)->memory.scratch), 1))
LFB_STEP_IS(add_subtree, kho_add_subtree(step->word, address_of(call, step, 0), PAGE_SIZE))
LFB_STEP_DOES(remove_subtree, kho_remove_subtree(address_of(call, step, 0)))

LFB_STEP(retrieve_subtree)
{
	phys_addr_t phys;
	int err = kho_retrieve_subtree(step->word, &phys, NULL);

	return err ? err : keep(call, step, phys_to_virt(phys), LFB_SLOT_POINTER, 0);
}

/* Bytes, eight at a time */

static void *at_offset(const struct lfb_step_call *call, const struct lfb_step *step)
{
	return word_at(address_of(call, step, 0), step->numbers[0]);
}

static int write_there(struct lfb_step_call *call, const struct lfb_step *step, u64 value)
{
	lfb__access_write(kernel_of(call), &call->recorder->slots, at_offset(call, step), value);
	return 0;
}

static u64 read_there(const struct lfb_step_call *call, const struct lfb_step *step)
{
	return lfb__access_read(kernel_of(call), at_offset(call, step));
}

LFB_STEP_IS(write, write_there(call, step, step->numbers[1]))
LFB_STEP_DOES(read, read_there(call, step))
LFB_STEP_IS(expect, read_there(call, step) == step->numbers[1] ? 0 : -EILSEQ)

/* Stamps: pages that say whose they are, each word another */

static u64 stamp_word(u64 number, size_t index)
{
	return number + index * 0x9e3779b97f4a7c15ull;
}

/* An FLB's is never a file's. */
static u64 stamp_of(const struct lfb_scope *scope)
{
	return scope->of == LFB_SCOPE_FILE ? scope->file : scope->number | 1ull << 63;
}

LFB_STEP(stamp)
{
	void *address = address_of(call, step, 0);
	u64 *page = lfb__access_page(kernel_of(call), address);

	if (!page)
		return -EINVAL;
	lfb__access_check_own(kernel_of(call), &call->recorder->slots, address, "write to");
	for (size_t i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		page[i] = stamp_word(stamp_of(&call->scope), i);
	return 0;
}

LFB_STEP(check_stamp)
{
	const u64 *page = lfb__access_page(kernel_of(call), address_of(call, step, 0));

	if (!page)
		return -EINVAL;
	for (size_t i = 0; i < PAGE_SIZE / sizeof(u64); i++) {
		if (page[i] != stamp_word(page[0], i))
			return -EILSEQ;
	}
	if (call->scope.of != LFB_SCOPE_FILE)
		return page[0] == stamp_of(&call->scope) ? 0 : -EILSEQ;
	call->ino = page[0];
	call->ino_given = true;
	return 0;
}

/* What the module is made of, for pointers to it. */
static const u64 static_data[1];

LFB_STEP_IS(store, write_there(call, step, (uintptr_t)address_of(call, step, 1)))
LFB_STEP_IS(store_phys, write_there(call, step, virt_to_phys(address_of(call, step, 1))))
LFB_STEP_IS(store_phys32, write_there(call, step, (u32)virt_to_phys(address_of(call, step, 1))))
LFB_STEP_IS(store_code, write_there(call, step, (uintptr_t)write_there))
LFB_STEP_IS(store_data, write_there(call, step, (uintptr_t)static_data))

static int load(struct lfb_step_call *call, const struct lfb_step *step, void *address)
{
	return lfb__step_fill(call, step, 1, (struct lfb_slot){ address, LFB_SLOT_POINTER, 0 });
}

LFB_STEP_IS(load, load(call, step, (void *)(uintptr_t)read_there(call, step)))
LFB_STEP_IS(load_phys, load(call, step, phys_to_virt(read_there(call, step))))
LFB_STEP_DOES(follow, lfb__access_read(kernel_of(call), (void *)(uintptr_t)read_there(call, step)))
LFB_STEP_DOES(follow_phys, lfb__access_read(kernel_of(call), phys_to_virt(read_there(call, step))))
