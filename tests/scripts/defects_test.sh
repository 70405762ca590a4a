#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The scenarios in examples/defects show their defect with it and not without, and docs/defects.md
# shows what they print. LFB_UPDATE=1 writes that anew.

set -eu
. "$(dirname "$0")/cli_common.sh"

# shorten: of a long run of lines that differ in numbers only, the first and the last
shorten() {
	awk '
		function end_run() {
			if (run > 3)
				print "  (" run - 2 " more of these)"
			else if (run == 3)
				print middle
			if (run > 1)
				print last
		}
		{ kind = $0; gsub(/[0-9]+/, "N", kind) }
		kind == kind_before { run++; middle = last; last = $0; next }
		{ end_run(); kind_before = kind; run = 1; print }
		END { end_run() }'
}

# side_by_side LEFT RIGHT: as a block of markdown
side_by_side() {
	echo '```'
	shorten <"$1" >"$dir/left"
	shorten <"$2" >"$dir/right"
	diff --side-by-side --expand-tabs --width=90 "$dir/left" "$dir/right" | sed 's/ *$//'
	echo '```'
}

# defect STATUS NAME [QUIRK [OPTION…]]: STATUS is how linux-7.3 ends, in a machine with these
# options; the quirk is the name, if it is "" or not given
defect() {
	ends=$1
	name=$2
	quirk=${3:-$(echo "$2" | tr '[:lower:]' '[:upper:]')}
	shift 2
	[ $# -eq 0 ] || shift
	scenario=examples/defects/$name.lfb
	lfb "$ends" run --golden --profile linux-7.3 "$@" "$scenario"
	cp "$dir/out" "$dir/shipped"
	cp "$dir/err" "$dir/shipped.err"
	lfb 0 run --golden --profile reference "$@" "$scenario"
	cp "$dir/out" "$dir/mended"
	silent err
	# It is this defect, and no other, that makes the difference.
	lfb 0 run --golden --profile linux-7.3 --quirk "-$quirk" "$@" "$scenario"
	same "$dir/out" "$dir/mended"
	lfb "$ends" run --golden --profile reference --quirk "+$quirk" "$@" "$scenario"
	same "$dir/out" "$dir/shipped"
	side_by_side "$dir/shipped" "$dir/mended" >"$dir/both"
	documented defects.md "$name" "$dir/both"
	# What a review links to: the command as it stands there, and the picture.
	grep -q "^.lfb run --story --profile linux-7.3 ${*:+$* }$scenario. " docs/defects.md ||
		fail "docs/defects.md does not say how $name is told"
	checks=$((checks + 1))
	lfb "$ends" run --story --profile linux-7.3 "$@" "$scenario"
	lfb "$ends" trace --format svg --profile linux-7.3 "$@" "$scenario"
	[ "${LFB_UPDATE:-0}" = 0 ] || cp "$dir/out" "docs/defects/$name.svg"
	same "$dir/out" "docs/defects/$name.svg"
}

cd "$LFB_SOURCE_DIR"
defect 0 flb_finish_needs_get
silent shipped.err
defect 0 flb_unregister_while_preserved
silent shipped.err
defect 0 flb_link_unregistered_handler
silent shipped.err
defect 0 flb_link_while_preserved
silent shipped.err
defect 0 flb_count_saturates
silent shipped.err
defect 0 kho_vmalloc_rollback_order
silent shipped.err
defect 0 kho_restore_pages_numa "" --node 0:3M,1:61M
silent shipped.err
defect 0 session_retrieve_efault SESSION_RETRIEVE_EFAULT_FINISHES
silent shipped.err
defect 0 file_entry_lost FILE_ENTRY_LOST_ON_ENOMEM
silent shipped.err
defect 1 session_duplicate_leaves_empty_block
# Where the block lies is an accident.
{
	echo '```'
	sed 's/ at 0x[0-9a-f]*:/ at ADDRESS:/' "$dir/shipped.err"
	echo '```'
} >"$dir/panic"
documented defects.md panic "$dir/panic"
[ "$(find examples/defects -name '*.lfb' | wc -l)" -eq 10 ] || fail "a scenario is not shown"

# The way round the first.
sed '/^reboot/,/^open/s/^open/getin 0\n&/' examples/defects/flb_finish_needs_get.lfb \
	>"$dir/way-round"
lfb 0 run --golden --profile linux-7.3 "$dir/way-round"
prints out 'flb0.finish obj=2000'
finish
