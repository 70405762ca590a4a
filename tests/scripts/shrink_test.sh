#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb shrink: the shortest scenario that fails in the same way.

set -eu
. "$(dirname "$0")/cli_common.sh"

cat >"$dir/long.lfb" <<'END'
# nobody asks for the FLB in the new kernel
handler 4 = 0
handler 7
flb 4 5 = 0
open
session vm-1 = 0
session vm-2
preserve vm-1 12 4 100
preserve vm-1 13 4 101
reboot = 0
handler 4
flb 4 5
open
rsession vm-1
retrieve vm-1 12
finish vm-1 = 0
getin 5 = -61
END

# What it prints fails as the whole did, and can be shrunk no more.
lfb 1 run --golden --quirk +FLB_FINISH_NEEDS_GET "$dir/long.lfb"
lfb 0 shrink --quirk +FLB_FINISH_NEEDS_GET "$dir/long.lfb"
silent err
prints out '# fails (-84): '
cp "$dir/out" "$dir/short.lfb"
[ "$(wc -l <"$dir/short.lfb")" -lt 13 ] || fail "13 lines or more are left"
lfb 1 run --golden --quirk +FLB_FINISH_NEEDS_GET "$dir/short.lfb"
prints err 'getin 0: expected = -61, got = 0'
lfb 0 shrink --quirk +FLB_FINISH_NEEDS_GET - <"$dir/short.lfb"
sed 's/^# .*//' "$dir/out" >"$dir/again"
sed 's/^# .*//' "$dir/short.lfb" >"$dir/short"
same "$dir/again" "$dir/short"

# The death of a kernel is a failure too.
printf 'open\nsession a\ngetin 0\npanic\ncold = -1\nopen\n' >"$dir/panic.lfb"
lfb 0 shrink "$dir/panic.lfb"
prints out 'cold = -1'

lfb 1 shrink "$LFB_SOURCE_DIR/examples/scenarios/first.lfb"
prints err 'does not fail'
lfb 1 shrink "$dir/none.lfb"
lfb 2 shrink
lfb 2 shrink --quirk NAME "$dir/long.lfb"
lfb 2 shrink --profile linux-1.0 "$dir/long.lfb"
prints err 'there is no profile'

finish
