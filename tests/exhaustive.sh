#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# usage: tests/exhaustive.sh LENGTH DEFECTS_LENGTH
#
# All sequences up to LENGTH agree with the model, and so do two operations beside each other; a
# search up to DEFECTS_LENGTH with each known defect finds what docs/exhaust.md says. With
# LFB_UPDATE=1 it writes that there.

set -eu
. "$(dirname "$0")/scripts/cli_common.sh"

lfb 0 exhaust --length "$1" --time
cat "$dir/out" "$dir/err"
{
	echo '```'
	cat "$dir/out"
	echo '```'
} >"$dir/search"
documented exhaust.md search "$dir/search"

lfb 0 exhaust --length 4 --beside
{
	echo '```'
	cat "$dir/out"
	echo '```'
} >"$dir/beside"
documented exhaust.md beside "$dir/beside"

status=0
"$LFB" exhaust --length "$2" --time --defects >"$dir/table" || status=$?
if [ "${LFB_UPDATE:-0}" != 0 ]; then
	documented exhaust.md defects "$dir/table"
fi

# What takes longer sequences is not found; whatever is, is as documented.
grep '^| `' "$dir/table" >"$dir/rows"
found=0
while IFS= read -r row; do
	case $row in
	*'| not found |'*) continue ;;
	esac
	checks=$((checks + 1))
	found=$((found + 1))
	grep -qxF -e "$row" "$LFB_SOURCE_DIR/docs/exhaust.md" || fail "not documented: $row"
done <"$dir/rows"
echo "$found defects found"
[ "$found" -ge 20 ] || fail "only $found"

finish
