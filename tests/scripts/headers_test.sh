#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Every public header compiles by itself and without a warning, and so does every
# <linux/...> header that kernel sources are given.

set -eu

include=$LFB_SOURCE_DIR/include
failed=0

# compiles NAME FLAGS...: a file that includes nothing but <NAME>
compiles() {
	name=$1
	shift
	printf '#include <%s>\n#include <%s>\n' "$name" "$name" |
		"$CC" -std=gnu11 -Wall -Wextra -Wshadow -Werror -fsyntax-only "$@" \
			-I "$include" -x c - || failed=1
}

cd "$include"
for header in luo/*.h; do
	compiles "$header"
done
for header in luo/kernel/linux/*.h luo/kernel/linux/*/*.h; do
	[ ! -e "$header" ] || compiles "${header#luo/kernel/}" -I "$include/luo/kernel"
done
exit $failed
