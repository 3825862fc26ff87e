# Runs a fuzz target for VMEVENTS_STRESS_SECONDS (60) on its corpus and what it has found before.
# cmake -DPROGRAM=file -DCORPUS=directory -DWORK=directory -P fuzz.cmake
set(seconds 60)
if(DEFINED ENV{VMEVENTS_STRESS_SECONDS})
  set(seconds $ENV{VMEVENTS_STRESS_SECONDS})
endif()
set(seed "")
if(DEFINED ENV{VMEVENTS_TEST_SEED})
  set(seed -seed=$ENV{VMEVENTS_TEST_SEED})
endif()

file(MAKE_DIRECTORY ${WORK}/found)
execute_process(
  COMMAND ${PROGRAM} -max_total_time=${seconds} ${seed} -max_len=16384 -timeout=300 -print_final_stats=1 -close_fd_mask=0
    -artifact_prefix=${WORK}/ ${WORK}/found ${CORPUS}
  RESULT_VARIABLE result)
if(result)
  message(FATAL_ERROR "the input that did it is in ${WORK}; once mended, it belongs into ${CORPUS}")
endif()
