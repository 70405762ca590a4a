// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Steps: what each of them does, alone and in callbacks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/scenario.h"
#include "tests/support/scripted.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* Fills a slot, but never here. */
#define LATER "when flb 9 preserve kmalloc s 8\n"

/* A step with arguments that make sense. */
static void write_step(enum lfb_step_code code, char *text, size_t size)
{
	static const char *const arguments[] = {
		['s'] = "s",
		['S'] = "s", ['N'] = "8", ['V'] = "s", ['L'] = "9",	      ['F'] = "0",
		['H'] = "0", ['E'] = "7", ['W'] = "x", ['A'] = "retrieve_status",
	};
	size_t length = (size_t)snprintf(text, size, "%s", lfb__steps[code].name);

	for (const char *letter = lfb__steps[code].arguments; *letter; letter++)
		length += (size_t)snprintf(text + length, size - length, " %s",
					   arguments[(unsigned char)*letter]);
}

static void assert_refused(const char *text, const char *why)
{
	struct lfb_scenario *scenario;

	assert_int_equal(lfb_scenario_parse("test", text, strlen(text), &scenario), -EINVAL);
	if (!strstr(lfb_error_text(NULL), why))
		fail_msg("%s: %s", text, lfb_error_text(NULL));
}

static void every_step_is_understood(void **state)
{
	char step[64], text[96], filled[128], refused[128];

	for (unsigned int code = 0; code < LFB_STEP_CODES; code++) {
		struct lfb_scenario *scenario;
		char *last;

		write_step(code, step, sizeof(step));
		snprintf(text, sizeof(text), "when h 0 preserve %s", step);
		snprintf(filled, sizeof(filled), "%s\ndo take s", text);
		assert_int_equal(lfb_scenario_parse("test", filled, strlen(filled), &scenario), 0);
		assert_int_equal(scenario->operations[0].step.code, code);
		assert_string_equal(scenario->operations[0].text, text);
		lfb_scenario_free(scenario);

		snprintf(refused, sizeof(refused), "%s ?!", text);
		assert_refused(refused, "found \"?!\"");
		for (last = strrchr(text, ' '); *lfb__steps[code].arguments && last > text + 18;
		     last = strrchr(text, ' ')) {
			*last = '\0';
			assert_refused(text, "found the end of the line");
		}
	}
}

static void nonsense_in_steps_is_named(void **state)
{
	assert_refused("do", "expected a step (docs/scenarios.md lists them)");
	assert_refused("do kmaloc s 1", "test:1:4: expected a step");
	assert_refused("do kfree 1s", "the name of a slot");
	assert_refused("do kfree :", "the name of a slot");
	assert_refused("do kfree s.t", "the name of a slot");
	assert_refused("do kfree aaaaaaaaaabbbbbbbbbbccccccccccddd", "the name of a slot");
	assert_refused("do kmalloc s 1\ndo kfree t\ndo kfree s",
		       "test:2:10: expected a slot that some step of the scenario fills, "
		       "found \"t\"");
	assert_refused("when flb 0 preserve data :t",
		       "a slot that some step of the scenario fills");
	assert_refused("do kmalloc s -1", "a number (0 to 2^64 - 1)");
	assert_refused("do lock 10", "the number of a lock (0 to 9)");
	assert_refused("do answer 2147483648", "a number (-2147483647 to 2147483647)");
	assert_refused("do set-arg nothing 1", "a field (handler, session, ");
	assert_refused("do put-incoming 10000", "the number of an FLB");
	assert_refused("when flb 0 freeze warn", "preserve, unpreserve, retrieve or finish");
	assert_refused("when h 0 melt warn", "can_preserve, preserve, ");
	assert_refused("when x 0 freeze warn", "flb or h");
	assert_refused("forget flb 0 can_finish", "preserve, unpreserve, retrieve or finish");
}

/*
 * At once
 */

