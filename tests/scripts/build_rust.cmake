# The Rust example, for run_example.cmake, by Debian's compiler and crates.
set(target x86_64-pc-windows-gnu)
set(crates /usr/share/cargo/registry)
file(GLOB winapi ${crates}/winapi-0.3.*)
if(NOT EXISTS /usr/bin/cargo OR NOT EXISTS /usr/bin/rustc OR NOT EXISTS /usr/lib/rustlib/${target}/lib OR NOT winapi)
  set(skipped "rustc, cargo, libstd-rust-dev-windows and librust-winapi-dev are needed")
  return()
endif()

# cargo writes beside the sources.
file(REMOVE_RECURSE ${WORK}/source)
file(COPY ${SOURCE}/examples/rust/ DESTINATION ${WORK}/source)
file(WRITE ${WORK}/home/config.toml
  "[source.crates-io]\nreplace-with = \"debian\"\n[source.debian]\ndirectory = \"${crates}\"\n")
# Debian's winapi comes without import libraries: MinGW has them.
execute_process(WORKING_DIRECTORY ${WORK}/source RESULT_VARIABLE code
  COMMAND ${CMAKE_COMMAND} -E env --unset=RUSTUP_TOOLCHAIN --unset=RUSTFLAGS
    CARGO_HOME=${WORK}/home CARGO_TARGET_DIR=${WORK}/target RUSTC=/usr/bin/rustc WINAPI_NO_BUNDLED_LIBRARIES=1
    CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
    /usr/bin/cargo build --offline --target ${target} --example watch)
if(NOT code STREQUAL 0)
  message(FATAL_ERROR "the example in Rust was not built")
endif()
set(command ${WORK}/target/${target}/debug/examples/watch.exe)
