// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Sets of blocks: what is in them comes over, and what was never in them does no harm. */
#include <luo/kho_block.h>

#include "tests/support/kho_fixture.h"

struct entry {
	u64 words[64];
};

#define PER_BLOCK 7
#define ROOM(set) ((u64)(set)->nblocks * (set)->count_per_block)

static struct lfb_kernel *kernel;
static struct kho_block_set set;

static int start(void **state)
{
	int err = kho_fixture_set_up(&kernel, 128 * FIXTURE_MIB, LFB_MEMORY_FIXED,
				     LFB_PAGES_BUDDY);

	if (!err)
		kho_block_set_init(&set, sizeof(struct entry));
	return err;
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

/* Fills a set with @count entries, the numbers from 0 on. */
static void fill(u64 count)
{
	struct kho_block_set_it it;

	assert_int_equal(kho_block_set_grow(&set, count), 0);
	kho_block_set_it_init(&it, &set);
	for (u64 i = 0; i < count; i++) {
		struct entry *entry = kho_block_set_it_reserve_entry(&it);

		assert_non_null(entry);
		entry->words[0] = entry->words[63] = i;
	}
}

/* Into the next kernel; the set is as it was before anything was done. Returns the first block. */
static u64 jump(void)
{
	u64 head = kho_block_set_head_pa(&set);

	assert_int_equal(kho_fixture_handover(kernel), 0);
	kho_block_set_init(&set, sizeof(struct entry));
	return head;
}

static struct kho_block_header_ser *block(unsigned int nr)
{
	struct kho_block *here = list_first_entry(&set.blocks, struct kho_block, list);

	while (nr--)
		here = list_next_entry(here, list);
	return here->ser;
}

static void layouts_are_the_kernels(void **state)
{
	struct kho_block_set here = KHO_BLOCK_SET_INIT(here, 32);

	assert_int_equal(sizeof(struct kho_block_header_ser), 16);
	assert_int_equal(offsetof(struct kho_block_header_ser, count), 8);
	assert_int_equal(here.count_per_block, 127);
	assert_int_equal(here.entry_size, 32);
	assert_true(kho_block_set_is_empty(&here));
	assert_int_equal(set.count_per_block, PER_BLOCK);
	kho_block_set_init(&here, 4080);
	assert_int_equal(here.count_per_block, 1);
	assert_int_equal(kernel->findings.count, 0);
	kho_block_set_init(&here, 4081);
	assert_int_equal(here.count_per_block, 0);
	assert_int_equal(kernel->findings.count, 1);
}

static void entries_come_over(void **state)
{
	for (u64 count = 0; count < 4 * PER_BLOCK; count++) {
		struct kho_block_set_it it;
		struct entry *entry;

		fill(count);
		assert_int_equal(set.nblocks, DIV_ROUND_UP(count, PER_BLOCK));
		assert_int_equal(kho_block_set_restore(&set, jump()), 0);
		assert_true(set.incoming);
		assert_int_equal(set.nblocks, DIV_ROUND_UP(count, PER_BLOCK));
		kho_block_set_it_init(&it, &set);
		for (u64 i = 0; i < count; i++) {
			entry = kho_block_set_it_read_entry(&it);
			assert_non_null(entry);
			assert_int_equal(entry->words[0] + entry->words[63], 2 * i);
		}
		assert_null(kho_block_set_it_read_entry(&it));
		assert_null(kho_block_set_it_read_entry(&it));
		for (u64 i = count; i--;) {
			entry = kho_block_set_it_prev(&it);
			assert_int_equal(entry->words[0], i);
		}
		assert_null(kho_block_set_it_prev(&it));
		kho_block_set_destroy(&set);
		assert_true(kho_block_set_is_empty(&set));
		assert_int_equal(kho_block_set_head_pa(&set), 0);
		kho__check_left(kernel);
		assert_int_equal(kernel->findings.count, 0);
		kho_block_set_init(&set, sizeof(struct entry));
	}
}

static void blocks_come_and_go_at_the_end(void **state)
{
	struct kho_block_set_it it;

	for (u64 count = 0; count < 30; count++) {
		assert_int_equal(kho_block_set_grow(&set, count), 0);
		assert_in_range(ROOM(&set), count, count + PER_BLOCK - 1);
	}
	for (u64 count = 30; count--;) {
		kho_block_set_shrink(&set, count);
		assert_in_range(ROOM(&set), count, count + PER_BLOCK - 1);
		if (set.nblocks)
			assert_int_equal(block((unsigned int)set.nblocks - 1)->next, 0);
	}
	assert_true(kho_block_set_is_empty(&set));
	assert_int_equal(kho_block_set_head_pa(&set), 0);
	kho_block_set_it_init(&it, &set);
	assert_null(kho_block_set_it_reserve_entry(&it));
	assert_null(kho_block_set_it_read_entry(&it));
	assert_null(kho_block_set_it_prev(&it));
	fill(2 * PER_BLOCK);
	kho_block_set_it_init(&it, &set);
	for (unsigned int i = 0; i < 2 * PER_BLOCK; i++)
		assert_non_null(kho_block_set_it_reserve_entry(&it));
	assert_null(kho_block_set_it_reserve_entry(&it));
	kho_block_set_clear(&set);
	assert_int_equal(set.nblocks, 2);
	assert_int_equal(block(0)->count, 0);
	assert_int_equal(((struct entry *)(block(1) + 1))->words[63], 0);
	assert_int_equal(block(0)->next, virt_to_phys(block(1)));
	kho_block_set_destroy(&set);
	kho_block_set_destroy(&set);
	assert_int_equal(kernel->findings.count, 0);
}

/*
 * Every call in every state: up to three blocks, made here or taken over, with any of them full,
 * and what is to be there afterwards.
 */
struct state {
	u64 blocks;
	u64 entries;	/* written, from the first block on */
	bool incoming;
};

static const u64 sizes[] = { 0, 1, PER_BLOCK, PER_BLOCK + 1, 2 * PER_BLOCK, 2 * PER_BLOCK + 1,
			     3 * PER_BLOCK };

enum call { GROW, SHRINK, CLEAR, DESTROY, CALLS };

static void make(const struct state *made)
{
	kho_block_set_init(&set, sizeof(struct entry));
	fill(made->entries);
	if (made->incoming)
		assert_int_equal(kho_block_set_restore(&set, jump()), 0);
	else
		assert_int_equal(kho_block_set_grow(&set, made->blocks * PER_BLOCK), 0);
}

/* Makes the call; @is becomes what a set is to be then. Returns whether the kernel warns. */
static bool make_call(enum call call, u64 size, struct state *is)
{
	const bool refused = call == GROW && is->incoming;

	switch (call) {
	case GROW:
		assert_int_equal(kho_block_set_grow(&set, size), refused ? -EINVAL : 0);
		if (!refused && is->blocks * PER_BLOCK < size)
			is->blocks = DIV_ROUND_UP(size, PER_BLOCK);
		break;
	case SHRINK:
		kho_block_set_shrink(&set, size);
		if (is->blocks > DIV_ROUND_UP(size, PER_BLOCK))
			is->blocks = DIV_ROUND_UP(size, PER_BLOCK);
		break;
	case CLEAR:
		kho_block_set_clear(&set);
		is->entries = 0;
		break;
	default:
		kho_block_set_destroy(&set);
		is->blocks = 0;
	}
	if (is->entries > is->blocks * PER_BLOCK)
		is->entries = is->blocks * PER_BLOCK;
	return refused;
}

static void assert_is(const struct state *is)
{
	struct kho_block_set_it it;
	u64 left = is->entries;

	assert_int_equal(set.nblocks, is->blocks);
	assert_int_equal(kho_block_set_is_empty(&set), !is->blocks);
	assert_int_equal(kho_block_set_head_pa(&set),
			 is->blocks ? virt_to_phys(block(0)) : 0);
	for (unsigned int i = 0; i < is->blocks; i++) {
		const u64 count = left < PER_BLOCK ? left : PER_BLOCK;

		assert_int_equal(block(i)->count, count);
		assert_int_equal(block(i)->next,
				 i + 1 < is->blocks ? virt_to_phys(block(i + 1)) : 0);
		left -= count;
	}
	kho_block_set_it_init(&it, &set);
	assert_null(kho_block_set_it_prev(&it));
	for (u64 i = 0; i < is->entries; i++)
		assert_int_equal(((struct entry *)kho_block_set_it_read_entry(&it))->words[0], i);
	kho_block_set_it_init(&it, &set);
	for (u64 i = 0; i < is->blocks * PER_BLOCK; i++)
		assert_non_null(kho_block_set_it_reserve_entry(&it));
	assert_null(kho_block_set_it_reserve_entry(&it));
}

static unsigned int call_in(const struct state *made)
{
	unsigned int made_calls = 0;

	for (enum call call = GROW; call < CALLS; call++) {
		for (size_t i = 0; i < (call <= SHRINK ? ARRAY_SIZE(sizes) : 1); i++) {
			const unsigned long findings = kernel->findings.count;
			struct state is = *made;
			bool warns;

			make(made);
			warns = make_call(call, sizes[i], &is);
			assert_is(&is);
			kho_block_set_destroy(&set);
			kho__check_left(kernel);
			/* Of one kind and place there is one. */
			assert_in_range(kernel->findings.count, findings, findings + warns);
			made_calls++;
		}
	}
	return made_calls;
}

static void every_call_in_every_state(void **state)
{
	const unsigned long preserved = kernel->kho.blocks;
	unsigned int made_calls = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct state made = { DIV_ROUND_UP(sizes[i], PER_BLOCK), sizes[i], true };

		made_calls += call_in(&made);
		for (made.incoming = false; made.blocks <= 3; made.blocks++)
			made_calls += call_in(&made);
	}
	assert_int_equal(kernel->kho.blocks, preserved);
	print_message("%u calls\n", made_calls);
	assert_int_equal(made_calls, (7 + 16) * 16);
}

