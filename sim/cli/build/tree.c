// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb tree: a kernel tree's own orchestrator becomes a kernel image that machines boot. */
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <luo/macros.h>

#include "sim/cli/build/build.h"

/* Of the tree's headers those that belong to the orchestrator; all others are ours. */
static const char *const taken[] = {
	"linux/liveupdate.h", "linux/kho_block.h", "linux/list_private.h", "linux/kho/abi",
	"uapi/linux/liveupdate.h",
};

/* What kexec_handover.c includes that none of ours has: luo/tree/kho.h has it all. */
static const char *const modelled[] = {
	"linux/cma.h", "linux/count_zeros.h", "linux/kasan.h", "linux/kexec.h", "linux/kmemleak.h",
	"linux/memblock.h", "linux/page-isolation.h", "asm/early_ioremap.h", "mm/internal.h",
	"mm/mm_init.h", "mm/vmalloc.h", "kernel/kexec_internal.h",
};

/* Sources of its own, where they include each other; the last one is there up to 7.2. */
static const char *const kho[] = {
	"kernel/liveupdate/kexec_handover.c", "kernel/liveupdate/kexec_handover_internal.h",
	"kernel/liveupdate/kexec_handover_debug.c",
};

static const char *const folders[] = {
	"linux", "linux/kho", "uapi", "uapi/linux", "asm", "mm", "kernel", "kernel/liveupdate",
};

/* Warnings are the tree's business. */
static const char *const flags[] = {
	"-shared", "-fPIC", "-g", "-O2", "-std=gnu11", "-w", "-fno-strict-aliasing",
	"-fno-delete-null-pointer-checks", "-fwrapv", "-fno-omit-frame-pointer",
	"-Werror=implicit-function-declaration", "-D_GNU_SOURCE",
	"-DCONFIG_LIVEUPDATE=1", "-DCONFIG_KEXEC_HANDOVER_DEBUG=1", "-DKBUILD_MODNAME=\"luo\"",
	"-DTHIS_MODULE=((struct module *)0)", "-include", "luo/tree/kernel.h",
	"-Wl,-z,separate-code",
};

/* Sources behind whose text look.h tells what they remember, luo_NAME.c. */
static const char *const looked_at[] = { "core", "session", "file", "flb" };
#define WRAPPED "-Wl,--wrap=luo_session_deserialize"

struct tree {
	struct cli_compiler compiler;
	const char *directory;		/* the kernel's */
	const char *output;
	const char *headers;
	bool verbose;
	bool kho;			/* with kexec_handover.c */
	char found[PATH_MAX];		/* our headers */
	char folder[40];		/* a temporary one */
	char text[10][2 * PATH_MAX + 64];	/* of words */
	int texts;
	char looks[ARRAY_SIZE(looked_at)][64];	/* in folder */
	int words, words_texts;		/* of the command line, before the sources */
	glob_t sources;
};

/* "7.3.0-rc7", of the tree's Makefile. */
static void find_release(const struct tree *tree, char *release, size_t size)
{
	static const char *const names[] = {
		"VERSION =", "PATCHLEVEL =", "SUBLEVEL =", "EXTRAVERSION =",
	};
	char path[PATH_MAX + 16], line[256], parts[4][32] = { "" };
	FILE *file;

	snprintf(path, sizeof(path), "%s/Makefile", tree->directory);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		for (size_t i = 0; i < 4; i++) {
			if (!strncmp(line, names[i], strlen(names[i])) && !parts[i][0])
				sscanf(line + strlen(names[i]), "%31s", parts[i]);
		}
	}
	if (file)
		fclose(file);
	if (parts[0][0])
		snprintf(release, size, "%s.%s.%s%s", parts[0], parts[1], parts[2], parts[3]);
	else
		snprintf(release, size, "unknown");
}

static bool make_folder(const char *root, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	return !mkdir(path, 0700);
}

/* What a tree has not it does not need. */
static bool link_to(const struct tree *tree, const char *from, const char *name)
{
	char to[PATH_MAX];

	snprintf(to, sizeof(to), "%s/%s", tree->folder, name);
	return access(from, R_OK) || !symlink(from, to);
}

/* The headers that are taken, those that are modelled, and what is exported. */
static int fill_folder(struct tree *tree)
{
	char from[PATH_MAX + 64], ours[PATH_MAX + 64], to[PATH_MAX], directory[PATH_MAX];
	bool done = realpath(tree->directory, directory) && realpath(tree->found, to);
	FILE *script;

	snprintf(ours, sizeof(ours), "%s/luo/tree/kho.h", done ? to : "");
	for (size_t i = 0; done && i < ARRAY_SIZE(folders); i++)
		done = make_folder(tree->folder, folders[i]);
	for (size_t i = 0; done && i < ARRAY_SIZE(taken); i++) {
		snprintf(from, sizeof(from), "%s/include/%s", directory, taken[i]);
		done = link_to(tree, from, taken[i]);
	}
	for (size_t i = 0; done && tree->kho && i < ARRAY_SIZE(modelled); i++)
		done = link_to(tree, ours, modelled[i]);
	for (size_t i = 0; done && tree->kho && i < ARRAY_SIZE(kho); i++) {
		snprintf(from, sizeof(from), "%s/%s", directory, kho[i]);
		done = link_to(tree, from, kho[i]);
	}
	snprintf(to, sizeof(to), "%s/exported", tree->folder);
	script = done ? fopen(to, "we") : NULL;
	if (script)
		fputs("{ global: lfb_tree_image; local: *; };\n", script);
	if (script && !fclose(script))
		return CLI_OK;
	return cli_failed("%s: %s", tree->folder, strerror(errno));
}

