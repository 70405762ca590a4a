# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#
# What "cmake --install" puts where; users find it by find_package(lfb) or pkg-config.

include(CMakePackageConfigHelpers)

install(TARGETS lfb_shared lfb_static lfb_kernel EXPORT lfb)
if(TARGET lfb_tool)
	install(TARGETS lfb_tool)
endif()
install(DIRECTORY include/luo TYPE INCLUDE FILES_MATCHING PATTERN "*.h" PATTERN "adapter.c")

set(lfb_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lfb)
configure_package_config_file(cmake/lfb-config.cmake.in lfb-config.cmake
	INSTALL_DESTINATION ${lfb_config_dir})
write_basic_package_version_file(lfb-config-version.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT lfb NAMESPACE lfb:: FILE lfb-targets.cmake DESTINATION ${lfb_config_dir})
install(FILES
	${PROJECT_BINARY_DIR}/lfb-config.cmake
	${PROJECT_BINARY_DIR}/lfb-config-version.cmake
	cmake/FindLibFDT.cmake
	cmake/LfbFuzz.cmake
	cmake/LfbModule.cmake
	DESTINATION ${lfb_config_dir})

# The prefix is found from where lfb.pc lies, so that --prefix counts; an absolute folder stays.
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
	set(pc_prefix ${CMAKE_INSTALL_PREFIX})
else()
	file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
	string(PREPEND pc_prefix "\${pcfiledir}/")
	string(REGEX REPLACE "/$" "" pc_prefix ${pc_prefix})
endif()
cmake_path(APPEND pc_libdir "\${prefix}" ${CMAKE_INSTALL_LIBDIR})
cmake_path(APPEND pc_includedir "\${prefix}" ${CMAKE_INSTALL_INCLUDEDIR})
configure_file(cmake/lfb.pc.in lfb.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/lfb.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