/* An empty block is written, but no kernel takes it. */
static void growing_fails_and_undoes(void **state)
{
	assert_int_equal(kho_block_set_grow(&set, 1), 0);
	for (unsigned long nth = 1; nth <= 2; nth++) {
		kho_fixture_fail(kernel, LFB_FAULT_KHO, nth);
		assert_int_equal(kho_block_set_grow(&set, 3 * PER_BLOCK), -ENOMEM);
		kho_fixture_fail(kernel, LFB_FAULT_KHO, 0);
		assert_int_equal(set.nblocks, 1);
		assert_int_equal(block(0)->next, 0);
	}
	for (unsigned long nth = 1; nth <= 4; nth++) {
		kho_fixture_fail(kernel, LFB_FAULT_ALLOC, nth);
		assert_int_equal(kho_block_set_grow(&set, 3 * PER_BLOCK), -ENOMEM);
		kho_fixture_fail(kernel, LFB_FAULT_ALLOC, 0);
		assert_int_equal(set.nblocks, 1);
	}
	assert_int_equal(kho_block_set_restore(&set, jump()), -EINVAL);
	assert_int_equal(kernel->findings.count, 0);
	assert_int_equal(kho_block_set_grow(&set, 1), -EINVAL);
	assert_int_equal(kernel->findings.count, 1);
}

