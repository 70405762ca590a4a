#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# docs/lifecycle.md and others: what their commands print is what they say. LFB_UPDATE=1 writes them
# anew.

set -eu
. "$(dirname "$0")/cli_common.sh"

program=$(dirname "$0")/lifecycle_test.py
for name in lifecycle lessons shell; do
	page=$LFB_SOURCE_DIR/docs/$name.md
	[ "${LFB_UPDATE:-0}" = 0 ] || "$program" "$page" "$LFB" --update
	checks=$((checks + 1))
	"$program" "$page" "$LFB" >"$dir/log" 2>&1 ||
		fail "LFB_UPDATE=1 $0 writes anew: $(cat "$dir/log")"
done
page=$LFB_SOURCE_DIR/docs/lifecycle.md
# It would see a stale one.
sed 's/^flb0\.unpreserve data=f000/flb0.unpreserve data=f001/' "$page" >"$dir/page"
checks=$((checks + 2))
! cmp -s "$page" "$dir/page" || fail "nothing was made stale"
! "$program" "$dir/page" "$LFB" >"$dir/log" 2>&1 || fail "a stale page is not seen"
pages="$page $LFB_SOURCE_DIR/docs/lessons.md $LFB_SOURCE_DIR/docs/shell.md
	$LFB_SOURCE_DIR/docs/compared.md"
# Every page they send their reader to is there.
for link in $(grep -oh ']([^)#]*' $pages | cut -c 3- | sort -u); do
	checks=$((checks + 1))
	case $link in
	http*) ;;
	*) [ -e "$LFB_SOURCE_DIR/docs/$link" ] || fail "there is no $link" ;;
	esac
done
for id in $(grep -oh 'LFB-[A-Z-]*' $pages | sort -u); do
	lfb 0 explain "$id"
done
finish
