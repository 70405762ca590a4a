// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The verbs of scripts, and those of them that end a kernel. */
#include "sim/script/script.h"

/* The call alone: what no kexec_load() has been before has nowhere to go. */
static long reboot(struct lfb_script *script, const struct lfb_script_line *line)
{
	(void)line;
	return lfb__error(script->machine, -EINVAL, "no image is loaded");
}

static int capture(struct lfb_script *script)
{
	struct lfb_blob *blob = NULL;
	int err = lfb_blob_capture(script->machine, &blob);

	if (err)
		return err == -ENODATA ? 0 : err;
	lfb_blob_free(*script->options.last_blob);
	*script->options.last_blob = blob;
	return 0;
}

static long kexec_jump(struct lfb_script *script, const struct lfb_script_line *line)
{
	int err = lfb_machine_prepare(script->machine);

	(void)line;
	if (!err && script->options.last_blob)
		err = capture(script);
	if (err)
		return err;
	err = lfb_machine_jump(script->machine, NULL);
	script->jumped = !err;
	return err;
}

const struct lfb_script_verb lfb__script_verbs[] = {
	{ "open", "w", false, lfb__script_open },
	{ "create", "ww?w", true, lfb__script_create },
	{ "createn", "wwnn", false, lfb__script_create_many },
	{ "rsession", "ww?w", true, lfb__script_take },
	{ "preserve", "wwn", true, lfb__script_preserve },
	{ "get", "wn?w", true, lfb__script_get },
	{ "finish", "w?n", true, lfb__script_finish },
	{ "getname", "w?n", true, lfb__script_get_name },
	{ "close", "w", false, lfb__script_close },
	{ "file", "ww?npn", false, lfb__script_file },
	{ "check", "wn?pn", false, lfb__script_check },
	{ "reopen", "ww", false, lfb__script_reopen },
	{ "dup", "ww", false, lfb__script_reopen },
	{ "raw", "wnnn*", false, lfb__script_raw },
	{ "null", "wn", false, lfb__script_null },
	{ "misc", "w?wn", false, lfb__script_misc },
	{ "reboot!", "", false, kexec_jump },
	{ "reboot", "", false, reboot },
	{ "say", "*", false, NULL },
	{ 0 },
};
