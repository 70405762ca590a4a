#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# planted.sh [--there] [NAME...]: plants mistakes in a copy of this tree, one at a time, fuzzes each
# for up to $SECONDS_EACH seconds (60) as "./dev fuzz" does, with -seed=1, and says after how many
# seconds and inputs it was found. All of them, or those that are named. Exits with 1 when one was
# not found. docs/fuzz.md has the table. TARGET=NAME has another target look for it. LAUNCHER=ccache
# saves time. With --there it only sees whether each can be planted.

set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
seconds=${SECONDS_EACH:-60}
work=${TMPDIR:-/tmp}/lfb-planted
there=
[ "${1-}" != --there ] || {
	there=yes
	shift
}
wanted=" $* "
missed=0

# A mistake: NAME TARGET FILE, and in the next line what sed does to it.
mistakes() {
	cat <<'END'
block-count blob lib/codec/v5.c
s/ || block->count > chain->per_block)/)/
block-count-off-by-one blob lib/codec/v5.c
s/block->count > chain->per_block)/block->count > chain->per_block + 1)/
block-not-there blob lib/codec/v5.c
s/if (!block)$/if (0)/
block-circle blob lib/codec/v5.c
s/if (++blocks > LUO_BLOCKS_MAX)/if (0)/
session-not-there blob lib/codec/fdt.c
s/if (!bytes)$/if (0)/
file-not-there blob lib/codec/fdt.c
s/if (!ser)$/if (0)/
luo-tree-not-checked blob lib/codec/fdt.c
s/err = kho__fdt_is_sound(fdt, size, luo, &problem);/err = 0;/
name-not-terminated blob lib/codec/common.c
s/strnlen(field, size);/strnlen(field, size + 1);/
flb-count blob lib/codec/common.c
s/header->count > LUO_FLB_MAX/0/;s/index < LUO_FLB_MAX \&\& //
flb-page-not-there blob lib/codec/common.c
s/if (!header)$/if (0)/
chunk-order blob sim/kernel/kho/map_v1.c
s/if (chunk->order > KHO_MAX_ORDER)/if (0)/
chunk-elements blob sim/kernel/kho/map_v1.c
s/if (chunk->num_elms > ELEMENTS)/if (0)/
chunk-circle blob sim/kernel/kho/map_v1.c
s/if (phys == remembered)/if (0)/
bitmap-not-there blob sim/kernel/kho/map_v1.c
s/if (!bitmap)$/if (0)/
bitmap-misaligned blob sim/kernel/kho/map_v1.c
s/if (element->phys_start % window_size(order))/if (0)/
node-not-there blob sim/kernel/kho/map_v4.c
s/if (!\*node)$/if (0)/
node-twice blob sim/kernel/kho/map_v4.c
s/if (err == -EEXIST)$/if (err == -EEXIST) err = 0; if (0)/
key-of-no-order blob sim/kernel/kho/map_v4.c
s/if (!kho__v4_block(key, &phys, &order))/if (kho__v4_block(key, \&phys, \&order), 0)/
block-behind-memory blob sim/kernel/kho/view.c
s/if (offset + (PAGE_SIZE << order) > room)/if (0)/
root-not-checked blob sim/kernel/kho/root.c
s/int err = kho__fdt_is_sound(fdt, PAGE_SIZE, phys, problem);/int err = 0;/
u64-length blob sim/kernel/kho/fdt.c
s/if (size != sizeof(\*value))/if (0)/
range-cut-off blob sim/handover/blob_load.c
s/if (size > room)$/if (0)/
range-count blob sim/handover/blob_load.c
s,if (blob->nr_ranges > room / LFB_BLOB_RANGE_SIZE),if (0),
scratch-count blob sim/handover/blob_load.c
s/i == LFB_SCRATCH_MAX || //
range-off-memory blob sim/handover/blob_load.c
s/if (!is_area(blob, range->phys, size))/if (0)/
area-order blob sim/handover/payload.c
s/ || memfd->order > KHO_MAX_ORDER) {/) {/
folio-not-there blob sim/handover/payload.c
s/if (!ser || found->folios.count/if (found->folios.count/
tree-size tree sim/kernel/kho/fdt.c
s/if (total > size)$/if (0)/
tree-version tree sim/kernel/kho/fdt.c
s/if (fdt_version(fdt) != VERSION ||.*/if (0)/
tree-block-outside tree sim/kernel/kho/fdt.c
s/!lies_inside(fdt_off_dt_struct(fdt), fdt_size_dt_struct(fdt), total))/0)/
tree-property-length tree sim/kernel/kho/fdt.c
s/ || fdt32_ld((const void \*)payload) > left)/)/
tree-tag-behind tree sim/kernel/kho/fdt.c
s/while (size - at >= FDT_TAGSIZE)/while (1)/
tree-not-checked tree sim/kernel/kho/fdt.c
s/err = fdt_check_full(fdt, fdt_totalsize(fdt));/err = 0;/
tree-sums tree sim/kernel/kho/fdt.c
s/offset <= total \&\& size <= total - offset/offset + size <= total/
left-after-refusal life lib/file.c
s/^\t\tfput(file);$/;/
flbs-left-after-refusal life lib/file.c
s/^\t\tluo_flb_file_unpreserve(luo, draft);$/;/
blocks-not-dropped life lib/file.c
s/luo->profile->codec->drop_file(session);/;/
unfreezes-too-few life lib/session.c
s/luo_file_unfreeze_all(luo, session);$/;/
incoming-files-kept life lib/file_incoming.c
s/luo->profile->codec->free_incoming_files(session->files_phys);/;/
flb-page-kept life lib/flb.c
s/^\tkho_restore_free(phys_to_virt(luo->head.flbs));/;/
refused-and-called blob lib/session.c
s/luo->restore_error = err;/luo->restore_error = err = 0;/
area-chunk-not-there blob sim/handover/payload.c
s/if (!chunk || phys == remembered) {/if (phys == remembered) {/
flb-needed-by-any reader lib/codec/common.c
s/ || record.count > INT32_MAX))/))/
flb-pages reader lib/codec/common.c
s/if (!err \&\& header->pgcnt != LUO_FLB_PGCNT)/if (0)/
flb-twice-neighbours reader lib/codec/common.c
s/for (u64 i = 0; i < index; i++)/for (u64 i = 1; i < index; i++)/
token-cut-off reader lib/codec/common.c
s/\.token = ser->token/.token = (u32)ser->token/
file-total reader lib/codec/v5.c
s/chain.entries != session->count/chain.entries < session->count/
file-count-off-by-one reader lib/codec/fdt.c
s/record.count > codec->file_max/record.count > codec->file_max + 1/
property-longer reader sim/kernel/kho/fdt.c
s/if (size != sizeof(\*value))/if (size < (int)sizeof(*value))/
map-twice reader sim/handover/found.c
s/if (run->address < before->address + lfb__run_size(before))/if (0)/
state-first-page reader sim/handover/found.c
s/at < areas\[i\].size \&\&/at < PAGE_SIZE \&\&/
range-split reader sim/handover/blob_load.c
s/if (range->phys == before_end \&\& range->kind == before->kind)/if (0)/
range-low reader sim/handover/blob_load.c
s/PFN_PHYS(LFB_LOW_PAGES)/PFN_PHYS(LFB_LOW_PAGES \/ 2)/
block-empty reader lib/codec/v5.c
s/if (!block->count || /if (/
convert-token convert lib/codec/common.c
s/ser->token = record->token;/ser->token = record->token \& ~(1ull << 63);/
convert-flb-count convert lib/codec/common.c
s/ser->count = record->count;/ser->count = (u16)record->count;/
convert-number convert sim/handover/convert.c
s/= conversion->found.head.number - 1;/= (u32)conversion->found.head.number - 1;/
written-boots convert sim/handover/capture.c
s/BOOTS_AT, 4, head->boots/BOOTS_AT, 4, (u16)head->boots/
END
}

# Fuzzes $target, and says after how many seconds that ended.
look_for() {
	set --
	program=build/fuzz/tests/fuzz/${target}_fuzzer
	options=$(awk '/^\[/ { inside = $0 == "[libfuzzer]" }
		inside && NF == 3 { print $1 "=" $3 }' "tests/fuzz/$target.options")
	for option in $options; do
		case $option in
		dict=*) set -- "$@" "-dict=tests/fuzz/${option#dict=}" ;;
		*) set -- "$@" "-$option" ;;
		esac
	done
	corpus=$(mktemp -d)
	began=$(date +%s)
	status=0
	ASAN_OPTIONS=quarantine_size_mb=4:malloc_context_size=4 \
		UBSAN_OPTIONS=halt_on_error=1 \
		"$program" "$@" -seed=1 -timeout=5 -print_final_stats=1 "-max_total_time=$seconds" \
		"-artifact_prefix=$work/" "$corpus" "tests/fuzz/${target}_seed_corpus" \
		>"$work/$name.log" 2>&1 || status=$?
	took="$(($(date +%s) - began)) s, $(sed -n \
		's/^stat::number_of_executed_units: *//p' "$work/$name.log") inputs"
	rm -rf "$corpus"
	if [ $status != 0 ] && grep -q '^artifact_prefix=' "$work/$name.log"; then
		echo "$name ($target): found after $took"
	elif [ $status != 0 ]; then
		cat "$work/$name.log"
		exit 2
	else
		echo "$name ($target): NOT found in $took"
		missed=$((missed + 1))
	fi
}

