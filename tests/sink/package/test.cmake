# Installs what was built, builds a program against it with find_package, and runs that beside the installed library.
# Run by ctest, with BUILD, SOURCE, WORK, TOOLCHAIN, GENERATOR and EMULATOR.
function(must what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${what}: ${result}\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
must("installing" ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/installed)
# Once more somewhere else: an installed package may be moved.
file(RENAME ${WORK}/installed ${WORK}/moved)
must("configuring" ${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE} -B ${WORK}/build
  -DCMAKE_TOOLCHAIN_FILE=${TOOLCHAIN} -Dvmevents_ROOT=${WORK}/moved -DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=BOTH)
must("building" ${CMAKE_COMMAND} --build ${WORK}/build)
file(COPY ${WORK}/moved/bin/vmevents.dll DESTINATION ${WORK}/build)
must("running" ${EMULATOR} ${WORK}/build/watcher.exe)
