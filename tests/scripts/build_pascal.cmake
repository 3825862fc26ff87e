# The Pascal example, for run_example.cmake, by Debian's Free Pascal. That has no units for Windows: those that are needed are
# compiled of its sources first.
file(GLOB sources /usr/share/fpcsrc/*/rtl/win64)
if(NOT EXISTS /usr/bin/fpc OR NOT sources)
  set(skipped "fp-compiler and fpc-source are needed")
  return()
endif()
list(GET sources -1 sources)
cmake_path(GET sources PARENT_PATH rtl)
cmake_path(GET rtl PARENT_PATH sources)
set(packages ${sources}/packages)
set(units ${WORK}/units)
file(MAKE_DIRECTORY ${units})

# No configuration: that is for programs of this machine.
set(compiler /usr/bin/fpc -n -Twin64 -Px86_64 -v0e -l- -FU${units} -FE${WORK})
foreach(folder win64 win win/wininc x86_64 inc objpas objpas/sysutils objpas/classes)
  list(APPEND compiler -Fi${rtl}/${folder} -Fu${rtl}/${folder})
endforeach()
foreach(folder rtl-objpas/src/inc rtl-objpas/src/win winunits-base/src fcl-base/src fcl-registry/src)
  list(APPEND compiler -Fi${packages}/${folder} -Fu${packages}/${folder})
endforeach()

function(pascal)
  # Its warnings are those of its own units.
  execute_process(COMMAND ${compiler} ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(NOT code STREQUAL 0)
    message("${output}${errors}")
    message(FATAL_ERROR "not compiled: ${ARGN}")
  endif()
endfunction()

# The units that all others use without naming them.
if(NOT EXISTS ${units}/objpas.ppu)
  pascal(-Us -Sg ${rtl}/win64/system.pp)
  pascal(${rtl}/inc/uuchar.pp)
  pascal(${rtl}/objpas/objpas.pp)
endif()
file(REMOVE ${WORK}/watch.exe)
pascal(-Fu${SOURCE}/examples/pascal ${SOURCE}/examples/pascal/watch.lpr)
set(command ${WORK}/watch.exe)