static void there_is_an_end_to_growing(void **state)
{
	assert_int_equal(kho_block_set_grow(&set, 10000 * PER_BLOCK + 1), -ENOSPC);
	assert_true(kho_block_set_is_empty(&set));
	assert_int_equal(kho_block_set_grow(&set, 10000 * PER_BLOCK), 0);
	assert_int_equal(set.nblocks, 10000);
	assert_int_equal(kho_block_set_grow(&set, 10000 * PER_BLOCK + 1), -ENOSPC);
	assert_int_equal(set.nblocks, 10000);
	kho_block_set_destroy(&set);
	assert_int_equal(kernel->findings.count, 0);
}

/* Up to 20000 blocks are told from a circle, and are still too many. */
static void there_is_an_end_to_restoring(void **state)
{
	u64 head = 0;

	for (unsigned int i = 0; i < 2; i++) {
		kho_block_set_init(&set, sizeof(struct entry));
		fill(10000 * PER_BLOCK);
		list_last_entry(&set.blocks, struct kho_block, list)->ser->next = head;
		head = kho_block_set_head_pa(&set);
	}
	assert_int_equal(kho_block_set_restore(&set, jump()), -ENOSPC);
	assert_true(kho_block_set_is_empty(&set));
	kho__check_left(kernel);
	head = 0;
	for (unsigned int i = 0; i < 3; i++) {
		kho_block_set_init(&set, sizeof(struct entry));
		fill(i < 2 ? 10000 * PER_BLOCK : 1);
		list_last_entry(&set.blocks, struct kho_block, list)->ser->next = head;
		head = kho_block_set_head_pa(&set);
	}
	assert_int_equal(kho_block_set_restore(&set, jump()), -EINVAL);
	assert_true(kho_block_set_is_empty(&set));
	assert_int_equal(kernel->findings.count, 0);
}

