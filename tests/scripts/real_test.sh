#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Memory of real kernels: what a booted Linux 7.3-rc7 handed over is read completely, from a raw
# image, from an ELF core and from what a machine here wrote, and booted from.

set -eu
. "$(dirname "$0")/cli_common.sh"

real=$(dirname "$0")/real_test.py
data=$LFB_TEST_DATA/golden/real

# real ARGS...
real() {
	checks=$((checks + 1))
	"$real" "$@" || fail "real_test.py $*"
}

# d5's second block of sessions is empty, which the next kernel panics on.
status_of() {
	case $1 in d5) echo 1 ;; *) echo 0 ;; esac
}

for name in s1 d3 d5 k1 t10; do
	status=$(status_of "$name")
	real unpack "$data/$name.mem.xz" "$dir/$name"
	lfb "$status" dump --json --base 0 "$dir/$name"
	real compare "$data/$name.json" "$dir/out"
	fits dump
	cp "$dir/out" "$dir/$name.json"
	lfb "$status" check --strict --base 0 "$dir/$name"
	case $name in
	d5) prints out 'luo/session_block[1]: [block-count]' ;;
	*) prints out ': 0 errors, 0 warnings' ;;
	esac
	# Where the bytes of a core lie in its file is its writer's business.
	for shift in 0 4 2052; do
		real core --shift $shift "$dir/$name" "$dir/core"
		lfb "$status" dump --json "$dir/core"
		real same "$dir/$name.json" "$dir/out"
	done
done

# What the tests of the handler of memfds hold it to is of this image.
real memfds "$dir/s1" "$data/s1.memfds"

# What the README says of them.
lfb 0 dump --base 0 "$dir/s1"
prints out 'KHO root tree at 0x21e000, kho-v4'
prints out 'kexec 1 since power on, from release 7.3.0-rc7'
prints out '20480 bytes at position 0, seals 0x1, 5 folios, listed in a vmalloc area of 1 page'
prints out '4096 bytes at position 123'
prints out '8192 bytes at position 0, seals 0x6, 2 folios'
prints out 'session empty-one: 0 files'
! grep -q 'named by nobody' "$dir/out" || fail "s1 has memory that nobody names"
lfb 0 dump --base 0 "$dir/k1"
prints out 'entry kho_test at 0x278000, 240 bytes, not known here'
prints out 'named by nobody that is known here: 0x800000, 1024 pages'
prints out '55 blocks, 8540160 bytes; 44 pages of its own'
lfb 1 dump --base 0 "$dir/d5"
prints out 'session vm-50: 0 files'
prints out 'block 1 of the sessions has 0 entries'
prints out 'the next kernel panics on this as it boots'
lfb 0 dump --base 0 "$dir/d3"
prints out 'update number 2'

# Of two root trees that is chosen whose map has its LUO page, and then the later update.
real stale "$dir/d3" "$dir/two" 0x14c000 0x10000 7
lfb 0 dump --base 0 "$dir/two"
prints out 'KHO root tree at 0x14c000'
prints out 'other root   0x10000, kho-v4, update number 7, its map does not have the page'
lfb 0 dump --base 0 --root 0x14c000 "$dir/two"
prints out 'update number 2'
lfb 1 dump --base 0 --root 0x10000 "$dir/two"
prints out 'update number 7'
prints out 'problem at 0x10000: 0x10000 is not preserved: the next kernel gives it out'
lfb 1 dump --base 0 --root 0x11000 "$dir/two"

# Scratch.
lfb 0 dump --base 0 --scratch 0x1000000+0x5e0000 "$dir/s1"
lfb 1 dump --base 0 --scratch 0x8000000+0x1000 --scratch 0x1000000+0x5e5000 "$dir/s1"
prints out 'problem at 0x15e4000: 9 blocks of order 0 from here on reach into scratch'
lfb 1 dump --json --base 0 --scratch 0x1000000+0x5e5000 "$dir/s1"
prints out '"scratch": ['
fits dump

