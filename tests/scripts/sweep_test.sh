#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb sweep: what it prints, and that what it prints can be run again.

set -eu
. "$(dirname "$0")/cli_common.sh"

examples=$LFB_SOURCE_DIR/examples/scenarios

# Nothing is wrong, but for a known defect of the kernel that one of them updates to: one line
# a scenario and a total.
lfb 0 sweep --quirk -PRESERVE_EFAULT_KEEPS "$examples"/*.lfb
silent err
prints out 'first.lfb: 80 fault points, 240 runs: '
prints out '5 scenarios: 586 fault points, '
! grep -v ', 0 violations$' "$dir/out" || fail "there are violations"
lfb 0 sweep --quiet --pairs "$examples/first.lfb"
silent out
lfb 0 sweep --verbose --once --kinds kho,fdt "$examples/first.lfb"
prints out '    kho '
! grep -q alloc "$dir/out" || fail "alloc was not asked for"

# shown_once TEXT: whatever it takes to find out, one run is shown
shown_once() {
	checks=$((checks + 1))
	[ "$(grep -cF -e "$1" "$dir/out")" -eq 1 ] || fail "not once: $1"
}

# A violation, and the line behind it: a command that shows the same again.
defect='--profile reference --quirk +FILE_FLB_LEAK_ON_ENOMEM'
# shellcheck disable=SC2086 # a list of words
lfb 1 sweep $defect --max 1 "$examples/first.lfb"
prints out 'first.lfb:39: preserve vm-1 1 0 100: kmalloc failed (alloc): it answered -12 and left'
prints out 'flb flb-0-v1: count 1, was 0'
line=$(grep '^    lfb ' "$dir/out")
violation=$(head -n 1 "$dir/out")
[ "$line" = "    lfb sweep $defect --case alloc:17 $examples/first.lfb" ] ||
	fail "the line to replay is: $line"
# shellcheck disable=SC2086
lfb 1 ${line#*lfb }
prints out "$violation"
prints out '== a violation'
shown_once 'kmalloc                      fail             alloc'
prints out '> '"$examples"'/first.lfb:39: preserve vm-1 1 0 100 = -12'
prints out 'kmalloc                      fail             alloc'

# What became of a case that is none, and what is excused.
lfb 0 sweep --case alloc:9 "$examples/first.lfb"
prints out '== reported, and then it worked'
shown_once ' fail             alloc'
lfb 0 sweep --case flb-retrieve:1 "$examples/first.lfb"
shown_once '== excused: retrieve failed. '
prints out '== remembered'
lfb 0 sweep --case any:9:11 "$examples/first.lfb"
lfb 0 sweep --case none "$examples/first.lfb"

# A lock order that only a failure shows has a reason and a name, in every run in which it is taken.
cat >"$dir/input" <<'END'
when flb 0 preserve lock 0
when flb 0 preserve lock 1
when flb 0 preserve unlock 1
when flb 0 preserve unlock 0
when flb 0 unpreserve lock 1
when flb 0 unpreserve lock 0
when flb 0 unpreserve unlock 0
when flb 0 unpreserve unlock 1
handler 0
flb 0 0
open
session s
preserve s 1 0 100
reboot
END
lfb 1 sweep --kinds file-preserve "$dir/input"
prints out 'input: at the end: LFB-LOCK-INVERSION: flb flb-0-v1 unpreserve, lock lock 0: '
prints out 'input: 1 fault points, 2 runs: 0 reported, '
prints out ', 2 violations'

# What follows from a failure that kernels remember is told last, and once.
lfb 1 sweep "$LFB_SOURCE_DIR/tests/newcomer/finish-needs-retrieve.bad.lfb"
sed '1,/: what follows from failures that kernels remember:$/d' "$dir/out" >"$dir/last"
checks=$((checks + 1))
[ "$(grep -c '^    lfb sweep' "$dir/last")" -eq 1 ] || fail "it is not told once"
grep -q 'the kernel died: folio_put: .*(LFB-MEM-BAD-FREE)$' "$dir/last" || fail "it has no name"

# A scenario that dies by itself says of what.
printf 'do bug\n' >"$dir/input"
lfb 1 sweep "$dir/input"
prints err 'the kernel died: recorded: the scenario says so (LFB-KERNEL-BUG)'

# A session whose agent cannot be answered is lost: found by failing each step, told by nobody.
lfb 1 sweep --quirk +SESSION_RETRIEVE_EFAULT_FINISHES "$examples/first.lfb"
prints out 'copy_to_user failed (user-write)'
prints out '(LFB-SESSION-LOST)'

# So is a file that is in no table any more.
lfb 1 sweep --quirk +FILE_ENTRY_LOST_ON_ENOMEM "$examples/first.lfb"
prints out 'LFB-FILE-ENTRY-LOST'

# From standard input.
printf 'open\nsession a\n' >"$dir/input"
status=0
"$LFB" sweep - <"$dir/input" >"$dir/out" 2>"$dir/err" || status=$?
[ "$status" -eq 0 ] || fail "sweep - exits with $status"
prints out '-: 16 fault points, '

# What makes no sense.
lfb 2 sweep
prints err 'expected a scenario'
lfb 2 sweep --kinds heap "$examples/first.lfb"
prints err 'there is no kind heap'
lfb 2 sweep --case alloc:1 "$examples/first.lfb" "$examples/aborted.lfb"
lfb 2 sweep --max 0 "$examples/first.lfb"
lfb 2 sweep --profile no-such "$examples/first.lfb"
lfb 1 sweep --case alloc:0 "$examples/first.lfb"
prints err 'is no case'
lfb 1 sweep --case alloc:9999 "$examples/first.lfb"
prints err 'no point for case'
lfb 1 sweep "$dir/nowhere"
printf 'fault alloc 1\n' >"$dir/input"
lfb 1 sweep "$dir/input"
prints err 'a sweep arms its own fault plans'

finish
