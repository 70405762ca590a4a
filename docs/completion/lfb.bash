# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# shellcheck shell=bash
#
# Completion of lfb's command lines in bash. All of it is what the tool says of itself, each time:
# commands, options, the words an option takes, profiles, quirks, findings, checks.

# _lfb_rows: the help's rows of options, each as "--name VALUE<tab>what it does" in a line
_lfb_rows() {
	"$1" help "$2" 2>/dev/null | awk '
		/^  -/ {
			if (row != "")
				print row
			row = substr($0, 3)
			match(row, /^(-[a-z], )?--[a-z-]+( [A-Z+][^ ]*)?(, --[a-z-]+)*/)
			row = substr(row, 1, RLENGTH) "\t" substr(row, RLENGTH + 1)
			next
		}
		/^  / { sub(/^ */, " "); row = row $0; next }
		row != "" { print row; row = "" }
		END { if (row != "") print row }'
}

# _lfb_words TEXT: what a row offers: "on: …; off: …", or "these: one, two, three"
_lfb_words() {
	awk -v text="$1" 'BEGIN {
		gsub(/ *\([^)]*\)/, "", text)
		gsub(/  +/, " ", text)
		sub(/^ /, "", text)
		if (match(text, /: [a-z-]+(, [a-z-]+)+; or [a-z]+/) ||
		    match(text, /: [a-z-]+(, [a-z-]+)+ *(;|$)/)) {
			text = substr(text, RSTART + 2, RLENGTH - 2)
			gsub(/; or|[,;]/, " ", text)
			print text
			exit
		}
		n = split(text, part, /; /)
		for (i = 1; i <= n; i++)
			if (match(part[i], /^([^:]*: )?[a-z-]+: /)) {
				word = substr(part[i], 1, RLENGTH - 2)
				sub(/.*: /, "", word)
				print word
			}
	}'
}

_lfb_profiles() {
	"$1" profiles | awk '/^quirk/ { exit } NF && NR > 1 { print $1 }'
}

_lfb_quirks() {
	"$1" profiles | awk '/^[A-Z_]+ / { print "+" $1; print "-" $1 } END { print "+all\n-all" }'
}

_lfb_findings() {
	"$1" explain | awk '{ print $1 }'
}

_lfb_checks() {
	"$1" check --list | awk '{ print $1 }'
}

_lfb_commands() {
	"$1" --help | awk '/^  [a-z]/ { print $1 }'
}

# _lfb_value LFB COMMAND VALUE HELP: the words for what help calls VALUE; fails where it is a file
_lfb_value() {
	case $3 in
	P | PROFILE) _lfb_profiles "$1" ;;
	KERNEL*) _lfb_profiles "$1"; return 1 ;;
	+NAME) _lfb_quirks "$1" ;;
	ID) if [ "$2" = check ]; then _lfb_checks "$1"; else _lfb_findings "$1"; fi ;;
	COMMAND) _lfb_commands "$1" ;;
	FILE* | *IMAGE* | OUT | BLOB | SCENARIO* | FOLDER* | MODULE* | SOURCE* | DIR | TREE | A | B)
		return 1
		;;
	*\|*) echo "${3//|/ }" ;;
	*) _lfb_words "$4" ;;
	esac
}

_lfb_files() {
	compopt -o filenames 2>/dev/null
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$1")
}

_lfb() {
	local lfb=$1 current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} rows row words='' value
	COMPREPLY=()

	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_lfb_commands "$lfb") --help --version" \
			-- "$current")
		return
	fi
	# bash has made three words of --name=value
	if [ "$current" = = ]; then
		current=
	elif [ "$previous" = = ]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	rows=$(_lfb_rows "$lfb" "$command")
	row=
	[[ ! $previous =~ ^--?[a-z-]+$ ]] || row=$(grep -E -m 1 \
		-e "^(-[a-z], )?$previous [A-Z+]|^$previous, --[a-z-]+ [A-Z+]" <<<"$rows")
	if [ -n "$row" ]; then
		value=${row%%$'\t'*}
		words=$(_lfb_value "$lfb" "$command" "${value##* }" "${row#*$'\t'}") ||
			_lfb_files "$current"
	elif [[ $current == -* ]]; then
		words="--help $(cut -f 1 <<<"$rows" | grep -oE -e '--?[a-z][a-z-]*')"
	else
		# what is no option: the words of the usage that are not in brackets with one
		for value in $("$lfb" help "$command" | sed -n '
			1,/^$/ { s/\[-[^]]*\]//g; s/^usage: //; s/^ *lfb [a-z]* *//; s/[].[]//g; p; }'); do
			words+=" $(_lfb_value "$lfb" "$command" "$value" '')" || row='a file'
		done
		[ "$row" != 'a file' ] || _lfb_files "$current"
	fi
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _lfb lfb
