# The page of `vmwatch --timeline`, in a browser: recordings are made, vmwatch makes pages of them, and Chromium opens these.
#
#   NODE, CHROMIUM   the programs; empty where they are not installed
#   BROWSER          folder with node_modules/playwright-core, which `./run test` fetches
#   BIN, RUNNER      folder of vmwatch.exe, and what runs it, its words parted by |
#   SCRIPT           timeline.mjs
#   WORK             folder for recordings and pages
include(${CMAKE_CURRENT_LIST_DIR}/../scripts/servers.cmake)

if(NOT NODE OR NOT CHROMIUM OR NOT EXISTS ${BROWSER}/node_modules/playwright-core)
  message("SKIP: Chromium, Node.js or playwright-core is not there")
  return()
endif()
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
# Modules are looked for in the folders above a script.
configure_file(${SCRIPT} ${BROWSER}/timeline.mjs COPYONLY)

function(step what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code TIMEOUT 900)
  if(NOT code STREQUAL 0)
    message(FATAL_ERROR "${what}: exit code ${code}")
  endif()
endfunction()

step("making recordings" ${NODE} ${BROWSER}/timeline.mjs make ${WORK})
windows_path(${BIN}/vmwatch.exe vmwatch)
file(GLOB recordings ${WORK}/*.jsonl)
foreach(recording IN LISTS recordings)
  string(REGEX REPLACE "[.]jsonl$" ".html" page ${recording})
  windows_path(${recording} recording)
  windows_path(${page} page)
  step("making a page" ${runner} ${vmwatch} --from ${recording} --timeline ${page})
endforeach()
step("looking at the pages" ${NODE} ${BROWSER}/timeline.mjs look ${WORK} ${CHROMIUM})
