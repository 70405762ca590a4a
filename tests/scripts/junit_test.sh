#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# --junit: the file is XML, counts what it holds, and has a case for everything that was tested.
# What is printed and the exit status stay as they are without.

set -eu
. "$(dirname "$0")/cli_common.sh"
zoo=$LFB_SOURCE_DIR/tests/zoo
scenarios=$LFB_SOURCE_DIR/examples/scenarios

# junit STATUS TESTS FAILURES SKIPPED ARGS...: with the file, and the same without. What the file
# holds is in cases, a line each: its name, how it ended and why.
junit() {
	status=$1
	counts="$2 $3 $4"
	shift 4
	lfb "$status" "$@"
	cp "$dir/out" "$dir/plain"
	cp "$dir/err" "$dir/said"
	rm -f "$dir/junit"
	command=$1
	shift
	lfb "$status" "$command" --junit "$dir/junit" "$@"
	for stream in plain:out said:err; do
		sed 's/ in [0-9.]* s$//' "$dir/${stream%:*}" >"$dir/one"
		sed 's/ in [0-9.]* s$//' "$dir/${stream#*:}" >"$dir/two"
		same "$dir/one" "$dir/two"
	done
	checks=$((checks + 1))
	python3 - "$dir/junit" "lfb $command" "$counts" >"$dir/cases" <<'END' || fail "$command $*"
import sys
import xml.etree.ElementTree as tree

suite, = tree.parse(sys.argv[1]).getroot()
assert suite.get("name") == sys.argv[2], suite.get("name")
cases = suite.findall("testcase")
held = [len(cases), len(suite.findall(".//failure")), len(suite.findall(".//skipped"))]
said = [int(suite.get(name)) for name in ("tests", "failures", "skipped")]
assert held == said == [int(count) for count in sys.argv[3].split()], (held, said)
for case in cases:
    end, = case or [None]
    print(case.get("classname"), case.get("name"),
          *(["passed"] if end is None else [end.tag, end.get("message"), repr(end.text)]),
          sep=" | ")
END
	! command -v xmllint >/dev/null || xmllint --noout "$dir/junit" || fail "not for xmllint"
}

# run: what it expects, and with --findings what was found
junit 0 1 0 0 run "$scenarios/first.lfb"
prints cases "lfb run | $scenarios/first.lfb | passed"
printf 'open = -5\n' >"$dir/wrong"
junit 1 1 1 0 run "$dir/wrong"
prints cases "lfb run | $dir/wrong | failure | $dir/wrong:1: open: expected = -5, got = 0"
junit 0 1 0 0 run "$zoo/flb-get-not-put.lfb"
junit 1 1 1 0 run --findings "$zoo/flb-get-not-put.lfb"
prints cases ' | failure | LFB-FLB-GET-NOT-PUT: '
prints cases 'LFB-FLB-GET-NOT-PUT (error)'
junit 1 1 1 0 run --findings --json "$zoo/flb-get-not-put.lfb"
junit 1 1 1 0 run "$dir/none.lfb"
prints cases 'none.lfb'
lfb 0 run --save-blob "$dir/blob" "$scenarios/first.lfb"
printf 'open\n' >"$dir/open"
junit 0 1 0 0 boot "$dir/blob" "$dir/open"

# Names and texts of any bytes
printf 'open\nsession <&"\047>\001\377\357\277\277\303\274 = -5\n' >"$dir/]]> \"&<"
junit 1 1 1 0 run "$dir/]]> \"&<"
prints cases "lfb run | $dir/]]> \"&< | failure | "
printf 'session <&"\047>\357\277\275\303\277\357\277\275\303\274: expected' >"$dir/expected"
prints cases "$(cat "$dir/expected")"

# sweep
junit 1 3 2 0 sweep "$scenarios/first.lfb" "$zoo/file-preserve-not-undone.lfb" "$dir/none.lfb"
prints cases "lfb sweep | $scenarios/first.lfb | passed"
prints cases 'LFB-FILE-PRESERVE-NOT-UNDONE'
prints cases 'lfb sweep --case '
prints cases 'none.lfb'
junit 1 1 1 0 sweep --json --shrink "$zoo/file-preserve-not-undone.lfb"

# zoo
junit 0 4 0 0 zoo flb-get-not-put file-preserve-not-undone
prints cases 'lfb zoo | flb-get-not-put | passed'
prints cases 'lfb zoo | flb-get-not-put.fixed | passed'
junit 0 4 0 1 zoo --search flb-obj-not-freed session-never-finished quirk-FILE_PRESERVED_TWICE
prints cases 'lfb zoo | session-never-finished | skipped | the mistake is in the operations'

# A file that cannot be written is said before anything is done, and a full one afterwards.
for command in "run $scenarios/first.lfb" "sweep $scenarios/first.lfb" zoo; do
	# shellcheck disable=SC2086 # words
	lfb 1 $command --junit "$dir/none/junit"
	prints err 'none/junit: cannot be opened for writing: No such file or directory'
	silent out
done
lfb 1 run "$scenarios/first.lfb" --junit /dev/full
prints err '/dev/full: cannot be written: No space left on device'

finish
