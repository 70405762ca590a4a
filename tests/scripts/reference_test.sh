#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# docs/reference.md: the table of defects is that of the code, and that of transcripts is what
# comes out when they are run. LFB_UPDATE=1 writes the latter anew.

set -eu
. "$(dirname "$0")/cli_common.sh"

# It is about the page; the transcripts run under sanitizers in golden_test.sh.
case ${CFLAGS-} in *-fsanitize=*) exit 77 ;; esac

checks=$((checks + 1))
"$(dirname "$0")/reference_test.py" defects "$LFB_SOURCE_DIR/docs/reference.md" ||
	fail "the defects in docs/reference.md are not those of lfb profiles"
checks=$((checks + 1))
if "$(dirname "$0")/reference_test.py" transcripts >"$dir/transcripts"; then
	documented reference.md transcripts "$dir/transcripts"
else
	fail "the differences from the recorded transcripts are not explained"
fi
finish
