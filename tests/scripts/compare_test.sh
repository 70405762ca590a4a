#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb compare: equal kernels do the same, known defects are found and named, what crashes or never
# comes back is a difference, scenarios that are made up are of every shape. tests/oracle_test.sh
# has kernels that play scenarios by themselves, tree_compare_test.sh real ones.

set -eu
. "$(dirname "$0")/cli_common.sh"

# The scenarios that are made up

number=1
while [ -z "$sanitized" ] && [ $number -le 600 ]; do
	"$LFB" compare --seed 7 --show $number
	number=$((number + 1))
done >"$dir/all"
for verb in handler unhandler flb unflb compatible fail when forget open session rsession preserve \
	again retrieve finish close getin getout holdin holdout putin putout reboot prepare jump \
	damage cold identity argument fault module insmod rmmod; do
	[ -z "$sanitized" ] || break
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
	[ -z "$sanitized" ] || break
	checks=$((checks + 1))
	grep -q "$shape" "$dir/all" || fail "no scenario has $shape"
done
lfb 0 compare --seed 7 --show 5
cp "$dir/out" "$dir/first"
lfb 0 compare --seed 7 --show 5
same "$dir/out" "$dir/first"
lfb 0 compare --seed 8 --show 5
! cmp -s "$dir/out" "$dir/first" || fail "another seed gives the same scenario"

# Profiles

some=150
[ -z "$sanitized" ] || some=10
lfb 0 compare --generate $some linux-7.3 linux-7.3
prints out "scenarios: linux-7.3 and linux-7.3 do the same"
lfb 0 compare --findings "linux-7.3" "linux-7.3,+FLB_INCOMING_UNLINK" \
	"$LFB_SOURCE_DIR/examples/scenarios"

# Without a defect: exactly that one is found, whichever it is of these, in either direction. Each
# scenario that differs is tried with many defects: where some differ, of those that are made up few
# must do.
more=$LFB_TEST_DATA/golden/linux-7.3-more
for quirk in SESSION_RETRIEVE_EFAULT_FINISHES FLB_FINISH_NEEDS_GET \
	FLB_LINK_UNREGISTERED_HANDLER FLB_GET_OUTGOING_NEEDS_OBJ; do
	# Ten scenarios do not show the first, and sanitizers see nothing new in the others.
	[ -z "$sanitized" ] || [ $quirk = FLB_GET_OUTGOING_NEEDS_OBJ ] || continue
	lfb 1 compare --generate $some linux-7.3 "linux-7.3,-$quirk" "$more"
	prints out "by 1 difference"
	prints out "    $quirk, a known defect that linux-7.3 has: "
	[ -n "$sanitized" ] || some=40
done
lfb 1 compare --generate $some "linux-7.3,-$quirk" linux-7.3 "$more"
prints out "by 1 difference"
prints out "    $quirk, a known defect that linux-7.3 has: "

# What docs/compare.md shows
lfb 1 compare linux-7.3 linux-7.3,-FLB_LINK_UNREGISTERED_HANDLER "$more"
{
	echo '```'
	grep -v '^$' "$dir/out"
	echo '```'
} >"$dir/shown"
documented compare.md compare "$dir/shown"

# Stories beside each other: what all do once, the rest in columns
order=$LFB_SOURCE_DIR/examples/lessons/04-order.lfb
lfb 1 compare --story rfc-v6 linux-7.0 linux-7.3 "$order"
cp "$dir/out" "$dir/order"
{
	echo '```'
	sed -n '/agent: finishes/,$p' "$dir/order"
	echo '```'
} >"$dir/shown"
documented compare.md story "$dir/shown"
lfb 1 compare "$order" --story # those without any
same "$dir/out" "$dir/order"
for width in 60 100; do
	lfb 1 compare --story --width $width rfc-v6 linux-7.3 "$order"
	checks=$((checks + 1))
	[ "$(sed 's/≠/=/g; s/→/>/g' "$dir/out" | awk "length > $width")" = "" ] ||
		fail "a line is too wide"
