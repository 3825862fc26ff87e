# Builds the binaries once more, from a copy of the sources in another folder, and compares them byte for byte with
# those in BIN. SOURCE is the checkout, WORK where the copy and its build go, TOOLCHAIN the toolchain file,
# JANSSON, LIBUV and SQLITE3 where those libraries are.
file(REMOVE_RECURSE ${WORK})
foreach(part bench cmake idl include src CMakeLists.txt)
  file(COPY ${SOURCE}/${part} DESTINATION ${WORK}/another/checkout)
endforeach()

function(must)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(code)
    message(FATAL_ERROR "${ARGN}: ${code}\n${output}")
  endif()
endfunction()

must(${CMAKE_COMMAND} -G Ninja -S ${WORK}/another/checkout -B ${WORK}/built -DCMAKE_TOOLCHAIN_FILE=${TOOLCHAIN}
  -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF -DJANSSON_ROOT=${JANSSON}
  -DLIBUV_ROOT=${LIBUV} -DSQLITE3_ROOT=${SQLITE3})
must(${CMAKE_COMMAND} --build ${WORK}/built --target vmevents vmhost vmwatch vmguest vmforward)

foreach(file vmevents.dll vmevents.tlb vmhost.exe vmwatch.exe vmguest.exe vmforward.exe)
  execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${BIN}/${file} ${WORK}/built/bin/${file}
    RESULT_VARIABLE differ ERROR_QUIET)
  if(differ)
    message(SEND_ERROR "${file} is not the same when it is built in another folder")
  else()
    message("the same: ${file}")
  endif()
endforeach()
