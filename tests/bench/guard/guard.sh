#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Fixed lives take as many instructions as they did, or 5 % of them are gone unnoticed:
#
#	guard.sh [BUILD]		compares them with the numbers beside this file
#	guard.sh accept [BUILD]		writes what they take now over these
#
# BUILD is an optimised build, build/release where none is given. Instructions are callgrind's, of
# a process without an environment, with the string functions that every x86-64 processor has. They
# hold for one compiler and one C library: with others nothing is compared.

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$here/../../..
numbers=${LFB_GUARD_NUMBERS:-$here/numbers}
tolerance=5
without=-AVX_Fast_Unaligned_Load,-AVX2,-AVX512VL,-AVX512BW,-ERMS,-FSRM,-SSE4_2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

accept=
[ "${1:-}" != accept ] || {
	accept=yes
	shift
}
build=$(cd "${1:-$root/build/release}" && pwd)
bench=$build/tests/bench/bench_kernel

# NAME | SESSIONS FILES SIDE of bench_kernel | what is counted of it
lives() {
	cat <<-'LIVES'
		a machine is made and switched on | 0 0 3 | life_prepare life_power_on
		the first one of a process that catches faults | 0 0 4 | life_prepare life_power_on
		a kexec with nothing preserved | 0 0 3 | life_reboot
		8 sessions of 125 files, checks off | 8 125 2 | life_live
		8 sessions of 125 files, checks on, raw_faults | 8 125 3 | life_live
	LIVES
}

# What the numbers hold for.
made_by() {
	local compiler

	compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
	echo "$(uname -m), $("$compiler" --version | head -n 1), $(getconf GNU_LIBC_VERSION)," \
		"$(sed -n 's/^CMAKE_BUILD_TYPE:[A-Z]*=//p' "$build/CMakeCache.txt")"
}

# count ARGUMENTS FUNCTIONS
count() {
	local arguments functions toggles

	read -ra arguments <<<"$1"
	read -ra functions <<<"$2"
	toggles=("${functions[@]/#/--toggle-collect=}")
	env -i LD_BIND_NOW=1 PATH="$PATH" GLIBC_TUNABLES="glibc.cpu.hwcaps=$without" valgrind \
		--tool=callgrind --callgrind-out-file=/dev/null "${toggles[@]}" \
		"$bench" "${arguments[@]}" >"$work/out" 2>&1 || {
		cat "$work/out" >&2
		return 1
	}
	sed -n 's/.*Collected : //p' "$work/out"
}

measure() {
	local name arguments functions

	echo "# $(made_by)"
	while IFS='|' read -r name arguments functions; do
		printf '%12s  %s\n' "$(count "$arguments" "$functions")" "${name% }"
	done < <(lives)
}

# Fails when a life takes more than it may, or is not among the numbers.
compare() {
	awk -v tolerance=$tolerance '
	/^#/ { next }
	{ count = $1; sub(/^ *[0-9]+ +/, "") }
	NR == FNR { accepted[$0] = count; next }
	!accepted[$0] {
		printf "%12d  %-48s  is new\n", count, $0
		bad = 1
		next
	}
	{
		change = (count / accepted[$0] - 1) * 100
		verdict = change > tolerance ? "  TOO MANY" : ""
		if (change < -tolerance)
			verdict = "  fewer"
		printf "%12d  %-48s  %+.1f %%%s\n", count, $0, change, verdict
		bad = bad || change > tolerance
		better = better || change < -tolerance
	}
	END {
		if (better)
			print "to keep what is fewer: tests/bench/guard/guard.sh accept"
		if (bad)
			print "if it must be so: tests/bench/guard/guard.sh accept"
		exit bad
	}' "$numbers" "$work/measured"
}

command -v valgrind >/dev/null || {
	echo "skipped: there is no valgrind"
	exit 0
}
made=$(made_by)
if [ -z "$accept" ] && ! grep -qxF "# $made" "$numbers"; then
	echo "skipped: the numbers are of$(sed -n '1s/^#//p' "$numbers"); this is $made"
	exit 0
fi
cmake --build "$build" --target bench_kernel >/dev/null
measure >"$work/measured"
if [ -n "$accept" ]; then
	cp "$work/measured" "$numbers"
	cat "$numbers"
else
	compare
fi
