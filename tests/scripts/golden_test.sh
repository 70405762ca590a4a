#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Every recorded scenario gives the recorded transcript, byte for byte, under the profile of its
# name; and every transcript, run as a scenario, agrees with itself.

set -eu
. "$(dirname "$0")/cli_common.sh"

scenarios=0
for profile in rfc-v6 linux-7.0 linux-7.3; do
	for trace in "$LFB_TEST_DATA/golden/$profile"/*.trace; do
		scenarios=$((scenarios + 1))
		lfb 0 run --profile "$profile" --golden "${trace%.trace}.ops"
		same "$dir/out" "$trace"
		lfb 0 run --profile "$profile" --golden --mode fixed "$trace"
		same "$dir/out" "$trace"
	done
done
[ "$scenarios" -eq 260 ] || fail "$scenarios scenarios, not 260"
echo "$scenarios recorded scenarios"
finish
