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
