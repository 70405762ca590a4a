#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# run.sh BUILD [TREE] [OPTIONS...]: kernel trees' own orchestrators against lib/'s profiles; what
# differs. TREE: a kernel's sources, else those that Debian packages. OPTIONS are the oracle's.
# A difference is a failure where the version is one that is modelled.

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
build=$1
shift
work=$build/../oracle
mkdir -p "$work"
trees=
case ${1:-} in
'' | --*)
	trees=$("$here/fetch.sh" "$work/source") || {
		status=$?
		[ $status = 3 ] || exit $status
		echo "skipped: no kernel source"
		exit 0
	}
	;;
*)
	trees=$(cd "$1" && pwd -P)
	shift
	;;
esac

for option; do
	shift
	[ "$option" != --count ] || option=--generate
	set -- "$@" "$option"
done

# version TREE: as its Makefile says, or else its name
version() {
	if [ -f "$1/Makefile" ]; then
		sed -n 's/^VERSION = //p; s/^PATCHLEVEL = //p' "$1/Makefile" | paste -sd .
	else
		basename "$1" | sed 's/^linux-//'
	fi
}

status=0
for tree in $trees; do
	version=$(version "$tree")
	profile=linux-$version
	"$build/lfb" run --profile "$profile" /dev/null >/dev/null 2>&1 || profile=linux-7.3
	echo "linux $version, $tree:"
	# A tree that is being worked on may not even be one that can be compiled.
	if ! "$here/build.sh" "$tree" "$work/$version"; then
		if [ "$profile" = "linux-$version" ]; then
			status=1
		else
			echo "linux $version is not modelled:" \
				"that it does not compile is no failure"
		fi
		continue
	fi
	result=0
	"$build/lfb" compare "$@" "$profile" "$work/$version/tree.so" || result=$?
	if [ $result != 0 ] && [ "$profile" = "linux-$version" ]; then
		status=1
	elif [ $result != 0 ]; then
		echo "linux $version is not modelled: that it differs is no failure"
	fi
done
exit $status
