#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# libraries.sh ARCHITECTURE FOLDER: Debian's libfdt and libcrypto for another processor, unpacked
# under FOLDER; for "wasm", of which Debian has none, libfdt's sources from those of its kernel.
#
# An apt of its own in FOLDER/apt asks the mirrors that this system's uses: the system's is not
# changed, nothing is installed. What is there already is not asked for again.

set -eu

architecture=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd -P)
apt=$folder/apt
[ ! -e "$folder/done" ] || exit 0

native=$(dpkg --print-architecture)
case $architecture in
wasm) packages=linux-source-6.1 from=$native ;;
*) packages='libfdt-dev libssl-dev' from=$architecture ;;
esac

mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/deb"
: >"$apt/status"

# The system's headers of the kernel, whose errnos take the place of those of the C library.
kernel_headers() {
	mkdir -p "$folder/include/asm-generic"
	cp /usr/include/asm-generic/*.h "$folder/include/asm-generic"
	ln -sfn /usr/include/linux "$folder/include/linux"
	ln -sfn "/usr/include/$(gcc -print-multiarch)/asm" "$folder/include/asm"
	sed -n 's/^#define[[:space:]]*\(E[A-Z0-9]*\)[[:space:]].*/#undef \1\n&/p' \
		/usr/include/asm-generic/errno-base.h /usr/include/asm-generic/errno.h \
		>"$folder/include/asm-generic/errno.h"
}

private() {
	apt-get -q -o "APT::Architecture=$from" -o "APT::Architectures::=$from" \
		-o Acquire::Languages=none -o APT::Sandbox::User=root \
		-o "Dir::State::status=$apt/status" -o "Dir::State::Lists=$apt/lists" \
		-o "Dir::Cache=$apt/cache" "$@"
}

# One list of a mirror that is just written to is missed by nobody who finds his packages.
private update >"$apt/log" 2>&1 || :
for package in $packages; do
	(cd "$apt/deb" && private download "$package:$from" >>"$apt/log" 2>&1) || {
		cat "$apt/log" >&2
		exit 1
	}
	if [ "$architecture" = wasm ]; then
		dpkg-deb --fsys-tarfile "$apt/deb/$package"_*.deb |
			tar -xOf - "./usr/src/$package.tar.xz" |
			tar -xJf - -C "$folder" --strip-components=3 "$package/scripts/dtc/libfdt"
		# Kernels have no fdt_check_full().
		cp "$(dirname "$0")/wasm/fdt_check.c" "$folder/libfdt"
		kernel_headers
	else
		dpkg-deb -x "$apt/deb/$package"_*.deb "$folder"
	fi
done
rm -rf "$apt"
: >"$folder/done"
