#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# docs/index-of-checks.md lists what the tool can say, all of it, with links that lead somewhere.
# LFB_UPDATE=1 writes the lists anew.

set -eu
. "$(dirname "$0")/cli_common.sh"
[ -z "$sanitized" ] || exit 77 # it is about the page
cd "$LFB_SOURCE_DIR"
page=docs/index-of-checks.md

# quirks: of each the kernels that have it, in words of "lfb profiles"
quirks() {
	echo '| quirk | kernels | meaning |'
	echo '|---|---|---|'
	awk '
		$1 == "quirk" {
			columns = NF
			for (i = 2; i <= NF; i++)
				kernel[i] = $i
			next
		}
		!columns { next }
		/^ / {
			sub(/^ */, "")
			printf "| [%s](../tests/zoo/quirk-%s.lfb)", quirk, quirk
			printf " | %s | %s |\n", has, $0
			next
		}
		{
			quirk = $1
			has = ""
			for (i = 2; i <= columns; i++)
				if ($i == "yes")
					has = has (has ? ", " : "") kernel[i]
		}' "$1"
}

lfb 0 explain --markdown
sed 's/](LFB-/](findings&/; s/](findings](/](findings\//' "$dir/out" >"$dir/findings"
documented index-of-checks.md findings "$dir/findings"
lfb 0 check --list --markdown
sed 's/^| \(`[^`]*`\) /| [\1](check.md#the-checks) /' "$dir/out" >"$dir/checks"
documented index-of-checks.md checks "$dir/checks"
lfb 0 profiles
quirks "$dir/out" >"$dir/quirks"
documented index-of-checks.md quirks "$dir/quirks"

# None is left out: as many as the lists for people have.
rows() {
	sed -n "/^<!-- generated: $1 -->/,/^<!-- end: $1 -->/p" $page | grep -c '^| \['
}
lfb 0 explain
[ "$(rows findings)" -eq "$(wc -l <"$dir/out")" ] || fail "not all findings are there"
lfb 0 check --list
[ "$(rows checks)" -eq "$(wc -l <"$dir/out")" ] || fail "not all checks are there"
lfb 0 profiles
[ "$(rows quirks)" -eq "$(grep -c '^[A-Z][A-Z_]* ' "$dir/out")" ] || fail "not all quirks are there"
for link in $(grep -o '](\([^)#]*\)' $page | cut -c 3- | sort -u); do
	checks=$((checks + 1))
	[ -e "docs/$link" ] || fail "there is no docs/$link"
done
# A stale one is seen.
mkdir -p "$dir/tree/docs"
sed '/^| \[LFB-FLB-GET-NOT-PUT\]/d' $page >"$dir/tree/$page"
checks=$((checks + 1))
! (
	LFB_SOURCE_DIR=$dir/tree LFB_UPDATE=0 failures=0
	documented index-of-checks.md findings "$dir/findings" >"$dir/noise" 2>&1
	exit $failures
) || fail "a stale page is not seen"
finish
