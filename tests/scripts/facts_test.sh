#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# docs/facts.md has every section that is cited anywhere, and a row for every quirk of the tool,
# with the kernels that have it.

set -eu
. "$(dirname "$0")/cli_common.sh"

facts=$LFB_SOURCE_DIR/docs/facts.md
number='[0-9]+(\.[0-9]+)?'
sed -nE "s/^#+ ($number)\.? .*/\1/p" "$facts" >"$dir/sections"
checks=$((checks + 1))
[ "$(sort -u "$dir/sections" | wc -l)" -eq "$(wc -l <"$dir/sections")" ] ||
	fail "a section number stands twice"

# cited FILE: the sections it cites; a citation may run over the end of a line
cited() {
	sed 's/^[ \t]*\*//' "$1" | tr -s ' \t\n' ' ' |
		grep -oE "facts\.md,? (sections? )?$number((,| and)+ $number)*" | grep -oE "$number"
}

grep -rl 'docs/facts\.md' "$LFB_SOURCE_DIR/include" "$LFB_SOURCE_DIR/lib" "$LFB_SOURCE_DIR/sim" \
	"$LFB_SOURCE_DIR/examples" "$LFB_SOURCE_DIR/tests" --include='*.[ch]' >"$dir/citing"
while read -r file; do
	cited "$file" >"$dir/cited" || fail "$file cites docs/facts.md without a section"
	while read -r section; do
		checks=$((checks + 1))
		grep -qxF -e "$section" "$dir/sections" || fail "$file cites section $section"
	done <"$dir/cited"
done <"$dir/citing"
checks=$((checks + 1))
[ "$(wc -l <"$dir/citing")" -ge 20 ] || fail "nobody cites docs/facts.md any more"

# The rows of section 9, as the tool says them.
lfb 0 profiles
awk '/^quirk / { table = 1; next }
	table && NF == 6 && $6 == "-" && $4 == $5 {
		print $1 ($2 == "yes" ? " R" : "") ($3 == "yes" ? " 0" : "") \
			($5 == "yes" ? " 3" : "")
	}' "$dir/out" | sort >"$dir/tool"
# shellcheck disable=SC2016 # backquotes of a table
sed -n '/^## 9/,/^## 10/s/^| `\([A-Z_]*\)` | \([R03 ]*\) |.*/\1 \2/p' "$facts" | sort >"$dir/rows"
same "$dir/tool" "$dir/rows"
finish
