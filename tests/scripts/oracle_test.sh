#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The oracle without a kernel tree: what plays scenarios by itself is compared, and what differs
# found, told apart and shown small. What a tree says is made up here; ./dev oracle asks real ones.

set -eu
. "$(dirname "$0")/cli_common.sh"

# stand_in NAME SCRIPT: a tree that says what our kernel says, put through the sed script SCRIPT
stand_in() {
	printf '%s\n' "$2" >"$dir/$1.sed"
	cat >"$dir/tree.c" <<END
#include <stdio.h>
#include <stdlib.h>
void oracle_play(const char *text, FILE *out);
void oracle_play(const char *text, FILE *out)
{
	char command[4096], line[4096];
	FILE *file = fopen("$dir/asked.$1.ops", "w"), *ours;

	fputs(text, file);
	fclose(file);
	snprintf(command, sizeof(command), "%s", "'$LFB' run --golden --profile linux-7.3 "
		 "'$dir/asked.$1.ops' 2>/dev/null | sed -f '$dir/$1.sed'");
	ours = popen(command, "r");
	while (ours && fgets(line, sizeof(line), ours))
		fputs(line, out);
	fflush(out);
}
END
	"$CC" -shared -fPIC -o "$dir/$1.so" "$dir/tree.c"
}

stand_in same ''
lfb 0 compare --generate 10 linux-7.3 "$dir/same.so"
prints out "10 scenarios: linux-7.3 and $dir/same.so do the same"

stand_in other 's/^\(> session .*\) = 0/\1 = -5/; s/^\(> getin .*\) = -61/\1 = -2/'
lfb 1 compare --generate 60 --save "$dir/saved" linux-7.3 "$dir/other.so"
prints out "by 2 differences"
prints out "answers 0, $dir/other.so answers -EIO"
prints out "getin 0: linux-7.3 answers -ENODATA obj=0, $dir/other.so answers -ENOENT obj=0"
for difference in "$dir/saved/0001" "$dir/saved/0002"; do
	checks=$((checks + 1))
	[ "$(wc -l <"$difference/scenario.ops")" -le 2 ] || fail "$difference is not small"
	"$LFB" run --golden --profile linux-7.3 "$difference/scenario.ops" >"$dir/out"
	same "$dir/out" "$difference/ours.trace"
	! cmp -s "$dir/out" "$difference/theirs.trace" || fail "$difference is none"
done

printf 'open\n' >"$dir/fine.ops"
printf 'open\nsession a\n' >"$dir/bad.ops"
lfb 0 compare linux-7.3 "$dir/other.so" "$dir/fine.ops"
lfb 1 compare linux-7.3 "$dir/other.so" "$dir/fine.ops" "$dir/bad.ops"
prints out "2 scenarios: linux-7.3 and $dir/other.so differ in 1 of them, by 1 difference"

status=0
"$LFB_SOURCE_DIR/tests/oracle/build.sh" "$dir" "$dir/image" 2>"$dir/err" || status=$?
[ $status = 2 ] || fail "a folder without a kernel is compiled"
prints err "has no kernel/liveupdate/luo_flb.c"

# A version that is not modelled is compared with linux-7.3 and fails nothing, not even when it
# cannot be compiled; one that is modelled does.
mkdir -p "$dir/build/release"
ln -s "$LFB" "$dir/build/release/lfb"
for tree in 0:linux-99.1 1:linux-7.3; do
	mkdir -p "$dir/${tree#*:}/kernel/liveupdate"
	echo 'no C' >"$dir/${tree#*:}/kernel/liveupdate/luo_flb.c"
	status=0
	"$LFB_SOURCE_DIR/tests/oracle/run.sh" "$dir/build/release" "$dir/${tree#*:}" \
		>"$dir/out" 2>"$dir/err" || status=$?
	checks=$((checks + 1))
	[ "$status" -eq "${tree%:*}" ] || fail "${tree#*:}: exit status $status"
	prints out "linux ${tree#*:linux-}, $dir/${tree#*:}:"
done
! grep -q 'not modelled' "$dir/out" || fail "linux-7.3 is not modelled"
"$LFB_SOURCE_DIR/tests/oracle/run.sh" "$dir/build/release" "$dir/linux-99.1" \
	>"$dir/out" 2>"$dir/err"
prints out "linux 99.1 is not modelled: that it does not compile is no failure"

finish
