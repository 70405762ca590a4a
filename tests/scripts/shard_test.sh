#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# --shard and lfb merge: parts together are the whole, to the byte, whatever their number; what does
# not belong together is refused; docs/shard.md, done as its reader does it.

set -eu
. "$(dirname "$0")/cli_common.sh"
scenarios=$LFB_SOURCE_DIR/examples/scenarios
newcomer=$LFB_SOURCE_DIR/tests/newcomer

# shards N COMMAND ARGS...: leaves the results of N shards in $dir/part-*
shards() {
	of=$1
	command=$2
	shift 2
	rm -f "$dir"/part-*
	number=0
	while [ $number -lt "$of" ]; do
		number=$((number + 1))
		"$LFB" "$command" --shard $number/"$of" --json "$@" >"$dir/part-$number" \
			2>"$dir/err" || [ $? -lt 99 ] || fail "shard $number/$of of $command $*"
	done
}

# whole NUMBERS COMMAND ARGS...: for each number of shards they are what one run is
whole() {
	numbers=$1
	command=$2
	shift 2
	status=0
	"$LFB" "$command" --json "$@" >"$dir/whole" 2>"$dir/err" || status=$?
	for n in $numbers; do
		shards "$n" "$command" "$@"
		# none of them is in order
		# shellcheck disable=SC2046 # a list of files
		lfb $status merge $(find "$dir" -name 'part-*' | sort -r)
		same "$dir/whole" "$dir/out"
	done
	fits "$command" "$dir/part-1"
}

all='1 2 3 4 5 6 7'
maxima=$all
few='2 3'
[ -z "$sanitized" ] || {
	all=3
	few=2
	maxima=3
}

# Sweeps: nothing is found; something is; it ends early, follows from what is remembered, with
# pairs, in scenarios that do not run.
whole "$all" sweep "$scenarios/first.lfb" "$scenarios/aborted.lfb"
whole "$all" sweep --quirk +FILE_FLB_LEAK_ON_ENOMEM "$scenarios/first.lfb"
whole "$all" sweep "$newcomer/finish-needs-retrieve.bad.lfb" "$dir/none.lfb" "$scenarios/first.lfb"
for max in $maxima; do
	whole "$few" sweep --max $max "$newcomer/finish-needs-retrieve.bad.lfb"
done
printf 'handler 0\nopen\nsession s\npreserve s 1 0 100\nclose s\n' >"$dir/short"
whole "$all" sweep --pairs "$dir/short"
whole "$all" sweep --pairs --max 3 "$LFB_SOURCE_DIR/tests/zoo/file-preserve-not-undone.lfb"
whole "$all" sweep --once --kinds alloc,kho "$scenarios/first.lfb"

# No point is in two shards, and each is in one: the words of their outcomes add up.
"$LFB" sweep --json "$scenarios/first.lfb" >"$dir/whole"
runs=$(jq '.scenarios[0].runs' "$dir/whole")
for n in $all; do
	shards "$n" sweep "$scenarios/first.lfb"
	checks=$((checks + 1))
	jq -s -e "map(.scenarios[0].ran.outcomes | split(\" \") | length) |
		add == $runs and max - min <= 1" "$dir"/part-* >/dev/null ||
		fail "the shards of $n are not all points, shared alike"
done

# Searches: nothing differs, something does among the shorter ones, or the longest; each defect.
whole "$all" exhaust --length 3
whole "$few 5" exhaust --length 1
whole "$few" exhaust --length 2 --all
whole "$few" exhaust --length 4 --quirk +FILE_PRESERVED_TWICE
[ -n "$sanitized" ] || {
	whole "$all" exhaust --length 4 --jobs 2
	whole "2 5" exhaust --length 5 --quirk +FILE_PRESERVED_TWICE
	whole "$all" exhaust --length 2 --defects
}

