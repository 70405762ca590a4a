// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A search of modules that were loaded finds, to the byte, the same whether its sequences go on
 * from copies of the machine or all begin with power on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/cmocka.h>
#include <luo/lfb.h>

#define MODULE(name) LFB_TEST_MODULES "/" name ".so"

struct told {
	char *text;
	size_t size;
	FILE *stream;
	struct lfb_exhaust_modules_result result;
};

static int keep(void *context, const char *bytes, size_t size)
{
	struct told *told = context;

	return fwrite(bytes, 1, size, told->stream) == size ? 0 : -EIO;
}

static void search(const struct lfb_machine_options *machine, struct lfb_exhaust_modules what,
		   bool from_power_on, struct told *told)
{
	int err;

	told->result.sz = sizeof(told->result);
	told->stream = open_memstream(&told->text, &told->size);
	what.from_power_on = from_power_on;
	what.write = keep;
	what.write_context = told;
	err = lfb_exhaust_modules(machine, &what, NULL, &told->result);
	if (err)
		fail_msg("%d: %s", err, lfb_error_text(NULL));
	fclose(told->stream);
}

static void they_are_searched_the_same_way(void **state)
{
	static const struct {
		const char *loadable[4];
		const char *next, *replaced;
		unsigned int files;
		unsigned int violations[2];	/* where memory moves, and where it does not */
	} searches[] = {
		{ { MODULE("keeper") }, NULL, NULL, 2, { 0, 0 } },
		{ { MODULE("keeper") }, MODULE("keeper-v2"), NULL, 2, { 0, 0 } },
		{ { MODULE("keeper") }, MODULE("keeper-strict"), NULL, 2, { 1, 1 } },
		{ { MODULE("lends"), MODULE("borrows"), MODULE("keeper") },
		  MODULE("lends-v2"), "lends", 1, { 0, 0 } },
		{ { MODULE("keeper-data") }, NULL, NULL, 1, { 1, 0 } },
		{ { MODULE("keeper-code") }, NULL, NULL, 1, { 1, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(searches) / sizeof(searches[0]); i++) {
		const struct lfb_machine_options machine = {
			.sz = sizeof(machine), .memory = 8 << 20,
			.mode = i % 2 ? LFB_MEMORY_FIXED : LFB_MEMORY_REMAP,
		};
		const struct lfb_exhaust_modules what = {
			.sz = sizeof(what),
			.loadable = searches[i / 2].loadable,
			.next = searches[i / 2].next,
			.replaced = searches[i / 2].replaced,
			.length = 4,
			.files = searches[i / 2].files,
			.jobs = 1 + (unsigned int)i / 2 % 2,
		};
		struct told copied = { 0 }, replayed = { 0 };

		search(&machine, what, false, &copied);
		search(&machine, what, true, &replayed);
		printf("%llu sequences of %s%s%s\n", copied.result.sequences, what.loadable[0],
		       what.next ? " and " : "", what.next ? what.next : "");
		assert_string_equal(copied.text, replayed.text);
		assert_memory_equal(&copied.result, &replayed.result, sizeof(copied.result));
		assert_int_equal(copied.result.violations, searches[i / 2].violations[i % 2]);
		free(copied.text);
		free(replayed.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_searched_the_same_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
