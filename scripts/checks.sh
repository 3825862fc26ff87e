# Static checks.

# The portable rooms are checked natively, everything else as the 64-bit compiler for Windows sees it.
clang_tidy() {
    local portable=(-std=gnu11 -Isrc)
    local windows=(--target=x86_64-w64-windows-gnu "${portable[@]}" -D_WIN32_WINNT=0x0601 -DCOBJMACROS -DUNICODE
        -D_UNICODE -Iinclude -isystem .cache/jansson/win64/include -isystem .cache/libuv1/win64/include
        -isystem .cache/sqlite3/win64/include
        -isystem /usr/x86_64-w64-mingw32/include)
    # xargs puts the file last, clang-tidy wants it in front of the compiler's options.
    local tidy=(xargs -0 -n 1 -P "$(nproc)" bash -c
        'clang-tidy --quiet --warnings-as-errors="*" "${!#}" -- "${@:1:$#-1}"' tidy)
    # What it counts is mostly in Windows' headers.
    {
        # Each leaves out what is for the other system alone; lock_holders.c is for checked builds.
        find src/platform src/dispatch src/guest -path src/guest/windows -prune -o -name '*.c' ! -name lock_holders.c \
            ! -name console.c ! -name service_stop.c ! -name version.c ! -name system_message.c ! -name stack_guard.c \
            ! -name uncalled_imports.c ! -name whole_file.c -print0 |
            "${tidy[@]}" "${portable[@]}" -D_GNU_SOURCE '-DVMEVENTS_VERSION=""' &&
            printf '%s\0' src/platform/lock_holders.c | "${tidy[@]}" "${portable[@]}" -DVMEVENTS_CHECKED &&
            find src -path src/guest/linux -prune -o -name '*.c' ! -name lock_holders.c ! -name tls_none.c -print0 |
            "${tidy[@]}" "${windows[@]}"
    } 2>&1 | sed -E '/^[0-9]+ warnings? generated\.$/d'
}

# The platform gives the sizes of types; headers of the system are not read, cmake/cppcheck.cfg tells of our memory.
run_cppcheck() {
    local options=(--quiet --error-exitcode=1 --inline-suppr --std=c11 --enable=warning,performance,portability
        --suppress=normalCheckLevelMaxBranches
        --library=windows --library=cmake/cppcheck.cfg -D__GNUC__=12 -DCOBJMACROS -DUNICODE -Isrc -Iinclude)
    cppcheck "${options[@]}" --platform=win64 -D_WIN32 -D_WIN64 -D__x86_64__ src &&
        cppcheck "${options[@]}" --platform=win32W -D_WIN32 -D__i386__ src &&
        cppcheck "${options[@]}" --platform=unix64 -D__linux__ -D__x86_64__ src/platform src/dispatch \
            src/guest/*.c src/guest/linux
}

# gcc's analyser works while it compiles, and what it finds is an error. Without precompiled headers it also
# finds a file that lacks one.
gcc_analyzer() {
    local preset=$1
    shift
    cmake --preset "$preset" -S . -B "build/check-$preset" -DCMAKE_C_FLAGS=-fanalyzer -DBUILD_TESTING=OFF \
        -DVMEVENTS_WARNINGS_ARE_ERRORS=ON -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON &&
        cmake --build "build/check-$preset" --target "$@"
}

# Which room includes which (scripts/rooms), and no circle between files of different rooms.
check_includes() {
    local table=$root/scripts/rooms reader=$root/scripts/includes.awk
    (cd src && find . -name '*.[ch]' -printf '%P\n' | sort | xargs awk -f "$reader" "$table")
}

cmd_check() {
    packages+=(clang-tidy cppcheck)
    prepare
    cd "$root"
    step check-includes "checking: includes" check_includes
    step check-cppcheck "checking: cppcheck" run_cppcheck
    step check-clang-tidy "checking: clang-tidy" clang_tidy
    step check-win64 "checking: gcc's analyser, win64" gcc_analyzer win64 vmevents vmhost vmwatch vmguest vmforward
    step check-win32 "checking: gcc's analyser, win32" gcc_analyzer win32 vmevents vmhost vmwatch vmguest vmforward
    step check-native "checking: gcc's analyser, the portable parts" gcc_analyzer native vmevents_dispatch vmevents_qemu \
        vmguest vmevents_forward vmevents_mqtt_kind
    say "nothing was found"
}
