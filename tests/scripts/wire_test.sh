#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The wire formats, against memory as real kernels wrote it: what they wrote is read completely,
# and given the same allocations the same bytes are written.

set -eu
. "$(dirname "$0")/cli_common.sh"

images=0
for profile in rfc-v6 linux-7.0 linux-7.3; do
	for image in "$LFB_TEST_DATA/golden/wire/$profile"/*.mem; do
		images=$((images + 1))
		name=$(basename "$image" .mem)
		scenario=$LFB_TEST_DATA/golden/wire/$name.ops

		lfb 0 dump --json --raw "$image" --luo 0x10000 --profile "$profile"
		silent err
		checks=$((checks + 1))
		"$(dirname "$0")/wire_test.py" "$scenario" "$dir/out" ||
			fail "$profile $name is not what was preserved"

		lfb 0 run --profile "$profile" --golden --pages ascending \
			--save-memory "$dir/memory" "$scenario"
		same "$dir/memory" "$image"
	done
done
[ "$images" -eq 12 ] || fail "$images images, not 12"
echo "$images memory images"
finish
