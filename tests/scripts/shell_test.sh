#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb shell: from a pipe here, from a terminal in shell_test.py.

set -eu
. "$(dirname "$0")/cli_common.sh"
scenarios=$LFB_SOURCE_DIR/examples/scenarios

# types STATUS [OPTION...]: what standard input says is typed
types() {
	cat >"$dir/typed"
	status_wanted=$1
	shift
	lfb "$status_wanted" shell "$@" <"$dir/typed"
}

# What lines do is what they do in lfb run, in the same words. Its kernels have numbers, too, where
# there are more than two.
lfb 0 run --story "$scenarios/three-updates.lfb"
sed -n '/^KERNEL 0/,/^$/p' "$dir/out" | sed '/^$/d' >"$dir/expected"
types 0 <"$scenarios/three-updates.lfb"
silent err
grep -v -e '^  \[kernel ' -e '^  found: ' "$dir/out" >"$dir/rows"
same "$dir/expected" "$dir/rows"
for scenario in "$scenarios"/*.lfb; do
	types 0 <"$scenario"
	{ cat "$scenario" && echo 'save -'; } >"$dir/saved"
	types 0 <"$dir/saved"
	tail -n "$(wc -l <"$scenario")" "$dir/out" >"$dir/rows"
	same "$scenario" "$dir/rows"
done

# State, behind each line and in full; undo, also of a kexec.
cat >"$dir/update" <<'EOT'
handler 0
flb 0 0
# a comment
open
session vm-1
preserve vm-1 1 0 100
preserve vm-1 2 0 101
reboot
EOT
types 0 <"$dir/update"
prints out '  [kernel 0; "vm-1" 2 files; FLB flb-0-v1 2; pages: 6 saved, 0 waiting]'
prints out '  [kernel 1; FLB flb-0-v1 0 and 2 left; pages: 4 saved, 5 waiting]'
{ cat "$dir/update" && printf 'undo\nstate\nundo\nsave %s\n' "$dir/less"; } >"$dir/undone"
types 0 <"$dir/undone"
prints out 'undone: reboot'
prints out 'kernel   0, reference: runs'
prints out 'session  "vm-1", for the next kernel'
prints out '         token 2 of handler-0-v1'
prints out 'FLB      "flb-0-v1": needed by 2 files'
prints out 'pages    6 saved for the next kernel, 0 of the last one'
prints out 'findings 0'
prints out 'undone: preserve vm-1 2 0 101'
sed -n '1,6p' "$dir/update" >"$dir/expected"
same "$dir/expected" "$dir/less"
{ cat "$dir/update" && printf 'handler 0\nopen\nrsession vm-1\nretrieve vm-1 1\nstate\n'; } |
	types 0
prints out 'session  "vm-1", handed over, taken over by the agent'
prints out '         token 1 of handler-0-v1: a file again'
prints out '         token 2 of handler-0-v1: waits'
prints out 'FLB      "flb-0-v1": needed by 0 files; of what was handed over: 2 left'
prints out '"vm-1" 2 files, 1 waits;'
printf 'undo\n' | types 1
prints err 'lfb: undo: nothing was done yet'

# A kernel that died is there to be looked at, and can be undone.
printf 'when flb 0 preserve null\nhandler 0\nflb 0 0\nopen\nsession a\npreserve a 1 0 1\n' \
	>"$dir/dies"
types 1 <"$dir/dies"
prints err 'lfb: shell:6: '
prints out '[kernel 0: oops;'
{ cat "$dir/dies" && printf 'session b\nwhy\nundo\nundo\nstate\nsession b\n'; } | types 0
prints out 'nothing is done: the kernel is dead; cold switches the machine off and on'
prints out 'preserve a 1 0 1 = the kernel dies, -EFAULT, in kernel 0'
prints out '  in it: preserve of flb-0-v1: does not come back'
prints out 'kernel   0, reference: runs'
prints out '  agent   makes session "b"'
{ cat "$dir/dies" && printf 'session b = 0\n'; } | types 1
prints err 'lfb: nothing is answered: the kernel is dead'
{ cat "$dir/dies" && printf 'fail h 0 freeze -5 1\ncold\nclose x\nwhy\n'; } | types 1
prints out '  because: no session of that name is open'
printf 'open\npanic\n' | types 0

# Why: an errno of the kernel's and of the scenario's, a callback's, an injected one, a finding.
printf 'handler 0\nopen\nsession a\nsession a\nwhy\n' | types 0 --profile linux-7.0
prints out 'session a = -EEXIST, in kernel 0'
prints out '  because: '
prints out '  that kernel: linux-7.0, '
prints out '  the same lines in other kernels: rfc-v6 -EEXIST; linux-7.2 -EEXIST; '
printf 'handler 0\nopen\nsession a\nfail h 0 freeze -16 1\npreserve a 1 0 1\nreboot\nwhy\n' |
	types 0
prints out 'reboot = -EBUSY, in kernel 0'
prints out '  in it: freeze of handler-0-v1: '
printf 'fault alloc 1\nopen\nwhy\n' | types 0
prints out 'in it: made to fail: '
{ cat "$dir/update" && printf 'open\nwhy\nfindings\nwhy LFB-FLB-NOBODY-REGISTERED\n'; } | types 0
prints out '  found: 1; findings says what'
prints out 'lfb explain LFB-FLB-NOBODY-REGISTERED)'
prints out 'LFB-FLB-NOBODY-REGISTERED (error): '
prints out 'if it ended here:'
prints out '# LFB-FLB-NOBODY-REGISTERED'
printf 'why\nfindings\nquit\nnonsense\n' | types 0
prints out 'nothing failed'
prints out 'no findings in 0 operations'
printf 'why LFB-NONE\n' | types 1
prints err 'why: there is no finding "LFB-NONE"'

# An operation that waits inside of others, which may never come.
printf 'handler 0\nopen\nsession a\nat preserve session b = 0\npreserve a 1 0 1\n' | types 0
prints out '  waits until its point is passed'
prints out '[kernel 0; "a" 1 file; "b" 0 files;'
printf 'open\nat preserve session b = 0\nsession c\n' | types 1
prints err 'got nothing: it was never passed'

# What is wrong has its line and column, and is not taken; in a pipe it ends there.
printf '# a comment\n\nopen\nsession\nopen\n' | types 1
prints err 'lfb: shell:4:8: expected '
printf 'opn\n' | types 1
prints err 'lfb: shell:1:1: expected an operation'
printf 'open = -2\n' | types 1
prints err 'lfb: shell:1: open: expected = -2, got = 0'
printf 'when flb 0 preserve data s\n' | types 1
prints err 'lfb: shell:1:26: '
printf '> open = 0\n' | types 1
prints err 'lines of a transcript are not for typing'
printf 'open\000\n' | types 1
prints err 'lfb: shell:1:5: '
printf '%01100d\n' 7 | types 1
prints err 'lfb: shell:1'
printf 'state now\n' | types 1
prints err 'state: there is a word too many'
printf 'save\n' | types 1
prints err 'save: expected the name of a file'
printf 'save %s/none/x\n' "$dir" | types 1
prints err 'cannot be opened for writing'
printf 'help nonsense\n' | types 1
prints err 'help: there is no "nonsense"'
printf 'close a\n' | types 1 --strict
prints err 'expected = 0, got'
printf 'open\r\nsession \033[2J\nstate' | types 0
prints out 'session  "?[2J"'
types 0 </dev/null
lfb 2 shell file
prints err 'takes no arguments'

# Help has all operations, and completion what help has.
printf 'help\n' | types 0
sed -n 's/^\tX([A-Z]*, "\([a-z]*\)", .*/\1/p' "$LFB_SOURCE_DIR/sim/scenario/words.h" |
	sed '/^$/d' >"$dir/verbs"
