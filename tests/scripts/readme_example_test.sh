#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The program in README.md compiles as it stands there, against the public headers and the shared
# library, and prints what README.md says it prints. And the counts it gives are those there are.

set -eu

readme=$LFB_SOURCE_DIR/README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# block LANGUAGE: the first ```LANGUAGE block from the first ```c block on
block() {
	[ -f "$readme" ] || return 0
	awk -v want="$1" '
		/^```/ && inside { exit }
		inside { print }
		/^```c$/ { seen = 1 }
		seen && $0 == "```" want { inside = 1 }' "$readme"
}

count() {
	grep -qF "$1" "$readme" || { echo "README.md does not say \"$1\""; exit 1; }
}

findings=$(find "$LFB_SOURCE_DIR/docs/findings" -name 'LFB-*.md' | wc -l)
count "| findings | $findings mistakes with a name"
mistakes=$(find "$LFB_SOURCE_DIR/tests/zoo" -name '*.lfb' ! -name '*.fixed.lfb' | wc -l)
count "| zoo | $mistakes mistakes of kernels and modules, $mistakes caught"

block c >"$work/example.c"
block text >"$work/expected"
if ! [ -s "$work/example.c" ] || ! [ -s "$work/expected" ]; then
	echo "README.md has no program with its output yet"
	exit 77
fi

# shellcheck disable=SC2086 # a list of words
"$CC" -std=gnu11 -Wall -Wextra -Werror ${CFLAGS:-} "-I$LFB_SOURCE_DIR/include" \
	-o "$work/example" "$work/example.c" "-L$LFB_BUILD_DIR" -llfb "-Wl,-rpath,$LFB_BUILD_DIR"
"$work/example" >"$work/printed"
diff -u --label README.md --label printed "$work/expected" "$work/printed"