static void a_circle_is_refused(void **state)
{
	for (unsigned int from = 0; from < 5; from++) {
		for (unsigned int to = 0; to <= from; to++) {
			kho_block_set_init(&set, sizeof(struct entry));
			fill(5 * PER_BLOCK);
			block(from)->next = virt_to_phys(block(to));
			assert_int_equal(kho_block_set_restore(&set, jump()), -EINVAL);
			assert_true(kho_block_set_is_empty(&set));
			assert_int_equal(kho_block_set_head_pa(&set), 0);
		}
	}
	assert_int_equal(kernel->findings.count, 0);
}

static void a_wrong_count_is_refused_and_all_is_freed(void **state)
{
	const u64 wrong[] = { 0, PER_BLOCK + 1, 1ull << 63, ~0ull };

	for (unsigned int i = 0; i < 5 * ARRAY_SIZE(wrong); i++) {
		kho_block_set_init(&set, sizeof(struct entry));
		fill(5 * PER_BLOCK);
		block(i % 5)->count = wrong[i / 5];
		assert_int_equal(kho_block_set_restore(&set, jump()), -EINVAL);
		assert_true(kho_block_set_is_empty(&set));
		kho__check_left(kernel);
	}
	assert_int_equal(kernel->findings.count, 0);
}

/* A kernel would follow it: named, and not done. */
static void a_wild_address_is_a_finding(void **state)
{
	const u64 wild[] = { 128 * FIXTURE_MIB, 128 * FIXTURE_MIB - 8, 1ull << 52, ~0ull };

	for (unsigned int i = 0; i < 4 * ARRAY_SIZE(wild); i++) {
		u64 head, there = wild[i / 4];

		kho_block_set_init(&set, sizeof(struct entry));
		fill(3 * PER_BLOCK);
		if (i % 4 < 3)
			block(i % 4)->next = there;
		head = jump();
		assert_int_equal(kho_block_set_restore(&set, i % 4 < 3 ? head : there), -EINVAL);
		assert_true(kho_block_set_is_empty(&set));
		fixture_assert_finding(kernel, LFB_FINDING_MEM_WILD_POINTER, NULL,
				       "where no memory is");
	}
}

/* Where nothing was handed over there may be what looks like a block; giving it back shows it. */
static void what_was_not_handed_over_is_a_finding(void **state)
{
	struct kho_block_header_ser *here;

	assert_int_equal(kho_block_set_restore(&set, 1), -EINVAL);
	assert_true(kernel->findings.count > 0);
	lfb__findings_forget(&kernel->findings);
	here = page_address(alloc_pages(GFP_KERNEL | __GFP_ZERO, 0));
	here->count = 1;
	kho_block_set_init(&set, sizeof(struct entry));
	assert_int_equal(kho_block_set_restore(&set, virt_to_phys(here)), 0);
	assert_int_equal(kernel->findings.count, 0);
	kho_block_set_destroy(&set);
	fixture_assert_finding(kernel, LFB_FINDING_KHO_RESTORE_NOT_PRESERVED, NULL, "");
}

