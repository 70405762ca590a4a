# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# lfb_add_module(TARGET SOURCE...): kernel-style sources as a module that machines load, TARGET.so.
# As on a kernel it is compiled with MODULE and KBUILD_MODNAME defined and with <linux/...> from
# lfb::kernel; what it calls it finds in the program that loads it. lfb build does the same.

function(lfb_add_module target)
	add_library(${target} MODULE ${ARGN})
	string(REPLACE "-" "_" name ${target})
	set_target_properties(${target} PROPERTIES PREFIX "" C_STANDARD 11 C_EXTENSIONS ON)
	target_compile_definitions(${target} PRIVATE MODULE "KBUILD_MODNAME=\"${name}\"")
	target_compile_options(${target} PRIVATE
		-g -fno-strict-aliasing -fno-delete-null-pointer-checks -fwrapv)
	target_include_directories(${target} PRIVATE
		$<TARGET_PROPERTY:lfb::kernel,INTERFACE_INCLUDE_DIRECTORIES>
		$<TARGET_PROPERTY:lfb::lfb,INTERFACE_INCLUDE_DIRECTORIES>)
	target_link_options(${target} PRIVATE LINKER:-Bsymbolic LINKER:-z,separate-code)
endfunction()
