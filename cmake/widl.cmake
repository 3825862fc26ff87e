# Compiles idl/vmevents.idl, and idl/virtualpc.idl: the type libraries, and the headers that include/ has copies of.
#
# widl and the IDL files that it imports come from Wine: MinGW-w64 has neither oaidl.idl nor stdole2.tlb.
find_program(WIDL widl REQUIRED)
find_path(WINE_IDL_DIR oaidl.idl PATHS /usr/include/wine/wine/windows /usr/include/wine/windows
  NO_CMAKE_FIND_ROOT_PATH REQUIRED)
find_path(WINE_TLB_DIR stdole2.tlb PATHS /usr/lib/x86_64-linux-gnu/wine/x86_64-windows /usr/lib/wine/x86_64-windows
  NO_CMAKE_FIND_ROOT_PATH REQUIRED)
# Part of every Debian.
find_program(PERL perl REQUIRED)
mark_as_advanced(WIDL WINE_IDL_DIR WINE_TLB_DIR PERL)

if(CMAKE_SIZEOF_VOID_P EQUAL 8)
  set(widl_platform --win64)
else()
  set(widl_platform --win32)
endif()

set(VMEVENTS_TLB ${PROJECT_BINARY_DIR}/bin/vmevents.tlb)
set(VMEVENTS_GENERATED_HEADER ${PROJECT_BINARY_DIR}/idl/vmevents_interfaces.h)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/idl ${PROJECT_BINARY_DIR}/bin)

# What both libraries declare.
set(virtualpc_events
  ${PROJECT_SOURCE_DIR}/idl/virtualpc_event_enumerations.idl ${PROJECT_SOURCE_DIR}/idl/virtualpc_event_interfaces.idl)

add_custom_command(
  OUTPUT ${VMEVENTS_TLB} ${VMEVENTS_GENERATED_HEADER}
  COMMAND ${WIDL} ${widl_platform} -t -o ${VMEVENTS_TLB} -I${WINE_IDL_DIR} -L${WINE_TLB_DIR} vmevents.idl
  COMMAND ${PERL} ${PROJECT_SOURCE_DIR}/cmake/undate_library.pl ${VMEVENTS_TLB}
  COMMAND ${WIDL} ${widl_platform} -h -o ${VMEVENTS_GENERATED_HEADER} -I${WINE_IDL_DIR} -L${WINE_TLB_DIR} vmevents.idl
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/idl
  DEPENDS ${PROJECT_SOURCE_DIR}/idl/vmevents.idl ${virtualpc_events} ${PROJECT_SOURCE_DIR}/cmake/undate_library.pl
  VERBATIM)
add_custom_target(vmevents_idl ALL DEPENDS ${VMEVENTS_TLB} ${VMEVENTS_GENERATED_HEADER})

# Virtual PC's whole library. Only the tests read it, and its header is all that is installed: no object of ours
# implements these interfaces.
set(VIRTUALPC_TLB ${PROJECT_BINARY_DIR}/idl/virtualpc.tlb)
set(VIRTUALPC_GENERATED_HEADER ${PROJECT_BINARY_DIR}/idl/VPCCOMInterfaces.h)
add_custom_command(
  OUTPUT ${VIRTUALPC_TLB} ${VIRTUALPC_GENERATED_HEADER}
  COMMAND ${WIDL} ${widl_platform} -t -o ${VIRTUALPC_TLB} -I${WINE_IDL_DIR} -L${WINE_TLB_DIR} virtualpc.idl
  COMMAND ${WIDL} ${widl_platform} -h -o ${VIRTUALPC_GENERATED_HEADER} -I${WINE_IDL_DIR} -L${WINE_TLB_DIR}
    virtualpc.idl
  COMMAND ${PERL} ${PROJECT_SOURCE_DIR}/cmake/head_header.pl virtualpc.idl ${VIRTUALPC_GENERATED_HEADER}
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/idl
  DEPENDS ${PROJECT_SOURCE_DIR}/idl/virtualpc.idl ${virtualpc_events} ${PROJECT_SOURCE_DIR}/cmake/head_header.pl
  VERBATIM)
add_custom_target(virtualpc_idl ALL DEPENDS ${VIRTUALPC_TLB} ${VIRTUALPC_GENERATED_HEADER})

# The declarations for other languages: PROGRAM FILE parted by a blank, the file below the project's folder.
set(VMEVENTS_LANGUAGES
  "csharp.pl dotnet/VMEvents.Interop/Declarations.cs"
  "go.pl examples/go/interfaces.go"
  "pascal.pl examples/pascal/VMEventsInterfaces.pas"
  "rust.pl examples/rust/src/interfaces.rs")
set(languages ${PROJECT_SOURCE_DIR}/idl/languages)
set(language_files)
set(copy_languages)
foreach(language IN LISTS VMEVENTS_LANGUAGES)
  string(REGEX MATCH "^([^ ]+) (.*/([^/]+))$" matched "${language}")
  set(program ${languages}/${CMAKE_MATCH_1})
  set(committed ${PROJECT_SOURCE_DIR}/${CMAKE_MATCH_2})
  set(made ${PROJECT_BINARY_DIR}/idl/${CMAKE_MATCH_3})
  add_custom_command(
    OUTPUT ${made}
    COMMAND ${PERL} ${program} ${PROJECT_SOURCE_DIR}/idl/vmevents.idl ${made}
    DEPENDS ${program} ${languages}/IDL.pm ${PROJECT_SOURCE_DIR}/idl/vmevents.idl ${virtualpc_events}
    VERBATIM)
  list(APPEND language_files ${made})
  list(APPEND copy_languages COMMAND ${CMAKE_COMMAND} -E copy_if_different ${made} ${committed})
endforeach()
add_custom_target(vmevents_languages ALL DEPENDS ${language_files})

# Programs compile against the headers in include/ alone, without widl, and so do those in other languages; so they are
# kept in the repository, and this refreshes them after a change of the IDL. A test holds each to what is made of that.
add_custom_target(update_header
  COMMAND ${CMAKE_COMMAND} -E copy_if_different ${VMEVENTS_GENERATED_HEADER} ${VIRTUALPC_GENERATED_HEADER}
    ${PROJECT_SOURCE_DIR}/include
  ${copy_languages}
  DEPENDS ${VMEVENTS_GENERATED_HEADER} ${VIRTUALPC_GENERATED_HEADER} ${language_files})

# Puts the type library into a target as resource 1, with its version information.
function(vmevents_add_resources target description)
  set(VMEVENTS_FILE ${target})
  set(VMEVENTS_DESCRIPTION ${description})
  if(ARGC GREATER 2)
    set(VMEVENTS_TYPELIB "")
  else()
    set(VMEVENTS_TYPELIB "1 TYPELIB \"${VMEVENTS_TLB}\"")
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL SHARED_LIBRARY)
    set(VMEVENTS_FILETYPE 0x2)
    set(VMEVENTS_SUFFIX .dll)
  else()
    set(VMEVENTS_FILETYPE 0x1)
    set(VMEVENTS_SUFFIX .exe)
  endif()
  configure_file(${PROJECT_SOURCE_DIR}/cmake/resources.rc.in ${CMAKE_CURRENT_BINARY_DIR}/${target}.rc @ONLY)
  set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/${target}.rc PROPERTIES OBJECT_DEPENDS ${VMEVENTS_TLB})
  target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${target}.rc)
  add_dependencies(${target} vmevents_idl)
endfunction()
