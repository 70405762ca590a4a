#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# examples/modules/hugetlb: it makes no mistakes, in no order of calls, whatever fails and whichever
# version comes next; and what could be wrong with it is named.

set -eu

# shellcheck source=tests/scripts/cli_common.sh
. "$(dirname "$0")/cli_common.sh"
cd "$dir"
mkdir right wrong
cp "$LFB_SOURCE_DIR"/examples/modules/hugetlb/* right

# make FOLDER [OPTION]...: its modules, in this one; what is not there stays as it was
make() {
	folder=$1
	shift
	if [ -e "$folder/liveupdate.c" ]; then
		lfb 0 build "$@" -DHUGETLB_SER_VERSION=1 "$folder/hugetlb.c" \
			"$folder/liveupdate.c" -o hugetlb.so
	fi
	for name in memfd guest_memfd; do
		if [ -e "$folder/$name.c" ]; then
			lfb 0 build "$@" "$folder/$name.c" -o $name.so
		fi
	done
}

# suite FOLDER [OPTION]...: its KUnit suite
suite() {
	folder=$1
	shift
	lfb 0 build "$@" "$folder/hugetlb.c" "$folder/liveupdate.c" "$folder/hugetlb_kunit.c" \
		-o hugetlb_kunit.so
}

modules="--module hugetlb.so --module memfd.so --module guest_memfd.so"

# with COMPILER: what it makes is right
with() {
	export CC="$1"
	make right -Wall -Wextra -Werror -Wno-unused-parameter
	lfb 0 build right/hugetlb.c right/liveupdate.c -o hugetlb-v2.so
	lfb 0 build -DHUGETLB_SER_OLDEST=2 right/hugetlb.c right/liveupdate.c -o hugetlb-strict.so
	for mode in remap fixed; do
		lfb 0 run --mode $mode $modules --findings right/update.lfb
		silent out
		lfb 0 run --mode $mode $modules right/update.lfb
		prints out "64 kB: 8 of 8 pages reserved, 0 come with files"
		prints out "64 kB: 5 of 8 pages reserved, 3 come with files"
		prints out "256 kB: 1 of 2 pages reserved, 1 come with files"
		lfb 0 run --mode $mode $modules --findings right/to-v2.lfb
		silent out
		lfb 0 run --mode $mode $modules right/to-v2.lfb
		prints out "books of version 2"
		lfb 0 run --mode $mode $modules right/to-strict.lfb
		prints out "the books of the previous kernel are too old"
		lfb 1 run --mode $mode $modules --findings right/to-strict.lfb
		prints out "LFB-FLB-RETRIEVE-REFUSED"
		[ "$(grep -c '^LFB-' out)" = 1 ] || fail "more than the refusal is found"
	done
	for kernel in linux-7.2 linux-7.3; do
		lfb 0 run --profile $kernel $modules --findings right/update.lfb
		silent out
	done
	lfb 0 sweep $modules right/update.lfb right/to-v2.lfb
	prints out "2 scenarios:"
	prints out " 0 violations"
	suite right
	lfb 0 kunit hugetlb_kunit.so
	prints out "# Totals: pass:15 fail:0 skip:0 total:15"
	suite right -DHUGETLB_SER_OLDEST=2
	lfb 0 kunit hugetlb_kunit.so
}

compiler=${CC:-cc}
length=4
others='gcc clang'
if [ -n "$sanitized" ]; then
	length=3
	others=$compiler
fi
for other in $others; do
	command -v "$other" >/dev/null || continue
	with "$other"
done
export CC="$compiler"
make right
lfb 0 sweep --checks guard --mode remap --kinds alloc,kho $modules right/to-v2.lfb
lfb 0 exhaust $modules --length $length
prints out "nothing found"
lfb 0 exhaust $modules --next hugetlb-v2.so --for hugetlb --length $length
prints out "nothing found"
lfb 0 exhaust $modules --next hugetlb-strict.so --for hugetlb --length $length
prints out "nothing found"
lfb 1 exhaust $modules --next hugetlb-strict.so --for hugetlb --length 4 \
	--finds LFB-FLB-RETRIEVE-REFUSED
prints out "--only create-a.preserve-a-1.kexec.reopen-a"

# spoil FILE SED: a folder with what goes into its module, with that done to FILE, which changes it
spoil() {
	make right
	rm -rf wrong
	mkdir wrong
	cp right/*.h wrong
	case $1 in
	hugetlb.c | liveupdate.c)
		cp right/hugetlb*.c right/liveupdate.c wrong ;;
	esac
	sed "$2" "right/$1" >"wrong/$1"
	! cmp -s "right/$1" "wrong/$1" || fail "$1 does not change by $2"
}

# named TEXT COMMAND...: what is spoilt is named so by COMMAND
named() {
	text=$1
	shift
	make wrong
	lfb 1 "$@"
	prints out "$text"
}

updated="run --findings $modules right/update.lfb"
searched="exhaust $modules --length 3"
swept="sweep --kinds alloc,kho $modules right/update.lfb"

# shellcheck disable=SC2086 # words
mistakes() {
	# The books are not edited when a file goes …
	spoil liveupdate.c 's/^	edit_books(pages, -(int)ser->nr);$//'
	named "hugetlb: 2 pages of order 4 are in no file" $searched --finds LFB-KERNEL-WARN
	# … or wrong when it comes, or not for each.
	spoil liveupdate.c 's/err = edit_books(pages, pages->nr)/err = edit_books(pages, 1)/'
	named "1 came that are in no books" $updated
	spoil liveupdate.c 's/->nr_coming += change;/->nr_coming = change;/'
	named "2 came that are in no books" $updated
	# A reference that is not given back, or twice.
	spoil liveupdate.c 's/^	liveupdate_flb_put_outgoing(&hugetlb_flb);$//'
	named "LFB-FLB-GET-NOT-PUT" $updated
	spoil liveupdate.c 's/^	liveupdate_flb_put_incoming(&hugetlb_flb);$//'
	named "LFB-FLB-GET-NOT-PUT" $updated
	spoil liveupdate.c 's/^		liveupdate_flb_put_incoming(.*$/&&/'
	named "LFB-FLB-PUT-WITHOUT-GET" $updated
	# What was handed over is left, or its pages are.
	spoil memfd.c 's/^	kho_restore_free(ser);$//'
	named "LFB-KHO-NEVER-RESTORED" $updated
	spoil liveupdate.c 's/^	kho_restore_free(argp->obj .*$//'
	named "LFB-KHO-NEVER-RESTORED" $updated
	spoil guest_memfd.c 's/hugetlb_discard_pages(&ser->pages);/return;/'
	named "LFB-KHO-NEVER-RESTORED" $updated
	# A file that goes and takes its pages along: nobody has them.
	spoil memfd.c 's/^	hugetlb_put_pages(&memfd->pages);$//'
	named "pages in use, not" $swept
	# A callback asks for its own FLB.
	spoil liveupdate.c 's/int err = hugetlb_check_ser(ser)/int err = hugetlb_read_books()/'
	named "LFB-FLB-SELF-DEADLOCK" $updated
	# What only the suite says.
	spoil liveupdate.c 's/^		if (entry->nr_coming && .*$/		if (false)/'
	suite wrong
	lfb 1 kunit hugetlb_kunit.so
	prints out "not ok 8 pages of an unknown size"
	spoil hugetlb.c 's/^	if (pages->kept)$/	if (false)/'
	suite wrong
	lfb 1 kunit hugetlb_kunit.so
	prints out "not ok 3 a_preserved_file_stays_as_it_is"
	spoil hugetlb.c 's/^		pool->nr_coming--;$/		return;/'
	suite wrong
	lfb 1 kunit hugetlb_kunit.so
	prints out "not ok 4 what_comes_with_files_is_not_reserved"
}
[ -n "$sanitized" ] || mistakes

finish
