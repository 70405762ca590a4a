#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb run: the shipped scenarios, and what a run prints.

set -eu
. "$(dirname "$0")/cli_common.sh"

# The examples hold under every profile.
examples=$LFB_SOURCE_DIR/examples/scenarios
for scenario in "$examples"/*.lfb; do
	for profile in rfc-v6 linux-7.0 linux-7.2 linux-7.3 reference; do
		lfb 0 run --profile "$profile" "$scenario"
		silent err
		lfb 0 run --profile "$profile" --golden "$scenario"
		cp "$dir/out" "$dir/transcript"
		# What is printed can be run again.
		lfb 0 run --profile "$profile" --golden "$dir/transcript"
		same "$dir/out" "$dir/transcript"
	done
done

# The whole trace: operations, and indented what happened in them.
lfb 0 run "$examples/first.lfb"
prints out '== boot cold'
prints out '== boot handover'
prints out '> preserve vm-1 1 0 100 = 0'
prints out 'callback flb flb-0-v1'
checks=$((checks + 1))
! grep -qv -e '^> ' -e '^== ' -e '^  ' "$dir/out" || fail "a line of an unknown kind"
cp "$dir/out" "$dir/trace"
lfb 0 run "$dir/trace"
same "$dir/out" "$dir/trace"

# In more detail: all that the trace has is there in this order, and more. It can be run again.
for profile in rfc-v6 linux-7.0 linux-7.2 linux-7.3 reference; do
	for scenario in "$examples"/*.lfb "$LFB_SOURCE_DIR/tests/zoo/kernel-bug.lfb"; do
		"$LFB" run --profile "$profile" "$scenario" 2>&1 |
			sed 's/^ *[0-9]* k/k/' >"$dir/some" || true
		"$LFB" run --profile "$profile" --trace-all "$scenario" 2>&1 |
			sed 's/^ *[0-9]* k/k/' >"$dir/all" || true
		checks=$((checks + 1))
		diff "$dir/some" "$dir/all" >"$dir/more" || true
		! grep '^<' "$dir/more" >&2 || fail "--trace-all $scenario lacks something"
		grep -q '^>' "$dir/more" || fail "--trace-all $scenario has nothing more"
	done
done
lfb 0 run --trace-all "$examples/first.lfb"
prints out 'k0 agent    agent                        preserve         fd=4 token=1 begins'
prints out 'k0 luo      flb-0-v1                     count            outgoing 0 -> 1'
checks=$((checks + 1))
grep -q '^    *[0-9]* k0 callback flb .* begins$' "$dir/out" || fail "nothing is further in"
cp "$dir/out" "$dir/all"
lfb 0 run --trace-all "$dir/all"
same "$dir/out" "$dir/all"
lfb 2 run --trace-all --golden "$examples/first.lfb"
prints err 'which of them'

# What tasks beside each other do is as deep as when one is done behind the other.
for n in 0 1; do
	printf 'when h %s %s\n' $n "preserve kho p$n 4096" $n "unpreserve lock $n" \
		$n "unpreserve unlock $n" $n "unpreserve kho-unpreserve-free p$n"
done >"$dir/deep.lfb"
printf '%s\n' 'handler 0' 'handler 1' open 'session s' 'session t' 'preserve s 1 0 100' \
	'preserve t 1 1 101' 'parallel {' 'close s' '} {' 'close t' '}' >>"$dir/deep.lfb"
# deep SCHEDULE: what happens in the blocks, each with where it stands
deep() {
	lfb 0 run --trace-all --schedule "$1" "$dir/deep.lfb"
	awk '/^> parallel/ { exit } /^--/ { on = 1; next }
		on { at = index($0, " k0 "); print at, substr($0, at) }' "$dir/out" |
		sed 's/phys=[^ ]*//' | sort
}
deep in-order >"$dir/deep.in-order"
for seed in 10 11 12; do
	deep random:$seed >"$dir/deep.random"
	same "$dir/deep.in-order" "$dir/deep.random"
done
checks=$((checks + 1))
grep -q '^12 .* take ' "$dir/deep.random" || fail "nothing is inside of a callback"

# Twice the same, however memory is laid out.
lfb 0 run "$examples/three-updates.lfb"
cp "$dir/out" "$dir/trace"
lfb 0 run --mode fixed --seed 7 "$examples/three-updates.lfb"
same "$dir/out" "$dir/trace"

# From standard input, with Windows line ends.
printf 'handler 0 = 0\r\nopen = 0\r\n' >"$dir/input"
status=0
"$LFB" run --golden - <"$dir/input" >"$dir/out" 2>"$dir/err" || status=$?
[ "$status" -eq 0 ] || fail "run - exits with $status"
prints out '> open = 0'

