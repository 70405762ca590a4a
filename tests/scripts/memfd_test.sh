#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Files in memory in scenarios: made, handed over, looked into, and every step of it failing.

set -eu
. "$(dirname "$0")/cli_common.sh"

cat >"$dir/memfd.lfb" <<'END'
memfd 1 20480 0,3 7
check 1 20480 0,3 7
check 1 20480 0,2 7 = -5
check 1 20480 - 7 = -5
check 1 4096 0 7 = -5
check 2 4096 0 7 = -9
memfd 2 4096 0,1 7 = -22
memfd 3 0 - 0
memfd 4 9223372036854775807 2251799813685247 5
check 4 9223372036854775807 2251799813685247 5
check 4 9223372036854775807 2251799813685246 5 = -5
memfd 5 9223372036854775808 - 5 = -27
memfd 6 8796093022208 9 5
open
session vm
again vm 1 1
again vm 2 3
again vm 4 4 = -27
again vm 6 6 = -12
reboot
open
rsession vm
retrieve vm 1 as 7
check 7 20480 0,3 7
check 7 20480 0,3 8 = -5
check 1 20480 0,3 7 = -9
retrieve vm 2 as 8
check 8 0 - 0
finish vm
close vm
END
for profile in rfc-v6 linux-7.0 linux-7.2 linux-7.3 reference; do
	lfb 0 run --strict --profile $profile "$dir/memfd.lfb"
	lfb 0 run --findings --profile $profile "$dir/memfd.lfb"
	silent out err
done

# One without a page, where there are no others, is told all the same.
printf '%s\n' 'memfd 1 0 - 0' open 'session vm' 'again vm 1 1' reboot >"$dir/empty.lfb"
lfb 0 run --save-blob "$dir/empty.blob" "$dir/empty.lfb"
lfb 0 dump "$dir/empty.blob"
prints out '      0 bytes at position 0, seals 0x1, 0 folios'
lfb 0 dump --json "$dir/empty.blob"

# Nothing that fails makes it leave anything behind, who retrieves it or not.
grep -v -e '^retrieve vm 1' -e '^check 7' "$dir/memfd.lfb" >"$dir/unretrieved.lfb"
for file in memfd unretrieved; do
	lfb 0 sweep --profile reference "$dir/$file.lfb"
	prints out ' 0 violations'
done

# … nor do two things that fail in one run.
printf '%s\n' 'memfd 1 20480 0,3 7' open 'session vm' 'again vm 1 1' reboot open 'rsession vm' \
	'finish vm' >"$dir/unretrieved.lfb"
sed 's/^finish/retrieve vm 1 as 7\n&/' "$dir/unretrieved.lfb" >"$dir/retrieved.lfb"
for file in unretrieved retrieved; do
	lfb 0 sweep --pairs --pairs-max 100 --profile reference "$dir/$file.lfb"
	prints out ' runs with pairs: '
	prints out ' 0 violations'
done

# refused WHAT LINE
refused() {
	echo "$2" >"$dir/bad.lfb"
	lfb 1 run "$dir/bad.lfb"
	prints err "$1"
}
refused 'expected a size in bytes' 'memfd 1'
refused 'expected pages, as 0,3, or -' 'memfd 1 4096 0,'
refused 'expected pages, as 0,3, or -' 'memfd 1 4096 0,- 1'
refused 'expected a seed' 'check 1 4096 0'
finish
