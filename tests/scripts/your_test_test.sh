#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# docs/your-test.md, done as its reader does it, in a folder with nothing but the sources of liblfb:
# each command of the page, what it prints, and the project that comes of it, examples/your-test.
# With LFB_UPDATE=1 the page says afterwards what is printed.

set -eu

python3 -c 'import ctypes; ctypes.CDLL("libdw.so.1")' 2>&- || {
	echo "there is no libdw, and the page shows the places it finds"
	exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/empty"
ln -s "$LFB_SOURCE_DIR" "$work/empty/liblfb"

# It is built here as it is by default, whatever the build is that is tested; not optimised, which
# nobody waits for.
unset CFLAGS CXXFLAGS LDFLAGS ASAN_OPTIONS UBSAN_OPTIONS
export CMAKE_BUILD_TYPE=None

"$(dirname "$0")/your_test_test.py" "$LFB_SOURCE_DIR/docs/your-test.md" "$work/empty" \
	"$LFB_SOURCE_DIR/examples/your-test"
