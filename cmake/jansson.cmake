# Offers the target jansson::jansson: JSON, read by a library that libvirt's and QEMU's users know well.
# A static library in JANSSON_ROOT, which `./run build` makes from Debian's source package.
find_path(JANSSON_INCLUDE_DIR jansson.h HINTS ${JANSSON_ROOT}/include NO_CMAKE_FIND_ROOT_PATH)
find_library(JANSSON_LIBRARY NAMES jansson HINTS ${JANSSON_ROOT}/lib NO_CMAKE_FIND_ROOT_PATH)
mark_as_advanced(JANSSON_INCLUDE_DIR JANSSON_LIBRARY)
if(NOT JANSSON_INCLUDE_DIR OR NOT JANSSON_LIBRARY)
  message(FATAL_ERROR
    "jansson for Windows is missing: run `./run build` once, or set JANSSON_ROOT to where it is installed")
endif()

add_library(jansson::jansson UNKNOWN IMPORTED)
set_target_properties(jansson::jansson PROPERTIES
  IMPORTED_LOCATION ${JANSSON_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${JANSSON_INCLUDE_DIR})
