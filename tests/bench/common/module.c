// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The module of the benchmarks: files that are a number, and the one FLB they all need.
 */
#include <luo/file.h>

#include "tests/bench/common/bench.h"
#include "tests/bench/common/callbacks.h"

/* Others, of a program that has its own. */
extern const struct liveupdate_flb_ops bench_flb_ops __attribute__((weak, alias("flb_ops")));

static LFB_MODULE_DATA(bench) struct liveupdate_flb bench_flb = {
	.ops = &bench_flb_ops,
	.compatible = "bench-flb-v1",
};

static LFB_MODULE_DATA(bench) struct liveupdate_file_handler bench_handler = {
	.ops = &file_ops,
	.compatible = "bench-file-v1",
};

static bool is_profile(const char *name)
{
	return !strcmp(lfb_machine_profile(lfb_machine_current()), name);
}

static int bench_init(void)
{
	int err = liveupdate_register_file_handler(&bench_handler);
	void *object;

	/* The posted patch wants it; the others do it by themselves and have no such function. */
	if (!err && is_profile("rfc-v6"))
		err = liveupdate_init_flb(&bench_flb);
	if (!err)
		err = liveupdate_register_flb(&bench_handler, &bench_flb);
	/* This one counts files from when somebody asks: with nobody each file is a WARN. */
	if (!err && is_profile("linux-7.3") &&
	    !liveupdate_flb_get_incoming(&bench_flb, &object))
		liveupdate_flb_put_incoming(&bench_flb);
	return err;
}

LFB_MODULE(bench, bench_init, NULL);

struct lfb_module *bench_module_get(void)
{
	return &bench_module;
}

const char *bench_session_name(unsigned long index)
{
	static char name[32];

	snprintf(name, sizeof(name), "session-%lu", index);
	return name;
}

struct file *bench_open_file(u64 number)
{
	struct file *file = anon_inode_getfile("bench", &bench_fops, NULL, 0);

	if (!IS_ERR(file))
		file->f_inode->i_ino = number;
	return file;
}

int bench_make_file(struct lfb_machine *machine, struct lfb_agent *agent, unsigned long number)
{
	struct file *file = bench_open_file(number);

	if (IS_ERR(file))
		bench_must(machine, (int)PTR_ERR(file), "file");
	return bench_must(machine, lfb_agent_install(agent, file), "install");
}

void bench_finish_session(struct lfb_machine *machine, struct lfb_agent *agent, int device,
			  unsigned long index, unsigned long files)
{
	int session = lfb_agent_retrieve_session(agent, device, bench_session_name(index));

	bench_must(machine, session, "retrieve session");
	for (unsigned long i = 0; i < files; i++)
		bench_must(machine, lfb_agent_retrieve(agent, session, i), "retrieve");
	bench_must(machine, lfb_agent_finish(agent, session), "finish");
	bench_must(machine, lfb_agent_close(agent, session), "close");
}
