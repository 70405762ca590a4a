#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# tidy_test.sh [OBJECTS]: house rules a machine can check. Prints each violation as
# FILE:LINE: what is wrong. OBJECTS: where a build has its object files, to check calls too.

# shellcheck disable=SC2016 # awk's $, not the shell's
set -eu
export LC_ALL=C

cd "$(dirname "$0")/../.."

# files OPTIONS...: what the project wrote itself, without data and build products
files() {
	find . \( -path ./build -o -path ./.git -o -path ./LICENSES -o -path ./tests/data \
		-o -name '*_seed_corpus' \) -prune -o -type f "$@" -print0
}

sources() {
	files \( -name '*.[ch]' -o -name '*.sh' -o -name '*.cmake' -o -name '*.in' \
		-o -name '*.awk' -o -name '*.map' -o -name CMakeLists.txt -o -perm -u+x \
		-o -name .clang-format -o -name .editorconfig -o -name .gitignore "$@" \)
}

licences() {
	sources -o -name '*.md' | xargs -0 grep -L \
		'SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later' |
		sed 's|$|:1: no SPDX licence line|'
}

layout() {
	sources -o -name '*.md' | xargs -0 awk '
		function bad(what) { print FILENAME ":" FNR ": " what }

		function columns(line,    n, i, column) {
			gsub(/[\200-\277]/, "", line)	# UTF-8: count each character once
			n = split(line, part, "\t")
			for (i = 1; i < n; i++)
				column += length(part[i]) - (column + length(part[i])) % 8 + 8
			return column + length(part[n])
		}

		FNR == 1 { is_c = FILENAME ~ /\.[ch]$/; body = 0 }
		/[ \t]$/ { bad("trailing white space") }
		FILENAME !~ /\.md$/ && columns($0) > 100 { bad("longer than 100 columns") }
		is_c && FNR == 601 { bad("longer than 600 lines") }
		is_c && /^{/ { body = FNR }
		is_c && /^}/ && body {
			if (FNR - body - 1 > 70)
				print FILENAME ":" body ": function of " FNR - body - 1 \
					" lines, more than 70"
			body = 0
		}'
}

style() {
	files -name '*.[ch]' | xargs -0 awk -f tests/tidy/style.awk
}

# Kernel headers say how much of the kernel's they are.
headers() {
	for header in include/luo/kernel/*/*.h; do
		sed -n 2p "$header" | grep -q '^/\* \(SAME\|SIMPLER\|STUB\)[.:]' ||
			echo "$header:2: says neither SAME, SIMPLER nor STUB"
	done
}

violations=$(licences; layout; style; headers; tests/tidy/map.py --check "$@" || :)
[ -z "$violations" ] || {
	echo "$violations" | sed 's|^\./||' | sort -t: -k1,1 -k2,2n
	exit 1
}
