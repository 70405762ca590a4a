#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The oracle without a kernel tree: its scenarios are the same each time and of every shape, and
# what differs is found, told apart and shown small. What a tree says is made up here; ./dev oracle
# asks real ones.

set -eu
. "$(dirname "$0")/cli_common.sh"

oracle=$LFB_BUILD_DIR/tests/oracle

# stand_in NAME SCRIPT: a tree that says what our kernel says, put through the sed script SCRIPT
stand_in() {
	printf '%s\n' "$2" >"$dir/$1.sed"
	cat >"$dir/tree.c" <<END
#include <stdio.h>
#include <stdlib.h>
void oracle_play(const char *text, FILE *out);
void oracle_play(const char *text, FILE *out)
{
	char command[4096], line[4096];
	FILE *file = fopen("$dir/asked.$1.ops", "w"), *ours;

	fputs(text, file);
	fclose(file);
	snprintf(command, sizeof(command), "%s", "'$LFB' run --golden --profile linux-7.3 "
		 "'$dir/asked.$1.ops' 2>/dev/null | sed -f '$dir/$1.sed'");
	ours = popen(command, "r");
	while (ours && fgets(line, sizeof(line), ours))
		fputs(line, out);
	fflush(out);
}
END
	"$CC" -shared -fPIC -o "$dir/$1.so" "$dir/tree.c"
}

# oracle STATUS ARGS...: as lfb(), for the oracle
oracle() {
	expected=$1
	shift
	status=0
	"$oracle" "$@" >"$dir/out" 2>"$dir/err" || status=$?
	checks=$((checks + 1))
	[ "$status" -eq "$expected" ] || {
		fail "oracle $*: exit status $status, not $expected"
		sed 's/^/    /' "$dir/out" "$dir/err" >&2
	}
}

number=0
while [ $number -lt 300 ]; do
	"$oracle" --seed 7 --print $number
	number=$((number + 1))
done >"$dir/all"
for verb in handler unhandler flb unflb compatible fail when forget open session rsession preserve \
	again retrieve finish close getin getout holdin holdout putin putout reboot prepare jump \
	damage cold identity argument fault module insmod rmmod; do
	checks=$((checks + 1))
	grep -q "^$verb\>" "$dir/all" || fail "no scenario has the verb $verb"
done
for shape in 'session s60' 'flb 0 6' 'preserve a 1[0-9][0-9] ' 'without liveupdate' 'without kho' \
	'when flb . preserve answer' 'when h . freeze answer' 'fail h . can_finish' \
	'argument read-only' 'argument unreadable' '^retrieve .* as ' 'identity . changing' \
	'without handover' 'without image' 'fault alloc' 'fault kho' 'fault user-write' \
	'fault file-retrieve' 'fault flb-preserve' 'fault module' 'fault off' 'forever$' \
	'^at preserve' '^at retrieve' '^at finish' '^at freeze' '^at unfreeze' 'fault fdt' \
	'argument short' 'argument long' 'argument tail'; do
	checks=$((checks + 1))
	grep -q "$shape" "$dir/all" || fail "no scenario has $shape"
done
oracle 0 --seed 7 --print 5
cp "$dir/out" "$dir/first"
oracle 0 --seed 7 --print 5
cmp -s "$dir/out" "$dir/first" || fail "the same seed gives another scenario"
oracle 0 --seed 8 --print 5
! cmp -s "$dir/out" "$dir/first" || fail "another seed gives the same scenario"

stand_in same ''
oracle 0 --count 10 "$dir/same.so"
prints out "10 scenarios, 0 differ from linux-7.3"

stand_in other 's/^\(> session .*\) = 0/\1 = -5/; s/^\(> getin .*\) = -61/\1 = -2/'
oracle 1 --count 60 --save "$dir/saved" "$dir/other.so"
prints out "2 causes"
prints out "tree  > session "
prints out "tree  > getin 0 = -2 obj=0"
for cause in "$dir"/saved/*-session "$dir"/saved/*-getin; do
	checks=$((checks + 1))
	[ "$(wc -l <"$cause/scenario.ops")" -le 2 ] || fail "$cause is not small"
	"$LFB" run --golden --profile linux-7.3 "$cause/scenario.ops" >"$dir/out"
	cmp -s "$dir/out" "$cause/ours.trace" || fail "$cause has another transcript"
done

printf 'open\n' >"$dir/fine.ops"
printf 'open\nsession a\n' >"$dir/bad.ops"
oracle 0 "$dir/other.so" "$dir/fine.ops"
oracle 1 "$dir/other.so" "$dir/fine.ops" "$dir/bad.ops"
prints out "2 scenarios, 1 differ"
oracle 0 --transcript "$dir/bad.ops" "$dir/other.so"
prints out "> session a = -5"
oracle 2
prints err "usage"
oracle 2 "$dir/none.so"

status=0
"$LFB_SOURCE_DIR/tests/oracle/build.sh" "$dir" "$dir/image" 2>"$dir/err" || status=$?
[ $status = 2 ] || fail "a folder without a kernel is compiled"
prints err "has no kernel/liveupdate/luo_flb.c"

# A version that is not modelled is compared with linux-7.3 and fails nothing, not even when it
# cannot be compiled; one that is modelled does.
mkdir -p "$dir/build/release/tests"
ln -s "$LFB" "$dir/build/release/lfb"
ln -s "$oracle" "$dir/build/release/tests/oracle"
for tree in 0:linux-99.1 1:linux-7.3; do
	mkdir -p "$dir/${tree#*:}/kernel/liveupdate"
	echo 'no C' >"$dir/${tree#*:}/kernel/liveupdate/luo_flb.c"
	status=0
	"$LFB_SOURCE_DIR/tests/oracle/run.sh" "$dir/build/release" "$dir/${tree#*:}" \
		>"$dir/out" 2>"$dir/err" || status=$?
	checks=$((checks + 1))
	[ "$status" -eq "${tree%:*}" ] || fail "${tree#*:}: exit status $status"
	prints out "linux ${tree#*:linux-}, $dir/${tree#*:}:"
done
! grep -q 'not modelled' "$dir/out" || fail "linux-7.3 is not modelled"
"$LFB_SOURCE_DIR/tests/oracle/run.sh" "$dir/build/release" "$dir/linux-99.1" \
	>"$dir/out" 2>"$dir/err"
prints out "linux 99.1 is not modelled: that it does not compile is no failure"

finish
