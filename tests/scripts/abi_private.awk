#!/usr/bin/awk -f
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# abi_private.awk HEADERS - <ABI: structures that no public header defines are only declared, as
# for who uses the library.

# the value of an attribute of this line
function attribute(name,    text) {
	if (!match($0, " " name "='[^']*'"))
		return ""
	text = substr($0, RSTART, RLENGTH)
	gsub(/^[^']*'|'$/, "", text)
	return text
}

FILENAME != "-" {
	if (match($0, /^(typedef )?(struct|union) [a-z_0-9]+ \{/))
		public[$(NF - 1)]
	next
}
inside {
	inside += /<class-decl / && !/\/>$/
	inside -= /<\/class-decl>/
	next
}
/<class-decl / && !/\/>$/ && !(attribute("name") in public) &&
attribute("is-anonymous") != "yes" && attribute("name") !~ /^__/ {
	inside = 1
	sub(/ size-in-bits='[0-9]*'/, "")
	sub(/>$/, " is-declaration-only='yes'/>")
}
{ print }
