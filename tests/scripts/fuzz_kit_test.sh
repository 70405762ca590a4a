#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The fuzz kit, installed: the models are left alone, a mistake planted in each is found, with
# libFuzzer, which sees what modules do, and with the main() that other compilers get.

set -eu
. "$(dirname "$0")/cli_common.sh"
[ -z "$sanitized" ] || exit 77 # what is installed is for programs without a sanitizer
cd "$dir"
cp -R "$LFB_SOURCE_DIR/examples/modules" models
cmake --install "$LFB_BUILD_DIR" --prefix "$dir/prefix" >log 2>&1 || fail "$(cat log)"

# make_all COMPILER: the fuzzers of examples/fuzz
make_all() {
	checks=$((checks + 1))
	CC=$1 cmake -S "$LFB_SOURCE_DIR/examples/fuzz" -B "by-$1" -Dmodels="$dir/models" \
		-DCMAKE_PREFIX_PATH="$dir/prefix" >log 2>&1 && cmake --build "by-$1" >>log 2>&1 ||
		fail "they cannot be built by $1: $(tail -n 20 log)"
}

# fuzz COMPILER MODEL ARGUMENTS...: what it says is in $dir/said. Returns its exit status.
fuzz() {
	checks=$((checks + 1))
	by=$1
	model=$2
	shift 2
	(cd "by-$by" && "./fuzz_$model" "$@") >said 2>&1
}

# plant FILE EXPRESSION: sed(1) makes a mistake
plant() {
	cp "models/$1" right
	sed "$2" right >"models/$1"
	! cmp -s right "models/$1" || fail "nothing is planted in $1"
}

# found COMPILER MODEL WHERE: what was planted is found, the second time, too
found() {
	make_all "$1"
	! fuzz "$1" "$2" -runs=3000 -seed=1 || fail "$1 does not find the mistake in $2"
	grep -q "$3" said || fail "$2: not what was planted: $(cat said)"
	grep -q 'damaged in call .*, before the jump: ' said || fail "no word of the damage"
	! fuzz "$1" "$2" "$(cd "by-$1" && echo crash-*)" || fail "the input for $2 shows nothing"
	grep -q "$3" said || fail "$2: another mistake the second time"
	rm -f "by-$1"/crash-*
}

# try COMPILER: the models are left alone, a mistake in each is found
try() {
	make_all "$1"
	for model in pci hugetlb iommu; do
		fuzz "$1" $model -runs=300 -seed=1 ||
			fail "the model of $model is accused: $(cat said)"
	done
	plant pci/liveupdate.c \
		's|ser->nr > (size - sizeof(\*ser)) / ser->entry_size|ser->nr > ser->max|'
	found "$1" pci 'at:     liveupdate.c:[0-9]* pci_check_ser'
	cp right models/pci/liveupdate.c
	plant hugetlb/liveupdate.c 's/min_t(u32, ser->nr, HUGETLB_FILE_MAX)/ser->nr/'
	found "$1" hugetlb 'liveupdate.c:[0-9]* hugetlb_discard_pages'
	cp right models/hugetlb/liveupdate.c
	plant iommu/incoming.c 's/} else if (domain) {/} else {/'
	found "$1" iommu 'incoming.c:[0-9]* drop_domain'
	cp right models/iommu/incoming.c
}

try gcc
# A file that is not there, and one that is no life.
! fuzz gcc pci none || fail "there is no such file"
printf 'what is this? ' >noise
fuzz gcc pci "$dir/noise" || fail "a file is no mistake"
if command -v clang >/dev/null; then
	try clang
	# What modules count in outlives their kernels: 198 places here, 164 else.
	make_all clang
	fuzz clang pci -runs=300 -seed=1 || fail "the model of pci is accused"
	seen=$(sed -n 's/.*DONE  *cov: \([0-9]*\) .*/\1/p' said)
	[ "${seen:-0}" -gt 180 ] || fail "the fuzzer sees $seen places of the modules"
else
	echo "skipped: clang is not installed, so nobody tried libFuzzer" >&2
fi
finish
