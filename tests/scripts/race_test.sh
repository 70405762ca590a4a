#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Races of modules that say what they touch: lfb explore finds every one of tests/loadable/race.c,
# in its lines, and its line replays it; no twin is accused, whatever compiler made the module.

set -eu

# shellcheck source=tests/scripts/cli_common.sh
. "$(dirname "$0")/cli_common.sh"
source=$LFB_SOURCE_DIR/tests/loadable/race.c
compiler=${CC:-cc}
cd "$dir"

places=true
python3 -c 'import ctypes; ctypes.CDLL("libdw.so.1")' 2>&- || places=false

names=$(sed -n '/races\[\])/,/^};/{ /[{}]/d; s/,/ /g; p }' "$source" | tr -s '\n\t ' ' ')

# tasks NUMBER: two, of which each preserves a file; the numbers of these say what is done
tasks() {
	printf '%s\n' open 'session a' 'session b' 'parallel {' "preserve a 1 race-v1 $1" '} {' \
		"preserve b 1 race-v1 $(($1 + 1))" '}' 'close a' 'close b'
}

# makes COMPILER [OPTION]...
makes() {
	CC=$1
	export CC
	shift
	lfb 0 build --races "$@" "$source" -o race.so
}

# is_in NAME: both places of each race that was found are lines of it that say so
is_in() {
	awk -v name="$1" '
		FNR == NR {
			if (/^static .*[a-z_]+\(/) { split($0, word, /[ (]/); at = word[3] }
			if (/\/\* RACE \*\//) line["race.c:" FNR] = at
			next
		}
		/^LFB-RACE / { races++ }
		/^  (at|other at): / { places++; sub(/.*at: */, ""); good += line[$1] == name }
		END { exit !(races && places == 2 * races && good == places) }' "$source" found
}

all_named() {
	# Sanitizers see to nothing of this.
	bound=1
	[ -z "$sanitized" ] || bound=0
	number=0
	for name in $names; do
		checks=$((checks + 1))
		tasks $number >two.lfb
		lfb 0 explore --bound $bound --module race.so two.lfb
		prints out ': 0 failures'
		# What a kernel does in one step is one, wherever others may act.
		lfb 0 explore --bound $bound --points accesses --module race.so two.lfb
		tasks $((number + 2)) >two.lfb
		lfb 1 explore --bound 0 --module race.so two.lfb
		prints out 'LFB-RACE: '
		! grep '^LFB-' out | grep -v '^LFB-RACE: ' || fail "$name, $CC: more than races"
		sed -n '/^LFB-RACE/,$s/^    lfb run//p' out | head -n 1 >line
		# shellcheck disable=SC2046 # options
		lfb 1 run --findings $(cat line)
		cp out found
		! $places || is_in "$name" || {
			fail "$name, $CC: not in its lines"
			cat found >&2
		}
		number=$((number + 4))
	done
}

makes "env $compiler" -O0
all_named
if [ -z "$sanitized" ]; then
	for other in gcc clang; do
		command -v $other >/dev/null || continue
		# Functions that are the same are not to become one.
		makes $other -O2 $([ $other = clang ] || echo -fno-ipa-icf)
		all_named
	done
fi

# No address is said; whoever goes first.
makes "$compiler"
tasks 2 >two.lfb
lfb 1 run --module race.so --findings two.lfb
prints out 'object: variable counter'
prints out 'task-2 reads 8 bytes that task-1 has written in operation 4, and nothing orders the two'
cp out before
lfb 1 run --module race.so --findings two.lfb
same out before
lfb 1 run --module race.so --findings --schedule random:3 two.lfb
prints out 'LFB-RACE (error)'
tasks 62 >two.lfb
lfb 1 run --module race.so --findings two.lfb
prints out 'object: object kmalloc+0x8'

# One task alone races with nobody, nor does who says nothing.
printf '%s\n' open 'session a' 'preserve a 1 race-v1 2' 'preserve a 2 race-v1 3' 'close a' >one.lfb
lfb 0 run --module race.so --findings one.lfb
tasks 2 >two.lfb
lfb 0 build "$source" -o race.so
lfb 0 run --module race.so --findings two.lfb

# As docs/schedules.md shows it.
page=$LFB_SOURCE_DIR/docs/schedules.md
# block MARK: the block behind that line of the page
block() {
	awk -v mark="$1" '$0 == mark { on = 1; next } on && /^```/ { if (++n == 2) exit; next }
		on && n' "$page"
}
block '<!-- file: pool.c -->' >pool.c
block '<!-- file: two.lfb -->' >two.lfb
lfb 0 build --races pool.c -o pool.so
lfb 1 explore --bound 1 --module pool.so two.lfb
prints out "$(grep '^LFB-RACE: variable queues: ' "$page")"
lfb 1 run --module pool.so --schedule in-order --findings two.lfb
if $places; then
	cp out found
	sed -n '/^LFB-RACE (error)/,/^```/{ /^```/d; p }' "$page" >shown
	same found shown
fi

# What becomes of it is found where accesses are points, and only there; its line does it again.
grep '^sed -i.*WARN_ON' "$page" >watch
sh watch
lfb 0 build --races pool.c -o pool.so
lfb 1 explore --module pool.so two.lfb
prints out 'choices: 1 failure'
lfb 1 explore --bound 1 --points accesses --module pool.so two.lfb
# Which points there are is the compiler's business.
counts() {
	sed 's/[0-9]* schedules/N schedules/; s/[0-9]* choices/N choices/; s/[0-9]*x0/Nx0/'
}
counts <out >found
awk '/^lfb explore.*--points/ { on = 1 } on && /^```/ { if (++n == 3) exit; next } n == 2' \
	"$page" | counts >shown
same found shown
sed -n '/^LFB-KERNEL-WARN/,$s/^    lfb run//p' out >line
# shellcheck disable=SC2046 # options
lfb 1 run --findings $(cat line)
prints out 'what:   queues > 8'
# Whoever says that it does no harm is told.
sed 's/(!queues)/(!data_race(queues))/; s/queues\(--\|++\);/(void)data_race(queues\1);/
	s/queues > 8/data_race(queues) > 8/' pool.c >harmless.c
lfb 0 build --races harmless.c -o pool.so
lfb 0 explore --bound 1 --module pool.so two.lfb
lfb 1 explore --bound 1 --points accesses --module pool.so two.lfb
prints out 'LFB-KERNEL-WARN: function pool_unpreserve: '
prints out 'choices: 1 failure'

grep '^sed -i' "$page" | grep -v WARN_ON >mend
sh mend
lfb 0 build --races pool.c -o pool.so
lfb 0 explore --bound 1 --module pool.so two.lfb
prints out ': 0 failures'
[ -n "$sanitized" ] || lfb 0 explore --points accesses --module pool.so two.lfb

# A compiler makes one kind of checks.
lfb 2 build --races -fsanitize=address "$source" -o race.so
prints err 'goes with no other check'
lfb 2 build --races --no-checks "$source" -o race.so

finish
