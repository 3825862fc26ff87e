# The Go example, for run_example.cmake, by Debian's Go, which has the standard library for Windows as sources.
if(NOT EXISTS /usr/bin/go)
  set(skipped "golang-go is needed")
  return()
endif()

# What it keeps is beside what it makes, and nothing is fetched.
file(MAKE_DIRECTORY ${WORK})
execute_process(WORKING_DIRECTORY ${SOURCE}/examples/go RESULT_VARIABLE code
  COMMAND ${CMAKE_COMMAND} -E env --unset=GOROOT GOOS=windows GOARCH=amd64 CGO_ENABLED=0 GOFLAGS= GOWORK=off GOPROXY=off
    GOTOOLCHAIN=local GOENV=off GOCACHE=${WORK}/cache GOPATH=${WORK}/path
    /usr/bin/go build -o ${WORK}/watch.exe ./watch)
if(NOT code STREQUAL 0)
  message(FATAL_ERROR "the example in Go was not built")
endif()
set(command ${WORK}/watch.exe)
