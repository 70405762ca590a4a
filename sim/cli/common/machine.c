// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb, the tool: scenarios, and the machine that commands run them in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/blob.h>
#include <luo/scenario.h>
#include <luo/shrink.h>

#include "common.h"

/* "+NAME" or "-NAME", onto one of two lists. */
static int add_quirk(const struct cli_given *given)
{
	struct cli_machine *machine = given->into;
	const char *value = given->value;
	char **list = value[0] == '+' ? &machine->quirks_on : &machine->quirks_off;

	if ((value[0] != '+' && value[0] != '-') || !value[1])
		return cli_expected(given);
	return cli_append(list, *list ? "," : "", value + 1);
}

/* "64M": a number, and perhaps a unit. */
static int set_memory(const struct cli_given *given)
{
	static const char units[] = "KMG";
	size_t length = strlen(given->value);
	const char *unit = length ? memchr(units, given->value[length - 1], strlen(units)) : NULL;
	unsigned int shift = unit ? 10 * (unsigned int)(unit - units + 1) : 0;
	u64 *memory = given->into;
	char digits[32];

	if (length >= sizeof(digits))
		return cli_expected(given);
	memcpy(digits, given->value, length + 1);
	if (unit)
		digits[length - 1] = '\0';
	if (!cli_number(digits, memory) || !*memory || *memory > UINT64_MAX >> shift)
		return cli_expected(given);
	*memory <<= shift;
	return CLI_OK;
}

static int set_number(const struct cli_given *given)
{
	return cli_number(given->value, given->into) ? CLI_OK : cli_expected(given);
}

const struct cli_option cli_machine_options[] = {
	{ "profile", "P", "the kernel that boots: lfb profiles lists them (default\n"
	  LFB_PROFILE_DEFAULT ")", .at = offsetof(struct cli_machine, options.profile) },
	{ "kernel", "IMAGE", "the orchestrator of a kernel tree, as lfb tree makes it, runs in\n"
	  "the place of the profile's: docs/tree.md",
	  .at = offsetof(struct cli_machine, options.kernel) },
	{ "quirk", "+NAME", "give the kernel a known defect; -NAME takes it away; may be\n"
	  "repeated; all: every one that is not named otherwise",
	  .wanted = "+NAME or -NAME", .set = add_quirk },
	{ "memory", "SIZE", "physical memory, with K, M or G (default 64M)",
	  offsetof(struct cli_machine, options.memory), 0, "a size, as 64M", set_memory,
	  .group = CLI_GROUP_MACHINE },
	{ "memory-map", "MAP", "high: memory is from 4 GiB up, where 32-bit addresses do not\n"
	  "reach (default); low: from 0 up (default with --pages ascending)",
	  offsetof(struct cli_machine, options.map), 0, "default, low or high",
	  .group = CLI_GROUP_MACHINE },
	{ "memory-start", "ADDRESS", "where memory begins, in the place of what the map says: a\n"
	  "multiple of 4 MiB up to 4 GiB", offsetof(struct cli_machine, options.memory_start), 0,
	  "an address, as 0x8000000", set_number, .group = CLI_GROUP_MACHINE },
	{ "mode", "MODE", "remap: addresses of an old kernel fault in the next; fixed: they\n"
	  "stay, which is faster",
	  offsetof(struct cli_machine, options.mode), 0, "remap or fixed",
	  .group = CLI_GROUP_MACHINE },
	{ "pages", "POLICY", "buddy: as kernels do (default); ascending: in order, as the\n"
	  "golden images were recorded",
	  offsetof(struct cli_machine, options.policy), 0, "buddy or ascending",
	  .group = CLI_GROUP_MACHINE },
	{ "release", "NAME", "what kernels tell the next one that they are (kexec-metadata of\n"
	  "kho-v4; default: the profile's)",
	  .at = offsetof(struct cli_machine, options.release), .group = CLI_GROUP_MACHINE },
	{ "kexecs", "N", "kexecs before the machine was switched on (default 0)",
	  offsetof(struct cli_machine, options.kexec_count), .max = UINT32_MAX - 1,
	  .group = CLI_GROUP_MACHINE },
	{ "scratch-areas", "N", "where the next kernel boots and nothing is preserved: 1 to 16\n"
	  "(default 1)",
	  offsetof(struct cli_machine, options.scratch_areas), 16, "a number from ",
	  .group = CLI_GROUP_MACHINE },
	{ "node", "N:SIZE,…", "NUMA nodes from the start of memory on, as 0:1G,1:1G, in the\n"
	  "place of --memory",
	  .at = offsetof(struct cli_machine, options.nodes), .group = CLI_GROUP_MACHINE },
	{ "kho-debug", NULL, "kernels are built to refuse scratch memory that is preserved, as\n"
	  "linux-7.3 is not by default",
	  .at = offsetof(struct cli_machine, options.kho_debug), .group = CLI_GROUP_MACHINE },
	{ "reading", "HOW", "kernel: a handover that is read from a file is read as the kernel\n"
	  "reads it (default); strict: one that lfb check objects to is refused",
	  offsetof(struct cli_machine, options.reading), 0, "kernel or strict",
	  .group = CLI_GROUP_MACHINE },
	{ "points", "WHERE", "calls: tasks beside each other may stand where they call the kernel\n"
	  "(default); accesses: modules of lfb build --races at each access, too",
	  offsetof(struct cli_machine, options.points), 0, "calls or accesses",
	  .group = CLI_GROUP_MACHINE },
	{ "seed", "N", "for what is left to chance (default 0)",
	  offsetof(struct cli_machine, options.seed), 0, "a number", set_number,
	  .group = CLI_GROUP_MACHINE },
	{ "checks", "HOW", "on: mistakes become findings (default); off: nothing is watched;\n"
	  "guard: freed memory and that behind an object cannot be touched",
	  offsetof(struct cli_machine, options.checks), 0, "on, off or guard",
	  .group = CLI_GROUP_MACHINE },
	{ 0 },
};

