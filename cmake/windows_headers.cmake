# Windows' own headers, compiled once for all targets: nine tenths of the time that a file of this project takes are theirs.
#
# Every target is the same without (CMAKE_DISABLE_PRECOMPILE_HEADERS), which the static checks see to: no file may go without
# a header that it needs because these are there.
file(CONFIGURE OUTPUT windows_headers.c CONTENT "/* Something to compile the headers for. */\n")
add_library(vmevents_windows_headers OBJECT ${CMAKE_CURRENT_BINARY_DIR}/windows_headers.c)
target_precompile_headers(vmevents_windows_headers PRIVATE
  <winsock2.h> <windows.h> <ole2.h> <olectl.h> <oleauto.h> <ocidl.h>
  <stdbool.h> <stdint.h> <stdio.h> <stdlib.h> <string.h> <wchar.h>)

# Has all targets of the folder and those below it use them, but for those in C++ and those that have VMEVENTS_OWN_HEADERS:
# what is portable has no use for them, and what is compiled as a stranger's program is has to do without.
function(vmevents_use_windows_headers directory)
  # It asks a header for more than there is without asking.
  set_source_files_properties(${PROJECT_SOURCE_DIR}/src/platform/stack_guard.c DIRECTORY ${directory}
    PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  get_property(targets DIRECTORY ${directory} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target ${targets})
    get_target_property(type ${target} TYPE)
    get_target_property(own ${target} VMEVENTS_OWN_HEADERS)
    if(type MATCHES "^(EXECUTABLE|(STATIC|SHARED|MODULE|OBJECT)_LIBRARY)$" AND NOT own)
      get_target_property(sources ${target} SOURCES)
      if(NOT sources MATCHES "\\.cpp(;|$)")
        target_precompile_headers(${target} REUSE_FROM vmevents_windows_headers)
      endif()
    endif()
  endforeach()
  get_property(directories DIRECTORY ${directory} PROPERTY SUBDIRECTORIES)
  foreach(subdirectory ${directories})
    vmevents_use_windows_headers(${subdirectory})
  endforeach()
endfunction()
