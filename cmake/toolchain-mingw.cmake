# What both MinGW-w64 toolchains share; `mingw` is the prefix of the tools' names.
set(CMAKE_SYSTEM_NAME Windows)

# Debian has each compiler twice. The one with Windows' own threads is wanted: the other needs libwinpthread.
find_program(MINGW_C_COMPILER NAMES ${mingw}-gcc-win32 ${mingw}-gcc REQUIRED)
find_program(MINGW_CXX_COMPILER NAMES ${mingw}-g++-win32 ${mingw}-g++)
mark_as_advanced(MINGW_C_COMPILER MINGW_CXX_COMPILER)
set(CMAKE_C_COMPILER ${MINGW_C_COMPILER})
if(MINGW_CXX_COMPILER)
  set(CMAKE_CXX_COMPILER ${MINGW_CXX_COMPILER})
endif()
set(CMAKE_RC_COMPILER ${mingw}-windres)

# The compiler's own libraries go into the binaries, so that these need nothing but Windows.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(CMAKE_SHARED_LINKER_FLAGS_INIT -static)
set(CMAKE_MODULE_LINKER_FLAGS_INIT -static)

set(CMAKE_FIND_ROOT_PATH /usr/${mingw})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH)
