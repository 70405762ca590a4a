#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb run --save-blob, lfb boot: a handover through a file is the handover without one.

set -eu
. "$(dirname "$0")/cli_common.sh"

cat >"$dir/old" <<-'EOF'
	handler 0
	flb 0 0
	open
	session vm-1
	preserve vm-1 1 0 1
	preserve vm-1 2 0 2
	reboot = 0
EOF
cat >"$dir/new" <<-'EOF'
	handler 0 = 0
	flb 0 0 = 0
	getin 0 = 0 obj=2000
	open = 0
	rsession vm-1 = 0
	retrieve vm-1 1 = 0
	finish vm-1 = 0
	close vm-1
EOF
cat "$dir/old" "$dir/new" >"$dir/both"

for profile in rfc-v6 linux-7.0 linux-7.2 linux-7.3 reference; do
	lfb 0 run --profile "$profile" --golden --save-blob "$dir/blob" "$dir/old"
	lfb 0 boot --profile "$profile" --golden "$dir/blob" "$dir/new"
	cp "$dir/out" "$dir/second"
	lfb 0 run --profile "$profile" --golden "$dir/both"
	sed '1,/^== boot handover/{/^== boot handover/!d;}' "$dir/out" >"$dir/expected"
	same "$dir/second" "$dir/expected"

	# The same bytes each time, in either mode, and whatever was in the file before.
	lfb 0 run --profile "$profile" --mode fixed --save-blob "$dir/again" "$dir/old"
	same "$dir/blob" "$dir/again"
	lfb 0 run --profile "$profile" --save-blob "$dir/again" "$dir/old"
	same "$dir/blob" "$dir/again"

	# A larger machine takes it.
	lfb 0 boot --profile "$profile" --memory 1G "$dir/blob" "$dir/new"
done

# Blobs go on: the second handover is saved, too.
printf 'handler 0\nopen = 0\nsession next\nreboot = 0\n' >"$dir/on"
lfb 0 boot --save-blob "$dir/third" "$dir/blob" "$dir/on"
printf 'open\nrsession next = 0\nrsession vm-1 = -2\n' >"$dir/last"
lfb 0 boot "$dir/third" "$dir/last"

# Into a device the blob is written, not in the place of the device.
lfb 0 run --save-blob /dev/null "$dir/old"
[ -c /dev/null ] || fail "/dev/null is gone"

# Pages are given out from below: a small machine takes it, too.
lfb 0 boot --memory 1M "$dir/blob" "$dir/new"

# Another kernel's blob: no LUO state it understands is a dead kernel from linux-7.0 on.
lfb 0 run --profile rfc-v6 --save-blob "$dir/blob" "$dir/old"
lfb 1 boot --profile linux-7.0 --golden "$dir/blob" "$dir/new"
prints out '== boot handover'
prints out '== panic'
prints err 'luo-session'

# No reboot, no handover.
lfb 1 run --save-blob "$dir/none" "$dir/last"
printf 'open\n' >"$dir/still"
lfb 1 run --save-blob "$dir/none" "$dir/still"
prints err 'handed nothing over'
[ ! -e "$dir/none" ] || fail "a blob was written without a handover"
lfb 1 run --save-blob "$dir/no/such/directory" "$dir/old"
prints err "$dir/no/such/directory: cannot be created: No such file or directory"
if [ -e /dev/full ]; then
	lfb 1 run --save-blob /dev/full "$dir/old"
	prints err '/dev/full: cannot be written: No space left on device'
	[ -c /dev/full ] || fail "/dev/full is gone"
	lfb 1 run --pages ascending --save-memory /dev/full "$dir/old"
	prints err '/dev/full: cannot be written: No space left on device'
fi
lfb 1 boot "$dir/old" "$dir/new"
prints err "$dir/old: not a blob"
finish
