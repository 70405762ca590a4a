#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# With LFB_KERNEL_TREE: each entry of the zoo and each corrected twin is run by a tree's own
# orchestrator and by the profile of its version. What is found, and where, is the same, but for the
# exceptions that are listed here; docs/tree.md has the reasons.

set -eu
. "$(dirname "$0")/cli_common.sh"

[ -n "${LFB_KERNEL_TREE:-}" ] || {
	echo "no LFB_KERNEL_TREE: no tree's orchestrator is run"
	exit 77
}
image=$dir/tree.so
lfb 0 tree "$LFB_KERNEL_TREE" -o "$image"
profile=linux-$(sed -n 's/^\(VERSION\|PATCHLEVEL\) = //p' "$LFB_KERNEL_TREE/Makefile" | paste -sd.)

# NAME WHAT THE PROFILE ALONE FINDS [/ WHAT THE IMAGE ALONE FINDS]
cat >"$dir/exceptions" <<'END'
file-identity-changed FILE-IDENTITY-CHANGED FILE-IDENTITY-STAYS
file-identity-taken FILE-IDENTITY-TAKEN / KERNEL-WARN
flb-finish-never-reached.fixed FLB-COUNT-SATURATED / KERNEL-WARN
flb-get-not-put-2 FLB-COUNT-TOO-HIGH
flb-get-wrong-phase-2 FLB-COUNT-SATURATED / KERNEL-WARN
flb-left-behind-2.fixed FLB-COUNT-SATURATED / KERNEL-WARN
flb-left-behind-2 FLB-COUNT-SATURATED / KERNEL-WARN
flb-nobody-registered.fixed FLB-COUNT-SATURATED / KERNEL-WARN
flb-obj-not-freed-2.fixed FLB-COUNT-SATURATED / KERNEL-WARN
flb-obj-not-freed-2 FLB-COUNT-SATURATED / KERNEL-WARN
flb-put-without-get FLB-COUNT-SATURATED / KERNEL-WARN
flb-retrieve-not-undone.fixed FLB-COUNT-SATURATED / KERNEL-WARN
flb-retrieve-not-undone FLB-COUNT-SATURATED / KERNEL-WARN
flb-retrieve-refused.fixed FLB-COUNT-SATURATED / KERNEL-WARN
flb-retrieve-refused FLB-COUNT-SATURATED / KERNEL-WARN
flb-self-deadlock FLB-SELF-DEADLOCK / LOCK-DEADLOCK
kernel-bad-answer KERNEL-ANSWER-TAKEN
kho-never-restored.fixed FLB-COUNT-SATURATED / KERNEL-WARN
kho-never-restored FLB-COUNT-SATURATED / KERNEL-WARN
lock-held-across-kexec LOCK-HELD-ACROSS-KEXEC
module-bad-registration MODULE-BAD-REGISTRATION / MEM-WILD-POINTER
module-reference-leaked.fixed FLB-COUNT-SATURATED / KERNEL-WARN
module-reference-leaked FLB-COUNT-SATURATED / KERNEL-WARN
quirk-BOOT_ENOMEM_PANICS SESSION-LOST-AT-BOOT
quirk-CALLBACK_POSITIVE_IS_SUCCESS KERNEL-ANSWER-TAKEN
quirk-FILES_POINTER_ZERO_ACCEPTED SESSION-FILES-MISSING / KERNEL-WARN
quirk-FILE_ENTRY_LOST_ON_ENOMEM FILE-ENTRY-LOST / KERNEL-WARN
quirk-FILE_GET_ID_CHANGES FILE-IDENTITY-CHANGED FILE-IDENTITY-STAYS
quirk-FLB_COUNT_INCLUDES_GETS FLB-COUNT-TOO-HIGH
quirk-FLB_COUNT_SATURATES FLB-COUNT-SATURATED / KERNEL-WARN
quirk-FLB_FAILED_RETRIEVE_LEAKS FLB-COUNT-SATURATED / KERNEL-WARN
quirk-FLB_FINISH_BEFORE_FILE FLB-COUNT-SATURATED / KERNEL-WARN
quirk-FLB_FINISH_NEEDS_GET FLB-COUNT-SATURATED / KERNEL-WARN
quirk-FLB_LINKS_COUNT_NOT_FILES FLB-COUNT-SATURATED / KERNEL-WARN
quirk-FLB_LINK_UNREGISTERED_HANDLER FLB-HANDLER-UNREGISTERED
quirk-FLB_LINK_WHILE_PRESERVED FLB-DROPPED-UNCOUNTED
quirk-FLB_PUT_AFTER_SERIALIZE FLB-COUNT-TOO-HIGH
quirk-FLB_REGISTER_UNCHECKED_HANDLER FLB-HANDLER-UNREGISTERED / MEM-WILD-POINTER
quirk-FLB_RETRIEVE_AFTER_FINISH FLB-COUNT-SATURATED / KERNEL-WARN
quirk-FLB_TRUST_SERIALIZED FLB-SERIALIZED-TRUSTED
quirk-LATE_INIT_LEAKS_FLB_PAGE FLB-PAGE-LEAKED
quirk-SESSION_DUPLICATE_LEAVES_EMPTY_BLOCK SESSION-EMPTY-BLOCK
quirk-SESSION_STUCK_AFTER_FAILED_CLOSE SESSION-STUCK
quirk-SESSION_TRUST_SERIALIZED SESSION-WILD-BLOCK / MEM-WILD-POINTER
END

# found OPTION KERNEL SCENARIO: each finding and its place, sorted
found() {
	"$LFB" run "$1" "$2" --findings "$3" 2>/dev/null |
		sed -n 's/^LFB-\([A-Z0-9-]*\) .*/\1/p; s/^  where:  /  /p' |
		sed 's/, [0-9]* times//' | paste - - | sort
}

# ids OPTION: of the findings that the one list has alone
ids() {
	comm "$1" "$dir/profile" "$dir/image" | cut -f 1 | sort -u | paste -sd' '
}

entries=0
same=0
for entry in "$LFB_SOURCE_DIR"/tests/zoo/*.lfb; do
	name=$(basename "$entry" .lfb)
	case $name in
	file-* | session-* | quirk-FILE_* | quirk-SESSION_*) ;;
	*) [ -z "$sanitized" ] || continue ;;
	esac
	entries=$((entries + 1))
	found --profile "$profile" "$entry" >"$dir/profile" || :
	found --kernel "$image" "$entry" >"$dir/image" || :
	less=$(ids -23)
	more=$(ids -13)
	is="$name${less:+ $less}${more:+ / $more}"
	checks=$((checks + 1))
	if [ "$is" = "$name" ]; then
		same=$((same + 1))
		! grep -q "^$name " "$dir/exceptions" || fail "$name is no exception any more"
	else
		grep -qxF "$is" "$dir/exceptions" || fail "$is"
	fi
done
echo "$entries entries and twins of the zoo, $same the same with $profile and its tree"
finish