# A quirk is a difference one can see.
cat >"$dir/quirk" <<-'EOF'
	handler 0
	flb 0 0
	open
	getout 0
EOF
lfb 0 run --profile linux-7.0 --golden "$dir/quirk"
prints out '> getout 0 = 0 obj=0'
lfb 0 run --profile linux-7.0 --golden --quirk -FLB_GET_OUTGOING_NULL "$dir/quirk"
prints out '> getout 0 = -2 obj=0'
lfb 0 run --golden "$dir/quirk"
prints out '> getout 0 = -2 obj=0'
lfb 0 run --golden --quirk +FLB_GET_OUTGOING_NULL "$dir/quirk"
prints out '> getout 0 = 0 obj=0'
lfb 0 run --golden --quirk -FLB_GET_OUTGOING_NULL --quirk -FLB_FINISH_NEEDS_GET \
	--quirk +FLB_FINISH_BEFORE_FILE "$dir/quirk"
lfb 0 run --profile linux-7.0 --golden --quirk -all "$dir/quirk"
prints out '> getout 0 = -2 obj=0'
lfb 0 run --profile linux-7.0 --golden --quirk -all --quirk +FLB_GET_OUTGOING_NULL "$dir/quirk"
prints out '> getout 0 = 0 obj=0'
lfb 0 run --golden --quirk +all --quirk -FLB_GET_OUTGOING_NULL "$dir/quirk"
prints out '> getout 0 = -2 obj=0'

# The empty name can be said.
printf 'open\nsession ""\n' >"$dir/nameless"
lfb 0 run --golden "$dir/nameless"
prints out '> session "" = -22'
lfb 0 run --golden --quirk +SESSION_NAME_UNCHECKED "$dir/nameless"
prints out '> session "" = 0'

# An expectation that does not hold says where, what and what instead.
printf 'handler 0\n\nopen = -5\n' >"$dir/wrong"
lfb 1 run --golden "$dir/wrong"
prints err "lfb: $dir/wrong:3: open: expected = -5, got = 0"
printf 'handler 0\nflb 0 0\ngetin 0 = -61 obj=7\n' >"$dir/wrong"
lfb 1 run --golden "$dir/wrong"
prints err "$dir/wrong:3: getin 0: expected = -61 obj=7, got = -61 obj=0"

# With --strict, what is not said must be 0; what a line says still counts.
printf 'open\nsession a\nsession a\nopen\n' >"$dir/careless"
lfb 0 run --golden "$dir/careless"
lfb 1 run --golden --strict "$dir/careless"
prints err "lfb: $dir/careless:3: session a: expected = 0, got = -17"
printf 'open\nsession a\nsession a = -17\n' >"$dir/careful"
lfb 0 run --strict "$dir/careful"
printf 'handler 0\nopen\nsession a\nat freeze session a\npreserve a 1 0 1\nreboot\n' >"$dir/at"
lfb 0 run "$dir/at"
lfb 1 run --strict "$dir/at"
prints err "$dir/at:4: at freeze session a: expected = 0, got = -11"
printf 'handler 0\nunhandler 0\npanic\ncold\nopen\n' >"$dir/void"
for profile in linux-7.0 linux-7.2 linux-7.3 reference; do
	lfb 0 run --strict --profile $profile "$dir/void"
done
printf 'panic\nopen\n' >"$dir/dead"
lfb 1 run --strict "$dir/dead"
prints err 'open: expected = 0, got nothing: the kernel is dead'
for scenario in "$examples"/*.lfb; do
	lfb 0 run --strict "$scenario"
done

# A dead kernel stays dead until the power is cycled.
printf 'open\npanic\nopen\ncold\nopen = 0\n' >"$dir/dead"
lfb 0 run --golden "$dir/dead"
printf '== boot cold\n> open = 0\n> panic\n== panic\n> cold\n== boot cold\n> open = 0\n== end\n' \
	>"$dir/expected"
same "$dir/out" "$dir/expected"
lfb 0 run "$dir/dead"
prints out '== panic: '
printf 'panic\nopen = 0\n' >"$dir/dead"
lfb 1 run --golden "$dir/dead"
prints err "$dir/dead:2: open: expected = 0, got nothing: the kernel is dead"

# Another kernel takes over.
printf 'open\nsession a\nreboot into rfc-v6 = 0\nopen\n' >"$dir/cross"
lfb 0 run "$dir/cross"
prints out 'from=reference to=rfc-v6'

# Injected faults.
printf 'handler 0\nfault alloc 1\nopen = -12\nopen = 0\nfault off\n' >"$dir/fault"
lfb 0 run --golden "$dir/fault"
prints out '> fault alloc 1'

finish
