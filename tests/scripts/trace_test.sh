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
# Tasks that go on in the middle of each other's calls.
cat >"$dir/beside.lfb" <<'EOT'
handler 0
flb 0 0
open
session s
session t
parallel 7x0,2x1,3x0,1 {
preserve s 1 0 100
do kmalloc x 8
} {
preserve t 1 0 101
close t
}
reboot
EOT

# Work that goes on when who asked for it does something else.
sed 's/container_of(work, .*/void *page = kho_alloc_preserve(4096);\n\n\t&\n\tmight_sleep();\n\t'\
'kho_unpreserve_free(page);/' "$LFB_SOURCE_DIR/tests/loadable/works.c" >"$dir/works.c"
lfb 0 build "$dir/works.c" -o "$dir/works.so"
{
	echo "# machine: --module $dir/works.so"
	printf '%s\n' open 'session a' 'parallel random:5 {' 'preserve a 1 works-v1 1' \
		'session e' 'session f' '} {' 'session c' 'session d' '}'
} >"$dir/works.lfb"

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

# Tasks beside each other: each operation is its task's, and what happens in it is in it alone. What
# lfb explore prints is drawn, when it is another command's.
beside=examples/lessons/14-beside.lfb
lfb 1 explore --checks guard --profile linux-7.0 $beside
line=$(sed -n 's/^ *lfb run //p' "$dir/out")
# shellcheck disable=SC2086 # options
lfb 1 trace --format story $line
prints out 'task-1  does read x 0 = -EFAULT (the kernel died: kernel: an object'
# told ORDER: whose operations those of 14-beside are, in the order of their beginning
told() {
	checks=$((checks + 1))
	grep -o '^  task-. .*' "$dir/out" | sed 's/^ *task-\(.\) *\([a-z]*\) \([a-z]*\).*/\1 \3/' |
		paste -s -d, >"$dir/told"
	[ "$(cat "$dir/told")" = "$1" ] || fail "the order is $(cat "$dir/told"), not $1"
}
told '2 session,1 read'
lfb 1 run --story --schedule 0,1 --checks guard --profile linux-7.0 $beside
told '1 read,1 kmalloc,2 session,1 read'
cp "$dir/out" "$dir/expected"
lfb 1 trace --format story --schedule 0,1 --checks guard --profile linux-7.0 $beside
same "$dir/expected" "$dir/out"
lfb 1 trace --format json --schedule 0,1 --checks guard --profile linux-7.0 $beside
checks=$((checks + 1))
"$python" -c '
import json, sys
steps = [json.loads(line) for line in sys.stdin][1:]
mine = [step for step in steps if step["task"].startswith("task-")]
def top(step):
    return top(steps[step["in"] - 1]) if step["in"] else step
sys.exit(not all(top(step)["task"] == step["task"] for step in mine) or
         [step.get("result") for step in mine if step["what"] == "operation"] != [0, 0, 0, -14])
' <"$dir/out" || fail 'a step is in another task'"'"'s operation'
lfb 1 trace --format mermaid --schedule 0,1 --checks guard --profile linux-7.0 $beside
prints out 'A->>L: task-2: finishes session "s"'
lfb 1 trace --format svg --schedule 0,1 --checks guard --profile linux-7.0 $beside
prints out '>task-1: do read x 0 = -EFAULT<'
lfb 0 trace --format story "$dir/beside.lfb"
prints out '  agent   memory             page 0x10001e000 saved: luo '
lfb 0 trace --schedule 0,1 $beside
prints out '> parallel 0,1 {'
# What work does is in no operation, and has lanes of its own.
lfb 0 trace --format story --module "$dir/works.so" "$dir/works.lfb"
prints out '  work-1  memory             page '
lfb 0 trace --format perfetto --schedule in-order --module "$dir/works.so" "$dir/works.lfb"
checks=$((checks + 1))
"$python" -c '
import json, sys
events = json.load(sys.stdin)["traceEvents"]
lanes = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
mine = [event for event in events if event["ph"] == "X" and "work-1" in lanes[event["tid"]]]
asker = next(event for event in events if event["name"].startswith("preserve a"))
sys.exit([event["name"] for event in mine] != ["pages-marked", "pages-unmarked"] or
         any(event["ts"] < asker["ts"] + asker["dur"] for event in mine) or
         not any("task-2" in lane for lane in lanes.values()) or len(lanes) != 24)
' <"$dir/out" || fail 'what work does is in another lane'
lfb 1 trace --format json --schedule 1,x $beside
prints err '"1,x" is no schedule'
lfb 2 trace --format json --agent --schedule 1 "$script"
prints err '--schedule is of tasks beside each other'
lfb 2 trace --format html --against linux-7.3 --schedule 1 $beside
prints err '--against and --schedule: which of them?'

lfb 1 trace --format json "$dir/wrong.lfb"
prints err 'session a: expected = -5, got = 0'
lfb 2 trace --format picture "$scenarios/first.lfb"
lfb 1 trace "$dir/none"
silent out
finish