# What the kernel before tells the next one of it.
real scratch "$dir/s1" "$dir/told" 0x21e000
lfb 1 dump --base 0 "$dir/told"
prints out 'scratch      0xdc00000, 29360128 bytes'
prints out 'scratch      0x1400000, 4194304 bytes'
prints out 'problem at 0x15e4000: 9 blocks of order 0 from here on reach into scratch'
[ "$(grep -c ' scratch ' "$dir/out")" -eq 2 ] || fail "there are other areas of scratch"
lfb 1 dump --json --base 0 "$dir/told"
fits dump
lfb 0 dump --base 0 --scratch 0x8000000+0x1000 "$dir/told"
! grep -q 0xdc00000 "$dir/out" || fail "areas are looked for that were not asked about"
for told in scratch chosen; do
	real $told "$dir/s1" "$dir/told" 0x21f000
	lfb 0 dump --base 0 "$dir/told"
	! grep -q ' scratch ' "$dir/out" || fail "what is told of another root is believed"
done

# The same on arm64, where a device tree tells it, which may be one of a hostile machine.
real chosen "$dir/s1" "$dir/told" 0x21e000
lfb 1 dump --base 0 "$dir/told"
prints out 'scratch      0xdc00000, 29360128 bytes'
prints out 'scratch      0x1400000, 4194304 bytes'
[ "$(grep -c ' scratch ' "$dir/out")" -eq 2 ] || fail "there are other areas of scratch"
real broken-chosen "$dir/s1" "$dir/told" 0x21e000
lfb 0 dump --base 0 "$dir/told"
! grep -q ' scratch ' "$dir/out" || fail "a broken device tree is believed"
real hostile-chosen "$dir/s1" "$dir/told" 0x21e000
lfb 1 dump --base 0 "$dir/told"
prints out 'KHO root tree at 0x21e000'

# Blocks are as large as somebody preserved pages, and as kernels can count.
real large "$dir/s1" "$dir/large" 0x21e000 12 0x9000000
lfb 0 dump --base 0 "$dir/large"
prints out '  order 12: 1 block'
prints out 'named by nobody that is known here: 0x9000000, 4096 pages'
lfb 0 dump --json --base 0 "$dir/large"
prints out '"order": 12'
fits dump
lfb 0 matrix --from "$dir/large" --base 0
# shellcheck disable=SC2016 # a table
prints out '| `linux-7.3` | works |'
real large "$dir/s1" "$dir/large" 0x21e000 31 0
lfb 1 dump --base 0 "$dir/large"
prints out 'is of no order up to 30'

# A copy of the root tree, as whoever reads memory that is in use makes one, is not taken for it.
real copy "$dir/s1" "$dir/two" 0x21e000 0x10000
lfb 0 dump --base 0 "$dir/two"
prints out 'KHO root tree at 0x21e000'
prints out 'other root   0x10000, kho-v4, update number 1, its map does not have its own page'

# A kernel boots from it: that of the same formats with everything, another one as if from cold.
# The pages of memfds are in the blob alone, so only there they have their contents.
xz -dkc "$data/s1.blob.xz" >"$dir/s1.blob"
sed '1,/^reboot!/d' "$data/s1.script" >"$dir/next"
for from in "$dir/s1.blob" "--base 0 $dir/s1"; do
	for profile in linux-7.2 linux-7.3 reference; do
		# shellcheck disable=SC2086 # options and a file
		lfb 0 boot --agent --profile "$profile" $from "$dir/next"
		prints out 'rsession D empty-one C                               = ok'
		prints out 'get B 0xdeadbeefcafef00d m4                          = ok'
		prints out 'misc tell m1 123                                     = ok'
		prints out 'finish A                                             = ok'
		case $from in
		*blob) prints out 'check m3 16484 0,1,2,3,4 3                           = ok' ;;
		*) prints err '9 preserved pages are not in the image' ;;
		esac
	done
done
printf 'open\nrsession vm-alpha = -2\n' >"$dir/cold"
for profile in rfc-v6 linux-7.0; do
	lfb 0 boot --profile "$profile" --base 0 "$dir/s1" "$dir/cold"
	prints out "KHO: no handover"
