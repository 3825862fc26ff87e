# Stands in for vcpkg, which is not in Debian: the functions that the port calls, as vcpkg's documentation describes them.
# PORT_DIR is the port, WORK where all goes, TOOLCHAIN the toolchain file, JANSSON and LIBUV where those are, which vcpkg
# would have built as ports of its own, and VERSION what the port has to say.
cmake_minimum_required(VERSION 3.25)

set(CMAKE_CURRENT_LIST_DIR ${PORT_DIR})
set(PORT vmevents)
set(CURRENT_PACKAGES_DIR ${WORK}/packages/vmevents)
set(CURRENT_INSTALLED_DIR ${WORK}/installed)
file(REMOVE_RECURSE ${WORK}/packages ${WORK}/installed ${WORK}/source ${WORK}/build)
foreach(library ${LIBRARIES})
  file(COPY ${library}/include ${library}/lib DESTINATION ${CURRENT_INSTALLED_DIR})
endforeach()

function(must)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(code)
    message(FATAL_ERROR "${ARGN}: ${code}\n${output}")
  endif()
endfunction()

function(vcpkg_extract_source_archive variable)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" ARCHIVE "")
  file(ARCHIVE_EXTRACT INPUT ${arg_ARCHIVE} DESTINATION ${WORK}/source)
  # The one folder at the top of the archive is left out.
  file(GLOB top ${WORK}/source/*)
  list(LENGTH top count)
  if(NOT count EQUAL 1)
    message(FATAL_ERROR "${arg_ARCHIVE} has ${count} things at its top, not one folder")
  endif()
  set(${variable} ${top} PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" SOURCE_PATH OPTIONS)
  must(${CMAKE_COMMAND} -G Ninja -S ${arg_SOURCE_PATH} -B ${WORK}/build -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_TOOLCHAIN_FILE=${TOOLCHAIN} -DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR} ${arg_OPTIONS})
endfunction()

function(vcpkg_cmake_install)
  must(${CMAKE_COMMAND} --build ${WORK}/build --target install)
endfunction()

function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "PACKAGE_NAME;CONFIG_PATH" "")
  file(GLOB files ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/*.cmake)
  if(NOT files)
    message(FATAL_ERROR "the port installs no CMake package at ${arg_CONFIG_PATH}")
  endif()
  foreach(file IN LISTS files)
    file(READ ${file} text)
    # It is moved from three folders below the prefix to two.
    string(REPLACE "\${CMAKE_CURRENT_LIST_DIR}/../../../" "\${CMAKE_CURRENT_LIST_DIR}/../../" text "${text}")
    get_filename_component(name ${file} NAME)
    string(REPLACE [[get_filename_component(_IMPORT_PREFIX "${_IMPORT_PREFIX}" PATH)
get_filename_component(_IMPORT_PREFIX "${_IMPORT_PREFIX}" PATH)
get_filename_component(_IMPORT_PREFIX "${_IMPORT_PREFIX}" PATH)]]
      [[get_filename_component(_IMPORT_PREFIX "${_IMPORT_PREFIX}" PATH)
get_filename_component(_IMPORT_PREFIX "${_IMPORT_PREFIX}" PATH)]] text "${text}")
    file(WRITE ${CURRENT_PACKAGES_DIR}/share/${arg_PACKAGE_NAME}/${name} "${text}")
  endforeach()
  file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH})
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" FILE_LIST)
  foreach(file IN LISTS arg_FILE_LIST)
    if(NOT EXISTS ${file})
      message(FATAL_ERROR "there is no ${file}")
    endif()
  endforeach()
  file(COPY_FILE ${arg_FILE_LIST} ${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright)
endfunction()

include(${PORT_DIR}/portfile.cmake)

foreach(file bin/vmevents.dll include/vmevents.h lib/libvmevents.dll.a share/vmevents/copyright share/vmevents/usage
    share/vmevents/vmeventsConfig.cmake)
  if(NOT EXISTS ${CURRENT_PACKAGES_DIR}/${file})
    message(FATAL_ERROR "the port has not installed ${file}")
  endif()
endforeach()