# With a module: findings of the last length and of shorter ones, all that are asked for or not; one
# that was loaded, whose end is a process's.
printf 'when h 0 freeze kmalloc t 64\nwhen h 0 preserve kho a 4096\n' >"$dir/module"
printf 'when flb 0 preserve kmalloc o 64\nwhen flb 0 unpreserve kfree o\n' >>"$dir/module"
finds='--finds LFB-KHO-NEVER-RESTORED --finds LFB-FILE-LEFT-BEHIND'
whole "$few 5" exhaust --length 3 --module "$dir/module"
# shellcheck disable=SC2086 # two options
[ -n "$sanitized" ] || {
	whole "$few 7" exhaust --length 4 --module "$dir/module"
	whole "$few" exhaust --length 5 --module "$dir/module"
	whole "$few" exhaust --length 4 --module "$dir/module" $finds
	whole "$few" exhaust --length 5 --module "$dir/module" $finds
}
keeper=$LFB_SOURCE_DIR/tests/loadable/keeper.c
lfb 0 build "$keeper" -o "$dir/keeper.so"
lfb 0 build -DVERSION=2 -DSTRICT "$keeper" -o "$dir/strict.so"
sed -e '/^static void keeper_flb_finish(/,/^}/s/^{/{\n\texit(3);/' \
	-e 's/^static void keeper_flb_finish(/void exit(int status);\n&/' "$keeper" >"$dir/exits.c"
lfb 0 build "$dir/exits.c" -o "$dir/exits.so"
whole "$few" exhaust --length 3 --module "$dir/keeper.so"
whole "$few" exhaust --length 4 --module "$dir/keeper.so" --next "$dir/strict.so"
jq -e '.findings[0].calls | index("lfb_machine_kexec(machine);")' "$dir/whole" >/dev/null ||
	fail "the calls are not there"
whole "$few" exhaust --length 5 --jobs 2 --module "$dir/exits.so"
jq -e '.findings[0].id == null and (.findings[0].text | contains("status 3"))' "$dir/whole" \
	>/dev/null || fail "the process that ended is not told"
[ -n "$sanitized" ] || {
	whole "$few 5" exhaust --length 5 --module "$dir/keeper.so"
	whole "$few" exhaust --length 5 --module "$dir/keeper.so" --next "$dir/strict.so"
}

# Comparisons: of files and made-up ones; ways that one defect makes, ways beyond those told.
mkdir "$dir/differ"
life='handler 0\nflb 0 0\nopen\nsession a\npreserve a 0 0 0\nreboot\nhandler 0\nflb 0 0\nopen\n'
printf 'handler 0\nunhandler 0\nflb 0 0\n' >"$dir/differ/1.lfb"
printf 'open\n' >"$dir/differ/2.lfb"
printf 'open\nsession a\nhandler 0\nunhandler 0\nflb 0 0\n' >"$dir/differ/3.lfb"
printf 'handler 0\nopen\nsession a\nsession b\npreserve a 0 0 0\nagain b 0 0\n' >"$dir/differ/4.lfb"
ours=linux-7.3
theirs=linux-7.3,-FLB_LINK_UNREGISTERED_HANDLER,+FILE_PRESERVED_TWICE
whole "$few" compare --generate 5 --seed 3 $ours $theirs linux-7.3,+FILE_PRESERVED_TWICE \
	"$dir/differ"
[ -n "$sanitized" ] || {
	whole 7 compare --generate 0 --max 1 $ours $theirs "$dir/differ"
	printf "${life}rsession a\nretrieve a 0\nclose a\n" >"$dir/differ/5.lfb"
	printf "${life}rsession a\nfinish a\nclose a\n" >"$dir/differ/6.lfb"
	whole "2 3 4" compare --generate 0 reference reference,+FLB_FINISH_NEEDS_GET "$dir/differ"
	jq -e '.differences[0].ways == 2' "$dir/whole" >/dev/null || fail "there is one way"
}

# refused TEXT FILES...: with a sentence, and nothing else
refused() {
	text=$1
	shift
	lfb 2 merge "$@"
	prints err "$text"
	silent out
}

