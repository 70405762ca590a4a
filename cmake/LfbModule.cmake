# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb_add_module(TARGET [NO_CHECKS | RACES] SOURCE...): kernel-style sources as a module that
# machines load, TARGET.so. As on a kernel it is compiled with MODULE and KBUILD_MODNAME defined and
# with <linux/...> from lfb::kernel; what it calls it finds in the program that loads it. It asks
# before each access to memory whether it may, unless NO_CHECKS is given or the whole project is
# built with a sanitizer. With RACES it says what it touches instead, so that tasks beside each
# other are found to race; a compiler makes one of the two. lfb build does the same.

# What a module calls that asks has __wrap_ in front of it from here on.
function(lfb_wrap_calls target)
	set(calls __asan_handle_no_return memcpy memmove memset memcmp bcmp strlen strnlen strcmp
		strncmp strcpy strncpy vsnprintf snprintf sprintf lfb_vsnprintf)
	foreach(size 1 2 4 8 16 N)
		list(APPEND calls __asan_load${size}_noabort __asan_store${size}_noabort)
	endforeach()
	list(TRANSFORM calls PREPEND LINKER:--wrap=)
	target_link_options(${target} PRIVATE ${calls})
endfunction()

# The same of one that says what it touches.
function(lfb_wrap_accesses target)
	set(accesses init func_entry func_exit read_range write_range atomic_thread_fence
		atomic_signal_fence)
	foreach(bytes 1 2 4 8 16)
		foreach(what read write volatile_read volatile_write)
			list(APPEND accesses ${what}${bytes})
			if(bytes GREATER 1)
				list(APPEND accesses unaligned_${what}${bytes})
			endif()
		endforeach()
	endforeach()
	foreach(bits 8 16 32 64)
		foreach(what load store exchange fetch_add fetch_sub fetch_and fetch_or fetch_xor
				fetch_nand compare_exchange_strong compare_exchange_weak
				compare_exchange_val)
			list(APPEND accesses atomic${bits}_${what})
		endforeach()
	endforeach()
	list(TRANSFORM accesses PREPEND LINKER:--wrap=__tsan_)
	foreach(call memcpy memmove memset memcmp bcmp)
		list(APPEND accesses LINKER:--wrap=${call})
	endforeach()
	target_link_options(${target} PRIVATE ${accesses})
endfunction()

function(lfb_check_races target)
	target_compile_options(${target} PRIVATE -fsanitize=thread -U_FORTIFY_SOURCE
		-fno-optimize-sibling-calls)
	if(CMAKE_C_COMPILER_ID MATCHES "Clang")
		target_compile_options(${target} PRIVATE
			"SHELL:-mllvm -tsan-distinguish-volatile=1")
	else()
		target_compile_options(${target} PRIVATE
			"SHELL:--param tsan-distinguish-volatile=1")
	endif()
	lfb_wrap_accesses(${target})
endfunction()

function(lfb_add_module target)
	cmake_parse_arguments(PARSE_ARGV 1 given "NO_CHECKS;RACES" "" "")
	add_library(${target} MODULE ${given_UNPARSED_ARGUMENTS})
	string(REPLACE "-" "_" name ${target})
	set_target_properties(${target} PROPERTIES PREFIX "" C_STANDARD 11 C_EXTENSIONS ON)
	target_compile_definitions(${target} PRIVATE MODULE "KBUILD_MODNAME=\"${name}\"")
	target_compile_options(${target} PRIVATE
		-g -fno-strict-aliasing -fno-delete-null-pointer-checks -fwrapv)
	target_include_directories(${target} PRIVATE
		$<TARGET_PROPERTY:lfb::kernel,INTERFACE_INCLUDE_DIRECTORIES>
		$<TARGET_PROPERTY:lfb::lfb,INTERFACE_INCLUDE_DIRECTORIES>)
	target_link_options(${target} PRIVATE LINKER:-Bsymbolic LINKER:-z,separate-code)
	if(given_RACES)
		lfb_check_races(${target})
		return()
	endif()
	if(given_NO_CHECKS OR "${CMAKE_C_FLAGS} ${lfb_instrument_flags}" MATCHES "-fsanitize=")
		return()
	endif()
	target_compile_options(${target} PRIVATE -fsanitize=kernel-address -U_FORTIFY_SOURCE)
	if(CMAKE_C_COMPILER_ID MATCHES "Clang")
		# What gcc does by itself: to call, and to leave stacks and statics alone.
		target_compile_options(${target} PRIVATE
			"SHELL:-mllvm -asan-instrumentation-with-call-threshold=0"
			"SHELL:-mllvm -asan-stack=0" "SHELL:-mllvm -asan-globals=0")
	endif()
	lfb_wrap_calls(${target})
endfunction()
