#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The models of a PCI core and an IOMMU core (examples/modules): they live over updates, are swept
# and searched, and come from one version to the next.

set -eu

# shellcheck source=tests/scripts/cli_common.sh
. "$(dirname "$0")/cli_common.sh"
# shellcheck source=tests/scripts/models_common.sh
. "$(dirname "$0")/models_common.sh"

length=4
[ -z "$sanitized" ] || length=3

# The page, done as its reader does it
if [ -z "$sanitized" ] && python3 -c 'import ctypes; ctypes.CDLL("libdw.so.1")' 2>&-; then
	mkdir nothing
	cp -r "$models" page
	checks=$((checks + 1))
	PATH=$(dirname "$LFB"):$PATH "$LFB_SOURCE_DIR/tests/scripts/your_test_test.py" \
		"$LFB_SOURCE_DIR/docs/models.md" "$dir/page" "$dir/nothing" || fail "docs/models.md"
fi

# What all compilers make
build "$models" good "$all"
pci 0 run good --findings pci.lfb
iommu 0 run good --findings iommu.lfb
iommu 0 run good --findings shared.lfb
pci 0 run good pci.lfb
prints out "0000:06:00.0: runs on, 1 need it"
iommu 0 run good iommu.lfb
prints out "iommu: domain 1 goes on, with 3 mappings"
compiler=$CC
for other in gcc clang; do
	command -v $other >/dev/null && [ -z "$sanitized" ] || continue
	CC=$other
	export CC
	build "$models" by-$other "$all" -O2
	iommu 0 run by-$other --findings shared.lfb
	pci 0 run by-$other --findings --checks guard pci.lfb
done
CC=$compiler

# In all kernels they are made for
for profile in linux-7.2 linux-7.3 reference; do
	[ -z "$sanitized" ] || [ $profile = reference ] || continue
	pci 0 run good --profile $profile --findings pci.lfb
	iommu 0 run good --profile $profile --findings shared.lfb
	iommu 0 sweep good --profile $profile --quirk -all iommu.lfb shared.lfb
	prints out " 0 violations"
done
pci 0 sweep good devices.lfb
prints out " 0 violations"
pci 0 exhaust good --length $((length + 1))
prints out "nothing found"
iommu 0 exhaust good --length $length
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
	$which 0 exhaust good --length $length --next good/$which-new.so \
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

finish
