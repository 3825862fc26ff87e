# What every target is compiled with.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

# What another compiler than those that the project is tried with warns of does not stop who only wants to have it built.
set(compiler_is_known OFF)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_C_COMPILER_VERSION MATCHES "^1[24]\\.")
  set(compiler_is_known ON)
endif()
option(VMEVENTS_WARNINGS_ARE_ERRORS "A warning ends the build" ${compiler_is_known})
add_compile_options($<$<BOOL:${VMEVENTS_WARNINGS_ARE_ERRORS}>:-Werror>)

add_compile_options(-Wall -Wextra -Wpointer-arith -Wvla
  "$<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes;-Wmissing-prototypes>"
  $<$<NOT:$<CONFIG:Debug>>:-O2>)

if(WIN32)
  # Windows 7 is the oldest that is supported.
  add_compile_definitions(_WIN32_WINNT=0x0601 COBJMACROS UNICODE _UNICODE)
  # The thread environment block lies at address 0 of its segment; without this gcc 12 takes it for a null pointer.
  add_compile_options(--param=min-pagesize=0)
  if(CMAKE_SIZEOF_VOID_P EQUAL 8)
    # No variable of another DLL is used, so that none has to be addressed by way of a pointer.
    add_compile_options(-mcmodel=small)
  endif()
  # Two builds of one commit are equal byte for byte.
  add_link_options(-Wl,--no-insert-timestamp)
  add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -ffile-prefix-map=${PROJECT_BINARY_DIR}=build)
  set(CMAKE_SHARED_LIBRARY_PREFIX "")
  # An older Windows says so instead of failing somewhere inside. Data that cannot be run, random addresses and
  # relocations are the linker's defaults; a test holds the binaries to them.
  add_link_options(-Wl,--major-os-version=6,--minor-os-version=1
    -Wl,--major-subsystem-version=6,--minor-subsystem-version=1)
  if(CMAKE_SIZEOF_VOID_P EQUAL 4)
    # C has no exception handlers, and gcc's C++ none of Windows' kind: nothing in an image may be taken for one.
    add_link_options(-Wl,--no-seh)
  endif()
endif()

# For what reads what others have written. Only what the target itself compiles is protected, and only it is linked with
# what that needs, so that what the DLL has in common with it stays as it is.
function(vmevents_protect_stack target)
  target_compile_options(${target} PRIVATE -fstack-protector-strong)
  if(WIN32)
    target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src/platform/stack_guard.c)
  endif()
endfunction()

# `./run coverage`: every line and branch is counted while the tests run.
option(VMEVENTS_COVERAGE "Count what is executed" OFF)
if(VMEVENTS_COVERAGE)
  add_compile_options("$<$<COMPILE_LANGUAGE:C>:--coverage;-fprofile-update=atomic>")
  add_link_options(--coverage)
endif()
