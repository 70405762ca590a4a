#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The files for OSS-Fuzz: its build.sh, with an environment as there, leaves in $OUT what runs where
# there is nothing else: each fuzzer with its options, its dictionary and its seeds.

set -eu
. "$(dirname "$0")/cli_common.sh"

# It is the same in each build.
[ -z "$sanitized" ] || exit 77
for program in clang clang++ ninja; do
	command -v $program >"$dir/out" || {
		echo "there is no $program"
		exit 77
	}
done

files=$LFB_SOURCE_DIR/tests/fuzz/oss-fuzz
for key in homepage main_repo primary_contact language sanitizers fuzzing_engines; do
	checks=$((checks + 1))
	grep -q "^$key:" "$files/project.yaml" || fail "project.yaml has no $key"
done

# Its own flags, but that it optimises and keeps lines, which takes longer here.
flags='-O0 -fno-omit-frame-pointer -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION'
flags="$flags -fsanitize=address -fsanitize-address-use-after-scope -fsanitize=fuzzer-no-link"
mkdir "$dir/out.d" "$dir/work"
checks=$((checks + 1))
(cd "$LFB_SOURCE_DIR" && env -i PATH="$PATH" HOME="$dir" ${CCACHE_DIR:+"CCACHE_DIR=$CCACHE_DIR"} \
	${CMAKE_C_COMPILER_LAUNCHER:+"CMAKE_C_COMPILER_LAUNCHER=$CMAKE_C_COMPILER_LAUNCHER"} \
	SRC="$LFB_SOURCE_DIR/.." OUT="$dir/out.d" WORK="$dir/work" SANITIZER=address \
	FUZZING_ENGINE=libfuzzer ARCHITECTURE=x86_64 CC=clang CXX=clang++ CFLAGS="$flags" \
	CXXFLAGS="$flags" LIB_FUZZING_ENGINE=-fsanitize=fuzzer "$files/build.sh") \
	>"$dir/log" 2>&1 || fail "build.sh failed: $(tail -n 30 "$dir/log")"

cd "$dir/out.d"
found=0
for source in "$LFB_SOURCE_DIR"/tests/fuzz/*_fuzzer.c; do
	fuzzer=$(basename "$source" .c)
	found=$((found + 1))
	checks=$((checks + 4))
	dict=$(sed -n 's/^dict = //p' "$fuzzer.options") || fail "$fuzzer has no options"
	[ -z "$dict" ] || [ -s "$dict" ] || fail "$fuzzer has no $dict"
	mkdir "$dir/seeds"
	(cd "$dir/seeds" && cmake -E tar xf "$dir/out.d/${fuzzer}_seed_corpus.zip") ||
		fail "$fuzzer has no seeds"
	[ "$(ls "$dir/seeds")" = "$(ls "${source%_fuzzer.c}_seed_corpus")" ] ||
		fail "$fuzzer has other seeds: $(ls "$dir/seeds")"
	! ldd "$fuzzer" | grep -E 'libfdt|libcrypto|not found' || fail "$fuzzer needs these"
	env -i "./$fuzzer" -runs=50 ${dict:+"-dict=$dict"} "$dir/seeds" >"$dir/log" 2>&1 ||
		fail "$fuzzer: $(tail -n 30 "$dir/log")"
	grep -q '^#[0-9]*.*DONE' "$dir/log" || fail "$fuzzer did not run: $(cat "$dir/log")"
	rm -rf "$dir/seeds"
done
[ "$found" -ge 5 ] || fail "only $found fuzzers"

finish
