#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb dump: blobs and bare images, for people and for programs.

set -eu
. "$(dirname "$0")/cli_common.sh"

cat >"$dir/scenario" <<-'EOF'
	handler 0
	flb 0 3
	open
	session vm-1
	session empty
	preserve vm-1 1 0 1
	preserve vm-1 18446744073709551615 0 2
	reboot
EOF
for profile in rfc-v6 linux-7.0; do
	lfb 0 run --profile "$profile" --save-blob "$dir/blob" "$dir/scenario"
	lfb 0 dump "$dir/blob"
	silent err
	prints out "blob version 1"
	prints out "kernel 1 of a machine with 67108864 bytes of memory, $profile"
	prints out "kho-v1"
	prints out "entry LUO at 0x"
	prints out "session vm-1: 2 files at 0x"
	prints out "session empty: 0 files"
	prints out "token 18446744073709551615: handler-0-v1, data 0x10d002"
	prints out "FLB flb-3-v1: needed by 2 files, data 0xf003"
	cp "$dir/out" "$dir/text"
	lfb 0 dump "$dir/blob"
	same "$dir/out" "$dir/text"

	lfb 0 dump --json "$dir/blob"
	if command -v jq >/dev/null; then
		jq -r '.blob.profile, .blob.boots, .kho.compatible, .kho.entries[0].name,
			(.kho.entries[0].address == .luo.address),
			(.memory_map.bytes == ([.memory_map.runs[] | .blocks * 4096 *
				pow(2; .order)] | add)),
			.luo.sessions[0].name, .luo.sessions[0].count,
			.luo.sessions[0].files[0].data, .luo.flbs[0].name, .luo.flbs[0].count,
			(.problems | length)' "$dir/out" >"$dir/facts"
		printf '%s\n' "$profile" 1 kho-v1 LUO true true vm-1 2 1101825 flb-3-v1 2 0 \
			>"$dir/expected"
		same "$dir/facts" "$dir/expected"
	fi
	# The digest is the bytes' own.
	prints out "$(head -c -32 "$dir/blob" | sha256sum | cut -d ' ' -f 1)"
done

# Of a machine with several areas of scratch all are told.
lfb 0 run --scratch-areas 3 --save-blob "$dir/areas" "$dir/scenario"
lfb 0 dump "$dir/areas"
[ "$(grep -c '^  scratch ' "$dir/out")" -eq 3 ] || fail 'areas of scratch are missing'
lfb 0 dump --json "$dir/areas"
prints out '"more_scratch": ['
fits dump
lfb 0 boot --scratch-areas 3 "$dir/areas" "$dir/scenario"

# Blocks are larger than any that the page allocator gives, where pages were preserved side by side.
cat >"$dir/large" <<'END'
do pages first 10
do pages second 10
do pages third 10
do pages a 10
do pages b 10
do pages c 10
do pages d 10
do stamp d
do preserve-pages a 4096
do add-subtree large a
reboot
END
cat >"$dir/next" <<'END'
do retrieve-subtree large a
do restore-folio a
END
for profile in linux-7.0 linux-7.3; do
	lfb 0 run --profile "$profile" --save-blob "$dir/blob" --save-core "$dir/core" "$dir/large"
	lfb 0 convert "$dir/blob" linux-7.3 "$dir/other"
	for from in blob core other; do
		lfb 0 dump "$dir/$from"
		prints out '  order 12: 1 block'
		grep -q 'order 1[01]:' "$dir/out" && fail 'the large block is in pieces'
	done
	lfb 0 boot --golden --profile linux-7.3 "$dir/other" "$dir/next"
	prints out '> do restore-folio a = 0'
	lfb 0 boot --golden --profile "$profile" "$dir/core" "$dir/next"
	case $profile in
	# It preserves what it does not restore.
	linux-7.0) prints out '> do restore-folio a = -2' ;;
	*) prints out '> do restore-folio a = 0' ;;
	esac
done

# Kernels of kho-v4 say who jumped, and how often that was done.
lfb 0 run --release 7.3.0-mine --kexecs 4 --save-blob "$dir/named" "$dir/scenario"
lfb 0 dump "$dir/named"
prints out 'entry kexec-metadata at 0x'
prints out '  kexec 5 since power on, from release 7.3.0-mine'
lfb 0 dump --json "$dir/named"
prints out '"previous_release": "7.3.0-mine"'
prints out '"kexec_count": 5'
lfb 2 run --release "$(printf '%065d' 0)" "$dir/scenario"

# An earlier version's blob, which lacks it, is read and booted; the kernel it jumps to is told.
old=$LFB_TEST_DATA/blobs/linux-7.3-0.1.0.blob
lfb 0 dump "$old"
prints out 'session vm-1: 2 files at 0x'
if grep -q 'since power on' "$dir/out"; then
	fail 'kexec-metadata where there is none'
fi
printf '%s\n' 'handler 0' 'flb 0 3' open 'rsession vm-1' \
	 'retrieve vm-1 1' 'finish vm-1' >"$dir/take"
for profile in linux-7.2 linux-7.3 reference; do
	lfb 0 boot --profile "$profile" "$old" "$dir/take"
	prints out '> finish vm-1 = 0'
done

# One byte changed, one byte gone.
cp "$dir/blob" "$dir/altered"
printf 'x' | dd of="$dir/altered" bs=1 seek=5000 conv=notrunc status=none
lfb 1 dump "$dir/altered"
silent out
prints err 'altered or cut off'
head -c -1 "$dir/blob" >"$dir/cut"
lfb 1 dump "$dir/cut"
silent out
prints err 'total size at offset 0x10'
: >"$dir/empty"
lfb 1 dump "$dir/empty"
prints err 'not a blob'

# Bare images.
image=$LFB_TEST_DATA/golden/wire/linux-7.0/small.mem
lfb 0 dump --raw "$image" --luo 0x10000 --profile linux-7.0
prints out 'session vm-2: 1 file at 0x'
lfb 1 dump --raw "$image" --luo 0x10000 --profile rfc-v6
prints out 'problem at 0x10000'
prints err 'luo-session-v2'
lfb 1 dump --json --raw "$image" --luo 0x11000 --profile linux-7.0
prints out '"problems": ['
lfb 1 dump --raw "$image" --luo 0xfffffffffffff000 --profile linux-7.0
prints out 'problem at'
lfb 2 dump --raw "$image" --profile linux-7.0
lfb 2 dump --raw "$image" --luo 65536
lfb 2 dump --raw "$image" --luo here --profile linux-7.0
lfb 2 dump --raw "$image" --luo 0x10000 --profile none
lfb 2 dump --raw "$image" --luo 0x10000 --profile linux-7.0 "$dir/blob"
lfb 2 dump --luo 0x10000 "$dir/blob"
lfb 1 dump --raw "$dir/no-such-file" --luo 0x10000 --profile linux-7.0
finish
