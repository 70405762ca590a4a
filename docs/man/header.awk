# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# awk -v topic=NAME -f roff.awk -f header.awk luo/NAME.h: the page of a public header, of its
# kernel-doc. The comment under the licence line is what it is about.

# strip(LINE): of a comment, without the frame of stars
function strip(text) {
	sub(/^[ \t]*\/\*\*?[ \t]?/, "", text)
	sub(/[ \t]*\*\/[ \t]*$/, "", text)
	sub(/^[ \t]*\*[ ]?/, "", text)
	return text
}

# marked(TEXT): escaped, with what kernel-doc marks: @argument, %CONSTANT, &struct name
function marked(text,    out, word) {
	text = escape(text)
	text = replace(text, "\\(ga\\(ga", "")
	while (match(text, /[@%&][A-Za-z_\\][A-Za-z0-9_]*/)) {
		word = substr(text, RSTART + 1, RLENGTH - 1)
		out = out substr(text, 1, RSTART - 1)
		if (substr(text, RSTART, 1) == "@")
			word = "\\fI" word "\\fR"
		else if (RSTART > 1 && substr(text, RSTART - 1, 1) !~ /[ (]/ ||
			 substr(text, RSTART + 1, 1) == "\\")
			word = substr(text, RSTART, 1) word
		out = out word
		text = substr(text, RSTART + RLENGTH)
	}
	return out text
}

# say(TEXT): a paragraph, or lines that stay as they are
function say(    how) {
	if (paragraph ~ /^[ \t]*$/) {
		paragraph = ""
		return
	}
	if (mode == "verbatim") {
		if (!is_first)
			print ".PP"
		verbatim(paragraph)
	} else if (mode == "argument") {
		print ".TP"
		how = paragraph
		sub(/:.*/, "", how)
		line("\\fI" escape(substr(how, 2)) "\\fR")
		sub(/^[^:]*:[ \t]*/, "", paragraph)
		fill(marked(paragraph))
	} else {
		if (!is_first)
			print ".PP"
		if (match(paragraph, /^(Context|Returns?|Note|Description|Errors?):/)) {
			how = substr(paragraph, 1, RLENGTH)
			paragraph = substr(paragraph, RLENGTH + 1)
			line("\\fI" how "\\fR")
		}
		fill(marked(paragraph))
	}
	paragraph = ""
	is_first = 0
}

# add(LINE): of a comment
function add(text) {
	sub(/[ \t]+$/, "", text)
	if (text == "") {
		say()
		mode = ""
		return
	}
	if (text ~ /^@([A-Za-z_0-9.]+|\.\.\.):/) {
		say()
		mode = "argument"
	} else if (mode != "argument" && text ~ /^(\t|   )/) {
		if (mode != "verbatim")
			say()
		mode = "verbatim"
	} else if (mode == "verbatim" || text ~ /^(Context|Returns?|Note|Errors?):/ ||
		   (mode == "argument" && text !~ /^[ \t]/)) {
		say()
		mode = "text"
	}
	if (mode == "verbatim")
		sub(/^(\t|   )/, "", text)
	paragraph = paragraph (paragraph == "" ? "" : "\n") text
}

# declared(): what the comment is about, as C has it
function declared(    text, n, row, i) {
	text = declaration
	sub(/^[ \t\n]+/, "", text)
	gsub(/LFB_API /, "", text)
	gsub(/[ \t]*\/\*[^*]*\*\//, "", text)
	if (text ~ /^#define/) {
		sub(/^#define[ \t]+/, "", text)
		if (!match(text, /^[A-Za-z_0-9]+(\([^)]*\))?/))
			return
		text = "#define " substr(text, 1, RLENGTH)
	} else if (text ~ /^static inline/) {
		sub(/\n?[ ]?\{.*/, "", text)
		text = text ";"
	}
	gsub(/\t/, "        ", text)
	n = split(text, row, "\n")
	print ".nf"
	for (i = 1; i <= n; i++) {
		if (row[i] !~ /^ *$/)
			line("\\fB" escape(row[i]) "\\fR")
	}
	print ".fi"
}

function flush_comment(    i, first, brief) {
	for (first = 1; first < rows && strip(row[first]) == ""; first++)
		;
	heading = strip(row[first])
	if (!match(heading, /^((struct|union|enum|typedef) )?[A-Za-z_0-9]+(\([^)]*\))?/) ||
	    heading !~ /^((struct|union|enum|typedef) )?[A-Za-z_0-9]+(\([^)]*\))?( -|$)/)
		return
	brief = substr(heading, RLENGTH + 1)
	heading = substr(heading, 1, RLENGTH)
	sub(/^ *- */, "", brief)
	print ".SS " escape(heading)
	declared()
	mode = "text"
	paragraph = brief
	for (i = first + 1; i <= rows; i++)
		add(strip(row[i]))
	say()
}

# the first sentence, to be behind a name
function first_sentence(text) {
	gsub(/[ \n]+/, " ", text)
	if (match(text, /[.;] /))
		text = substr(text, 1, RSTART - 1)
	sub(/[.]$/, "", text)
	return text
}

# Once through for the names, once for the text.
FNR == 1 { pass++ }
pass == 1 {
	all = all " " $0
	if (/^LFB_API/ || going_on) {
		api = going_on ? api " " $0 : $0
		going_on = !/;/
		if (!going_on && (match(api, /\(\*[a-z_0-9]+\(/) ||
				  match(api, /[a-z_0-9]+ *[(;]/))) {
			text = substr(api, RSTART, RLENGTH)
			gsub(/[ (*;]/, "", text)
			if (text ~ /^(lfb|kho|liveupdate)_/)
				names = names ", " escape(text)
		}
	}
	if (/^#include <luo\/[a-z_]+\.h>/ && !/<luo\/lfb\.h>/) {
		text = $2
		gsub(/<luo\/|\.h>/, "", text)
		gsub(/_/, "-", text)
		included = included " lfb\\-" replace(text, "-", "\\-") "(3)"
	}
	if (FNR > 2 && !told && /\*\//)
		told = 1
	if (FNR >= 2 && (!told || (told == 1 && /\*\//))) {
		head[++nr_head] = strip($0)
		about = about " " strip($0)
	}
	if (FNR == 2 && /\*\//)
		told = 2
	if (told == 1)
		told = 2
	next
}

pass == 2 && FNR == 1 {
	sub(/^[ \t]+/, "", about)
	title("lfb-" replace(topic, "_", "-"), 3, names " \\- " escape(first_sentence(about)))
	print ".SH SYNOPSIS"
	print ".B #include <luo/" topic ".h>"
	print ".PP"
	print "cc \\&... $(pkg\\-config \\-\\-cflags \\-\\-libs lfb)"
	print ".SH DESCRIPTION"
	is_first = 1
	mode = "text"
	for (i = 1; i <= nr_head; i++)
		add(head[i])
	say()
}

FNR <= 2 { next }
/^[ \t]*\/\*\*([ \t]|$)/ && !inside {
	if (pending)
		end_declaration()
	inside = 1
	rows = 0
}
inside {
	row[++rows] = $0
	if (/\*\//) {
		inside = 0
		pending = 1
		declaration = ""
	}
	next
}
pending {
	declaration = declaration "\n" $0
	if (declaration ~ /^\n#define/ || /^}/ ||
	    (declaration !~ /\{/ && (/;[ \t]*(\/\*.*)?$/ || !NF)) ||
	    (declaration ~ /^\n*static inline/ && /^\{/))
		end_declaration()
}

function end_declaration() {
	pending = 0
	if (!sections++)
		print ".SH WHAT IS DECLARED"
	flush_comment()
}

END {
	if (pending)
		end_declaration()
	sub(/^ /, "", included)
	see_also("lfb(7)" (included == "" ? "" : " " included), documents(all))
}
