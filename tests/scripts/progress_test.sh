#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Long work: on a terminal it shows how far it is, in a pipe nothing; and Ctrl-C has it say what
# was covered. The terminal is script(1)'s.

set -eu
. "$(dirname "$0")/cli_common.sh"
zoo=$LFB_SOURCE_DIR/tests/zoo

command -v script >/dev/null || {
	echo "there is no script(1)"
	exit 77
}

# seen TEXT: waits until the terminal shows it
seen() {
	waited=0
	until grep -qaF -e "$1" "$dir/err" 2>/dev/null; do
		[ $waited -lt 1200 ] || return 1
		waited=$((waited + 1))
		sleep 0.1
	done
}

# on_terminal STATUS TEXT ARGS...: the tool with standard error on a terminal, where Ctrl-C is
# typed when TEXT is there; "": never. What it prints is in out, what the terminal is sent in err.
on_terminal() {
	expected=$1
	text=$2
	shift 2
	rm -f "$dir/err"
	{
		[ -z "$text" ] || ! seen "$text" || printf '\003'
	} | {
		status=0
		typed="stty cols ${columns:-80}; '$LFB' $* >'$dir/out'"
		TERM=${terminal:-linux} script -qefc "$typed" "$dir/err" >/dev/null || status=$?
		echo $status >"$dir/status"
	}
	checks=$((checks + 1))
	[ "$(cat "$dir/status")" -eq "$expected" ] || {
		fail "on a terminal, lfb $1 …: exit status $(cat "$dir/status"), not $expected"
		sed 's/^/    /' "$dir/err" >&2
	}
}

# in_pipe SIGNAL STATUS ARGS...: gets the signal after a second
in_pipe() {
	signal=$1
	expected=$2
	shift 2
	status=0
	timeout --preserve-status -s "$signal" 1 "$LFB" "$@" >"$dir/out" 2>"$dir/err" || status=$?
	checks=$((checks + 1))
	[ $status -eq "$expected" ] || fail "lfb $1 …: exit status $status, not $expected"
}

# one_line FILE: and no more
one_line() {
	checks=$((checks + 1))
	[ "$(wc -l <"$dir/$1")" = 1 ] || fail "standard $1: $(cat "$dir/$1")"
}

