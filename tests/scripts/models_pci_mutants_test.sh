#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The mistakes that the PCI and IOMMU models invite (docs/models.md) are made in them, and named.

set -eu

# shellcheck source=tests/scripts/cli_common.sh
. "$(dirname "$0")/cli_common.sh"
# shellcheck source=tests/scripts/models_common.sh
. "$(dirname "$0")/models_common.sh"

[ -z "$sanitized" ] || {
	echo "what mistakes show does not depend on sanitizers"
	exit 77
}

# pci_suite: the suite of the PCI core alone
pci_suite() {
	build source bad pci-test
	lfb 1 kunit bad/pci-test.so
}

build "$models" good "$all"

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
pci_suite
prints out "not ok 3 bridges_are_counted"

# What is preserved is unplugged
mutant pci/probe.c "$(in_function pci_remove_device 's/pdev->outgoing || pdev->incoming/false/')"
pci 1 run bad --findings pci.lfb
prints err "expected = -16, got = "
pci_suite
prints out "not ok 5 what_is_preserved_is_not_unplugged"

# A number is given out that the previous kernel's devices have
mutant pci/probe.c "$(in_function is_taken 's/entry->secondary == number/false/')"
pci_suite
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
iommu 1 exhaust bad --length 5
prints out "LFB-"

finish
