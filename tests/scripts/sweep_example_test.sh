#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The test in docs/sweep.md compiles as it stands there and passes; without the line it marks it
# fails, and says what docs/sweep.md says it says.

set -eu

document=$LFB_SOURCE_DIR/docs/sweep.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# block LANGUAGE: the first ```LANGUAGE block from the first ```c block on
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

# refused CASE TEXT: as LFB_SWEEP_CASE
refused() {
	status=0
	LFB_SWEEP_CASE=$1 "$work/example" >"$work/printed" 2>&1 || status=$?
	[ $status = 1 ] && grep -qF -e "$2" "$work/printed" || {
		echo "LFB_SWEEP_CASE=$1: status $status, and not: $2"
		cat "$work/printed"
		exit 1
	}
}

block c >"$work/example.c"
block text >"$work/expected"
build "$work/example.c"
"$work/example"

# A case is one of a sweep there is, and written as cases are.
LFB_SWEEP_CASE=preserve/alloc:6 "$work/example" >"$work/printed" 2>&1
grep -qF '== preserve: case alloc:6' "$work/printed"
refused preserv/alloc:6 'LFB_SWEEP_CASE=preserv/alloc:6: no sweep of this name was run'
refused alloc:6 'expected NAME/CASE'
refused '' 'LFB_SWEEP_CASE=: no sweep'
refused preserve/aloc:5 'aloc:5 is no case: expected KIND:K, KIND:K:forever or KIND:K:K2'
refused preserve/alloc:999 'has no point for case alloc:999'

grep -v 'without this line' "$work/example.c" >"$work/wrong.c"
build "$work/wrong.c"
! "$work/example" >"$work/printed" 2>&1 || {
	echo "without the marked line the test passes"
	exit 1
}
while IFS= read -r line; do
	grep -qF -e "$line" "$work/printed" || {
		echo "docs/sweep.md says that it prints: $line"
		cat "$work/printed"
		exit 1
	}
done <"$work/expected"
