# Offers the target cmocka::cmocka when cmocka is there, and sets CMOCKA_FOUND. For Windows it is a static library in
# CMOCKA_ROOT, which `./run build` makes; Debian has no package of it. Natively it is libcmocka-dev.
find_path(CMOCKA_INCLUDE_DIR cmocka.h HINTS ${CMOCKA_ROOT}/include NO_CMAKE_FIND_ROOT_PATH)
find_library(CMOCKA_LIBRARY NAMES cmocka-static cmocka HINTS ${CMOCKA_ROOT}/lib NO_CMAKE_FIND_ROOT_PATH)
mark_as_advanced(CMOCKA_INCLUDE_DIR CMOCKA_LIBRARY)

if(CMOCKA_INCLUDE_DIR AND CMOCKA_LIBRARY)
  set(CMOCKA_FOUND TRUE)
else()
  set(CMOCKA_FOUND FALSE)
endif()

if(CMOCKA_FOUND AND NOT TARGET cmocka::cmocka)
  add_library(cmocka::cmocka UNKNOWN IMPORTED)
  set_target_properties(cmocka::cmocka PROPERTIES
    IMPORTED_LOCATION ${CMOCKA_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${CMOCKA_INCLUDE_DIR})
endif()
