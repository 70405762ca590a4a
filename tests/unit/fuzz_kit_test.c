// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Fuzzing modules, from C: what bytes mean, which life they make, what counts with and without
 * damage. tests/scripts/fuzz_kit_test.sh has the programs.
 */
#include <luo/kexec_handover.h>

#include <luo/cmocka.h>
#include <luo/fuzz.h>

/* What is wrong with the module. */
static enum {
	NOTHING,
	BELIEVES,	/* an index that is handed over is not looked at */
	FORGETS,	/* unpreserve leaves the page there */
	REFUSES,	/* what was changed is not restored */
	STOPS,		/* … and a reason to panic */
} wrong;

struct payload {
	u32 index;
	u32 magic;
};

#define MAGIC 0x900df00d
#define DAMAGE 15	/* a record's first byte, behind the verbs */

static int init(void);
LFB_MODULE(fuzzed, init, NULL);
static LFB_MODULE_DATA(fuzzed) u8 table[16];
static const struct file_operations fops = { .owner = &fuzzed_this_module };

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &fops;
}

static int preserve(struct liveupdate_file_op_args *args)
{
	struct payload *payload = kho_alloc_preserve(sizeof(*payload));

	if (IS_ERR(payload))
		return (int)PTR_ERR(payload);
	*payload = (struct payload){ .index = 3, .magic = MAGIC };
	args->serialized_data = virt_to_phys(payload);
	return 0;
}

static void unpreserve(struct liveupdate_file_op_args *args)
{
	if (wrong != FORGETS)
		kho_unpreserve_free(phys_to_virt(args->serialized_data));
}

static int retrieve(struct liveupdate_file_op_args *args)
{
	const struct payload *payload = phys_to_virt(args->serialized_data);
	struct file *file;

	if (payload->magic != MAGIC || payload->index >= sizeof(table))
		BUG_ON(wrong == BELIEVES);
	if (payload->magic != MAGIC && wrong == STOPS)
		panic("this is not what was handed over");
	if (payload->magic != MAGIC)
		return -EINVAL;
	file = anon_inode_getfile("fuzzed", &fops, NULL, 0);
	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	table[payload->index % sizeof(table)]++;
	args->file = file;
	return 0;
}

static void finish(struct liveupdate_file_op_args *args)
{
	if (args->file || wrong != REFUSES)
		kho_restore_free(phys_to_virt(args->serialized_data));
}

static const struct liveupdate_file_ops ops = {
	.can_preserve = can_preserve, .preserve = preserve, .unpreserve = unpreserve,
	.retrieve = retrieve, .finish = finish, .owner = &fuzzed_this_module,
};

static LFB_MODULE_DATA(fuzzed) struct liveupdate_file_handler handler = {
	.ops = &ops, .compatible = "fuzzed-v1",
};

static int init(void)
{
	return liveupdate_register_file_handler(&handler);
}

static struct file *make_file(struct lfb_machine *machine, void *context, unsigned int kind)
{
	return anon_inode_getfile("fuzzed", &fops, NULL, 0);
}

static struct lfb_module *const modules[] = { &fuzzed_module, NULL };

static struct lfb_fuzzer *make_fuzzer(void)
{
	const struct lfb_exhaust_modules what = {
		.sz = sizeof(what), .name = "fuzzed", .modules = modules, .make_file = make_file,
		.all_in_data = true,
	};
	struct lfb_fuzzer *fuzzer;

	if (lfb_fuzzer_create(NULL, &what, NULL, &fuzzer))
		fail_msg("%s", lfb_error_text(NULL));
	return fuzzer;
}

static struct lfb_fuzz_result try_it(struct lfb_fuzzer *fuzzer, const void *data, size_t size)
{
	struct lfb_fuzz_result result = { .sz = sizeof(result) };

	if (lfb_fuzzer_try(fuzzer, data, size, &result))
		fail_msg("%s", lfb_error_text(NULL));
	return result;
}

