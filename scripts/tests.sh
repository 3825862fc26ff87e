# The tests, the quick ones and the long ones.

# Reads each preset's CTest log, then its JUnit file, and prints what was skipped and why, then the counts. The log has
# each test's whole output, the JUnit file the verdicts: run, fail, disabled, or notrun for one that was skipped or
# could not be started.
read -r -d '' summarise <<'AWK' || true
FNR == 1 { split(FILENAME, part, "/"); preset = part[2] }
/^[0-9]+\/[0-9]+ Test: / { test = preset " " substr($0, index($0, ": ") + 2) }
/^SKIP: / { sub(/\r$/, ""); reason[test] = reason[test] "; " substr($0, 7) }
/^\t<testcase / {
    match($0, /name="[^"]*"/); test = preset " " substr($0, RSTART + 6, RLENGTH - 7)
    match($0, /status="[^"]*"/); status = substr($0, RSTART + 8, RLENGTH - 9)
    tests[++count] = test
    if (status == "run") passed++
    else if (status == "disabled") skip("disabled")
    else failed++
}
/^\t\t<skipped message="SKIP_/ { failed--; skip("no reason given") }
function skip(otherwise) { skipped++; if (!(test in reason)) reason[test] = "; " otherwise }
END {
    for (i = 1; i <= count; i++)
        if (tests[i] in reason) print "skipped: " tests[i] ": " substr(reason[tests[i]], 3)
    if (!count) print "no test ran" > "/dev/stderr"
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
    exit failed > 0 || !count
}
AWK

# Wine's services start with the first program and end with the last. Kept running they save each test a second, and
# do not hold on to the pipe that CTest reads a test's output from.
keep_wine_running() {
    stop_wine "$WINEPREFIX"
    "$wineserver" -p 8>&-
    "$wine" cmd /c exit </dev/null >/dev/null 2>&1 8>&-
}

end_tests() {
    [[ -z ${ctest-} ]] || kill "$ctest" 2>/dev/null || true
    stop_wine "$build/test-prefix"
}

# CTest runs in the background so that a signal ends the tests at once.
run_ctest() {
    local preset=$1 status=0
    shift
    rm -f "$build/$preset/junit.xml"
    ctest --preset "$preset" --output-junit "$build/$preset/junit.xml" "$@" </dev/null 8>&- &
    ctest=$!
    wait "$ctest" || status=$?
    ctest=
    return "$status"
}

tested_presets=(win64 win32 native)

# run_tests OPTION...: builds everything, and runs the tests that these options of CTest's choose.
run_tests() {
    local preset status=0 logs=()
    build_presets "${tested_presets[@]}"
    prepare_node
    prepare_guest
    trap end_tests EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    unset DISPLAY WAYLAND_DISPLAY
    export LC_ALL=C.UTF-8
    use_prefix "$build/test-prefix"
    keep_wine_running
    cd "$root"
    for preset in "${tested_presets[@]}"; do
        printf '\n%s\n' "testing $preset"
        run_ctest "$preset" "$@" || status=1
        logs+=("build/$preset/Testing/Temporary/LastTest.log" "build/$preset/junit.xml")
    done
    echo
    awk "$summarise" "${logs[@]}" || status=1
    return "$status"
}

cmd_test() {
    local chosen=(--label-exclude '^stress$')
    (($# == 0)) || chosen+=(--tests-regex "$1" --no-tests=ignore)
    run_tests "${chosen[@]}"
}

# A test has the label `stress` when vmevents_add_stress_test has added it.
cmd_stress() {
    local chosen=(--label-regex '^stress$' --no-tests=ignore)
    (($# == 0)) || chosen+=(--tests-regex "$1")
    export VMEVENTS_STRESS_SECONDS=${VMEVENTS_STRESS_SECONDS-60}
    # libFuzzer, which is clang's: the readers of files are fuzzed with it.
    packages+=(clang libclang-rt-dev)
    tested_presets+=(fuzz)
    run_tests "${chosen[@]}"
}
