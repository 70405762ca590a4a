// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The bytes of the shadow. */
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/host/host.h"
#include "sim/kernel/shadow/shadow.h"

#define ALL 0x0808080808080808ull /* eight, of which all may be touched */
/* More than there is, and no address is too large with it. */
#define HUGE (SIZE_MAX >> (sizeof(size_t) == 8 ? 18 : 2))
#define NOWHERE ((const u8 *)((uintptr_t)1 << (8 * sizeof(uintptr_t) - 1)))

static void create(struct lfb_memory *memory)
{
	struct lfb_shadow *shadow = calloc(1, sizeof(*shadow));
	const size_t size = (memory->window_stride + LFB_LONES_SIZE) / LFB_SHADOW_STEP;

	if (!shadow)
		return;
	/* The last access may begin at the end. */
	shadow->size = size + PAGE_SIZE;
	shadow->bytes = lfb__map_zeroed(shadow->size);
	if (!shadow->bytes) {
		free(shadow);
		return;
	}
	shadow->lone_bytes = shadow->bytes + memory->window_stride / LFB_SHADOW_STEP;
	shadow->window_size = memory->window_stride;
	shadow->lones = NOWHERE;
	memory->shadow = shadow;
}

void lfb__shadow_destroy(struct lfb_memory *memory)
{
	if (!memory->shadow)
		return;
	lfb__map_drop(memory->shadow->bytes, memory->shadow->size);
	free(memory->shadow);
	memory->shadow = NULL;
}

void lfb__shadow_begin(struct lfb_kernel *kernel)
{
	struct lfb_memory *memory = &kernel->memory;
	struct lfb_shadow *shadow;

	if (!memory->shadow && memory->shadow_wanted && lfb__checking(kernel))
		create(memory);
	shadow = memory->shadow;
	if (likely(!shadow))
		return;
	shadow->window = memory->base + memory->start;
}

void lfb__shadow_set(const struct lfb_shadow *shadow, const void *address, size_t size,
		     bool allowed)
{
	u8 *byte = lfb__shadow_byte(shadow, address);

	if (!LFB_ASSERT(byte && IS_ALIGNED((uintptr_t)address, LFB_SHADOW_STEP)))
		return;
	memset(byte, allowed ? LFB_SHADOW_STEP : 0, size / LFB_SHADOW_STEP);
	if (size % LFB_SHADOW_STEP)
		byte[size / LFB_SHADOW_STEP] = allowed ? size % LFB_SHADOW_STEP : 0;
}

static bool all_eight(const u8 *bytes)
{
	u64 word;

	memcpy(&word, bytes, sizeof(word));
	return word == ALL;
}

const void *lfb__shadow_first(const struct lfb_shadow *shadow, const void *address, size_t size)
{
	const u8 *at = address, *byte = lfb__shadow_byte(shadow, at);
	/* All of it ends with what nobody may touch, so it is never left. */
	const u8 *const end = at + (size < HUGE ? size : HUGE);

	if (!byte)
		return NULL;
	while (at < end) {
		const size_t in = (uintptr_t)at % LFB_SHADOW_STEP;

		if (in >= *byte)
			return at;
		at += *byte - in;
		if (at < end && *byte < LFB_SHADOW_STEP)
			return at;
		byte++;
		while (end - at >= (ptrdiff_t)(8 * LFB_SHADOW_STEP) && all_eight(byte)) {
			byte += 8;
			at += 8 * LFB_SHADOW_STEP;
		}
	}
	return NULL;
}

void lfb__shadow_touch(struct lfb_kernel *kernel, const void *address, size_t size,
		       enum lfb_stray how)
{
	const struct lfb_shadow *shadow = kernel->memory.shadow;

	const void *first = NULL;

	/* A thread that looks on while another is inside is not the kernel's. */
	if (kernel->guard && kernel->guard_thread != &lfb__current)
		return;
	if (unlikely(shadow != NULL) && !kernel->dead)
		first = lfb__shadow_first(shadow, address, size);
	if (unlikely(first != NULL))
		lfb__stray(kernel, first, how);
}