_Static_assert(LFB_MEMORY_FIXED == 1 && LFB_MAP_LOW == 1 && LFB_MAP_HIGH == 2 &&
	       LFB_PAGES_ASCENDING == 1 && LFB_CHECKS_OFF == 1 && LFB_CHECKS_GUARD == 2 &&
	       LFB_READING_STRICT == 1 && LFB_POINTS_ACCESSES == 1,
	       "the words stand in the order of their values");

/* Modules that are loaded */

int cli_add_module(const struct cli_given *given)
{
	struct cli_machine *machine = &given->line->machine;
	int count = 0;

	while (machine->modules[count])
		count++;
	if (count == CLI_MODULES_MAX)
		return cli_usage(given->line->command, "--module: more than %d of them",
				 CLI_MODULES_MAX);
	machine->modules[count] = given->value;
	return CLI_OK;
}

const struct cli_option cli_module_rows[] = {
	{ "module", "FILE.so", "all kernels have the module in this shared object, as lfb build\n"
	  "makes it; may be repeated: docs/loadable.md", .set = cli_add_module,
	  .group = CLI_GROUP_MACHINE },
	{ 0 },
};

/* Memory that is looked at, or booted from */

static int set_base(const struct cli_given *given)
{
	struct cli_machine *machine = given->into;

	machine->image.is_raw = true;
	return cli_number(given->value, &machine->image.options.base) ? CLI_OK :
									cli_expected(given);
}

static int add_scratch(const struct cli_given *given)
{
	struct cli_image *image = &((struct cli_machine *)given->into)->image;
	struct lfb_image_area *area = &image->scratch[image->options.nr_scratch];
	const char *plus = strchr(given->value, '+');
	char address[32] = "";

	if (!plus || plus - given->value >= (ptrdiff_t)sizeof(address))
		return cli_expected(given);
	memcpy(address, given->value, (size_t)(plus - given->value));
	if (image->options.nr_scratch == CLI_SCRATCH_MAX)
		return cli_usage(given->line->command, "--scratch: more than %d areas",
				 CLI_SCRATCH_MAX);
	if (!cli_number(address, &area->address) || !cli_number(plus + 1, &area->size) ||
	    !area->size || area->address > UINT64_MAX - area->size)
		return cli_expected(given);
	image->options.scratch = image->scratch;
	image->options.nr_scratch++;
	return CLI_OK;
}

