/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What fuzz targets share: machines that are kept for the process and used again, and readings of
 * a blob that notice a byte too far.
 */
#ifndef TESTS_FUZZ_SUPPORT_H
#define TESTS_FUZZ_SUPPORT_H

#include <luo/machine.h>
#include <luo/scenario.h>

#define KEPT_PROFILES 8u
#define KEPT_MEMORY (1u << 20)

struct kho_abi;
struct lfb_blob;
struct lfb_view;
struct luo_codec;

/* Ends the process, with the line on standard error: the fuzzer keeps the input. */
#define must(holds) \
	((holds) ? (void)0 : fuzz_failed(__FILE__, __LINE__, #holds))
__attribute__((noreturn)) void fuzz_failed(const char *file, int line, const char *what);

enum kept {
	KEPT_WATCHED,	/* with all checks: what kernel code does wrong ends its kernel */
	KEPT_RAW,	/* without: a fault ends the process, and is ours if no module can fault */
	KEPT_STRICT,	/* with them, and a fault ends the process */
	KEPT_KINDS,
};

/* Profiles by number, as lfb_profile_name() has them. */
unsigned int kept_profiles(void);
/*
 * A machine of this profile with KEPT_MEMORY, which is off. Made when it is asked for first: making
 * one costs more than most inputs do.
 */
struct lfb_machine *kept_machine(unsigned int profile, enum kept kind);
/* Runs a scenario in it, and puts back what the scenario changed beyond its kernels. */
int kept_run(unsigned int profile, enum kept kind, const struct lfb_scenario *scenario,
	     const struct lfb_scenario_options *how);
/* How many findings there were in the last one. */
unsigned int kept_findings(void);
/* One that is part of the target. */
struct lfb_scenario *kept_scenario(const char *text);
/* A life that boots from @blob: all of its sessions are finished, and another update follows. */
struct lfb_scenario *fuzz_life(const struct lfb_blob *blob);

/* A copy with its digest mended, so that what lies behind it is reached; NULL: it is no blob. */
struct lfb_blob *fuzz_blob(const u8 *data, size_t size);
/* Output that nobody reads. */
int fuzz_discard(void *context, const char *bytes, size_t size);

/* Is told where a reader looked for the first time. */
typedef void (*exact_look_fn)(void *context, const void *bytes, size_t size);

/*
 * Reads the root tree, the map and LUO's state of a blob as kernels do, both those that check and
 * those that trust, from a copy of each area that is as large as was asked for. Returns whether
 * who checks got through. @told may be NULL.
 */
bool exact_read(const struct lfb_blob *blob, exact_look_fn told, void *context);
/* The same of LUO's state alone, in memory. */
bool exact_read_luo(const struct lfb_view *under, phys_addr_t luo, exact_look_fn told,
		    void *context);

/*
 * LUO's state, or a map, as it is: of memory that can tell by itself who reads too far. Who trusts
 * bears so many problems, more than one; each takes a sentence, which takes time.
 */
bool raw_read_luo(const struct lfb_view *view, const struct luo_codec *codec, phys_addr_t luo,
		  u64 size, unsigned int bears);
bool raw_read_map(const struct lfb_view *view, const struct kho_abi *abi, phys_addr_t map);

/*
 * mutate.c: changes a blob, or a good one that was remembered, where readers look. Returns its
 * size, 0 where it cannot be read far enough.
 */
size_t mutate_blob(u8 *data, size_t size, size_t max_size, unsigned int seed);
void mutate_remember(const u8 *data, size_t size);
/* Puts records, pages or a range of @b into @a. Returns the size, 0 where one is no blob. */
size_t cross_blobs(const u8 *a, size_t a_size, const u8 *b, size_t b_size, u8 *out,
		   size_t max_size, unsigned int seed);
/* Randomness of a seed that is not 0, and numbers that are more likely to matter than others. */
u32 mutate_next(u32 *random);
u64 mutate_interesting(u32 *random);

/* libFuzzer's own, which returns the new size; NULL: there is none. */
typedef size_t (*mutate_bytes_fn)(u8 *data, size_t size, size_t max_size);

/*
 * mutate_tree.c: changes a device tree, or puts nodes and properties of @b into @a. Returns the
 * size, 0 where no tree is to be seen in the bytes, or what came of it has no room.
 */
size_t mutate_tree(u8 *data, size_t size, size_t max_size, unsigned int seed,
		   mutate_bytes_fn mutate);
size_t cross_trees(const u8 *a, size_t a_size, const u8 *b, size_t b_size, u8 *out,
		   size_t max_size, unsigned int seed);

#endif
