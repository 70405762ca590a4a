# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# awk -f roff.awk -f findings.awk FINDINGS CHECKS PROFILES: lfb-findings(7), an index of all that
# the tool may name: what "lfb explain", "lfb check --list" and "lfb profiles" say.

function section(name, text) {
	print ".SH " name
	fill(escape(text))
}

function entry(id, text) {
	print ".TP"
	line("\\fB" escape(id) "\\fR")
	fill(escape(text))
}

function without_first(text) {
	sub(/^[^ ]+ +/, "", text)
	return text
}

BEGIN {
	title("lfb-findings", 7, " \\- findings, checks and quirks by name")
	print ".SH DESCRIPTION"
	fill(escape("What lfb names, each with its severity and a sentence. In brackets behind a " \
		"quirk are the kernels that have it."))
}
FNR == 1 { file++ }
FNR == 1 && file == 1 { section("FINDINGS", "lfb explain ID says what to do about one.") }
FNR == 1 && file == 2 { section("CHECKS", "Of handovers, by lfb check.") }
FNR == 1 && file == 3 { section("QUIRKS", "Known defects of kernels; lfb run --quirk.") }
file < 3 && NF {
	word = $1
	severity = $2
	entry(word, without_first(without_first($0)) " (" severity ")")
}
file == 3 && $1 == "quirk" { n = split($0, kernel); quirks = 1; next }
file == 3 && quirks && /^[A-Z]/ {
	quirk = $1
	have = ""
	for (i = 2; i <= NF; i++)
		if ($i == "yes")
			have = have (have == "" ? "" : ", ") kernel[i]
}
file == 3 && quirks && /^ / {
	sub(/^ +/, "")
	entry(quirk, $0 (have == "" ? "" : " (" have ")"))
}
END { see_also("lfb(1) lfb\\-explain(1) lfb\\-check(1) lfb\\-profiles(1)", "docs/reference.md") }
