// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb build: kernel-style sources become a module that machines load. */
#include <stdio.h>
#include <string.h>

#include <luo/macros.h>

#include "sim/cli/build/build.h"

/* What modules are compiled with besides what the command line says: cmake/LfbModule.cmake too. */
static const char *const flags[] = {
	"-shared", "-fPIC", "-g", "-std=gnu11", "-DMODULE", "-fno-strict-aliasing",
	"-fno-delete-null-pointer-checks", "-fwrapv", "-Wl,-Bsymbolic", "-Wl,-z,separate-code",
};

#define WRAP(name) ",--wrap=" name
#define HOOKS(size) WRAP("__asan_load" size "_noabort") WRAP("__asan_store" size "_noabort")

/* So that they ask before each access, as a kernel with its address sanitizer. */
static const char *const asking[] = {
	"-fsanitize=kernel-address", "-U_FORTIFY_SOURCE",
	"-Wl" HOOKS("1") HOOKS("2") HOOKS("4") HOOKS("8") HOOKS("16") HOOKS("N")
	WRAP("__asan_handle_no_return") WRAP("memcpy") WRAP("memmove") WRAP("memset") WRAP("memcmp")
	WRAP("bcmp") WRAP("strlen") WRAP("strnlen") WRAP("strcmp") WRAP("strncmp") WRAP("strcpy")
	WRAP("strncpy") WRAP("vsnprintf") WRAP("snprintf") WRAP("sprintf")
	WRAP("lfb_vsnprintf"),
};

/* What gcc does by itself: to call, and to leave stacks and statics alone. */
static const char *const clang_asking[] = {
	"-mllvm", "-asan-instrumentation-with-call-threshold=0", "-mllvm", "-asan-stack=0",
	"-mllvm", "-asan-globals=0",
};

#define SAYS(what) WRAP("__tsan_" what)
#define ALIGNED(bytes)                                                                             \
	SAYS("read" bytes) SAYS("write" bytes)                                                     \
	SAYS("volatile_read" bytes) SAYS("volatile_write" bytes)
#define UNALIGNED(bytes)                                                                           \
	ALIGNED(bytes) SAYS("unaligned_read" bytes) SAYS("unaligned_write" bytes)                  \
	SAYS("unaligned_volatile_read" bytes) SAYS("unaligned_volatile_write" bytes)
#define ATOMIC(bits, what) SAYS("atomic" bits "_" what)
#define ATOMICS(bits)                                                                              \
	ATOMIC(bits, "load") ATOMIC(bits, "store") ATOMIC(bits, "exchange")                        \
	ATOMIC(bits, "fetch_add") ATOMIC(bits, "fetch_sub") ATOMIC(bits, "fetch_and")              \
	ATOMIC(bits, "fetch_or") ATOMIC(bits, "fetch_xor") ATOMIC(bits, "fetch_nand")              \
	ATOMIC(bits, "compare_exchange_strong") ATOMIC(bits, "compare_exchange_weak")              \
	ATOMIC(bits, "compare_exchange_val")

/* Or so that they say what they touch, as a kernel with its race detector. */
static const char *const saying[] = {
	"-fsanitize=thread", "-U_FORTIFY_SOURCE", "-fno-optimize-sibling-calls",
	"-Wl" SAYS("init") SAYS("func_entry") SAYS("func_exit") SAYS("read_range")
	SAYS("write_range") SAYS("atomic_thread_fence") SAYS("atomic_signal_fence")
	ALIGNED("1") UNALIGNED("2") UNALIGNED("4") UNALIGNED("8") UNALIGNED("16")
	ATOMICS("8") ATOMICS("16") ATOMICS("32") ATOMICS("64")
	WRAP("memcpy") WRAP("memmove") WRAP("memset") WRAP("memcmp") WRAP("bcmp"),
};

/* Not with the runtime that gcc would link with. */
static const char *const gcc_saying[] = {
	"--param", "tsan-distinguish-volatile=1", "-nodefaultlibs", "-lc", "-lgcc",
};

static const char *const clang_saying[] = {
	"-mllvm", "-tsan-distinguish-volatile=1",
};

struct build {
	struct cli_compiler compiler;
	const char *output;
	bool sources;
	bool plain;			/* it does not ask */
	bool races;			/* it says what it touches */
	bool verbose;
	char name[300];			/* -DKBUILD_MODNAME="my_driver" */
	char headers[2][PATH_MAX + 20];
};

