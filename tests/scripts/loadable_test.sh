#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb build and --module: what each compiler makes is loaded, run, swept and searched, pointers into
# it are named when they leak, and what cannot be built or loaded is told in a sentence.

set -eu

# shellcheck source=tests/scripts/cli_common.sh
. "$(dirname "$0")/cli_common.sh"
keeper=$LFB_SOURCE_DIR/tests/loadable/keeper.c
cd "$dir"

cat >update.lfb <<'END'
open = 0
session vm = 0
preserve vm 1 keeper-file-v1 100 = 0
preserve vm 2 keeper-file-v1 101 = 0
reboot = 0
open = 0
rsession vm = 0
retrieve vm 1 = 0
retrieve vm 2 = 0
finish vm = 0
END
sed 's/^reboot/reboot with v2.so for keeper.so/' update.lfb >to-v2.lfb
sed 's/^reboot/reboot with strict.so for keeper/; s/^retrieve vm . = 0/retrieve vm 1 = -71/' \
	update.lfb >to-strict.lfb

# Each place has its turn again.
cat >to-lends-v2.lfb <<'END'
reboot = 0
reboot with lends-v2.so for lends = 0
reboot = 0
reboot = 0
reboot = 0
END

# make COMPILER [OPTION]...: the modules
make() {
	export CC="$1"
	shift
	lfb 0 build "$@" "$keeper" -o keeper.so
	lfb 0 build "$@" -DVERSION=2 "$keeper" -o v2.so
	lfb 0 build "$@" -DVERSION=2 -DSTRICT "$keeper" -o strict.so
	lfb 0 build "$@" -DLEAK_DATA "$keeper" -o data.so
	lfb 0 build "$@" -DLEAK_CODE "$keeper" -o code.so
	lfb 0 build "$@" "$LFB_SOURCE_DIR/tests/loadable/plain.c" -o plain.so
	lfb 0 build "$@" "$LFB_SOURCE_DIR/tests/loadable/lends.c" -o lends.so
	lfb 0 build "$@" -DVERSION=2 "$LFB_SOURCE_DIR/tests/loadable/lends.c" -o lends-v2.so
	lfb 0 build "$@" "$LFB_SOURCE_DIR/tests/loadable/borrows.c" -o borrows.so
}

# what the modules of one compiler do
try() {
	for mode in remap fixed; do
		lfb 0 run --mode $mode --module keeper.so --findings update.lfb
		lfb 0 run --mode $mode --module "$dir/keeper.so" update.lfb
		prints out "keeper 1 reads version 1: 1 users, 0 of its own, at most 4"
		lfb 0 run --mode $mode --module keeper.so to-v2.lfb
		prints out "keeper 2 reads version 1: 1 users, 0 of its own, at most 4"
		lfb 0 run --mode $mode --module keeper.so to-strict.lfb
		lfb 0 run --mode $mode --module lends.so --module borrows.so to-lends-v2.lfb
		prints out "k0 printk   info                         print            borrows"
		prints out "from version 1: 4, from kernel to kernel"
		prints out "k5 printk   info                         print            borrows"
		prints out "from version 2: 4, from kernel to kernel"
	done
	for what in data code; do
		lfb 1 run --module $what.so --findings update.lfb
		prints out "LFB-MEM-POINTER-HANDED-OVER"
		prints out "a pointer to module $what is at 0x"
		prints out "LFB-MEM-STALE-POINTER"
		prints out "an address of module $what of an earlier kernel was followed"
		lfb 1 run --mode fixed --module $what.so --findings update.lfb
		prints out "a pointer to module $what is at 0x"
		lfb 1 exhaust --module $what.so --length 5
		prints out "LFB-MEM-STALE-POINTER"
		prints out "what:   stale pointer: an address of module $what"
	done
	lfb 0 sweep --module keeper.so update.lfb to-v2.lfb
	prints out "2 scenarios:"
	prints out " 0 violations"
	lfb 0 sweep --checks guard --mode remap --kinds alloc,kho --module keeper.so to-v2.lfb
	lfb 0 exhaust --module keeper.so --length 5
	prints out "sequences of up to 5 operations: nothing found"
	lfb 0 exhaust --module keeper.so --next v2.so --length 5
	lfb 0 exhaust --module plain.so --module keeper.so --length 3
	lfb 1 exhaust --module keeper.so --next strict.so --length 5
	prints out "LFB-KHO-NEVER-RESTORED"
	prints out "--only create-a.preserve-a-1.kexec.reopen-a"
	lfb 1 exhaust --module keeper.so --next strict.so --only \
		create-a.preserve-a-1.kexec.reopen-a
	prints out "retrieve         data="
}