static void steps_answer(void **state)
{
	static const char *const steps[] = {
		"kmalloc s 64 = 0", "kfree s = 0", "kmalloc s 0 = -12",
		"pages s 1 = 0", "preserve-pages s 2 = 0", "unpreserve-pages s 2 = 0",
		"free s = 0", "pages s 0 = 0", "free-pages s 0 = 0", "pages s 11 = -12",
		"folio s 1 = 0", "preserve-folio s = 0", "unpreserve-folio s = 0",
		"folio-put s = 0", "raw-folio s 0 = 0", "folio-put s = 0",
		"restore-folio s = -2", "restore-pages s 1 = -2",
		"vmalloc s 8192 = 0", "kho t 16 = 0", "preserve-vmalloc s t = 0",
		"unpreserve-vmalloc t = 0", "vfree s = 0", "restore-vmalloc s t = -12",
		"add-subtree x t = 0", "add-subtree x t = -17", "remove-subtree t = 0",
		"retrieve-subtree x s = -2", "kho-unpreserve-free t = 0", "kho s 0 = -22",
		"preserve-scratch = 0", "preserve-pages empty 1 = -22", "free empty = 0",
		"lock 0 = 0", "trylock 0 = -16", "unlock 0 = 0", "trylock 0 = 0", "unlock 0 = 0",
		"spin-lock 0 = -22", "spin-lock 1 = 0", "spin-unlock 1 = 0", "down-read 2 = 0",
		"up-read 2 = 0", "down-write 2 = 0", "up-write 2 = 0", "sleep = 0",
		"register-handler 0 = 0", "register-flb 0 0 = 0", "get-outgoing 0 s = -2",
		"get-incoming 0 s = -61", "lock-incoming 0 s = -95", "lock-outgoing 0 s = -95",
		"unregister-flb 0 0 = 0", "unregister-handler 0 = 0", "module-get = 0",
		"module-put = 0", "warn = 0",
		"kmalloc s 64 = 0", "kmalloc t 64 = 0", "write s 0 5 = 0", "read s 0 = 0",
		"expect s 0 5 = 0", "expect s 0 6 = -84", "store s 0 t = 0",
		"store-phys s 8 t = 0", "write t 0 7 = 0", "follow s 0 = 0", "follow-phys s 8 = 0",
		"store-phys32 s 32 t = 0", "store-code s 16 = 0", "store-data s 24 = 0",
		"load s 0 u = 0", "expect u 0 7 = 0", "load-phys s 8 v = 0", "expect v 0 7 = 0",
		"free v = -22", "write :s 0 6 = 0", "expect s 0 6 = 0",
		"stamp empty = -22", "stamp s = -22", "check-stamp s = -22", "pages w 0 = 0",
		"check-stamp w = -84", "stamp w = 0", "check-stamp w = 0", "write w 4088 1 = 0",
		"check-stamp w = -84", "free w = 0", "stamp w = -22", "check-stamp w = -22",
		"data 1 = -22", "data s = -22", "data-pointer s = -22", "obj 1 = -22",
		"private 1 = -22", "no-data = -22", "no-obj = -22", "no-file = -22",
		"take s = -22", "take-pointer s = -22", "take-obj s = -22", "take-private s = -22",
		"set-arg file 1 = -22", "set-arg obj 1 = -22", "answer -5 = -22",
		"answer-once -5 = -22", "no-unwind = -22", "get-token = -22", "get-file 1 = -22",
	};
	char text[8192] = "when flb 9 preserve kmalloc empty 8\n";

	for (size_t i = 0; i < ARRAY_LENGTH(steps); i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "do %s\n", steps[i]);
	assert_ends("linux-7.3", text, 0, "");
}

