# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Pages of one file.
#
# lfb_page(OUTPUT BASE SCRIPT...): makes BASE.html with the text of BASE.css and of each SCRIPT.js
# beside it, and with a policy that lets a browser take nothing else.
# As a script (cmake -P) it writes the page: -DBASE=… -DSCRIPTS=A;B -DOUTPUT=….

set(LFB_PAGE_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(lfb_page output base)
	cmake_path(GET base PARENT_PATH folder)
	list(TRANSFORM ARGN REPLACE "(.+)" "${folder}/\\1.js" OUTPUT_VARIABLE scripts)
	add_custom_command(OUTPUT ${output}
		COMMAND ${CMAKE_COMMAND} -DBASE=${base} "-DSCRIPTS=${scripts}" -DOUTPUT=${output}
			-P ${LFB_PAGE_SCRIPT}
		DEPENDS ${base}.html ${base}.css ${scripts} ${LFB_PAGE_SCRIPT}
		COMMENT "Putting ${output} together"
		VERBATIM)
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE)
	return()
endif()

# sha256_base64(VARIABLE TEXT)
function(sha256_base64 variable text)
	set(digits ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
	string(SHA256 hex "${text}")
	# 32 bytes are 10 groups of 3 and one of 2, whose last digit is "="
	string(APPEND hex 00)
	foreach(at RANGE 0 60 6)
		string(SUBSTRING ${hex} ${at} 6 group)
		foreach(shift 18 12 6 0)
			math(EXPR digit "0x${group} >> ${shift} & 63")
			string(SUBSTRING ${digits} ${digit} 1 digit)
			string(APPEND text64 ${digit})
		endforeach()
	endforeach()
	string(REGEX REPLACE ".$" "=" text64 ${text64})
	set(${variable} "sha256-${text64}" PARENT_SCOPE)
endfunction()

file(READ ${BASE}.html page)
file(READ ${BASE}.css style)
foreach(file IN LISTS SCRIPTS)
	file(READ ${file} text)
	string(APPEND script "${text}")
endforeach()
sha256_base64(style_digest "${style}")
sha256_base64(script_digest "${script}")
string(CONCAT policy "default-src 'none'; style-src '${style_digest}'; "
	"script-src '${script_digest}'; require-trusted-types-for 'script'; "
	"base-uri 'none'; form-action 'none'")
string(REPLACE @POLICY@ "${policy}" page "${page}")
string(REPLACE @STYLE@ "${style}" page "${page}")
string(REPLACE @SCRIPT@ "${script}" page "${page}")
file(WRITE ${OUTPUT} "${page}")