shards 3 sweep "$dir/short"
refused 'shard 2 of 3 is missing' "$dir/part-3" "$dir/part-1"
refused 'shard 3 of 3 is missing' "$dir/part-2" "$dir/part-1"
refused 'shard 2 is there already' "$dir/part-3" "$dir/part-2" "$dir/part-1" "$dir/part-2"
refused 'not the result of a shard' "$dir/part-3" "$dir/part-2" "$dir/whole"
refused 'none: cannot be opened' "$dir/none"
for n in 1 2 3; do cp "$dir/part-$n" "$dir/kept-$n"; done
"$LFB" sweep --shard 2/4 --json "$dir/short" >"$dir/part-2"
refused 'of another number of shards' "$dir/part-1" "$dir/part-2" "$dir/part-3"
"$LFB" sweep --shard 2/3 --once --json "$dir/short" >"$dir/part-2"
refused 'its command is "lfb sweep --once ' "$dir/part-1" "$dir/part-2" "$dir/part-3"
echo '# other bytes' >>"$dir/short"
"$LFB" sweep --shard 2/3 --json "$dir/short" >"$dir/part-2"
refused 'its inputs are "' "$dir/part-1" "$dir/part-2" "$dir/part-3"
# changed EXPRESSION TEXT: jq changes the second shard, and then it is refused
changed() {
	jq "$1" "$dir/kept-2" >"$dir/part-2"
	refused "$2" "$dir/kept-1" "$dir/part-2" "$dir/kept-3"
}
changed '.shard.version = "0.0.9"' 'its version is "0.0.9"'
changed '.shard.whole = false' 'this shard was stopped before its end'
changed '.shard.number = 0' 'its shard has no number'
changed 'del(.shard.of)' 'of another number of shards'
changed '.format = "lfb-run-1"' 'of another command'
changed '.scenarios[0].points.alloc = 1' 'it does not fit the other shards: points'
changed '.scenarios[0].ran.outcomes += " r r"' 'it does not fit the other shards: it has other'
changed '.scenarios[0].ran.outcomes = "v"' 'it does not fit the other shards: it has other'
changed '.scenarios[0].ran.violations = [{ "point": 0 }]' 'fit the other shards: it has other'
changed '.scenarios[0].ran.violations = [{ "point": 2 }]' 'fit the other shards: it has other'
changed '.scenarios[0].ran.outcomes = null' 'it does not fit the other shards'
changed 'del(.scenarios[0].ran)' 'it does not fit the other shards'
changed '.scenarios = []' 'it does not fit the other shards'
jq '.scenarios = []' "$dir/kept-1" >"$dir/part-1"
refused "part-1: it does not fit" "$dir/part-1" "$dir/kept-2" "$dir/kept-3"
changed '.shard = 7' 'not the result of a shard'

# What is no JSON is refused with the line, wherever it ends, whatever its bytes.
# bad LINE: $dir/part-2 is
bad() {
	refused "part-2:$1: no JSON as lfb writes it" "$dir/kept-1" "$dir/part-2" "$dir/kept-3"
}
at=1
while [ $at -lt "$(wc -l <"$dir/kept-2")" ]; do
	head -n $at "$dir/kept-2" >"$dir/part-2"
	bad $((at + 1))
	at=$((at + (${sanitized:+20} + 1)))
done
# with VALUE: of a member more, in line 2; printf(1) knows the escapes
with() {
	{ printf '{\n"more": %b,' "$1"; sed 1d "$dir/kept-2"; } >"$dir/part-2"
}
for ok in '[ ]' '{}' 18446744073709551615 true '[null,false]' '"\0303\0244 \\u00e4\\t"'; do
	with "$ok"
	lfb 0 merge "$dir/kept-1" "$dir/part-2" "$dir/kept-3"
done
digits=$(printf '%0400d' 0 | tr 0 9)
for wrong in '' 18446744073709551616 "$digits" -1 1.5 1e3 nul True '[1 2]' '[1' '{"a" 1}' '{1: 1}' \
	'"\0344"' '"\0303"' '"\0001"' '"\0000"' '\0000' \
	'"\\x"' '"\\u12"' '"\\u0000"' '"\\ud800"' '"'; do
	with "$wrong"
	bad 2
