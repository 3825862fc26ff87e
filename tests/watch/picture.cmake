# docs/vmwatch.svg against what vmwatch prints of examples/recordings/day.jsonl, and that recording against what vmwatch writes.
#
#   BIN, RUNNER   folder of vmwatch.exe, and what runs it, its words parted by |
#   SOURCE        the project's folder
#   WORK          folder for what is written
include(${CMAKE_CURRENT_LIST_DIR}/../scripts/servers.cmake)

set(recording ${SOURCE}/examples/recordings/day.jsonl)
set(written ${WORK}/day.jsonl)
file(REMOVE ${written})
windows_path(${BIN}/vmwatch.exe vmwatch)
windows_path(${recording} from)
windows_path(${written} to)
run(output ${vmwatch} --from ${from} --record ${to})
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${recording} ${written} RESULT_VARIABLE differ)
if(NOT output_code STREQUAL 0 OR differ)
  message(FATAL_ERROR "${recording} is not as vmwatch --record writes it: see ${written}")
endif()
execute_process(COMMAND /usr/bin/python3 -B ${SOURCE}/site/pictures.py --check ${from} ${SOURCE}/docs/vmwatch.svg --
  ${runner} ${vmwatch} RESULT_VARIABLE differ TIMEOUT 600)
if(differ)
  message(FATAL_ERROR "docs/vmwatch.svg is not what it says it is")
endif()
