#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Each scenario in tests/regress finds what its header says, and nothing else; each entry is told
# of.

set -eu
. "$(dirname "$0")/cli_common.sh"
cd "$LFB_SOURCE_DIR/tests/regress"

# header FILE KEY: what a header line says
header() {
	sed -n "1,/^\$/s/^# $2: *//p" "$1"
}

for entry in *.lfb; do
	header "$entry" finds | tr ' ' '\n' | grep -vx nothing | sort >"$dir/expected" || :
	status=0
	[ ! -s "$dir/expected" ] || status=1
	# shellcheck disable=SC2046 # options are words
	lfb "$status" run --findings $(header "$entry" machine) "$entry"
	sed -n 's/^\(LFB-[^ ]*\) (.*/\1/p' "$dir/out" | sort -u >"$dir/found"
	checks=$((checks + 1))
	diff -u --label "$entry: to be found" --label "found" "$dir/expected" "$dir/found" ||
		fail "$entry: $(sed -n 2p "$entry" | cut -c 3-)"
done
for entry in *.lfb *.c; do
	grep -qF "[$entry]($entry)" README.md || fail "$entry is not in tests/regress/README.md"
done
finish
