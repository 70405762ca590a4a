# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb_flags: the compiler and linker flags of everything built here; never installed.
# lfb_instrument_flags: the part of them that other code linked with this build must
# share (the sanitizers).

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)

set(lfb_instrument_flags)
if(LFB_SANITIZE OR (LFB_FUZZ AND NOT LFB_FUZZ_ENGINE))
	set(lfb_instrument_flags
		-fsanitize=address,undefined
		-fno-sanitize-recover=all
		-fno-omit-frame-pointer)
endif()
if(LFB_COVERAGE)
	# atomic: tests run machines in threads
	list(APPEND lfb_instrument_flags --coverage -fprofile-update=atomic)
endif()
if(LFB_FUZZ AND NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
	message(FATAL_ERROR "LFB_FUZZ needs clang: libFuzzer is part of it")
endif()

add_library(lfb_flags INTERFACE)
target_compile_options(lfb_flags INTERFACE
	-Wall -Wextra -Wshadow
	$<$<BOOL:${LFB_WERROR}>:-Werror>
	$<$<AND:$<BOOL:${LFB_FUZZ}>,$<NOT:$<BOOL:${LFB_FUZZ_ENGINE}>>>:-fsanitize=fuzzer-no-link>
	${lfb_instrument_flags}
	# __FILE__ is the same wherever the tree lies, so outputs are too
	-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
target_link_options(lfb_flags INTERFACE ${lfb_instrument_flags})
if(NOT lfb_instrument_flags AND NOT LFB_FUZZ AND NOT EMSCRIPTEN)
	target_link_options(lfb_flags INTERFACE LINKER:--no-undefined)
endif()
