#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# fetch.sh FOLDER [whole]: what kernel sources say of live update, as Debian packages them,
# unpacked under FOLDER/linux-VERSION; prints these, the newest last. whole: all of the sources,
# of the newest alone. Exit status 3: they cannot be had, and why.
#
# Takes linux-source-* of the unstable and experimental suites from the mirror that this system's
# apt uses, through an apt of its own in FOLDER/apt: the system's is not changed, nothing is
# installed. What is there already is not asked for again. None of it may enter the repository.

set -eu

whole=${2:-}
mkdir -p "$1"
folder=$(cd "$1" && pwd -P)
apt=$folder/apt

cannot() {
	echo "fetch: $*" >&2
	exit 3
}

have() {
	find "$folder" -maxdepth 1 -name 'linux-[0-9]*' ! -name '*.new' | sort -V
}

[ -z "$(have)" ] || {
	have
	exit 0
}
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || cannot "this is no Debian"
sources=$(find /etc/apt/sources.list /etc/apt/sources.list.d -type f 2>/dev/null || :)
# shellcheck disable=SC2086 # a list of files
mirror=$(sed -n 's/^URIs: *\([^ ]*\/debian\/\{0,1\}\) *$/\1/p
	s/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\/debian\/\{0,1\}\) .*/\2/p' $sources | head -n 1)
[ -n "$mirror" ] || cannot "no Debian mirror among this system's apt sources"

mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/deb"
for suite in sid experimental; do
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
done >"$apt/sources.list"

# private PROGRAM ARGUMENTS...: of apt, with nothing of the system's
private() {
	program=$1
	shift
	"$program" -q -o "Dir::Etc::SourceList=$apt/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" \
		-o APT::Sandbox::User=root "$@"
}

private apt-get update >"$apt/log" 2>&1 || cannot "$(tail -n 1 "$apt/log")"
packages=$(private apt-cache search --names-only '^linux-source-[7-9]' | sed 's/ .*//' | sort -V)
[ -z "$whole" ] || packages=$(echo "$packages" | tail -n 1)
for package in $packages; do
	version=${package#linux-source-}
	new=$folder/linux-$version.new
	rm -rf "$new" "$apt/unpacked"
	(cd "$apt/deb" && private apt-get download "$package" >>"$apt/log" 2>&1) ||
		cannot "$(tail -n 1 "$apt/log")"
	dpkg-deb -x "$apt/deb/${package}"_*.deb "$apt/unpacked"
	mkdir "$new"
	top=linux-source-$version
	set -- "$top"
	[ -n "$whole" ] || set -- "$top/kernel/liveupdate" "$top/include/linux/liveupdate.h" \
		"$top/include/linux/kho_block.h" "$top/include/linux/list_private.h" \
		"$top/include/linux/kho" "$top/include/uapi/linux/liveupdate.h" \
		"$top/Makefile" "$top/mm/memfd_luo.c" "$top/lib/tests" "$top/lib/rbtree_test.c" \
		"$top/lib/test_xarray.c" "$top/scripts/dtc/libfdt"
	# What a version does not have is no error.
	tar -xf "$apt/unpacked/usr/src/linux-source-$version.tar.xz" -C "$new" \
		--strip-components=1 "$@" 2>>"$apt/log" || :
	rm -rf "$apt/unpacked" "$apt/deb/${package}"_*.deb
	if [ -f "$new/kernel/liveupdate/luo_flb.c" ]; then
		mv "$new" "$folder/linux-$version"
	else
		rm -rf "$new"
	fi
done
[ -n "$(have)" ] || cannot "no packaged kernel has live update"
have