static void locked_accessors_are_those_of_rfc_v6(void **state)
{
	assert_shows("rfc-v6",
		     "handler 0\nflb 0 0\nopen\nsession a\npreserve a 1 0 1\n"
		     "do lock-outgoing 0 s = 0\ndo unlock-outgoing 0 s = 0\n"
		     "do lock-outgoing 0 s = 0\ndo unlock-outgoing 0 0x77 = 0\n"
		     "getout 0 = 0 obj=77\nreboot\nhandler 0\nflb 0 0\n"
		     "do lock-incoming 0 s = 0\ndo unlock-incoming 0 s = 0\n"
		     "do get-incoming 0 s = -95\ndo put-incoming 0 = 0\n",
		     "rfc-v6 has no such function");
}

static void steps_end_kernels_only(void **state)
{
	static const struct {
		const char *steps;
		const char *why;
	} deaths[] = {
		{ "do null", "NULL pointer dereference at offset 0" },
		{ LATER "do read s 8", "NULL pointer dereference at offset 8" },
		{ LATER "do write s 16 1", "NULL pointer dereference at offset 16" },
		{ "do bug", "the scenario says so" },
		{ "do panic-now", "the scenario says so" },
		{ "do kmalloc s 16\ndo kfree s\ndo kfree s", "kfree: not allocated" },
		{ "do pages s 0\ndo kfree s", "not an object of the slab allocator" },
		{ "do pages s 0\ndo free s\ndo free s", "__free_pages" },
		{ "do vmalloc s 4096\ndo read s 4096", "not mapped" },
		{ "do kmalloc s 16\ndo write s 0 0x123456789000\ndo follow s 0", "not mapped" },
		{ "do kmalloc s 16\ndo write s 0 0x8000000000000000\ndo follow s 0",
		  "not mapped" },
		{ "do lock 0\ndo lock 0", "deadlock: task boot waits for lock 0 held by itself" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(deaths); i++)
		assert_ends("linux-7.3", deaths[i].steps,
			    strstr(deaths[i].why, "deadlock") ? -EDEADLK : -EFAULT, deaths[i].why);
}

#define HIGH (4ull << 30)	/* where memory begins */

static void what_belongs_to_others_is_not_touched(void **state)
{
	static const char *const steps[] = { "write t 0 1", "kfree t", "free-pages t 0",
					     "kho-unpreserve-free t", "folio-put t" };
	unsigned int stopped[ARRAY_LENGTH(steps)] = { 0 };
	char text[256];

	for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
		for (u64 phys = HIGH; phys < HIGH + (1 << 20); phys += PAGE_SIZE) {
			struct scripted run;

			snprintf(text, sizeof(text), "do kmalloc s 16\ndo write s 0 0x%llx\n"
				 "do load-phys s 0 t\ndo %s\nopen\nsession a\nreboot\n",
				 phys, steps[i]);
			run = scripted_run("linux-7.3", text, true);
			assert_true(!run.result || run.result == -EFAULT);
			stopped[i] += strstr(run.why, "belongs to another part") != NULL;
			scripted_free(&run);
		}
		assert_in_range(stopped[i], 1, 100);
	}
}

static void what_nobody_watches_can_be_used_when_it_is_freed(void **state)
{
	assert_ends(NULL,
		    "do kmalloc s 16384\ndo write s 0 5\ndo kfree s\ndo read s 0 = 0\n"
		    "do write s 8 1 = 0\ndo pages p 0\ndo free p\ndo write p 0 1 = 0\n"
		    "do read p 0 = 0\n",
		    0, "");
}

/*
 * In callbacks
 */