/* Who has another sanitizer's checks in it has no need of ours, nor room. */
static bool is_sanitizer(const char *word)
{
	return !strncmp(word, "-fsanitize=", 11) &&
	       (strstr(word, "address") || strstr(word, "thread") || strstr(word, "memory"));
}

/* As a kernel calls it: the file's name up to the dot, with "_" for "-". */
static void name_module(struct build *build)
{
	const char *slash = strrchr(build->output, '/');
	const char *file = slash ? slash + 1 : build->output;
	char *name = build->name;

	name += snprintf(name, sizeof(build->name), "-DKBUILD_MODNAME=\"");
	for (; *file && *file != '.' && name < build->name + sizeof(build->name) - 2; file++)
		*name++ = *file == '-' ? '_' : *file;
	strcpy(name, "\"");
}

static bool is_source(const char *word)
{
	const char *dot = strrchr(word, '.');

	return *word != '-' && dot && !strcmp(dot, ".c");
}

/* All but what is ours goes to the compiler. */
static int take(struct build *build, const struct cli_line *line, const char **headers)
{
	for (int i = 0; i < line->argc; i++) {
		const char *word = line->argv[i];
		const bool last = i + 1 == line->argc;

		if (!strcmp(word, "-o") && !last)
			build->output = line->argv[i + 1];
		build->sources |= is_source(word);
		if (!strcmp(word, "--verbose"))
			build->verbose = true;
		else if (!strcmp(word, "--no-checks"))
			build->plain = true;
		else if (!strcmp(word, "--races"))
			build->races = true;
		else if (!strcmp(word, "--headers") && !last)
			*headers = line->argv[++i];
		else
			cli_compiler_add(&build->compiler, word);
		build->plain |= is_sanitizer(word);
	}
	if (!build->output || !build->sources)
		return cli_usage(line->command, "expected sources and -o FILE.so");
	if (build->races && build->plain)
		return cli_usage(line->command, "--races goes with no other check");
	return CLI_OK;
}

static void add_checks(struct build *build)
{
	struct cli_compiler *compiler = &build->compiler;

	if (build->races) {
		cli_compiler_add_all(compiler, saying, ARRAY_SIZE(saying));
		if (compiler->is_clang)
			cli_compiler_add_all(compiler, clang_saying, ARRAY_SIZE(clang_saying));
		else
			cli_compiler_add_all(compiler, gcc_saying, ARRAY_SIZE(gcc_saying));
	} else if (!build->plain) {
		cli_compiler_add_all(compiler, asking, ARRAY_SIZE(asking));
		if (compiler->is_clang)
			cli_compiler_add_all(compiler, clang_asking, ARRAY_SIZE(clang_asking));
	}
}

static int run_build(struct cli_line *line)
{
	struct build *build = line->state;
	struct cli_compiler *compiler = &build->compiler;
	const char *headers = NULL;
	char found[PATH_MAX];
	int result = cli_compiler_begin(compiler);

	if (result)
		return result;
	cli_compiler_add_all(compiler, flags, ARRAY_SIZE(flags));
	cli_compiler_add(compiler, build->name);
	cli_compiler_add(compiler, build->headers[0]);
	cli_compiler_add(compiler, build->headers[1]);
	result = take(build, line, &headers);
	if (!result)
		add_checks(build);
	if (!result)
		result = cli_find_headers(headers, found);
	if (!result) {
		snprintf(build->headers[0], sizeof(build->headers[0]), "-I%s/luo/kernel", found);
		snprintf(build->headers[1], sizeof(build->headers[1]), "-I%s", found);
		name_module(build);
		result = cli_compiler_run(compiler, build->output, build->verbose);
	}
	cli_compiler_end(compiler);
	return result;
}

const struct cli_command cli_build = {
	"build", "compile kernel-style sources into a module that machines load",
	"usage: lfb build [--no-checks | --races] [--verbose] [--headers DIR] [CC OPTION]... "
	"SOURCE.c... -o FILE.so\n"
	"\n"
	"Compiles sources as a kernel does a module's: with <linux/...> and MODULE and\n"
	"KBUILD_MODNAME defined. The environment's CC (default cc) does it, and gets all other\n"
	"options. lfb run --module FILE.so loads what it makes: docs/loadable.md.\n"
	"\n"
	"  --no-checks         without what asks before each access to memory: faster\n"
	"  --races             instead, it says what it touches: tasks beside each other are\n"
	"                      found to race (LFB-RACE, docs/schedules.md)\n"
	"  --verbose           print the compiler's command line\n"
	"  --headers DIR       the headers are in DIR/luo, not where the tool finds them\n",
	NULL, sizeof(struct build), run_build, .max = INT_MAX,
};
