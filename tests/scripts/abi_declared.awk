#!/usr/bin/awk -f
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# The names that headers declare with LFB_API, one a line. What modules export themselves is not
# the library's.

{ sub(/\/\/.*/, "") }
/^LFB_API/ { text = ""; inside = 1 }
inside { text = text " " $0 }
inside && /;/ {
	inside = 0
	# int name(...), type name[], type name, and void (*name(...))(...)
	if (!match(text, /\(\*[a-z_0-9]+\(/) && !match(text, /[A-Za-z_][A-Za-z_0-9]* *[(;[]/))
		print FILENAME ":" FNR ": nobody understands" text
	name = substr(text, RSTART, RLENGTH)
	gsub(/[^A-Za-z_0-9]/, "", name)
	if (name != "__this_module" && name != "lfb_this_module")
		print name
}
