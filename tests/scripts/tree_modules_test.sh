#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# With LFB_KERNEL_TREE: modules of a kernel tree, compiled unmodified. Its handler of files in
# memory (mm/memfd_luo.c) hands over what ours does, to the byte, and each takes over what the other
# one did; and its test of live update (lib/tests/liveupdate.c) finds what it has handed over.

set -eu
. "$(dirname "$0")/cli_common.sh"

tree=${LFB_KERNEL_TREE:-}
[ -f "$tree/mm/memfd_luo.c" ] || {
	echo "no LFB_KERNEL_TREE with mm/memfd_luo.c"
	exit 77
}
include=$LFB_SOURCE_DIR/include
cd "$dir"

# Its neighbours would be found before ours.
ln -s "$tree/mm/memfd_luo.c" memfd_luo.c
lfb 0 build -Wall -Werror -Wno-sign-compare -Wno-address-of-packed-member \
	-iquote "$include/luo/kernel/mm" memfd_luo.c -o memfd_luo.so

cat >before.lfb <<'END'
memfd 1 20480 0,3 7
memfd 2 0 - 0
memfd 3 5000 1 9
memfd 4 3145728 0,700 5
open
session vm
session other
again vm 5 1
again vm 2 2
again other 3 3
again vm 4 4
session third
memfd 5 40960 1,2,9 3
again third 5 5
close third
again vm 1 5
reboot
END
cat >after.lfb <<'END'
open
rsession vm
rsession other
retrieve vm 5 as 7
check 7 20480 0,3 7
retrieve vm 2 as 8
check 8 0 - 0
retrieve vm 4 as 9
check 9 3145728 0,700 5
retrieve vm 1 as 10
check 10 40960 1,2,9 3
finish vm
finish other
END
cat before.lfb after.lfb >all.lfb
for profile in linux-7.3 reference; do
	for pages in buddy ascending; do
		set -- --profile $profile --pages $pages
		lfb 0 run "$@" --module memfd_luo.so --strict all.lfb
		lfb 0 run "$@" --module memfd_luo.so --findings all.lfb
		silent out
		silent err
		lfb 0 run "$@" --save-blob ours.blob before.lfb
		lfb 0 run "$@" --module memfd_luo.so --save-blob theirs.blob before.lfb
		prints out 'memfd_luo'
		same ours.blob theirs.blob
		lfb 0 boot --strict --profile $profile theirs.blob after.lfb
		lfb 0 boot --findings --profile $profile theirs.blob after.lfb
		lfb 0 boot --strict --profile $profile --module memfd_luo.so ours.blob after.lfb
		lfb 0 boot --findings --profile $profile --module memfd_luo.so ours.blob after.lfb
		silent out
	done
done
# What it does not give back when finish() cannot map the list of what nobody retrieved is found.
printf '%s\n' 'memfd 1 8192 0,1 7' open 'session vm' 'again vm 1 1' reboot open 'rsession vm' \
	'finish vm' >left.lfb
lfb 1 sweep --profile reference --module memfd_luo.so left.lfb
prints out 'finish vm: kmalloc failed (alloc): it answered 0, but it is half done'

# What that test includes of the orchestrator's own, and who calls it there, is ours.
mkdir -p lib/tests kernel/liveupdate
ln -s "$tree/lib/tests/liveupdate.c" lib/tests/liveupdate.c
cat >kernel/liveupdate/luo_internal.h <<'END'
#include <linux/err.h>
#include <linux/kho/abi/luo.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#ifndef LIVEUPDATE_TEST_FLB_COMPATIBLE
#define LIVEUPDATE_TEST_FLB_COMPATIBLE(i) "liveupdate-test-flb-v" #i
#endif
void liveupdate_test_register(struct liveupdate_file_handler *fh);
END
cat >holder.c <<'END'
#include <linux/liveupdate.h>
#include <linux/file.h>
#include <linux/module.h>
#include "kernel/liveupdate/luo_internal.h"

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return true;
}

static int preserve(struct liveupdate_file_op_args *args)
{
	return 0;
}

static void nothing(struct liveupdate_file_op_args *args)
{
}

static int retrieve(struct liveupdate_file_op_args *args)
{
	static const struct file_operations fops;

	args->file = anon_inode_getfile("held", &fops, NULL, 0);
	return PTR_ERR_OR_ZERO(args->file);
}

static const struct liveupdate_file_ops ops = {
	.can_preserve = can_preserve, .preserve = preserve, .unpreserve = nothing,
	.retrieve = retrieve, .finish = nothing, .owner = THIS_MODULE,
};
static struct liveupdate_file_handler handler = { .ops = &ops, .compatible = "held-v1" };

static int __init holder_init(void)
{
	int err = liveupdate_register_file_handler(&handler);

	if (!err)
		liveupdate_test_register(&handler);
	return err;
}
module_init(holder_init);
END
cat >test.lfb <<'END'
open = 0
session vm = 0
preserve vm 1 held-v1 100 = 0
close vm = 0
session vm = 0
preserve vm 1 held-v1 100 = 0
reboot = 0
open = 0
rsession vm = 0
retrieve vm 1 = 0
finish vm = 0
END
lfb 0 build -Wno-pointer-to-int-cast holder.c lib/tests/liveupdate.c -o holder.so
lfb 0 run --module holder.so --findings test.lfb
lfb 0 run --module holder.so test.lfb
for i in 0 1 2; do
	for what in 'preserve was triggered' 'unpreserve was triggered' 'finish was triggered' \
		'found flb data from the previous boot'; do
		prints out "liveupdate-test-flb-v$i: $what"
	done
done
! grep -q 'print .*\(ERROR\|[Ff]ailed\)' out || fail "$(grep print out)"

finish
