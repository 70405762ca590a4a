# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb_add_fuzzer(TARGET [SOURCE...] [MODULES MODULE...]): a program that fuzzes modules. SOURCEs
# have LFB_FUZZ_TARGET() of <luo/fuzz.h>; without any it is about the MODULEs, targets of
# lfb_add_module(), in that order. With clang it is libFuzzer's, which sees what modules do; other
# compilers give it the main() of <luo/fuzz.h>, which looks at nobody's code.

function(lfb_add_fuzzer target)
	cmake_parse_arguments(PARSE_ARGV 1 given "" "" "MODULES")
	set(sources ${given_UNPARSED_ARGUMENTS})
	set(modules)
	foreach(module ${given_MODULES})
		string(APPEND modules "\"$<TARGET_FILE:${module}>\", ")
	endforeach()
	if(NOT sources)
		set(sources ${CMAKE_CURRENT_BINARY_DIR}/${target}.c)
		file(GENERATE OUTPUT ${sources} CONTENT "#include <luo/fuzz.h>

LFB_FUZZ_TARGET(NULL, NULL, .name = \"${target}\",
		.loadable = (const char *const []){ ${modules}NULL });
")
	endif()
	add_executable(${target} ${sources})
	target_link_libraries(${target} PRIVATE lfb::lfb)
	# What modules count in, and whom they tell.
	set_target_properties(${target} PROPERTIES ENABLE_EXPORTS ON)
	if(given_MODULES)
		add_dependencies(${target} ${given_MODULES})
	endif()
	if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
		target_compile_definitions(${target} PRIVATE LFB_FUZZ_STANDALONE)
		return()
	endif()
	target_compile_options(${target} PRIVATE -fsanitize=fuzzer)
	target_link_options(${target} PRIVATE -fsanitize=fuzzer)
	foreach(module ${given_MODULES})
		target_compile_options(${module} PRIVATE -fsanitize=fuzzer-no-link)
	endforeach()
endfunction()
