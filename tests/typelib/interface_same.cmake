# Holds the interface of a release (idl/released/VERSION.txt) against the one that has just been built.
#
#   RUNNER     what runs a program of the build, parts separated by |
#   PROGRAM    the program that writes down the interface
#   RECORDED   the folder of the releases
#   VERSION    of what was built
#   BITNESS    win64 or win32
#   MADE       where the interface that was built is written to
#   UPDATE     (optional) write it to RECORDED, as that of VERSION
#
# A release that has the version of what was built is the one that is being prepared: its file has to be the same. Of each
# older one of the same major version everything has to be there still, type by type, in the same words; types may be new.
string(REPLACE "|" ";" RUNNER "${RUNNER}")
execute_process(COMMAND ${RUNNER} ${PROGRAM} OUTPUT_FILE ${MADE} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${result}")
endif()

# Reads a file as a list of types, each a text of several lines. The facts of the other bitness are left out.
function(read_types path result)
  file(READ ${path} text)
  string(REGEX REPLACE "\r" "" text "${text}")
  foreach(other win32 win64)
    if(NOT other STREQUAL BITNESS)
      string(REGEX REPLACE "  ${other} [^\n]*\n" "" text "${text}")
    endif()
  endforeach()
  string(REPLACE "\n\n" ";" types "${text}")
  list(TRANSFORM types STRIP)
  set(${result} "${types}" PARENT_SCOPE)
endfunction()

read_types(${MADE} made)
list(LENGTH made count)
if(count LESS 20)
  message(FATAL_ERROR "${MADE} has ${count} types, which cannot be all")
endif()

if(UPDATE)
  # What the other bitness has said stays, and each has its place.
  file(READ ${MADE} text)
  string(REGEX REPLACE "\r" "" text "${text}")
  set(path ${RECORDED}/${VERSION}.txt)
  string(REGEX REPLACE "  ${BITNESS} [^\n]*\n" "" text "${text}")
  set(facts "")
  foreach(bitness win32 win64)
    set(from ${path})
    if(bitness STREQUAL BITNESS)
      set(from ${MADE})
    endif()
    if(EXISTS ${from})
      file(STRINGS ${from} said REGEX "^  ${bitness} ")
      list(APPEND facts ${said})
    endif()
  endforeach()
  list(JOIN facts "\n" facts)
  string(REPLACE "\nstructures\n" "\nstructures\n${facts}\n" text "${text}")
  file(WRITE ${path} "${text}")
  return()
endif()

string(REGEX MATCH "^[0-9]+" major ${VERSION})
file(GLOB releases ${RECORDED}/${major}.*.txt)
if(NOT releases)
  message(FATAL_ERROR "there is no release ${major}.* in ${RECORDED}")
endif()
foreach(release IN LISTS releases)
  cmake_path(GET release STEM LAST_ONLY version)
  read_types(${release} types)
  set(missing ${types})
  list(REMOVE_ITEM missing ${made})
  set(added ${made})
  list(REMOVE_ITEM added ${types})
  if(missing)
    list(JOIN missing "\n\n" missing)
    message(NOTICE "${version} has what is not there any more, or is another now:\n\n${missing}\n")
    message(FATAL_ERROR "What was released does not change: what is new gets an interface of its own (docs/versioning.md). Before the "
      "release of ${VERSION}, `cmake --build --preset ${BITNESS} --target update_released` writes down how it is now.")
  endif()
  if(added AND version STREQUAL VERSION)
    list(JOIN added "\n\n" added)
    message(NOTICE "this is new and not in ${release}:\n\n${added}\n")
    message(FATAL_ERROR "`cmake --build --preset ${BITNESS} --target update_released` writes it down.")
  endif()
endforeach()
