#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# A sweep accuses nobody who did nothing: no violation in any corrected twin of the zoo, nor in any
# example, with the usual checks and with guarded memory.

set -eu
. "$(dirname "$0")/cli_common.sh"
cd "$LFB_SOURCE_DIR"

for mode in on guard; do
	# What needs the same machine is swept in one go.
	for scenario in tests/zoo/*.fixed.lfb; do
		machine=$(sed -n '1,/^$/s/^# machine: *//p' "$scenario")
		if [ -n "$machine" ]; then
			# shellcheck disable=SC2086 # options are words
			lfb 0 sweep --quiet $machine --checks "$mode" "$scenario"
			silent out
		else
			echo "$scenario"
		fi
	done >"$dir/twins"
	# shellcheck disable=SC2046 # names are words
	lfb 0 sweep --quiet --quirk -PRESERVE_EFAULT_KEEPS --checks "$mode" $(cat "$dir/twins") \
		examples/scenarios/*.lfb
	silent out
done
finish
