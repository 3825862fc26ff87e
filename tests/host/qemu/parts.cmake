# Whether each part of the model of a machine is written by its owner alone (src/host/qemu/vm.h says what the parts are):
# the file of its name is the only one that names its fields. So a stray write, and a stray read, is seen here.
#
#     cmake -DSOURCES=src/host/qemu -P parts.cmake

cmake_minimum_required(VERSION 3.21)

file(READ ${SOURCES}/vm.h vm)
file(READ ${SOURCES}/guest.h guest)

# The parts are the structs that struct vm and struct guest hold by value, each by its type and by the names it has there.
set(parts "")
foreach(holder vm guest)
  string(REGEX MATCH "\nstruct ${holder}\n{.*" body "${${holder}}")
  string(REGEX REPLACE "\n};.*" "" body "${body}")
  string(REGEX MATCHALL "\n    struct [a-z_]+ [a-z_, ]+;" members "${body}")
  foreach(member IN LISTS members)
    string(REGEX MATCH "struct ([a-z_]+) ([a-z_, ]+)" unused "${member}")
    set(type ${CMAKE_MATCH_1})
    string(REPLACE ", " ";" names "${CMAKE_MATCH_2}")
    list(APPEND names ${type})
    # What events go out by, and what a guest is given, are no parts: nobody writes them once they are made.
    if(NOT type MATCHES "^(vm_outlet|guest_surroundings)$")
      list(APPEND parts ${type})
      list(JOIN names "|" names_of_${type})
    endif()
  endforeach()
endforeach()
list(LENGTH parts count)
if(count LESS 20)
  message(FATAL_ERROR "only ${count} parts were found in ${SOURCES}/vm.h and guest.h: ${parts}")
endif()

# What connects the machine with QEMU is above it: it may look, not write.
file(GLOB files ${SOURCES}/*.c)
list(FILTER files EXCLUDE REGEX "/(attachment|attachment_faults|live)\\.c$")

set(failures "")
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WE)
  # A list of lines has neither brackets nor semicolons in it.
  file(READ ${file} lines)
  string(REPLACE "[" "(" lines "${lines}")
  string(REPLACE "]" ")" lines "${lines}")
  string(REPLACE ";" "," lines "${lines}")
  string(REPLACE "\n" ";" lines "${lines}")
  foreach(line IN LISTS lines)
    if(line MATCHES "^#|^ *(/\\*|\\*)|^ \\*")
      continue()
    endif()
    foreach(part IN LISTS parts)
      if(name STREQUAL part)
        continue()
      endif()
      # A field of what its holder has, or of a pointer that is called like it; and any pointer through which it could be
      # written, but in a function that is given one to keep.
      if(line MATCHES "[.>](${names_of_${part}})\\.[a-z_]" OR line MATCHES "(^|[^a-z0-9_])(${names_of_${part}})->[a-z_]"
          OR (line MATCHES "struct ${part} \\*" AND NOT line MATCHES "const struct ${part} \\*|_init\\("))
        string(APPEND failures "\n${name}.c names a field of ${part}, or could: ${line}")
      endif()
    endforeach()
    if(NOT name STREQUAL "vm" AND line MATCHES "vm->(fault|message_size|qmp_open|attached|opened_ms) *=[^=]")
      string(APPEND failures "\n${name}.c writes what vm.c alone writes: ${line}")
    endif()
  endforeach()
endforeach()

file(STRINGS ${SOURCES}/attachment.c lines REGEX "[.>]vm\\.[a-z_.]+ *([-+|&]?=[^=]|\\+\\+|--)")
if(lines)
  string(APPEND failures "\nattachment.c writes what the machine owns: ${lines}")
endif()

if(failures)
  message(FATAL_ERROR "The parts of a machine have one owner each:${failures}")
endif()
message(STATUS "${count} parts have one owner each")