compiler=${CC:-cc}
# CC may be more than one word
make "env $compiler"
try
lfb 0 run --module keeper.so update.lfb
cp out before
lfb 0 run --module keeper.so update.lfb
cmp -s out before || fail "a module is not loaded to the same effect twice"
for other in gcc clang; do
	command -v $other >/dev/null || continue
	make $other -O2
	try
done
export CC="$compiler"

# Two modules, of which one names its handler's files by nothing but their number.
cat >two.lfb <<'END'
open = 0
session vm = 0
preserve vm 1 keeper-file-v1 100 = 0
preserve vm 2 plain-v1 101 = 0
preserve vm 3 nobody-v1 102 = -2
getout keeper-v1 = 0 obj=ffff88810001f000
getin keeper-v1 = -61 obj=0
getin nobody-v1 = -2
reboot with v2.so for keeper.so without liveupdate = 0
reboot = 0
END
lfb 0 run --module keeper.so --module plain.so two.lfb

# Modules use what others export that were loaded before.
lfb 1 run --module borrows.so --module lends.so update.lfb
prints err "borrows.so: undefined symbol: lends_"
lfb 0 build -DSECRET "$LFB_SOURCE_DIR/tests/loadable/borrows.c" -o secret.so
lfb 1 run --module lends.so --module secret.so update.lfb
prints err "secret.so: undefined symbol: lends_in_secret, which lends has without EXPORT_SYMBOL()"
lfb 0 build -DFAILS=-ENODEV "$LFB_SOURCE_DIR/tests/loadable/lends.c" -o lends-fails.so
printf 'reboot with lends-fails.so for lends = 0\n' >to-lends-fails.lfb
lfb 0 run --module lends.so --module borrows.so to-lends-fails.lfb
prints out "borrows from version 1: 4"
prints out "borrows needs lends_"
prints out "module   borrows                      init             -> -ENOENT"

# A finding says where.
if python3 -c 'import ctypes; ctypes.CDLL("libdw.so.1")' 2>&-; then
	lfb 1 run --module data.so --findings update.lfb
	prints out "keeper.c:"
	prints out "keeper_flb_retrieve"
fi

# What is wrong is told.
lfb 1 run --module nowhere.so update.lfb
prints err "nowhere.so"
lfb 1 run --module update.lfb update.lfb
prints err "update.lfb"
lfb 0 build "$LFB_SOURCE_DIR/tests/loadable/needs.c" -o needs.so
lfb 1 run --module needs.so update.lfb
prints err "needs.so: undefined symbol: nobody_has_this"
lfb 0 build "$LFB_SOURCE_DIR/tests/loadable/none.c" -o none.so
lfb 1 run --module none.so update.lfb
prints err "none.so is no module"
lfb 1 run --module keeper.so --module keeper.so update.lfb
prints err "module keeper is of that file"
printf 'reboot with nowhere.so for keeper.so\n' >bad.lfb
lfb 1 run --module keeper.so bad.lfb
prints err "bad.lfb:1: nowhere.so: cannot be opened"
printf 'reboot with v2.so for plain.so\n' >bad.lfb
lfb 1 run --module keeper.so bad.lfb
prints err "bad.lfb:1: no module plain.so was loaded from a file"
printf 'reboot with v2.so keeper.so\n' >bad.lfb
lfb 1 run --module keeper.so bad.lfb
prints err "bad.lfb:1:19: expected for"
lfb 2 build "$keeper"
prints err "expected sources and -o FILE.so"
printf 'int x = ;\n' >broken.c
lfb 1 build broken.c -o broken.so
prints err "broken.so was not made"
CC=no-such-compiler lfb 1 build "$keeper" -o keeper.so
prints err "no-such-compiler"
lfb 2 exhaust --next v2.so --module update.lfb
lfb 2 exhaust --for keeper --module keeper.so
lfb 1 exhaust --module keeper.so --next nowhere.so --length 2
prints err "nowhere.so"
lfb 1 exhaust --module keeper.so --next v2.so --for nobody --length 2
prints err "no module nobody was loaded from a file"
lfb 0 exhaust --module keeper.so --module plain.so --next v2.so --for keeper --length 3
lfb 2 exhaust --json --only create-a --module keeper.so

finish
