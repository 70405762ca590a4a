#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# docs/kunit.md, done as its reader does it: each command of the page, and what it prints. With
# LFB_UPDATE=1 the page says afterwards what is printed.

set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/empty" "$work/result"
PATH=$(dirname "$LFB"):$PATH

"$(dirname "$0")/your_test_test.py" "$LFB_SOURCE_DIR/docs/kunit.md" "$work/empty" "$work/result"
