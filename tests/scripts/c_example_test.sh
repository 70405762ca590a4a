#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The tests in docs/sweep.md and docs/schedules.md compile as they stand there and pass; without the
# line that is marked they fail, and say what is said there that they say.

set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# block LANGUAGE: the first ```LANGUAGE block of $document from the first ```c block on
block() {
	awk -v want="$1" '
		/^```/ && inside { exit }
		inside { print }
		/^```c$/ { seen = 1 }
		seen && $0 == "```" want { inside = 1 }' "$document"
}

build() {
	# shellcheck disable=SC2086 # a list of words
	"$CC" -std=gnu11 -Wall -Wextra -Werror ${CFLAGS:-} "-I$LFB_SOURCE_DIR/include" \
		-o "$work/example" "$1" "-L$LFB_BUILD_DIR" -llfb -lcmocka \
		"-Wl,-rpath,$LFB_BUILD_DIR"
}

# example NAME: of docs/NAME.md; it passes
example() {
	document=$LFB_SOURCE_DIR/docs/$1.md
	block c >"$work/example.c"
	build "$work/example.c"
	"$work/example"
}

# mutant: of the last example
mutant() {
	block text >"$work/expected"
	grep -v 'without this line' "$work/example.c" >"$work/wrong.c"
	build "$work/wrong.c"
	! "$work/example" >"$work/printed" 2>&1 || {
		echo "$document: without the marked line the test passes"
		exit 1
	}
	while IFS= read -r line; do
		printed "$line" || exit 1
	done <"$work/expected"
}

printed() {
	grep -qF -e "$1" "$work/printed" || {
		echo "$document: it does not print: $1"
		cat "$work/printed"
		return 1
	}
}

# refused VARIABLE CASE TEXT: as the variable
refused() {
	status=0
	env "$1=$2" "$work/example" >"$work/printed" 2>&1 || status=$?
	if [ $status != 1 ] || ! printed "$3"; then
		echo "$1=$2: status $status, and not: $3"
		exit 1
	fi
}

example sweep
# A case is one of a sweep there is, and written as cases are.
LFB_SWEEP_CASE=preserve/alloc:6 "$work/example" >"$work/printed" 2>&1
printed '== preserve: case alloc:6'
refused LFB_SWEEP_CASE preserv/alloc:6 \
	'LFB_SWEEP_CASE=preserv/alloc:6: no sweep of this name was run'
refused LFB_SWEEP_CASE alloc:6 'expected NAME/CASE'
refused LFB_SWEEP_CASE '' 'LFB_SWEEP_CASE=: no sweep'
refused LFB_SWEEP_CASE preserve/aloc:5 \
	'aloc:5 is no case: expected KIND:K, KIND:K:forever or KIND:K:K2'
refused LFB_SWEEP_CASE preserve/alloc:999 'has no point for case alloc:999'
mutant

example schedules
LFB_SCHEDULE_CASE=table/2x0,1 "$work/example" >"$work/printed" 2>&1
printed '-- task-2'
refused LFB_SCHEDULE_CASE table/x '"x" is no schedule: expected in-order'
mutant
# The line it prints does it, and the order is what does.
refused LFB_SCHEDULE_CASE "$(sed -n 's/.*LFB_SCHEDULE_CASE=\(.*\) shows it/\1/p' "$work/printed")" \
	'check answers -EEXIST (-17)'
LFB_SCHEDULE_CASE=table/in-order "$work/example" >"$work/printed" 2>&1
