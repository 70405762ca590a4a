#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The models of a PCI core and an IOMMU core (examples/modules): they live over updates, are swept
# and searched, and come from one version to the next. Each mistake they invite is made, and named.

set -eu

# shellcheck source=tests/scripts/cli_common.sh
. "$(dirname "$0")/cli_common.sh"
models=$LFB_SOURCE_DIR/examples/modules
cd "$dir"
cp "$models/pci/"*.lfb "$models/iommu/"*.lfb .

# build FROM TO MODULES [OPTION]...: modules of the sources in FROM
build() {
	from=$1
	to=$2
	modules=$3
	shift 3
	mkdir -p "$to"
	for module in $modules; do
		case $module in
		pci) sources="pci/probe.c pci/liveupdate.c" ;;
		pci-stub) sources=pci/stub.c ;;
		iommu) sources="iommu/core.c iommu/flb.c iommu/outgoing.c iommu/incoming.c" ;;
		*) sources=iommu/$module.c ;;
		esac
		# shellcheck disable=SC2086 # several
		(cd "$from" && "$LFB" build -Wall -Wextra -Wshadow -Werror "$@" $sources \
			-o "$dir/$to/$module.so") || fail "$module of $from cannot be built"
	done
}
all="pci pci-stub iommu iommufd vfio"

# pci STATUS COMMAND DIRECTORY [ARGUMENT]..., iommu the same: with the modules of DIRECTORY
pci() {
	status=$1
	command=$2
	where=$3
	shift 3
	lfb "$status" "$command" --module "$where/pci.so" --module "$where/pci-stub.so" "$@"
}
iommu() {
	status=$1
	command=$2
	where=$3
	shift 3
	lfb "$status" "$command" --module "$where/pci.so" --module "$where/iommu.so" \
		--module "$where/iommufd.so" --module "$where/vfio.so" "$@"
}

# kunit STATUS SOURCES: the suites of both
kunit() {
	include=$LFB_SOURCE_DIR/include
	# shellcheck disable=SC2086 # options, or none
	"$CC" -std=gnu11 -DLFB_BUILTIN ${CFLAGS:-} -fno-sanitize=null "-I$include/luo/kernel" \
		"-I$include" "$2/pci/"[!s]*.c "$2/iommu/"[cfo]*.c "$2/iommu/incoming.c" \
		"$2/iommu/iommu_kunit.c" "$LFB_SOURCE_DIR/tests/kunit/main.c" -o suites \
		"-L$LFB_BUILD_DIR" -llfb "-Wl,-rpath,$LFB_BUILD_DIR"
	checks=$((checks + 1))
	status=0
	./suites >out 2>&1 || status=$?
	[ $status = "$1" ] || fail "suites of $2: exit status $status: $(grep 'not ok' out)"
}

# The page, done as its reader does it
if python3 -c 'import ctypes; ctypes.CDLL("libdw.so.1")' 2>&-; then
	mkdir nothing
	cp -r "$models" page
	checks=$((checks + 1))
	PATH=$(dirname "$LFB"):$PATH "$LFB_SOURCE_DIR/tests/scripts/your_test_test.py" \
		"$LFB_SOURCE_DIR/docs/models.md" "$dir/page" "$dir/nothing" || fail "docs/models.md"
fi

# What all compilers make
build "$models" good "$all"
kunit 0 "$models"
pci 0 run good --findings pci.lfb
iommu 0 run good --findings iommu.lfb
iommu 0 run good --findings shared.lfb
pci 0 run good pci.lfb
prints out "0000:06:00.0: runs on, 1 need it"
iommu 0 run good iommu.lfb
prints out "iommu: domain 1 goes on, with 3 mappings"
compiler=$CC
for other in gcc clang; do
	command -v $other >/dev/null || continue
	CC=$other
	export CC
	build "$models" by-$other "$all" -O2
	iommu 0 run by-$other --findings shared.lfb
	pci 0 run by-$other --findings --checks guard pci.lfb
done
CC=$compiler

# In all kernels they are made for
for profile in linux-7.2 linux-7.3 reference; do
	pci 0 run good --profile $profile --findings pci.lfb
	iommu 0 run good --profile $profile --findings shared.lfb
	iommu 0 sweep good --profile $profile --quirk -all iommu.lfb shared.lfb
	prints out " 0 violations"
done
pci 0 sweep good devices.lfb
prints out " 0 violations"
pci 0 exhaust good --length 5
prints out "nothing found"
iommu 0 exhaust good --length 4
prints out "nothing found"

# From version to version
build "$models" new "$all" -DPCI_SER_VERSION=2 -DIOMMU_SER_VERSION=2
build "$models" strict "pci iommu" -DPCI_SER_VERSION=2 -DPCI_SER_OLDEST=2 -DIOMMU_SER_VERSION=2 \
	-DIOMMU_SER_OLDEST=2
