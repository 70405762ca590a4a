# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# LibFDT::LibFDT of sources, LFB_LIBFDT_SOURCE: libfdt/ of the device tree compiler, or
# scripts/dtc/libfdt of a kernel tree. A package has no sanitizer in it, and no coverage for a
# fuzzer. For fuzzing and tests: such a build is not one to install.

file(GLOB lfb_libfdt_sources CONFIGURE_DEPENDS ${LFB_LIBFDT_SOURCE}/fdt*.c)
if(NOT EXISTS ${LFB_LIBFDT_SOURCE}/libfdt.h OR NOT lfb_libfdt_sources)
	message(FATAL_ERROR "LFB_LIBFDT_SOURCE: there is no libfdt in ${LFB_LIBFDT_SOURCE}")
endif()
# Before the package's.
include_directories(BEFORE SYSTEM ${LFB_LIBFDT_SOURCE})
add_library(lfb_libfdt STATIC ${lfb_libfdt_sources})
target_link_libraries(lfb_libfdt PRIVATE lfb_flags)
# It is not ours to mend what its code is warned of.
target_compile_options(lfb_libfdt PRIVATE -w)
set_target_properties(lfb_libfdt PROPERTIES POSITION_INDEPENDENT_CODE ON)
add_library(LibFDT::LibFDT INTERFACE IMPORTED)
target_link_libraries(LibFDT::LibFDT INTERFACE lfb_libfdt)
# Kernels have no fdt_check_full(); the package's calls what is built here.
if(NOT EXISTS ${LFB_LIBFDT_SOURCE}/fdt_check.c)
	find_library(LFB_LIBFDT_CHECK libfdt.a REQUIRED)
	target_link_libraries(LibFDT::LibFDT INTERFACE ${LFB_LIBFDT_CHECK})
endif()