done
lfb 0 compare --story linux-7.3 linux-7.3 "$order"
prints out '0 of 17 operations differ'
! grep -q '≠' "$dir/out" || fail "equal kernels part"
printf 'handler 0\nflb 0 0\nunhandler 0\nflb 0 0\n' >"$dir/part.ops"
lfb 1 compare --story --width 60 linux-7.3 linux-7.3,-FLB_LINK_UNREGISTERED_HANDLER "$dir/part.ops"
prints out '-EINVAL'
# A name that is too long goes on in the next line between two of its words.
grep -qx '.*| linux-7.3,-FLB_LINK_' "$dir/out" || fail "a name is cut"
prints out '1 of 4 operations differ'
: >"$dir/nothing.ops"
lfb 0 compare --story "$dir/nothing.ops"
prints out '0 of 0 operations differ'
# An operation of many rows
{
	printf 'handler 0\nflb 0 0\nopen\n'
	for session in a b c d e f g h; do
		echo "session $session"
		seq 100 | sed "s/.*/preserve $session & 0 &/"
	done
	printf 'reboot\nhandler 0\nflb 0 0\nopen\nrsession a\nretrieve a 1\nfinish a\n'
} >"$dir/long.ops"
lfb 1 compare --story rfc-v6 linux-7.3 "$dir/long.ops"
prints out '1 of 818 operations differ'

lfb 2 compare --story rfc-v6 linux-7.0 linux-7.2 linux-7.3 reference "$order"
prints err 'more than 4 kernels'
lfb 2 compare --story linux-7.0 linux-7.3
prints err 'expected a scenario'
lfb 2 compare --story --json linux-7.0 linux-7.3 "$order"
lfb 2 compare --width 80 linux-7.0 linux-7.3 "$order"
prints err '--width is that of --story'

# Two at once are told apart; a third kernel that does the same as the second is not told again.
printf 'handler 0\nflb 0 0\nopen\nsession a\npreserve a 1 0 1\nunflb 0 0\n' >"$dir/unlink.ops"
set -- linux-7.3 linux-7.3,-FLB_LINK_UNREGISTERED_HANDLER,-FLB_UNREGISTER_WHILE_PRESERVED \
	linux-7.3,-FLB_LINK_UNREGISTERED_HANDLER "$more" "$dir/unlink.ops"
lfb 1 compare --jobs 1 --generate $some --save "$dir/saved" "$@"
prints out "by 2 differences"
prints out "    FLB_LINK_UNREGISTERED_HANDLER, a known defect that linux-7.3 has"
prints out "    FLB_UNREGISTER_WHILE_PRESERVED, a known defect that linux-7.3 has"
checks=$((checks + 1))
[ "$(grep -c '    the same from linux-7.3,-FLB_LINK_UNREGISTERED_HANDLER$' "$dir/out")" = 1 ] ||
	fail "who else differs is not said once"
cp "$dir/out" "$dir/once"
lfb 1 compare --jobs 5 --generate $some "$@"
same "$dir/out" "$dir/once"
for difference in "$dir/saved/0001" "$dir/saved/0002"; do
	"$LFB" run --golden --profile linux-7.3 "$difference/scenario.ops" >"$dir/out"
	same "$dir/out" "$difference/ours.trace"
	"$LFB" run --golden --profile linux-7.3 --quirk -FLB_LINK_UNREGISTERED_HANDLER \
		--quirk -FLB_UNREGISTER_WHILE_PRESERVED "$difference/scenario.ops" >"$dir/out"
	same "$dir/out" "$difference/theirs.trace"
done

# Side by side: what is the same, what answers otherwise, and what only one does.
printf 'handler 0\nunhandler 0\nflb 0 0\n' >"$dir/link.ops"
lfb 1 compare linux-7.3 reference "$dir/link.ops"
sed -n '/^    linux-7.3/,/== end/p' "$dir/out" | sed 's/  */ /g' >"$dir/table"
cat >"$dir/expected" <<'END'
 linux-7.3 reference
 == boot cold == boot cold
 > handler 0 = 0 > handler 0 = 0
 > unhandler 0 > unhandler 0
 > flb 0 0 = 0 | > flb 0 0 = -EINVAL
 == end == end
