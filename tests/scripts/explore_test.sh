#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb explore, lfb run --schedule: races are found without a word of where they are, each failure
# replays, and kernels without the defect have none of them.

set -eu
. "$(dirname "$0")/cli_common.sh"

races=$LFB_TEST_DATA/schedules

# header NAME FILE: what its line "# NAME: …" says
header() {
	sed -n "s/^# $1: //p" "$2"
}

# replays ID FILE: the line that was printed for it does it, twice the same; and what that prints
# is a scenario that does it, too
replays() {
	grep -A 2 "^$1: " "$dir/out" | sed -n 's/^    lfb run//p' | head -n 1 >"$dir/line"
	checks=$((checks + 1))
	[ -s "$dir/line" ] || fail "$2: no line for $1"
	# shellcheck disable=SC2046 # options
	set -- "$1" $(cat "$dir/line")
	id=$1
	shift
	lfb 1 run --findings "$@"
	prints out "$id"
	cp "$dir/out" "$dir/once"
	lfb 1 run --findings "$@"
	same "$dir/out" "$dir/once"
	"$LFB" run "$@" >"$dir/transcript" 2>"$dir/err" || true
	options=" $*"
	# shellcheck disable=SC2086 # options
	set -- ${options% --schedule *}
	lfb 1 run --findings "$@" "$dir/transcript"
	prints out "$id"
	"$LFB" run "$@" "$dir/transcript" >"$dir/again" 2>"$dir/err" || true
	same "$dir/transcript" "$dir/again"
}

