// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb, the tool: the machine that commands run scenarios in.
 */
#include <stdlib.h>
#include <string.h>

#include <luo/machine.h>

#include "cli.h"

/* "64M": a number, and perhaps a unit. */
static int set_memory(struct cli_machine *machine, const struct cli_command *command,
		      const char *value)
{
	static const char units[] = "KMG";
	size_t length = strlen(value);
	const char *unit = length ? memchr(units, value[length - 1], sizeof(units) - 1) : NULL;
	unsigned int shift = unit ? 10 * (unsigned int)(unit - units + 1) : 0;
	char digits[32];

	if (length < sizeof(digits)) {
		strcpy(digits, value);
		if (unit)
			digits[length - 1] = '\0';
		if (cli_number(digits, &machine->options.memory) && machine->options.memory &&
		    machine->options.memory <= UINT64_MAX >> shift) {
			machine->options.memory <<= shift;
			return CLI_OK;
		}
	}
	return cli_usage(command, "--memory %s: expected a size, as 64M", value);
}

/* One of two words; sets *second to whether it is the second. */
static int set_word(const struct cli_command *command, const char *option, const char *value,
		    const char *first_word, const char *second_word, bool *second)
{
	*second = !strcmp(value, second_word);
	if (*second || !strcmp(value, first_word))
		return CLI_OK;
	return cli_usage(command, "--%s %s: expected %s or %s", option, value, first_word,
			 second_word);
}

static int set_checks(struct cli_machine *machine, const struct cli_command *command,
		      const char *value)
{
	static const char *const names[] = {
		[LFB_CHECKS_ON] = "on",
		[LFB_CHECKS_OFF] = "off",
		[LFB_CHECKS_GUARD] = "guard",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(value, names[i])) {
			machine->options.checks = (enum lfb_checks)i;
			return CLI_OK;
		}
	}
	return cli_usage(command, "--checks %s: expected on, off or guard", value);
}

int cli_machine_option(struct cli_machine *machine, const struct cli_command *command, int option,
		       const char *value)
{
	bool second = false;
	int result = CLI_OK;

	switch (option) {
	case CLI_PROFILE:
		machine->options.profile = value;
		break;
	case CLI_QUIRK:
		result = cli_add_quirk(command, value, &machine->quirks_on,
				       &machine->quirks_off);
		break;
	case CLI_MEMORY:
		result = set_memory(machine, command, value);
		break;
	case CLI_MODE:
		result = set_word(command, "mode", value, "remap", "fixed", &second);
		machine->options.mode = second ? LFB_MEMORY_FIXED : LFB_MEMORY_REMAP;
		break;
	case CLI_PAGES:
		result = set_word(command, "pages", value, "buddy", "ascending", &second);
		machine->options.policy = second ? LFB_PAGES_ASCENDING : LFB_PAGES_BUDDY;
		break;
	case CLI_CHECKS:
		result = set_checks(machine, command, value);
		break;
	case CLI_SEED:
		if (!cli_number(value, &machine->options.seed))
			result = cli_usage(command, "--seed %s: expected a number", value);
		break;
	}
	return result;
}

int cli_machine_create(struct cli_machine *given, const struct cli_command *command,
		       struct lfb_machine **machine)
{
	int err;

	given->options.sz = sizeof(given->options);
	given->options.quirks_on = given->quirks_on;
	given->options.quirks_off = given->quirks_off;
	err = lfb_machine_create(&given->options, machine);
	if (err == -EINVAL)
		return cli_usage(command, "%s", lfb_error_text(NULL));
	return err ? cli_failed("%s", lfb_error_text(NULL)) : CLI_OK;
}

void cli_machine_end(struct cli_machine *machine)
{
	free(machine->quirks_on);
	free(machine->quirks_off);
}
