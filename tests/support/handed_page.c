// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Pages that say whose they are.
 */
#include "tests/support/handed_page.h"

#define SIZE_MAX_OF_PAGES (1ul << 20)

static u64 word(const struct handed_page *page, size_t index)
{
	return page->number + index * 0x9e3779b97f4a7c15ull;
}

static size_t nr_words(const struct handed_page *page)
{
	return (page->size - sizeof(*page)) / sizeof(u64);
}

int handed_page_give(size_t size, u64 number, struct handed_page **pagep)
{
	struct handed_page *page = kho_alloc_preserve(size);

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	page->size = size;
	page->number = number;
	for (size_t i = 0; i < nr_words(page); i++)
		page->words[i] = word(page, i);
	*pagep = page;
	return 0;
}

struct handed_page *handed_page_find(phys_addr_t data)
{
	struct handed_page *page = phys_to_virt(data);

	if (!page || page->size < sizeof(*page) || page->size > SIZE_MAX_OF_PAGES)
		return NULL;
	for (size_t i = 0; i < nr_words(page); i++) {
		if (page->words[i] != word(page, i))
			return NULL;
	}
	return page;
}

bool handed_page_answers(const struct lfb_recorded_call *call, int *result)
{
	/* What is handed over does not change when it is frozen. */
	if (call->callback != LFB_CALLBACK_FREEZE)
		return false;
	*result = 0;
	return true;
}

static void meddle_with_flb(const struct lfb_recorded_call *call, size_t size, int *result)
{
	const u64 number = HANDED_BY_FLB | call->number;
	struct liveupdate_flb_op_args *argp = call->args;
	struct handed_page *page = NULL;

	switch (call->callback) {
	case LFB_CALLBACK_PRESERVE:
		*result = handed_page_give(size, number, &page);
		argp->obj = page;
		argp->data = page ? virt_to_phys(page) : 0;
		break;
	case LFB_CALLBACK_UNPRESERVE:
		kho_unpreserve_free(argp->obj);
		break;
	case LFB_CALLBACK_RETRIEVE:
		page = handed_page_find(argp->data);
		argp->obj = page;
		*result = page && page->number == number ? 0 : -EILSEQ;
		break;
	default:
		kho_restore_free(argp->obj);
		break;
	}
}

static void meddle_with_file(const struct lfb_recorded_call *call, size_t size, int *result)
{
	struct liveupdate_file_op_args *args = call->args;
	struct handed_page *page = NULL;

	switch (call->callback) {
	case LFB_CALLBACK_PRESERVE:
		*result = handed_page_give(size, file_inode(args->file)->i_ino, &page);
		args->private_data = page;
		args->serialized_data = page ? virt_to_phys(page) : 0;
		break;
	case LFB_CALLBACK_UNPRESERVE:
		kho_unpreserve_free(args->private_data);
		break;
	case LFB_CALLBACK_RETRIEVE:
		page = handed_page_find(args->serialized_data);
		if (page) {
			file_inode(args->file)->i_ino = (unsigned long)page->number;
			break;
		}
		fput(args->file);
		args->file = NULL;
		*result = -EILSEQ;
		break;
	case LFB_CALLBACK_FINISH:
		kho_restore_free(phys_to_virt(args->serialized_data));
		break;
	default:
		break;
	}
}

void handed_page_meddles(const struct lfb_recorded_call *call, size_t size, int *result)
{
	if (result && *result < 0)
		return;
	if (call->of_flb)
		meddle_with_flb(call, size, result);
	else
		meddle_with_file(call, size, result);
}
