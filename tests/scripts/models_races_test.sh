#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Races planted in the models (docs/schedules.md) are found, and each line that is printed does it
# again. Without what was planted no order does harm. Bound 1 is enough, and takes a second.

set -eu

# shellcheck source=tests/scripts/cli_common.sh
. "$(dirname "$0")/cli_common.sh"
# shellcheck source=tests/scripts/models_common.sh
. "$(dirname "$0")/models_common.sh"

[ -z "$sanitized" ] || {
	echo "what races lead to does not depend on sanitizers"
	exit 77
}

# race MODEL FILE SED: what is planted; the scenario says what it leads to
race() {
	scenario=$LFB_TEST_DATA/schedules/models/$1.lfb
	finds=$(sed -n 's/^# finds: //p' "$scenario")
	"$1" 0 explore good --bound 1 "$scenario"
	prints out ', which is all, '
	"$1" 0 run good --findings "$scenario"
	mutant "$2" "$3"
	"$1" 0 run bad --findings "$scenario"
	"$1" 1 explore bad --bound 1 "$scenario"
	prints out "$finds: "
	prints out ', which is all, '
	schedule=$(sed -n 's/.* --schedule \([^ ]*\) .*/\1/p' out)
	"$1" 1 run bad --findings --schedule "$schedule" "$scenario"
	prints out "$finds"
	"$1" 0 run good --findings --schedule "$schedule" "$scenario"
}

build "$models" good "$all hugetlb memfd" -Wno-unused-parameter

# A check before the lock
race pci pci/probe.c "$(in_function pci_remove_device '/mutex_lock/d;
	s/err = -EBUSY;/&\n\tmutex_lock(\&pci_lock);/')"
# A lock that is left out
race iommu iommu/outgoing.c "$(in_function iommu_liveupdate_preserve_device /mutex_/d)"
# A lock that is let go in the middle
race hugetlb hugetlb/liveupdate.c "$(in_function edit_books '
	s/\(find_pool_ser(.*)->nr_coming\) += change;/change += \1;\
	mutex_unlock(\&hugetlb_lock);\
	mutex_lock(\&hugetlb_lock);\
	\1 = change;/')"

finish
