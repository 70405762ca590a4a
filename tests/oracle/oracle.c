// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Generated scenarios, performed by a kernel tree's own orchestrator and by lib/'s: what differs is
 * shown once for each cause, by the smallest scenario that shows it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <luo/lfb.h>
#include <luo/shrink.h>

#define SECONDS_OF_A_TREE 20	/* then what it does has no end */
#define CAUSES 64

struct text {
	char *bytes;
	size_t size;
};

/* Where two transcripts part: in which operation, and how each goes on; numbers do not count. */
struct cause {
	char key[512];
	unsigned long times;
	struct lfb_scenario *smallest;
};

static struct {
	void (*play)(const char *text, FILE *out);	/* the tree's */
	struct lfb_machine_options machine;
	u64 seed;
	unsigned long count;
	const char *folder;
	struct cause causes[CAUSES];
	unsigned int nr_causes;
	unsigned long differ, uncounted;
} oracle = { .machine = { .sz = sizeof(oracle.machine) }, .seed = 1, .count = 1000 };

static void die(const char *why)
{
	fprintf(stderr, "oracle: %s\n", why);
	exit(2);
}

static int append(void *context, const char *bytes, size_t size)
{
	struct text *text = context;
	char *more = realloc(text->bytes, text->size + size + 1);

	if (!more)
		die("no memory");
	memcpy(more + text->size, bytes, size);
	text->bytes = more;
	text->size += size;
	more[text->size] = '\0';
	return 0;
}

/* A process of its own: nothing that a tree does harms this one. */
static struct text play_tree(const char *scenario)
{
	struct text said = { NULL, 0 };
	char bytes[4096];
	int ends[2], status;
	ssize_t size;
	pid_t child = -1;

	fflush(NULL);
	if (pipe(ends) || (child = fork()) < 0)
		die("no process for a tree");
	if (!child) {
		FILE *out = fdopen(ends[1], "w");

		close(ends[0]);
		alarm(SECONDS_OF_A_TREE);
		oracle.play(scenario, out);
		_exit(0);
	}
	close(ends[1]);
	append(&said, "", 0);
	while ((size = read(ends[0], bytes, sizeof(bytes))) > 0)
		append(&said, bytes, (size_t)size);
	close(ends[0]);
	waitpid(child, &status, 0);
	if (status) {
		size = snprintf(bytes, sizeof(bytes), "== lost: the tree's process ended with %x\n",
				(unsigned int)status);
		append(&said, bytes, (size_t)size);
	}
	return said;
}

static struct text play_ours(const struct lfb_scenario *scenario)
{
	struct text said = { NULL, 0 };
	const struct lfb_scenario_options options = {
		.sz = sizeof(options), .golden = true, .write = append, .context = &said,
	};
	struct lfb_machine *machine;

	append(&said, "", 0);
	if (lfb_machine_create(&oracle.machine, &machine))
		die(lfb_error_text(NULL));
	lfb_scenario_run(scenario, machine, &options);
	lfb_machine_destroy(machine);
	return said;
}

/* Finding out where they part */

/* Of an operation what it answers, of a callback all but the numbers. */
static void add_shape(char *key, size_t size, const char *line)
{
	const bool operation = *line == '>';
	size_t length = strlen(key);

	if (operation)
		line += strcspn(line, "=\n");
	for (; *line && *line != '\n' && length < size - 2; line++) {
		if (!operation && *line >= '0' && *line <= '9')
			continue;
		if (!strncmp(line, "obj=", 4))
			break;
		key[length++] = *line;
	}
	key[length++] = '|';
	key[length] = '\0';
}

/* The operation that a line of @text is part of, by its verb; an end is the one's before it. */
static void add_verb(char *key, size_t size, const char *text, const char *line)
{
	char verb[32] = "end";

	if (*line == '=') {
		while (line > text && (*line != '>' || line[-1] != '\n'))
			line--;
	} else {
		while (line && *line && *line != '>')
			line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
	}
	if (line && *line)
		sscanf(line, "> %31s", verb);
	snprintf(key, size, "%s|", verb);
}

