#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Modules ask before each access to memory: every mistake of tests/loadable/memory.c is named, in
# the line that has it, with who allocated and freed the memory, and no twin is accused, whatever
# compiler made it; also those of handover.c, of memory that is handed over. Each call that asks is
# needed: without it a mistake is not seen.

set -eu

# shellcheck source=tests/scripts/cli_common.sh
. "$(dirname "$0")/cli_common.sh"
source=$LFB_SOURCE_DIR/tests/loadable/memory.c
compiler=${CC:-cc}
cd "$dir"

places=true
python3 -c 'import ctypes; ctypes.CDLL("libdw.so.1")' 2>&- || places=false

names=$(sed -n '/mistakes\[\]/,/^};/{ /[{}]/d; s/,/ /g; p }' "$source" | tr -s '\n\t ' ' ')

# lines: "MISTAKE LINE FINDING" of each line that says what it is found as
awk '/^static .*[a-z_0-9]+\(bool bad\)$/ { split($0, word, /[ (]/); name = word[3] }
	match($0, /\/\* [A-Z-]+ \*\//) {
		print name, FNR, "LFB-" substr($0, RSTART + 3, RLENGTH - 6)
	}' "$source" >lines
for name in $names; do
	grep -q "^$name " lines || fail "$name: no line of it is found as anything"
done

# makes COMPILER [OPTION]...
makes() {
	CC=$1
	export CC
	shift
	lfb 0 build "$@" "$source" -o memory.so
}

# try NUMBER [OPTION]...: what the file of that number does
try() {
	printf 'open\nsession vm\npreserve vm 1 memory-v1 %s\n' "$1" >try.lfb
	shift
	"$LFB" run --module memory.so --findings "$@" try.lfb >found 2>err || :
}

# is_named NAME: all that it is found as, where it is, when it was about to be done
is_named() {
	while read -r mistake line id; do
		[ "$mistake" = "$1" ] || continue
		grep -q "^$id " found || return 1
		! $places || grep -q "^  at: *memory.c:$line $1\$" found || return 1
	done <lines
	case $1 in
	freed_twice | nobodys_page) ;;
	freed_vmalloc_area) grep -q 'used at offset' found ;;
	*) grep -qE 'was (read|written) at offset' found ;;
	esac && case $1 in
	nobodys_page) ;;
	freed_*) ! $places || grep -q '^  freed at: *memory.c:' found ;;
	*) ! $places || grep -q '^  allocated at: *memory.c:' found ;;
	esac
}

# all_named [OPTION]...: of lfb run
all_named() {
	number=0
	for name in $names; do
		checks=$((checks + 2))
		try $number "$@"
		[ ! -s found ] || ! grep -q '^LFB-' found || {
			fail "$name, $CC: its twin is accused: $(grep '^LFB-' found)"
		}
		try $((number + 1)) "$@"
		is_named "$name" || {
			fail "$name, $CC: not named"
			cat found err >&2
		}
		number=$((number + 2))
	done
}

over=$LFB_SOURCE_DIR/tests/loadable/handover.c

# run_over NUMBER [OPTION]...: the file of that number is handed over
run_over() {
	printf '%s\n' open 'session vm' "preserve vm 1 handover-$1 $1" reboot open 'rsession vm' \
		'retrieve vm 1' 'finish vm' >over.lfb
	shift
	"$LFB" run --module over.so --findings "$@" over.lfb >found 2>err || :
}

# over_named COMPILER [OPTION]...: with options of the compiler's
over_named() {
	CC=$1
	export CC
	shift
	for bad in 0 1; do
		lfb 0 build "$@" -DBAD=$bad "$over" -o over.so
		sed -n 's/^\t{ \([a-z]*\)_.* },$/\1/p' "$over" | awk '{ print NR - 1, $0 }' >each
		while read -r number name; do
			checks=$((checks + 1))
			run_over "$number"
			[ $bad = 1 ] || ! grep -q '^LFB-' found ||
				fail "$name, $CC: its twin is accused: $(grep '^LFB-' found)"
			[ $bad = 0 ] || is_over_named || {
				fail "$name, $CC: not named"
				cat found err >&2
			}
		done <each
	done
}

