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

# What is read: documents and examples as they lie here, so that what names docs/check.md is right.
install(FILES README.md CHANGELOG.md CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR}
	FILES_MATCHING PATTERN "*.md" PATTERN "*.json" PATTERN "*.svg"
	PATTERN man EXCLUDE PATTERN completion EXCLUDE)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR}
	FILES_MATCHING PATTERN "*.c" PATTERN "*.h" PATTERN "*.lfb" PATTERN "*.expected"
	PATTERN "*.md" PATTERN "CMakeLists.txt" PATTERN "Makefile")

# The manual is what the tool says of itself, and what is said in the public headers.
if(TARGET lfb_tool AND NOT CMAKE_CROSSCOMPILING)
	set(manual ${PROJECT_BINARY_DIR}/man)
	file(GLOB manual_sources CONFIGURE_DEPENDS docs/man/* include/luo/*.h)
	add_custom_command(OUTPUT ${manual}/made
		COMMAND docs/man/make.sh $<TARGET_FILE:lfb_tool> ${manual} ${PROJECT_VERSION}
			${LFB_MANUAL_DATE} ${CMAKE_INSTALL_DOCDIR}
		COMMAND ${CMAKE_COMMAND} -E touch ${manual}/made
		DEPENDS lfb_tool ${manual_sources} README.md
		WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
		COMMENT "Writing the manual"
		VERBATIM)
	add_custom_target(lfb_manual ALL DEPENDS ${manual}/made)
	install(DIRECTORY ${manual}/man1 ${manual}/man3 ${manual}/man7
		DESTINATION ${CMAKE_INSTALL_MANDIR})
	install(FILES docs/completion/lfb.bash RENAME lfb
		DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif()
