#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The newcomers' mistakes are named where tests/newcomer/table.txt says, and their correct twins
# pass. Both are programs of a test each, or scenarios. With LFB_UPDATE=1 the table says it
# afterwards.

set -eu
. "$(dirname "$0")/cli_common.sh"
table=$LFB_SOURCE_DIR/tests/newcomer/table.txt
programs=$LFB_BUILD_DIR/tests/newcomer

# A sanitizer ends the program that made a mistake, before anybody could name it.
twins='bad good'
modes='run guard sweep exhaust'
case ${CFLAGS-} in *-fsanitize=*)
	twins=good
	modes='run sweep'
	;;
esac

# runs: a line for each run, whose output goes to the file that is the first word
runs() {
	while read -r name by _; do
		case $name in '#'* | '') continue ;; esac
		for twin in $twins; do
			case $name in
			*.lfb) scenario "${name%.lfb}.$twin.lfb" ;;
			*) for mode in $modes; do
				echo "$name.$twin.$mode $programs/$name.$twin $mode"
			done ;;
			esac
		done
	done <"$table"
}

# Sequences of five operations take long, and are done where they must find something.
scenario() {
	case $by in *exhaust*) length=5 ;; *) length=4 ;; esac
	file=$LFB_SOURCE_DIR/tests/newcomer/$1
	echo "$name.$twin.run $LFB run --findings $file"
	echo "$name.$twin.guard $LFB sweep --checks guard $file"
	echo "$name.$twin.sweep $LFB sweep $file"
	echo "$name.$twin.exhaust $LFB exhaust --length $length --module $file"
}

cd "$dir"
# shellcheck disable=SC2016 # the inner shell's
runs | xargs -P "$(getconf _NPROCESSORS_ONLN)" -L 1 sh -c '
	out=$0
	status=0
	timeout 60 "$@" >"$out.out" 2>&1 || status=$?
	echo "$status" >"$out.status"' 2>/dev/null

# outcome NAME.TWIN.MODE: a word of the table's
outcome() {
	status=$(cat "$1.status")
	id=$finding
	[ "$id" != any ] || id='[A-Z]*-[A-Z-]*'
	if [ "$status" -ge 124 ] || grep -q 'Test failed with exception' "$1.out"; then
		echo died
	elif grep -qE "LFB-$id([^A-Z-]|\$)" "$1.out"; then
		echo named
	elif grep -q 'LFB-[A-Z]*-' "$1.out"; then
		echo other
	elif [ "$status" -eq 0 ]; then
		echo passed
	else
		echo unnamed
	fi
}

# row: the line of $name as it is today, in $is; whether it is caught, in $caught
row() {
	is='' accusers='' caught=true
	[ "$by" != - ] || caught=false
	for mode in run guard sweep exhaust; do
		word=-
		[ ! -e "$name.bad.$mode.out" ] || word=$(outcome "$name.bad.$mode")
		is="$is $word"
		good=passed
		[ ! -e "$name.good.$mode.out" ] || good=$(outcome "$name.good.$mode")
		[ "$good" = passed ] || accusers="$accusers${accusers:+,}$mode"
		case ,$by, in *,$mode,*)
			[ "$word $good" = 'named passed' ] || caught=false
		esac
	done
	is="$is ${accusers:--}"
}

total=0
named=0
while read -r name by finding run guard sweep exhaust accused; do
	case $name in '#'* | '') continue ;; esac
	checks=$((checks + 1))
	row
	# Programs that a sanitizer ended say nothing about who else would have named them.
	[ "$twins" != good ] || is=" $run $guard $sweep $exhaust ${accusers:--}"
	total=$((total + 1))
	[ $caught = false ] || named=$((named + 1))
	# shellcheck disable=SC2086 # words
	printf '%-33s %-14s %-26s %-8s %-8s %-8s %-8s %s\n' "$name" "$by" "$finding" $is >>rows
	[ "$is" != " $run $guard $sweep $exhaust $accused" ] || continue
	[ "${LFB_UPDATE:-0}" = 0 ] || continue
	fail "$name:$is, and not $run $guard $sweep $exhaust $accused." \
		"What is better must be said in $table (LFB_UPDATE=1 $0)"
done <"$table"
[ "${LFB_UPDATE:-0}" = 0 ] || {
	sed -n '/^#/p;/^$/p' "$table" | cat - rows >new
	cp new "$table"
}
[ "$twins" = good ] || echo "$named of $total mistakes are named where they must be"
finish
