#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# What programs that were linked with the library depend on: it exports what public headers declare
# and no more, all of it with a version, and its functions and structures are those of
# tests/data/abi. With LFB_UPDATE=1 the data are brought up to date; the list: see abi_map.sh.

set -eu
. "$(dirname "$0")/cli_common.sh"
[ -z "$sanitized" ] || exit 77 # what sanitizers put between is nobody's to use

scripts=$LFB_SOURCE_DIR/tests/scripts
map=$LFB_SOURCE_DIR/cmake/liblfb.map
accepted=$LFB_TEST_DATA/abi/liblfb.abi
library=$LFB_BUILD_DIR/liblfb.so
include=$LFB_SOURCE_DIR/include

# listed MAP: what it makes global
listed() {
	sed -n 's/^\t\([A-Za-z_][A-Za-z_0-9]*\);$/\1/p' "$1"
}

# exported LIBRARY: with the version of each
exported() {
	nm -D --defined-only "$1" | awk '$3 != "LFB_0.1" { print $3 }' | sort
}

# in_step HEADERS MAP LIBRARY: says what is in one of them only
in_step() {
	"$scripts/abi_map.sh" --names "$1" >"$dir/declared"
	listed "$2" | sort >"$dir/listed"
	comm -23 "$dir/declared" "$dir/listed" |
		sed 's/$/: declared, but liblfb.map lacks it/'
	comm -13 "$dir/declared" "$dir/listed" | sed 's/$/: in liblfb.map, but not declared/'
	sed 's/$/@@LFB_0.1/' "$dir/listed" | sort >"$dir/versioned"
	exported "$3" >"$dir/exported"
	comm -23 "$dir/versioned" "$dir/exported" |
		sed 's/@.*/: in liblfb.map, but not exported/'
	comm -13 "$dir/versioned" "$dir/exported" |
		sed 's/$/: exported, but not so in liblfb.map/'
}

# abi LIBRARY: as its users see it, wherever it was built
abi() {
	abidw --exported-interfaces-only --no-corpus-path --no-comp-dir-path --no-show-locs \
		--no-elf-needed --headers-dir "$include/luo" --drop-private-types "$1" >"$dir/all"
	find "$include/luo" -name '*.h' -exec cat {} + >"$dir/headers"
	sed "s| path='$LFB_SOURCE_DIR/| path='|" "$dir/all" |
		awk -f "$scripts/abi_private.awk" "$dir/headers" -
}

checks=$((checks + 1))
in_step "$include" "$map" "$library" >"$dir/out"
[ ! -s "$dir/out" ] || fail "tests/scripts/abi_map.sh --update would mend: $(cat "$dir/out")"

# Mutants: a function that is declared only, one that is listed only, and one that is neither.
mkdir "$dir/include"
cp -r "$include/luo" "$dir/include"
echo 'LFB_API int lfb_mutant(void);' >>"$dir/include/luo/machine.h"
in_step "$dir/include" "$map" "$library" >"$dir/out"
prints out 'lfb_mutant: declared, but liblfb.map lacks it'
sed 's/^\tlfb_machine_boot;/\tlfb_mutant;/' "$map" >"$dir/map"
"$CC" -shared -o "$dir/mutant.so" -Wl,--whole-archive "$LFB_BUILD_DIR/liblfb.a" \
	-Wl,--no-whole-archive "-Wl,--version-script=$dir/map" -Wl,-soname,liblfb.so.0 \
	-lfdt -lcrypto
in_step "$include" "$dir/map" "$dir/mutant.so" >"$dir/out"
prints out 'lfb_machine_boot: declared, but liblfb.map lacks it'
prints out 'lfb_mutant: in liblfb.map, but not exported'
in_step "$include" "$map" "$dir/mutant.so" >"$dir/out"
prints out 'lfb_machine_boot: in liblfb.map, but not exported'

# What compilers say of structures differs a little: it is recorded as gcc says it for one machine.
if ! command -v abidw >/dev/null || [ "$("$CC" -dumpmachine)" != x86_64-linux-gnu ] ||
	"$CC" --version | grep -q clang || ! readelf -S "$library" | grep -q debug_info; then
	echo "the data is compared where there are abigail-tools and gcc for x86-64 with -g"
	finish
	exit
fi
abi "$library" >"$dir/abi"
[ "${LFB_UPDATE:-0}" = 0 ] || cp "$dir/abi" "$accepted"
checks=$((checks + 1))
abidiff "$accepted" "$dir/abi" >"$dir/out" || {
	cat "$dir/out" >&2
	fail "the library is not what programs were linked with; where that is meant to be," \
		"LFB_UPDATE=1 LFB_PRESET=release ./dev test -R cli/abi accepts it"
}

# Mutants: that function again, and a structure that was without its last member.
abi "$dir/mutant.so" >"$dir/without"
abidiff "$accepted" "$dir/without" >"$dir/out" || :
prints out "'function int lfb_machine_boot(lfb_machine*)'"
awk -v q="'" '
	{ line[NR] = $0 }
	/<class-decl name=.lfb_progress. / { at = 1 }
	at && /<data-member/ { last = NR }
	at && /<\/class-decl>/ { at = 0 }
	END { for (i = 1; i <= NR; i++) if (i < last || i > last + 2) print line[i] }' \
	"$accepted" >"$dir/shorter"
abidiff "$dir/shorter" "$dir/abi" >"$dir/out" || :
prints out "struct lfb_progress"
prints out "1 data member insertion"
finish