/* Two blocks in what was allocated in one: the first that is given back takes the second along. */
static void blocks_of_one_allocation_go_together(void **state)
{
	for (unsigned int order = 1; order <= 2; order++) {
		for (u64 count = 0; count < 2; count++) {
			u8 *pages = kho_alloc_preserve(PAGE_SIZE << order);
			struct kho_block_header_ser *here = (void *)pages;
			struct kho_block_header_ser *there = (void *)(pages + PAGE_SIZE);
			u64 head = virt_to_phys(here);

			*here = (struct kho_block_header_ser){ virt_to_phys(there), 1 };
			there->count = count;
			jump();
			assert_int_equal(kho_block_set_restore(&set, head), count ? 0 : -EINVAL);
			kho_block_set_destroy(&set);
			assert_true(kho_block_set_is_empty(&set));
			assert_int_equal(kho_block_set_head_pa(&set), 0);
			fixture_assert_finding(kernel, LFB_FINDING_KHO_RESTORED_TWICE, NULL, "");
			assert_int_equal(fixture_bugs(kernel), 0);
			kho__check_left(kernel);
			assert_int_equal(kernel->findings.count, 0);
		}
	}
}

/* … and when the last one takes the first along, the first is not written to after that. */
static void shrinking_writes_to_no_freed_block(void **state)
{
	u8 *pages = kho_alloc_preserve(2 * PAGE_SIZE);
	struct kho_block_header_ser *last = (void *)pages;
	struct kho_block_header_ser *first = (void *)(pages + PAGE_SIZE);
	u64 head = virt_to_phys(first);

	*first = (struct kho_block_header_ser){ virt_to_phys(last), 1 };
	last->count = 1;
	jump();
	assert_int_equal(kho_block_set_restore(&set, head), 0);
	kho_block_set_shrink(&set, 1);
	assert_int_equal(set.nblocks, 1);
	assert_int_equal(kernel->findings.count, 0);
	kho_block_set_shrink(&set, 0);
	assert_true(kho_block_set_is_empty(&set));
	fixture_assert_finding(kernel, LFB_FINDING_KHO_RESTORED_TWICE, NULL, "");
}

/* What looks like a block, but begins inside of a page, and so is none that ever was written. */
static void a_block_begins_a_page(void **state)
{
	const u64 off[] = { 8, 16, 2048, PAGE_SIZE - 16, PAGE_SIZE - 8, PAGE_SIZE - 1 };

	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(off); i++) {
		u64 head, wrong;

		kho_block_set_init(&set, sizeof(struct entry));
		fill(2 * PER_BLOCK);
		for (unsigned int nr = 0; nr < 2; nr++)
			((struct entry *)(block(nr) + 1))->words[0] = 1;
		wrong = block(1)->next = virt_to_phys(block(1)) + off[i / 2];
		head = jump();
		assert_int_equal(kho_block_set_restore(&set, i % 2 ? head : wrong), -EINVAL);
		assert_true(kho_block_set_is_empty(&set));
		fixture_assert_finding(kernel, LFB_FINDING_MEM_WILD_POINTER, NULL,
				       "where no page begins");
	}
}

/* It may hold anything, but is read without harm. */
static void a_block_in_freed_memory_is_refused(void **state)
{
	struct kho_block_header_ser *freed;

	fill(PER_BLOCK);
	jump();
	freed = kzalloc(PAGE_SIZE, GFP_KERNEL);
	freed->count = 1;
	kfree(freed);
	kho_block_set_restore(&set, virt_to_phys(freed));
	kho_block_set_destroy(&set);
	assert_true(kernel->findings.count > 0);
}

