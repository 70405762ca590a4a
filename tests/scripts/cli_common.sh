# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# shellcheck shell=sh
#
# What the tests of the tool share: sourced, after "set -eu". Leaves a directory of its own in
# $dir, where $dir/out and $dir/err are what the last command printed.

: "${LFB:?the tool to test}"
: "${LFB_TEST_DATA:?tests/data}"
: "${LFB_SOURCE_DIR:?the top of the tree}"
export LC_ALL=C

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0
checks=0
# What does not depend on sanitizers is left to builds without: they take three times as long.
case ${CFLAGS-} in *-fsanitize=*) sanitized=1 ;; *) sanitized= ;; esac

fail() {
	echo "FAILED: $*" >&2
	failures=$((failures + 1))
}

# lfb STATUS ARGS...: runs the tool, which must exit with STATUS
lfb() {
	expected=$1
	shift
	status=0
	"$LFB" "$@" >"$dir/out" 2>"$dir/err" || status=$?
	checks=$((checks + 1))
	if [ "$status" -ne "$expected" ]; then
		fail "lfb $*: exit status $status, not $expected"
		sed 's/^/    /' "$dir/err" >&2
	fi
}

# prints FILE TEXT: the last command printed TEXT (a fixed string) to out or err
prints() {
	checks=$((checks + 1))
	grep -qF -e "$2" "$dir/$1" || {
		fail "standard $1 lacks \"$2\""
		sed 's/^/    /' "$dir/$1" >&2
	}
}

# silent FILE: the last command printed nothing there
silent() {
	checks=$((checks + 1))
	[ ! -s "$dir/$1" ] || fail "standard $1 is not empty: $(head -n 1 "$dir/$1")"
}

# same FILE FILE
same() {
	checks=$((checks + 1))
	cmp "$1" "$2" >&2 || fail "$1 and $2 differ"
}

# What Debian installs, the system's interpreter sees.
find_python() {
	python=python3
	$python -c 'import jsonschema' 2>"$dir/noise" || python=/usr/bin/python3
}

# fits SCHEMA [FILE]: the last command's output, or FILE, has the form that docs/schema/SCHEMA.json
# says
fits() {
	checks=$((checks + 1))
	[ -n "${python-}" ] || find_python
	$python "$LFB_SOURCE_DIR/tests/scripts/json_fits.py" \
		"$LFB_SOURCE_DIR/docs/schema/$1.json" "${2-$dir/out}" >&2 ||
		fail "${2-$1}: it does not fit $1"
}

# documented DOC NAME FILE: DOC, a file of docs/, holds FILE between its two lines
# "<!-- generated: NAME -->" and "<!-- end: NAME -->". With LFB_UPDATE=1 it does afterwards.
documented() {
	awk -v name="$2" -v text="$3" '
		$0 == "<!-- end: " name " -->" { inside = 0; seen++ }
		!inside
		$0 == "<!-- generated: " name " -->" {
			inside = 1
			seen++
			while ((getline line <text) > 0)
				print line
		}
		END { exit seen != 2 }' "$LFB_SOURCE_DIR/docs/$1" >"$dir/document" ||
		fail "docs/$1 has no place for $2"
	if [ "${LFB_UPDATE:-0}" != 0 ]; then
		cp "$dir/document" "$LFB_SOURCE_DIR/docs/$1"
	fi
	checks=$((checks + 1))
	diff -u --label "docs/$1" --label "what it should be" "$LFB_SOURCE_DIR/docs/$1" \
		"$dir/document" || fail "docs/$1: LFB_UPDATE=1 $0 writes \"$2\" anew"
}

finish() {
	echo "$checks checks, $failures failed"
	[ "$failures" -eq 0 ]
}
