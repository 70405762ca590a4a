#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Every public header compiles by itself and without a warning, as C and as C++, and so does every
# <linux/...> header that kernel sources are given, alone and together in any order; and what their
# macros become.

set -eu

case ${CFLAGS-} in *-fsanitize=*)
	echo "sanitizers see nothing of what compilers say: left to the other builds"
	exit 77
	;;
esac

include=$LFB_SOURCE_DIR/include
elsewhere=$(mktemp -d)
trap 'rm -r "$elsewhere"' EXIT
failed=0

# compiles STANDARD OPTIONS...: what standard input holds
compiles() {
	standard=$1
	shift
	case $standard in
	*++*) set -- "$CXX" -x c++ "$@" ;;
	*) set -- "$CC" -x c -Wshadow "$@" ;;
	esac
	"$@" "-std=$standard" -pedantic -Wall -Wextra -Werror -fsyntax-only -
}

# alone STANDARD HEADER OPTIONS...: a file that includes nothing else, and that twice
alone() {
	standard=$1
	header=$2
	shift 2
	printf '#include <%s>\n#include <%s>\nextern int more;\n' "$header" "$header" |
		compiles "$standard" "-I$include" "$@"
}

headers() {
	for header in luo/*.h; do
		alone "$1" "$header" || return 1
	done
	for header in $(kernel_headers "$1"); do
		alone "$1" "$header" "-I$include/luo/kernel" || return 1
	done
	for order in '' -r; do
		kernel_headers "$1" | sort $order | sed 's/.*/#include <&>/' |
			compiles "$1" "-I$include" "-I$include/luo/kernel" || return 1
	done
}

# kernel_headers STANDARD: those that kernel sources are given; some of them are for C alone
kernel_headers() {
	find luo/kernel -name '*.h' | sed 's|^luo/kernel/||' | sort | case $1 in
	*++*) grep -vE '^kunit/|^linux/(bitfield|device|dev_printk)[.]h$' ;;
	*) cat ;;
	esac
}

macros() {
	compiles "$1" "-I$include" "-I$include/luo/kernel" <<'END'
#include <luo/cmocka.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/module.h>

struct element {
	struct list_head link;
	int number;
};

static LFB_MODULE_DATA(demo) int users;
static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(semaphore);
static DEFINE_SPINLOCK(spinning);
static LIST_HEAD(list);

static int demo_init(void)
{
	return 0;
}
LFB_MODULE(demo, demo_init, NULL);
MODULE_LICENSE("GPL");

int use(struct lfb_machine *machine, struct lfb_callbacks *callbacks, struct element *element);
int use(struct lfb_machine *machine, struct lfb_callbacks *callbacks, struct element *element)
{
	struct element *pos, *next;

	list_for_each_entry(pos, &list, link)
		pos->number = min(pos->number, max_t(int, users, 3));
	list_for_each_entry_safe(pos, next, &list, link)
		WRITE_ONCE(pos->number, READ_ONCE(next->number));
	list_for_each_entry_reverse(pos, &list, link)
		BUG_ON(pos == container_of(list.next, struct element, link));
	mutex_init(&mutex);
	init_rwsem(&semaphore);
	spin_lock_init(&spinning);
	pr_info("no argument");
	lfb_assert_no_findings(machine);
	lfb_assert_findings(machine, LFB_FINDING_LOCK_NOT_HELD);
	lfb_assert_callbacks(callbacks);
	lfb_assert_callbacks(callbacks, "flb a preserve", "flb b preserve");
	lfb_assert_nothing_preserved(machine);
	if (WARN(unlikely(!element), "no element") || WARN_ON_ONCE(demo_module.exit))
		return -EINVAL;
	return (int)ALIGN(PAGE_ALIGN(element->number), PAGE_SIZE) + (int)LUO_FILE_MAX;
}
END
}

# as STANDARD...: all at a time
as() {
	jobs=
	for standard; do
		(headers "$standard" && macros "$standard") &
		jobs="$jobs $!"
	done
	for job in $jobs; do
		wait "$job" || failed=1
	done
}

cd "$include"
as c11 gnu11
if [ -n "${CXX:-}" ]; then
	as c++11 c++14 c++17 c++20
else
	echo "no C++ compiler: not tried as C++"
fi

# Every name that kernel sources are given is used by one of ours (tests/kunit).
sed -nE 's/^#define ([A-Za-z][A-Za-z0-9_]*)\(.*/\1/p
	s/^static inline .*[ *]([a-zA-Z][A-Za-z0-9_]*)\(.*/\1/p' $(find luo/kernel -name '*.h') |
	grep -v '^\(lfb\|LFB\)_' | sort -u >"$elsewhere/given"
cat "$LFB_SOURCE_DIR"/tests/kunit/*.c "$LFB_SOURCE_DIR/tests/scripts/kunit_test.sh" |
	grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u >"$elsewhere/used"
unused=$(comm -23 "$elsewhere/given" "$elsewhere/used")
[ -z "$unused" ] || {
	echo "of no use in tests/kunit: $(echo $unused)"
	failed=1
}

# What only stands for something is an error of the build where it is used.
printf '#include <linux/memblock.h>\nvoid *use(void);\nvoid *use(void)\n%s\n' \
	'{ return memblock_alloc(1, 1); }' >"$elsewhere/use.c"
! "$CC" -O1 -I. -Iluo/kernel -c "$elsewhere/use.c" -o "$elsewhere/use.o" 2>"$elsewhere/log" ||
	failed=1
grep -q 'no memblock in a simulated kernel' "$elsewhere/log" || failed=1

# The table of headers in the documentation is theirs; LFB_UPDATE=1 writes it.
table() {
	echo '| header | | |'
	echo '|---|---|---|'
	find luo/kernel -name '*.h' | LC_ALL=C sort | while read -r header; do
		awk -v header="${header#luo/kernel/}" 'NR == 2 {
			word = $2
			sub(/[.:]$/, "", word)
			sub(/^\/\* [A-Z]+[.:] */, "")
			sub(/ *\*\/$/, "")
			print "| `" header "` | " word " | " $0 " |"
		}' "$header"
	done
}
page=$LFB_SOURCE_DIR/docs/headers.md
table >"$elsewhere/table"
sed '/^| header/,/^$/!d; /^$/d' "$page" >"$elsewhere/there"
cmp -s "$elsewhere/table" "$elsewhere/there" || {
	if [ -n "${LFB_UPDATE:-}" ]; then
		awk -v table="$elsewhere/table" '
			/^\| header/ {
				while ((getline line < table) > 0)
					print line
				skip = 1
			}
			/^$/ { skip = 0 }
			!skip' "$page" >"$elsewhere/page"
		cat "$elsewhere/page" >"$page"
	else
		echo "docs/headers.md has another table; LFB_UPDATE=1 writes it"
		failed=1
	fi
}

# Pages and errnos are the kernel's where the system has others, whoever comes first.
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
	} | compiles gnu11 -isystem "$elsewhere" -I "$include" || failed=1
done
exit $failed
