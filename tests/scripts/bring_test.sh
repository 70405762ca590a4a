#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# docs/bring-your-tree.md: each of its commands is run, in the order in which they stand there, and
# prints what it says they do. With LFB_KERNEL_TREE=TREE, sources of 7.3, and for the part about 7.2
# LFB_KERNEL_TREE_OLDER; all is done to copies. LFB_UPDATE=1 writes anew what is generated.

set -eu
. "$(dirname "$0")/cli_common.sh"
page=$LFB_SOURCE_DIR/docs/bring-your-tree.md

[ -n "${LFB_KERNEL_TREE:-}" ] || {
	echo "no LFB_KERNEL_TREE: docs/bring-your-tree.md is not run"
	exit 77
}

# take TREE NAME: what lfb tree needs of it
take() {
	mkdir -p "$dir/$2/kernel" "$dir/$2/include/linux" "$dir/$2/include/uapi/linux"
	cp -rL "$1/kernel/liveupdate" "$dir/$2/kernel/"
	cp -rL "$1/include/linux/kho" "$dir/$2/include/linux/"
	for header in linux/liveupdate.h linux/kho_block.h linux/list_private.h \
		uapi/linux/liveupdate.h; do
		[ ! -f "$1/include/$header" ] || cp "$1/include/$header" "$dir/$2/include/$header"
	done
	[ ! -f "$1/Makefile" ] || cp "$1/Makefile" "$dir/$2/"
}

take "$LFB_KERNEL_TREE" linux
older=0
if [ -n "${LFB_KERNEL_TREE_OLDER:-}" ]; then
	take "$LFB_KERNEL_TREE_OLDER" linux-7.2
	older=1
else
	echo "no LFB_KERNEL_TREE_OLDER: what is about 7.2 is not run"
fi
cp "$LFB_SOURCE_DIR/examples/scenarios/first.lfb" "$dir/"
mkdir "$dir/bin"
ln -s "$LFB" "$dir/bin/lfb"
PATH=$dir/bin:$PATH

# Blocks of commands, and what the page says they print: a block behind them, or a name.
awk -v dir="$dir" '
	/^```sh/ { number++; file = dir "/block." number ".sh"; printf "" >file
		if (/older/) print "older" >dir "/block." number ".kind"
		inside = 1; next }
	/^```$/ && inside { inside = 0; behind = 1; next }
	/^```$/ && behind { inside = 1; behind = 0; file = dir "/block." number ".says"; next }
	/^<!-- generated: / { print $3 >dir "/block." number ".name"; skip = 1 }
	/^<!-- end: / { skip = 0 }
	inside && !skip { print >file }
	!/^$/ && !inside && !/^```/ { behind = 0 }' "$page"

number=1
while [ -f "$dir/block.$number.sh" ]; do
	block=$dir/block.$number
	number=$((number + 1))
	[ $older = 1 ] || [ ! -f "$block.kind" ] || continue
	status=0
	(cd "$dir" && sh -eu "$block.sh") >"$dir/out" 2>"$dir/err" || status=$?
	checks=$((checks + 1))
	if [ -f "$block.name" ]; then
		[ "$status" = 1 ] || fail "$(cat "$block.sh"): exit status $status, not 1"
		{
			echo '```'
			grep -v '^$' "$dir/out"
			echo '```'
		} >"$dir/shown"
		documented bring-your-tree.md "$(cat "$block.name")" "$dir/shown"
	else
		[ "$status" = 0 ] || fail "$(cat "$block.sh"): exit status $status"
		same "$dir/out" "$block.says"
	fi
	sed 's/^/    /' "$dir/err" >&2
done
[ $checks -ge 7 ] || fail "docs/bring-your-tree.md has only $checks blocks"

# The patch's difference is the defect's and nothing else; the mistakes are found.
sed -n '/^<!-- generated: patch/,/^<!-- end/p' "$page" >"$dir/patch"
checks=$((checks + 1))
[ "$(grep -c '^difference' "$dir/patch")" = 1 ] || fail "the patch makes no single difference"
grep -q '^    FLB_GET_OUTGOING_NEEDS_OBJ, a known defect that before.so has' "$dir/patch" ||
	fail "the patch mends another defect"
sed -n '/^<!-- generated: planted/,/^<!-- end/p' "$page" >"$dir/planted.shown"
checks=$((checks + 1))
grep -q 'flb0.finish' "$dir/planted.shown" || fail "the planted mistake is not found"

# One that never comes back, in a copy.
cp -r "$dir/linux" "$dir/hangs"
sed -i 's/ < fh->header_ser->count; i++)/ < fh->header_ser->count;)/' \
	"$dir/hangs/kernel/liveupdate/luo_flb.c"
lfb 0 tree "$dir/hangs" -o "$dir/hangs.so"
printf 'handler 0\nflb 0 0\nopen\nsession a\npreserve a 0 0 1\nreboot\nhandler 0\nflb 0 0\n%s\n' \
	'flb 0 1' 'getin 1' >"$dir/other.ops"
lfb 1 compare --seconds 1 "$dir/before.so" "$dir/hangs.so" "$dir/other.ops"
prints out '== lost: it has no end'

finish
