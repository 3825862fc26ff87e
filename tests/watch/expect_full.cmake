# expect_full(NAME ARGUMENT...): a program whose standard output cannot be written says why, once, and ends with 1. Where there is
# no /dev/full it does nothing.
function(expect_full name)
  if(NOT EXISTS /dev/full)
    return()
  endif()
  windows_path(${BIN}/${name}.exe program)
  execute_process(COMMAND ${runner} ${program} ${ARGN} OUTPUT_FILE /dev/full RESULT_VARIABLE code ERROR_VARIABLE errors
    TIMEOUT 600)
  if(NOT code STREQUAL 1 OR NOT errors MATCHES "^${name}: cannot write the output: [^\n]+\n$")
    message(SEND_ERROR "${name} ${ARGN}: exit code ${code}, and on standard error \"${errors}\"")
  endif()
endfunction()