done
: >"$dir/part-2"
bad 1
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "[" }' >"$dir/part-2"
bad 1
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "{\"a\":" }' >"$dir/part-2"
bad 1
refused "$dir: cannot be read" "$dir"
shards 2 exhaust --length 2
jq '.states = 1' "$dir/part-2" >"$dir/other"
refused 'it does not fit the other shards: states' "$dir/part-1" "$dir/other"
shards 2 exhaust --length 4 --module "$dir/module"
jq '.sequences = 1' "$dir/part-2" >"$dir/other"
refused 'it does not fit the other shards: sequences' "$dir/part-1" "$dir/other"
shards 2 exhaust --length 4 --module "$dir/keeper.so" --next "$dir/strict.so"
changed='it does not fit the other shards'
for what in '.shard.shorter = 1' '.sequences = 1'; do
	jq "$what" "$dir/part-2" >"$dir/other"
	refused "$changed: shorter sequences" "$dir/part-1" "$dir/other"
done
jq '.length = 1' "$dir/part-2" >"$dir/other"
refused "$changed: length" "$dir/part-1" "$dir/other"
for part in 1 2; do jq '.shard.at = []' "$dir/part-$part" >"$dir/other-$part"; done
refused "$changed: it does not say where" "$dir/other-1" "$dir/other-2"
shards 2 compare --generate 0 $ours $theirs "$dir/differ/1.lfb" "$dir/differ/2.lfb"
jq '.differences = []' "$dir/part-1" >"$dir/other"
refused 'a difference is not told' "$dir/other" "$dir/part-2"
for what in 'key = 9' 'kernel = 2' 'scenario += 1'; do
	jq ".seen[0].$what" "$dir/part-1" >"$dir/other"
	refused 'it does not fit the other shards: what was seen' "$dir/other" "$dir/part-2"
done

for shard in 0/3 4/3 1/0 1 /3 1/ -1/3 1/99999 a/b; do
	lfb 2 sweep --shard $shard "$dir/short"
	prints err "--shard $shard: expected I/N"
done
lfb 2 sweep --shard 1/2 --case none "$dir/short"
lfb 2 sweep --shard 1/2 --shrink "$dir/short"
lfb 2 exhaust --shard 1/2 --case "$dir/short"
lfb 2 exhaust --shard 1/2 --module "$dir/keeper.so" --only create-a
lfb 2 exhaust --json --module "$dir/keeper.so" --only create-a
prints err '--only goes with neither --json nor --shard'
lfb 2 compare --shard 1/2 --save "$dir/save" $ours $theirs

# The page; and what it has a matrix run.
mkdir "$dir/page" "$dir/nothing" "$dir/matrix"
for name in first aborted; do
	cp "$scenarios/$name.lfb" "$dir/page"
	cp "$scenarios/$name.lfb" "$dir/matrix"
done
PATH=$(dirname "$LFB"):$PATH
export PATH
checks=$((checks + 1))
"$LFB_SOURCE_DIR/tests/scripts/your_test_test.py" "$LFB_SOURCE_DIR/docs/shard.md" "$dir/page" \
	"$dir/nothing" >&2 || fail "docs/shard.md is not as it says"
cd "$dir/matrix"
"$LFB" sweep --json ./*.lfb | sed 's|\./||g' >../whole
sed -n 's/^      - run: //p' "$LFB_SOURCE_DIR/docs/shard.md" >../runs
for n in 1 2 3 4; do
	sed -n "1s/\\\${{ matrix.shard }}/$n/gp" ../runs >../run
	checks=$((checks + 1))
	sh -e ../run || fail "the matrix: $(cat ../run)"
done
sed -n 2p ../runs >../run
sh -e ../run || fail "the matrix: $(cat ../run)"
same ../whole sweep.json
cd /

finish
