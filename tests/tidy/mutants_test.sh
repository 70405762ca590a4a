#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The house rules catch what they are for: each mutant of the tree is found at its place, and the
# tree as it is, or with the mutant's correct twin, is left alone.

set -eu
cd "$(dirname "$0")/../.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r CMakeLists.txt docs examples include lib sim dev "$copy"
mkdir "$copy/tests"
cp -r tests/tidy "$copy/tests"
cd "$copy"
failed=0
mutants=0

tidy() {
	tests/tidy/tidy_test.sh "$@" 2>&1 || :
}

# mutant FILE "TEXT" "EXPECTED": the text behind a file is found, and its taking away helps
mutant() {
	mutants=$((mutants + 1))
	cp "$1" saved 2>/dev/null || rm -f saved
	mkdir -p "$(dirname "$1")"
	[ -f "$1" ] || echo '// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later' >"$1"
	printf '%b\n' "$2" >>"$1"
	tidy | grep -q "^$1:[0-9]*: .*$3" || {
		echo "not found: $3 in $1"
		failed=1
	}
	if [ -f saved ]; then mv saved "$1"; else rm "$1"; fi
}

# call CALLER CALLEE: objects in which a function of the one calls one of the other
call() {
	rm -rf objects
	for file in "$1" "$2"; do
		mkdir -p "objects/x.dir/$(dirname "$file")"
	done
	echo 'void called(void); void caller(void); void caller(void) { called(); }' |
		${CC:-cc} -x c -c -o "objects/x.dir/$1.o" -
	echo "${3:-} void called(void); void called(void) { ${3:+caller();} }" |
		${CC:-cc} -x c -c -o "objects/x.dir/$2.o" -
}

found=$(tidy)
[ -z "$found" ] || {
	echo "$found"
	exit 1
}

mutant sim/kernel/kho/view.c '#include "lib/luo/luo.h"' 'lib/luo lies above'
mutant lib/core.c '#include "sim/kernel/memory/memory.h"' 'only rooms of sim/kernel may'
mutant sim/machine/boot.c '#include "lib/registry.h"' "orchestrator.h is that room's header"
mutant sim/cli/run.c '#include "sim/machine/machine.h"' 'it sees include/luo/ alone'
mutant examples/first_flb.c '#include "lib/luo/luo.h"' 'it sees include/luo/ alone'
mutant sim/other/new.c '' 'lies in a folder that is no room'
mutant sim/kernel/host/other/new.c '' 'lies in a folder that is no room'
mutant sim/kernel/memory/arena.c '#include "sim/kernel/host/table.h"' "host.h is that room's header"
mutant lib/core.c 'typedef struct luo luo_t;' 'no typedef'
mutant lib/core.c 'static void f(void)\n{\n\tint i;\n}' 'declared in its for'
mutant lib/core.c 'static void f(void)\n{\n\tif (a)\n\t\tif (b)\n\t\t\tc();\n}' 'stands in braces'
mutant lib/core.c 'static void f(void)\n{\n\tassert(0);\n}' 'ends the machine'
mutant lib/flb.c 'static int found = LFB_FINDING_FLB_GET_NULL;' 'a finding in the flow'
mutant lib/codec/v5.c 'static int found = LFB_FINDING_FLB_GET_NULL;' 'a finding in the flow'
mutant lib/session.h 'struct other {\n\tint a;\n};' 'needs a prefix'
mutant lib/session.h 'int lfb_session(void);' 'looks public'
mutant lib/session.h '#define F(a) a' 'one letter'
mutant lib/core.c '#define COMMON \\\\\n\t.kho = 1, \\\\\n\t.codec = 2' 'hidden in a macro'
mutant lib/core.c '/* One. */\n/* Two. */' 'which describes what'
mutant lib/core.c 'int a; ' 'trailing white space'

# Upwards, in a circle, and the same call the right way.
call sim/kernel/seams/error.c lib/core.c
tidy objects | grep -q '^sim/kernel/seams/error.c:1: calls up into lib/core.c: called' || {
	echo "not found: a call upwards"
	failed=1
}
call lib/core.c lib/session.c 'void caller(void);'
tidy objects | grep -q '^lib/core.c:1: a circle of calls: lib/core.c lib/session.c' || {
	echo "not found: a circle"
	failed=1
}
call lib/core.c sim/kernel/seams/error.c
found=$(tidy objects)
[ -z "$found" ] || {
	echo "a call downwards is accused: $found"
	failed=1
}

[ "$failed" = 0 ] && echo "$((mutants + 2)) mutants found"
exit "$failed"
