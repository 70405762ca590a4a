#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# --json: what each command prints fits its schema, says what the text says, and is the same twice.

set -eu
. "$(dirname "$0")/cli_common.sh"
scenarios=$LFB_SOURCE_DIR/examples/scenarios
zoo=$LFB_SOURCE_DIR/tests/zoo

# fits_so SCHEMA: the last command's output is JSON, written as jq writes it, and fits
fits_so() {
	checks=$((checks + 1))
	jq . "$dir/out" >"$dir/formatted" || fail "this is no JSON"
	same "$dir/formatted" "$dir/out"
	fits "$1"
}

# holds FILTER: jq says true of the last command's output
holds() {
	checks=$((checks + 1))
	jq -e "$1" "$dir/out" >/dev/null || fail "it is not true that $1"
}

# run: findings, as the text has them
for entry in flb-get-not-put kho-never-restored kernel-panic file-left-behind.fixed; do
	status=0
	"$LFB" run --findings "$zoo/$entry.lfb" >"$dir/text" 2>"$dir/said" || status=$?
	lfb $status run --findings --json "$zoo/$entry.lfb"
	same "$dir/said" "$dir/err"
	fits_so run
	holds ".scenario == \"$zoo/$entry.lfb\""
	jq -r '.findings[] | "\(.id) (\(.severity)): \(.meaning)"' "$dir/out" >"$dir/ids"
	grep '^LFB-' "$dir/text" >"$dir/expected" || true
	same "$dir/expected" "$dir/ids"
done
lfb 1 run --findings --json "$zoo/kernel-panic.lfb"
holds '.findings[0].kernel == 0 and (.findings[0].doing | length) > 0'
lfb 2 run --json "$zoo/kernel-panic.lfb"
prints err '--json goes with --findings'
silent out
lfb 1 run --findings --json "$dir/none.lfb"
silent out
printf 'open = -5\n' >"$dir/wrong"
lfb 1 run --findings --json "$dir/wrong"
fits_so run
holds '.error | endswith("wrong:1: open: expected = -5, got = 0")'

# Names are any bytes: what is UTF-8 stays, other bytes are the characters with their numbers.
printf 'open\nsession gr\303\274n\\ = 0\nsession \377\355\240\200 = -5\n' >"$dir/bytes"
lfb 1 run --findings --json "$dir/bytes"
fits_so run
printf ':3: session \303\277\303\255\302\240\302\200: expected' >"$dir/expected"
checks=$((checks + 1))
jq -r .error "$dir/out" | grep -qF -f "$dir/expected" || fail "bytes: $(cat "$dir/out")"
printf 'handler 0\nopen\nsession N\npreserve N 1 0 1\nreboot\nopen\n' |
	sed "s/N/$(printf '"\360\237\220\247\\\\x"')/" >"$dir/bytes"
lfb 1 run --findings --json "$dir/bytes"
fits_so run
printf '"object": "session \\"\360\237\220\247\\\\x' >"$dir/expected"
checks=$((checks + 1))
grep -qF -f "$dir/expected" "$dir/out" || fail "bytes: $(cat "$dir/out")"

# boot
lfb 0 run --save-blob "$dir/blob" "$scenarios/first.lfb"
printf 'open\n' >"$dir/open"
lfb 1 boot --findings --json "$dir/blob" "$dir/open"
fits_so run
holds '[.findings[].id] == ["LFB-FLB-NOBODY-REGISTERED", "LFB-SESSION-NEVER-FINISHED"]'

# sweep
lfb 0 sweep --json "$scenarios/first.lfb" "$scenarios/three-updates.lfb"
fits_so sweep
holds '.scenarios | length == 2 and all(.violations == 0 and .error == null and .runs > 0)'
lfb 1 sweep --json --shrink "$zoo/file-preserve-not-undone.lfb" "$dir/none.lfb"
fits_so sweep
holds '.scenarios[0].findings == ["LFB-FILE-PRESERVE-NOT-UNDONE"]'
holds '.scenarios[0].first.what as $what | .scenarios[0].report | contains($what)'
holds '.scenarios[1].error | contains("none.lfb")'
jq -r '.scenarios[0].shrunk.scenario' "$dir/out" >"$dir/shrunk"
case=$(jq -r '.scenarios[0].shrunk.case' "$dir/out")
lfb 1 sweep --json --case "$case" "$dir/shrunk"
fits_so sweep
holds '.scenarios[0].violations == 1'

