// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What the benchmarks share: the clock, figures of several runs and the end.
 */
#include "tests/bench/common/bench.h"

static double read_clock(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

double bench_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

double bench_processor_now(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static int by_value(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

struct bench_figures bench_figures(double *values, unsigned int count)
{
	struct bench_figures figures;

	qsort(values, count, sizeof(*values), by_value);
	figures.minimum = values[0];
	figures.median = values[count / 2];
	figures.spread = (values[count - 1] - values[0]) / figures.median;
	return figures;
}

int bench_must(struct lfb_machine *machine, int ret, const char *what)
{
	if (ret < 0) {
		fprintf(stderr, "bench: %s: %d %s\n", what, ret, lfb_error_text(machine));
		exit(1);
	}
	return ret;
}
