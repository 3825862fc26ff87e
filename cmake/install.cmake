# `cmake --install`: the binaries, the headers and a package, so that find_package(vmevents) gives vmevents::vmevents.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/vmevents)

# What users get. The linker writes down which parts of which libraries are in each: packages name those (packaging/).
set(VMEVENTS_PROGRAMS vmevents vmhost vmwatch vmguest vmforward)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/maps)
foreach(program IN LISTS VMEVENTS_PROGRAMS)
  target_link_options(${program} PRIVATE -Wl,-Map=${PROJECT_BINARY_DIR}/maps/${program}.map)
endforeach()
add_custom_target(vmevents_shipped DEPENDS ${VMEVENTS_PROGRAMS})

install(TARGETS ${VMEVENTS_PROGRAMS} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${VMEVENTS_TLB} DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES include/vmevents.h include/vmevents_interfaces.h include/VPCCOMInterfaces.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY idl/ DESTINATION ${CMAKE_INSTALL_DATADIR}/vmevents FILES_MATCHING PATTERN "*.idl"
  PATTERN languages EXCLUDE)
install(FILES ${PROJECT_BINARY_DIR}/lib/libvmevents.dll.a DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS vmevents_uuid EXPORT vmeventsTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT vmeventsTargets NAMESPACE vmevents:: DESTINATION ${package_dir})

configure_package_config_file(cmake/vmeventsConfig.cmake.in ${PROJECT_BINARY_DIR}/vmeventsConfig.cmake
  INSTALL_DESTINATION ${package_dir}
  PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/vmeventsConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/vmeventsConfig.cmake ${PROJECT_BINARY_DIR}/vmeventsConfigVersion.cmake
  DESTINATION ${package_dir})
