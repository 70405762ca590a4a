# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The style of C sources, as far as a line and the one before it show it.

function bad(what) { print FILENAME ":" FNR ": " what }

# Does the line begin a statement that takes another one?
function controls(line) {
	return line ~ /^\t+(} )?(if|for|while|switch|else|(list_)?for_each[a-z_]*)( |\(|$)/
}

function indent(line,    tabs) {
	tabs = line
	sub(/[^\t].*/, "", tabs)
	return length(tabs)
}

FNR == 1 {
	before = ""
	header = FILENAME ~ /\.h$/
	inside = FILENAME ~ /^\.\/(lib|sim)\//
	if (FILENAME ~ /\.c$/ && !/^\/\/ SPDX/ || header && !/^\/\* SPDX.*\*\/$/)
		bad("the licence line is // SPDX… in a source and /* SPDX… */ in a header")
	next
}

/^typedef (struct|enum|union) / && !/} spinlock_t;/ &&
	!/^typedef struct (spinlock|rwlock|lfb_atomic|lfb_refcount) {/ {
	bad("a struct keeps its name: no typedef")
}

header && /^#define [A-Za-z](\(| )/ { bad("a macro of one letter in a header") }

/^#define [a-zA-Z_]+(\([^)]*\))?[ \t]+\.[a-z_]+ = / || (before ~ /\\$/ && /^\t\.[a-z_]+ = .*\\$/) {
	bad("an initialiser hidden in a macro")
}

inside && /(^|[^A-Za-z_])(assert|abort)\(|<assert\.h>/ {
	bad("it would end the process: LFB_ASSERT() ends the machine")
}

FILENAME ~ /^\.\/lib\/(codec\/)?[a-z_0-9]*\.[ch]$/ && /LFB_FINDING_/ {
	bad("a finding in the flow: who watches is told what happens (lib/luo/watch.h)")
}

# Single letters count, and what counts is declared where it does; public names are the kernel's.
FILENAME !~ /^\.\/include\// &&
/^\t+(unsigned (int|long)|unsigned|int|long|size_t|u8|u16|u32|u64) [ijk](, [ijk])*;/ {
	bad("a counter is declared in its for")
}

inside && header && /^(struct|enum|union) [a-z_0-9]+ {/ && FILENAME !~ /\/cli\// &&
	$2 !~ /^(lfb|luo|kho|liveupdate)(_|$)/ && $2 !~ /^(page|folio|task_struct|vm_struct)$/ {
	bad("struct " $2 " needs a prefix: the header is shared")
}

inside && header && /^[a-z][a-z_0-9 *]*[ *](lfb|kho)_[a-z0-9][a-z_0-9]*\(/ {
	bad("an internal name looks public: lfb__x, kho__x")
}
inside && header && /^#define (lfb|kho)_[a-z0-9][a-z_0-9]*\(/ {
	bad("an internal name looks public: lfb__x, kho__x")
}

controls(before) && before !~ /[{;\\]$/ && controls($0) && indent($0) > indent(before) {
	bad("a nested statement stands in braces")
}

FNR > 2 && before ~ /^[ \t]*(\/\*.*|\*|.* )\*\/$/ && before ~ /^[ \t]*[\/ ]?\*/ &&
	/^[ \t]*\/\*/ && before !~ /^\/\* (SPDX|clang-format)/ {
	bad("a comment above another one: which describes what?")
}

{ before = $0 }