# exhaust
lfb 0 exhaust --json --length 2
fits_so exhaust
holds '.length == 2 and .difference == null'
lfb 0 exhaust --json --length 2 --beside
fits_so exhaust
prints out '"beside"'
lfb 1 exhaust --json --length 4 --quirk +FILE_PRESERVED_TWICE
fits_so exhaust
jq -r '.difference.scenario' "$dir/out" >"$dir/differs"
lfb 1 exhaust --json --quirk +FILE_PRESERVED_TWICE --case "$dir/differs"
fits_so exhaust
holds '.difference.what == "result" and .steps > 0'
lfb 0 exhaust --json --case "$dir/differs"
fits_so exhaust
lfb 1 exhaust --json --defects --length 1
fits_so exhaust
holds '(.defects | length) > 20'
lfb 1 exhaust --json --length 4 --module "$zoo/flb-obj-not-freed.lfb"
fits_so exhaust
holds '.findings[0].id == "LFB-FLB-OBJ-NOT-FREED"'

# zoo
lfb 0 zoo --json flb-get-not-put file-preserve-not-undone quirk-FLB_GET_UNCOUNTED
fits_so zoo
holds '.caught == 3 and .of == 3 and .clean == .twins'
lfb 0 zoo --json --search flb-obj-not-freed kernel-panic quirk-FILE_PRESERVED_TWICE
fits_so zoo
holds '.of == 3'
lfb 2 zoo --json --show
silent out
lfb 2 zoo --json nothing
silent out

# matrix
lfb 0 matrix --json
fits_so matrix
holds '(.runs | length) == (.kinds | length) * 25 and all(.runs[]; .hops | length == 1)'
cp "$dir/out" "$dir/first"
# The longest of all: cli/matrix runs it, too.
[ -n "$sanitized" ] || {
	lfb 0 matrix --json
	same "$dir/first" "$dir/out"
	lfb 0 matrix --json --chains
	fits_so matrix
	holds 'all(.runs[]; .hops | length == 2)'
}

# profiles
lfb 0 profiles --json
fits_so profiles
holds '[.profiles[] | select(.default).name] == ["reference"]'
holds '[.quirks[].name] as $known | all(.profiles[].quirks[]; IN($known[]))'

# compare
printf 'handler 0\nunhandler 0\nflb 0 0\n' >"$dir/link"
lfb 1 compare --json linux-7.3 linux-7.3,-FLB_LINK_UNREGISTERED_HANDLER reference "$dir/link"
fits_so compare
holds '.scenarios == 1 and .differ == 1 and (.differences | length) == 1'
holds '.differences[0] | .quirk == "FLB_LINK_UNREGISTERED_HANDLER" and .quirk_of == "linux-7.3"'
holds '.differences[0].kernels == .kernels[1:]'
holds '.differences[0].sides[1].transcript | endswith("> flb 0 0 = -22\n== end\n")'
lfb 0 compare --json --generate 0 linux-7.3 linux-7.3 "$dir/link"
fits_so compare

# explain
lfb 0 explain --json
fits_so explain
holds '.findings | length > 50'
lfb 0 explain --scenario LFB-FLB-GET-NOT-PUT
cp "$dir/out" "$dir/expected"
lfb 0 explain --json LFB-FLB-GET-NOT-PUT
fits_so explain
jq -j '.findings[0].scenario' "$dir/out" >"$dir/scenario"
same "$dir/expected" "$dir/scenario"
for other in scenario markdown; do
	lfb 2 explain --json --$other LFB-FLB-GET-NOT-PUT
	prints err "--json and --$other: which of them?"
done

# Every schema is used, and docs/json.md names it.
for schema in "$LFB_SOURCE_DIR"/docs/schema/*.json; do
	name=$(basename "$schema" .json)
	checks=$((checks + 1))
	grep -q "schema/$name.json" "$LFB_SOURCE_DIR/docs/json.md" || fail "$name: not in json.md"
done

finish
