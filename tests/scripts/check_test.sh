#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb check, lfb get, lfb diff: what is wrong with a handover, what is in it, how two differ.

set -eu
. "$(dirname "$0")/cli_common.sh"

# says TEXT: the last command's output is that
says() {
	printf '%s\n' "$1" >"$dir/expected"
	same "$dir/expected" "$dir/out"
}

# damaged PATH=VALUE: a copy of the blob with that
damaged() {
	lfb 0 edit "$dir/blob" "$1" -o "$dir/damaged"
}

cat >"$dir/scenario" <<-'EOT'
	handler 0
	flb 0 3
	open
	session vm-1
	session 7
	preserve vm-1 1 0 1
	preserve vm-1 18446744073709551615 0 2
	reboot
EOT

# Sound, in each generation and each form.
for profile in rfc-v6 linux-7.0 linux-7.3; do
	lfb 0 run --profile $profile --save-blob "$dir/blob" --save-core "$dir/core" \
		"$dir/scenario"
	for file in blob core; do
		lfb 0 check --strict "$dir/$file"
		says "$dir/$file: 0 errors, 0 warnings"
		lfb 0 check --json "$dir/$file"
		fits check
		prints out '"problems": []'
	done
done
lfb 0 check - <"$dir/blob"
says '-: 0 errors, 0 warnings'
wire=$LFB_TEST_DATA/golden/wire/linux-7.3/many.mem
lfb 0 check --strict --raw "$wire" --luo 0x10000 --profile linux-7.3
says "$wire: 0 errors, 0 warnings"
lfb 1 check --raw "$wire" --luo 0x11000 --profile linux-7.3
prints out 'luo: [luo-compatible] the LUO state is '
prints out '(at 0x11000)'
lfb 0 check --strict "$LFB_TEST_DATA/blobs/linux-7.3-0.1.0.blob"

# An error.
lfb 0 get --where "$dir/blob" 'luo/session[0]/file[0]/compatible'
at=$(sed -n 's/.* offset \(0x[0-9a-f]*\).*/\1/p' "$dir/out")
endless=luo/session[0]/file[0]/compatible=$(printf %048d 0)
damaged "$endless"
lfb 1 check "$dir/damaged"
silent err
prints out 'luo/session[0]/file[0]/compatible: [file-compatible-unterminated] handler name is not'
prints out ' (at 0x1000'
prints out "$dir/damaged: 1 error, 0 warnings"
lfb 1 check --json "$dir/damaged"
fits check
prints out "\"offset\": $((at))"
prints out '"errors": 1'
lfb 0 check --without file-compatible-unterminated "$dir/damaged"
says "$dir/damaged: 0 errors, 0 warnings"
lfb 0 check --only flb-twice --only map-twice "$dir/damaged"
lfb 1 check --only flb-twice --only file-compatible-unterminated "$dir/damaged"
lfb 1 dump --json "$dir/damaged"
fits dump
prints out '"id": "file-compatible-unterminated"'
prints out '"path": "luo/session[0]/file[0]/compatible"'

# A warning.
damaged 'luo/session[vm-1]/name='
lfb 0 check "$dir/damaged"
prints out 'luo/session[0]/name: [session-name-empty] warning: session 0 has no name (at 0x'
prints out "$dir/damaged: 0 errors, 1 warning"
lfb 1 check --strict "$dir/damaged"
lfb 0 check --strict --without session-name-empty "$dir/damaged"

# What is no terminal's business does not get there.
damaged 'luo/session[vm-1]/name=a\x1b[2'
lfb 0 get "$dir/damaged" 'luo/session[0]/name'
says 'a\x1b[2'
lfb 1 get "$dir/damaged" 'luo/session[9]'
prints err 'there are [0] a\x1b[2, [1] 7'

# The file itself.
printf 'nothing of the kind' >"$dir/other"
lfb 2 check "$dir/other"
silent out
prints err 'not a blob: it does not start with LFBBLOB; lfb check --base ADDRESS reads it as memory'
lfb 2 check --json "$dir/other"
silent out
lfb 2 check --base 0 "$dir/other"
lfb 2 check "$dir/none"
prints err "$dir/none: cannot be opened"
lfb 2 check "$dir"
silent out
head -c 100 "$dir/blob" >"$dir/cut"
lfb 1 check "$dir/cut"
prints out 'blob: [blob-cut] cut off after 100 bytes, inside the header (at offset 0x64)'
head -c 10000 "$dir/blob" >"$dir/cut"
lfb 1 check --json "$dir/cut"
fits check
prints out '"id": "blob-size"'
prints out '"address": null'
lfb 1 check --only map-twice --strict --only blob-size "$dir/cut"
lfb 0 check --only map-twice "$dir/cut"

# Options.
lfb 0 check --list
prints out 'map-twice                    error    memory is preserved twice'
lfb 0 check --list --json
fits check
lfb 0 check --list --only map-twice --only entry-away
[ "$(wc -l <"$dir/out")" -eq 2 ] || fail 'two checks are not two lines'
lfb 0 check --list --markdown
documented check.md checks "$dir/out"
lfb 2 check --markdown "$dir/blob"
prints err '--markdown goes with --list'
lfb 2 check --list "$dir/blob"
prints err '--list takes no file'
lfb 2 check --only no-such "$dir/blob"
prints err '--only no-such: there is no such check; --list lists them'
lfb 2 check
prints err 'expected one file'
lfb 2 check --luo 0x1000 "$dir/blob"
prints err '--luo and --profile are for --raw'
lfb 2 check --raw "$wire" --luo 0x1000
prints err '--raw needs --luo and --profile'

