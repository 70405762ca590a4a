#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb run --agent and lfb boot --agent: what a real kernel answered to an agent, line by line, and
# the language itself (docs/agent.md).

set -eu
. "$(dirname "$0")/cli_common.sh"

# The example is what the page says it is.
block() {
	awk -v want="$1" '
		/^```/ && inside { exit }
		/^\$ / { inside = index($0, want) > 0; next }
		inside && NF { print }' "$LFB_SOURCE_DIR/docs/agent.md"
}
block 'cat update.txt' >"$dir/update.txt"
block 'lfb run --agent' >"$dir/expected"
lfb 0 run --agent --profile linux-7.3 "$dir/update.txt"
silent err
same "$dir/out" "$dir/expected"
lfb 0 run --agent --findings --profile linux-7.3 "$dir/update.txt"
silent out err

# Told, it is the same update; blank lines are left out by block().
(
	cd "$dir"
	block 'cat twice.txt' >twice.txt
	"$LFB" run --story --agent twice.txt >out
)
block 'lfb run --story' >"$dir/expected-story"
grep . "$dir/out" >"$dir/story"
same "$dir/story" "$dir/expected-story"
cat >"$dir/odd.txt" <<'END'
open D
  create D vm S
# nothing

say nobody  asks = for it
create D vm T
getname S
ro getname S
preserve S #0 7
reboot!
open D
reboot
finish S
END
lfb 0 run --story --agent "$dir/odd.txt"
silent err
prints out '  agent   makes session "vm", S'
prints out '  test    remark: nobody  asks = for it'
prints out '  agent   makes session "vm", T = -EEXIST (session vm exists already)'
prints out '  agent   asks for the name of session S (name=vm)'
prints out '  agent   in memory that cannot be written to: getname S = -EFAULT (ioctl'
prints out '  agent   preserves file #0 in session S, as token 7 = -ENOENT (no handler takes'
prints out '  agent   calls reboot(kexec) = -EINVAL (no image is loaded)'
prints out '1 finding in 11 operations'
lfb 0 run --story --agent --save-blob "$dir/odd.blob" "$dir/odd.txt"
printf 'open D\nrsession D vm S\n' >"$dir/next.txt"
lfb 0 boot --story --agent "$dir/odd.blob" "$dir/next.txt"
prints out '  agent   takes session "vm" over, S'
lfb 2 run --story --agent --findings "$dir/odd.txt"
echo 'shut D' >>"$dir/next.txt"
lfb 1 run --story --agent "$dir/next.txt"
prints err 'no such operation'
for name in "$LFB_TEST_DATA"/golden/real/answers/*.txt; do
	# Two of them have the kernel die of SESSION_DUPLICATE_LEAVES_EMPTY_BLOCK.
	case $name in
	*/[ds]5.txt) lfb 1 run --story --agent --profile linux-7.3 "$name" ;;
	*) lfb 0 run --story --agent --profile linux-7.3 "$name" ;;
	esac
	prints out 'Try: lfb '
done

# What is found is told as of scenarios: in words, for programs, and as a test that failed.
printf '%s\n' 'open D' 'create D vm S' 'file m memfd 8192 1 7' 'preserve S m 0x11' 'reboot!' \
	'open D' 'say nobody asks for it' 'reboot!' 'open D' >"$dir/lost.txt"
lfb 1 run --agent --findings --profile linux-7.3 "$dir/lost.txt"
prints out 'LFB-SESSION-NEVER-FINISHED (error): '
prints out 'object: session vm'
lfb 1 run --agent --findings --json --profile linux-7.3 "$dir/lost.txt"
silent err
fits run
prints out '"id": "LFB-SESSION-NEVER-FINISHED"'
lfb 1 run --agent --findings --junit "$dir/junit" --profile linux-7.3 "$dir/lost.txt"
prints junit 'tests="1" failures="1"'
prints junit 'LFB-SESSION-NEVER-FINISHED'
lfb 0 run --agent --findings --junit "$dir/junit" --profile linux-7.3 "$dir/update.txt"
prints junit 'tests="1" failures="0"'
lfb 0 run --agent --findings --json --profile linux-7.3 "$dir/update.txt"
prints out '"findings": []'

# refused WHAT LINE: nothing is done, and the line is named.
refused() {
	printf 'open D\n%s\n' "$2" >"$dir/bad.txt"
	lfb 1 run --agent "$dir/bad.txt"
	silent out
	grep -qF "$dir/bad.txt:2: $2: $1" "$dir/err" || fail "$2: $(cat "$dir/err")"
	checks=$((checks + 1))
}
refused 'no such operation' 'shut D'
refused 'arguments are missing' 'open'
refused 'too many arguments' 'open D E'
refused '"ro" goes with requests only' 'ro open D'
refused 'what is to be read-only?' 'ro'
refused 'a number is expected' 'preserve S m one'
refused 'pages are expected, as 0,3 or -' 'file m memfd 4096 0,'
refused 'fd=V or N=B is expected' 'raw D 0 72 72 8=256'
refused 'too many arguments' 'raw D 0 72 72 1=1 1=1 1=1 1=1 1=1 1=1 1=1 1=1 1=1 1=1 1=1 1=1'
refused 'a word of more than 64 characters' \
	'open DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD'

# What a request says it is and what there is of it: behind its end memory ends.
cat >"$dir/raw.txt" <<'END'
open D
raw D 0 4096 24
raw D 0 72 24
raw D 0 24 24
raw D 0 73 72 8=97
raw D 0 4294967295 72 8=97
raw D 0 72 72 8=97
raw D 0 4096 4096 8=98
raw D 0 4097 4096 8=99
raw D 0 72 4 8=99
raw D 0 72 4
create D vm S
raw S 0x40 24 16 fd=#0 8=1
raw S 0x42 8 4
raw S 0x42 4 4
ro getname S
END
lfb 0 run --agent --profile linux-7.3 "$dir/raw.txt"
sed -n 's/.*[^=]= *//p' "$dir/out" | tr '\n' ' ' >"$dir/got"
echo 'ok -EFAULT -EFAULT -EINVAL -EFAULT -EFAULT ok ok -EFAULT -EINVAL -EFAULT ok -EFAULT' \
	'-EINVAL -EINVAL -EFAULT ' >"$dir/wanted"
tr -d '\n' <"$dir/wanted" | cmp -s - "$dir/got" || fail "raw requests: $(cat "$dir/got")"
checks=$((checks + 1))

# A handover goes through a file: the script's second kernel is another process's first.
sed -n '1,/^reboot!/p' "$dir/update.txt" >"$dir/first.txt"
sed '1,/^reboot!/d' "$dir/update.txt" >"$dir/second.txt"
lfb 0 run --agent --profile linux-7.3 --save-blob "$dir/blob" "$dir/first.txt"
lfb 0 boot --agent --profile linux-7.3 "$dir/blob" "$dir/second.txt"
sed -n '/STAGE 2/,$s/^@@ *[0-9]*/@@/p' "$dir/expected" | grep ' = ' >"$dir/wanted"
sed -n 's/^@@ *[0-9]*/@@/p' "$dir/out" | grep ' = ' >"$dir/got"
same "$dir/got" "$dir/wanted"

"$(dirname "$0")/agent_test.py" "$LFB" "$LFB_TEST_DATA/golden/real" || fail "answers differ"
finish
