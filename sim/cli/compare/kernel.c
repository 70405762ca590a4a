// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb compare: kernels, as the command line names them. */
#define _GNU_SOURCE /* fopencookie() */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/shrink.h>

#include "compare.h"

static bool is_profile(const char *word)
{
	const size_t length = strcspn(word, ",");
	const char *name;

	for (unsigned int i = 0; (name = lfb_profile_name(i)); i++) {
		if (strlen(name) == length && !strncmp(name, word, length))
			return true;
	}
	return false;
}

bool cli_is_kernel(const char *word)
{
	return is_profile(word) || cli_is_loadable(word);
}

/* "PROFILE,+QUIRK,-QUIRK" */
static int read_profile(const struct cli_line *line, const char *word, struct cli_kernel *kernel)
{
	char *next = kernel->profile = strdup(word), *quirk;

	if (!next)
		return cli_failed("no memory");
	strsep(&next, ",");
	while ((quirk = strsep(&next, ",")) != NULL) {
		char **list = *quirk == '-' ? &kernel->quirks_off : &kernel->quirks_on;

		if ((*quirk != '-' && *quirk != '+') || !quirk[1])
			return cli_usage(line->command, "%s: expected +QUIRK or -QUIRK behind a "
					 "comma", word);
		if (cli_append(list, " ", quirk + 1))
			return CLI_FAILED;
	}
	kernel->machine.profile = kernel->profile;
	kernel->machine.quirks_on = kernel->quirks_on;
	kernel->machine.quirks_off = kernel->quirks_off;
	kernel->like = kernel->machine;
	return CLI_OK;
}

/* A kernel that plays scenarios by itself */

struct where {
	lfb_write_fn write;
	void *context;
};

static ssize_t write_on(void *cookie, const char *bytes, size_t size)
{
	const struct where *where = cookie;

	return where->write(where->context, bytes, size) < 0 ? 0 : (ssize_t)size;
}

static int play(void *self, const struct lfb_scenario *scenario, lfb_write_fn write, void *context)
{
	const cookie_io_functions_t functions = { .write = write_on };
	const struct cli_kernel *kernel = self;
	struct where where = { write, context };
	FILE *out = fopencookie(&where, "w", functions);
	struct cli_text text = { 0 };

	if (!out)
		return -ENOMEM;
	/* What it said before it dies is to be seen. */
	setvbuf(out, NULL, _IOLBF, 0);
	lfb_scenario_write(scenario, false, cli_text_write, &text);
	kernel->play(cli_text_end(&text), out);
	fclose(out);
	cli_text_free(&text);
	return 0;
}

/* A kernel image boots in a machine; @like: the profile around it, NULL: its version's. */
static int read_object(const char *path, const char *like, struct cli_kernel *kernel)
{
	void *function;

	kernel->object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!kernel->object)
		return cli_failed("%s", dlerror());
	if (dlsym(kernel->object, "lfb_tree_image")) {
		kernel->machine.kernel = path;
		kernel->machine.profile = like;
		return CLI_OK;
	}
	function = dlsym(kernel->object, "oracle_play");
	if (!function)
		return cli_failed("%s is no kernel: %s", path, dlerror());
	memcpy(&kernel->play, &function, sizeof(function));
	return CLI_OK;
}

int cli_kernel_read(const struct cli_line *line, const char *word, const char *like,
		    struct cli_kernel *kernel, struct lfb_compare_kernel *made)
{
	struct lfb_machine *machine;
	int result;

	kernel->machine.sz = kernel->like.sz = sizeof(kernel->machine);
	*made = (struct lfb_compare_kernel){
		.sz = sizeof(*made), .name = word, .like = &kernel->like,
		.modules = line->machine.modules,
	};
	if (is_profile(word)) {
		made->machine = made->like = &kernel->machine;
		result = read_profile(line, word, kernel);
	} else {
		kernel->like.profile = like;
		result = read_object(word, like, kernel);
		if (kernel->play) {
			made->play = play;
			made->self = kernel;
		} else {
			made->machine = &kernel->machine;
		}
	}
	if (result)
		return result;
	/* What makes no sense is said before anything is compared. */
	if (lfb_machine_create(made->machine ? made->machine : made->like, &machine))
		return cli_usage(line->command, "%s: %s", word, lfb_error_text(NULL));
	/* An image is likest to the profile of its version. */
	if (!kernel->like.profile && made->machine)
		kernel->like.profile = lfb_machine_profile(machine);
	else if (!kernel->like.profile)
		kernel->like.profile = "linux-7.3";
	lfb_machine_destroy(machine);
	return CLI_OK;
}

void cli_kernel_end(struct cli_kernel *kernel)
{
	free(kernel->profile);
	free(kernel->quirks_on);
	free(kernel->quirks_off);
	if (kernel->object)
		dlclose(kernel->object);
}