# In a pipe nothing is shown; a signal says what was covered.
# Names without a folder, so that all of the line is seen.
cd "$zoo"
many=$(ls ./*.fixed.lfb)
[ -n "$sanitized" ] || many="$many $many $many $many $many $many"
more="$many $many $many $many $many $many"
for both in INT:130 TERM:143; do
	in_pipe "${both%:*}" "${both#*:}" exhaust --length 9
	one_line err
	prints err 'lfb: stopped: '
	prints err ' beginnings, and all shorter ones; no difference so far'
	prints out ': no difference from the model'
	in_pipe "${both%:*}" "${both#*:}" exhaust --length 9 --module "$zoo/kernel-panic.lfb"
	one_line err
	prints err ' finding'
	prints out 'kernel-panic.lfb: '
done
in_pipe INT 130 exhaust --defects --length 9
one_line err
prints err 'defects searched for'
prints out '| defect |'
in_pipe INT 130 zoo --search
one_line err
prints err ' found on their own, '
prints out ' found on their own, '
# shellcheck disable=SC2086 # a list of files
in_pipe INT 130 sweep $more
one_line err
prints err ' scenarios swept, '
prints err ' 0 violations so far'
prints out ' scenarios: '

# What was found until then is printed, and is valid where programs read it.
in_pipe INT 130 exhaust --json --length 9
checks=$((checks + 1))
jq -e '.length > 0 and .difference == null' "$dir/out" >/dev/null || fail "not what jq expects"
in_pipe INT 130 exhaust --json --length 9 --module "$zoo/flb-obj-not-freed.lfb" \
	--finds LFB-FLB-OBJ-NOT-FREED --finds LFB-KERNEL-PANIC
prints err '1 finding so far'
checks=$((checks + 1))
jq -e '.findings[0].id == "LFB-FLB-OBJ-NOT-FREED"' "$dir/out" >/dev/null ||
	fail "what was found before the signal is not there"
in_pipe INT 130 zoo --json --search
checks=$((checks + 1))
jq -e '.of == (.entries | length)' "$dir/out" >/dev/null || fail "not what jq expects"

# Who ignores the signal goes on ignoring it.
checks=$((checks + 1))
(
	trap '' INT
	exec "$LFB" zoo >"$dir/out" 2>"$dir/err"
) &
sleep 0.1
kill -INT $! 2>/dev/null || :
wait $! || :
prints out ' twins clean, in '

# On a terminal it shows how far it is, and Ctrl-C is the keyboard's.
on_terminal 130 ' beginnings, ' exhaust --length 9
prints err 'length '
prints err ' of 9: '
prints err ' a second, '
prints err ' s to go'
prints err 'lfb: stopped: '
prints out ': no difference from the model'
on_terminal 130 ' of 1' zoo --search
prints err ' beginnings'
prints err 'lfb: stopped: '
# shellcheck disable=SC2086
on_terminal 130 ' runs' sweep $many
prints err ' scenarios swept, '

# It is no wider than the terminal, and a terminal that cannot write over a line has none.
columns=20 on_terminal 130 'length ' exhaust --length 9
checks=$((checks + 1))
tr '\r^' '\n\n' <"$dir/err" | grep -a '^length ' | grep -q '.\{20\}' &&
	fail "a line is wider than the terminal"
# shellcheck disable=SC2086
terminal=dumb on_terminal 0 '' sweep $many
! grep -qa -e ' runs' "$dir/err" || fail "a line on a dumb terminal"

on_terminal 130 ' runs, ' matrix --chains
prints err ' a second, '
prints err 'lfb: stopped: '
checks=$((checks + 1))
[ ! -s "$dir/out" ] || fail "a matrix that is not whole is printed"

# undone K: what is found when the K-th allocation fails, after many lines that each make some
undone() {
	grep -E '^(when|handler|flb)' "$zoo/flb-preserve-not-undone.lfb"
	printf 'open\nfault alloc %u\n' "$1"
	for i in $(seq 50); do echo "session s$i"; done
	printf 'session s\npreserve s 1 0 100\n'
}

# So no line can be left out until the number is smaller, which is tried last.
finds=LFB-FLB-PRESERVE-NOT-UNDONE
cd "$dir"
k=100
until
	undone $k >undone.lfb
	"$LFB" run --findings undone.lfb 2>/dev/null | grep -q $finds
do
	[ $k -lt 400 ] || break
	k=$((k + 1))
done
on_terminal 130 ' lines are left' shrink --checks guard --finds $finds undone.lfb
prints err ' candidates, '
prints err ' a second'
prints err 'lfb: stopped: '
prints out "# finds: $finds"
prints out 'preserve s 1 0 100'
on_terminal 0 '' shrink --checks guard --finds $finds undone.lfb
cp "$dir/out" "$dir/expected"
lfb 0 shrink --checks guard --finds $finds undone.lfb
silent err
same "$dir/expected" "$dir/out"
cd "$zoo"

# What is printed is the same with a terminal and without, and the line there is taken away.
# shellcheck disable=SC2086
lfb 0 sweep $many
silent err
cp "$dir/out" "$dir/expected"
# shellcheck disable=SC2086
on_terminal 0 '' sweep $many
same "$dir/expected" "$dir/out"
prints err ' runs'
checks=$((checks + 1))
sed '/^Script done/d' "$dir/err" | tr -d '\n' | tr '\r' '\n' | tail -n 1 | grep -q '[^ ]' &&
	fail "a line was left on the terminal"

finish
