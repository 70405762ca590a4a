#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# What is installed can be used: programs in C and C++ are built against it by find_package() and by
# pkg-config, shared and static, and say the same each time; so are modules, by CMake and by the
# tool. Below DESTDIR there is the same. LFB_INSTALLED: the prefix where it is already.

set -eu
. "$(dirname "$0")/cli_common.sh"

export CXXFLAGS="${CFLAGS-}"
prefix=$dir/prefix
c_source=$LFB_SOURCE_DIR/examples/first_flb.c
cxx_source=$LFB_SOURCE_DIR/tests/cxx/consumer.cpp
keeper=$LFB_SOURCE_DIR/tests/loadable/keeper.c

quietly() {
	"$@" >"$dir/log" 2>&1 || {
		cat "$dir/log"
		echo "failed: $*"
		exit 1
	}
}

# says EXPECTED PROGRAM
says() {
	"$2" >"$dir/printed"
	same "$1" "$dir/printed"
}

# in_folder FOLDER: what is installed there
in_folder() {
	(cd "$1" && find . ! -type d | sort)
}

moved=$dir/root/opt/lfb
if [ -n "${LFB_INSTALLED-}" ]; then
	prefix=$LFB_INSTALLED
	moved=$prefix
else
	quietly cmake --install "$LFB_BUILD_DIR" --prefix "$prefix"
	DESTDIR=$dir/root quietly cmake --install "$LFB_BUILD_DIR" --prefix /opt/lfb
	in_folder "$prefix" >"$dir/here"
	in_folder "$moved" >"$dir/there"
	same "$dir/here" "$dir/there"
fi
libdir=$(dirname "$(find "$prefix" -name liblfb.a)")
cp "$LFB_SOURCE_DIR/examples/first_flb.expected" "$dir/said-by-c"
echo "lfb $("$prefix/bin/lfb" --version | cut -d' ' -f2): a kernel gave way to the next" \
	>"$dir/said-by-cxx"
cd "$dir"

# by_pkg_config NAME OPTIONS...: builds both with what pkg-config says with OPTIONS
by_pkg_config() {
	name=$1
	shift
	flags=$(PKG_CONFIG_PATH=$libdir/pkgconfig pkg-config "$@" --cflags --libs lfb)
	# shellcheck disable=SC2086 # lists of words
	quietly "$CC" -std=gnu11 $CFLAGS -o "c-$name" "$c_source" $flags $linking
	says said-by-c "./c-$name"
	if [ -n "$CXX" ]; then
		# shellcheck disable=SC2086 # lists of words
		quietly "$CXX" -std=c++11 $CFLAGS -o "cxx-$name" "$cxx_source" $flags $linking
		says said-by-cxx "./cxx-$name"
	fi
}

linking=-Wl,-rpath,$libdir
by_pkg_config shared
# A sanitizer is never linked as a whole.
linking=-static
[ -z "$sanitized" ] || linking="-Wl,-rpath,$libdir"
by_pkg_config static --static

# It is found where it was moved to.
folder=$(PKG_CONFIG_PATH=$moved${libdir#"$prefix"}/pkgconfig pkg-config --variable=includedir lfb)
[ "$(cd "$folder" && pwd -P)" = "$(cd "$moved/include" && pwd -P)" ] ||
	fail "pkg-config knows no DESTDIR: $folder"

# by_cmake LANGUAGE SOURCE PREFIX: with both libraries, in a project of this language alone
by_cmake() {
	mkdir "by-$1"
	cat >"by-$1/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.20)
project(consumer $1)
find_package(lfb 0.1 REQUIRED)
add_executable(shared $2)
target_link_libraries(shared PRIVATE lfb::lfb)
add_executable(static $2)
target_link_libraries(static PRIVATE lfb::lfb_static)
END
	[ "$1" = CXX ] || cat module.cmake >>"by-$1/CMakeLists.txt"
	quietly cmake -G Ninja -S "by-$1" -B "by-$1" "-DCMAKE_PREFIX_PATH=$3"
	quietly ninja -C "by-$1"
}

# A module, for the tool and for a program that has all of the static library.
cat >module.cmake <<END
lfb_add_module(keeper $keeper)
add_executable(whole ../loads.c)
target_include_directories(whole PRIVATE $prefix/include)
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
		err = lfb_machine_load_module(machine, "by-C/keeper.so");
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
by_cmake C "$c_source" "$prefix"
says said-by-c by-C/shared
says said-by-c by-C/static
if [ -n "$CXX" ]; then
	by_cmake CXX "$cxx_source" "$moved"
	says said-by-cxx by-CXX/shared
	says said-by-cxx by-CXX/static
fi

printf 'open = 0\nsession vm = 0\npreserve vm 1 keeper-file-v1 1 = 0\nreboot = 0\n' >update.lfb
"$prefix/bin/lfb" run --module by-C/keeper.so update.lfb >by-cmake
"$prefix/bin/lfb" build "$keeper" -o keeper.so
"$prefix/bin/lfb" run --module keeper.so update.lfb >by-lfb
same by-cmake by-lfb
by-C/whole
finish
