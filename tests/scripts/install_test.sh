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
# A module, for the tool and for a program that has all of the static library.
cat >>CMakeLists.txt <<END
lfb_add_module(keeper $LFB_SOURCE_DIR/tests/loadable/keeper.c)
add_executable(whole loads.c)
target_include_directories(whole PRIVATE $work/prefix/include)
target_link_libraries(whole PRIVATE -Wl,--whole-archive $libdir/liblfb.a
	-Wl,--no-whole-archive fdt crypto)
target_link_options(whole PRIVATE -rdynamic)
END
cat >loads.c <<END
#include <stdio.h>
#include <luo/machine.h>

int main(void)
{
	struct lfb_machine *machine;
	int err = lfb_machine_create(NULL, &machine);

	if (!err)
		err = lfb_machine_load_module(machine, "./keeper.so");
	if (!err)
		err = lfb_machine_boot(machine);
	if (!err)
		err = lfb_machine_kexec(machine);
	if (err)
		printf("%s\\n", lfb_error_text(machine));
	lfb_machine_destroy(machine);
	return err != 0;
}
END
quietly cmake -G Ninja -S . -B . "-DCMAKE_PREFIX_PATH=$work/prefix"
quietly ninja

"$LFB_BUILD_DIR/examples/first_flb" >expected
for program in by-pkg-config shared static; do
	"./$program" >printed
	diff expected printed
done
"$work/prefix/bin/lfb" --version
printf 'open = 0\nsession vm = 0\npreserve vm 1 keeper-file-v1 1 = 0\nreboot = 0\n' >update.lfb
"$work/prefix/bin/lfb" run --module keeper.so update.lfb >by-cmake
"$work/prefix/bin/lfb" build "$LFB_SOURCE_DIR/tests/loadable/keeper.c" -o keeper.so
"$work/prefix/bin/lfb" run --module keeper.so update.lfb >by-lfb
cmp by-cmake by-lfb
./whole