# Those that no longer change their file are said.
see_if_there() {
	mistakes >"$1"
	while read -r name _ file && read -r edit; do
		! sed "$edit" "$root/$file" | cmp -s - "$root/$file" || {
			echo "$name: nothing in $file is as it was"
			missed=$((missed + 1))
		}
	done <"$1"
	rm -f "$1"
	[ $missed = 0 ]
}

[ -z "$there" ] || {
	see_if_there "$(mktemp)"
	exit
}

mkdir -p "$work"
rm -rf "$work/tree"
mkdir "$work/tree"
(cd "$root" && git ls-files -z | tar --null -T - -cf -) | tar -xf - -C "$work/tree"
cd "$work/tree"
see_if_there "$work/mistakes"
cmake --preset fuzz -DCMAKE_C_COMPILER_LAUNCHER="${LAUNCHER:-}" >"$work/configure.log"
ninja -C build/fuzz fuzzers >"$work/build.log"

mistakes >"$work/mistakes"
while read -r name target file && read -r edit; do
	case $wanted in "  " | *" $name "*) ;; *) continue ;; esac
	target=${TARGET:-$target}
	cp "$file" "$work/kept"
	sed -i "$edit" "$file"
	ninja -C build/fuzz "${target}_fuzzer" >"$work/build.log" 2>&1 || {
		cat "$work/build.log"
		exit 2
	}
	look_for
	cp "$work/kept" "$file"
done <"$work/mistakes"
[ $missed = 0 ]
