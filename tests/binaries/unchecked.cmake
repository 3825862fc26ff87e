# Looks for the text of a failed assertion about a lock: in each file of SHIPPED it must not be, in CHECKED it must.
foreach(file ${SHIPPED} ${CHECKED})
  file(STRINGS ${file} found REGEX "this thread already|must be held" LIMIT_COUNT 1)
  if(found AND NOT file STREQUAL CHECKED)
    message(SEND_ERROR "${file} checks its locks: ${found}")
  elseif(NOT found AND file STREQUAL CHECKED)
    message(SEND_ERROR "${file} does not check its locks")
  endif()
endforeach()
