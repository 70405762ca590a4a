#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The manual, installed: a page for each command and each public header, of which neither mandoc nor
# man has anything to say; all options are there, all pages and documents that are named exist, and
# all examples run.

set -eu
. "$(dirname "$0")/cli_common.sh"
[ -z "$sanitized" ] || exit 77 # it is the same pages
for program in mandoc groff man; do
	command -v "$program" >/dev/null || {
		echo "there is no $program"
		exit 77
	}
done

cmake --install "$LFB_BUILD_DIR" --prefix "$dir/prefix" >"$dir/log" 2>&1 || fail "$(cat "$dir/log")"
man=$dir/prefix/share/man
documents=$dir/prefix/share/doc/lfb
commands=$("$LFB" --help | awk '/^  [a-z]/ { print $1 }')

# there FILE: in the manual
there() {
	checks=$((checks + 1))
	[ -s "$man/$1" ] || fail "there is no $1"
}

for page in man1/lfb.1 man7/lfb.7 man7/lfb-findings.7; do
	there "$page"
done
for command in $commands; do
	there "man1/lfb-$command.1"
	for section in NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
		grep -qxF ".SH $section" "$man/man1/lfb-$command.1" ||
			fail "lfb-$command(1) has no section $section: see docs/man/examples"
	done
done
for header in "$LFB_SOURCE_DIR"/include/luo/*.h; do
	topic=$(basename "$header" .h | tr _ -)
	[ "$topic" = lfb ] || there "man3/lfb-$topic.3"
done

# Neither has anything to say.
mandoc -T lint "$man"/man*/* >"$dir/out" || :
groff -man -k -ww -z -Tutf8 "$man"/man*/* >>"$dir/out" 2>&1 || :
# what calls groff for each, and takes its time: some of them
man --warnings -l "$man/man1/lfb-run.1" "$man/man3/lfb-machine.3" "$man/man7/lfb.7" \
	2>>"$dir/out" >/dev/null
silent out

# as_text PAGE...: without a word that is parted
as_text() {
	mandoc -T ascii -O width=1000 "$@" | col -b
}

# What is named is there, and what help says is said.
as_text "$man"/man*/* >"$dir/text"
grep -ohE 'lfb(-[a-z-]+)?\([137]\)' "$dir/text" | sort -u >"$dir/named"
while IFS='()' read -r name section; do
	there "man$section/$name.$section"
done <"$dir/named"
grep -ohE 'docs/[A-Za-z0-9_/.-]+\.(md|json)' "$dir/text" | sort -u >"$dir/named"
for command in $commands; do
	"$LFB" help "$command"
done | grep -ohE 'docs/[A-Za-z0-9_/.-]+\.(md|json)' | sort -u >>"$dir/named"
while read -r name; do
	checks=$((checks + 1))
	[ -s "$documents/$name" ] || fail "$name is named, but not installed"
done <"$dir/named"

# unsaid COMMAND PAGE: words of the help that PAGE lacks; its sentences end otherwise
unsaid() {
	"$LFB" help "$1" | tr -s ' \n' '\n\n' | sed 's/…/.../' | sort -u >"$dir/help"
	as_text "$2" | tr -s ' \n' '\n\n' | sort -u >"$dir/words"
	comm -23 "$dir/help" "$dir/words" |
		grep -vE '^(usage:|Exit|status:?|.*[.;,:])$' >"$dir/out" || :
}

for command in $commands; do
	unsaid "$command" "$man/man1/lfb-$command.1"
	silent out
done

# Mutants: a page that lacks an option, and one that a linter has something to say about.
sed '/junit/d' "$man/man1/lfb-run.1" >"$dir/mutant.1"
unsaid run "$dir/mutant.1"
prints out --junit
sed 's/^.SH DESCRIPTION/&\n.PP/' "$man/man1/lfb-run.1" >"$dir/mutant.1"
mandoc -T lint "$dir/mutant.1" >"$dir/out" || :
prints out WARNING

# Each function that programs may call has its page, in one of the names at its beginning.
awk -f "$LFB_SOURCE_DIR/tests/scripts/abi_declared.awk" "$LFB_SOURCE_DIR"/include/luo/*.h |
	grep -E '^(lfb|kho|liveupdate)_' | sort -u >"$dir/declared"
sed -n '/^NAME/,/^SYNOPSIS/p' "$dir/text" | tr -s ' ,' '\n\n' | sort -u |
	comm -23 "$dir/declared" - >"$dir/out"
silent out

# The examples, in the order in which they stand there.
mkdir "$dir/examples"
cd "$dir/examples"
ln -s "$documents/docs" "$documents/examples" .
PATH=$dir/prefix/bin:$PATH
grep -vE '^(#|$|lfb tree|.*--kernel kernel.so)' "$LFB_SOURCE_DIR/docs/man/examples" |
	awk '
		/^\t/ && command != "" {
			print (match($0, /Status [0-9]+/) ? substr($0, RSTART + 7, 1) : 0), command
			command = ""
		}
		/^[^\t[]/ {
			if (command != "")
				print 0, command
			command = $0
		}' >"$dir/commands"
while read -r expected command; do
	status=0
	checks=$((checks + 1))
	sh -c "$command" >"$dir/out" 2>"$dir/err" </dev/null || status=$?
	[ $status = "$expected" ] ||
		fail "docs/man/examples: $command: status $status, not $expected: $(cat "$dir/err")"
done <"$dir/commands"
finish
