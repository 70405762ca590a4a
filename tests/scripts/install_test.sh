#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# What is installed can be used: an example is built against it by pkg-config and by
# find_package(), shared and static, and says the same each time.

set -eu

example=$LFB_SOURCE_DIR/examples/first_flb.c
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

quietly() {
	"$@" >log 2>&1 || {
		cat log
		echo "failed: $*"
		exit 1
	}
}

quietly cmake --install "$LFB_BUILD_DIR" --prefix "$work/prefix"
libdir=$(dirname "$(find "$work/prefix" -name liblfb.a)")

# by pkg-config, where it lies is the prefix
flags=$(PKG_CONFIG_PATH=$libdir/pkgconfig pkg-config --cflags --libs lfb)
# shellcheck disable=SC2086 # lists of words
quietly "$CC" -std=gnu11 $CFLAGS -o by-pkg-config "$example" $flags "-Wl,-rpath,$libdir"

# by find_package()
cat >CMakeLists.txt <<END
cmake_minimum_required(VERSION 3.20)
project(consumer C)
find_package(lfb 0.1 REQUIRED)
add_executable(shared $example)
target_link_libraries(shared PRIVATE lfb::lfb)
add_executable(static $example)
target_link_libraries(static PRIVATE lfb::lfb_static)
END
quietly cmake -G Ninja -S . -B . "-DCMAKE_PREFIX_PATH=$work/prefix"
quietly ninja

"$LFB_BUILD_DIR/examples/first_flb" >expected
for program in by-pkg-config shared static; do
	"./$program" >printed
	diff expected printed
done
"$work/prefix/bin/lfb" --version
