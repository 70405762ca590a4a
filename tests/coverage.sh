#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Runs the unit tests, and the scripts that need kernel trees, with coverage counters and prints
# the line coverage of the orchestrator (lib/) and of the simulated kernel (sim/kernel/). Fails if
# either is below 95 %. Trees are those of LFB_KERNEL_TREE and LFB_KERNEL_TREE_OLDER, or what
# ./dev oracle has fetched; without them lib/tree/ has nothing to run and is not counted, and 92 %
# must do. Of what reads handovers it counts the branches, too, and fails if one is never taken that
# is not among tests/data/branches-never-taken, where each has a reason. coverage.sh -v also lists
# the files with the lines that were never run.

set -eu

root=$(cd "$(dirname "$0")/.." && pwd -P)
build=$root/build/coverage
fetched=$root/build/oracle/source

if [ -z "${LFB_KERNEL_TREE-}" ] && [ -d "$fetched/linux-7.3" ]; then
	export LFB_KERNEL_TREE="$fetched/linux-7.3" LFB_KERNEL_TREE_OLDER="$fetched/linux-7.2"
fi
wanted=95
apart=
if [ -z "${LFB_KERNEL_TREE-}" ]; then
	echo "there is no kernel tree: lib/tree/ is not counted"
	wanted=92
	apart='--exclude lib/tree/'
fi
cd "$root"
./dev packages ci
if [ -d "$build" ]; then
	find "$build" -name '*.gcda' -delete
fi
# What is reached without the longest tests will do.
LFB_PRESET=coverage ./dev test -LE long -R '^(unit|kunit|loadable|fuzz|cli/(tree.*|bring|kunit)$)'

# … and what is there for modules that say what they touch alone
LFB_PRESET=coverage ./dev test -R '^cli/race$'

# What reads what somebody else has written
decoders='lib/codec/|sim/handover/((blob_load|inspect|found|payload|check|debugfs)\.c|source/)'
decoders="$decoders|sim/kernel/kho/(check|fdt|view|map_v1|map_v4|metadata|root)\.c"

# A call that is left by a jump, as when a simulated kernel dies, makes gcov count negative
# branches, which gcovr takes for a malformed line; the lines themselves are right.
# shellcheck disable=SC2086 # nothing, or two words
gcovr --gcov-ignore-parse-errors --root . --object-directory "$build" \
	--filter lib/ --filter sim/kernel/ $apart \
	--json-summary "$build/coverage.json" --txt "$build/coverage.txt"
gcovr --gcov-ignore-parse-errors --root . --object-directory "$build" \
	--filter "$decoders" --json "$build/decoders.json"
jq -r '.files[] | .file as $file | .lines[] | (.branches | length) as $all |
	[$file, .line_number, $all, ([.branches[] | select(.count > 0)] | length)] | @tsv' \
	"$build/decoders.json" >"$build/decoders.tsv"
[ "${1:-}" != -v ] || cat "$build/coverage.txt"

# Lines shift, so one is known by the function it is in, and its text. An assertion that does not
# hold is no branch to take.
awk -F'\t' '
	$1 != file {
		file = $1
		for (line = 1; (getline text <file) > 0; line++) {
			if (text ~ /^[A-Za-z].*\(/ && text !~ /;$/) {
				name = text
				sub(/\(.*/, "", name)
				sub(/.*[ *]/, "", name)
			}
			sub(/^[ \t]+/, "", text)
			gsub(/\t/, " ", text)
			of[line] = name "\t" text
		}
		close(file)
	}
	$4 < $3 { print file "\t" of[$2] "\t" ($3 - $4) }' "$build/decoders.tsv" \
	>"$build/never.tsv"
failed=0
awk -F'\t' '
	FILENAME ~ /never-taken$/ {
		if (NF == 5) {
			key = $1 FS $2 FS $5
			listed[key] += $3
			class[key] = $4
		}
		next
	}
	FILENAME ~ /decoders/ {
		all += $3
		taken += $4
		next
	}
	/LFB_ASSERT\(/ {
		asserted += $4
		next
	}
	{
		never[$1 FS $2 FS $3] += $4
		left += $4
	}
	END {
		printf "branches of what reads handovers: %.1f %% (%d of %d; %d are broken " \
			"assertions, %d have a reason)\n", 100 * taken / all, taken, all, asserted,
			left
		for (key in never) {
			if (never[key] <= listed[key])
				continue
			split(key, part, FS)
			print "never taken, and not in the list:\t" part[1] FS part[2] FS \
				never[key] FS "?" FS part[3] | "sort"
			failed = 1
		}
		# what a host or a kernel tree may do or not
		for (key in listed) {
			if (never[key] < listed[key] && class[key] !~ /^(host|tree)$/)
				print "taken by now, strike it off the list:\t" key | "sort"
		}
		close("sort")
		exit failed
	}' tests/data/branches-never-taken "$build/decoders.tsv" "$build/never.tsv" || failed=1

jq -r '.files[] | [.filename, .line_covered, .line_total] | @tsv' "$build/coverage.json" |
	awk -v wanted=$wanted -v failed=$failed '
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
