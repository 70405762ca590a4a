#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# determinism.sh [GCC_BUILD [CLANG_BUILD]]: runs each golden scenario and each example
# twice with the gcc build and once with the clang build. What they print and the blobs
# they save must be the same, byte for byte.

set -eu

root=$(cd "$(dirname "$0")/.." && pwd -P)
gcc=$(cd "${1:-$root/build/release}" && pwd)
clang=$(cd "${2:-$root/build/release-clang}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# golden PROFILE OPS: run one scenario; leaves its transcript and blob in this directory
golden() {
	name=$1-$(basename "$2" .ops)
	save=
	if grep -q '^reboot' "$2"; then
		save="--save-blob $name.blob"
	fi
	# shellcheck disable=SC2086 # two words or none
	"$build/lfb" run --profile "$1" $save --golden "$2" >"$name.out" 2>/dev/null ||
		echo "status $?" >>"$name.out" # a kernel that dies ends it with 1
}

# record BUILD: everything the programs of BUILD print and save, in this directory
record() {
	build=$1
	for profile in rfc-v6 linux-7.0 linux-7.3; do
		for ops in "$root/tests/data/golden/$profile"/*.ops; do
			golden "$profile" "$ops"
		done
	done
	for source in "$root"/examples/*.c; do
		name=$(basename "$source" .c)
		"$build/examples/$name" >"example-$name.out"
	done
	for blob in *.blob; do
		[ ! -e "$blob" ] || sha256sum "$blob" >"$blob.sha256"
	done
}

for run in gcc-1 gcc-2 clang; do
	mkdir "$work/$run"
	cd "$work/$run"
	case $run in
	gcc*) record "$gcc" ;;
	clang) record "$clang" ;;
	esac
done

cd "$work"
for run in gcc-2 clang; do
	diff -r gcc-1 $run || {
		echo "$run differs from gcc-1"
		exit 1
	}
done

count() {
	find gcc-1 -name "$1" | wc -l
}

echo "$(count '*.out') outputs and $(count '*.blob') blobs compared:" \
	"the same in two gcc runs and one clang run"