# get
while read -r path value; do
	lfb 0 get "$dir/blob" "$path"
	says "$value"
done <<-'EOT'
	luo/session[0]/name vm-1
	luo/session[1]/name 7
	luo/sessions[name=7]/count 0
	luo/session[vm-1]/count 2
	luo/session[vm-1]/file[0]/token 1
	luo/session[vm-1]/file[token=0xffffffffffffffff]/data 1101826
	luo/session[vm-1]/file[1]/compatible handler-0-v1
	/luo/number/ 1
	luo/flb[flb-3-v1]/count 2
	kho/version kho-v4
	kho/entry[LUO]/size 32
	map/blocks 6
	memory_map/blocks 6
	blob/profile linux-7.3
EOT
lfb 0 get --json "$dir/blob" 'luo/session[0]/name'
says '"vm-1"'
lfb 0 get --json "$dir/blob" luo/number
says 1
lfb 0 get "$dir/blob" 'luo/flb[0]'
prints out '  "name": "flb-3-v1",'
lfb 0 dump --json "$dir/blob"
cp "$dir/out" "$dir/document"
lfb 0 get "$dir/blob" .
if command -v jq >/dev/null; then
	jq -S . "$dir/document" >"$dir/expected"
	jq -S . "$dir/out" >"$dir/got"
	same "$dir/expected" "$dir/got"
fi
lfb 0 get "$dir/core" image/kind
says core
lfb 0 get --raw "$wire" --luo 0x10000 --profile linux-7.3 'luo/session[many-0001]/count'
says 5

# Where there is nothing.
while IFS='|' read -r path why; do
	lfb 1 get "$dir/blob" "$path"
	silent out
	prints err "$dir/blob: $why"
done <<-'EOT'
	nope|there is no nope: there is blob, kho, memory_map, unnamed, luo, problems
	luo/sessionz[0]|luo: there is no sessionz: there is address, number, session_compatible,
	luo/session[vm-2]/name|luo/session: there is no [vm-2]: there are [0] vm-1, [1] 7
	luo/session[2]|luo/session: there is no [2]: there are [0] vm-1, [1] 7
	luo/session[1]/file[0]|luo/session[1]/file: there is no [0]: there are none
	luo/session[0]/file[handler-0-v1]|luo/session[0]/file: 2 are [handler-0-v1], say which:
	luo/session[vm-1|luo/session: there is no [vm-1
	luo/number/low|luo/number: there is no low: it is a value
	luo[0]|luo: there is no [0]: there is address
EOT
lfb 2 get "$dir/none" luo
lfb 2 get "$dir/other" luo
prints err 'not a blob'
lfb 2 get "$dir/blob"
prints err 'expected a file and a path'
# A problem hides nothing else.
damaged "$endless"
lfb 0 get "$dir/damaged" 'luo/session[vm-1]/count'
says 2
lfb 0 get "$dir/damaged" 'problem[0]/id'
says file-compatible-unterminated

# A kernel boots from it all the same; by the rules it is refused.
printf 'open\n' >"$dir/open"
lfb 0 boot --profile linux-7.3 "$dir/damaged" "$dir/open"
lfb 1 boot --profile linux-7.3 --reading strict "$dir/damaged" "$dir/open"
prints err 'the blob is refused: luo/session[0]/file[0]/compatible: [file-compatible-unterminated]'
lfb 0 boot --profile linux-7.3 --reading strict "$dir/blob" "$dir/open"

# diff
lfb 0 diff "$dir/blob" "$dir/blob"
silent out
lfb 0 diff --json "$dir/blob" "$dir/blob"
fits diff
prints out '"equal": true'
sed -e 's/session 7/session new/' -e 's/preserve vm-1 1 0 1/preserve vm-1 1 0 3/' \
	"$dir/scenario" >"$dir/second"
lfb 0 run --profile linux-7.3 --save-blob "$dir/new" "$dir/second"
lfb 1 diff "$dir/blob" "$dir/new"
cat >"$dir/expected" <<-'EOT'
	- luo/session[name=7]
	~ luo/session[vm-1]/file[token=1]/data: 1101825 -> 1101827
	+ luo/session[new]
EOT
grep -v '^~ blob/sha256: ' "$dir/out" | sort >"$dir/differences"
sort "$dir/expected" >"$dir/sorted"
same "$dir/sorted" "$dir/differences"
lfb 1 diff --ignore sha256 --ignore address --json "$dir/blob" "$dir/new"
fits diff
prints out '"path": "luo/session[vm-1]/file[token=1]/data"'
prints out '"equal": false'
lfb 0 diff --ignore sha256 --ignore sessions "$dir/blob" "$dir/new"
lfb 2 diff "$dir/blob" "$dir/none"
silent out
lfb 2 diff "$dir/blob"
prints err 'expected two files'

finish
