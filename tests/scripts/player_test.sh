#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb trace --format html: the page is one file with the runs in it, and in a real browser it does
# what it says. LFB_PICTURES=FOLDER keeps screenshots.

set -eu
. "$(dirname "$0")/cli_common.sh"
scenarios=$LFB_SOURCE_DIR/examples/scenarios
zoo=$LFB_SOURCE_DIR/tests/zoo

# page NAME STATUS ARGS...: $dir/NAME.html
page() {
	name=$1
	status=$2
	shift 2
	lfb "$status" trace --format html "$@"
	mv "$dir/out" "$dir/$name.html"
}

# holds NAME RUNS: so many runs are in the page, and each begins with its first line
holds() {
	checks=$((checks + 1))
	runs=$(grep -A 1 -c '^<script type="application/json">$' "$dir/$1.html") || :
	heads=$(grep -c '^{"format": "lfb-trace-1"' "$dir/$1.html") || :
	[ "$runs:$heads" = "$2:$2" ] || fail "$1: $runs runs, $heads first lines, not $2"
}

# What would end a script, or is no character at all.
printf 'compatible flb 0 </SCRIPT>--\nhandler 0\nflb 0 0\nopen\n' >"$dir/names.lfb"
printf 'session "%s<b>&amp;</script><script>bad()</script><!--\n' "'" >>"$dir/names.lfb"
printf 'session gr\303\274n\342\206\222\342\200\250\nsession \377\355\240\200\nsession @RUNS@\n' \
	>>"$dir/names.lfb"
echo reboot >>"$dir/names.lfb"
printf 'when flb 0 preserve panic-now\nhandler 0\nflb 0 0\nopen\nsession s\npreserve s 1 0 1\n' \
	>"$dir/died.lfb"
printf 'open\nsession a = -5\nsession b\n' >"$dir/wrong.lfb"
: >"$dir/nothing.lfb"

page names 0 "$dir/names.lfb"
holds names 1
checks=$((checks + 1))
[ "$(grep -ci '</script' "$dir/names.html")" = 2 ] || fail "a name ends a script"
page died 1 "$dir/died.lfb"
page wrong 1 "$dir/wrong.lfb"
page nothing 0 "$dir/nothing.lfb"
page first 0 "$scenarios/first.lfb"
cp "$dir/first.html" "$dir/expected"
page first 0 "$scenarios/first.lfb"
same "$dir/expected" "$dir/first.html"
page finding 0 "$zoo/flb-get-not-put.lfb"
page mismatch 0 "$zoo/kho-unpreserve-mismatch.lfb"
page kernels 0 --profile rfc-v6 --against linux-7.3 "$scenarios/first.lfb"
holds kernels 2
page scenarios 0 "$scenarios/first.lfb" "$scenarios/aborted.lfb"
holds scenarios 2
page largest 0 --profile linux-7.3 "$LFB_TEST_DATA/golden/wire/dense.ops"

lfb 1 trace --format html "$scenarios/first.lfb" "$dir/none"
silent out
lfb 2 trace --format html --against none "$scenarios/first.lfb"
silent out
lfb 2 trace --format json "$scenarios/first.lfb" "$scenarios/aborted.lfb"
prints err 'only --format html shows two runs'
lfb 2 trace --against linux-7.3 "$scenarios/first.lfb"
lfb 2 trace --format html --against linux-7.3 -
prints err 'standard input cannot be read twice'

# The page is the same, whoever compiled the tool.
browse=1
case ${CC-} in *clang*) browse= ;; esac
grep -q '^CMAKE_BUILD_TYPE:[A-Z]*=Rel' "$LFB_BUILD_DIR/CMakeCache.txt" || browse=
if [ -n "$sanitized" ] || [ -z "$browse" ]; then
	finish
	exit
fi
[ "$failures" = 0 ] || finish
checks=$((checks + 1))
status=0
python3 "$(dirname "$0")/player_test.py" "$dir" >"$dir/log" 2>&1 || status=$?
case $status in
0) cat "$dir/log" ;;
77)
	cat "$dir/log"
	exit 77
	;;
*) fail "player_test.py: $(cat "$dir/log")" ;;
esac
finish
