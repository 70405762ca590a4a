#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# replay.sh DEFECT [LFB]: has spin find what goes wrong in flb.pml with DEFECT, and prints it as a
# scenario with its schedule, which does the same in the library: LFB run --quirk +DEFECT.
#
# Spin's trail says which lines each task does, in which order callbacks come, and where another
# task goes on. How many scheduling points a task passes until then it does not say, as the library
# has more of them: the first number is taken with which the callbacks come in the trail's order and
# the finding is there that stands behind the assertion.

set -eu

: "${1:?a defect of flb.pml}"
defect=$1
LFB=${2:-lfb}
model=$(cd "$(dirname "$0")" && pwd)/flb.pml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

die() {
	echo "replay.sh: $*" >&2
	exit 1
}

# find_trail: the one with the fewest changes of the task
find_trail() {
	cp "$model" flb.pml
	spin "-D$defect" -a flb.pml >spin.out || die "spin: $(cat spin.out)"
	"${CC:-cc}" -w -DSAFETY -DBCS -DNOREDUCE -o pan pan.c
	for switches in 0 1 2 3; do
		./pan -w16 "-L$switches" >pan.out 2>&1
		[ ! -f flb.pml.trail ] || break
	done
	[ -f flb.pml.trail ] || die "with $defect nothing goes wrong"
	spin "-D$defect" -t -T -p flb.pml >trail || true
}

# lines TASK: of the scenario
lines() {
	slot=x
	[ "$1" = 0 ] || slot=y
	sed -n "/trail ends/q; s/^> $1 //p" trail | sed "s/TASK/$1/g; s/SLOT/$slot/g"
}

# before: what leads to the kernel that the trail is about. The object is memory.
before() {
	for step in "preserve kmalloc o 64" "preserve obj o" "unpreserve take-obj o" \
		"unpreserve kfree o" "retrieve kmalloc o 64" "retrieve obj o" "finish take-obj o" \
		"finish kfree o"; do
		echo "when flb 0 $step"
	done
	handlers="handler 0\nhandler 1"
	if grep -q '^[[:space:]]*old = 1' trail; then
		printf '%b\nopen\nsession s0\nsession s1\n' "$handlers"
	else
		handlers="$handlers\nflb 0 0\nflb 1 0"
		printf '%b\nopen\nsession s0\nsession s1\n' "$handlers"
		printf 'preserve s0 1 0 100\npreserve s1 1 1 101\nreboot\n'
		printf '%b\nopen\nrsession s0\nrsession s1\n' "$handlers"
	fi
}

# scenario SCHEDULE
scenario() {
	before
	echo "parallel $1 {"
	lines 0
	echo "} {"
	lines 1
	echo "}"
}

# schedules: those that change the task where the trail does, the shortest first
schedules() {
	awk '
		/trail ends/ { exit }
		$2 != "proc" || $4 !~ /task/ { next }
		at != "" && $3 != at { switches[nr++] = done[at] }
		at == "" && $3 == 2 { first = "1," }
		{ at = $3 }
		/\[done = / { done[at] = 1 }
		END {
			for (i = 0; i < nr; i++)
				unknown += !switches[i]
			if (unknown > 2)
				exit
			for (sum = 0; sum < 100; sum++)
				for (n = unknown == 2 ? 0 : sum; n <= sum; n++) {
					list = first stay(n) "1"
					if (unknown == 2)
						list = list "," stay(sum - n) "1"
					print list
				}
		}
		function stay(n) { return n ? n "x0," : "" }' trail
}

# callbacks: of a transcript, in the blocks, each with its task
callbacks() {
	awk '
		/^-- task-/ { sub(/^-- task-/, ""); task = $0 - 1; inside = 1; next }
		/^> parallel/ { exit }
		inside && $3 == "callback" && $4 == "flb" { print "- " task " flb0." $6 }' "$1"
}

find_trail
place=$(sed -n 's/^spin: flb.pml:\([0-9]*\), Error: assertion violated.*/\1/p' trail | head -n 1)
finding=$(sed -n "${place}s/.*\(LFB-[A-Z-]*\).*/\1/p" flb.pml)
[ -n "$finding" ] || die "no finding stands behind the assertion in line $place"
sed -n '/trail ends/q; /^- /p' trail >order
for schedule in $(schedules); do
	scenario "$schedule" >found.lfb
	"$LFB" run --checks guard --quirk "+$defect" found.lfb >transcript 2>&1 || true
	grep -q " $finding " transcript || continue
	callbacks transcript | head -n "$(wc -l <order)" | cmp -s - order || continue
	printf '# %s, as spin found it in flb.pml with %s\n' "$finding" "$defect"
	cat found.lfb
	exit 0
done
die "$finding: no schedule of the library does what the trail does"