const struct cli_option cli_image_rows[] = {
	{ "base", "ADDRESS", "a raw image of memory, whose first byte is at this address",
	  .wanted = "an address, as 0x100000", .set = set_base },
	{ "root", "ADDRESS", "where KHO's root tree is; else it is searched for",
	  .at = offsetof(struct cli_machine, image.options.root),
	  .wanted = "an address, as 0x100000", .set = set_number },
	{ "scratch", "ADDRESS+SIZE", "where the next kernel boots; may be repeated",
	  .wanted = "an area, as 0x1000000+0x4000000", .set = add_scratch },
	{ 0 },
};

/* Scratch lies behind what is handed over. */
#define MEMORY_STEP (64ull << 20)
#define MEMORY_SPARE (32ull << 20)

int cli_load_handover(struct cli_line *line, const char *path, struct lfb_blob **blob)
{
	u64 *memory = &line->machine.options.memory, missing;
	int kind = strcmp(path, "-") ? lfb_image_kind(path) : LFB_IMAGE_BLOB;
	const bool is_blob = kind < 0 || kind == LFB_IMAGE_BLOB ||
			     (kind == LFB_IMAGE_RAW && !line->machine.image.is_raw);

	if (is_blob)
		return lfb_blob_load(path, blob) ? cli_failed("%s", lfb_error_text(NULL)) : CLI_OK;
	if (lfb_blob_from_image(path, &line->machine.image.options, blob, &missing))
		return cli_failed("%s", lfb_error_text(NULL));
	if (missing)
		fprintf(stderr, "lfb: %s: %llu preserved page%s %s not in the image: zeros stand "
			"for what was there\n", path, missing, cli_plural(missing),
			missing == 1 ? "is" : "are");
	if (!*memory)
		*memory = (lfb_blob_memory(*blob) + MEMORY_SPARE + MEMORY_STEP - 1) / MEMORY_STEP *
			  MEMORY_STEP;
	return CLI_OK;
}

int cli_machine_create(struct cli_line *line, struct lfb_machine **machine)
{
	struct lfb_machine_options *options = &line->machine.options;
	int err;

	options->sz = sizeof(*options);
	options->quirks_on = line->machine.quirks_on;
	options->quirks_off = line->machine.quirks_off;
	err = lfb_machine_create(options, machine);
	if (err)
		return cli_error(line, err);
	for (int i = 0; !err && line->machine.modules[i]; i++)
		err = lfb_machine_load_module(*machine, line->machine.modules[i]);
	if (!err)
		return CLI_OK;
	cli_failed("%s", lfb_error_text(*machine));
	lfb_machine_destroy(*machine);
	*machine = NULL;
	return CLI_FAILED;
}

int cli_load_scenario(const char *path, struct lfb_scenario **scenario)
{
	char *text;
	size_t size;
	int err;

	*scenario = NULL;
	if (!strcmp(path, "-")) {
		if (cli_read_file(path, &text, &size))
			return CLI_FAILED;
		err = lfb_scenario_parse("-", text, size, scenario);
		free(text);
	} else {
		err = lfb_scenario_load(path, scenario);
	}
	return err ? cli_failed("%s", lfb_error_text(NULL)) : CLI_OK;
}

int cli_in_machine(struct cli_line *line, struct lfb_scenario *scenario, cli_act_fn act)
{
	struct lfb_machine *machine;
	int result = cli_machine_create(line, &machine);

	if (!result) {
		result = act(line, machine, scenario);
		lfb_machine_destroy(machine);
	}
	lfb_scenario_free(scenario);
	return result;
}

int cli_with_scenario(struct cli_line *line, const char *path, cli_act_fn act)
{
	struct lfb_scenario *scenario;

	return cli_load_scenario(path, &scenario) ? CLI_FAILED :
						    cli_in_machine(line, scenario, act);
}

void cli_give_scenario(struct lfb_scenario *scenario, bool expectations)
{
	lfb_scenario_write(scenario, expectations, cli_write, NULL);
	lfb_scenario_free(scenario);
}
