#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# make.sh LFB OUT VERSION DATE DOCS: writes the manual into OUT/man1, man3 and man7, of what the
# tool LFB says of itself, of the public headers and of README.md. DOCS: where docs/ will be.

set -eu
export LC_ALL=C
# what leaks at the end of a process is for the tests to find
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

lfb=$1
out=$2
version=$3
date=$4
docs=$5
here=$(cd "$(dirname "$0")" && pwd -P)
top=$here/../..
said=$out/said

# page PROGRAM ARGS...
page() {
	program=$1
	shift
	awk -v "version=$version" -v "date=$date" -v "docs=$docs" \
		-f "$here/roff.awk" -f "$here/$program.awk" "$@"
}

rm -rf "$out"
mkdir -p "$out/man1" "$out/man3" "$out/man7" "$said"
"$lfb" --help >"$said/overview"
page command -v command= "$here/examples" "$said/overview" >"$out/man1/lfb.1"
for command in $(awk '/^  [a-z]/ { print $1 }' "$said/overview"); do
	"$lfb" help "$command" >"$said/help"
	page command -v "command=$command" "$here/examples" "$said/overview" "$said/help" \
		>"$out/man1/lfb-$command.1"
done

for header in "$top"/include/luo/*.h; do
	topic=$(basename "$header" .h)
	[ "$topic" != lfb ] || continue
	page header -v "topic=$topic" "$header" "$header" \
		>"$out/man3/lfb-$(echo "$topic" | tr _ -).3"
done

page overview "$top/README.md" "$out"/man3/*.3 >"$out/man7/lfb.7"
"$lfb" explain >"$said/findings"
"$lfb" check --list >"$said/checks"
"$lfb" profiles >"$said/profiles"
page findings "$said/findings" "$said/checks" "$said/profiles" >"$out/man7/lfb-findings.7"
rm -r "$said"
