#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb edit, lfb get --where: a handover with other values in it, and where they are.

set -eu
. "$(dirname "$0")/cli_common.sh"

# differs TEXT: what lfb diff says of the file and what became of it, but for the digest
differs() {
	lfb 1 diff --ignore sha256 "$dir/$1" "$dir/new"
	printf '%s\n' "$2" >"$dir/expected"
	same "$dir/expected" "$dir/out"
}

# refused WHY ARGS...: nothing is done
refused() {
	why=$1
	shift
	rm -f "$dir/new"
	lfb 1 edit "$dir/blob" "$@" --out "$dir/new"
	silent out
	prints err "$why"
	checks=$((checks + 1))
	[ ! -e "$dir/new" ] || fail "$*: something was written"
}

cat >"$dir/scenario" <<-'EOT'
	handler 0
	memfd 9 20480 0,3 7
	flb 0 3
	open
	session vm-1
	session 7
	preserve vm-1 1 0 1
	preserve vm-1 18446744073709551615 0 2
	again 7 7 9
	reboot
EOT

# In each generation and each form.
for profile in rfc-v6 linux-7.0 linux-7.3; do
	lfb 0 run --profile $profile --save-blob "$dir/blob" --save-core "$dir/core" \
		"$dir/scenario"
	for file in blob core; do
		lfb 0 edit "$dir/$file" 'luo/session[vm-1]/file[token=1]/data=0x77' -o "$dir/new"
		prints out 'luo/session[0]/file[0]/data: 0x10d001 -> 0x77 (8 bytes at 0x1000'
		differs $file '~ luo/session[vm-1]/file[token=1]/data: 1101825 -> 119'
		lfb 0 edit "$dir/$file" 'kho/entry[LUO]/name=LUX' luo/number=9 -o "$dir/new"
		lfb 0 get "$dir/new" 'kho/entry[LUX]/known'
		lfb 0 edit "$dir/$file" 'luo/session[name=7]/file[0]/memfd/folio[1]/index=4' \
			-o "$dir/new"
		prints out 'luo/session[1]/file[0]/memfd/folio[1]/index: 0x1 -> 0x4 (8 bytes at'
		lfb 0 dump --json "$dir/$file"
		fits dump
	done
done
wire=$LFB_TEST_DATA/golden/wire/linux-7.3/many.mem
lfb 0 edit --raw "$wire" --luo 0x10000 --profile linux-7.3 'luo/session[many-0001]/count=6' \
	--out "$dir/new"
prints out 'luo/session[1]/count: 0x5 -> 0x6 (8 bytes at 0x'
lfb 1 check --raw "$dir/new" --luo 0x10000 --profile linux-7.3
prints out 'luo/session[1]/count: [file-total]'

# Several, of all kinds, and what they break.
lfb 0 edit "$dir/blob" 'luo/session[vm-1]/name=\x1b[2' luo/flb_header/count=0 blob/boots=7 \
	'luo/session[1]/file_block[0]/next=-1' 'blob/range[0]/kind=1' +0x7c:u8=0 -o "$dir/new"