static bool parts(const char *tree, const char *ours, char *key, size_t size)
{
	const char *line = tree;
	size_t i = 0;

	for (; tree[i] && tree[i] == ours[i]; i++) {
		if (tree[i] == '\n')
			line = tree + i + 1;
	}
	if (tree[i] == ours[i])
		return false;
	add_verb(key, size, tree, line);
	add_shape(key, size, line);
	/* After a death the other's next operation says nothing. */
	if (*line != '=' || ours[line - tree] == '=')
		add_shape(key, size, ours + (line - tree));
	return true;
}

static bool differs(const struct lfb_scenario *scenario, char *key, size_t size)
{
	struct text text = { NULL, 0 }, tree, ours;
	bool result;

	append(&text, "", 0);
	lfb_scenario_write(scenario, false, append, &text);
	tree = play_tree(text.bytes);
	ours = play_ours(scenario);
	result = parts(tree.bytes, ours.bytes, key, size);
	free(text.bytes);
	free(tree.bytes);
	free(ours.bytes);
	return result;
}

static bool still(void *context, const struct lfb_scenario *candidate)
{
	const struct cause *cause = context;
	char key[sizeof(cause->key)];

	return differs(candidate, key, sizeof(key)) && !strcmp(key, cause->key);
}

static void note(const struct lfb_scenario *scenario, const char *key)
{
	struct cause *cause = oracle.causes;

	oracle.differ++;
	while (cause < oracle.causes + oracle.nr_causes && strcmp(cause->key, key))
		cause++;
	if (cause == oracle.causes + CAUSES) {
		oracle.uncounted++;
		return;
	}
	if (!cause->times) {
		oracle.nr_causes++;
		snprintf(cause->key, sizeof(cause->key), "%s", key);
		if (lfb_scenario_shrink(scenario, still, cause, NULL, &cause->smallest))
			die("a difference that is not the same twice");
	}
	cause->times++;
}

/* Showing it */

static void show_line_by_line(FILE *out, const char *tree, const char *ours)
{
	for (;;) {
		const size_t of_tree = strcspn(tree, "\n"), of_ours = strcspn(ours, "\n");
		const bool same = of_tree == of_ours && !strncmp(tree, ours, of_tree);

		if (!*tree && !*ours)
			return;
		if (same)
			fprintf(out, "      %.*s\n", (int)of_tree, tree);
		else {
			if (*tree)
				fprintf(out, "tree  %.*s\n", (int)of_tree, tree);
			if (*ours)
				fprintf(out, "ours  %.*s\n", (int)of_ours, ours);
		}
		tree += of_tree + (tree[of_tree] == '\n');
		ours += of_ours + (ours[of_ours] == '\n');
	}
}

static void save(unsigned int number, const char *what, const char *text)
{
	const char *key = oracle.causes[number].key;
	const int verb = (int)strcspn(key, "|");
	char path[4096];
	FILE *out;

	mkdir(oracle.folder, 0777);
	snprintf(path, sizeof(path), "%s/%04u-%.*s", oracle.folder, number + 1, verb, key);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%04u-%.*s/%s", oracle.folder, number + 1, verb, key,
		 what);
	out = fopen(path, "w");
	if (!out || fputs(text, out) < 0 || fclose(out))
		die("what differs cannot be saved");
}

static void show_cause(unsigned int number)
{
	const struct cause *cause = &oracle.causes[number];
	struct text text = { NULL, 0 }, tree, ours;

	append(&text, "", 0);
	lfb_scenario_write(cause->smallest, false, append, &text);
	tree = play_tree(text.bytes);
	ours = play_ours(cause->smallest);
	printf("\ndifference %u, in %lu scenarios:\n", number + 1, cause->times);
	show_line_by_line(stdout, tree.bytes, ours.bytes);
	if (oracle.folder) {
		save(number, "scenario.ops", text.bytes);
		save(number, "tree.trace", tree.bytes);
		save(number, "ours.trace", ours.bytes);
	}
	free(text.bytes);
	free(tree.bytes);
	free(ours.bytes);
}

