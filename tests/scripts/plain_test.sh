#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Tests that know cmocka and nothing of findings (tests/newcomer/plain): they fail, the process
# lives, and what was wrong is named with its place, whoever asks. LFB_FINDINGS has the last word.

set -eu
. "$(dirname "$0")/cli_common.sh"
programs=$LFB_BUILD_DIR/tests/newcomer

# A sanitizer ends the program that made a mistake, before anybody could name it.
case ${CFLAGS-} in *-fsanitize=*) exit 77 ;; esac

# Lines are what libdw finds.
line='[0-9]+'
ldconfig=$(command -v ldconfig || echo /sbin/ldconfig)
"$ldconfig" -p 2>/dev/null | grep -q 'libdw\.so\.1' || line=

# ends STATUS [VARIABLE=VALUE]... PROGRAM [ARGS]...
ends() {
	expected=$1
	shift
	status=0
	env "$@" >"$dir/out" 2>"$dir/err" || status=$?
	checks=$((checks + 1))
	[ $status -eq "$expected" ] || fail "$*: exit status $status, not $expected"
}

# counted COUNT PATTERN
counted() {
	checks=$((checks + 1))
	count=$(grep -cE -e "$2" "$dir/err" || :)
	[ "$count" -eq "$1" ] || {
		fail "$2: $count times, not $1"
		sed 's/^/    /' "$dir/err" >&2
	}
}

# Without it the object and the offset say it; who cannot be loaded is not there.
mkdir "$dir/none"
: >"$dir/none/libdw.so.1"
none=LD_LIBRARY_PATH=$dir/none

ends 2 "$none" LFB_FINDINGS= "$programs/plain-fault"
counted 2 'NULL pointer dereference at offset 24'
counted 2 '^  at:     plain-fault\+0x[0-9a-f]+'
counted 0 '^  at: .*\.c:'
ends 1 "$none" LFB_FINDINGS= "$programs/plain-freed"
for what in at 'allocated at' 'freed at'; do
	counted 1 "^  $what: +plain-freed\\+0x[0-9a-f]+"
done

ends 2 LFB_FINDINGS= "$programs/plain-fault"
counted 2 '^\[  FAILED  \] (preserving|alone_it)'
counted 2 '^LFB-MEM-WILD-POINTER \(error\)|^LFB-MEM-WILD-POINTER \(fatal\)'
counted 2 'NULL pointer dereference at offset 24'
counted 2 ' \(preserve token 1 of session vm\), kernel 0 .*task agent, in flb plain-v1 preserve'
[ -z "$line" ] || counted 2 "  at:     fault\\.c:$line preserve\$"
# The one whose machine a fixture destroys is named in its place.
checks=$((checks + 1))
[ "$(grep -nE '^LFB-MEM|FAILED.*preserving' "$dir/err" | head -n 1 | grep -c LFB-MEM)" = 1 ] ||
	fail "the fault is named behind the test that fails of it"
ends 2 LFB_FINDINGS=quiet "$programs/plain-fault"
counted 0 '^LFB-MEM-WILD-POINTER'

for how in '' fixture; do
	# shellcheck disable=SC2086 # no argument, or one
	ends 1 LFB_FINDINGS= "$programs/plain-freed" $how
	counted 1 '^LFB-(MEM-USE-AFTER-FREE|FLB-USED-AFTER-PUT) '
	counted 1 ' \(close session vm\), '
	[ -z "$line" ] || {
		counted 1 "  at:     freed\\.c:$line unpreserve\$"
		counted 1 "  allocated at: freed\\.c:$line preserve\$"
		counted 1 "  freed at: freed\\.c:$line unpreserve\$"
	}
done
finish
