# Registers the servers, runs a Windows program, and unregisters them again.
#
#   BIN       folder of vmevents.dll and vmhost.exe
#   SYSTEM    system32 or syswow64
#   RUNNER    what runs Windows programs, its words parted by |; empty on Windows
#
# A fixture would leave the servers registered while tests of registration run beside, so every test registers for
# itself and takes RESOURCE_LOCK registry.
string(REPLACE "|" ";" runner "${RUNNER}")

# A path as Windows programs see it: Wine has the whole file system as drive Z.
function(windows_path path result)
  if(CMAKE_HOST_UNIX)
    set(path "Z:${path}")
  endif()
  string(REPLACE "/" "\\" path "${path}")
  set(${result} "${path}" PARENT_SCOPE)
endfunction()

# A program of Windows itself, in the bitness that is tested.
function(system_program name result)
  if(CMAKE_HOST_UNIX)
    set(${result} "C:\\windows\\${SYSTEM}\\${name}" PARENT_SCOPE)
  else()
    set(${result} "$ENV{SystemRoot}\\${SYSTEM}\\${name}" PARENT_SCOPE)
  endif()
endfunction()

# Wine 8's fault: where a machine is very busy the process of a 32-bit program may end before it has begun, once in some
# thousands. start.exe, by which Wine runs such programs, says so, and nothing of the program has run. And a process that ends
# while it has other threads (vmwatch does, whose Play goes on) is killed by Wine's server when it has not gone a second later.
function(execute code_result output_result errors_result seconds)
  foreach(try RANGE 1 3)
    execute_process(COMMAND ${runner} ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE errors
      TIMEOUT ${seconds})
    if(NOT "${output}${errors}" MATCHES "ShellExecuteEx failed: Internal error" AND NOT code STREQUAL "Subprocess killed")
      break()
    endif()
    message("Wine could not start or end the program: ${ARGN}\n${code}\n${errors}")
  endforeach()
  set(${code_result} "${code}" PARENT_SCOPE)
  set(${output_result} "${output}" PARENT_SCOPE)
  set(${errors_result} "${errors}" PARENT_SCOPE)
endfunction()

function(registration step)
  execute(code output errors 600 ${ARGN})
  message("${output}${errors}")
  if(NOT code STREQUAL 0)
    message(SEND_ERROR "${step}: exit code ${code}")
  endif()
endfunction()

# run(OUTPUT PROGRAM ARGUMENT...): the program's output, and in ${OUTPUT}_code its exit code.
function(run result)
  execute(code output errors 1200 ${ARGN})
  message("${output}${errors}")
  set(${result} "${output}" PARENT_SCOPE)
  set(${result}_code "${code}" PARENT_SCOPE)
endfunction()

function(register_servers)
  system_program(regsvr32.exe regsvr32)
  windows_path(${BIN}/vmevents.dll dll)
  windows_path(${BIN}/vmhost.exe host)
  registration("registering vmevents.dll" ${regsvr32} /s ${dll})
  registration("registering vmhost.exe" ${host} /regserver)
endfunction()

# Also when they are not registered.
function(unregister_servers)
  system_program(regsvr32.exe regsvr32)
  windows_path(${BIN}/vmevents.dll dll)
  windows_path(${BIN}/vmhost.exe host)
  registration("unregistering vmhost.exe" ${host} /unregserver)
  registration("unregistering vmevents.dll" ${regsvr32} /u /s ${dll})
endfunction()
