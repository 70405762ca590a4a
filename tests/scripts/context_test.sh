#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Of each function that kernel code calls the kernel-doc says its context: may it sleep, which locks
# does it take, whose callbacks does it run. In LUO's and KHO's headers each says it, elsewhere it
# may be said of all in a header.

set -eu
. "$(dirname "$0")/cli_common.sh"
[ -z "$sanitized" ] || exit 77 # the headers are the same

own='liveupdate kexec_handover kho_block kho_radix_tree'
shared='mm slab vmalloc lock shmem user'

# without EACH HEADER: functions whose comment, or else that of the header, lacks it
without() {
	awk -v each="$1" '
		/Context, for all functions here:/ { for_all = 1 }
		/^\/\*\*/ { said = 0 }
		/^ \* Context: / { said = 1 }
		/^LFB_API/ && !said && (each || !for_all) { print FILENAME ":" FNR ": " $0 }
		/^LFB_API/ { said = 0 }' "$2"
}

# vague HEADER: functions of which it says neither
vague() {
	awk '
		/^ \* Context: / { inside = 1; text = "" }
		/^ \* (Return:|$)|^ \*\// { inside = 0 }
		inside { text = text " " $0 }
		/^LFB_API/ && text !~ /sleep|[Tt]akes|lock|as kho_|retrieve/ {
			print FILENAME ":" FNR ": " $0
		}' "$1"
}

cd "$LFB_SOURCE_DIR/include/luo"
for header in $own; do
	checks=$((checks + $(grep -c '^LFB_API' "$header.h")))
	without 1 "$header.h" >"$dir/out"
	vague "$header.h" >>"$dir/out"
	silent out
done
for header in $shared; do
	checks=$((checks + 1))
	without 0 "$header.h" >"$dir/out"
	silent out
done

# Mutants: a function without, and one of which it says nothing.
sed '/^ \* Context: any, also/d' kexec_handover.h >"$dir/mutant.h"
without 1 "$dir/mutant.h" >"$dir/out"
prints out kho_is_enabled
sed 's/^ \* Context: any, also.*/ * Context: any phase./' kexec_handover.h >"$dir/mutant.h"
vague "$dir/mutant.h" >"$dir/out"
prints out kho_is_enabled
sed '/Context, for all/d' slab.h >"$dir/mutant.h"
without 0 "$dir/mutant.h" >"$dir/out"
prints out kfree
finish