for scenario in "$races"/*.lfb; do
	# Where code is slow, a few of them.
	[ -z "$sanitized" ] || [ "${scenario%-race.lfb}" != "$scenario" ] || continue
	finds=$(header finds "$scenario")
	quirk=$(header quirk "$scenario")
	machine=$(header machine "$scenario")
	# shellcheck disable=SC2086 # options
	set -- $machine
	# shellcheck disable=SC2086
	lfb 1 explore ${quirk:+--quirk +$quirk} "$@" "$scenario"
	silent err
	prints out "$finds: "
	prints out ', which is all, '
	replays "$finds" "$scenario"
	[ -n "$quirk" ] || continue
	# shellcheck disable=SC2046 # options
	lfb 0 explore "$@" $(header twin "$scenario") "$scenario"
	prints out ': 0 failures'
	silent err
	refused=$(header refused "$scenario")
	[ -z "$refused" ] || {
		lfb 1 explore "$@" "$scenario"
		prints out "$refused: "
		prints out ': 1 failure'
	}
done
# A driver that does it right does so in any kernel. With its FLB linked to what goes it would not.
if [ -z "$sanitized" ]; then
	quirk=$(header quirk "$races/hot-remove.lfb")
	lfb 0 explore "$races/twins/hot-remove.lfb"
	prints out ', which is all, '
	lfb 0 explore --quirk "+$quirk" "$races/twins/hot-remove.lfb"
	prints out ', which is all, '
	sed 's/^flb 0 0/&\nflb 1 0/' "$races/twins/hot-remove.lfb" >"$dir/linked.lfb"
	lfb 1 explore --quirk "+$quirk" "$dir/linked.lfb"
	prints out "$(header finds "$races/hot-remove.lfb"): "
fi

# A cycle, with who waits for what that whom has.
lfb 1 explore --bound 1 "$races/lock-inversion.lfb"
prints out ': task agent -> lock 0 -> task task-2 -> lock 1 -> task agent'
# Without preemptions nobody is in between; a part is a part.
lfb 0 explore --bound 0 --quirk +SESSION_RETRIEVE_RACE "$races/session-retrieve-race.lfb"
prints out '2 schedules of at most 0 preemptions, which is all, '
lfb 0 explore --limit 1 --quirk +SESSION_RETRIEVE_RACE "$races/session-retrieve-race.lfb"
prints out '1 schedule of at most 2 preemptions, of more, '

# No state twice: the same lines, but for how often.
raced=$races/session-retrieve-race.lfb
for bound in 1 2 4; do
	[ -z "$sanitized" ] || [ "$bound" = 1 ] || continue
	lfb 1 explore --bound $bound --quirk +SESSION_RETRIEVE_RACE "$raced"
	sed -n 's/ [0-9]* schedules*, the first/ the first/; /: [0-9]* failure/!p' "$dir/out" \
		>"$dir/all"
	lfb 1 explore --reduce --bound $bound --quirk +SESSION_RETRIEVE_RACE "$raced"
	prints out "all schedules of at most $bound preemption"
	prints out ', reduced: 1 failure'
	grep -v ': [0-9]* failure' "$dir/out" >"$dir/reduced"
	same "$dir/all" "$dir/reduced"
done
lfb 0 explore --reduce --limit 2 "$raced"
prints out 'some schedules of at most 2 preemptions, reduced: 0 failures'

# Who is told what to do does it; each kind of schedule, the same each time.
for schedule in in-order 1 12x0,1 random:7 pct:2:3; do
	"$LFB" run --schedule "$schedule" "$races/session-mutate-while-rebooting.lfb" >"$dir/one"
	"$LFB" run --schedule "$schedule" "$races/session-mutate-while-rebooting.lfb" >"$dir/two"
	same "$dir/one" "$dir/two"
	lfb 0 run "$dir/one"
	same "$dir/out" "$dir/one"
done
lfb 0 run --schedule random:7 "$races/session-mutate-while-rebooting.lfb"
prints out '-- task-2'

# A story is about operations, each with what happened in it.
lfb 0 run --story --schedule 12x0,1 --quirk +REGISTRY_UNLOCKED "$races/registry-unlocked.lfb"
prints out '  task-2  registers file handler 2'
checks=$((checks + 1))
! grep -q '[{}]' "$dir/out" || fail "a story tells of blocks"

for schedule in '' x 8 0, 0x1 1,,2 random: random:x pct:1 pct:0:1 pct:17:1 in-orderly; do
	lfb 1 run --schedule "$schedule" "$races/session-retrieve-race.lfb"
	prints err 'is no schedule: expected in-order'
done
lfb 1 explore "$LFB_SOURCE_DIR/examples/scenarios/first.lfb"
prints err 'has no "parallel"'
lfb 1 explore "$dir/none.lfb"
lfb 2 explore
lfb 2 explore --bound -1 "$races/lock-inversion.lfb"
lfb 2 explore --bound 1001 "$races/lock-inversion.lfb"
lfb 2 explore --limit 0 "$races/lock-inversion.lfb"
lfb 2 run --schedule 1 --agent "$races/lock-inversion.lfb"

# What is wrong with blocks is said, with its place.
# refused LINES TEXT
refused() {
	printf '%b' "$1" >"$dir/bad.lfb"
	lfb 1 run "$dir/bad.lfb"
	prints err "$2"
}
refused 'open\nparallel {\nopen\n}\n' 'bad.lfb:4:2: expected "{": a second block'
refused 'open\nparallel {\nopen\n} {\n' 'bad.lfb:4:4: expected "}"'
refused 'parallel\n' 'bad.lfb:1:9: expected "{"'
refused 'parallel {\n} {\n}\n' 'bad.lfb:2:1: expected an operation'
refused 'parallel {\nopen\n} {\nreboot\n}\n' 'expected an operation that can be done beside others'
refused 'parallel {\nparallel {\n' 'bad.lfb:2:1: expected '
refused '}\n' 'bad.lfb:1:1: expected '
refused 'parallel 1,x {\nopen\n} {\nopen\n}\n' '"1,x" is no schedule'

# The shortest that still fails has its blocks, as long as they matter.
lfb 0 shrink --finds LFB-LOCK-REGISTRY-CHANGED --quirk +REGISTRY_UNLOCKED - <<'END'
handler 0
handler 1
open
session t
session s
getout 0
parallel 12x0,1 {
preserve s 1 1 100
close t
} {
handler 2
}
close s
END
prints out 'parallel 12x0,1 {'
cp "$dir/out" "$dir/short.lfb"
lfb 1 run --findings --quirk +REGISTRY_UNLOCKED "$dir/short.lfb"
prints out LFB-LOCK-REGISTRY-CHANGED
# So is the schedule: of any kind, it becomes the shortest list, in fewer steps.
cat >"$dir/long.lfb" <<'END'
open
session q
session s
reboot
open
rsession q
rsession s
parallel {
do sleep
rsession s
session y
} {
close q
do lock 1
close s
do unlock 1
} {
session x
}
END
for schedule in random:3 0,2,1,2x0,1,0,2,1,3x2,4x1,3x0,1,2x2,1,0,1,2,2x0,1,2x2,1,0,1,3x0,1; do
	lfb 0 shrink --quirk +SESSION_RETRIEVE_RACE --schedule "$schedule" \
		--finds LFB-SESSION-USED-AFTER-CLOSE "$dir/long.lfb"
	prints out 'x0,1 {'
	grep -v '^#' "$dir/out" | sed 's/^parallel .* {/parallel {/' >"$dir/short"
	sed -n '/^open/,$p' "$races/session-retrieve-race.lfb" >"$dir/wanted"
	same "$dir/short" "$dir/wanted"
	cp "$dir/out" "$dir/short.lfb"
	lfb 1 run --findings --quirk +SESSION_RETRIEVE_RACE "$dir/short.lfb"
	prints out LFB-SESSION-USED-AFTER-CLOSE
done
lfb 1 shrink --schedule x "$dir/long.lfb"
prints err 'is no schedule'
# A run that dies says of what.
lfb 1 run --schedule 4x0,1 "$races/lock-inversion.lfb"
prints err 'deadlock: task'
lfb 0 shrink --finds LFB-SESSION-NEVER-FINISHED - <<'END'
open
session s
parallel 1 {
session t
} {
prepare
}
jump
open
END
checks=$((checks + 1))
! grep -q parallel "$dir/out" || fail "blocks are left where they do not matter"

# A failing step and a schedule: here the object of an FLB is used that another task takes back, as
# its file cannot be preserved. Neither does it alone, nor the kernel that counts.
cat >"$dir/both.lfb" <<'END'
when flb 0 preserve kmalloc o 64
when flb 0 preserve obj o
when flb 0 unpreserve take-obj o
when flb 0 unpreserve kfree o
when h 0 preserve kmalloc p 64
when h 0 preserve kfree p
when h 1 preserve get-outgoing 0 x
when h 1 preserve sleep
when h 1 preserve read x 0
handler 0
handler 1
flb 0 0
open
session s
session t
parallel {
preserve s 1 0 100
} {
preserve t 2 1 101
}
END
if [ -z "$sanitized" ]; then
	lfb 1 sweep --schedules --bound 2 --kinds file-preserve --checks guard \
		--quirk +FLB_GET_UNCOUNTED "$dir/both.lfb"
	silent err
	prints out 'LFB-FLB-USED-AFTER-PUT: '
	prints out ' schedules of at most 2 preemptions, 2 fault points, '
	prints out ': 1 failure that needs both'
	sed -n 's/^    lfb sweep//p' "$dir/out" >"$dir/line"
	# shellcheck disable=SC2046 # options
	lfb 1 sweep $(cat "$dir/line")
	prints out 'LFB-FLB-USED-AFTER-PUT: '
	prints out '> parallel '
	cp "$dir/out" "$dir/once"
	# shellcheck disable=SC2046
	lfb 1 sweep $(cat "$dir/line")
	same "$dir/out" "$dir/once"
	lfb 0 sweep --schedules --bound 2 --kinds file-preserve --checks guard "$dir/both.lfb"
	prints out ': 0 failures that need both'
fi
lfb 0 sweep --schedules --kinds alloc "$races/session-retrieve-race.lfb"
prints out 'schedules of at most 1 preemption, '
lfb 0 sweep --case alloc:1 --schedule 0,1 "$races/session-retrieve-race.lfb"
prints out '> parallel 0,1 {'
lfb 1 sweep --case alloc:1 --schedule pct:1:1 "$races/session-retrieve-race.lfb"
prints err 'is no list of choices'
lfb 1 sweep --case alloc --schedule 1 "$races/session-retrieve-race.lfb"
prints err 'is not a case'
lfb 1 sweep --schedules "$LFB_SOURCE_DIR/examples/scenarios/first.lfb"
prints err 'has no "parallel"'
lfb 2 sweep --schedules --json "$races/session-retrieve-race.lfb"
lfb 2 sweep --bound 1 "$races/session-retrieve-race.lfb"
lfb 2 sweep --schedule 1 "$races/session-retrieve-race.lfb"

finish
