#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The zoo: every mistake in tests/zoo is caught and every corrected twin is clean; every finding
# and every quirk has its entry; docs/findings shows the entries as they are. LFB_UPDATE=1 writes
# what is generated there anew.

set -eu
. "$(dirname "$0")/cli_common.sh"
cd "$LFB_SOURCE_DIR"
zoo=tests/zoo

# body FILE: a scenario without the comments at its top
body() {
	sed '1,/^$/d' "$1"
}

# header FILE KEY: what a header line says
header() {
	sed -n "1,/^\$/s/^# $2: *//p" "$1"
}

block() {
	echo '```'
	cat
	echo '```'
}

# what_is_found ENTRY: as lfb run prints it
what_is_found() {
	options=$(header "$1" machine)
	case $(header "$1" by) in
	sweep)
		echo "Running it finds nothing; \`lfb sweep${options:+ $options}\` does."
		;;
	*)
		echo "\`lfb run --findings${options:+ $options}\`:"
		echo
		# shellcheck disable=SC2046 # options are words
		"$LFB" run --findings $(header "$1" machine) "$1" 2>/dev/null |
			sed -n '/^LFB-/,$p' | block
		;;
	esac
}

# diff as shown in the text: no file names, no line numbers
mending() {
	body "$1" >"$dir/mistake"
	body "$2" >"$dir/mended"
	diff -U2 "$dir/mistake" "$dir/mended" | sed '1,2d; /^@@/d' | {
		echo '```diff'
		cat
		echo '```'
	}
}

lfb 0 zoo
silent err
cp "$dir/out" "$dir/zoo"

lfb 0 explain --markdown
documented findings/catalogue.md index "$dir/out"

for id in $("$LFB" explain | awk '{ print $1 }'); do
	name=$(echo "${id#LFB-}" | tr '[:upper:]' '[:lower:]')
	entry=$zoo/$name.lfb
	checks=$((checks + 1))
	# No scenario can have these: unit/assert_test plants the bugs, cli/race has the races,
	# tests/newcomer has the rest.
	case $id in
	LFB-SIMULATOR-BUG | LFB-KERNEL-NOT-ENTERED | LFB-MODULE-DATA-UNMARKED | LFB-RACE)
		lfb 0 explain "$id"
		prints out "How to mend it"
		continue
	esac
	# What only a kernel does wrong has its entry under the name of the quirk.
	[ -f "$entry" ] || entry=$(grep -lE "^# finds:.* $id( |\$)" "$zoo"/quirk-*.lfb | head -n 1)
	if [ ! -f "$entry" ]; then
		fail "$id has no entry in the zoo"
		continue
	fi
	case " $(header "$entry" finds) " in
	*" $id "*) ;;
	*) fail "$entry does not find $id" ;;
	esac
	{
		body "$entry" | block
		echo
		what_is_found "$entry"
	} >"$dir/shown"
	documented "findings/$id.md" mistake "$dir/shown"
	if [ -f "$zoo/$name.fixed.lfb" ]; then
		mending "$entry" "$zoo/$name.fixed.lfb" >"$dir/shown"
	else
		echo "The kernel is to be mended: with the quirk off nothing is found." \
			>"$dir/shown"
	fi
	documented "findings/$id.md" mended "$dir/shown"
	lfb 0 explain "$id"
	prints out "How to mend it"
done

for quirk in $("$LFB" profiles | sed -n 's/^ *\([A-Z][A-Z_]*_[A-Z_]*\).*/\1/p' | sort -u); do
	checks=$((checks + 1))
	[ -f "$zoo/quirk-$quirk.lfb" ] || fail "$quirk has no entry in the zoo"
done

lfb 2 explain LFB-NO-SUCH
prints err 'there is no finding "LFB-NO-SUCH"'
lfb 2 explain --scenario
lfb 0 explain --scenario lfb-flb-put-without-get
tail -n 1 "$dir/zoo"
finish
