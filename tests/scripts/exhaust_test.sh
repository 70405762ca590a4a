#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb exhaust: short searches, what a difference looks like, and that what docs/exhaust.md says was
# found of each known defect shows it.

set -eu
. "$(dirname "$0")/cli_common.sh"

document=$LFB_SOURCE_DIR/docs/exhaust.md

lfb 0 exhaust --length 2 --time
prints out 'no difference from the model'
prints err ' s'
cp "$dir/out" "$dir/first"
lfb 0 exhaust --length 2 --jobs 3
silent err
same "$dir/out" "$dir/first"
lfb 0 exhaust --length 2 --with all

# A difference is a scenario that runs, fails, and can be compared again.
lfb 1 exhaust --quirk +FLB_UNREGISTER_WHILE_PRESERVED
prints out '# expected: -16'
prints out '# got: 0'
prints out '# replay: lfb exhaust --quirk +FLB_UNREGISTER_WHILE_PRESERVED --case THIS'
cp "$dir/out" "$dir/found.lfb"
lfb 1 exhaust --quirk +FLB_UNREGISTER_WHILE_PRESERVED --case "$dir/found.lfb"
prints out 'the last operation differs: result'
lfb 1 run --golden --quirk +FLB_UNREGISTER_WHILE_PRESERVED "$dir/found.lfb"
prints err 'expected = -16, got = 0'
lfb 0 exhaust --case - <"$dir/found.lfb"
lfb 0 run --golden "$dir/found.lfb"

# Two operations beside each other: none that is not one before the other; a race is a schedule.
lfb 0 exhaust --length 2 --beside --bound 2
prints out 'all 33 sequences of length 1: no difference from the model'
prints out '# beside each other, from 1 states: '
lfb 1 exhaust --length 2 --beside --quirk +SESSION_MUTATE_WHILE_REBOOTING --jobs 1
prints out 'parallel 5x0,1 {'
cp "$dir/out" "$dir/race.lfb"
lfb 1 exhaust --length 2 --beside --quirk +SESSION_MUTATE_WHILE_REBOOTING --jobs 3
same "$dir/out" "$dir/race.lfb"
lfb 1 exhaust --quirk +SESSION_MUTATE_WHILE_REBOOTING --case "$dir/race.lfb"
prints out 'the last operation differs: counts'
lfb 0 exhaust --case "$dir/race.lfb"
# More of it takes as long as all else here with sanitizers.
case ${CFLAGS-} in
*-fsanitize=*) ;;
*)
	lfb 0 exhaust --length 3 --beside
	lfb 1 exhaust --length 3 --beside --quirk +REGISTRY_UNLOCKED
	cp "$dir/out" "$dir/race.lfb"
	lfb 1 run --golden --quirk +REGISTRY_UNLOCKED "$dir/race.lfb"
	prints err 'expected = '
	lfb 0 exhaust --case "$dir/race.lfb"
	;;
esac
# The lines that the document has.
sed -n '/^<!-- race -->/,/^}$/p' "$document" | sed '1,2d;/^#/d' >"$dir/retaken.lfb"
lfb 1 exhaust --quirk +SESSION_RETRIEVE_RACE --case "$dir/retaken.lfb"
prints out 'the last operation differs: safety'
lfb 0 exhaust --case "$dir/retaken.lfb"
lfb 2 exhaust --bound 1
lfb 2 exhaust --beside --length 1
lfb 2 exhaust --beside --shard 1/2
lfb 2 exhaust --beside --defects

# scenario QUIRK: the lines that the document says QUIRK was shrunk to
scenario() {
	grep "^| \`$1\` |" "$document" | sed -n 's/.* | `\(.*\)` |$/\1/p' | sed 's/` `/\
/g'
}

# Every quirk has its row. Each scenario shows the defect,
# and nothing without it.
"$LFB" profiles | sed -n 's/^\([A-Z]*_[A-Z_]*\) .*/\1/p' | sort -u >"$dir/quirks"
checks=$((checks + 1))
[ "$(wc -l <"$dir/quirks")" -gt 20 ] || fail "lfb profiles lists $(wc -l <"$dir/quirks") quirks"
while read -r quirk; do
	scenario "$quirk" >"$dir/case.lfb"
	checks=$((checks + 1))
	# What the model does not know is shown elsewhere: in the zoo.
	if grep -q "^| \`$quirk\` | not in the model | " "$document"; then
		[ -f "$LFB_SOURCE_DIR/tests/zoo/quirk-$quirk.lfb" ] || fail "nothing shows $quirk"
		continue
	fi
	if [ ! -s "$dir/case.lfb" ]; then
		fail "docs/exhaust.md has no scenario for $quirk"
		continue
	fi
	# A long one is cut in the document; tests/exhaustive.sh finds those of more than 6.
	if grep -q '…' "$dir/case.lfb"; then
		! grep -q "^| \`$quirk\` | [7-9] | " "$document" || continue
		lfb 1 exhaust --length 2 --quirk "+$quirk"
		cp "$dir/out" "$dir/case.lfb"
	fi
	lfb 1 exhaust --quirk "+$quirk" --case "$dir/case.lfb"
	# A kernel that dies ends the scenario; without the quirk its last answer is another.
	grep -q "^| \`$quirk\` | [0-9]* | life |" "$document" && continue
	prints out 'the last operation differs'
	if grep -q '^do ' "$dir/case.lfb"; then
		lfb 0 exhaust --with locked --case "$dir/case.lfb"
	else
		lfb 0 exhaust --case "$dir/case.lfb"
	fi
done <"$dir/quirks"

lfb 2 exhaust --length 0
lfb 2 exhaust --length 13
lfb 2 exhaust --with nothing
lfb 2 exhaust --quirk +NOTHING
lfb 2 exhaust --profile nothing
lfb 2 exhaust --defects --quirk +FLB_GET_UNCOUNTED
lfb 2 exhaust FILE
lfb 1 exhaust --case "$dir/none.lfb"
printf 'panic\n' >"$dir/panic.lfb"
lfb 2 exhaust --case "$dir/panic.lfb"
prints err 'panic.lfb:1: panic: the model does not know this'

finish
