# 32-bit Windows by MinGW-w64.
set(CMAKE_SYSTEM_PROCESSOR X86)
set(mingw i686-w64-mingw32)
include(${CMAKE_CURRENT_LIST_DIR}/toolchain-mingw.cmake)
