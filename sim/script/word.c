// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What words mean: numbers, and the variables of a script, which are names for descriptors. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/script/script.h"

bool lfb__script_number(const char *word, u64 *number)
{
	const bool hex = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
	char *end;

	if (!isxdigit((unsigned char)word[hex ? 2 : 0]))
		return false;
	errno = 0;
	*number = strtoull(word, &end, hex ? 16 : 10);
	return !errno && !*end;
}

u64 lfb__script_value(const char *word)
{
	u64 value = 0;

	return word && lfb__script_number(word, &value) ? value : 0;
}

static struct lfb_script_variable *find(const struct lfb_script *script, const char *name)
{
	struct lfb_script_variable *variables = script->variables.items;

	for (size_t i = 0; i < script->variables.count; i++) {
		if (!strncmp(variables[i].name, name, LFB_SCRIPT_NAME))
			return &variables[i];
	}
	return NULL;
}

int lfb__script_fd(struct lfb_script *script, const char *word)
{
	const struct lfb_script_variable *variable;
	long number;

	if (word[0] == '#') {
		number = strtol(word + 1, NULL, 10);
		/* The standard streams are one console. */
		if (number >= 0 && number <= 2)
			return script->console;
		return number < 0 || number > INT_MAX ? -1 : (int)number;
	}
	variable = find(script, word);
	return variable ? variable->fd : -1;
}

long lfb__script_keep(struct lfb_script *script, const char *word, long fd)
{
	struct lfb_script_variable *variable;

	if (!word)
		return fd < 0 ? fd : 0;
	variable = find(script, word);
	if (!variable) {
		variable = lfb__list_add(&script->variables, sizeof(*variable));
		if (!variable)
			return -ENOMEM;
		memset(variable, 0, sizeof(*variable));
		memcpy(variable->name, word, strnlen(word, LFB_SCRIPT_NAME));
	}
	variable->fd = fd < 0 ? -1 : (int)fd;
	return fd < 0 ? fd : 0;
}

void lfb__script_forget(struct lfb_script *script)
{
	script->variables.count = 0;
	script->console = -1;
}
