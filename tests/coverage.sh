#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Runs all tests with coverage counters and prints the line coverage of the orchestrator
# (lib/) and of the simulated kernel (sim/kernel/). Fails if either is below 95 %.
# coverage.sh -v also lists the files with the lines that were never run.

set -eu

wanted=95
root=$(cd "$(dirname "$0")/.." && pwd -P)
build=$root/build/coverage

cd "$root"
./dev packages ci
if [ -d "$build" ]; then
	find "$build" -name '*.gcda' -delete
fi
# Without the longest scripts, which take as long as all else.
LFB_PRESET=coverage ./dev test -LE tidy \
	-E '^cli/(shard|newcomer|your_test|compare|driver_page|plain|headers|model.*|memory|json)$'

# A call that is left by a jump, as when a simulated kernel dies, makes gcov count negative
# branches, which gcovr takes for a malformed line; the lines themselves are right.
gcovr --gcov-ignore-parse-errors --root . --object-directory "$build" \
	--filter lib/ --filter sim/kernel/ \
	--json-summary "$build/coverage.json" --txt "$build/coverage.txt"
[ "${1:-}" != -v ] || cat "$build/coverage.txt"

jq -r '.files[] | [.filename, .line_covered, .line_total] | @tsv' "$build/coverage.json" |
	awk -v wanted=$wanted '
		{
			dir = $1 ~ /^lib\// ? "lib/" : "sim/kernel/"
			covered[dir] += $2
			total[dir] += $3
		}
		END {
			n = split("lib/ sim/kernel/", dirs)
			for (i = 1; i <= n; i++) {
				dir = dirs[i]
				if (!total[dir]) {
					print "coverage of " dir ": no lines were found"
					failed = 1
					continue
				}
				percent = 100 * covered[dir] / total[dir]
				printf "coverage of %-12s%.1f %% (%d of %d lines)\n",
					dir, percent, covered[dir], total[dir]
				if (percent < wanted) {
					print "that is less than " wanted " %"
					failed = 1
				}
			}
			exit failed
		}'
