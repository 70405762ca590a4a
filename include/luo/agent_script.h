/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Scripts of what an agent does, one system call a line, with the answers printed so that they can
 * be compared with a real kernel's line by line. docs/agent.md is the language.
 */
#ifndef LUO_AGENT_SCRIPT_H
#define LUO_AGENT_SCRIPT_H

#include <luo/inspect.h>
#include <luo/types.h>

struct lfb_blob;
struct lfb_machine;

/**
 * struct lfb_agent_script_options - how to run one
 * @sz: sizeof(struct lfb_agent_script_options)
 * @write: receives the answers; NULL for none
 * @context: handed to @write
 * @boot_from: boot from this handover instead of cold; NULL for cold
 * @last_blob: if not NULL, set to the handover of the last jump, NULL when there was none; for
 *	lfb_blob_free()
 */
struct lfb_agent_script_options {
	size_t sz;
	lfb_write_fn write;
	void *context;
	const struct lfb_blob *boot_from;
	struct lfb_blob **last_blob;
};

/**
 * lfb_agent_script_run() - do what an agent's script says, from the first boot to the end
 * @name: what to call it in messages, as a rule the file's name
 * @text: the script
 * @size: bytes of @text
 * @machine: a machine that is switched off; it is switched off again afterwards
 * @options: how; NULL for silence
 *
 * In every kernel there is the handler of files in memory (luo/memfd.h), with the three FLBs that
 * kernels built with their own test of live update link to every handler.
 *
 * Return: 0; -EINVAL a line is not understood (nothing was done): lfb_error_text(@machine) names
 * it; -EFAULT or -EDEADLK the kernel died, which ends the script; -EBUSY the machine is on;
 * -ENOMEM; what writing returned.
 */
LFB_API int lfb_agent_script_run(const char *name, const char *text, size_t size,
				 struct lfb_machine *machine,
				 const struct lfb_agent_script_options *options);

#endif
