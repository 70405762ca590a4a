# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# awk -v command=NAME -f roff.awk -f command.awk EXAMPLES OVERVIEW HELP: the page of one command, or
# with an empty NAME of the tool, of what "lfb --help" (OVERVIEW) and "lfb NAME --help" (HELP) say.

function add_paragraph() {
	if (paragraph != "")
		paragraphs[++nr_paragraphs] = paragraph
	paragraph = ""
}

# take_status(TEXT): the sentence about the exit status goes from it into a section of its own
function take_status(text,    rest, end) {
	if (!match(text, /Exit status:? /))
		return text
	rest = substr(text, RSTART + RLENGTH)
	text = substr(text, 1, RSTART - 1)
	end = match(rest, /\. /) ? RSTART : length(rest)
	status = substr(rest, 1, end)
	sub(/\.$/, "", status)
	return text substr(rest, end + 1)
}

# tag(TEXT): how much of an option's line names it: "-o, --out OUT", "--once, --forever"
function tag(text,    used) {
	while (match(text, /^ *(-[a-z], )?--[a-z-]+( [A-Z+][^ ]*)?/)) {
		used += RLENGTH
		text = substr(text, RLENGTH + 1)
		if (text !~ /^, -/)
			break
		used += 2
		text = substr(text, 3)
	}
	return used
}

# marked(TAG): names in bold, values in italics
function marked(text,    word, n, i, out, comma) {
	n = split(text, word, " ")
	for (i = 1; i <= n; i++) {
		comma = sub(/,$/, "", word[i]) ? "," : ""
		out = out (i > 1 ? " " : "") (word[i] ~ /^-/ ? "\\fB" : "\\fI") \
			escape(word[i]) "\\fR" comma
	}
	return out
}

function option_line(text,    used) {
	used = tag(text)
	if (used) {
		tags[++nr_options] = substr(text, 3, used - 2)
		text = substr(text, used + 1)
	}
	sub(/^ +/, "", text)
	helps[nr_options] = helps[nr_options] (helps[nr_options] == "" ? "" : " ") text
}

FILENAME == ARGV[1] && /^\[/ { about_it = $0 == "[" command "]"; next }
FILENAME == ARGV[1] { if (about_it && !/^#/ && NF) examples[++nr_examples] = $0; next }

FILENAME == ARGV[2] && /^  [a-z]/ {
	known[$1]
	name[++nr_commands] = $1
	text = $0
	sub(/^ *[a-z]+ +/, "", text)
	abouts[$1] = text
}
FILENAME == ARGV[2] && command != "" { next }
FILENAME == ARGV[2] && /^  / { next }

{ all = all " " $0 }
/^usage: / { in_usage = 1; sub(/^usage: /, "") }
in_usage && NF { sub(/^ +/, ""); usage[++nr_usages] = $0; next }
in_usage { in_usage = 0; next }
/^  / { add_paragraph(); option_line($0); next }
!NF { add_paragraph(); next }
nr_options && /:$/ { headings[nr_options + 1] = $0; next }
{ paragraph = paragraph (paragraph == "" ? "" : " ") $0 }

function synopsis(    i, text) {
	print ".SH SYNOPSIS"
	for (i = 1; i <= nr_usages; i++) {
		text = usage[i]
		if (text !~ /^lfb/) {	# goes on
			line(escape(text))
			continue
		}
		if (i > 1)
			print ".br"
		if (command != "" && match(text, "^lfb " command))
			line("\\fB" escape(substr(text, 1, RLENGTH)) "\\fR" \
				escape(substr(text, RLENGTH + 1)))
		else
			line("\\fBlfb\\fR" escape(substr(text, 4)))
	}
}

function options(    i) {
	for (i = 1; i <= nr_options; i++) {
		if (i == 1)
			print ".SH OPTIONS"
		if (i in headings) {
			print ".PP"
			fill(escape(headings[i]))
		}
		print ".TP"
		line(marked(tags[i]))
		fill(escape(helps[i]))
	}
}

function shown(    i, is_command, was_command) {
	print ".SH EXAMPLES"
	for (i = 1; i <= nr_examples; i++) {
		is_command = examples[i] !~ /^\t/
		if (is_command && !was_command) {
			if (i > 1)
				print ".PP"
			print ".EX"
		} else if (!is_command && was_command) {
			print ".EE"
			print ".PP"
		}
		if (is_command)
			line("$ " escape(examples[i]))
		else
			fill(escape(examples[i]))
		was_command = is_command
	}
}

# other commands that the text speaks of
function others(    text, word, out, list) {
	text = all
	while (match(text, /lfb [a-z]+/)) {
		word = substr(text, RSTART + 4, RLENGTH - 4)
		text = substr(text, RSTART + RLENGTH)
		if (word in known && word != command)
			list[word]
	}
	out = "lfb(1)"
	for (text = 1; text <= nr_commands; text++)
		if (name[text] in list)
			out = out " lfb\\-" name[text] "(1)"
	return out
}

function all_commands(    i) {
	print ".SH COMMANDS"
	for (i = 1; i <= nr_commands; i++) {
		print ".TP"
		print ".BR lfb\\-" name[i] " (1)"
		fill(escape(abouts[name[i]]))
	}
}

END {
	add_paragraph()
	title("lfb" (command == "" ? "" : "-" command), 1, " \\- " \
		escape(command == "" ? "Linux live update, simulated" : abouts[command]))
	synopsis()
	for (i = 1; i <= nr_paragraphs; i++)
		paragraphs[i] = take_status(paragraphs[i])
	print ".SH DESCRIPTION"
	for (i = 1; i <= nr_paragraphs; i++) {
		if (paragraphs[i] ~ /^ *$/)
			continue
		if (i > 1)
			print ".PP"
		fill(escape(paragraphs[i]))
	}
	if (!nr_paragraphs)
		fill(escape(toupper(substr(abouts[command], 1, 1)) substr(abouts[command], 2) "."))
	if (command == "")
		all_commands()
	options()
	print ".SH EXIT STATUS"
	fill(escape(status == "" ? "As for all commands:" : status "."))
	if (status == "")
		print ".BR lfb (1)."
	if (nr_examples)
		shown()
	see_also(command == "" ? "lfb(7) lfb\\-findings(7)" : others(), documents(all))
}