/* An FLB of one page and files of two, as they should be. */
#define GOOD                                                                                       \
	"when flb 0 preserve kho s 4096\nwhen flb 0 preserve write s 0 0x1234\n"                   \
	"when flb 0 preserve data s\nwhen flb 0 preserve obj s\n"                                  \
	"when flb 0 unpreserve take-obj t\nwhen flb 0 unpreserve kho-unpreserve-free t\n"          \
	"when flb 0 retrieve take s\nwhen flb 0 retrieve expect s 0 0x1234\n"                      \
	"when flb 0 retrieve obj s\nwhen flb 0 finish take-obj s\n"                                \
	"when flb 0 finish kho-restore-free s\n"                                                   \
	"when h 0 preserve pages m 1\nwhen h 0 preserve preserve-pages m 2\n"                      \
	"when h 0 preserve write m 4096 7\nwhen h 0 preserve data m\n"                             \
	"when h 0 preserve kmalloc p 64\nwhen h 0 preserve private p\n"                            \
	"when h 0 unpreserve unpreserve-pages m 2\nwhen h 0 unpreserve free m\n"                   \
	"when h 0 unpreserve take-private q\nwhen h 0 unpreserve kfree q\n"                        \
	"when h 0 freeze data m\n"                                                                 \
	"when h 0 retrieve take m\nwhen h 0 retrieve restore-pages m 2\n"                          \
	"when h 0 retrieve expect m 4096 7\nwhen h 0 finish free m\n"

#define START "handler 0\nflb 0 0\nopen\nsession a\n"
#define NEXT "reboot = 0\nhandler 0\nflb 0 0\nopen\nrsession a\n"

static void a_module_can_be_written_in_steps(void **state)
{
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++)
		assert_ends(profile,
			    GOOD START "preserve a 1 0 100 = 0\npreserve a 2 0 101 = 0\nclose a\n"
			    "session a\npreserve a 1 0 100 = 0\npreserve a 2 0 101 = 0\n" NEXT
			    "retrieve a 2 = 0\nretrieve a 1 = 0\ngetin 0\nfinish a = 0\nclose a\n",
			    0, "");
}

static void pointers_are_shown_alike_in_every_run(void **state)
{
	assert_transcript("linux-7.3",
			  "when flb 0 preserve kho s 8\nwhen flb 0 preserve data-pointer s\n"
			  "when flb 0 preserve obj s\n" START "preserve a 1 0 1\n"
			  "getout 0 = 0 obj=ffff8881000ef000\n" NEXT "getin 0\n",
			  "== boot cold\n> when flb 0 preserve kho s 8\n"
			  "> when flb 0 preserve data-pointer s\n> when flb 0 preserve obj s\n"
			  "> handler 0 = 0\n> flb 0 0 = 0\n> open = 0\n> session a = 0\n"
			  "flb0.preserve -> 0\nfile h0.preserve ino=1 -> 0\n"
			  "> preserve a 1 0 1 = 0\n> getout 0 = 0 obj=ffff8881000ef000\n"
			  "file h0.freeze data=d001 -> 0\n> reboot = 0\n== boot handover\n"
			  "> handler 0 = 0\n> flb 0 0 = 0\n> open = 0\n> rsession a = 0\n"
			  "flb0.retrieve data=ffff8a81000ef000 -> 0\n> getin 0 = 0 obj=2000\n"
			  "== end\n");
}

static void old_pointers_are_stale(void **state)
{
	assert_ends("linux-7.3",
		    "when flb 0 preserve kho s 8\nwhen flb 0 preserve data-pointer s\n"
		    "when flb 0 retrieve take-pointer s\nwhen flb 0 retrieve read s 0\n" START
		    "preserve a 1 0 1\n" NEXT "getin 0\n",
		    -EFAULT, "stale pointer");
	assert_ends("linux-7.3",
		    "when h 0 preserve kho s 8\nwhen h 0 preserve store s 0 s\n"
		    "when h 0 preserve data s\nwhen h 0 freeze data s\n"
		    "when h 0 retrieve take s\nwhen h 0 retrieve follow s 0\n" START
		    "preserve a 1 0 1\n" NEXT "retrieve a 1\n",
		    -EFAULT, "stale pointer");
	assert_ends("linux-7.3",
		    "when h 0 preserve kho s 8\nwhen h 0 preserve store-phys s 0 s\n"
		    "when h 0 preserve data s\nwhen h 0 freeze data s\n"
		    "when h 0 retrieve take s\nwhen h 0 retrieve follow-phys s 0\n" START
		    "preserve a 1 0 1\n" NEXT "retrieve a 1 = 0\n",
		    0, "");
}

