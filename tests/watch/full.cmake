# What programs say when their output cannot be written: once why, on standard error, and they end with 1. RECORDING is
# one of some events; the rest is described in servers.cmake.
include(${CMAKE_CURRENT_LIST_DIR}/../scripts/servers.cmake)

if(NOT EXISTS /dev/full)
  message("SKIP: there is no /dev/full here")
  return()
endif()

windows_path(${RECORDING} recording)
windows_path(/dev/full full)

# expect_fault(NAME ARGUMENT...)
function(expect_fault name)
  windows_path(${BIN}/${name}.exe program)
  execute_process(COMMAND ${runner} ${program} ${ARGN} OUTPUT_FILE /dev/full RESULT_VARIABLE code ERROR_VARIABLE errors
    TIMEOUT 600)
  if(NOT code STREQUAL 1 OR NOT errors MATCHES "^${name}: cannot write the output: [^\n]+\n$")
    message(SEND_ERROR "${name} ${ARGN}: exit code ${code}, and on standard error \"${errors}\"")
  endif()
endfunction()

foreach(arguments --help --version --events "--events;--json" "--events;--color;always" "--from;${recording}"
    "--from;${recording};--json")
  expect_fault(vmwatch ${arguments})
endforeach()
foreach(name vmhost vmforward vmguest)
  expect_fault(${name} --help)
  expect_fault(${name} --version)
endforeach()

# Files that vmwatch writes.
windows_path(${BIN}/vmwatch.exe program)
foreach(option --timeline --record)
  execute(code output errors 600 ${program} --from ${recording} ${option} ${full})
  if(NOT code STREQUAL 1 OR NOT errors MATCHES "^vmwatch: cannot [^\n]+\n$")
    message(SEND_ERROR "${option}: exit code ${code}, and on standard error \"${errors}\"")
  endif()
endforeach()
