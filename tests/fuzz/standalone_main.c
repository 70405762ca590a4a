// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * main() for a fuzz target in a build without a fuzzing engine: hands every file named
 * on the command line, and every file in a directory named there, to the target once,
 * in name order; with -times=N before them so many times, and says how fast that is.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

/* -v: name each input before it runs; after a crash the last one named is the culprit. */
static int verbose;

static long times = 1;

static int run_bytes(FILE *file, size_t size)
{
	/* exactly as large as the input, so that a sanitizer sees an over-read */
	uint8_t *data = malloc(size ? size : 1);
	int ret = -1;

	if (data && fread(data, 1, size, file) == size) {
		for (long i = 0; i < times; i++)
			LLVMFuzzerTestOneInput(data, size);
		ret = 0;
	}
	free(data);
	return ret;
}

/* Returns the number of inputs run, negative on error. */
static int run_file(const char *path, const struct stat *st)
{
	FILE *file = fopen(path, "rb");
	int ret;

	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	if (verbose)
		fprintf(stderr, "%s\n", path);
	ret = run_bytes(file, (size_t)st->st_size);
	if (ret)
		fprintf(stderr, "%s: cannot be read\n", path);
	fclose(file);
	return ret ? ret : 1;
}

static int run_path(const char *path);

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int run_dir(const char *path)
{
	struct dirent **entries;
	int n, i, ret, count = 0;

	n = scandir(path, &entries, not_hidden, alphasort);
	if (n < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	for (i = 0; i < n; i++) {
		char *name = malloc(strlen(path) + strlen(entries[i]->d_name) + 2);

		ret = -1;
		if (name) {
			sprintf(name, "%s/%s", path, entries[i]->d_name);
			ret = run_path(name);
		}
		count = count < 0 || ret < 0 ? -1 : count + ret;
		free(name);
		free(entries[i]);
	}
	free(entries);
	return count;
}

static int run_path(const char *path)
{
	struct stat st;

	if (stat(path, &st)) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	return S_ISDIR(st.st_mode) ? run_dir(path) : run_file(path, &st);
}

int main(int argc, char **argv)
{
	int i, ret, count = 0, failed = 0;

	if (LLVMFuzzerInitialize)
		LLVMFuzzerInitialize(&argc, &argv);
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-v")) {
			verbose = 1;
			continue;
		}
		if (!strncmp(argv[i], "-times=", 7)) {
			times = strtol(argv[i] + 7, NULL, 10);
			continue;
		}
		ret = run_path(argv[i]);
		if (ret < 0)
			failed = 1;
		else
			count += ret;
	}
	printf("%d inputs run\n", count);
	if (times > 1)
		printf("%.0f a second of processor time\n",
		       (double)times * count * CLOCKS_PER_SEC / (double)clock());
	return failed;
}
