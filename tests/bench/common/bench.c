// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What the benchmarks share: the clock and the end.
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

int bench_must(struct lfb_machine *machine, int ret, const char *what)
{
	if (ret < 0) {
		fprintf(stderr, "bench: %s: %d %s\n", what, ret, lfb_error_text(machine));
		exit(1);
	}
	return ret;
}
