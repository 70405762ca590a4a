# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# awk -f roff.awk -f overview.awk README.md PAGE.3...: lfb(7), the library as a whole: what README
# says at its beginning, and a line for each page about a part.

# plain(TEXT): without Markdown's marks
function plain(text,    out, label) {
	while (match(text, /\[[^]]*\]\([^)]*\)/)) {
		label = substr(text, RSTART + 1)
		sub(/\].*/, "", label)
		out = out substr(text, 1, RSTART - 1) label
		text = substr(text, RSTART + RLENGTH)
	}
	text = out text
	gsub(/\*\*/, "", text)
	gsub(/`/, "", text)
	return text
}

function end_paragraph() {
	if (paragraph == "")
		return
	all = all " " paragraph
	if (paragraph ~ /^- /) {
		print ".IP \\(bu 2"
		sub(/^- /, "", paragraph)
	} else if (!is_first) {
		print ".PP"
	}
	is_first = 0
	fill(escape(plain(paragraph)))
	paragraph = ""
}

BEGIN {
	title("lfb", 7, ", liblfb \\- Linux live update, simulated in one process")
	print ".SH DESCRIPTION"
	is_first = 1
}
FILENAME == ARGV[1] && /^## / { done = 1; end_paragraph() }
FILENAME == ARGV[1] && !done && !/^(#|<!--|!\[)/ {
	if (!NF || /^- /)
		end_paragraph()
	if (NF)
		paragraph = paragraph (paragraph == "" ? "" : " ") $0
}
FILENAME == ARGV[1] { next }

# the sentence behind the names
FNR == 1 {
	if (!parts++) {
		print ".SH THE LIBRARY BY TOPIC"
		print ".B <luo/lfb.h>"
		print "includes most of them. A test may use"
		print ".BR lfb\\-cmocka (3)"
		print "and"
		print ".BR lfb\\-fixture (3)."
	}
	page = FILENAME
	sub(/.*\//, "", page)
	sub(/\.3$/, "", page)
	in_name = 0
	about = ""
}
/^\.SH / {
	if (in_name) {
		sub(/^.* \\- /, "", about)
		print ".TP"
		print ".BR " replace(page, "-", "\\-") " (3)"
		fill(about)
	}
	in_name = $0 == ".SH NAME"
	next
}
in_name { about = about " " $0 }

END { see_also("lfb(1) lfb\\-findings(7)", documents(all)) }