/* A source in the folder that is the tree's, and what looks at it. */
static bool write_look(struct tree *tree, size_t number)
{
	const char *name = looked_at[number];
	char *path = tree->looks[number], directory[PATH_MAX];
	FILE *source;

	if (!realpath(tree->directory, directory))
		return false;
	snprintf(path, sizeof(tree->looks[number]), "%s/luo_%s.c", tree->folder, name);
	source = fopen(path, "we");
	if (!source)
		return false;
	fprintf(source, "#include \"%s/kernel/liveupdate/luo_%s.c\"\n"
		"#define LFB_TREE_LOOK_%s\n#include <luo/tree/look.h>\n", directory, name, name);
	return !fclose(source);
}

static void remove_all(const struct tree *tree, const char *const *names, size_t count)
{
	char path[PATH_MAX];

	while (count--) {
		snprintf(path, sizeof(path), "%s/%s", tree->folder, names[count]);
		remove(path);
	}
}

static void remove_folder(const struct tree *tree)
{
	remove_all(tree, taken, ARRAY_SIZE(taken));
	remove_all(tree, modelled, ARRAY_SIZE(modelled));
	remove_all(tree, kho, ARRAY_SIZE(kho));
	remove_all(tree, folders, ARRAY_SIZE(folders));
	remove_all(tree, (const char *const[]){ "exported" }, 1);
	for (size_t i = 0; i < ARRAY_SIZE(looked_at); i++)
		unlink(tree->looks[i]);
	rmdir(tree->folder);
}

/* A word for the compiler, which is kept as long as the tree. */
static void add_text(struct tree *tree, const char *format, ...)
{
	char *text = tree->text[tree->texts++];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(tree->text[0]), format, arguments);
	va_end(arguments);
	cli_compiler_add(&tree->compiler, text);
}

/* Where a place in it is shown, it is the tree's. */
static int add_kho(struct tree *tree)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", tree->directory, kho[0]);
	if (access(path, R_OK))
		return cli_failed("%s has no %s", tree->directory, kho[0]);
	add_text(tree, "-DLFB_TREE_KHO=\"%s/%s\"", tree->folder, kho[0]);
	snprintf(path, sizeof(path), "%s/%s", tree->directory, kho[2]);
	if (!access(path, R_OK))
		add_text(tree, "-DLFB_TREE_KHO_DEBUG=\"%s/%s\"", tree->folder, kho[2]);
	add_text(tree, "-ffile-prefix-map=%s/kernel=%s/kernel", tree->folder, tree->directory);
	add_text(tree, "%s/luo/tree/kho.c", tree->found);
	return CLI_OK;
}

static int find_sources(struct tree *tree)
{
	char pattern[PATH_MAX + 64];

	snprintf(pattern, sizeof(pattern), "%s/kernel/liveupdate/luo_core.c", tree->directory);
	if (access(pattern, R_OK))
		return cli_failed("%s has no kernel/liveupdate/luo_core.c: it is no kernel tree, "
				  "or one without an orchestrator", tree->directory);
	snprintf(pattern, sizeof(pattern), "%s/kernel/liveupdate/{luo_[!c]*,kho_block}.c",
		 tree->directory);
	if (glob(pattern, GLOB_BRACE, NULL, &tree->sources))
		return cli_failed("%s has no kernel/liveupdate/luo_*.c", tree->directory);
	return CLI_OK;
}

/* The source, or the one of the folder that looks at it. */
static void add_source(struct tree *tree, const char *path, bool looks)
{
	const char *name = strrchr(path, '/') + 1;

	for (size_t i = 0; looks && i < ARRAY_SIZE(looked_at); i++) {
		const size_t length = strlen(looked_at[i]);

		if (strncmp(name + strlen("luo_"), looked_at[i], length) ||
		    strcmp(name + strlen("luo_") + length, ".c") || !write_look(tree, i))
			continue;
		path = tree->looks[i];
		break;
	}
	cli_compiler_add(&tree->compiler, path);
}

