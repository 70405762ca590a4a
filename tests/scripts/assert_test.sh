#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Bugs planted in the code of the simulator: the tool built with one ends with status 99, names the
# line of the assertion that sees it, and finds nothing else.

set -eu
# shellcheck source=tests/scripts/cli_common.sh
. "$LFB_SOURCE_DIR/tests/scripts/cli_common.sh"

: "${LFB_BUILD_DIR:?where the tool was built}"
: "${CC:=cc}"

# Object files of sources that are gone may still lie there.
tool_objects() {
	find "$LFB_BUILD_DIR/CMakeFiles/lfb_tool.dir" -name '*.o' | while read -r object; do
		source=${object##*/lfb_tool.dir/}
		source=${source%.o}
		if [ -f "$LFB_SOURCE_DIR/$source" ] || [ -f "$LFB_BUILD_DIR/$source" ]; then
			echo "$object"
		fi
	done
}

# planted FILE CODE INSTEAD: the tool, with CODE of FILE (once in it) replaced
planted() {
	mkdir -p "$dir/$(dirname "$1")"
	awk -v code="$2" -v instead="$3" '
		(at = index($0, code)) { seen++
			$0 = substr($0, 1, at - 1) instead substr($0, at + length(code)) }
		{ print }
		END { exit seen != 1 }' "$LFB_SOURCE_DIR/$1" >"$dir/$1" ||
		fail "\"$2\" is not once in $1"
	# shellcheck disable=SC2046,SC2086 # several words each
	$CC -std=gnu11 $CFLAGS -I"$LFB_SOURCE_DIR" -I"$LFB_SOURCE_DIR/include" -o "$dir/lfb" \
		"$dir/$1" $(tool_objects) \
		"$LFB_BUILD_DIR/liblfb.a" -lfdt -lcrypto -lpthread \
		$(pkg-config --libs libedit 2>/dev/null || :)
	LFB=$dir/lfb
}

# broken FILE CONDITION: the last command said so, and nothing about anybody else
broken() {
	line=$(grep -nF "LFB_ASSERT($2)" "$LFB_SOURCE_DIR/$1" | cut -d: -f1)
	prints err "lfb: LFB-SIMULATOR-BUG: $1:$line: $2 does not hold"
	prints err "please report it"
	checks=$((checks + 1))
	! grep -E '^LFB-' "$dir/out" | grep -v '^LFB-SIMULATOR-BUG' || fail "somebody is blamed"
}

cat >"$dir/life.lfb" <<'EOF'
handler 0
flb 0 0
open
session s
preserve s 1 0 100
preserve s 2 0 101
close s
EOF

# A count that is not decremented.
planted lib/file.c "session->count--;" ";"
lfb 99 run --findings "$dir/life.lfb"
broken lib/file.c "list_empty(&session->files) == !session->count"
for command in sweep shrink; do
	lfb 99 $command "$dir/life.lfb"
	broken lib/file.c "list_empty(&session->files) == !session->count"
done
lfb 99 zoo
broken lib/file.c "list_empty(&session->files) == !session->count"
lfb 99 exhaust --length 4
lfb 99 matrix

# A list entry that is left.
planted lib/session.c "list_del(&session->list);" ";"
lfb 99 run --findings "$dir/life.lfb"
broken lib/session.c "list_empty(&sessions->list) == !sessions->count"

finish
