#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# A kernel tree's own orchestrator runs where lib/ does: with LFB_KERNEL_TREE=TREE that of TREE,
# which answers as the recorded kernels did. Without one, what is refused.

set -eu
. "$(dirname "$0")/cli_common.sh"

golden=$LFB_TEST_DATA/golden/linux-7.3
image=$dir/tree.so

# What is no tree, and what is no image.
lfb 1 tree "$dir" -o "$image"
prints err 'has no kernel/liveupdate/luo_core.c'
lfb 2 tree "$dir"
prints err 'expected a kernel tree and -o IMAGE.so'
lfb 1 run --kernel "$dir/nothing.so" "$golden/0001.ops"
prints err 'nothing.so'

if [ -z "${LFB_KERNEL_TREE:-}" ]; then
	echo "no LFB_KERNEL_TREE: no tree's orchestrator is run"
	finish
	exit
fi

lfb 0 tree "$LFB_KERNEL_TREE" -o "$image"
scenarios=0
for trace in "$golden"/*.trace "$golden"-more/*.trace; do
	scenarios=$((scenarios + 1))
	exit=0
	grep -qx '== oops' "$trace" && exit=1
	lfb "$exit" run --kernel "$image" --golden "${trace%.trace}.ops"
	same "$dir/out" "$trace"
done
echo "$scenarios recorded scenarios"

# Memory that is handed over is the recorded one, byte for byte.
for memory in "$LFB_TEST_DATA"/golden/wire/linux-7.3/*.mem; do
	lfb 0 run --kernel "$image" --golden --pages ascending --save-memory "$dir/memory" \
		"$LFB_TEST_DATA/golden/wire/$(basename "$memory" .mem).ops"
	same "$dir/memory" "$memory"
done

# What is made up is answered as the profile does. All of 5000 takes minutes: once by hand.
lfb 0 compare linux-7.3 "$image" --generate 300 "$golden-more" "$LFB_SOURCE_DIR/tests/zoo"
prints out 'do the same'

# One scenario against a profile; a difference is shown, and is the exit status.
lfb 0 run --kernel "$image" --against linux-7.3 "$golden/0001.ops"
printf 'handler 0\nunhandler 0\nflb 0 0\n' >"$dir/differs.ops"
lfb 1 run --kernel "$image" --against linux-7.3,-FLB_LINK_UNREGISTERED_HANDLER "$dir/differs.ops"
prints out 'answers -EINVAL'
lfb 2 run --against linux-7.3 "$golden/0001.ops"
prints err '--against goes with --kernel'

# In the matrix it is a kernel like the others, and in each row and column as its profile.
if [ -z "$sanitized" ]; then
	lfb 0 matrix --kernel "$image"
	silent err
	awk -F ' *[|] *' -v image="\`$image\`" '
		/^\| from / { for (i = 3; i < NF; i++) at[$i] = i }
		/^\| `.*` \| (works|fresh|panic|disabled|EIO|lost|unsent) / {
			row = ""
			for (i = 3; i < NF - 1; i++)
				row = row " " $i
			if ($2 == "`linux-7.3`")
				like = row
			different += $(NF - 1) != $at["to `linux-7.3`"]
			different += $2 == image && row != like
			images += $2 == image && NF == at["to " image] + 1
			rows++
		}
		END { exit different || !images || rows != images * 6 }' "$dir/out" ||
		fail "the image is not as linux-7.3: $(cat "$dir/out")"
	checks=$((checks + 1))
fi
lfb 0 run --save-blob "$dir/handed" --kernel "$image" "$golden/0030.ops"
lfb 0 matrix --from "$dir/handed" --kernel "$image"
prints out "| \`$image\` | works |"
printf 'reboot into tree.so = 0\nopen = 0\nreboot into linux-7.3 = 0\nopen = 0\n' >"$dir/into.ops"
lfb 0 run --kernel "$image" "$dir/into.ops"
echo 'reboot into nothing.so' >"$dir/into.ops"
lfb 1 run --kernel "$image" "$dir/into.ops"
prints err "$dir/nothing.so: cannot be opened"
lfb 1 sweep "$dir/into.ops"
prints err 'a sweep boots no kernel images'

# So are handovers: of a damaged one the tree's code makes what the profile makes of it.
lfb 0 edit "$LFB_SOURCE_DIR/tests/fuzz/blob_seed_corpus/linux-7.3.blob" \
	'luo/session[0]/file[1]/token=1' -o "$dir/twice.blob"
printf '%s\n' 'handler 0' 'handler 1' open 'rsession vm-1' 'retrieve vm-1 1' 'finish vm-1' \
	'memfd 5 8192 1 6' >"$dir/next.ops"
lfb 0 boot --kernel "$image" --against linux-7.3 "$dir/twice.blob" "$dir/next.ops"
lfb 0 compare --boot-from "$dir/twice.blob" linux-7.3 "$image" "$dir/next.ops"
lfb 1 compare --boot-from "$dir/twice.blob" linux-7.3 linux-7.0 "$dir/next.ops"
checks=$((checks + 1))
(cd "$dir" && "$LFB_BUILD_DIR/tests/fuzz/image_oracle" "$image" linux-7.3 499 \
	"$LFB_SOURCE_DIR/tests/fuzz/blob_seed_corpus" >"$dir/out") ||
	fail "of damaged handovers, not the same: $(cat "$dir/out")"

# A request that cannot be read has kept no file, also where there is one under that token; and
# what is not linked is not unlinked.
printf '%s\n' 'handler 0' 'handler 1' 'flb 0 0' open 'session a' 'preserve a 1 0 1' \
	'fault user-read 1' 'again a 1 1' 'fault off' 'unflb 1 0' 'close a' >"$dir/right.ops"
lfb 0 run --kernel "$image" --findings "$dir/right.ops"
silent out

# Of one file under two tokens the one that came last goes first.
printf '%s\n' 'identity 0 inode' 'handler 0' 'when h 0 unpreserve kmalloc p 8' open 'session a' \
	'preserve a 1 0 5' 'identity 0 9' 'again a 2 5' 'close a' >"$dir/alike.ops"
lfb 1 run --kernel "$image" --findings "$dir/alike.ops"
prints out 'token 1 of session a'

# A module's mistakes in memory are named, with the tree's lines in between.
module=$dir/module.so
lfb 0 build "$LFB_SOURCE_DIR/tests/loadable/keeper.c" -o "$module"
lfb 0 exhaust --kernel "$image" --module "$module" --length 3

# A line of luo_flb.c that is left out is found.
copy=$dir/copy
mkdir -p "$copy/kernel" "$copy/include/linux/kho" "$copy/include/uapi/linux"
cp -r "$LFB_KERNEL_TREE/kernel/liveupdate" "$copy/kernel/"
for header in linux/liveupdate.h linux/kho_block.h linux/list_private.h linux/kho/abi \
	uapi/linux/liveupdate.h; do
	[ ! -e "$LFB_KERNEL_TREE/include/$header" ] ||
		cp -r "$LFB_KERNEL_TREE/include/$header" "$copy/include/$header"
done
sed 's/flb->ops->unpreserve(&args)/(void)0/' "$copy/kernel/liveupdate/luo_flb.c" >"$dir/flb.c"
if cmp -s "$dir/flb.c" "$copy/kernel/liveupdate/luo_flb.c"; then
	echo "this tree's luo_flb.c has no such line: no mistake is planted"
else
	cp "$dir/flb.c" "$copy/kernel/liveupdate/luo_flb.c"
	lfb 0 tree "$copy" -o "$dir/planted.so"
	lfb 1 compare linux-7.3 "$dir/planted.so" --generate 50 "$golden-more"
	prints out '0.unpreserve'
	lfb 1 exhaust --kernel "$dir/planted.so" --module "$module" --length 3
	prints out LFB-KHO-NEVER-RESTORED
fi

# So is a check that a damaged handover needs.
cp "$LFB_KERNEL_TREE/kernel/liveupdate/luo_flb.c" "$copy/kernel/liveupdate/luo_flb.c"
blocks=$copy/kernel/liveupdate/kho_block.c
if [ -e "$blocks" ] && grep -q 'ser->count > bs->count_per_block' "$blocks"; then
	sed -i 's/ || ser->count > bs->count_per_block//' "$blocks"
	lfb 0 tree "$copy" -o "$dir/trusting.so"
	lfb 0 edit "$LFB_SOURCE_DIR/tests/fuzz/blob_seed_corpus/linux-7.3.blob" \
		'luo/session_blocks[0]/count=52' -o "$dir/many.blob"
	lfb 0 boot --kernel "$image" --against linux-7.3 "$dir/many.blob" "$dir/next.ops"
	lfb 1 boot --kernel "$dir/trusting.so" --against linux-7.3 "$dir/many.blob" "$dir/next.ops"
fi

# A tree that writes and reads another format takes over from itself alone.
sed -i 's/"luo-v\([0-9]*\)"/"luo-v9\1"/' "$copy/include/linux/kho/abi/luo.h"
lfb 0 tree "$copy" -o "$dir/other.so"
if [ -z "$sanitized" ]; then
	lfb 0 matrix --kernel "$dir/other.so" --kernel "$image"
	grep -q "^| \`$dir/other.so\` |.* panic | works | panic |\$" "$dir/out" ||
		fail "of another format: $(cat "$dir/out")"
	checks=$((checks + 1))
fi
finish
