#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The guard tells more instructions than were accepted from fewer, and from others' numbers:
# guard_test.sh [BUILD]

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LFB_GUARD_NUMBERS=$work/numbers

# expect STATUS PATTERN FACTOR: what the guard says when FACTOR times as many were accepted
expect() {
	local status=0

	awk -v factor="$3" '
	/^#/ { print; next }
	{
		count = $1
		sub(/^ *[0-9]+ +/, "")
		printf "%d  %s\n", count * factor, $0
	}' "$here/numbers" >"$LFB_GUARD_NUMBERS"
	"$here/guard.sh" "${build[@]}" >"$work/said" || status=$?
	if [ $status != "$1" ] || ! grep -q -- "$2" "$work/said"; then
		echo "guard_test: accepted times $3: ends with $status, and says:" >&2
		cat "$work/said" >&2
		exit 1
	fi
}

build=("$@")
expect 0 '' 1
if grep -q '^skipped' "$work/said"; then
	cat "$work/said"
	exit 0
fi
expect 1 'TOO MANY' 0.9
expect 0 'fewer' 1.1
sed -i '1s/.*/# another compiler/' "$LFB_GUARD_NUMBERS"
"$here/guard.sh" "${build[@]}" >"$work/said"
grep -q 'skipped: the numbers are of another compiler' "$work/said"
echo "the guard: more is a failure, fewer is told, others' numbers are left alone"
