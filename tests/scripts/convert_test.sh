#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb convert: what one kernel handed over boots in another, or is refused with the reason.

set -eu
. "$(dirname "$0")/cli_common.sh"

profiles='rfc-v6 linux-7.0 linux-7.2 linux-7.3 reference'

cat >"$dir/old" <<-'EOS'
	handler 0
	flb 0 0
	open
	session vm-1
	session vm-2
	preserve vm-1 1 0 1
	preserve vm-1 2 0 2
	reboot = 0
EOS
cat >"$dir/new" <<-'EOS'
	handler 0 = 0
	flb 0 0 = 0
	getin 0 = 0 obj=2000
	open = 0
	rsession vm-1 = 0
	rsession vm-2 = 0
	retrieve vm-1 1 = 0
	retrieve vm-1 2 = 0
	finish vm-1 = 0
	finish vm-2 = 0
	close vm-1
	close vm-2
EOS

for from in $profiles; do
	lfb 0 run --profile "$from" --save-blob "$dir/blob" "$dir/old"
	cp "$dir/blob" "$dir/before"
	for to in $profiles; do
		[ -z "$sanitized" ] || [ "$to" = linux-7.3 ] || [ "$to" = "$from" ] || continue
		lfb 0 convert "$dir/blob" "$to" "$dir/converted"
		prints out "$from to $to: 2 sessions, 2 files, 1 FLB; 0 bytes of subsystems stay"
		silent err
		same "$dir/blob" "$dir/before"
		lfb 0 dump "$dir/converted"
		lfb 0 boot --profile "$to" "$dir/converted" "$dir/new"

		# The same callbacks and results as without a detour.
		lfb 0 boot --profile "$to" --golden "$dir/converted" "$dir/new"
		cp "$dir/out" "$dir/arrived"
		lfb 0 run --profile "$to" --save-blob "$dir/native" "$dir/old"
		lfb 0 boot --profile "$to" --golden "$dir/native" "$dir/new"
		same "$dir/out" "$dir/arrived"

		# There and back, twice: the same bytes.
		lfb 0 convert "$dir/converted" "$from" "$dir/back"
		lfb 0 convert "$dir/back" "$to" "$dir/again"
		same "$dir/converted" "$dir/again"
	done
done

# Into the file it came from, too; and without conversion it does not boot.
lfb 0 run --profile linux-7.0 --save-blob "$dir/blob" "$dir/old"
printf 'open\nrsession vm-1 = -2\n' >"$dir/lost"
lfb 0 boot --profile linux-7.3 "$dir/blob" "$dir/lost"
lfb 0 convert "$dir/blob" linux-7.3 "$dir/blob"
lfb 0 boot --profile linux-7.3 "$dir/blob" "$dir/new"

# One session, one file too many.
{
	echo open
	seq 745 | sed 's/^/session s-/'
	echo reboot
} >"$dir/many"
lfb 0 run --profile linux-7.0 --save-blob "$dir/blob" "$dir/many"
cp "$dir/before" "$dir/target"
lfb 1 convert "$dir/blob" rfc-v6 "$dir/target"
prints err 'there are 745 sessions; rfc-v6 takes 744'
silent out
same "$dir/before" "$dir/target"
{
	printf 'handler 0\nopen\nsession s\n'
	seq 129 | sed 's/.*/preserve s & 0 &/'
	echo reboot
} >"$dir/many"
lfb 0 run --profile linux-7.3 --save-blob "$dir/blob" "$dir/many"
lfb 1 convert "$dir/blob" linux-7.0 "$dir/none"
prints err 'session s has 129 files; linux-7.0 takes 128 a session'
[ ! -e "$dir/none" ] || fail "a blob was written for a refused conversion"

# The tool's own errors.
lfb 2 convert
lfb 2 convert "$dir/blob" linux-7.3
lfb 2 convert "$dir/blob" linux-9 "$dir/none"
prints err 'there is no profile "linux-9"'
lfb 1 convert "$dir/missing" linux-7.3 "$dir/none"
prints err "$dir/missing"
lfb 1 convert "$dir/old" linux-7.3 "$dir/none"
prints err 'not a blob'
lfb 1 convert "$dir/blob" linux-7.3 "$dir/no/such/directory"
prints err 'cannot be created'
silent out
lfb 0 convert --help
prints out 'usage: lfb convert BLOB PROFILE OUT'
finish
