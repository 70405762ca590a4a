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

# Pages and errnos are the kernel's where the system has others, whoever comes first.
elsewhere=$(mktemp -d)
trap 'rm -r "$elsewhere"' EXIT
cat >"$elsewhere/limits.h" <<'END'
#ifndef ELSEWHERE_LIMITS_H
#define ELSEWHERE_LIMITS_H
#include_next <limits.h>
#define PAGE_SHIFT 16
#define PAGE_SIZE 65536
#define PAGE_MASK 0xffff0000
#endif
END
cat >"$elsewhere/errno.h" <<'END'
#ifndef ELSEWHERE_ERRNO_H
#define ELSEWHERE_ERRNO_H
extern int errno;
#define ENOENT 2
#define EDEADLK 45
#define ENOSYS 89
#define EOPNOTSUPP 122
#define ENOTSUPP 1524
#endif
END
for order in 'luo/lfb limits errno' 'errno limits luo/lfb'; do
	{
		for header in $order; do
			echo "#include <$header.h>"
		done
		cat <<'END'
_Static_assert(PAGE_SHIFT == 12 && PAGE_SIZE == 4096 && PAGE_MASK == ~4095ul, "pages");
_Static_assert(PAGE_ALIGN(0x123456789abcull) == 0x12345678a000ull, "beyond 4 GiB");
_Static_assert(PFN_PHYS(1ul << 20) == 1ull << 32, "beyond 4 GiB");
_Static_assert(ENOENT == 2 && EDEADLK == 35 && ENOSYS == 38 && EOPNOTSUPP == 95, "errnos");
_Static_assert(ENOTSUPP == 524 && ENOIOCTLCMD == 515, "errnos of the kernel's own");
END
	} | "$CC" -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -isystem "$elsewhere" \
		-I "$include" -x c - || failed=1
done
exit $failed
