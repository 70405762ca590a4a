#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# docs/facts.md has every section that is cited anywhere, and a row for every quirk of the tool,
# with the kernels that have it. Each fact says how it is known.

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

# unknown FILE: rows, items and paragraphs that do not say how they are known. What ends with a
# colon needs not; where it says so, it does for all that it introduces.
unknown() {
	awk '
	function over() {
		if (text != "" && !covered && text !~ mark && !(kind == "paragraph" && text ~ /:$/))
			print section ": " text
		introduces = kind == "paragraph" && text ~ /:$/ && text ~ mark
		text = kind = ""
	}
	BEGIN {
		facts = "^(1|2|3|4|5|6|7|8(\\.[0-9]+)?|10|12|13)$"
		mark = "\\[(run|read|reported|here)[^]]*\\]|\\((run|read)[^)]*\\)\\.?$"
	}
	/^#/ { over(); section = $2; sub(/\.$/, "", section); covered = 0; next }
	section !~ facts { next }
	/^```/ { over(); code = !code; next }
	code { next }
	/^$/ { over(); covered = introduces; next }
	/^\|/ {
		over()
		if (!row++ || /^\|---/) next
		text = $0; kind = "row"; over(); next
	}
	{ row = 0 }
	/^(- |[0-9]+\. )/ { over(); text = $0; kind = "item"; next }
	kind != "" && /^  / { text = text " " $0; next }
	kind == "paragraph" { text = text " " $0; next }
	{ over(); text = $0; kind = "paragraph" }
	END { over() }' "$1"
}

unknown "$facts" >"$dir/unknown"
checks=$((checks + 1))
[ ! -s "$dir/unknown" ] || fail "how is this known? $(cat "$dir/unknown")"
# It sees each kind of them.
sed 's/ \[[^]]*\]//; s/ ([^)]*)//' "$facts" >"$dir/bare"
unknown "$dir/bare" >"$dir/unknown"
for kind in '[0-9.]+: \| ' '[0-9]+: - ' '[0-9]+: 3\. ' '[0-9]+: [A-Z]'; do
	checks=$((checks + 1))
	grep -qE "^$kind" "$dir/unknown" || fail "\"$kind\" may be unknown"
done

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