cat >"$dir/expected" <<-'EOT'
	luo/session[0]/name: vm-1 -> \x1b[2 (64 bytes at A, offset B)
	luo/flb_header/count: 0x1 -> 0x0 (8 bytes at A, offset B)
	blob/boots: 0x1 -> 0x7 (4 bytes at offset B)
	luo/session[1]/file_block[0]/next: 0x0 -> 0xffffffffffffffff (8 bytes at A, offset B)
	blob/range[0]/kind: 0x2 -> 0x1 (4 bytes at offset B)
	+0x7c:u8: 0x0 -> 0x0 (1 byte at offset B)
EOT
sed -e 's/ at 0x[0-9a-f]*/ at A/' -e 's/offset 0x[0-9a-f]*/offset B/' "$dir/out" >"$dir/got"
same "$dir/expected" "$dir/got"
lfb 1 check "$dir/new"
prints out 'blob/range[0]: [range-root]'

# The digest.
lfb 0 edit "$dir/blob" luo/number=9 --digest keep -o "$dir/new"
lfb 1 check "$dir/new"
prints out 'blob/sha256: [blob-digest]'
lfb 0 edit "$dir/new" --in-place
silent out
lfb 0 check "$dir/new"
differs blob '~ luo/number: 1 -> 9'
lfb 0 edit "$dir/blob" --digest break -o "$dir/new"
lfb 1 check "$dir/new"
prints out 'blob/sha256: [blob-digest]'
lfb 0 edit "$dir/new" luo/number=1 -o "$dir/new"
same "$dir/blob" "$dir/new"

# Where it is.
lfb 0 get --where "$dir/blob" 'luo/session[vm-1]/name'
prints out 'luo/session[0]/name: vm-1 (64 bytes at 0x1000'
at=$(sed 's/.*offset \(0x[0-9a-f]*\).*/\1/' "$dir/out")
checks=$((checks + 1))
[ "$(dd if="$dir/blob" bs=1 skip=$((at)) count=4 2>"$dir/noise")" = vm-1 ] || fail "not at $at"
lfb 0 get --where --json "$dir/core" 'luo/session[vm-1]/name'
fits edit
prints out '"out": null'
lfb 1 get --where "$dir/blob" luo/address
prints err 'luo/address is where kho/entry[LUO]/address, or --luo, says'
lfb 0 edit --json "$dir/blob" luo/number=9 "+$((at)):u32=0x41424344" blob/profile=other \
	-o "$dir/new"
fits edit
prints out '"address": null'
prints out '"to": "other"'
prints out '"to": 1094861636'
lfb 0 edit --json "$dir/core" luo/number=9 -o "$dir/new"
fits edit
prints out '"digest": null'
lfb 0 get "$dir/new" luo/number

# What is refused.
refused 'luo/session: there is no [none]: there are [0] vm-1, [1] 7' 'luo/session[none]/name=x'
refused 'luo/session[0] is no single value' 'luo/session[0]=x'
refused 'luo/session[0]/address is where it lies' 'luo/session[0]/address=1'
refused 'memory_map/run[0]/order is made of bits in the pages of the map' 'map/run[0]/order=1'
refused 'luo/number takes a number' luo/number=x
refused 'blob/boots has 32 bits: at most 0xffffffff fits' blob/boots=0x100000000
refused 'luo/session[1]/name has room for 64 bytes: 65 do not fit' \
	"luo/session[name=7]/name=$(printf '%065d' 0)"
refused '@0x10:u8: what is at 0x10 is not in the file' luo/number=1 @0x10:u8=1
refused '@0x10: expected @ADDRESS or +OFFSET with :u8' @0x10=1
lfb 2 edit "$dir/blob" luo/number -o "$dir/new"
prints err 'luo/number: expected PATH=VALUE'
lfb 2 edit "$dir/blob" luo/number=1
prints err 'expected --out FILE, or --in-place'
lfb 2 edit "$dir/blob" luo/number=1 -o "$dir/new" --in-place
lfb 2 edit -o "$dir/new"
prints err 'expected a file'
lfb 2 edit "$dir/blob" -o
prints err 'option -o needs a value'
lfb 2 edit - -o "$dir/new"
lfb 2 edit "$dir/core" luo/number=1 --digest break -o "$dir/new"
prints err '--digest is for blobs'
lfb 2 edit "$dir/blob" --digest no -o "$dir/new"
prints err '--digest no: expected mend, keep or break'
lfb 2 edit "$dir/none" luo/number=1 -o "$dir/new"
lfb 2 edit "$dir/scenario" luo/number=1 -o "$dir/new"
prints err 'not a blob'
lfb 1 edit "$dir/blob" luo/number=1 -o "$dir/none/new"
silent out
mkdir -p "$dir/kho/out"
echo 0x1000 >"$dir/kho/out/scratch_phys"
echo 0x1000 >"$dir/kho/out/scratch_len"
cp "$dir/blob" "$dir/kho/out/fdt"
lfb 1 edit "$dir/kho" 'scratch[0]/address=1' -o "$dir/new"
prints err 'debugfs is not edited by path'

finish
