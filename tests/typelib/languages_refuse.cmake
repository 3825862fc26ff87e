# What the programs of idl/languages cannot read stops them: a member that was left out would move all those behind it.
#
#   PERL      perl
#   SOURCE    the project's folder
#   WORK      folder for IDL files that are wrong, each in one place
file(MAKE_DIRECTORY ${WORK})
file(GLOB programs ${SOURCE}/idl/languages/*.pl)
file(GLOB included ${SOURCE}/idl/virtualpc_event_*.idl)
file(COPY ${included} DESTINATION ${WORK})
file(READ ${SOURCE}/idl/vmevents.idl whole)

function(write_declarations program idl result)
  file(REMOVE ${WORK}/made)
  execute_process(COMMAND ${PERL} ${program} ${idl} ${WORK}/made RESULT_VARIABLE code ERROR_VARIABLE errors)
  set(${result} "${code}" PARENT_SCOPE)
  set(errors "${errors}" PARENT_SCOPE)
endfunction()

# refused(WHAT OLD NEW PATTERN): with NEW in place of OLD, each program that is concerned says something like the pattern,
# and makes no file. PROGRAMS may name those; otherwise all are.
function(refused what old new pattern)
  string(REPLACE "${old}" "${new}" changed "${whole}")
  if(changed STREQUAL whole)
    message(SEND_ERROR "${what}: the IDL has no such place any more: ${old}")
  endif()
  file(WRITE ${WORK}/wrong.idl "${changed}")
  set(concerned ${programs})
  if(ARGN)
    list(TRANSFORM ARGN PREPEND ${SOURCE}/idl/languages/ OUTPUT_VARIABLE concerned)
  endif()
  foreach(program IN LISTS concerned)
    write_declarations(${program} ${WORK}/wrong.idl code)
    if(code STREQUAL 0 OR NOT errors MATCHES "${pattern}" OR EXISTS ${WORK}/made)
      message(SEND_ERROR "${what}: ${program} does not refuse it: ${code}: ${errors}")
    endif()
  endforeach()
endfunction()

foreach(program IN LISTS programs)
  write_declarations(${program} ${SOURCE}/idl/vmevents.idl code)
  if(NOT code STREQUAL 0 OR NOT EXISTS ${WORK}/made)
    message(SEND_ERROR "${program} does not take the IDL as it is: ${errors}")
  endif()
endforeach()

# An interface that is none of late binding: left out where it is hidden, since only its implementers call it.
set(foreign "    [\n        object, uuid(492a0ef5-8d23-4e15-81b7-b985ebd32cfc), oleautomation,@\n"
  "        helpstring(\"Takes [several] events\")\n    ]\n    interface IVMEventReceiver : IUnknown\n    {\n"
  "        HRESULT Receive([in] SAFEARRAY(long) events, [out] long *taken);\n    }\n\n    /* ---- the host ---- */")
list(JOIN foreign "" foreign)
foreach(program IN LISTS programs)
  write_declarations(${program} ${SOURCE}/idl/vmevents.idl code)
  file(READ ${WORK}/made expected)
  string(REPLACE "@" " hidden," hidden "${foreign}")
  string(REPLACE "    /* ---- the host ---- */" "${hidden}" changed "${whole}")
  file(WRITE ${WORK}/hidden.idl "${changed}")
  write_declarations(${program} ${WORK}/hidden.idl code)
  if(NOT code STREQUAL 0)
    message(SEND_ERROR "${program} does not leave out what is hidden: ${errors}")
    continue()
  endif()
  file(READ ${WORK}/made made)
  if(changed STREQUAL whole OR NOT made STREQUAL expected)
    message(SEND_ERROR "${program} writes of a hidden interface, or of something else, what it should not")
  endif()
endforeach()
string(REPLACE "@" "" shown "${foreign}")
refused("an interface that is not late bound" "    /* ---- the host ---- */" "${shown}" "cannot read what begins with")

refused("a parameter that is not only in" "HRESULT Unsubscribe([in] long" "HRESULT Unsubscribe([in, out] long" "Unsubscribe")
refused("a member without an id" "[id(101), helpstring" "[helpstring" "Unsubscribe has no id")
refused("a type that is not known" "Received([out, retval] long" "Received([out, retval] hyper" "hyper"
  csharp.pl pascal.pl rust.pl)
refused("a result that is not the last" "[in, defaultvalue(-1)] long timeoutMs, [out, retval] long *count"
  "[out, retval] long *count, [in, defaultvalue(-1)] long timeoutMs" "Run: a result is the last parameter")
refused("a member that returns no HRESULT" "HRESULT Stop(void)" "void Stop(void)" "cannot read a member")
refused("something that is none of what a library has" "    /* ---- the host ---- */" "    module Constants { }"
  "cannot read what begins with: module")
refused("a property that is written elsewhere than where it is read"
  "[id(107), propput]" "[id(108), propput]" "QueueCapacity is not written right behind" csharp.pl)
