/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. */
#ifndef LUO_LINUX_MIN_HEAP_H
#define LUO_LINUX_MIN_HEAP_H

#include <string.h>
#include <luo/kernel/linux/bug.h>
#include <luo/kernel/linux/types.h>

/* A heap of TYPE: @data, of which @nr are used and @size are there. */
#define MIN_HEAP_PREALLOCATED(type, name, count)                                                   \
	__extension__ struct name {                                                                \
		size_t nr;                                                                         \
		size_t size;                                                                       \
		type *data;                                                                        \
		type preallocated[count];                                                          \
	}
#define DEFINE_MIN_HEAP(type, name) MIN_HEAP_PREALLOCATED(type, name, 0)
DEFINE_MIN_HEAP(char, min_heap_char);

/** struct min_heap_callbacks - @less: is the first to come out before the second? @swp: or NULL. */
struct min_heap_callbacks {
	bool (*less)(const void *a, const void *b, void *args);
	void (*swp)(void *a, void *b, void *args);
};

static inline void lfb_heap_swap(char *a, char *b, size_t size,
				 const struct min_heap_callbacks *func, void *args)
{
	if (func->swp) {
		func->swp(a, b, args);
		return;
	}
	for (size_t i = 0; i < size; i++) {
		const char byte = a[i];

		a[i] = b[i];
		b[i] = byte;
	}
}

static inline void lfb_heap_down(char *data, size_t nr, size_t at, size_t size,
				 const struct min_heap_callbacks *func, void *args)
{
	size_t child;

	while ((child = 2 * at + 1) < nr) {
		if (child + 1 < nr &&
		    func->less(data + (child + 1) * size, data + child * size, args))
			child++;
		if (!func->less(data + child * size, data + at * size, args))
			return;
		lfb_heap_swap(data + at * size, data + child * size, size, func, args);
		at = child;
	}
}

static inline void lfb_heap_up(char *data, size_t at, size_t size,
			       const struct min_heap_callbacks *func, void *args)
{
	while (at && func->less(data + at * size, data + (at - 1) / 2 * size, args)) {
		lfb_heap_swap(data + at * size, data + (at - 1) / 2 * size, size, func, args);
		at = (at - 1) / 2;
	}
}

static inline void lfb_heap_all(char *data, size_t nr, size_t size,
				const struct min_heap_callbacks *func, void *args)
{
	for (size_t at = nr / 2; at; at--)
		lfb_heap_down(data, nr, at - 1, size, func, args);
}

/* The element at @at goes: the last one takes its place. */
static inline bool lfb_heap_del(char *data, size_t *nr, size_t at, size_t size,
				const struct min_heap_callbacks *func, void *args)
{
	if (WARN_ONCE(*nr == 0, "nothing is in the heap"))
		return false;
	if (at != --*nr) {
		memcpy(data + at * size, data + *nr * size, size);
		lfb_heap_up(data, at, size, func, args);
		lfb_heap_down(data, *nr, at, size, func, args);
	}
	return true;
}

static inline bool lfb_heap_push(char *data, size_t *nr, size_t room, const void *element,
				 size_t size, const struct min_heap_callbacks *func, void *args)
{
	if (WARN_ONCE(*nr >= room, "the heap is full"))
		return false;
	memcpy(data + *nr * size, element, size);
	lfb_heap_up(data, (*nr)++, size, func, args);
	return true;
}

static inline void lfb_heap_pop_push(char *data, size_t nr, const void *element, size_t size,
				     const struct min_heap_callbacks *func, void *args)
{
	memcpy(data, element, size);
	lfb_heap_down(data, nr, 0, size, func, args);
}

#define LFB_HEAP_SIZE_(heap) sizeof(*(heap)->data)
/** min_heap_init() - empty, with room for @room at @where, or in itself. */
#define min_heap_init(heap, where, room)                                                           \
	do {                                                                                       \
		(heap)->nr = 0;                                                                    \
		(heap)->size = (size_t)(room);                                                     \
		(heap)->data = (where);                                                            \
		if (!(heap)->data)                                                                 \
			(heap)->data = (heap)->preallocated;                                       \
	} while (0)
/** min_heap_peek() - Return: what comes out next, NULL: nothing is there. */
#define min_heap_peek(heap) ((heap)->nr ? (heap)->data : NULL)
#define min_heap_full(heap) ((heap)->nr == (heap)->size)
#define min_heap_sift_down(heap, at, func, args)                                                   \
	lfb_heap_down((char *)(heap)->data, (heap)->nr, (size_t)(at), LFB_HEAP_SIZE_(heap), func,  \
		      args)
#define min_heap_sift_up(heap, at, func, args)                                                     \
	lfb_heap_up((char *)(heap)->data, (size_t)(at), LFB_HEAP_SIZE_(heap), func, args)
#define min_heapify_all(heap, func, args)                                                          \
	lfb_heap_all((char *)(heap)->data, (heap)->nr, LFB_HEAP_SIZE_(heap), func, args)
#define min_heap_pop(heap, func, args)                                                             \
	lfb_heap_del((char *)(heap)->data, &(heap)->nr, 0, LFB_HEAP_SIZE_(heap), func, args)
#define min_heap_push(heap, element, func, args)                                                   \
	lfb_heap_push((char *)(heap)->data, &(heap)->nr, (heap)->size, element,                    \
		      LFB_HEAP_SIZE_(heap), func, args)
#define min_heap_pop_push(heap, element, func, args)                                               \
	lfb_heap_pop_push((char *)(heap)->data, (heap)->nr, element, LFB_HEAP_SIZE_(heap), func,   \
			  args)
#define min_heap_del(heap, at, func, args)                                                         \
	lfb_heap_del((char *)(heap)->data, &(heap)->nr, (size_t)(at), LFB_HEAP_SIZE_(heap), func,  \
		     args)

#define min_heap_init_inline min_heap_init
#define min_heap_peek_inline min_heap_peek
#define min_heap_full_inline min_heap_full
#define min_heap_sift_down_inline min_heap_sift_down
#define min_heap_sift_up_inline min_heap_sift_up
#define min_heapify_all_inline min_heapify_all
#define min_heap_pop_inline min_heap_pop
#define min_heap_push_inline min_heap_push
#define min_heap_pop_push_inline min_heap_pop_push
#define min_heap_del_inline min_heap_del

#endif
