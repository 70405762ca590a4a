#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# build.sh: builds the fuzz targets as OSS-Fuzz asks for it, in the top of the tree: with $CC, $CXX,
# $CFLAGS, $CXXFLAGS and $LIB_FUZZING_ENGINE, into $OUT, with their seeds, dictionaries and options.
# What they link is linked statically: where they run there is little. $WORK is for what is left.

set -eu

: "${OUT:?where the fuzzers go}" "${LIB_FUZZING_ENGINE:?what they are linked with}"
build=${WORK:-$PWD/build}/oss-fuzz

# static NAME: where its library lies
static() {
	path=$("$CC" -print-file-name="lib$1.a")
	case $path in
	/*) echo "$path" ;;
	*)
		echo "build.sh: there is no lib$1.a" >&2
		exit 1
		;;
	esac
}

fdt=$(static fdt)
# Its flags come from the environment, none of ours are added.
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None \
	-DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" \
	-DLFB_FUZZ=ON -DLFB_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" \
	-DLibFDT_LIBRARY="$fdt" -DOPENSSL_USE_STATIC_LIBS=ON
ninja -C "$build" fuzzers

for source in tests/fuzz/*_fuzzer.c; do
	fuzzer=$(basename "$source" .c)
	name=${fuzzer%_fuzzer}
	cp "$build/tests/fuzz/$fuzzer" "$OUT/"
	cp "tests/fuzz/$name.options" "$OUT/$fuzzer.options"
	[ ! -e "tests/fuzz/$name.dict" ] || cp "tests/fuzz/$name.dict" "$OUT/"
	rm -f "$OUT/${fuzzer}_seed_corpus.zip"
	(cd "tests/fuzz/${name}_seed_corpus" &&
		cmake -E tar cf "$OUT/${fuzzer}_seed_corpus.zip" --format=zip -- *)
done
