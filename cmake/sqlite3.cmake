# Offers the target sqlite3::sqlite3: the spool of vmforward is a database of it. For Windows it is a static library in
# SQLITE3_ROOT, which `./run build` makes from Debian's source package; natively it is libsqlite3-dev.
find_path(SQLITE3_INCLUDE_DIR sqlite3.h HINTS ${SQLITE3_ROOT}/include NO_CMAKE_FIND_ROOT_PATH)
find_library(SQLITE3_LIBRARY NAMES sqlite3 HINTS ${SQLITE3_ROOT}/lib NO_CMAKE_FIND_ROOT_PATH)
mark_as_advanced(SQLITE3_INCLUDE_DIR SQLITE3_LIBRARY)
if(NOT SQLITE3_INCLUDE_DIR OR NOT SQLITE3_LIBRARY)
  message(FATAL_ERROR "SQLite is missing: run `./run build` once, or set SQLITE3_ROOT to where it is installed")
endif()

add_library(sqlite3::sqlite3 UNKNOWN IMPORTED)
set_target_properties(sqlite3::sqlite3 PROPERTIES
  IMPORTED_LOCATION ${SQLITE3_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${SQLITE3_INCLUDE_DIR})
