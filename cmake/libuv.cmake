# Offers the target libuv::libuv: sockets and timers of many machines in one loop, by the library that Node.js stands
# on; the same code runs on Windows and, for the sanitizers, on this machine. For Windows it is a static library in
# LIBUV_ROOT, which `./run build` makes from Debian's source package; natively it is libuv1-dev.
find_path(LIBUV_INCLUDE_DIR uv.h HINTS ${LIBUV_ROOT}/include NO_CMAKE_FIND_ROOT_PATH)
# By file name: the static one is called libuv_a.a or, since 1.45, libuv.a, and an import library must not be found.
if(WIN32)
  set(libuv_names libuv_a.a libuv.a)
else()
  set(libuv_names uv)
endif()
find_library(LIBUV_LIBRARY NAMES ${libuv_names} HINTS ${LIBUV_ROOT}/lib NO_CMAKE_FIND_ROOT_PATH)
mark_as_advanced(LIBUV_INCLUDE_DIR LIBUV_LIBRARY)
if(NOT LIBUV_INCLUDE_DIR OR NOT LIBUV_LIBRARY)
  message(FATAL_ERROR "libuv is missing: run `./run build` once, or set LIBUV_ROOT to where it is installed")
endif()

add_library(libuv::libuv UNKNOWN IMPORTED)
set_target_properties(libuv::libuv PROPERTIES
  IMPORTED_LOCATION ${LIBUV_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${LIBUV_INCLUDE_DIR})
if(WIN32)
  # What it needs of Windows, but for the DLLs of functions that nobody calls.
  add_library(libuv_uncalled STATIC ${PROJECT_SOURCE_DIR}/src/platform/uncalled_imports.c)
  set_target_properties(libuv::libuv PROPERTIES INTERFACE_LINK_LIBRARIES "libuv_uncalled;user32;advapi32;ws2_32")
endif()
