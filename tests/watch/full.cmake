# What programs say when their output cannot be written: once why, on standard error, and they end with 1. RECORDING is
# one of some events; the rest is described in servers.cmake.
include(${CMAKE_CURRENT_LIST_DIR}/../scripts/servers.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/expect_full.cmake)

if(NOT EXISTS /dev/full)
  message("SKIP: there is no /dev/full here")
  return()
endif()

windows_path(${RECORDING} recording)
windows_path(/dev/full full)

foreach(arguments --help --version --events "--events;--json" "--events;--color;always" "--from;${recording}"
    "--from;${recording};--json")
  expect_full(vmwatch ${arguments})
endforeach()
foreach(name vmhost vmforward vmguest)
  expect_full(${name} --help)
  expect_full(${name} --version)
endforeach()

# Files that vmwatch writes.
windows_path(${BIN}/vmwatch.exe program)
foreach(option --timeline --record)
  execute(code output errors 600 ${program} --from ${recording} ${option} ${full})
  if(NOT code STREQUAL 1 OR NOT errors MATCHES "^vmwatch: cannot [^\n]+\n$")
    message(SEND_ERROR "${option}: exit code ${code}, and on standard error \"${errors}\"")
  endif()
endforeach()
