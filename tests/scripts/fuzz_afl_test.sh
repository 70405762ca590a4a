#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# ./dev fuzz --engine afl, with AFL++: nothing is found in the target "tree" as it is, a mistake
# planted in it is, and what was kept shows it again. With a cmake and a ninja that do nothing: of
# the target only what it needs is built.

set -eu
. "$(dirname "$0")/cli_common.sh"

# What AFL++ builds has sanitizers of its own.
[ -z "$sanitized" ] || exit 77
command -v afl-fuzz >"$dir/out" || {
	echo "there is no AFL++"
	exit 77
}

mkdir -p "$dir/bin" "$dir/tests/fuzz" "$dir/build/fuzz-afl/tests/fuzz" "$dir/build/release/tests"
ln -s "$LFB_BUILD_DIR/tests/fuzz" "$dir/build/release/tests/fuzz"
cp "$LFB_SOURCE_DIR/dev" "$dir/dev"
cp -R "$LFB_SOURCE_DIR"/tests/fuzz/tree* "$dir/tests/fuzz"
printf '#!/bin/sh\n' | tee "$dir/bin/cmake" >"$dir/bin/ninja"
# shellcheck disable=SC2016 # the $ of another script
printf '#!/bin/sh\nshift 3\nfor p; do echo "installed $p"; done\n' >"$dir/bin/dpkg-query"
chmod +x "$dir"/bin/*
PATH=$dir/bin:$PATH
export AFL_QUIET=1

# What the target needs of the rest.
cat >"$dir/rest.c" <<'END'
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "sim/kernel/kho/kho.h"
#include "tests/fuzz/support/support.h"

int lfb__problem(struct lfb_problem *problem, int error, phys_addr_t where, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(problem->what, sizeof(problem->what), format, args);
	va_end(args);
	return error;
}

void fuzz_failed(const char *file, int line, const char *what)
{
	abort();
}
END

# fuzz STATUS EDIT SECONDS: with what sed does to what is asked before libfdt is
fuzz() {
	sed "$2" "$LFB_SOURCE_DIR/sim/kernel/kho/fdt.c" >"$dir/fdt.c"
	afl-clang-fast -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
		-fsanitize=fuzzer -DLFB_FUZZING=0 -I"$LFB_SOURCE_DIR" \
		-I"$LFB_SOURCE_DIR/include" -o "$dir/build/fuzz-afl/tests/fuzz/tree_fuzzer" \
		"$dir/fdt.c" "$dir/rest.c" "$dir/tests/fuzz/tree_fuzzer.c" -lfdt \
		>"$dir/log" 2>&1 || fail "it cannot be built: $(cat "$dir/log")"
	status=0
	"$dir/dev" fuzz --engine afl --shard 1/1 "$3" tree >"$dir/out" 2>"$dir/err" || status=$?
	checks=$((checks + 1))
	[ $status = "$1" ] || fail "exit status $status, not $1: $(cat "$dir/out" "$dir/err")"
}

fuzz 0 '' 3
prints out ' runs in 3 s, no crash'
checks=$((checks + 1))
grep -q "Custom mutator .*tree_afl.so. installed" "$dir"/build/log/fuzz-afl-tree-*.log ||
	fail "the mutator was not asked: $(cat "$dir"/build/log/*.log)"

fuzz 1 's/if (total > size)$/if (0)/' 30
prints err 'tree failed on the input build/fuzz/crashes/tree-crash-'
replay=$(sed -n 's/^dev:  *\(build.*\)/\1/p' "$dir/err")
checks=$((checks + 1))
# shellcheck disable=SC2086 # a program and an input
(cd "$dir" && ! $replay >log 2>&1 && grep -q AddressSanitizer log) ||
	fail "$replay: $(cat "$dir/log")"

finish
