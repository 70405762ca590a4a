#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb profiles, and lfb run --quirk with every name, on every profile, both ways.

set -eu
. "$(dirname "$0")/cli_common.sh"

lfb 0 profiles
silent err
prints out 'rfc-v6     luo-v1/luo-session-v1  kho-v1   '
prints out 'linux-7.0  luo-v1/luo-session-v2  kho-v1   '
prints out 'linux-7.2  luo-v5                 kho-v4   '
prints out 'linux-7.3  luo-v5                 kho-v4   '
prints out 'reference  luo-v5                 kho-v4   '
checks=$((checks + 1))
[ "$(sed -n '/^reference .*(the default)$/p' "$dir/out" | wc -l)" -eq 1 ] ||
	fail "reference is not the default"
checks=$((checks + 1))
! grep -q ' $' "$dir/out" || fail "blanks at the end of a line"

# A line "QUIRK yes/- …", one column a profile, and a line that says what it is.
sed '1,/^quirk /d' "$dir/out" >"$dir/quirks"
sed -n '/^quirk /{s/^quirk *//;p;}' "$dir/out" >"$dir/profiles"
checks=$((checks + 1))
awk '
	FNR % 2 { wrong = wrong || NF != 6 || $6 != "-" }
	FNR % 2 { for (i = 2; i <= 6; i++) wrong = wrong || ($i != "yes" && $i != "-") }
	FNR % 2 == 0 { wrong = wrong || !/^    [a-z]/ }
	END { exit wrong || FNR != 2 * 48 }' "$dir/quirks" ||
	fail "the table of quirks is malformed"

# What a kernel has cannot be given, what it lacks cannot be taken: nothing changes (with sanitizers
# this is not tried). The others change nothing in scenarios that avoid every defect.
cat "$LFB_SOURCE_DIR/examples/scenarios/three-updates.lfb" >"$dir/scenario"
echo cold >>"$dir/scenario"
cat "$LFB_SOURCE_DIR/examples/scenarios/aborted.lfb" >>"$dir/scenario"
column=1
# shellcheck disable=SC2013 # words on purpose
for profile in $(cat "$dir/profiles"); do
	column=$((column + 1))
	lfb 0 run --profile "$profile" "$dir/scenario"
	cp "$dir/out" "$dir/plain"
	for quirk in $(awk -v column="$column" 'FNR % 2 { print $1 "=" $column }' "$dir/quirks"); do
		has=${quirk#*=}
		name=${quirk%=*}
		for sign in + -; do
			case $sanitized$sign$has in 1+yes | 1--) continue ;; esac
			lfb 0 run --profile "$profile" --quirk "$sign$name" "$dir/scenario"
			silent err
			case $sign$has in
			+yes | --) same "$dir/out" "$dir/plain" ;;
			esac
		done
	done
done

# Several at once; the same one twice is one; a name must be all there and spelt as it is.
lfb 0 run --profile linux-7.3 --quirk -FLB_TRUST_SERIALIZED --quirk +FLB_GET_OUTGOING_NULL \
	--quirk -FLB_TRUST_SERIALIZED "$dir/scenario"
for quirk in +FLB -FLB +FLB_TRUST_SERIALIZE -FLB_TRUST_SERIALIZEDX +flb_trust_serialized \
	'+FLB_TRUST_SERIALIZED FLB_' '-FLB_TRUST_SERIALIZED,X' ++FLB_TRUST_SERIALIZED; do
	lfb 2 run --quirk "$quirk" "$dir/scenario"
	prints err 'there is no quirk "'
	silent out
done
finish