done
# d5: the kernel does not survive it.
lfb 1 boot --profile linux-7.3 --base 0 "$dir/d5" "$dir/cold"

# Which kernels could take over, and why not.
lfb 0 matrix --from "$dir/s1" --base 0
prints out '3 sessions, 5 files, 3 FLBs.'
# shellcheck disable=SC2016 # Markdown's, not the shell's
prints out '| `linux-7.0` | fresh | `no KHO boot: at 0x21e000: root tree is "kho-v4"'
# shellcheck disable=SC2016
prints out '| `linux-7.3` | works |  |'
lfb 0 matrix --from "$dir/d5" --base 0
# shellcheck disable=SC2016
prints out '| `linux-7.3` | panic | `the kernel died: kernel: luo: incoming state at 0x29c000'
lfb 0 matrix --json --from "$dir/s1.blob"
prints out '"outcome": "works"'
lfb 2 matrix --chains --from "$dir/s1.blob"
lfb 1 matrix --from /nowhere/at/all

# What a machine here hands over, as a core.
printf 'handler 0\nflb 0 1\nopen\nsession vm\npreserve vm 1 0 5\nreboot\n' >"$dir/send"
printf 'handler 0\nflb 0 1\nopen\nrsession vm = 0\nretrieve vm 1 = 0\nfinish vm = 0\n' \
	>"$dir/take"
for profile in rfc-v6 linux-7.0 linux-7.2 linux-7.3 reference; do
	lfb 0 run --profile "$profile" --save-core "$dir/core" --save-blob "$dir/blob" "$dir/send"
	lfb 0 dump --json "$dir/blob"
	cp "$dir/out" "$dir/blob.json"
	fits dump
	lfb 0 dump --json "$dir/core"
	real same "$dir/blob.json" "$dir/out"
	lfb 0 boot --profile "$profile" "$dir/core" "$dir/take"
	silent err
	lfb 0 convert "$dir/core" reference "$dir/converted"
	lfb 0 matrix --from "$dir/core"
	prints out "| \`$profile\` | works |"
	# shellcheck disable=SC2016 # Markdown's
	case $profile in
	rfc-v6) prints out '| `linux-7.0` | panic |' ;;
	linux-7.0) prints out '| `rfc-v6` | disabled |' ;;
	esac
done
lfb 1 run --save-core /nowhere/at/all "$dir/send"
printf 'open\n' >"$dir/nothing"
lfb 1 run --save-core "$dir/core" "$dir/nothing"
prints err 'the scenario handed nothing over'

# What such a kernel shows in debugfs: a directory, and a tar of it.
real debugfs "$dir/k1" 0x21e000 "$dir/kho"
lfb 0 dump "$dir/kho"
prints out 'scratch 0x1c000000, 4194304 bytes'
prints out 'root tree: 255 of its 345 bytes'
prints out 'LUO state: update number 1, sessions at 0x6b8000, FLBs at 0x6ae000'
prints out 'entry kho_test at 0x278000, 240 bytes, not known here'
prints out 'kexec 1 since power on, from release 7.3.0-rc7'
prints out 'reserve_mem oops: 0x7000000, 4096 bytes'
for trap in out-fdt-cut in-luo-freed only-addresses; do
	prints out "beware ($trap)"
