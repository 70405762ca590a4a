#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# abi_map.sh [--update | --names INCLUDE]: names what the shared library is to export: what the
# headers of include/luo declare, or of INCLUDE/luo, and what checked modules call. --update: into
# cmake/liblfb.map. Nothing need be built.

set -eu
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd -P)
top=$here/../..

# accesses: what modules call that say what they touch
accesses() {
	for name in init func_entry func_exit read_range write_range atomic_thread_fence \
		atomic_signal_fence; do
		echo "__wrap___tsan_$name"
	done
	for bytes in 1 2 4 8 16; do
		for what in read write volatile_read volatile_write; do
			echo "__wrap___tsan_$what$bytes"
			[ $bytes = 1 ] || echo "__wrap___tsan_unaligned_$what$bytes"
		done
	done
	for bits in 8 16 32 64; do
		for what in load store exchange fetch_add fetch_sub fetch_and fetch_or fetch_xor \
			fetch_nand compare_exchange_strong compare_exchange_weak \
			compare_exchange_val; do
			echo "__wrap___tsan_atomic${bits}_$what"
		done
	done
}

# wrapped: what checked modules call
wrapped() {
	awk '
		/set\(calls / { inside = 1 }
		/foreach\(size / { sub(/\)/, ""); sub(/.*size /, ""); n = split($0, size) }
		inside {
			for (i = 1; i <= NF; i++)
				if ($i != "set(calls")
					print $i
		}
		/\)/ { inside = 0 }
		END {
			for (i = 1; i <= n; i++) {
				print "__asan_load" size[i] "_noabort"
				print "__asan_store" size[i] "_noabort"
			}
		}' "$top/cmake/LfbModule.cmake" | sed 's/)$//; s/^/__wrap_/'
}

# names INCLUDE
names() {
	{
		find "$1/luo" -maxdepth 1 -name '*.h' -exec awk -f "$here/abi_declared.awk" {} +
		wrapped
		accesses
	} | sort -u
}

case ${1-} in
--names) names "$2" ;;
--update)
	map=$(sed '/^global:/q' "$top/cmake/liblfb.map" && names "$top/include" |
		sed 's/.*/\t&;/' && printf 'local:\n\t*;\n};\n')
	echo "$map" >"$top/cmake/liblfb.map"
	;;
*) names "$top/include" ;;
esac
