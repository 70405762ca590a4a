# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# Finds libfdt, which on Debian comes with neither a .pc file nor a CMake config.
# Provides the target LibFDT::LibFDT.

find_path(LibFDT_INCLUDE_DIR libfdt.h)
find_library(LibFDT_LIBRARY fdt)
mark_as_advanced(LibFDT_INCLUDE_DIR LibFDT_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibFDT
	REQUIRED_VARS LibFDT_LIBRARY LibFDT_INCLUDE_DIR
	REASON_FAILURE_MESSAGE "on Debian it is in the package libfdt-dev")

if(LibFDT_FOUND AND NOT TARGET LibFDT::LibFDT)
	add_library(LibFDT::LibFDT UNKNOWN IMPORTED)
	set_target_properties(LibFDT::LibFDT PROPERTIES
		IMPORTED_LOCATION "${LibFDT_LIBRARY}"
		INTERFACE_INCLUDE_DIRECTORIES "${LibFDT_INCLUDE_DIR}")
endif()
