#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Sweeps and searches with a kernel tree's own orchestrator (LFB_KERNEL_TREE=TREE): they have
# nothing to say of the tree as it is, and find each mistake that is planted in a copy.

set -eu
. "$(dirname "$0")/cli_common.sh"

if [ -z "${LFB_KERNEL_TREE:-}" ]; then
	echo "no LFB_KERNEL_TREE: no tree's orchestrator is searched"
	finish
	exit
fi

golden=$LFB_TEST_DATA/golden/linux-7.3
image=$dir/tree.so
lfb 0 tree "$LFB_KERNEL_TREE" -o "$image"
silent err

cat >"$dir/two.lfb" <<'END'
handler 0 = 0
flb 0 0 = 0
flb 0 1 = 0
open = 0
session a = 0
preserve a 1 0 1 = 0
reboot = 0
handler 0 = 0
flb 0 0 = 0
flb 0 1 = 0
getin 0 = 0 obj=2000
getin 1 = 0 obj=2001
open = 0
rsession a = 0
retrieve a 1 = 0
finish a = 0
close a
END

# Each step that can fail does: nothing is wrong but what is wrong with the profile, too, and both
# have the same points, but for the nodes of an xarray. All 320 recorded scenarios take minutes:
# once by hand.
if [ -z "$sanitized" ]; then
	set -- "$golden"/00[1-4]1.ops "$golden"-more/C1*.ops \
		"$LFB_SOURCE_DIR"/examples/scenarios/*.lfb
else
	set -- "$dir/two.lfb"
fi
lfb 0 sweep --kernel "$image" "$@"
points=kho,fdt,module,flb-preserve,flb-retrieve,file-preserve,file-freeze,file-retrieve
lfb 0 sweep --kernel "$image" --once --kinds "$points" "$@"
sed -n 's/: \([0-9]* fault points\), .*/: \1/p' "$dir/out" >"$dir/points"
status=0
"$LFB" sweep --profile linux-7.3 --once --kinds "$points" "$@" >"$dir/out" || status=$?
sed -n 's/: \([0-9]* fault points\), .*/: \1/p' "$dir/out" >"$dir/points.profile"
same "$dir/points" "$dir/points.profile"
# What is known is told where the profile is asked to be without it.
lfb 1 sweep --kernel "$image" --quirk -PRESERVE_EFAULT_KEEPS --kinds user-write "$dir/two.lfb"
prints out 'copy_to_user failed'
lfb 1 sweep --kernel "$image" --case user-write:2 "$dir/two.lfb"
prints out '== a violation'

# Races of its own code are found, and done again by their schedule (docs/schedules.md); the same
# steps one behind the other are right.
raced=$LFB_TEST_DATA/schedules/flb-count-includes-gets.lfb
finds=$(sed -n 's/^# finds: //p' "$raced")
lfb 1 explore --bound 1 --kernel "$image" "$raced"
prints out "$finds: "
prints out ', which is all, '
prints out ': 1 failure'
schedule=$(sed -n 's/.* --schedule \([^ ]*\) .*/\1/p' "$dir/out")
lfb 1 run --findings --kernel "$image" --schedule "$schedule" "$raced"
prints out "$finds"
lfb 0 run --findings --kernel "$image" --schedule 1 "$raced"
lfb 0 explore --bound 1 --kernel "$image" "$LFB_TEST_DATA/schedules/session-retrieve-race.lfb"

# All sequences: it does what its profile does. Equal states are gone on from once, and a search
# that does not merge any has the same sequences.
length=4
[ -z "$sanitized" ] || length=2
lfb 0 exhaust --kernel "$image" --length "$length"
prints out "no difference from the image's profile"
lfb 0 exhaust --kernel "$image" --length 2 --all
sequences=$(sed -n 's/^# all \([0-9]*\) sequences.*/\1/p' "$dir/out")
lfb 0 exhaust --kernel "$image" --length 2
prints out "# all $sequences sequences of length 2"
lfb 0 exhaust --kernel "$image" --length 2 --with all
lfb 0 exhaust --kernel "$image" --case "$dir/two.lfb"
# A profile that is mended differs: in this case by a known defect.
printf 'handler 0\nunhandler 0\nflb 0 0\n' >"$dir/linked.lfb"
lfb 1 exhaust --kernel "$image" --quirk -FLB_LINK_UNREGISTERED_HANDLER --case "$dir/linked.lfb"
prints out '# expected: -22'
lfb 2 exhaust --kernel "$image" --defects
prints err '--defects chooses the kernels by itself'
lfb 2 exhaust --kernel "$image" --with locked
prints err 'no kernel image lends objects under a lock'
lfb 2 exhaust --kernel "$image" --with faults
prints err 'a kernel image allocates otherwise'

# With the tree's KHO as well, whose map is its own.
lfb 0 tree --kho "$LFB_KERNEL_TREE" -o "$dir/kho.so"
silent err
lfb 0 exhaust --kernel "$dir/kho.so" --length 2
lfb 0 sweep --kernel "$dir/kho.so" --once "$dir/two.lfb"

# Shards of a sweep are the whole one.
lfb 0 sweep --kernel "$image" --kinds alloc --json "$dir/two.lfb"
mv "$dir/out" "$dir/whole"
for part in 1 2; do
	lfb 0 sweep --kernel "$image" --kinds alloc --json --shard "$part/2" "$dir/two.lfb"
	mv "$dir/out" "$dir/part$part"