/* The first violation of so many inputs that are made of one another; else the last result. */
static struct lfb_fuzz_result fuzz(unsigned int inputs)
{
	struct lfb_fuzzer *fuzzer = make_fuzzer();
	u8 input[LFB_FUZZ_RECORDS_MAX * LFB_FUZZ_RECORD_SIZE];
	struct lfb_fuzz_result result = { .violations = 0 }, again;
	unsigned int damaged = 0;
	size_t size = 0;

	for (unsigned int i = 0; i < inputs && !result.violations; i++) {
		size = lfb_fuzz_mutate(input, i % 16 ? size : 0, sizeof(input), i);
		assert_in_range(size, 0, sizeof(input));
		result = try_it(fuzzer, input, size);
		damaged += result.damages > 0;
	}
	lfb_fuzzer_destroy(fuzzer);
	if (!result.violations) {
		printf("%u of %u inputs did damage\n", damaged, inputs);
		assert_true(damaged > inputs / 16);
		return result;
	}
	/* Once more, alone: to the byte. */
	fuzzer = make_fuzzer();
	again = try_it(fuzzer, input, size);
	assert_string_equal(again.report, result.report);
	lfb_fuzzer_destroy(fuzzer);
	return result;
}

static bool has(const struct lfb_fuzz_result *result, enum lfb_finding_id id)
{
	return result->findings[id / 64] >> (id % 64) & 1;
}

static void a_module_that_looks_at_what_it_is_handed_is_left_alone(void **state)
{
	wrong = NOTHING;
	assert_int_equal(fuzz(3000).violations, 0);
}

static void what_is_believed_is_found_with_what_was_damaged(void **state)
{
	struct lfb_fuzz_result result;

	wrong = BELIEVES;
	result = fuzz(3000);
	assert_true(has(&result, LFB_FINDING_KERNEL_BUG));
	assert_int_equal(result.violations, 1);
	assert_non_null(strstr(result.report, "lfb_machine_kexec(machine);"));
	assert_non_null(strstr(result.report, " bytes at offset "));
	assert_non_null(strstr(result.report, "preserved by file fuzzed-v1 preserve in oper"));
	assert_non_null(strstr(result.report, "in file fuzzed-v1 retrieve"));
	wrong = NOTHING;
}

static void without_damage_all_counts(void **state)
{
	struct lfb_fuzz_result result;

	wrong = FORGETS;
	result = fuzz(3000);
	assert_true(has(&result, LFB_FINDING_FILE_LEFT_BEHIND));
	assert_int_equal(result.damages, 0);
	assert_null(strstr(result.report, "damaged"));
	wrong = NOTHING;
}

static void after_damage_a_module_may_lose_what_it_refuses_and_stop_the_kernel(void **state)
{
	/* … but not without damage. */
	static const u8 life[] = {
		0, 0, 0, 0, 0, 0, 0, 0,
		1, 0, 0, 0, 0, 0, 0, 0,
		/* the payload's second number: set to 0 */
		DAMAGE, 0, 0, 2, 1, 0, 0, 0,
	};
	struct lfb_fuzzer *fuzzer = make_fuzzer();
	struct lfb_fuzz_result result;

	for (wrong = REFUSES; wrong <= STOPS; wrong++) {
		result = try_it(fuzzer, life, sizeof(life));
		assert_int_equal(result.damages, 1);
		assert_int_equal(result.violations, 0);
		assert_string_equal(result.report, "");
		result = try_it(fuzzer, life, sizeof(life) - 1);
		assert_int_equal(result.damages, 0);
		assert_int_equal(result.violations, 0);
		assert_true(result.calls > 5);
	}
	wrong = BELIEVES;
	assert_int_equal(try_it(fuzzer, life, sizeof(life)).violations, 1);
	wrong = NOTHING;
	lfb_fuzzer_destroy(fuzzer);
}

