#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# docs/loadable.md and memory-checks.md, done as their reader does it: each command of the pages,
# what it prints, and what comes of it, examples/loadable. With LFB_UPDATE=1 the pages say what is
# printed afterwards.

set -eu

case ${CFLAGS-} in *-fsanitize=*)
	echo "these pages are read with the other builds"
	exit 77
	;;
esac

python3 -c 'import ctypes; ctypes.CDLL("libdw.so.1")' 2>&- || {
	echo "there is no libdw, and the page shows the places it finds"
	exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/empty" "$work/label" "$work/nothing"
PATH=$(dirname "$LFB"):$PATH

"$(dirname "$0")/your_test_test.py" "$LFB_SOURCE_DIR/docs/bring-your-driver.md" "$work/empty" \
	"$LFB_SOURCE_DIR/examples/loadable"
"$(dirname "$0")/your_test_test.py" "$LFB_SOURCE_DIR/docs/memory-checks.md" "$work/label" \
	"$work/nothing"