/* In the order in which they are linked: who sets the orchestrator up comes first. */
static int add_sources(struct tree *tree, bool looks)
{
	struct cli_compiler *compiler = &tree->compiler;
	char *core;

	compiler->count = tree->words;
	tree->texts = tree->words_texts;
	core = tree->text[tree->texts++];
	snprintf(core, sizeof(tree->text[0]), "%s/kernel/liveupdate/luo_core.c", tree->directory);
	add_source(tree, core, looks);
	for (size_t i = 0; i < tree->sources.gl_pathc; i++)
		add_source(tree, tree->sources.gl_pathv[i], looks);
	add_text(tree, "%s/luo/tree/adapter.c", tree->found);
	if (tree->kho && add_kho(tree))
		return CLI_FAILED;
	if (looks)
		cli_compiler_add(compiler, WRAPPED);
	if (compiler->count < CLI_COMPILER_WORDS)
		compiler->words[compiler->count] = NULL;
	return CLI_OK;
}

/* What a tree has under other names is not looked at; it runs all the same. */
static int compile(struct tree *tree)
{
	int result = add_sources(tree, true);

	if (result)
		return result;
	if (!tree->verbose && cli_compiler_try(&tree->compiler))
		return CLI_OK;
	if (tree->verbose && !cli_compiler_run(&tree->compiler, tree->output, true))
		return CLI_OK;
	add_sources(tree, false);
	result = cli_compiler_run(&tree->compiler, tree->output, tree->verbose);
	if (!result)
		fprintf(stderr, "lfb tree: this orchestrator remembers otherwise than those that "
			"are known, or under other names: lfb sweep and lfb exhaust refuse it "
			"(--verbose says what is missing)\n");
	return result;
}

static int make_image(struct tree *tree)
{
	char release[160];
	int result = fill_folder(tree);

	find_release(tree, release, sizeof(release));
	add_text(tree, "-DLFB_TREE_RELEASE=\"%s\"", release);
	add_text(tree, "-I%s/luo/kernel", tree->found);
	add_text(tree, "-I%s", tree->found);
	add_text(tree, "-Wl,--version-script=%s/exported", tree->folder);
	tree->words = tree->compiler.count;
	tree->words_texts = tree->texts;
	if (!result)
		result = find_sources(tree);
	if (!result)
		result = compile(tree);
	globfree(&tree->sources);
	return result;
}

/* All but what is ours goes to the compiler. */
static int take(struct tree *tree, const struct cli_line *line)
{
	for (int i = 0; i < line->argc; i++) {
		const char *word = line->argv[i];
		const bool last = i + 1 == line->argc;

		if (!strcmp(word, "--verbose")) {
			tree->verbose = true;
		} else if (!strcmp(word, "--kho")) {
			tree->kho = true;
		} else if (!strcmp(word, "--headers") && !last) {
			tree->headers = line->argv[++i];
		} else if (*word != '-' && !tree->directory) {
			tree->directory = word;
		} else {
			cli_compiler_add(&tree->compiler, word);
			if (!strcmp(word, "-o") && !last) {
				tree->output = line->argv[++i];
				cli_compiler_add(&tree->compiler, tree->output);
			}
		}
	}
	if (!tree->directory || !tree->output)
		return cli_usage(line->command, "expected a kernel tree and -o IMAGE.so");
	return CLI_OK;
}

static int run_tree(struct cli_line *line)
{
	struct tree *tree = line->state;
	struct cli_compiler *compiler = &tree->compiler;
	char include[48];
	int result = cli_compiler_begin(compiler);

	if (result)
		return result;
	strcpy(tree->folder, "/tmp/lfb-tree-XXXXXX");
	snprintf(include, sizeof(include), "-I%s", mkdtemp(tree->folder) ? tree->folder : "");
	cli_compiler_add_all(compiler, flags, ARRAY_SIZE(flags));
	/* Initcalls run in the order in which a source has them; clang keeps it untold. */
	if (!compiler->is_clang)
		cli_compiler_add(compiler, "-fno-toplevel-reorder");
	cli_compiler_add(compiler, include);
	result = take(tree, line);
	if (!result)
		result = cli_find_headers(tree->headers, tree->found);
	if (!result)
		result = make_image(tree);
	remove_folder(tree);
	cli_compiler_end(compiler);
	return result;
}

const struct cli_command cli_tree = {
	"tree", "compile a kernel tree's orchestrator into an image that machines boot",
	"usage: lfb tree [--kho] [--verbose] [--headers DIR] TREE [CC OPTION]... -o IMAGE.so\n"
	"\n"
	"Compiles TREE/kernel/liveupdate/luo_*.c and kho_block.c as they are, with the tree's\n"
	"own headers of live update. lfb run --kernel IMAGE.so runs them in the place of a\n"
	"profile: docs/tree.md. The environment's CC (default cc) compiles.\n"
	"\n"
	"  --kho               with the tree's kexec_handover.c, in the place of the simulator's\n"
	"  --verbose           print the compiler's command line\n"
	"  --headers DIR       the headers are in DIR/luo, not where the tool finds them\n",
	NULL, sizeof(struct tree), run_tree, .max = INT_MAX,
};