static void a_failed_callback_undoes_what_it_did(void **state)
{
	static const char steps[] = "when flb 0 preserve kmalloc k 64\n"
				    "when flb 0 preserve pages p 1\n"
				    "when flb 0 preserve preserve-pages p 2\n"
				    "when flb 0 preserve folio f 0\n"
				    "when flb 0 preserve preserve-folio f\n"
				    "when flb 0 preserve kho o 64\n"
				    "when flb 0 preserve vmalloc v 4096\n"
				    "when flb 0 preserve preserve-vmalloc v o\n"
				    "when flb 0 preserve lock 0\n"
				    "when flb 0 preserve spin-lock 1\n"
				    "when flb 0 preserve spin-unlock 1\n"
				    "when flb 0 preserve kfree k\n"
				    "when flb 0 preserve kmalloc k 32\n";
	char text[2048];

	snprintf(text, sizeof(text), "%swhen flb 0 preserve answer -5\n" START
		 "preserve a 1 0 1 = -5\ndo lock 0 = 0\n", steps);
	assert_shows("linux-7.3", text, "unpreserve-vmalloc pages=1");
	assert_shows("linux-7.3", text, "unpreserve-free  phys=");
	assert_shows("linux-7.3", text, "unpreserve-folio phys=");
	assert_shows("linux-7.3", text, "unpreserve-pages phys=");
	snprintf(text, sizeof(text), "%swhen flb 0 preserve no-unwind\n"
		 "when flb 0 preserve kmalloc k 0\n" START
		 "preserve a 1 0 1 = -12\ndo lock 0 = -35\n", steps);
	assert_shows("linux-7.3", text, "flb 0 preserve: kmalloc: -12");
	assert_shows("linux-7.3",
		     "when h 0 unpreserve kmalloc k 0\nwhen h 0 unpreserve warn\n" START
		     "preserve a 1 0 1\nclose a = 0\n",
		     "the scenario says so");
}

static void callbacks_answer_what_they_are_told(void **state)
{
	/* In a kernel that takes no positive answer for a success. */
	assert_ends("reference",
		    "when h 0 preserve answer-once -11\nwhen h 0 freeze answer-once -16\n"
		    "when h 0 can_finish answer-once 0\nwhen h 1 can_preserve answer 1\n"
		    "when h 0 retrieve no-file\nwhen flb 0 retrieve answer-once 7\n"
		    "when h 0 can_preserve answer 1\n" START "preserve a 1 9 1 = -11\n"
		    "preserve a 1 9 1 = 0\nreboot = -16\n" NEXT "getin 0 = -22\n"
		    "finish a = -16\n",
		    0, "");
	assert_ends("linux-7.3",
		    "when flb 0 preserve no-data\nwhen flb 0 preserve set-arg obj 0x99\n"
		    "when flb 0 retrieve no-obj\nwhen h 0 preserve set-arg serialized_data 7\n"
		    "when h 0 freeze no-data\n" START "preserve a 1 0 1\ngetout 0 = 0 obj=99\n" NEXT
		    "getin 0 = 0 obj=0\nretrieve a 1 = 0\n",
		    0, "");
	assert_shows("linux-7.0", "when h 0 preserve answer 5\n" START "preserve a 1 0 1 = -22\n",
		     "returned 5");
}

static void ones_own_flb_is_a_deadlock_inside(void **state)
{
	assert_ends("linux-7.3",
		    "when flb 0 preserve get-outgoing 0 s\n" START "preserve a 1 0 1 = -35\n", 0,
		    NULL);
	assert_ends("linux-7.3",
		    "when h 0 freeze get-outgoing 0 s\nwhen h 0 freeze put-outgoing 0\n" START
		    "preserve a 1 0 1\n" NEXT,
		    0, "");
}

