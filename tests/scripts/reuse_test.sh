#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Every file says whose it is and under which licences, and no other licence is named: asked of the
# REUSE tool.

set -eu
. "$(dirname "$0")/cli_common.sh"
[ -z "$sanitized" ] || exit 77 # the files are the same
command -v reuse >/dev/null || {
	echo "the package reuse is not installed"
	exit 77
}
# elsewhere it would look at what was built, too
[ -e "$LFB_SOURCE_DIR/.git" ] || exit 77

checks=$((checks + 1))
reuse --root "$LFB_SOURCE_DIR" lint >"$dir/out" 2>"$dir/err" || fail "$(cat "$dir/out")"

# Mutant: a file that somebody brought along.
mkdir "$dir/mutant"
cp -r "$LFB_SOURCE_DIR/LICENSES" "$LFB_SOURCE_DIR/.reuse" "$dir/mutant"
printf '// %s-License-Identifier: MIT\n' SPDX >"$dir/mutant/brought.c"
checks=$((checks + 1))
! reuse --root "$dir/mutant" lint >"$dir/out" 2>"$dir/err" || fail "another licence was not seen"
prints out brought.c
finish
