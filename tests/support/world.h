/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A world for tests of the orchestrator: a machine, one agent, and the recorded module, which
 * writes down every callback and can be told what to answer.
 *
 * The log reads like golden transcripts: FLB F preserves data 0xf000+F and object 0x1000+F and
 * retrieves object 0x2000+F; a file with number INO preserves data 0xd000+INO, freeze adds 0x100000
 * to it. Each boot finds the module's state fresh. While a world exists its machine is this
 * thread's current one, so that kernel-facing functions can be called directly.
 */
#ifndef TESTS_SUPPORT_WORLD_H
#define TESTS_SUPPORT_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/codec/codec.h"
#include "lib/orchestrator.h"
#include "sim/machine/machine.h"
#include "sim/recorder/inside.h"

#define WORLD_HANDLERS 4
#define WORLD_FLBS 65		/* more than a kernel takes */
#define WORLD_ANSWERS 8

struct world;

/*
 * Called at the end of each callback, before it is written down: may change what is in @args
 * (struct liveupdate_file_op_args or liveupdate_flb_op_args) and what the callback answers, and
 * may do anything else. @call is "flb0.preserve", "file h0.freeze", "file h0.can_preserve" …
 */
typedef void (*world_meddle_fn)(struct world *world, const char *call, void *args, int *result);

struct world {
	struct lfb_machine *machine;
	struct lfb_machine *entered_before;
	struct lfb_agent *agent;
	int device;		/* descriptor of /dev/liveupdate, -1 before the first use */
	struct lfb_recorder *recorder;
	struct liveupdate_file_ops file_ops[WORLD_HANDLERS];	/* see world_file_ops() */
	struct liveupdate_flb_ops flb_ops[WORLD_FLBS];
	const char *wiring;	/* see world_wire() */
	struct lfb_transcript transcript;
	char *log;
	size_t log_size;
	size_t log_length;
	struct {
		const char *call;
		int result;
		int times;
	} answers[WORLD_ANSWERS];
	world_meddle_fn meddle;
	void *context;		/* for meddle */
};

/* All profiles. */
extern const char *const world_profiles[];
#define for_each_profile(profile)                                                                  \
	for (const char *const *profile##_ = world_profiles, *profile;                             \
	     (profile = *profile##_) != NULL; profile##_++)

/* Those before linux-7.3, where that is another story: see the tests of linux_7_3_*. */
extern const char *const world_early_profiles[];
#define for_each_early_profile(profile)                                                            \
	for (const char *const *profile##_ = world_early_profiles, *profile;                       \
	     (profile = *profile##_) != NULL; profile##_++)

static inline bool world_is_rfc(const struct world *world)
{
	return !strcmp(world->machine->profile->name, "rfc-v6");
}

/*
 * A booted machine with the module loaded and nothing registered. Takes and gives lists of quirk
 * names as lfb_machine_create() does; NULL changes nothing. "all" for @quirks_off is all of them.
 */
struct world *world_create(const char *profile, const char *quirks_on, const char *quirks_off);
struct world *world_create_with(const struct lfb_machine_options *options);
/* With one quirk on or off, the others as the profile ships. */
struct world *world_create_quirk(const char *profile, const char *quirk, bool on);
void world_destroy(struct world *world);

/*
 * Registers handlers and links FLBs: "0:1,2 3:2" registers handler 0 and links FLBs 1 and 2 to it,
 * then handler 3 with FLB 2. world_reboot() does the same again in the next kernel.
 */
void world_wire(struct world *world, const char *wiring);
int world_register(struct world *world, unsigned int handler);
/* Also liveupdate_init_flb(), where the profile needs it and it was not done yet. */
int world_link(struct world *world, unsigned int handler, unsigned int flb);

struct liveupdate_file_handler *world_handler(struct world *world, unsigned int handler);
struct liveupdate_flb *world_flb(struct world *world, unsigned int flb);
/* Operations of its own, until the next boot: to be changed. */
struct liveupdate_file_ops *world_file_ops(struct world *world, unsigned int handler);
struct liveupdate_flb_ops *world_flb_ops(struct world *world, unsigned int flb);
struct luo *world_luo(struct world *world);

/* Makes a callback answer @result the next @times times, without doing anything; -1: always. */
void world_answer(struct world *world, const char *call, int result, int times);
void world_answer_nothing(struct world *world);

/* Kexec and wire up again. */
int world_reboot(struct world *world);

/* The agent; the device is opened when it is first needed. Descriptors or negative errnos. */
int world_open(struct world *world);
int world_session(struct world *world, const char *name);
int world_incoming(struct world *world, const char *name);
int world_file(struct world *world, unsigned int handler, unsigned long number);
/* Preserves a fresh file and closes the agent's own descriptor of it. */
int world_preserve(struct world *world, int session, u64 token, unsigned int handler,
		   unsigned long number);
int world_retrieve(struct world *world, int session, u64 token);
int world_finish(struct world *world, int session);
int world_close(struct world *world, int fd);

/* Asks for an FLB's object as the profile does, and gives it back at once. */
int world_get(struct world *world, unsigned int flb, bool incoming, void **objp);

struct lfb_machine_stats world_stats(struct world *world);
/* UNSAFE events so far. */
unsigned long world_unsafe(struct world *world);
unsigned long world_warns(struct world *world);

#define world_log(of, ...)                                                                         \
	lfb__transcript_line(&((struct world *)(of))->transcript, __VA_ARGS__)
void world_forget_log(struct world *world);
/* Compares the log with lines up to a NULL, and empties it. */
void world_check_log(struct world *world, const char *const *lines, const char *file, int line);
#define assert_log(world, ...)                                                                     \
	world_check_log(world, (const char *const[]){ __VA_ARGS__, NULL }, __FILE__, __LINE__)
#define assert_no_log(world)                                                                       \
	world_check_log(world, (const char *const[]){ NULL }, __FILE__, __LINE__)
#define assert_descriptor(expression) assert_true((expression) >= 0)

/* world_module.c, for world.c */
void world_make_module(struct world *world);

#endif
