# Installs the program, the rooms, and a package that offers one target, pagehaul::pagehaul.
include(CMakePackageConfigHelpers)

add_library(pagehaul_all INTERFACE)
add_library(pagehaul::pagehaul ALIAS pagehaul_all)
set_target_properties(pagehaul_all PROPERTIES EXPORT_NAME pagehaul)
target_link_libraries(pagehaul_all INTERFACE pagehaul_page)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/pagehaul)
install(TARGETS pagehaul_all EXPORT pagehaul)
install(TARGETS pagehaul_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT pagehaul NAMESPACE pagehaul:: DESTINATION ${package_dir} FILE pagehaul-targets.cmake)
configure_package_config_file(cmake/pagehaul-config.cmake.in ${PROJECT_BINARY_DIR}/pagehaul-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pagehaul-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pagehaul-config.cmake ${PROJECT_BINARY_DIR}/pagehaul-config-version.cmake
              cmake/dependencies.cmake DESTINATION ${package_dir})
file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/pagehaul.pc.in ${PROJECT_BINARY_DIR}/pagehaul.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/pagehaul.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
