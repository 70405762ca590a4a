#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb matrix: what it prints is what docs/kernels.md says, for every ordered pair and triple of
# kernels.

set -eu
. "$(dirname "$0")/cli_common.sh"

document=$LFB_SOURCE_DIR/docs/kernels.md

# documented COMMAND: what the document says COMMAND prints
documented() {
	awk -v begin="<!-- $1 -->" '
		$0 == "<!-- end -->" { inside = 0 }
		inside
		$0 == begin { inside = 1 }' "$document"
}

# cells: the outcomes in the tables of the last command
cells() {
	grep -oE '\| (works|lost|fresh|disabled|EIO|panic|unsent|-) ' "$dir/out" | wc -l
}

lfb 0 profiles
profiles=0
for profile in rfc-v6 linux-7.0 linux-7.2 linux-7.3 reference; do
	prints out "$profile"
	profiles=$((profiles + 1))
done
pairs=$((profiles * profiles))
triples=$((pairs * profiles))

# The document is the tool's output, whatever the day and the run.
lfb 0 matrix
silent err
documented 'lfb matrix' >"$dir/documented"
same "$dir/out" "$dir/documented"
tail -n 1 "$dir/out" | tee "$dir/last"
[ "$(sed 's/^\([0-9]*\) .*/\1/' "$dir/last")" -eq $pairs ] || fail "not $pairs pairs"
kinds=$(grep -c '^| `[a-z-]*` | .* | [0-9]* / ' "$dir/out")
[ "$(sed 's/.*: \([0-9]*\) runs\.$/\1/' "$dir/last")" -eq $((pairs * kinds)) ] ||
	fail "not $kinds runs of each pair"
# Each table has a word for each pair; each reason begins with one.
tables=$(grep -c '^| from |' "$dir/out")
reasons=$(sed -n '/^| outcome/,$p' "$dir/out" | grep -cE '^\| [a-zA-Z]+ \| `')
checks=$((checks + 3))
[ "$(cells)" -eq $((tables * pairs + reasons)) ] || fail "$(cells) words in $tables tables"

lfb 0 matrix --chains
silent err
documented 'lfb matrix --chains' >"$dir/documented"
same "$dir/out" "$dir/documented"
tail -n 1 "$dir/out" | tee "$dir/last"
[ "$(sed 's/^\([0-9]*\) .*/\1/' "$dir/last")" -eq $triples ] || fail "not $triples triples"
[ "$(sed 's/.*: \([0-9]*\) runs\.$/\1/' "$dir/last")" -eq $((triples * kinds)) ] ||
	fail "not $kinds runs of each triple"
tables=$(grep -c '^| from |' "$dir/out")
checks=$((checks + 3))
[ "$(cells)" -eq $((tables * (pairs + triples))) ] || fail "$(cells) words in $tables tables"

# The document explains every word that the tables use.
for word in $(grep -oE '\| (works|lost|fresh|disabled|EIO|panic|unsent|-) ' "$dir/out" |
	tr -d '| ' | sort -u); do
	checks=$((checks + 1))
	grep -q "^| $word | " "$document" || fail "$document does not explain \"$word\""
done

lfb 2 matrix linux-7.0
prints err 'matrix takes no arguments'
lfb 2 matrix --triples
silent out
lfb 2 matrix --kernel "$dir/nothing.so"
prints err 'expected a kernel image'
lfb 2 matrix --kernel "$document"
prints err 'expected a kernel image'

finish
