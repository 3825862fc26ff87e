# Runs one example as a test. Beside what servers.cmake is given:
#
#   PROGRAM      the example; a script is run by the script host
#   BUILD        a file that makes the program first, when it is not built with the project, and sets `command` to what
#                runs it, or `skipped` to the reason why it cannot be had here; may be left out
#   ARGUMENT     a file that it is started with; may be empty
#   REGISTERED   whether the servers are to be registered
#   FORGET       forget_library.c's program, for examples that work without registration
#   EXPECTED     lines that it has to print, in that order, parted by |; of one that ends in * only the beginning
include(${CMAKE_CURRENT_LIST_DIR}/servers.cmake)

windows_path("${PROGRAM}" program)
set(command ${program})
if(BUILD)
  include(${BUILD})
  if(skipped)
    message("SKIP: ${skipped}")
    return()
  endif()
elseif(PROGRAM MATCHES "\\.(js|vbs)$")
  system_program(cscript.exe cscript)
  set(command ${cscript} //nologo ${program})
endif()

if(ARGUMENT)
  windows_path(${ARGUMENT} argument)
  list(APPEND command ${argument})
endif()

windows_path(${FORGET} forget)
# What a test that was ended early has left is not to matter.
registration("forgetting the type library" ${forget})
unregister_servers()
if(REGISTERED)
  register_servers()
  run(output ${command})
  unregister_servers()
else()
  run(output ${command})
  registration("forgetting the type library" ${forget})
endif()

if(NOT output_code STREQUAL 0)
  message(SEND_ERROR "exit code ${output_code}")
endif()
string(REPLACE "\r" "" output "${output}")
string(REPLACE "|" ";" expected "${EXPECTED}")
foreach(line IN LISTS expected)
  set(found "\n${line}\n")
  string(REGEX REPLACE "\\*\n$" "" found "${found}")
  string(FIND "\n${output}" "${found}" place)
  if(place LESS 0)
    message(SEND_ERROR "not printed, or not in this order: ${line}")
  else()
    # The end of a line is the beginning of the next.
    string(LENGTH "${found}" length)
    math(EXPR place "${place} + ${length} - 2")
    string(SUBSTRING "${output}" ${place} -1 output)
  endif()
endforeach()
