# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# shellcheck shell=sh
#
# What the tests of the PCI, IOMMU and HugeTLB models share: sourced behind cli_common.sh.
# Goes to $dir.

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
		pci-test) sources="pci/probe.c pci/liveupdate.c pci/pci_kunit.c" ;;
		pci-stub) sources=pci/stub.c ;;
		iommu) sources="iommu/core.c iommu/flb.c iommu/outgoing.c iommu/incoming.c" ;;
		hugetlb) sources="hugetlb/hugetlb.c hugetlb/liveupdate.c" ;;
		memfd) sources=hugetlb/memfd.c ;;
		*) sources=iommu/$module.c ;;
		esac
		# shellcheck disable=SC2086 # several
		(cd "$from" && "$LFB" build -Wall -Wextra -Wshadow -Werror "$@" $sources \
			-o "$dir/$to/$module.so") || fail "$module of $from cannot be built"
	done
}
all="pci pci-stub iommu iommufd vfio"

# mutant FILE SED: a mistake in "source", and the modules that have it in "bad"
mutant() {
	rm -rf bad source
	mkdir source
	cp -r "$models/pci" "$models/iommu" "$models/hugetlb" source
	sed -i "$2" "source/$1"
	checks=$((checks + 1))
	! cmp -s "$models/$1" "source/$1" || fail "$1: nothing is changed by $2"
	cp -r good bad
	case $1 in
	pci/stub.c) module=pci-stub ;;
	pci/*) module=pci ;;
	iommu/vfio.c) module=vfio ;;
	iommu/iommufd.c) module=iommufd ;;
	iommu/*) module=iommu ;;
	*) module=hugetlb ;;
	esac
	build source bad $module -Wno-error -Wno-unused-function -Wno-unused-parameter
}
# in_function NAME EDIT: a sed script for that function alone
in_function() {
	printf '/^[a-z].*[ *]%s(/,/^}/{%s}' "$1" "$2"
}

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
hugetlb() {
	status=$1
	command=$2
	where=$3
	shift 3
	lfb "$status" "$command" --module "$where/hugetlb.so" --module "$where/memfd.so" "$@"
}

# kunit STATUS SOURCES: the suites of both, as if they were built in
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