static void each_file_has_slots_of_its_own(void **state)
{
	assert_ends("linux-7.3",
		    "when h 0 preserve kmalloc m 16\nwhen h 0 preserve kmalloc :m 16\n"
		    "when h 0 preserve write m 0 1\nwhen h 0 unpreserve expect m 0 1\n"
		    "when h 0 unpreserve kfree m\nwhen flb 0 unpreserve kmalloc m 16\n"
		    "when flb 0 unpreserve write m 0 3\n" START
		    "preserve a 1 0 1\npreserve a 2 0 2\ndo write m 0 2\nclose a\n"
		    "do expect m 0 2 = 0\ndo kfree m = 0\n",
		    0, "");
}

static void programs_survive_a_reboot_and_slots_do_not(void **state)
{
	assert_ends("linux-7.3",
		    "when h 0 preserve answer -5\n" START "do kmalloc s 16\npreserve a 1 0 1 = -5\n"
		    NEXT "do free s = 0\nsession b\npreserve b 1 0 1 = -5\n"
		    "forget h 0 preserve\npreserve b 1 0 1 = 0\n",
		    0, "");
}

/*
 * Everything everywhere
 */

static void run_in_callback(const char *profile, const char *whose, const char *callback,
			    unsigned int code, unsigned int before)
{
	static const char *const first[] = { "kmalloc s 4096", "pages s 0", "warn" };
	char step[64], text[1024];
	struct scripted run;

	write_step(code, step, sizeof(step));
	snprintf(text, sizeof(text),
		 LATER "when %s 0 %s %s\nwhen %s 0 %s %s\n" START
		 "preserve a 1 0 1\npreserve a 2 0 2\nclose a\nsession a\npreserve a 1 0 1\n"
		 "fail h 0 freeze -5 1\nreboot\nreboot\nhandler 0\nflb 0 0\nopen\nrsession a\n"
		 "getin 0\nretrieve a 1\nfinish a\nclose a\nreboot\n",
		 whose, callback, first[before], whose, callback, step);
	run = scripted_run(profile, text, true);
	if (run.result && run.result != -EFAULT && run.result != -EDEADLK)
		fail_msg("%s: %s", text, run.why);
	scripted_free(&run);
}

static void every_step_in_every_callback_spares_the_process(void **state)
{
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++) {
		for (unsigned int code = 0; code < LFB_STEP_CODES; code++) {
			for (unsigned int op = 0; op < LFB_CALLBACKS; op++) {
				run_in_callback(profile, "h", lfb__callbacks[op], code,
						(code + op) % 3);
				if (op <= LFB_CALLBACK_FINISH)
					run_in_callback(profile, "flb", lfb__callbacks[op],
							code, (code + op + i) % 3);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_is_understood),
		cmocka_unit_test(nonsense_in_steps_is_named),
		cmocka_unit_test(steps_answer),
		cmocka_unit_test(locked_accessors_are_those_of_rfc_v6),
		cmocka_unit_test(steps_end_kernels_only),
		cmocka_unit_test(what_belongs_to_others_is_not_touched),
		cmocka_unit_test(what_nobody_watches_can_be_used_when_it_is_freed),
		cmocka_unit_test(a_module_can_be_written_in_steps),
		cmocka_unit_test(pointers_are_shown_alike_in_every_run),
		cmocka_unit_test(old_pointers_are_stale),
		cmocka_unit_test(a_failed_callback_undoes_what_it_did),
		cmocka_unit_test(callbacks_answer_what_they_are_told),
		cmocka_unit_test(ones_own_flb_is_a_deadlock_inside),
		cmocka_unit_test(each_file_has_slots_of_its_own),
		cmocka_unit_test(programs_survive_a_reboot_and_slots_do_not),
		cmocka_unit_test(every_step_in_every_callback_spares_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
