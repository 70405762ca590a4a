// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What running cases call: what they say, how they end, and what is undone then. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <luo/printk.h>
#include <luo/slab.h>

#include "sim/kunit/kunit.h"

_Thread_local struct lfb_kunit_now lfb__kunit_now;

/* Host memory: it is there when the kernel is not any more. */
struct made {
	struct list_head list;
	kunit_action_t *action;
	void *context;
};

struct stub {
	struct list_head list;
	void (*from)(void);
	void (*to)(void);
};

void lfb__kunit_text(unsigned int spaces, const char *text)
{
	FILE *const out = lfb__kunit_now.out;

	if (!out)
		return;
	do {
		const size_t length = strcspn(text, "\n");

		fprintf(out, "%*s%.*s\n", (int)spaces, "", (int)length, text);
		text += length + (text[length] == '\n');
	} while (*text);
}

void lfb__kunit_line(unsigned int depth, const char *format, ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	lfb_vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	lfb__kunit_text(depth * 4, text);
}

void lfb_kunit_say(const char *name, const char *format, ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	lfb_vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	lfb__kunit_line(1, "# %.200s: %s", name, text);
}

void lfb_kunit_abort(struct kunit *test)
{
	(void)test;
	longjmp(lfb__kunit_now.end, 1);
}

struct kunit *kunit_get_current_test(void)
{
	return lfb__kunit_now.test;
}

/* What is undone */

int kunit_add_action(struct kunit *test, kunit_action_t *action, void *context)
{
	struct made *made = malloc(sizeof(*made));

	if (!made)
		return -ENOMEM;
	made->action = action;
	made->context = context;
	list_add(&made->list, &test->lfb_made);
	return 0;
}

int kunit_add_action_or_reset(struct kunit *test, kunit_action_t *action, void *context)
{
	const int err = kunit_add_action(test, action, context);

	if (err)
		action(context);
	return err;
}

/* Takes it off the list. Return: whether it was there. */
static bool forget(struct kunit *test, kunit_action_t *action, const void *context)
{
	struct made *made;

	list_for_each_entry(made, &test->lfb_made, list) {
		if (made->action == action && made->context == context) {
			list_del(&made->list);
			free(made);
			return true;
		}
	}
	return false;
}

void kunit_remove_action(struct kunit *test, kunit_action_t *action, void *context)
{
	forget(test, action, context);
}

void kunit_release_action(struct kunit *test, kunit_action_t *action, void *context)
{
	if (forget(test, action, context))
		action(context);
}

static void stub_end(void *context)
{
	struct stub *stub = context;

	list_del(&stub->list);
	free(stub);
}

void lfb__kunit_undo(struct kunit *test, bool alive)
{
	while (!list_empty(&test->lfb_made)) {
		struct made *made = list_first_entry(&test->lfb_made, struct made, list);
		const struct made undo = *made;

		list_del(&made->list);
		free(made);
		/* A stand-in is not the kernel's. */
		if (alive || undo.action == stub_end)
			undo.action(undo.context);
	}
}

static void free_it(void *ptr)
{
	kfree(ptr);
}

void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;
	void *ptr;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	ptr = kmalloc(bytes, gfp);
	if (ptr && kunit_add_action_or_reset(test, free_it, ptr))
		return NULL;
	return ptr;
}

void kunit_kfree(struct kunit *test, const void *ptr)
{
	if (ptr)
		kunit_release_action(test, free_it, (void *)ptr);
}

/* Stand-ins for functions */

static struct stub *stub_of(void (*from)(void))
{
	struct stub *stub;

	if (!lfb__kunit_now.test)
		return NULL;
	list_for_each_entry(stub, &lfb__kunit_now.stubs, list) {
		if (stub->from == from)
			return stub;
	}
	return NULL;
}

void lfb_kunit_redirect(struct kunit *test, void (*from)(void), void (*to)(void))
{
	struct stub *stub = stub_of(from);

	if (stub)
		kunit_release_action(test, stub_end, stub);
	if (!to)
		return;
	stub = malloc(sizeof(*stub));
	if (!stub || kunit_add_action(test, stub_end, stub)) {
		free(stub);
		kunit_say(test, "no memory for a stand-in");
		test->status = KUNIT_FAILURE;
		lfb_kunit_abort(test);
	}
	stub->from = from;
	stub->to = to;
	list_add(&stub->list, &lfb__kunit_now.stubs);
}

void (*lfb_kunit_redirected(void (*from)(void)))(void)
{
	const struct stub *stub = stub_of(from);

	return stub ? stub->to : NULL;
}