static void show_all(void)
{
	for (unsigned int i = 0; i < oracle.nr_causes; i++) {
		show_cause(i);
		lfb_scenario_free(oracle.causes[i].smallest);
	}
	printf("%s%lu scenarios, %lu differ from %s", oracle.nr_causes ? "\n" : "", oracle.count,
	       oracle.differ, oracle.machine.profile);
	if (oracle.nr_causes)
		printf(", %u causes%s", oracle.nr_causes, oracle.uncounted ? " and more" : "");
	printf("\n");
}

/* What to compare */

static struct lfb_scenario *generate(unsigned long number)
{
	struct lfb_scenario *scenario;

	if (lfb_scenario_generate(oracle.seed, number, &scenario))
		die(lfb_error_text(NULL));
	return scenario;
}

static void compare(struct lfb_scenario *scenario)
{
	char key[sizeof(oracle.causes[0].key)];

	if (differs(scenario, key, sizeof(key)))
		note(scenario, key);
	lfb_scenario_free(scenario);
}

static void compare_generated(void)
{
	for (unsigned long i = 0; i < oracle.count; i++)
		compare(generate(i));
}

static void compare_files(char **paths)
{
	for (oracle.count = 0; paths[oracle.count]; oracle.count++) {
		struct lfb_scenario *scenario;

		if (lfb_scenario_load(paths[oracle.count], &scenario))
			die(lfb_error_text(NULL));
		compare(scenario);
	}
}

static int transcribe(const char *path)
{
	struct lfb_scenario *scenario;
	struct text text = { NULL, 0 }, tree;

	if (lfb_scenario_load(path, &scenario))
		die(lfb_error_text(NULL));
	append(&text, "", 0);
	lfb_scenario_write(scenario, false, append, &text);
	lfb_scenario_free(scenario);
	tree = play_tree(text.bytes);
	fputs(tree.bytes, stdout);
	free(text.bytes);
	free(tree.bytes);
	return 0;
}

static int show(void *context, const char *bytes, size_t size)
{
	(void)context;
	return fwrite(bytes, 1, size, stdout) == size ? 0 : -EIO;
}

static int print(unsigned long number)
{
	struct lfb_scenario *scenario = generate(number);

	if (lfb_scenario_write(scenario, false, show, NULL))
		die("the scenario cannot be shown");
	lfb_scenario_free(scenario);
	return 0;
}

static void load(const char *path)
{
	void *tree = dlopen(path, RTLD_NOW | RTLD_LOCAL), *play;

	if (!tree)
		die(dlerror());
	play = dlsym(tree, "oracle_play");
	if (!play)
		die(dlerror());
	memcpy(&oracle.play, &play, sizeof(play));
}

static const char usage[] =
	"usage: oracle [--profile NAME] [--seed N] [--count N] [--save FOLDER] TREE.so [FILE...]\n"
	"       oracle --transcript FILE TREE.so\n"
	"       oracle --print N [--seed N]\n";

int main(int argc, char **argv)
{
	static const char *const names[] = { "--profile", "--seed", "--count", "--save",
					     "--transcript", "--print" };
	const char *values[6] = { NULL };
	int at = 1;

	for (; at + 1 < argc && !strncmp(argv[at], "--", 2); at += 2) {
		int i = 0;

		while (i < 6 && strcmp(argv[at], names[i]))
			i++;
		if (i == 6)
			break;
		values[i] = argv[at + 1];
	}
	oracle.machine.profile = values[0] ? values[0] : "linux-7.3";
	oracle.seed = values[1] ? strtoull(values[1], NULL, 0) : oracle.seed;
	oracle.count = values[2] ? strtoul(values[2], NULL, 0) : oracle.count;
	if (!oracle.count)
		die("--count is no number above 0");
	oracle.folder = values[3];
	if (values[5])
		return print(strtoul(values[5], NULL, 0));
	if (at >= argc || !strncmp(argv[at], "--", 2)) {
		fputs(usage, stderr);
		return 2;
	}
	load(argv[at]);
	if (values[4])
		return transcribe(values[4]);
	if (argv[at + 1])
		compare_files(argv + at + 1);
	else
		compare_generated();
	show_all();
	return oracle.differ ? 1 : 0;
}
