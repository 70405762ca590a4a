#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# ./dev: long work shows on a terminal how far it is, and nothing in a pipe; Ctrl-C says what was
# covered; --junit; fuzz targets that are not there, the options of those that are, and how shards
# and AFL++ have them. With a cmake, a ninja and a ctest that do nothing but take their time.

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
dev 0 test
prints arguments '-LE long'
prints out './dev test --all'
dev 0 test --junit some.xml
prints arguments "--output-junit $dir/some.xml -LE long"
dev 0 test --all
grep -q -e -LE arguments && fail "./dev test --all leaves something out"
dev 0 test -R some
grep -q -e -LE arguments && fail "./dev test -R leaves something out"
dev 1 test --junit
prints err 'dev: test: --junit needs a file'
dev 1 test --junit "$dir/none/some.xml"
prints err 'none/some.xml: cannot be written'

mkdir -p tests/fuzz
touch tests/fuzz/one_fuzzer.c tests/fuzz/other_fuzzer.c
dev 2 fuzz 5 another
prints err 'dev: fuzz: there is no target another, but one other'
dev 2 fuzz soon
prints err 'dev: fuzz: not a number of seconds: soon'
dev 2 fuzz 5 one other
prints err 'dev: fuzz: one TARGET at most, not one and other'
for senseless in 0/2 3/2 1 / 1/ /2 1/0 -1/2 1/2/3 a/2 01/2 1/x '1 /2' 1/99999999999999999999; do
	dev 2 fuzz 5 --shard "$senseless"
	prints err "fuzz: --shard takes I/N, from 1/N to N/N, the I-th of N shares; not $senseless"
done
dev 2 fuzz --shard
prints err 'dev: fuzz: --shard needs a word behind it'
dev 2 fuzz --engine honest
prints err 'dev: fuzz: there is no engine honest, but libfuzzer and afl'
dev 2 fuzz --shards 1/2
prints err 'dev: fuzz: there is no option --shards, but --shard and --engine'

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
checks=$((checks + 1))
! grep -q seed= arguments || fail "all fuzz with one seed"

# Shards: all of them have all targets, in turns, and each another seed.
cp build/fuzz/tests/fuzz/one_fuzzer build/fuzz/tests/fuzz/other_fuzzer
cp build/fuzz/tests/fuzz/one_fuzzer build/fuzz/tests/fuzz/third_fuzzer
touch tests/fuzz/third_fuzzer.c

# deals SHARD SECONDS TARGETS: which it is, each for how long
deals() {
	dev 0 fuzz 12 --shard "$1"
	checks=$((checks + 1))
	[ "$(sed 's/:.*//' out | tr '\n' ' ')" = "$3 " ] || fail "shard $1 has $(cat out)"
	prints arguments " -seed=${1%/*} "
	prints arguments "-max_total_time=$2 "
}

deals 1/1 4 'one other third'
deals 1/2 6 'one third'
deals 2/2 12 other
deals 3/3 12 third
deals 3/5 12 third
deals 4/5 12 one
deals 5/5 12 other
dev 0 fuzz --shard 7/9 5 other
prints out 'other: '
prints arguments ' -seed=7 '

# The same with AFL++: what crashes is kept, and what replays it is said.
fake afl-fuzz <<'END'
echo "$ASAN_OPTIONS $*" >arguments
while [ "$1" != -o ]; do
	shift
done
mkdir -p "$2/default/crashes"
echo 'execs_done        : 77' >"$2/default/fuzzer_stats"
[ ! -e crashes ] || echo bad >"$2/default/crashes/id:000000,sig:06"
END
dev 0 fuzz --engine afl 5 one --shard 2/2
prints out 'one: 77 runs in 5 s, no crash'
prints arguments 'quarantine_size_mb=4:abort_on_error=1:'
prints arguments '-V 5 '
prints arguments ' -i tests/fuzz/one_seed_corpus '
prints arguments ' -s 2 -x tests/fuzz/one.dict -G 97 -- build/fuzz-afl/tests/fuzz/one_fuzzer'
touch crashes
dev 1 fuzz 5 one --engine afl
prints err 'dev: one failed on the input build/fuzz/crashes/one-crash-'
prints err '    build/fuzz-afl/tests/fuzz/one_fuzzer build/fuzz/crashes/one-crash-'
checks=$((checks + 1))
[ "$(cat build/fuzz/crashes/one-crash-*)" = bad ] || fail "another input was kept"

finish
