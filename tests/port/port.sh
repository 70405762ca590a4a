#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# port.sh HOST: builds the tool for another host in build/port-HOST, and compares what it answers
# with the recorded transcripts, byte for byte.
#
#	plain	this one, of which C alone is known
#	i386	32 bits, of which C alone is known, under qemu-user
#	arm64	Linux on another processor, under qemu-user; the zoo, too
#	wasm	WebAssembly, of which C alone is known; in node
#	playground TOOL
#		the same, then build/playground.html, in a browser beside TOOL, which runs here

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
host=${1:-}
page=
[ "$host" != playground ] || {
	host=wasm
	page=$root/build/playground.html
	tool=$2
}
build=$root/build/port-$host
libraries=$root/build/libraries-$host
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# cross TRIPLET MULTIARCH OPTION...
cross() {
	triplet=$1
	multiarch=$2
	shift 2
	cmake -G Ninja -S "$root" -B "$build" -DCMAKE_SYSTEM_NAME=Linux \
		-DCMAKE_SYSTEM_PROCESSOR="$host" "-DCMAKE_C_COMPILER=$triplet-gcc" \
		-DCMAKE_C_FLAGS="-isystem $libraries/usr/include/$multiarch" \
		"-DCMAKE_LIBRARY_ARCHITECTURE=$multiarch" \
		"-DCMAKE_FIND_ROOT_PATH=$libraries;/usr/$triplet" \
		-DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY \
		-DLFB_WERROR=ON "$@"
}

# Of the program that emscripten links: a function lfb() that makes one, in fixed memory.
settings='-sMODULARIZE=1 -sEXPORT_NAME=lfb -sENVIRONMENT=node,web -sINVOKE_RUN=0
	-sNODEJS_CATCH_EXIT=0 -sNODEJS_CATCH_REJECTION=0 -sINITIAL_MEMORY=268435456
	-sTOTAL_STACK=4194304 -sEXPORTED_RUNTIME_METHODS=callMain,FS'

# What there is to compare, as lines PROFILE SCENARIO TRANSCRIPT.
transcripts() {
	for folder in rfc-v6 linux-7.0 linux-7.3 linux-7.3-more; do
		for trace in "$root/tests/data/golden/$folder"/*.trace; do
			echo "${folder%-more} ${trace%.trace}.ops $trace"
		done
	done
}

# Those that $work/lfb, as a tool of this system, answers differently.
differences_here() {
	# shellcheck disable=SC2016 # for the sh that xargs starts
	transcripts | xargs -P "$(nproc)" -n 3 sh -c \
		'"$0" run --profile "$1" --golden "$2" 2>/dev/null | cmp -s - "$3" || echo "$3"' \
		"$work/lfb"
}

# as COMMAND...: what starts the tool
as() {
	printf '#!/bin/sh\nexec %s "$@"\n' "$*" >"$work/lfb"
	chmod +x "$work/lfb"
}

# build_it COMMAND...: configures
build_it() {
	"$@" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O1 -DLFB_TESTS=OFF &&
		cmake --build "$build" --target lfb_tool
}

# quietly COMMAND...
quietly() {
	"$@" >"$log" 2>&1 || {
		cat "$log" >&2
		exit 1
	}
}

mkdir -p "$root/build/log"
log=$root/build/log/port-$host.log
case $host in
plain) ;;
i386 | arm64 | wasm) sh "$here/libraries.sh" "$host" "$libraries" ;;
*)
	echo "usage: port.sh plain|i386|arm64|wasm|playground TOOL" >&2
	exit 2
	;;
esac
case $host in
plain)
	quietly build_it cmake -G Ninja -S "$root" -B "$build" -DLFB_WERROR=ON -DLFB_HOST=plain \
		-DLFB_SHARED=OFF
	as "$build/lfb"
	differences_here >"$work/differences"
	;;
i386)
	quietly build_it cross i686-linux-gnu i386-linux-gnu -DLFB_HOST=plain -DLFB_SHARED=OFF \
		-DCMAKE_EXE_LINKER_FLAGS=-static
	as qemu-i386 "$build/lfb"
	differences_here >"$work/differences"
	;;
arm64)
	quietly build_it cross aarch64-linux-gnu aarch64-linux-gnu -DOPENSSL_USE_STATIC_LIBS=ON
	as qemu-aarch64 -L /usr/aarch64-linux-gnu "$build/lfb"
	differences_here >"$work/differences"
	"$work/lfb" zoo >"$work/zoo" || {
		cat "$work/zoo"
		exit 1
	}
	tail -n 1 "$work/zoo"
	;;
wasm)
	# For each file emcc starts Python, to start clang: what it would say is asked once.
	mkdir -p "$build"
	printf '#!/bin/sh\nshift\nexec clang %s "$@"\n' "$(emcc --cflags)" >"$build/clang"
	chmod +x "$build/clang"
	quietly build_it emcmake cmake -G Ninja -S "$root" -B "$build" \
		"-DCMAKE_C_COMPILER_LAUNCHER=$build/clang" \
		"-DCMAKE_C_FLAGS=-isystem $libraries/include -include $here/wasm/gnu.h" \
		"-DCMAKE_EXE_LINKER_FLAGS=$here/wasm/gnu.c $(echo $settings)" \
		"-DLFB_LIBFDT_SOURCE=$libraries/libfdt"
	transcripts | node --no-experimental-fetch "$here/wasm/compare.js" "$build/lfb.js" \
		>"$work/differences" 2>"$work/compared"
	grep -qx "$(transcripts | wc -l) compared" "$work/compared" || {
		cat "$work/compared" >&2
		exit 1
	}
	;;
esac
all=$(transcripts | wc -l)
if [ -s "$work/differences" ]; then
	cat "$work/differences"
	echo "$host: $(wc -l <"$work/differences") of $all transcripts are different" >&2
	exit 1
fi
echo "$host: all of $all transcripts are as recorded"
[ -n "$page" ] || exit 0
set -- "$root/examples/scenarios/first.lfb" "$root/examples/scenarios/aborted.lfb" \
	"$root"/examples/lessons/*.lfb
python3 "$root/sim/cli/show/playground/make.py" "$build/lfb.js" "$page" "$@"
status=0
python3 "$here/wasm/playground_test.py" "$page" "$tool" "$@" || status=$?
[ "$status" = 77 ] || [ "$status" = 0 ] || exit "$status"
echo "$page"
