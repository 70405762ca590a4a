#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# ./dev: long work shows on a terminal how far it is, and nothing in a pipe; Ctrl-C says what was
# covered; --junit; fuzz targets that are not there, and the options of those that are. With a
# cmake, a ninja and a ctest that do nothing but take their time.

set -eu
. "$(dirname "$0")/cli_common.sh"

command -v script >/dev/null || {
	echo "there is no script(1)"
	exit 77
}

cp "$LFB_SOURCE_DIR/dev" "$dir/dev"
mkdir "$dir/bin"
PATH=$dir/bin:$PATH
unset LFB_PRESET

# fake NAME: a program of this name, which does what standard input says
fake() {
	{
		echo '#!/bin/sh'
		cat
	} >"$dir/bin/$1"
	chmod +x "$dir/bin/$1"
}

fake dpkg-query <<'END'
shift 3
for package; do
	echo "installed $package"
done
END
fake cmake <<'END'
END
fake ninja <<'END'
for step in 1 2 3 4; do
	echo "[$step/4] a step"
	# Long enough to be shown and typed at, however seldom this machine comes to it.
	[ $step != 2 ] || sleep 2
done
END
fake ctest <<'END'
echo "$*" >"$(dirname "$0")/../arguments"
echo ' 9/50 Test  #9: one .....   Passed    0.01 sec'
echo '10/50 Test #10: two .....***Failed    0.01 sec'
echo '11/50 Test #11: three ...***Skipped   0.01 sec'
sleep "$TESTS_TAKE"
echo '100% tests passed'
END

# dev STATUS ARGS...: in a pipe
dev() {
	expected=$1
	shift
	status=0
	"$dir/dev" "$@" >"$dir/out" 2>"$dir/err" || status=$?
	checks=$((checks + 1))
	[ $status = "$expected" ] || fail "./dev $*: exit status $status, not $expected"
}

# on_terminal STATUS TEXT ARGS...: Ctrl-C when the terminal shows TEXT; "": never
on_terminal() {
	expected=$1
	text=$2
	shift 2
	rm -f "$dir/err"
	{
		waited=0
		until [ -z "$text" ] || [ $waited = 600 ] ||
			grep -qaF -e "$text" "$dir/err" 2>/dev/null; do
			waited=$((waited + 1))
			sleep 0.1
		done
		[ -z "$text" ] || printf '\003'
	} | {
		status=0
		script -qefc "'$dir/dev' $* >'$dir/out'" "$dir/err" >/dev/null || status=$?
		echo $status >"$dir/status"
	}
	checks=$((checks + 1))
	[ "$(cat "$dir/status")" = "$expected" ] ||
		fail "./dev $*: exit status $(cat "$dir/status"), not $expected: $(cat "$dir/err")"
}

export TESTS_TAKE=1
dev 0 test -R some
silent err
prints out 'tests passed'
on_terminal 0 '' test -R some
prints out 'tests passed'
prints err 'build-dev: 2 of 4, '
prints err 'tests: 11 of 50, 1 failed, '
prints err ' s to go'
checks=$((checks + 1))
sed '/^Script done/d' "$dir/err" | tr -d '\n' | tr '\r' '\n' | tail -n 1 | grep -q '[^ ]' &&
	fail "a line was left on the terminal"

on_terminal 130 'build-dev: 2 of 4' test
prints err 'dev: stopped: build-dev: 2 of 4, '
silent out
export TESTS_TAKE=100
on_terminal 130 'tests: 11 of 50' test
prints err 'dev: stopped: tests: 11 of 50, 1 failed, '
silent out

export TESTS_TAKE=0
cd "$dir"
dev 0 test --junit some.xml -R some
prints arguments "--output-junit $dir/some.xml -R some"
dev 0 test -R some --junit "$dir/some.xml"
prints arguments "-R some --output-junit $dir/some.xml"
dev 1 test --junit
prints err 'dev: test: --junit needs a file'
dev 1 test --junit "$dir/none/some.xml"
prints err 'none/some.xml: cannot be written'

mkdir -p tests/fuzz
touch tests/fuzz/one_fuzzer.c tests/fuzz/other_fuzzer.c
dev 1 fuzz 5 another
prints err 'dev: fuzz: there is no target another, but one other'
dev 1 fuzz soon
prints err 'dev: fuzz: not a number of seconds: soon'

# What a target's .options says it is given.
cat >tests/fuzz/one.options <<'END'
[libfuzzer]
dict = one.dict
max_len = 97
[asan]
quarantine_size_mb = 4
END
mkdir -p build/fuzz/tests/fuzz
cat >build/fuzz/tests/fuzz/one_fuzzer <<'END'
#!/bin/sh
echo "$ASAN_OPTIONS $*" >arguments
echo 'Done 3 runs in 5 second(s)'
END
chmod +x build/fuzz/tests/fuzz/one_fuzzer
dev 0 fuzz 5 one
prints out 'one: 3 runs in 5 s, no crash'
prints arguments '-max_total_time=5 '
prints arguments ' -dict=tests/fuzz/one.dict -max_len=97 '
prints arguments 'quarantine_size_mb=4:detect_leaks=1:'

finish
