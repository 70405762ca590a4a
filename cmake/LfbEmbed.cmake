# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Files of the tree as strings of a program.
#
# lfb_embed(TARGET NAME FILE...): adds a source to TARGET that defines
#	const struct cli_embedded NAME[];
# the files, sorted by name, and behind them one without a name.
# As a script (cmake -P) it writes that source: -DNAME=… -DFILES=A;B -DOUTPUT=….

if(CMAKE_SCRIPT_MODE_FILE)
	set(text "/* Made by cmake/LfbEmbed.cmake. */\n#include \"sim/cli/cli.h\"\n\n")
	set(table "")
	set(number 0)
	foreach(file IN LISTS FILES)
		cmake_path(GET file FILENAME filename)
		file(READ ${file} bytes HEX)
		string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
		string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
		string(APPEND text "static const char file_${number}[] = {\n${bytes}0\n};\n")
		string(APPEND table "\t{ \"${filename}\", file_${number} },\n")
		math(EXPR number "${number} + 1")
	endforeach()
	string(APPEND text "\nconst struct cli_embedded ${NAME}[] = {\n${table}\t{ 0 },\n};\n")
	file(WRITE ${OUTPUT} "${text}")
	return()
endif()

set(LFB_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(lfb_embed target name)
	set(output ${CMAKE_CURRENT_BINARY_DIR}/${name}.c)
	set(files ${ARGN})
	list(SORT files)
	add_custom_command(OUTPUT ${output}
		COMMAND ${CMAKE_COMMAND} -DNAME=${name} "-DFILES=${files}" -DOUTPUT=${output}
			-P ${LFB_EMBED_SCRIPT}
		DEPENDS ${files} ${LFB_EMBED_SCRIPT}
		COMMENT "Embedding ${name}"
		VERBATIM)
	target_sources(${target} PRIVATE ${output})
	target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
endfunction()
