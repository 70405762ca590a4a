#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb trace: every form of it, of every recorded scenario and of those that end badly.

set -eu
. "$(dirname "$0")/cli_common.sh"
scenarios=$LFB_SOURCE_DIR/examples/scenarios
find_python

# drawn SCENARIO...
drawn() {
	checks=$((checks + 1))
	"$python" "$(dirname "$0")/trace_test.py" "$LFB" \
		"$LFB_SOURCE_DIR/docs/schema/lfb-trace-1.json" "$@" >"$dir/log" ||
		fail "trace_test.py: $(cat "$dir/log")"
}

# A death in a callback, one at a scheduling point, names of all kinds of bytes, a wrong answer.
printf 'when flb 0 preserve panic-now\nhandler 0\nflb 0 0\nopen\nsession s\npreserve s 1 0 1\n' \
	>"$dir/died.lfb"
printf 'handler 0\nopen\nsession s\npreserve s 1 0 1\nat freeze session t\nat freeze panic\n' \
	>"$dir/point.lfb"
echo reboot >>"$dir/point.lfb"
cat >"$dir/names.lfb" <<'EOT'
compatible h 0 a"<b>&;{}#'
compatible flb 0 </text>--
handler 0
flb 0 0
open
session "']]>&amp;<--;%%{{}}#:
preserve "']]>&amp;<--;%%{{}}#: 1 0 1
EOT
printf 'session gr\303\274n\342\206\222\nsession \377\355\240\200\nsession \033[31m\nreboot\n' \
	>>"$dir/names.lfb"
printf 'open\nsession a = -5\nsession b\n' >"$dir/wrong.lfb"
# What no line has room for: in words, without one, and of letters of two bytes.
long=0123456789abcdef
long=$long$long$long$long
{
	printf 'open\nsession %s%s%s%s\nsession ' $long $long $long $long
	printf 'gr\303\274n%.0s' 1 2 3 4 5 6 7 8 9 10 11 12
} >"$dir/long.lfb"
: >"$dir/nothing.lfb"

# LFB_TRACE_ALL=1: each in every form, which takes minutes.
if [ -n "$sanitized" ]; then
	drawn "$dir"/*.lfb "$scenarios"/*.lfb "$LFB_TEST_DATA"/golden/*/*00.ops \
		"$LFB_TEST_DATA"/golden/real/k1.script
else
	set -- "$dir"/*.lfb "$scenarios"/*.lfb "$LFB_TEST_DATA"/golden/*/*.ops \
		"$LFB_TEST_DATA"/golden/real/k1.script
	for entry in "$LFB_SOURCE_DIR"/tests/zoo/*.lfb; do
		case $entry in *.fixed.lfb) ;; *) set -- "$@" "$entry" ;; esac
	done
	drawn "$@"
fi

# What the documents show.
lfb 0 trace --format mermaid "$scenarios/first.lfb"
{
	echo '```mermaid'
	cat "$dir/out"
	echo '```'
} >"$dir/first.mermaid"
documented trace.md first.mermaid "$dir/first.mermaid"
cd "$LFB_SOURCE_DIR"
# drawn_in FILE VIEW
drawn_in() {
	lfb 0 trace --format svg --view "$2" examples/scenarios/first.lfb
	[ "${LFB_UPDATE:-0}" = 0 ] || cp "$dir/out" "$1"
	same "$1" "$dir/out"
}
drawn_in docs/first.svg lifecycle
drawn_in docs/first-flb.svg flb
drawn_in docs/first-memory.svg memory

# What becomes of memory: an FLB's that is never finished, what a new kernel cannot read, what was
# let go in front of the kexec, what is in use again.
sed '/^getin/d' examples/scenarios/first.lfb >"$dir/leak.lfb"
lfb 0 trace --format svg --view memory --profile linux-7.3 "$dir/leak.lfb"
prints out '>✗ leaked: all is finished<'
lfb 0 trace --format svg --view memory examples/scenarios/upgrade.lfb
prints out '>✗ lost, and was preserved<'
printf 'do kho a 4096\ndo kho b 4096\ndo kho-unpreserve-free a\nreboot\n' >"$dir/gone.lfb"
lfb 0 trace --format svg --view memory "$dir/gone.lfb"
prints out '>○ let go<'
prints out '>∅ lost<'
lfb 2 trace --format json --view memory examples/scenarios/first.lfb
prints err '--view is that of --format svg'
# Counts are whole in all pictures.
for view in lifecycle flb; do
	lfb 0 trace --format svg --view $view --profile linux-7.3 \
		examples/defects/flb_count_saturates.lfb
	prints out '>0→3221225472<'
done

# Text is what lfb run prints.
lfb 0 run "$scenarios/first.lfb"
cp "$dir/out" "$dir/expected"
lfb 0 trace "$scenarios/first.lfb"
same "$dir/expected" "$dir/out"

# A story is the same from either command.
lfb 0 run --story "$scenarios/aborted.lfb"
cp "$dir/out" "$dir/expected"
lfb 0 trace --format story "$scenarios/aborted.lfb"
same "$dir/expected" "$dir/out"
prints out 'agent   calls reboot(kexec) = -EBUSY (session vm-1, token 2: handler'
prints out '---- the reboot is refused, the kernel goes on: -EBUSY ----'
prints out '==== kexec: the old kernel is gone, 6 pages stay ===='
prints out 'no findings in 20 operations'
lfb 2 run --story --golden "$scenarios/aborted.lfb"
lfb 0 trace --format story "$LFB_SOURCE_DIR/tests/zoo/flb-get-not-put.lfb"
prints out 'LFB-FLB-GET-NOT-PUT: '
prints out 'Try: lfb explain LFB-FLB-GET-NOT-PUT'

script=$LFB_TEST_DATA/golden/real/k1.script
lfb 0 run --story --agent --profile linux-7.3 "$script"
cp "$dir/out" "$dir/expected"
lfb 0 trace --format story --agent --profile linux-7.3 "$script"
same "$dir/expected" "$dir/out"
lfb 2 trace --agent "$script"
prints err '--agent goes with another --format than text'
lfb 2 trace --agent --strict --format json "$script"
lfb 1 trace --agent --format json "$dir/none"
silent out

lfb 1 trace --format json "$dir/wrong.lfb"
prints err 'session a: expected = -5, got = 0'
lfb 2 trace --format picture "$scenarios/first.lfb"
lfb 1 trace "$dir/none"
silent out
finish
