# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# What the pages of tool and library have in common: text as man(7) wants it.

function replace(text, from, to,    out, at) {
	while ((at = index(text, from))) {
		out = out substr(text, 1, at - 1) to
		text = substr(text, at + length(from))
	}
	return out text
}

# escape(TEXT): printed as it is, and can be copied from there
function escape(text) {
	text = replace(text, "\\", "\\e")
	text = replace(text, "-", "\\-")
	text = replace(text, "~", "\\(ti")
	text = replace(text, "^", "\\(ha")
	text = replace(text, "`", "\\(ga")
	text = replace(text, "'", "\\(aq")
	text = replace(text, "…", "...")
	text = replace(text, "→", "\\->")
	text = replace(text, "×", "x")
	return text
}

# line(TEXT): of the source, which must not be taken for a request
function line(text) {
	print (text ~ /^[.']/ ? "\\&" : "") text
}

# fill(TEXT): escaped text in short lines
function fill(text,    word, n, i, out) {
	n = split(text, word, /[ \t\n]+/)
	for (i = 1; i <= n; i++) {
		if (word[i] == "")
			continue
		if (out != "" && length(out) + length(word[i]) > 75) {
			line(out)
			out = ""
		}
		out = out (out == "" ? "" : " ") word[i]
	}
	if (out != "")
		line(out)
}

# verbatim(TEXT): lines as they are
function verbatim(text,    row, n, i) {
	print ".nf"
	n = split(text, row, "\n")
	for (i = 1; i <= n; i++)
		line(escape(row[i]))
	print ".fi"
}

# title(NAME, SECTION, ABOUT)
function title(name, section, about) {
	print ".\\\" SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later"
	print ".\\\" made by docs/man/make.sh"
	print ".TH " toupper(escape(name)) " " section " " date " \"liblfb " version \
		"\" \"Live update, simulated\""
	print ".SH NAME"
	fill(escape(name) about)
}

# see_also(PAGES): "lfb\-run(1)" and the like, and where the documents are
function see_also(pages, documents,    n, i, page, out) {
	print ".SH SEE ALSO"
	n = split(pages, page, " ")
	for (i = 1; i <= n; i++) {
		match(page[i], /\(/)
		print ".BR " substr(page[i], 1, RSTART - 1) " " substr(page[i], RSTART) \
			(i < n ? "," : "")
	}
	if (documents == "")
		return
	print ".PP"
	n = split(documents, page, " ")
	for (i = 1; i <= n; i++)
		out = out (i == 1 ? "" : i < n ? ", " : " and ") page[i]
	fill(escape(out (n > 1 ? " are" : " is") " below " docs ", where lfb is installed."))
}

# documents(TEXT): the files of docs/ that it names
function documents(text,    out, name) {
	while (match(text, /docs\/[A-Za-z0-9_\/.-]*\.md/)) {
		name = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		if (index(" " out " ", " " name " ") == 0)
			out = out (out == "" ? "" : " ") name
	}
	return out
}