done
[ "$(grep -c beware "$dir/out")" -eq 3 ] || fail "there are other traps"
cp "$dir/out" "$dir/shown"
lfb 0 check --strict "$dir/kho"
tar -C "$dir" --format=ustar -cf "$dir/kho.tar" kho
lfb 0 check --strict "$dir/kho.tar"
lfb 0 dump "$dir/kho.tar"
same "$dir/out" "$dir/shown"
tar -C "$dir/kho" -cf "$dir/kho.tar" in out
lfb 0 dump "$dir/kho.tar"
same "$dir/out" "$dir/shown"
lfb 0 dump --json "$dir/kho"
prints out '"name": "out-fdt-cut"'
fits debugfs
prints out '"flbs_address": 7004160'
rm "$dir/kho/out/fdt"
: >"$dir/kho/out/scratch_phys"
: >"$dir/kho/out/scratch_len"
lfb 0 dump "$dir/kho"
prints out 'beware (out-fdt-missing)'
prints out 'beware (empty-in-tar)'
printf 'no state' >"$dir/kho/out/sub_fdts/LUO"
head -c 100 "$dir/k1" >"$dir/kho/in/sub_fdts/memblock"
lfb 1 dump "$dir/kho"
prints out 'problem: out/sub_fdts/LUO: 8 bytes of no state that is known'
prints out 'problem: entry memblock: no device tree'
# Cut between two of its files it is one that has fewer of them; anywhere else it is refused.
size=$(wc -c <"$dir/kho.tar")
read=0
refused=0
at=0
while [ $at -lt "$size" ]; do
	head -c $at "$dir/kho.tar" >"$dir/cut.tar"
	status=0
	"$LFB" dump "$dir/cut.tar" >"$dir/out" 2>"$dir/err" || status=$?
	case $status in
	0) read=$((read + 1)) ;;
	1)
		refused=$((refused + 1))
		grep -q . "$dir/err" || grep -q '^problem' "$dir/out" ||
			fail "a tar of $at bytes is refused without a word"
		;;
	*) fail "a tar of $at bytes: exit status $status" ;;
	esac
	at=$((at + 700))
done
checks=$((checks + 1))
[ $read -gt 0 ] && [ $refused -gt 5 ] || fail "$read tars read, $refused refused"
mkdir "$dir/empty"
lfb 1 dump "$dir/empty"
prints err 'nothing of /sys/kernel/debug/kho is there'

# What is no image, or not all of one.
lfb 1 dump "$data/s1.mem.xz"
prints err 'unpack it with xz -dk'
{ printf 'KDUMP   ' && head -c 8192 /dev/zero; } >"$dir/kdump"
lfb 1 dump "$dir/kdump"
prints err 'compressed format'
prints err 'makedumpfile -E'
{ printf 'makedumpfile' && head -c 8192 /dev/zero; } >"$dir/kdump"
lfb 1 dump "$dir/kdump"
prints err 'makedumpfile -R'
lfb 1 dump "$dir/s1"
prints err 'not a blob'
lfb 1 dump --base 0 "$data/README.md"
prints err 'there is no KHO root tree'
lfb 1 dump --base 0x123 "$dir/s1"
prints err 'no address of a page'
lfb 2 dump --base here "$dir/s1"
lfb 2 dump --base 0 --scratch 0x1000 "$dir/s1"
cases=$("$real" hostile "$dir/s1" "$dir/bad")
i=0
while [ $i -lt "$cases" ]; do
	lfb 1 dump "$dir/bad.$i"
	[ -s "$dir/err" ] || grep -q 'problem' "$dir/out" || fail "bad.$i is refused without a word"
	i=$((i + 1))
done

# An image that is cut: without its root there is nothing, without what that leads to a problem.
for at in 0 100 4096 2220032 2220100; do
	head -c $at "$dir/s1" >"$dir/cut"
	lfb 1 dump --base 0 "$dir/cut"
	prints err 'there is no KHO root tree'
	lfb 1 boot --base 0 --profile linux-7.3 "$dir/cut" "$dir/next"
	[ -s "$dir/err" ] || fail "an image of $at bytes is refused without a word"
done
for at in 2230000 2600000 2646016 2719744; do
	head -c $at "$dir/s1" >"$dir/cut"
	lfb 1 dump --base 0 "$dir/cut"
	prints out 'problem at 0x'
done
real core "$dir/s1" "$dir/core"
size=$(wc -c <"$dir/core")
for part in 40 64 2000 $((size / 2)); do
	head -c "$part" "$dir/core" >"$dir/cut"
	lfb 1 dump "$dir/cut"
	[ -s "$dir/err" ] || prints out 'problem'
done
finish
