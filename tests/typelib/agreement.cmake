# Compiles agreement.cs and runs it. Beside what tests/scripts/csharp.cmake and servers.cmake are given:
#
#   TLB    the type library
include(${SOURCE}/tests/scripts/servers.cmake)
include(${SOURCE}/tests/scripts/csharp.cmake)

if(NOT EXISTS ${DOTNET}/version)
  message("SKIP: ${dotnet_missing}")
  return()
endif()
csharp_program(agreement command ${CMAKE_CURRENT_LIST_DIR}/agreement.cs)
windows_path(${TLB} library)
run(output ${command} ${library})
if(NOT output_code STREQUAL 0)
  message(FATAL_ERROR "dotnet/VMEvents.Interop is not what the type library says; exit code ${output_code}")
endif()