done
lfb 0 merge "$dir/part1" "$dir/part2"
same "$dir/out" "$dir/whole"

# A recorded module is searched as with the profile.
search=$LFB_TEST_DATA/search/finish-needs-link
for module in "$search.bad.lfb" "$search.good.lfb"; do
	lfb 0 exhaust --profile linux-7.3 --module "$module" --length 3
	mv "$dir/out" "$dir/module"
	lfb 0 exhaust --kernel "$image" --module "$module" --length 3
	same "$dir/out" "$dir/module"
done

if [ -n "${LFB_KERNEL_TREE_OLDER:-}" ]; then
	lfb 0 tree "$LFB_KERNEL_TREE_OLDER" -o "$dir/older.so"
	silent err
	lfb 0 exhaust --kernel "$dir/older.so" --length "$((length - 1))"
	lfb 0 sweep --kernel "$dir/older.so" --once "$dir/two.lfb"
fi

# plant FILE SCRIPT: $dir/planted.so is of a copy in which sed's SCRIPT has changed FILE
plant() {
	rm -rf "$dir/copy"
	mkdir -p "$dir/copy/include/linux/kho" "$dir/copy/include/uapi/linux" "$dir/copy/kernel"
	cp "$LFB_KERNEL_TREE/Makefile" "$dir/copy/"
	cp -r "$LFB_KERNEL_TREE/kernel/liveupdate" "$dir/copy/kernel/"
	for header in linux/liveupdate.h linux/kho_block.h linux/list_private.h linux/kho/abi \
		uapi/linux/liveupdate.h; do
		[ ! -e "$LFB_KERNEL_TREE/include/$header" ] ||
			cp -r "$LFB_KERNEL_TREE/include/$header" "$dir/copy/include/$header"
	done
	sed -i "$2" "$dir/copy/kernel/liveupdate/$1"
	cmp -s "$dir/copy/kernel/liveupdate/$1" "$LFB_KERNEL_TREE/kernel/liveupdate/$1" &&
		fail "this tree's $1 has no such line: $2"
	lfb 0 tree "$dir/copy" -o "$dir/planted.so"
}

sweep_planted() {
	lfb 1 sweep --max 1 --once --kinds alloc,flb-preserve,file-preserve \
		--kernel "$dir/planted.so" "$dir/two.lfb"
	prints out "$1"
}

# The table of docs/tree.md has the same mistakes.
# A count that is not dropped.
put='s/liveupdate_flb_put_outgoing(iter->flb);/(void)iter;/'
plant luo_flb.c "/for_each_entry_reverse(iter, flb_list, list)/{n;$put}"
lfb 1 exhaust --kernel "$dir/planted.so" --length 3
prints out '# expected: flb0.unpreserve'
sweep_planted 'it answered -12 and left something behind'
# No unpreserve after a failure.
plant luo_flb.c "/exit_err:/,/up_read/$put"
lfb 1 exhaust --kernel "$dir/planted.so" --length 3
prints out '# expected: flb0.unpreserve'
sweep_planted 'flb-1-v1 failed (flb-preserve): it answered -5 and left something behind'
# An error that is swallowed.
plant luo_flb.c 's/err = \(luo_flb_file_preserve_one(iter->flb);\)/\1/'
lfb 1 exhaust --kernel "$dir/planted.so" --length 3
prints out 'preserve a 0 0 0 = -5'
sweep_planted 'it answered 0, but it is half done'
# Memory that is lost on the way out: where a callback fails, for the sweep alone.
plant luo_file.c '/^err_kfree:/{n;s/kfree(luo_file);/;/}'
sweep_planted 'left something behind: memory: slab objects'
# Files that go in the order in which they came: in a session that a failure leaves open.
printf '%s = 0\n' 'handler 0' open 'session a' 'preserve a 1 0 1' reboot 'handler 0' open \
	'session b' 'preserve b 1 0 1' 'preserve b 2 0 2' 'rsession a' 'retrieve a 1' \
	>"$dir/order.lfb"
plant luo_file.c \
	'0,/list_last_entry(&file_set->files_list/s//list_first_entry(\&file_set->files_list/'
lfb 1 sweep --once --kinds file-retrieve --kernel "$dir/planted.so" "$dir/order.lfb"
prints out "unpreserve ran for a file that is not its session's newest"
# A finish that is called twice.
plant luo_file.c 's/^\(\t*\)\(luo_file->fh->ops->finish(&args);\)/\1\2 \2/'
lfb 1 exhaust --kernel "$dir/planted.so" --case "$dir/two.lfb"
prints out '# got: file h0.finish'
# A counter that nobody but the tree itself reads.
plant luo_file.c '0,/file_set->count++;/s//file_set->count += 2;/'
lfb 1 exhaust --kernel "$dir/planted.so" --case "$dir/two.lfb"
prints out 'session a: files 2, was 1'

# A tree that remembers under other names runs, and says why it is not searched.
plant luo_session.c 's/luo_session_global/luo_all_sessions/g'
prints err 'remembers otherwise'
lfb 0 run --kernel "$dir/planted.so" "$dir/two.lfb"
lfb 1 sweep --kernel "$dir/planted.so" "$dir/two.lfb"
prints err 'this kernel image does not say'
lfb 1 exhaust --kernel "$dir/planted.so" --length 1
prints err 'this kernel image does not say'
lfb 0 exhaust --kernel "$dir/planted.so" --module "$search.good.lfb" --length 1
finish
