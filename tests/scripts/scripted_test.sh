#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The table at the end of examples/scenarios/scripted.lfb: what is found when a line of the module
# is left out. LFB_UPDATE=1 writes it anew.

set -eu
. "$(dirname "$0")/cli_common.sh"
[ -z "$sanitized" ] || exit 77 # what is found does not depend on it
scenario=$LFB_SOURCE_DIR/examples/scenarios/scripted.lfb

# without LINE: what is found first, else which operation answers something else, else nothing
without() {
	sed "${1}d" "$scenario" >"$dir/less"
	"$LFB" run --findings "$dir/less" >"$dir/out" 2>"$dir/err" || :
	found=$(sed -n 's/^\(LFB-[A-Z-]*\) (.*/\1/p' "$dir/out" | sed -n 1p)
	[ -n "$found" ] ||
		found=$(sed -n 's/.*: \([a-z]*\) [^:]*: expected = 0, got = /\1 = /p' "$dir/err")
	checks=$((checks + 1))
}

lfb 0 run --findings "$scenario"
sed '/^# Leave out /,$d' "$scenario" >"$dir/new"
echo '# Leave out this line of the module, and lfb run --findings says that:' >>"$dir/new"
echo '#' >>"$dir/new"
for line in $(grep -n '^when ' "$scenario" | cut -d: -f1); do
	without "$line"
	printf '#   %-48s %s\n' "$(sed -n "${line}{s/ *#.*//;p}" "$scenario")" \
		"${found:-nothing}" >>"$dir/new"
done
[ "${LFB_UPDATE:-0}" = 0 ] || cp "$dir/new" "$scenario"
diff -u --label scripted.lfb --label "what it should be" "$scenario" "$dir/new" ||
	fail "LFB_UPDATE=1 $0 writes the table anew"
# It is about something.
[ "$(grep -c '^#   when .* LFB-' "$scenario")" -gt 15 ] || fail "the table has no findings"
finish
