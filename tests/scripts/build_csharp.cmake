# The C# example, for run_example.cmake.
include(${CMAKE_CURRENT_LIST_DIR}/csharp.cmake)

if(EXISTS ${DOTNET}/version)
  file(GLOB sources ${SOURCE}/examples/csharp/*.cs)
  csharp_program(watch command ${sources})
else()
  set(skipped "${dotnet_missing}")
endif()
