#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# compare_output.sh EXPECTED COMMAND...: COMMAND must exit 0 and print the file EXPECTED.

set -eu

expected=$1
shift
out=$(mktemp)
trap 'rm -f "$out"' EXIT

"$@" >"$out"
diff -u --label "$expected" --label printed "$expected" "$out"
