# Runs one script as a test, by the script host of the bitness that is tested. Beside what servers.cmake is given:
#
#   MACHINE   what the script host says its processor is: AMD64 or x86
#   SCRIPT    the script; checks.js or checks.vbs goes before it
#   WORK      folder for the two together
include(${CMAKE_CURRENT_LIST_DIR}/servers.cmake)

get_filename_component(folder ${SCRIPT} DIRECTORY)
get_filename_component(extension ${SCRIPT} LAST_EXT)
get_filename_component(name ${SCRIPT} NAME)
file(READ ${folder}/checks${extension} checks)
file(READ ${SCRIPT} text)
file(WRITE ${WORK}/${name} "${checks}\n${text}")

system_program(cscript.exe cscript)
windows_path(${WORK}/${name} script)
windows_path(${folder} script_folder)
register_servers()
run(output ${cscript} //nologo ${script} ${script_folder} ${MACHINE})
unregister_servers()

if(NOT output_code STREQUAL 0)
  message(SEND_ERROR "${name}: exit code ${output_code}")
endif()
if(output MATCHES "(^|\n)FAIL " OR NOT output MATCHES "\nall [0-9]+ checks passed\r?\n$")
  message(SEND_ERROR "${name}: not every check passed, or the script did not come to its end")
endif()
