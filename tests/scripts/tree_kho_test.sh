#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# A kernel tree's own kexec_handover.c does what is asked of KHO: with LFB_KERNEL_TREE=TREE, sources
# of 7.3, and LFB_KERNEL_TREE_OLDER, of 7.2, answers and handed-over memory are the recorded ones,
# and lines that are left out in a copy are found.

set -eu
. "$(dirname "$0")/cli_common.sh"

golden=$LFB_TEST_DATA/golden/linux-7.3
image=$dir/kho.so

# A tree without it.
mkdir -p "$dir/none/kernel/liveupdate"
touch "$dir/none/kernel/liveupdate/luo_core.c" "$dir/none/kernel/liveupdate/luo_file.c"
lfb 1 tree --kho "$dir/none" -o "$image"
prints err 'has no kernel/liveupdate/kexec_handover.c'

if [ -z "${LFB_KERNEL_TREE:-}" ]; then
	echo "no LFB_KERNEL_TREE: no tree's KHO is run"
	finish
	exit
fi

# Another kernel's lock is taken another number of times.
zoo=$dir/zoo
cp -r "$LFB_SOURCE_DIR/tests/zoo" "$zoo"
rm "$zoo/lock-deadlock-2.lfb"

lfb 0 tree --kho "$LFB_KERNEL_TREE" -o "$image"
scenarios=0
for trace in "$golden"/*.trace "$golden"-more/*.trace; do
	scenarios=$((scenarios + 1))
	exit=0
	grep -qx '== oops' "$trace" && exit=1
	lfb "$exit" run --kernel "$image" --golden "${trace%.trace}.ops"
	same "$dir/out" "$trace"
done
echo "$scenarios recorded scenarios"
for memory in "$LFB_TEST_DATA"/golden/wire/linux-7.3/*.mem; do
	lfb 0 run --kernel "$image" --golden --pages ascending --save-memory "$dir/memory" \
		"$LFB_TEST_DATA/golden/wire/$(basename "$memory" .mem).ops"
	same "$dir/memory" "$memory"
done
lfb 0 compare linux-7.3 "$image" --generate 100 "$golden-more" "$zoo"

# All that can be preserved goes over, is taken back before, and restored: with KHO's own pages to
# the byte as where the simulator's KHO does it under the same orchestrator.
cat >"$dir/update.lfb" <<'OPS'
when flb 0 preserve kho x 4096
when flb 0 preserve folio a 2
when flb 0 preserve stamp a
when flb 0 preserve preserve-folio a
when flb 0 preserve pages b 2
when flb 0 preserve stamp b
when flb 0 preserve preserve-pages b 3
when flb 0 preserve vmalloc c 2200000
when flb 0 preserve preserve-vmalloc c x
when flb 0 preserve store-phys x 16 a
when flb 0 preserve store-phys x 24 b
when flb 0 preserve data x
when flb 0 unpreserve unpreserve-vmalloc x
when flb 0 unpreserve unpreserve-pages b 3
when flb 0 unpreserve unpreserve-folio a
when flb 0 unpreserve free c
when flb 0 unpreserve free b
when flb 0 unpreserve free a
when flb 0 unpreserve free x
when flb 0 retrieve take x
when flb 0 retrieve load-phys x 16 a
when flb 0 retrieve restore-folio a
when flb 0 retrieve check-stamp a
when flb 0 retrieve load-phys x 24 b
when flb 0 retrieve restore-pages b 3
when flb 0 retrieve check-stamp b
when flb 0 retrieve restore-vmalloc c x
when flb 0 finish free a
when flb 0 finish free b
when flb 0 finish free c
when flb 0 finish kho-restore-free x
handler 0
flb 0 0
open
session s
preserve s 1 0 100
close s
session s
preserve s 1 0 100
reboot
handler 0
flb 0 0
open
getin 0
rsession s
retrieve s 1
finish s
close s
OPS
lfb 0 tree "$LFB_KERNEL_TREE" -o "$dir/luo.so"
for kernel in luo kho; do
	lfb 0 run --kernel "$dir/$kernel.so" --findings --save-blob "$dir/$kernel.blob" \
		"$dir/update.lfb"
	silent out
done
same "$dir/luo.blob" "$dir/kho.blob"
LFB_CHECKS=guard lfb 0 run --kernel "$image" --findings "$dir/update.lfb"
silent out
lfb 0 compare "$dir/luo.so" "$image" "$dir/update.lfb"

# The kernel's own mistake, made by its own text.
lfb 1 run --kernel "$image" --findings \
	"$LFB_SOURCE_DIR/tests/zoo/quirk-KHO_VMALLOC_ROLLBACK_ORDER.lfb"
prints out LFB-KHO-LEFT-MARKED

if [ -n "${LFB_KERNEL_TREE_OLDER:-}" ]; then
	lfb 0 tree --kho "$LFB_KERNEL_TREE_OLDER" -o "$dir/older.so"
	lfb 0 compare linux-7.2 "$dir/older.so" "$zoo"
else
	echo "no LFB_KERNEL_TREE_OLDER: that of 7.2 is not run"
fi

# Lines of a copy that are other ones are found.
copy=$dir/copy
mkdir -p "$copy/include/linux/kho" "$copy/include/uapi/linux"
cp "$LFB_KERNEL_TREE/Makefile" "$copy/"
for header in linux/liveupdate.h linux/kho_block.h linux/list_private.h linux/kho/abi \
	uapi/linux/liveupdate.h; do
	cp -r "$LFB_KERNEL_TREE/include/$header" "$copy/include/$header"
done

cat >"$dir/taken-back.ops" <<'OPS'
do pages a 0
do preserve-pages a 1
do add-subtree parts a
do remove-subtree a
do add-subtree parts a
do unpreserve-pages a 1
reboot
do retrieve-subtree parts a
do restore-pages a 1
OPS

# finds SED: what it does to kexec_handover.c is a difference in what the kernel answers
finds() {
	rm -rf "$copy/kernel"
	mkdir -p "$copy/kernel"
	cp -r "$LFB_KERNEL_TREE/kernel/liveupdate" "$copy/kernel/"
	sed "$1" "$LFB_KERNEL_TREE/kernel/liveupdate/kexec_handover.c" \
		>"$copy/kernel/liveupdate/kexec_handover.c"
	if cmp -s "$copy/kernel/liveupdate/kexec_handover.c" \
		"$LFB_KERNEL_TREE/kernel/liveupdate/kexec_handover.c"; then
		echo "this tree has no such line: $1"
		return
	fi
	lfb 0 tree --kho "$copy" -O0 -o "$dir/planted.so"
	lfb 1 compare "$dir/luo.so" "$dir/planted.so" "$dir/update.lfb" "$dir/taken-back.ops" \
		"$zoo/kho-restored-twice.lfb"
}

finds 's/info.order = order;/info.order = 0;/'
finds '/^static int __init kho_preserved_mem/,/^}/s/memblock_reserve(phys, sz)/(void)0/'
finds '/^void kho_radix_del_key/,/^}/s/__clear_bit(idx, leaf->bitmap)/(void)0/'
finds 's/info.magic != KHO_PAGE_MAGIC/0/'
finds 's/fdt_del_node(root_fdt, off);/(void)0;/'
finish