static void each_row_of_bytes_is_a_life(void **state)
{
	struct lfb_fuzzer *fuzzer = make_fuzzer();
	u8 input[LFB_FUZZ_RECORD_SIZE * 3];
	unsigned int lives = 0;

	for (unsigned int first = 0; first < 256; first++) {
		for (unsigned int which = 0; which < 256; which += 5, lives++) {
			memset(input, 0, sizeof(input));
			input[LFB_FUZZ_RECORD_SIZE] = 1;
			input[2 * LFB_FUZZ_RECORD_SIZE] = (u8)first;
			memset(input + 2 * LFB_FUZZ_RECORD_SIZE + 1, (int)which,
			       LFB_FUZZ_RECORD_SIZE - 1);
			assert_int_equal(try_it(fuzzer, input, sizeof(input)).violations, 0);
		}
	}
	assert_int_equal(try_it(fuzzer, NULL, 0).violations, 0);
	/* A kexec completes it. */
	assert_int_equal(try_it(fuzzer, input, 7).calls, 1);
	lfb_fuzzer_destroy(fuzzer);
	printf("%u lives of three records\n", lives);
}

static void mutants_are_the_same_for_the_same_seed_and_stay_in_their_room(void **state)
{
	u8 one[64], other[64], guard[64 + 8];

	for (unsigned int seed = 0; seed < 2000; seed++) {
		const size_t size = seed % 65;
		size_t made;

		memset(guard, 0x5a, sizeof(guard));
		memset(one, 1, sizeof(one));
		memset(other, 1, sizeof(other));
		memset(guard, 1, size);
		made = lfb_fuzz_mutate(guard, size, sizeof(one), seed);
		assert_in_range(made, 0, sizeof(one));
		assert_int_equal(lfb_fuzz_mutate(one, size, sizeof(one), seed), made);
		assert_int_equal(lfb_fuzz_mutate(other, size, sizeof(other), seed), made);
		assert_memory_equal(one, other, made);
		assert_memory_equal(one, guard, made);
		for (size_t i = sizeof(one); i < sizeof(guard); i++)
			assert_int_equal(guard[i], 0x5a);
	}
	assert_int_equal(lfb_fuzz_mutate(one, 0, 7, 1), 0);
}

static void what_makes_no_sense_is_refused(void **state)
{
	struct lfb_fuzz_result result = { .sz = 3 };
	struct lfb_exhaust_modules what = { .sz = sizeof(what) };
	struct lfb_fuzzer *fuzzer = (void *)-1;

	assert_int_equal(lfb_fuzzer_create(NULL, &what, NULL, &fuzzer), -EINVAL);
	assert_null(fuzzer);
	assert_int_equal(lfb_fuzzer_create(NULL, &what, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_fuzzer_try(NULL, NULL, 0, &result), -EINVAL);
	fuzzer = make_fuzzer();
	assert_int_equal(lfb_fuzzer_try(fuzzer, NULL, 0, &result), -EINVAL);
	result.sz = sizeof(result);
	assert_int_equal(lfb_fuzzer_try(fuzzer, NULL, 8, &result), -EINVAL);
	lfb_fuzzer_destroy(fuzzer);
	assert_int_equal(lfb_fuzzer_try(fuzzer, NULL, 0, &result), -EINVAL);
	lfb_fuzzer_destroy(fuzzer);
	lfb_fuzzer_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_that_looks_at_what_it_is_handed_is_left_alone),
		cmocka_unit_test(what_is_believed_is_found_with_what_was_damaged),
		cmocka_unit_test(without_damage_all_counts),
		cmocka_unit_test(
			after_damage_a_module_may_lose_what_it_refuses_and_stop_the_kernel),
		cmocka_unit_test(each_row_of_bytes_is_a_life),
		cmocka_unit_test(
			mutants_are_the_same_for_the_same_seed_and_stay_in_their_room),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