for which in pci iommu; do
	for other in new strict; do
		cp $other/$which.so good/$which-$other.so
		sed "s/^reboot/reboot with $which-$other.so for $which.so/" $which.lfb \
			>$which-$other.lfb
		sed "s/^reboot.*/reboot with $which-$other.so for $which.so = -14/; /^reboot/q" \
			$which.lfb >$which-refused.lfb
	done
	$which 0 run good --findings $which-new.lfb
	$which 0 exhaust good --length 4 --next good/$which-new.so \
		--for $which
	prints out "nothing found"
	$which 1 run good --findings $which-refused.lfb
	prints out "LFB-KERNEL-PANIC"
	prints out "k1 panic"
	# What is newer is not known to who is older.
	cp good/$which.so new/$which-strict.so
	$which 1 run new --findings $which-refused.lfb
	prints out "LFB-KERNEL-PANIC"
done
iommu 0 sweep good iommu-new.lfb
prints out " 0 violations"

# mutant FILE SED: a mistake in "source", and the modules that have it in "bad"
mutant() {
	rm -rf bad source
	mkdir source
	cp -r "$models/pci" "$models/iommu" source
	sed -i "$2" "source/$1"
	checks=$((checks + 1))
	! cmp -s "$models/$1" "source/$1" || fail "$1: nothing is changed by $2"
	cp -r good bad
	case $1 in
	pci/stub.c) module=pci-stub ;;
	pci/*) module=pci ;;
	iommu/vfio.c) module=vfio ;;
	iommu/iommufd.c) module=iommufd ;;
	*) module=iommu ;;
	esac
	build source bad $module -Wno-error -Wno-unused-function -Wno-unused-parameter
}
# in_function NAME EDIT: a sed script for that function alone
in_function() {
	printf '/^[a-z].*[ *]%s(/,/^}/{%s}' "$1" "$2"
}

# A reference that is not given back: when a file is preserved, and when devices are looked for
mutant pci/liveupdate.c "$(in_function pci_liveupdate_preserve /put_outgoing/d)"
pci 1 run bad --findings pci.lfb
prints out "LFB-FLB-GET-NOT-PUT"
mutant pci/probe.c "$(in_function find_device /put_incoming/d)"
pci 1 run bad --findings pci.lfb
prints out "LFB-FLB-"
mutant iommu/outgoing.c "$(in_function iommu_liveupdate_preserve_device '/put_outgoing/d')"
iommu 1 run bad --findings iommu.lfb
prints out "LFB-FLB-GET-NOT-PUT"

# A bridge that is not counted: it is numbered anew, and the device behind it is not found
mutant pci/liveupdate.c "$(in_function pci_ser_get 's/at = at->upstream/at = NULL/')"
pci 1 run bad --findings pci.lfb
prints out "LFB-KERNEL-PANIC"
kunit 1 source
prints out "not ok 3 bridges_are_counted"

# What is preserved is unplugged
mutant pci/probe.c "$(in_function pci_remove_device 's/pdev->outgoing || pdev->incoming/false/')"
pci 1 run bad --findings pci.lfb
prints err "expected = -16, got = "
kunit 1 source
prints out "not ok 5 what_is_preserved_is_not_unplugged"

# A number is given out that the previous kernel's devices have
mutant pci/probe.c "$(in_function is_taken 's/entry->secondary == number/false/')"
kunit 1 source
prints out "not ok 6 numbers_of_the_previous_kernel_stay"
mutant iommu/incoming.c "$(in_function iommu_reserve_all '/reserve(&iommu_domains/s/= .*/= 0;/')"
iommu 1 run bad --findings shared.lfb
prints out "LFB-"
kunit 1 source
prints out "not ok 8 what_the_hardware_uses_is_given_to_nobody"

# What fails is not undone, what is shared not counted, what is made not freed
mutant iommu/outgoing.c "$(in_function add_device '/iommu_trim/d')"
iommu 1 sweep bad shared.lfb
prints out "LFB-"
mutant iommu/vfio.c "$(in_function vfio_preserve '/unpreserve/d')"
iommu 1 sweep bad shared.lfb
prints out "LFB-"
mutant iommu/outgoing.c "$(in_function add_domain 's/entry->count++/entry->count = 1/')"
kunit 1 source
prints out "not ok 4 a_domain_is_handed_over_once"
mutant iommu/incoming.c "$(in_function drop_domain 's/iommu_free_table(.*/;/')"
iommu 1 run bad --findings shared.lfb
prints out "LFB-KHO-NEVER-RESTORED"
mutant iommu/incoming.c "$(in_function retrieve_domain 's/iommu_domain_get(domain)/domain/')"
iommu 1 exhaust bad --length 6 --checks guard
prints out "LFB-"

finish