END
same "$dir/table" "$dir/expected"
prints out "difference 1, in 1 scenario: flb 0 0: linux-7.3 answers 0, reference answers -EINVAL"

# Findings count where they are asked for: here the answers are the same, and memory is left.
set -- linux-7.3 linux-7.3,-KHO_VMALLOC_ROLLBACK_ORDER \
	"$LFB_SOURCE_DIR/tests/zoo/quirk-KHO_VMALLOC_ROLLBACK_ORDER.lfb"
lfb 0 compare "$@"
lfb 1 compare --findings "$@"
prints out "they say the same, but find something else"
prints out "    found in linux-7.3 alone: LFB-KHO-LEFT-MARKED"

# What dies or never comes back is a difference, and the others go on.
cat >"$dir/dies.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
void oracle_play(const char *text, FILE *out);
void oracle_play(const char *text, FILE *out)
{
	int *nothing = NULL;

	fputs("== boot cold\n", out);
	if (strstr(text, "session hangs"))
		for (;;)
			;
	if (strstr(text, "session talks"))
		for (;;)
			fputs("> open = 0\n", out);
	if (strstr(text, "session exits"))
		_exit(7);
	if (strstr(text, "session dies"))
		*(volatile int *)nothing = 1;
	fputs("> open = 0\n> session fine = 0\n== end\n", out);
}
END
"$CC" -O1 -shared -fPIC -o "$dir/dies.so" "$dir/dies.c"
for name in hangs talks exits dies fine; do
	printf 'open\nsession %s\n' $name >"$dir/$name.lose.ops"
done
mv "$dir/talks.lose.ops" "$dir/talks.ops"
lfb 1 compare --seconds 60 linux-7.3 "$dir/dies.so" "$dir/talks.ops"
prints out "== lost: what it says has no end"
lfb 1 compare --seconds 1 linux-7.3 "$dir/dies.so" "$dir"/*.lose.ops
prints out "4 scenarios: linux-7.3 and $dir/dies.so differ in 3 of them, by 3 differences"
prints out "== lost: it has no end"
prints out "== lost: its process ended with status 7"
grep -q '== lost: its process \(was ended by signal 11\|ended with status 1\)' "$dir/out" ||
	fail "a crash is not told"

# From a handover on: what was damaged there one kernel takes, with a checksum or without.
lfb 0 edit "$LFB_SOURCE_DIR/tests/fuzz/blob_seed_corpus/linux-7.3.blob" \
	'luo/flb[0]/count=0' -o "$dir/damaged.blob"
printf '%s\n' 'handler 0' 'flb 0 0' 'memfd 5 8192 1 6' 'getin 0' >"$dir/next.ops"
lfb 0 compare --boot-from "$dir/damaged.blob" linux-7.3 linux-7.2 "$dir/next.ops"
lfb 1 compare --boot-from "$dir/damaged.blob" linux-7.3 reference "$dir/next.ops"
prints out "== panic"
lfb 2 compare --boot-from "$dir/none.blob" linux-7.3 reference "$dir/next.ops"
prints err "$dir/none.blob: cannot be opened"
lfb 2 compare --boot-from "$dir/damaged.blob" linux-7.3 "$dir/dies.so" "$dir/next.ops"
prints err "$dir/dies.so performs scenarios by itself: it boots from no handover"

# What makes no sense, is not there, or cannot be done
lfb 2 compare
prints err "expected two kernels at least"
lfb 2 compare linux-7.3
lfb 2 compare linux-7.3 linux-9.9
prints err "linux-9.9 is no kernel"
lfb 2 compare linux-7.3 linux-7.3,FLB_INCOMING_UNLINK
prints err "expected +QUIRK or -QUIRK"
lfb 2 compare linux-7.3 linux-7.3,-NO_SUCH_THING
prints err "NO_SUCH_THING"
lfb 2 compare linux-7.3 reference "$dir/none.ops"
prints err "none.ops"
mkdir "$dir/empty"
lfb 2 compare linux-7.3 reference "$dir/empty"
prints err "no scenario is in it"
lfb 2 compare linux-7.3 "$dir/none.so"
lfb 2 compare --generate x linux-7.3 reference

finish
