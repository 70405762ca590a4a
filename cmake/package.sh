#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# package.sh [--test]: builds the Debian packages in build/package, of the tracked files and of
# cmake/debian, which Debian's tools want at the top. Lintian must find no error. With --test they
# are also installed in a root that has nothing but apt, where debian/tests uses them.

set -eu

root=$(cd "$(dirname "$0")/.." && pwd -P)
out=$root/build/package
version=$(sed -n 's/^project(lfb VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
source=$out/lfb-$version

die() {
	echo "package: $*" >&2
	exit 1
}

# quietly COMMAND...: what it prints is shown if it fails
quietly() {
	"$@" >"$out/log" 2>&1 || {
		cat "$out/log" >&2
		die "failed: $*"
	}
}

case ${1-} in
'') ;;
--test) [ "$(id -u)" = 0 ] || die "--test is for root, who may change the root" ;;
*) die "there is no option $1, but --test" ;;
esac
rm -rf "$out"
mkdir -p "$source"
cd "$root"
# what is new and not yet committed, too
git ls-files -z --cached --others --exclude-standard |
	tar --null -T - --sort=name --owner=0 --group=0 --numeric-owner -cf - |
	tar -xf - -C "$source"
tar --sort=name --owner=0 --group=0 --numeric-owner -C "$out" -czf \
	"$out/lfb_$version.orig.tar.gz" "lfb-$version"
cp -r cmake/debian "$source/debian"
[ "$(dpkg-parsechangelog -l "$source/debian/changelog" -S Version)" = "$version-1" ] ||
	die "cmake/debian/changelog is not about version $version"

cd "$source"
# The flags are Debian's.
quietly env -u CFLAGS -u CXXFLAGS -u LDFLAGS \
	DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS:-nocheck parallel=$(nproc)}" \
	dpkg-buildpackage -us -uc
cd "$out"
# It is no upload to Debian that would have to close a bug there.
lintian --allow-root --fail-on error --suppress-tags initial-upload-closes-no-bugs \
	./*.changes || die "lintian found errors"
if [ "${1-}" = --test ]; then
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	quietly mmdebstrap --variant=apt "$suite" root
	# Who loads modules needs /proc; nobody else sees that it is there.
	# shellcheck disable=SC2016 # the inner shell's
	quietly unshare --mount sh -c 'mount --bind /proc root/proc &&
		autopkgtest --apt-upgrade ./*.changes -- chroot "$PWD/root"'
	rm -rf root
	sed -n '/^autopkgtest.* summary/,/^autopkgtest.*:/p' log
fi
find "$out" -maxdepth 1 -name '*.deb' | sort
