#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The tool's errors: one line that says what, where and what to do; exit status 1 for what went
# wrong, 2 for a command line that makes no sense; nothing on standard output.

set -eu
. "$(dirname "$0")/cli_common.sh"

# complains STATUS TEXT ARGS...: one line, with TEXT, and nothing else
complains() {
	wanted=$2
	status_wanted=$1
	shift 2
	lfb "$status_wanted" "$@"
	silent out
	prints err "$wanted"
	checks=$((checks + 1))
	[ "$(wc -l <"$dir/err")" -eq 1 ] || fail "lfb $*: more than one line"
	checks=$((checks + 1))
	grep -q '^lfb: ' "$dir/err" || fail "lfb $*: does not start with lfb:"
}

printf 'open\n' >"$dir/open"
complains 2 'there is no command "fly"' fly
complains 2 'expected one scenario' run
complains 2 'expected one scenario' run "$dir/open" "$dir/open"
complains 2 'expected a blob and a scenario' boot "$dir/open"
complains 2 'expected one blob' dump
complains 2 'takes no arguments' profiles now
complains 2 'takes no arguments' version now
complains 2 'one command at a time' help run boot
complains 2 'there is no command "fly"' help fly
complains 2 'there is no option --fly' run --fly "$dir/open"
complains 2 'there is no option --fly' dump --fly
complains 2 'there is no option -x' run -x "$dir/open"
complains 2 'it takes no value' run --golden=yes "$dir/open"
complains 2 'option --profile needs a value' run --profile
complains 2 'there is no profile "linux-1.0"' run --profile linux-1.0 "$dir/open"
complains 2 'there is no quirk "NONE"' run --quirk +NONE "$dir/open"
complains 2 'expected +NAME or -NAME' run --quirk NONE "$dir/open"
complains 2 'expected +NAME or -NAME' run --quirk + "$dir/open"
complains 2 'both on and off' run --quirk +FLB_GET_OUTGOING_NULL --quirk -FLB_GET_OUTGOING_NULL \
	"$dir/open"
for size in '' K 0 1 64X 1.5M -1M 99999999999999999999 17179869184G \
	1000000000000000000000000000000000000000M; do
	complains 2 "" run --memory "$size" "$dir/open"
done
complains 2 'expected remap or fixed' run --mode quick "$dir/open"
complains 2 'expected buddy or ascending' run --pages random "$dir/open"
complains 2 'expected on, off or guard' run --checks some "$dir/open"
complains 2 'expected a number' run --seed x "$dir/open"
complains 2 'expected a number' run --seed 0x "$dir/open"
complains 2 'needs --pages ascending' run --save-memory "$dir/m" "$dir/open"
complains 1 'No such file or directory' run "$dir/none"
complains 1 'Is a directory' run "$dir"
complains 1 'No such file or directory' boot "$dir/none" "$dir/open"

# Scenarios that cannot be understood, each with the place.
refuses() {
	# shellcheck disable=SC2059 # escapes on purpose
	printf "$1" >"$dir/scenario"
	complains 1 "$dir/scenario:$2: expected $3" run "$dir/scenario"
}
refuses 'fly\n' 1:1 'an operation'
refuses '\n\n  handler\n' 3:10 'the number of a handler (0 to 9999), found the end of the line'
refuses 'handler 10000' 1:9 'the number of a handler'
refuses 'handler 0 0' 1:11 '"= RESULT" or the end of the line, found "0"'
refuses 'open = 5' 1:8 'a result: 0 or a negative errno, found "5"'
refuses '# ok\nopen\nopen\0\n' 3:5 'text, found a NUL byte'
refuses '== boot cold\nfly\n> fly\n' 3:3 'an operation'
refuses '== fly' 1:4 'boot'

# Help, and the rest.
for command in run boot dump profiles help version; do
	lfb 0 "$command" --help
	prints out "usage: lfb $command"
	silent err
	cp "$dir/out" "$dir/help"
	lfb 0 help "$command"
	same "$dir/out" "$dir/help"
done
lfb 0 help
prints out 'usage: lfb COMMAND'
lfb 0 --help
prints out 'usage: lfb COMMAND'
lfb 2
silent out
prints err 'usage: lfb COMMAND'
lfb 0 version
prints out 'lfb 0.'
lfb 0 --version
lfb 0 profiles
prints out 'FLB_FINISH_NEEDS_GET'

# Output that cannot be written is not lost in silence.
if [ -e /dev/full ]; then
	for command in "help" "profiles" "run $dir/open" "dump --raw \
$LFB_TEST_DATA/golden/wire/linux-7.0/many.mem --luo 0x10000 --profile linux-7.0"; do
		status=0
		# shellcheck disable=SC2086 # words on purpose
		"$LFB" $command >/dev/full 2>"$dir/err" || status=$?
		checks=$((checks + 1))
		[ "$status" -eq 1 ] || fail "lfb $command >/dev/full: exit status $status"
		prints err 'No space left on device'
	done
fi
finish
