# Runs one example as a test. Beside what servers.cmake is given:
#
#   PROGRAM      the example; a script is run by the script host
#   ARGUMENT     a file that it is started with; may be empty
#   REGISTERED   whether the servers are to be registered
#   FORGET       forget_library.c's program, for examples that work without registration
#   EXPECTED     lines that it has to print, in that order, parted by |
include(${CMAKE_CURRENT_LIST_DIR}/servers.cmake)

windows_path(${PROGRAM} program)
set(command ${program})
if(PROGRAM MATCHES "\\.(js|vbs)$")
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
  string(FIND "\n${output}" "\n${line}\n" place)
  if(place LESS 0)
    message(SEND_ERROR "not printed, or not in this order: ${line}")
  else()
    string(LENGTH "${line}" length)
    math(EXPR place "${place} + ${length}")
    string(SUBSTRING "${output}" ${place} -1 output)
  endif()
endforeach()
