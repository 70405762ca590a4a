#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Findings that are searched for: lfb exhaust --module, lfb zoo --search, and what is printed of
# them made short: lfb shrink --finds, lfb sweep --shrink.

set -eu
. "$(dirname "$0")/cli_common.sh"
zoo=$LFB_SOURCE_DIR/tests/zoo

# A module with a mistake: the shortest sequence, as a scenario that shows it again.
lfb 1 exhaust --length 3 --module "$zoo/file-left-behind.lfb"
silent err
prints out '21 sequences tried'
prints out '# LFB-FILE-LEFT-BEHIND (error)'
cp "$dir/out" "$dir/found.lfb"
lfb 1 run --findings "$dir/found.lfb"
prints out 'LFB-FILE-LEFT-BEHIND'
lfb 0 exhaust --length 3 --module "$zoo/file-left-behind.fixed.lfb"
prints out 'nothing found'

# One that is named, of any severity, and no further.
lfb 0 exhaust --length 3 --module "$zoo/file-discarded-write.lfb"
lfb 1 exhaust --finds LFB-FILE-DISCARDED-WRITE --module - <"$zoo/file-discarded-write.lfb"
prints out '24 sequences of up to 3 operations'
lfb 0 exhaust --length 2 --finds LFB-MEM-OVERRUN --module "$zoo/file-left-behind.lfb"

# Kernels that lack something, or not.
lfb 0 exhaust --length 3 --module "$zoo/file-left-behind.fixed.lfb"
prints out '137 sequences of up to 3 operations: nothing found'
lfb 0 exhaust --length 3 --without off --without links --without again --without plain \
	--module "$zoo/file-left-behind.fixed.lfb"
prints out '123 sequences of up to 3 operations: nothing found'
lfb 2 exhaust --without nothing --module "$zoo/file-left-behind.fixed.lfb"
prints err 'expected again, off, links, plain or twice'

# A mistake that only other links show, in kernels that count links, and its twin.
link=$LFB_SOURCE_DIR/tests/data/search/finish-needs-link
links="--quirk +FLB_LINKS_COUNT_NOT_FILES"
# 82 000 sequences are many with sanitizers, where this is left to the other builds.
case ${CFLAGS-} in
*-fsanitize=*) ;;
*)
	# shellcheck disable=SC2086 # an option and its value
	lfb 1 exhaust $links --finds LFB-MEM-WILD-POINTER --without off --without again \
		--without plain --module "$link.bad.lfb"
	prints out '81915 sequences of up to 6 operations: 1 finding'
	# shellcheck disable=SC2086
	lfb 0 exhaust $links --length 5 --module "$link.good.lfb"
	prints out 'nothing found'
	;;
esac

# What the search does with a file that was retrieved.
cat >"$dir/again.lfb" <<'END'
handler 0
open
session a
preserve a 7 0 1
reboot
handler 0
open
rsession a
session b
again b 7 2 = -9
retrieve a 7 as 2
finish a
again b 7 2 = 0
again b 7 2 = -17
reboot
handler 0
open
rsession b
retrieve b 7
finish b
END
lfb 0 run "$dir/again.lfb"

# As many threads as one likes.
lfb 1 exhaust --length 4 --jobs 1 --module "$zoo/file-left-behind.lfb"
cp "$dir/out" "$dir/one"
lfb 1 exhaust --length 4 --jobs 5 --module "$zoo/file-left-behind.lfb"
cmp "$dir/out" "$dir/one" || fail '--jobs 5 finds something else than --jobs 1'

# Another machine: freed memory that is touched, and a module that cannot be unloaded.
printf 'when h 0 preserve kmalloc a 64\nwhen h 0 preserve kfree a\nwhen h 0 preserve read a 0\n' \
	>"$dir/freed.lfb"
lfb 0 exhaust --length 2 --checks off --module "$dir/freed.lfb"
lfb 1 exhaust --length 2 --module "$dir/freed.lfb"
lfb 1 exhaust --length 2 --checks guard --module "$dir/freed.lfb"
prints out 'LFB-MEM-USE-AFTER-FREE (fatal)'
lfb 1 exhaust --length 1 --profile rfc-v6 --quirk -all --module "$zoo/module-left-registered.lfb"
prints out 'rmmod'

lfb 2 exhaust --module "$zoo/file-left-behind.lfb" --finds LFB-NO-SUCH
lfb 2 exhaust --module "$zoo/file-left-behind.lfb" --defects
lfb 2 exhaust --module "$zoo/file-left-behind.lfb" --with races
lfb 2 exhaust --finds LFB-MEM-OVERRUN
lfb 2 exhaust --checks guard
lfb 1 exhaust --module "$dir/none.lfb"
printf 'when h 2 preserve warn\n' >"$dir/other.lfb"
lfb 2 exhaust --module "$dir/other.lfb"
prints err 'other.lfb:1: when h 2 preserve warn'

# The zoo without its operations.
lfb 0 zoo --search flb-left-behind file-preserve-not-undone quirk-FILE_INCOMING_OPS_ON_OUTGOING \
	kernel-bug
prints out 'by search, length 2,       5 sequences  twin clean'
prints out 'by sweep  twin clean'
prints out 'by model, length 2'
prints out 'not on its own: the mistake is in the operations'
prints out '3 of 4 found on their own, 2 of 2 twins clean'

# What raises a finding, and no more.
sed 's/^open/handler 7\nopen\nsession other/' "$zoo/flb-left-behind-2.lfb" >"$dir/long.lfb"
lfb 0 shrink --finds LFB-FLB-LEFT-BEHIND "$dir/long.lfb"
prints out '# finds: LFB-FLB-LEFT-BEHIND'
cp "$dir/out" "$dir/short.lfb"
[ "$(wc -l <"$dir/short.lfb")" -eq 13 ] || fail "13 lines expected: $(cat "$dir/short.lfb")"
lfb 1 run --findings "$dir/short.lfb"
prints out 'LFB-FLB-LEFT-BEHIND'
lfb 0 shrink --finds lfb-mem-use-after-free --checks guard "$zoo/mem-use-after-free.lfb"
prints out 'do read a 0'
lfb 1 shrink --finds LFB-MEM-OVERRUN "$dir/long.lfb"
prints err 'does not show it'
lfb 2 shrink --finds LFB-NO-SUCH "$dir/long.lfb"
lfb 2 shrink --finds LFB-MEM-OVERRUN --finds LFB-MEM-BAD-FREE "$dir/long.lfb"

# A sweep's first violation: what is printed replays it.
sed 's/^open/handler 7\nopen\nsession other/' "$zoo/file-preserve-not-undone.lfb" >"$dir/swept.lfb"
lfb 1 sweep --quiet --shrink "$dir/swept.lfb"
prints out '# replay: lfb sweep --case '
sed -n '/^# replay: /,$p' "$dir/out" >"$dir/shrunk.lfb"
checks=$((checks + 1))
grep -q 'other\|handler 7' "$dir/shrunk.lfb" && fail "it could be shorter: $(cat "$dir/shrunk.lfb")"
case=$(sed -n 's/^# replay: lfb sweep --case \(.*\) THIS$/\1/p' "$dir/shrunk.lfb")
lfb 1 sweep --quiet --case "$case" "$dir/shrunk.lfb"
prints out 'LFB-FILE-PRESERVE-NOT-UNDONE'
lfb 0 sweep --shrink "$zoo/file-preserve-not-undone.fixed.lfb"
lfb 2 sweep --shrink --case "$case" "$dir/shrunk.lfb"

finish
