#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Every recorded scenario gives the recorded transcript, byte for byte, under the profile of its
# name; and every transcript, run as a scenario, agrees with itself. linux-7.3-more has a small
# case for each cause of a difference that was ever seen to the kernel's own code.

set -eu
. "$(dirname "$0")/cli_common.sh"

# Not modelled yet: the list shrinks to nothing.
different="linux-7.3/0108 linux-7.3/0128 linux-7.3/0162 linux-7.3/0190
	A1 A2 A3 B1 B2 B3 B4 B5 B6 B7 B8 C1 C2 C3 C4 D1 D2 D3 D4 E1 F4"

# is_different TRACE: is it on the list?
is_different() {
	for name in $different; do
		case $1 in
		*/"$name".trace | */"$name"-*.trace) return 0 ;;
		esac
	done
	return 1
}

scenarios=0
# linux-7.2's own code answered as linux-7.3's.
for folder in rfc-v6 linux-7.0 linux-7.3 linux-7.3-more linux-7.2; do
	profile=${folder%-more}
	[ $folder = linux-7.2 ] && folder=linux-7.3
	for trace in "$LFB_TEST_DATA/golden/$folder"/*.trace; do
		scenarios=$((scenarios + 1))
		is_different "$trace" && continue
		# A recorded kernel may die, which ends a run with 1.
		exit=0
		grep -qx '== oops' "$trace" && exit=1
		lfb "$exit" run --profile "$profile" --golden "${trace%.trace}.ops"
		same "$dir/out" "$trace"
		lfb "$exit" run --profile "$profile" --golden --mode fixed "$trace"
		same "$dir/out" "$trace"
	done
done
[ "$scenarios" -eq 785 ] || fail "$scenarios runs, not 785"
echo "$scenarios runs of recorded scenarios"
finish
