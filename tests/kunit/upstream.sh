#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# upstream.sh BUILD TREE [SUITE...]: the suites that a kernel tree has for what kernel headers
# declare, unmodified, compiled against ours and run. Prints a table; fails where a case does that
# is not named below.

set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
build=$(cd "$1" && pwd -P)
tree=$(cd "$2" && pwd -P)
shift 2
cc=${CC:-cc}
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

[ -d "$tree/lib/tests" ] || {
	echo "upstream: $tree has no lib/tests" >&2
	exit 2
}

# compile SOURCE OBJECT OPTIONS...: with the kernel's C; its warnings are its own business
compile() {
	source=$1
	object=$2
	shift 2
	# shellcheck disable=SC2086 # options, or none
	"$cc" -std=gnu11 -O2 -g -w -fno-strict-aliasing -fwrapv \
		-Werror=implicit-function-declaration -D_GNU_SOURCE -D__KERNEL__ \
		-DCONFIG_ARCH_SUPPORTS_INT128=1 ${CFLAGS:-} \
		"-I$root/include/luo/kernel" "-I$root/include" "$@" -c "$source" -o "$object"
}

# suite NAME: compiles and runs NAME.c, of lib/tests with KUnit, else of lib; a line of the table
suite() {
	source=$tree/lib/tests/$1.c
	main=main.c
	[ -f "$source" ] || {
		source=$tree/lib/$1.c
		main=module_main.c
	}
	[ -f "$source" ] || {
		echo "| $1 | | | | not in this tree |"
		return 0
	}
	if ! compile "$source" "$work/$1.o" "-DKBUILD_MODNAME=\"$1\"" 2>"$work/$1.log"; then
		echo "| $1 | | | | does not compile: $(grep -m 1 'error:' "$work/$1.log" |
			sed 's/.*error: //') |"
		return 1
	fi
	# shellcheck disable=SC2086
	"$cc" ${CFLAGS:-} "-I$root/include" "$root/tests/kunit/$main" "$work/$1.o" \
		-o "$work/$1" "-L$build" -llfb "-Wl,-rpath,$build"
	status=0
	"$work/$1" >"$work/$1.out" 2>&1 || status=$?
	skipped=$(sed -n 's/^ *ok [0-9]* \(.*\) # SKIP *\(.*\)/\1: \2/p' "$work/$1.out" |
		paste -sd ';')
	awk -v name="$1" -v why="$skipped" '
		/^    ok .* # SKIP/ { skip = 1; next }
		# A module may count what it tests.
		/^# .*: [0-9]+ of [0-9]+ tests passed$/ {
			passed = $(NF - 4); failed = $(NF - 2) - passed
			counted = 1
		}
		counted { next }
		# A suite of one case says no more than how that ended.
		/^# (Totals|module): / {
			gsub(/[A-Za-z]*:/, "")
			passed += $2; failed += $3; skipped += $4
			said = 1
		}
		/^(not )?ok / {
			if (!said) {
				passed += $1 == "ok" && !skip
				failed += $1 == "not"
				skipped += skip
			}
			said = skip = 0
		}
		END { printf "| %s | %d | %d | %d | %s |\n", name, passed, failed, skipped, why }
	' "$work/$1.out"
	[ $status = 0 ] || grep -B 1 -A 3 'FAILED\|died' "$work/$1.out" >&2 || :
	return $status
}

# 158 million checks take their time where each access is checked, too.
case ${CFLAGS-} in *-fsanitize=*) long= ;; *) long=test_xarray ;; esac
# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- list-test list-private-test hashtable_test bitops_kunit bitfield_kunit \
	overflow_kunit min_heap_kunit string_kunit test_hash test_bits test_sort test_list_sort \
	rbtree_test $long
echo '| suite | passed | failed | skipped | why |'
echo '|---|---|---|---|---|'
failed=0
for name; do
	suite "$name" || failed=1
done
exit $failed
