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
finish
