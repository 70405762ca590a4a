#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# build.sh TREE FOLDER: a kernel tree's own orchestrator, unmodified, and the small machine around
# it, as FOLDER/tree.so. Of the tree's headers those come first that belong to it; all others are
# include/luo/kernel's.

set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
tree=$(cd "$1" && pwd -P)
mkdir -p "$2"
out=$(cd "$2" && pwd -P)
cc=${CC:-cc}

[ -f "$tree/kernel/liveupdate/luo_flb.c" ] || {
	echo "build: $tree has no kernel/liveupdate/luo_flb.c" >&2
	exit 2
}
rm -rf "$out/include"
mkdir -p "$out/include/linux/kho" "$out/include/uapi/linux"
for header in linux/liveupdate.h linux/kho_block.h linux/list_private.h linux/kho/abi \
	uapi/linux/liveupdate.h; do
	[ ! -e "$tree/include/$header" ] || ln -s "$tree/include/$header" "$out/include/$header"
done

# compile SOURCE OPTIONS...: with the kernel's C, into OUT
compile() {
	source=$1
	shift
	"$cc" -std=gnu11 -O1 -g -fPIC -fno-strict-aliasing -D_GNU_SOURCE -DCONFIG_LIVEUPDATE=1 \
		-DCONFIG_KEXEC_HANDOVER_DEBUG=1 \
		-Werror=implicit-function-declaration "-I$out/include" \
		"-I$root/include/luo/kernel" "-I$root/include" "$@" -c "$source" \
		-o "$out/$(basename "$source" .c).o"
}

# Initcalls run in the order in which a file has them; compilers keep it, if they must be told.
order=
! "$cc" -fno-toplevel-reorder -E -x c /dev/null >/dev/null 2>&1 || order=-fno-toplevel-reorder
rm -f "$out"/*.o
# In the order of the kernel's own Makefile. Its warnings are its own business.
for name in luo_core luo_file luo_flb luo_session kho_block; do
	source=$tree/kernel/liveupdate/$name.c
	# shellcheck disable=SC2086 # nothing, or an option
	[ ! -f "$source" ] || compile "$source" -w $order '-DKBUILD_MODNAME="luo"' \
		'-DTHIS_MODULE=((struct module *)0)'
done
for source in "$root"/tests/oracle/tree/*.c; do
	compile "$source" -Wall -Wextra -Wshadow
done
# Its kmalloc() and the simulator's are not to meet.
echo '{ global: oracle_play; local: *; };' >"$out/exported"
"$cc" -shared -Wl,-z,defs "-Wl,--version-script=$out/exported" -o "$out/tree.so" "$out"/luo_core.o \
	"$out"/luo_[!c]*.o "$out"/[!l]*.o