# is_over_named: what the lines of $name say
is_over_named() {
	awk -v name="$name" '/^static / { split($0, word, /[ (]/); function_ = word[3] }
		function_ ~ "^" name "_" && match($0, /\/\* (preserved: )?[A-Z-]+ \*\//) {
			split(substr($0, RSTART + 3, RLENGTH - 6), said, ": ")
			print FNR, function_, said[2] ? said[2] : said[1], said[2] ? said[1] : ""
		}' "$over" >lines_over
	[ -s lines_over ] || return 1
	while read -r line function id what; do
		grep -q "^LFB-$id " found || return 1
		! $places || grep -q "^  ${what:+$what }at: *handover.c:$line $function\$" found ||
			return 1
	done <lines_over
}

makes "env $compiler"
all_named
over_named "$compiler"
all_named --mode fixed
all_named --checks guard
# Sanitizers make all this slow, and see to nothing of it.
case ${CFLAGS-} in *-fsanitize=*)
	finish
	exit
esac
for other in gcc clang; do
	command -v $other >/dev/null || continue
	for level in -O0 -O2; do
		makes $other $level
		all_named
		over_named $other $level
	done
done

# Nobody asks, or nobody answers: the memory is used.
makes "$compiler" -O0
LFB_CHECKS=off lfb 0 run --module memory.so try.lfb
lfb 0 build --no-checks "$source" -o memory.so
try 1
! is_named read_1 || fail "--no-checks: it asks all the same"

# Each call is there, and what it would have seen is not seen without it.
cat >without <<'END'
__asan_load1_noabort read_1 (void *p) {}
__asan_load2_noabort read_2 (void *p) {}
__asan_load4_noabort read_4 (void *p) {}
__asan_load8_noabort read_8 (void *p) {}
__asan_load16_noabort read_16 (void *p) {}
__asan_loadN_noabort read_unaligned (void *p, unsigned long n) {}
__asan_store1_noabort write_1 (void *p) {}
__asan_store2_noabort write_2 (void *p) {}
__asan_store4_noabort write_4 (void *p) {}
__asan_store8_noabort write_8 (void *p) {}
__asan_store16_noabort write_16 (void *p) {}
__asan_storeN_noabort write_unaligned (void *p, unsigned long n) {}
memcpy memcpy_to (void *to, void *from, unsigned long n) { CALL(memcpy)(to, from, n); }
memcpy memcpy_from (void *to, void *from, unsigned long n) { CALL(memcpy)(to, from, n); }
memmove memmove_to (void *to, void *from, unsigned long n) { CALL(memmove)(to, from, n); }
memset memset_to (void *to, int byte, unsigned long n) { CALL(memset)(to, byte, n); }
memcmp memcmp_of (void *p, void *q, unsigned long n) { CALL(memcmp)(p, q, n); }
strlen strlen_of (void *p) { CALL(strlen)(p); }
strnlen strnlen_of (void *p, unsigned long n) { CALL(strnlen)(p, n); }
strcmp strcmp_of (void *p, void *q) { CALL(strcmp)(p, q); }
strncmp strncmp_of (void *p, void *q, unsigned long n) { CALL(strncmp)(p, q, n); }
strcpy strcpy_to (void *to, void *from) { CALL(strcpy)(to, from); }
strncpy strncpy_to (void *to, void *from, unsigned long n) { CALL(strncpy)(to, from, n); }
lfb_vsnprintf scnprintf_to (void *p, long n, void *f, void *a) { CALL(lfb_vsnprintf)(p, n, f, a); }
snprintf snprintf_to (char *p, long n, char *f, char *s, int d) { CALL(snprintf)(p, n, f, s, d); }
sprintf sprintf_to (char *p, char *f, char *s, int d) { CALL(sprintf)(p, f, s, d); }
END
echo '#define CALL(name) extern void *__real_##name(); return __real_##name' >call.h
while read -r call name function; do
	checks=$((checks + 1))
	{
		cat call.h
		case $function in
		*CALL*) echo "void *__wrap_$call$function" ;;
		*) echo "void __wrap_$call$function" ;;
		esac
	} >without.c
	makes "$compiler" -O0 -w without.c
	number=1
	for before in $names; do
		[ "$before" != "$name" ] || break
		number=$((number + 2))
	done
	try $number
	! is_named "$name" || fail "$name is named without $call"
done <without

# The same twice: no address is said.
makes "$compiler"
for number in 1 75 81; do
	try $number
	cp found before
	try $number
	same found before
done

finish
