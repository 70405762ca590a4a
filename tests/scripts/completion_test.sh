#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Completion, in bash: what is offered is what the tool takes, and all of it.

set -eu
. "$(dirname "$0")/cli_common.sh"
[ -z "$sanitized" ] || exit 77 # a command each: enough where that is fast
command -v bash >/dev/null || exit 77

cat >"$dir/ask" <<'END'
. "$LFB_SOURCE_DIR/docs/completion/lfb.bash"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_lfb "$1"
printf '%s\n' "${COMPREPLY[@]}" | sed '/^$/d' | sort -u
END

# offered WORDS...: for the last of them, to $dir/out
offered() {
	checks=$((checks + 1))
	(cd "$dir/work" && bash "$dir/ask" "$LFB" "$@") >"$dir/out" 2>"$dir/err" ||
		fail "completing $* failed"
	silent err
}

# is EXPECTED...: that and nothing else
is() {
	printf '%s\n' "$@" | sed '/^$/d' | sort -u >"$dir/expected"
	diff -u "$dir/expected" "$dir/out" >&2 || fail "something else was offered"
}

mkdir "$dir/work" "$dir/work/folder"
touch "$dir/work/one.lfb" "$dir/work/two words.lfb"
commands=$("$LFB" --help | awk '/^  [a-z]/ { print $1 }')
profiles='linux-7.0 linux-7.2 linux-7.3 reference rfc-v6'
files='folder
one.lfb
two words.lfb'

# shellcheck disable=SC2086 # lists of words
{
	offered ''
	is $commands --help --version
	offered co
	is compare convert
	offered help sw
	is sweep
	offered run --profile ''
	is $profiles
	offered run --profile = linux-7.
	is linux-7.0 linux-7.2 linux-7.3
	offered compare --like r
	is reference rfc-v6
}
offered run ''
is "$files"
offered run tw
is 'two words.lfb'
offered run '(' tw
is 'two words.lfb'
offered edit -o on
is one.lfb
offered run --junit o
is one.lfb
offered convert one.lfb linux-7.0 ''
grep -qx one.lfb "$dir/out" || fail "no file is offered to convert"
offered explain LFB-FLB-GET-N
is LFB-FLB-GET-NOT-PUT LFB-FLB-GET-NULL
offered explain ''
[ "$(wc -l <"$dir/out")" = "$("$LFB" explain | wc -l)" ] || fail "not all findings are offered"
offered check --only ''
[ "$(wc -l <"$dir/out")" = "$("$LFB" check --list | wc -l)" ] || fail "not all checks are offered"
offered run --quirk -FLB_GET_U
is -FLB_GET_UNCOUNTED

# Every option of every command is offered, and it is one.
for command in $commands; do
	offered "$command" --
	"$LFB" help "$command" | grep -oE '^  (-[a-z], )?--[a-z-]+' | grep -oE -e '--[a-z-]+' |
		while read -r option; do
			grep -qxF -e "$option" "$dir/out" || echo "$option"
		done >"$dir/missing"
	[ ! -s "$dir/missing" ] || fail "lfb $command: not offered: $(cat "$dir/missing")"
done

# Words that an option takes: each is taken, and those of which the tool says so are all there.
words() {
	option=$1
	command=$2
	shift 2
	offered "$command" "$option" ''
	is "$@"
	for word; do
		"$LFB" "$command" "$option" "$word" >"$dir/said" 2>&1 || :
		! grep -qF -e "$option $word" "$dir/said" || fail "not taken: $(cat "$dir/said")"
	done
}
words --checks run on off guard
words --memory-map run high low
words --mode run remap fixed
words --pages run buddy ascending
words --reading boot kernel strict
words --points explore calls accesses
words --digest edit mend keep break
offered exhaust --without ''
is again off links plain twice
offered exhaust --with ''
is locked unregistered names many missing faults halves damage races modules no-file identities \
	lost all
offered sweep --kinds f
is fdt file-can-finish file-freeze file-preserve file-retrieve flb-preserve flb-retrieve
offered run --memory ''
is ''
finish
