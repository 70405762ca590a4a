#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Every recorded scenario gives the recorded transcript, byte for byte, under the profile of its
# name; and every transcript, run as a scenario, agrees with itself. linux-7.3-more has a small
# case for each cause of a difference that was ever seen to the kernel's own code.

set -eu
. "$(dirname "$0")/cli_common.sh"

# With sanitizers, where this is the longest of all tests, every third runs once, in remapped
# memory.
all=785
[ -z "$sanitized" ] || all=485

scenarios=0
# linux-7.2's own code answered as linux-7.3's.
for folder in rfc-v6 linux-7.0 linux-7.3 linux-7.3-more linux-7.2; do
	profile=${folder%-more}
	[ $folder$sanitized = linux-7.21 ] && continue
	[ $folder = linux-7.2 ] && folder=linux-7.3
	for trace in "$LFB_TEST_DATA/golden/$folder"/*.trace; do
		scenarios=$((scenarios + 1))
		[ -z "$sanitized" ] || [ $((scenarios % 3)) -eq 0 ] || continue
		# A recorded kernel may die, which ends a run with 1.
		exit=0
		grep -qx '== oops' "$trace" && exit=1
		lfb "$exit" run --profile "$profile" --golden "${trace%.trace}.ops"
		same "$dir/out" "$trace"
		[ -z "$sanitized" ] || continue
		# An answer that is expected is no surprise.
		! grep -B 1 -x '== oops' "$trace" | grep -q ' = ' || exit=0
		lfb "$exit" run --profile "$profile" --golden --mode fixed "$trace"
		same "$dir/out" "$trace"
	done
done
[ "$scenarios" -eq $all ] || fail "$scenarios scenarios, not $all"
echo "$scenarios runs of recorded scenarios"
finish
