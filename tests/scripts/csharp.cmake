# What tests of C# have in common: the compiler and the runtime of the .NET SDK for Windows, which `./run test` fetches where
# npm is.
#
#   DOTNET    folder of the SDK
#   SOURCE    the project's folder
#   WORK      folder for what is made
set(dotnet_missing "the .NET SDK for Windows is not there; npm is needed to fetch it")

# csharp(NAME REFERENCES OPTION... SOURCES FILE...): compiles WORK/NAME. The references are folders and files of assemblies.
function(csharp name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "REFERENCES;OPTIONS;SOURCES")
  # Options in a file may be of any length. Its paths are Windows'.
  set(lines /nologo /nostdlib /deterministic /warnaserror ${arg_OPTIONS})
  windows_path(${WORK}/${name} out)
  list(APPEND lines "/out:\"${out}\"")
  foreach(reference IN LISTS arg_REFERENCES)
    if(IS_DIRECTORY ${reference})
      file(GLOB reference ${reference}/*.dll)
    endif()
    foreach(assembly IN LISTS reference)
      windows_path(${assembly} assembly)
      list(APPEND lines "/reference:\"${assembly}\"")
    endforeach()
  endforeach()
  foreach(file IN LISTS arg_SOURCES)
    windows_path(${file} file)
    list(APPEND lines "\"${file}\"")
  endforeach()
  list(JOIN lines "\n" lines)
  file(WRITE ${WORK}/${name}.rsp "${lines}\n")
  file(REMOVE ${WORK}/${name})

  windows_path(${DOTNET}/sdk/3.1.102/Roslyn/bincore/csc.dll compiler)
  windows_path(${WORK}/${name}.rsp options)
  execute(code output errors 1200 ${DOTNET}/dotnet.exe exec ${compiler} @${options})
  message("${output}${errors}")
  if(NOT code STREQUAL 0 OR NOT EXISTS ${WORK}/${name})
    message(FATAL_ERROR "${name} was not compiled: exit code ${code}")
  endif()
endfunction()

# The interfaces, as the NuGet package has them.
function(csharp_interop)
  file(MAKE_DIRECTORY ${WORK})
  execute_process(COMMAND /usr/bin/python3 -B ${SOURCE}/packaging/interop.py --dotnet ${DOTNET} --output ${WORK} --runner ${runner}
    RESULT_VARIABLE code TIMEOUT 1200)
  if(NOT code STREQUAL 0)
    message(FATAL_ERROR "VMEvents.Interop was not compiled: exit code ${code}")
  endif()
endfunction()

# csharp_program(NAME RESULT FILE...): compiles a program, and says what runs it.
function(csharp_program name result)
  csharp_interop()
  # Microsoft's marks of 3.1 on all that has to do with IDispatch, which .NET 5 has taken back.
  csharp(${name}.dll SOURCES ${ARGN} OPTIONS /target:exe /langversion:8.0 /nowarn:618
    REFERENCES ${DOTNET}/packs/Microsoft.NETCore.App.Ref/3.1.0/ref/netcoreapp3.1 ${WORK}/VMEvents.Interop.dll)
  file(WRITE ${WORK}/${name}.runtimeconfig.json
    "{ \"runtimeOptions\": { \"framework\": { \"name\": \"Microsoft.NETCore.App\", \"version\": \"3.1.0\" } } }\n")
  windows_path(${WORK}/${name}.dll assembly)
  set(${result} ${DOTNET}/dotnet.exe exec ${assembly} PARENT_SCOPE)
endfunction()