echo at >>"$dir/verbs"
[ "$(wc -l <"$dir/verbs")" -gt 30 ] || fail "the operations were not found"
while read -r verb; do
	checks=$((checks + 1))
	grep -q "^  $verb " "$dir/out" || fail "help lacks $verb"
done <"$dir/verbs"
printf 'help undo\n' | types 0
prints out '  undo                                    take the last operation back'

find_python
checks=$((checks + 1))
"$python" "$(dirname "$0")/shell_test.py" "$LFB" >"$dir/log" 2>&1 ||
	fail "shell_test.py: $(cat "$dir/log")"

# Blocks are one thing: they run at the last "}", and go with one undo.
cat >"$dir/blocks" <<'EOT'
open
session q
session s
parallel 7x0,1 {
close s
} {
session t
do sleep
}
session u
EOT
lfb 0 run --story "$dir/blocks"
sed -n '/^KERNEL 0/,/^$/p' "$dir/out" | sed '/^$/d' >"$dir/expected"
types 0 <"$dir/blocks"
silent err
grep -v -e '^  \[kernel ' -e '^  found: ' "$dir/out" >"$dir/rows"
same "$dir/expected" "$dir/rows"
{ cat "$dir/blocks" && printf 'undo\nundo\nsave -\n'; } | types 0
prints out 'undone: session u'
prints out 'undone: parallel 7x0,1 {'
tail -n 3 "$dir/out" >"$dir/rows"
head -n 3 "$dir/blocks" >"$dir/expected"
same "$dir/expected" "$dir/rows"
{ cat "$dir/blocks" && printf 'save -\n'; } | types 0
tail -n 10 "$dir/out" >"$dir/rows"
same "$dir/blocks" "$dir/rows"
# A line that makes no sense in a block is refused at once, with its place.
printf 'open\nparallel {\nreboot\n' | types 1
prints err 'shell:3:1: expected an operation that can be done beside others'
printf 'open\nparallel {\nopen\n}\n' | types 1
prints err 'expected "{": a second block'
printf 'parallel x {\n' | types 1
printf 'open\nparallel {\nopen\n} {\nopen\nundo\nsession s\nsave -\n' | types 0
prints out 'undone: the blocks that are open'
printf 'open\nparallel {\nopen\n' | types 1
prints err '"parallel": its last block is open'

finish
