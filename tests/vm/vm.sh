#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# vm.sh BUILD [--tree TREE] [SCRIPT...]: the real thing. Builds the smallest kernel with live update
# from TREE, or else from the newest sources that Debian packages, boots it in QEMU with an agent of
# ours as its first process, and runs scripts of the agent (docs/agent.md) there and in the
# simulator. Without SCRIPT: all that are recorded in tests/data; then the memory at the jump is
# taken and read by "lfb dump", and a handover of the simulator's is put into the machine.
# Everything is kept in BUILD/../vm; the first time takes minutes, a script seconds.

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
data=$here/../data/golden/real
build=$(cd "$1" && pwd -P)
work=$build/../vm
shift
mkdir -p "$work"
tree=
if [ "${1:-}" = --tree ]; then
	tree=$(cd "${2:?which tree}" && pwd -P)
	shift 2
fi

die() {
	echo "vm: $*" >&2
	exit 1
}

# quietly NAME COMMAND...: what it prints goes to a file and is shown only if it fails
quietly() {
	log=$work/$1.log
	shift
	"$@" >"$log" 2>&1 || {
		tail -n 30 "$log" >&2
		die "failed: $*"
	}
}

if [ -z "$tree" ]; then
	trees=$("$here/../oracle/fetch.sh" "$work/source" whole) || {
		status=$?
		[ $status = 3 ] || exit $status
		echo "skipped: no kernel source"
		exit 0
	}
	tree=$(echo "$trees" | tail -n 1)
fi

# kernel: the smallest that has live update, from $tree, in $work/kernel
kernel() {
	make -s -C "$tree" O="$work/kernel" tinyconfig
	"$tree/scripts/kconfig/merge_config.sh" -m -O "$work/kernel" "$work/kernel/.config" \
		"$here/config"
	make -s -C "$tree" O="$work/kernel" olddefconfig
	# An option that a kernel does not know is dropped without a word.
	grep '^CONFIG' "$here/config" | while read -r option; do
		grep -qx "$option" "$work/kernel/.config" || {
			echo "this kernel cannot have $option"
			exit 1
		}
	done
	make -s -C "$tree" O="$work/kernel" -j"$(nproc)" bzImage
}

image=$work/kernel/arch/x86/boot/bzImage
if [ ! -f "$image" ] || [ "$here/config" -nt "$image" ] ||
	[ "$(cat "$work/tree" 2>/dev/null)" != "$tree" ]; then
	rm -rf "$work/kernel"
	mkdir "$work/kernel"
	echo "building a kernel from $tree (once, some minutes)"
	(cd "$tree" && quietly kernel kernel)
	echo "$tree" >"$work/tree"
fi
quietly agent gcc -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Os -static -s -o "$work/init" \
	"$here/agent.c" "$here/act.c" "$here/file.c" "$here/pack.c"

# vm ARGUMENTS...: vm.py with what all of its runs need
vm() {
	"$here/vm.py" --kernel "$work/kernel" --init "$work/init" --lfb "$build/lfb" \
		--log "$work/console.log" "$@"
}

: >"$work/console.log"
if [ $# -gt 0 ]; then
	vm "$@"
	exit
fi
status=0
# Not those that were recorded with a handover of their own: t2, t4 and w1r.
set --
for name in d5 k1 s1 s2 s3 s4 s5 s7 t10 t6; do
	set -- "$@" "$data/answers/$name.txt"
done
vm "$@" "$data"/random/r910?.txt || status=1
echo
echo "The memory at a jump of the real kernel:"
rm -f "$work/core"
vm --memory "$work/core" "$data/answers/s1.txt"
"$build/lfb" dump "$work/core" || status=1
echo
echo "A handover of the simulator's, booted by the real kernel:"
vm --hand-over "$here/handover.txt" || status=1
exit $status
