#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# docs/loadable.md, done as its reader does it: each command of the page, what it prints, and what
# comes of it, examples/loadable. With LFB_UPDATE=1 the page says afterwards what is printed.

set -eu

python3 -c 'import ctypes; ctypes.CDLL("libdw.so.1")' 2>&- || {
	echo "there is no libdw, and the page shows the places it finds"
	exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/empty"
PATH=$(dirname "$LFB"):$PATH

"$(dirname "$0")/your_test_test.py" "$LFB_SOURCE_DIR/docs/loadable.md" "$work/empty" \
	"$LFB_SOURCE_DIR/examples/loadable"
