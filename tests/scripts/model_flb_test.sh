#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# tests/model/flb.pml: without a defect nothing in it goes wrong, with each something does, and what
# spin finds the library does, too, with the defect, and without it does not.

set -eu

# shellcheck source=tests/scripts/cli_common.sh
. "$(dirname "$0")/cli_common.sh"

[ -z "$sanitized" ] || {
	echo "what is found does not depend on sanitizers"
	exit 77
}
command -v spin >/dev/null || {
	echo "spin is not installed"
	exit 77
}
model=$LFB_SOURCE_DIR/tests/model

cp "$model/flb.pml" "$dir"
cd "$dir"
spin -a flb.pml >out
"$CC" -w -DSAFETY -o pan pan.c
./pan -w16 >out
prints out ' errors: 0'
for defect in FLB_LAZY_INIT_RACE FLB_GET_UNCOUNTED; do
	checks=$((checks + 1))
	"$model/replay.sh" "$defect" "$LFB" >"$defect.lfb" || fail "$defect: not replayed"
	finds=$(sed -n '1s/^# \([^,]*\),.*/\1/p' "$defect.lfb")
	lfb 1 run --findings --checks guard --quirk "+$defect" "$defect.lfb"
	prints out "$finds "
	checks=$((checks + 1))
	"$LFB" run --findings --checks guard "$defect.lfb" >out 2>err || true
	! grep -q "$finds" out || fail "$finds is found without $defect"
done

finish
