// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Memory from hell, for each decoder by itself: nothing boots, nothing is allocated by us, so that
 * very many are tried. Of its pages, which are mostly empty, only what is not zero is in an input:
 *
 *	u8 decoder, u8 page		where it begins to read; PATIENT: who trusts bears much
 *	u8 page, u8 size, u16 offset	as often as there is more, with its bytes behind it
 *
 * Nobody may touch what was not asked for: where there is ASan, it says so.
 */
#include <string.h>

#include <luo/check.h>

#include "lib/codec/codec.h"
#include "sim/handover/handover.h"
#include "sim/kernel/kho/map.h"
#include "sim/kernel/memory/asan.h"
#include "tests/fuzz/support/support.h"

#define PAGES 256u	/* the first one is no memory */
#define SIZE (PAGES * PAGE_SIZE)
#define PIECES_MAX 256u
#define PATIENT 0x80u

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static u8 memory[SIZE] __attribute__((aligned(PAGE_SIZE)));

struct piece {
	size_t at, size;
};

/* What has to be undone; what is more than fits is the whole memory. */
static struct piece written[PIECES_MAX], opened[PIECES_MAX];
static unsigned int nr_written, nr_opened;

static const void *look_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	(void)view;
	if (!size || phys < PAGE_SIZE || phys >= SIZE || size > SIZE - phys)
		return NULL;
	lfb__unpoison(memory + phys, size);
	if (nr_opened < PIECES_MAX)
		opened[nr_opened] = (struct piece){ (size_t)phys, size };
	nr_opened++;
	return memory + phys;
}

/* In words, as a sanitizer counts memory. */
static void close_piece(size_t at, size_t size)
{
	const size_t start = at & ~7ul;

	lfb__poison(memory + start, ((at + size + 7) & ~7ul) - start);
}

static void close_all(void)
{
	for (unsigned int i = 0; i < nr_opened && nr_opened <= PIECES_MAX; i++)
		close_piece(opened[i].at, opened[i].size);
	if (nr_opened > PIECES_MAX)
		close_piece(0, SIZE);
	nr_opened = 0;
}

/* Who fills and empties it may touch all of it. */
static void put(size_t at, const u8 *bytes, size_t size)
{
	lfb__unpoison(memory + at, size);
	if (bytes)
		memcpy(memory + at, bytes, size);
	else
		memset(memory + at, 0, size);
	close_piece(at, size);
}

static void fill(const u8 *data, size_t size)
{
	while (size > 4 && nr_written < PIECES_MAX) {
		const size_t at = data[0] * PAGE_SIZE + (data[2] | data[3] << 8) % PAGE_SIZE;
		size_t length = data[1];

		data += 4;
		size -= 4;
		length = length < size ? length : size;
		length = length < SIZE - at ? length : SIZE - at;
		put(at, data, length);
		written[nr_written++] = (struct piece){ at, length };
		data += length;
		size -= length;
	}
}

static void read_metadata(const struct lfb_view *view, phys_addr_t start)
{
	struct kho_kexec_metadata metadata;
	struct lfb_problem problem = { 0 };

	must(!kho__read_metadata(view, start, sizeof(metadata), &metadata, &problem) ||
	     problem.what[0]);
}

static void read_root(const struct lfb_view *view, phys_addr_t start)
{
	struct lfb_problem problem = { 0 };
	const struct kho_abi *abi;
	struct kho_root root;
	phys_addr_t entry;
	u64 size;

	if (kho__read_root(view, start, &root, &problem)) {
		must(problem.what[0]);
		return;
	}
	abi = kho__abi_of(&root);
	if (abi)
		kho__read_subtree(&root, abi, LUO_FDT_KHO_ENTRY_NAME, &entry, &size);
}

static void decode(unsigned int choice, phys_addr_t start)
{
	const unsigned int bears = choice & PATIENT ? 1000 : 4;
	const struct lfb_view view = { look_at, NULL, SIZE };

	switch (choice & ~PATIENT) {
	case 0:
		read_root(&view, start);
		break;
	case 1:
		raw_read_map(&view, &kho__abi_v1, start);
		break;
	case 2:
		raw_read_map(&view, &kho__abi_v4, start);
		break;
	case 3:
		read_metadata(&view, start);
		break;
	case 4:
		raw_read_luo(&view, &luo_codec_v1, start, PAGE_SIZE, bears);
		break;
	case 5:
		raw_read_luo(&view, &luo_codec_v2, start, PAGE_SIZE, bears);
		break;
	case 6:
		raw_read_luo(&view, &luo_codec_v5, start, sizeof(struct luo_ser_v5),
			     bears);
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static bool closed;

	if (size < 2)
		return 0;
	if (!closed)
		close_piece(0, SIZE);
	closed = true;
	fill(data + 2, size - 2);
	decode(data[0], data[1] * PAGE_SIZE);
	close_all();
	while (nr_written)
		nr_written--, put(written[nr_written].at, NULL, written[nr_written].size);
	return 0;
}