static void memory_may_be_short_while_restoring(void **state)
{
	fill(3 * PER_BLOCK);
	for (unsigned long nth = 1; nth <= 3; nth++) {
		u64 head = jump();

		kho_fixture_fail(kernel, LFB_FAULT_ALLOC, nth);
		assert_int_equal(kho_block_set_restore(&set, head), -ENOMEM);
		kho_fixture_fail(kernel, LFB_FAULT_ALLOC, 0);
		assert_true(kho_block_set_is_empty(&set));
		kho__check_left(kernel);
		kho_block_set_init(&set, sizeof(struct entry));
		fill(3 * PER_BLOCK);
	}
	assert_int_equal(kernel->findings.count, 0);
}

/* Overwritten after it was checked. */
static void reading_stays_inside_of_a_block(void **state)
{
	struct kho_block_set_it it;
	unsigned int count = 0;

	fill(2 * PER_BLOCK);
	assert_int_equal(kho_block_set_restore(&set, jump()), 0);
	block(0)->count = block(1)->count = ~0ull;
	kho_block_set_it_init(&it, &set);
	while (kho_block_set_it_read_entry(&it))
		count++;
	assert_int_equal(count, 2 * PER_BLOCK);
}

/* There is room in them, and nothing was written there. */
static void empty_blocks_have_no_entries(void **state)
{
	struct kho_block_set_it it;
	struct entry *entry;

	fill(PER_BLOCK);
	assert_int_equal(kho_block_set_grow(&set, 3 * PER_BLOCK), 0);
	kho_block_set_it_init(&it, &set);
	for (unsigned int i = 0; i < PER_BLOCK; i++)
		assert_non_null(kho_block_set_it_read_entry(&it));
	assert_null(kho_block_set_it_read_entry(&it));
	assert_null(kho_block_set_it_read_entry(&it));
	block(2)->count = 1;
	kho_block_set_it_init(&it, &set);
	for (unsigned int i = 0; i <= PER_BLOCK; i++) {
		entry = kho_block_set_it_read_entry(&it);
		assert_non_null(entry);
	}
	assert_ptr_equal(entry, block(2) + 1);
	assert_null(kho_block_set_it_read_entry(&it));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(layouts_are_the_kernels, start, stop),
		cmocka_unit_test_setup_teardown(entries_come_over, start, stop),
		cmocka_unit_test_setup_teardown(blocks_come_and_go_at_the_end, start, stop),
		cmocka_unit_test_setup_teardown(every_call_in_every_state, start, stop),
		cmocka_unit_test_setup_teardown(growing_fails_and_undoes, start, stop),
		cmocka_unit_test_setup_teardown(there_is_an_end_to_growing, start, stop),
		cmocka_unit_test_setup_teardown(there_is_an_end_to_restoring, start, stop),
		cmocka_unit_test_setup_teardown(a_circle_is_refused, start, stop),
		cmocka_unit_test_setup_teardown(a_wrong_count_is_refused_and_all_is_freed, start,
						stop),
		cmocka_unit_test_setup_teardown(a_wild_address_is_a_finding, start, stop),
		cmocka_unit_test_setup_teardown(what_was_not_handed_over_is_a_finding, start, stop),
		cmocka_unit_test_setup_teardown(blocks_of_one_allocation_go_together, start, stop),
		cmocka_unit_test_setup_teardown(shrinking_writes_to_no_freed_block, start, stop),
		cmocka_unit_test_setup_teardown(a_block_begins_a_page, start, stop),
		cmocka_unit_test_setup_teardown(a_block_in_freed_memory_is_refused, start, stop),
		cmocka_unit_test_setup_teardown(memory_may_be_short_while_restoring, start, stop),
		cmocka_unit_test_setup_teardown(reading_stays_inside_of_a_block, start, stop),
		cmocka_unit_test_setup_teardown(empty_blocks_have_no_entries, start, stop),
	};

	return kho_fixture_run(tests, ARRAY_SIZE(tests));
}
