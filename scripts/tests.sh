# The tests, the quick ones and the long ones.

# Reads each preset's list of tests that were left out, its CTest log, then its JUnit file, and prints what was skipped and
# why, then the counts. The list has a line "NAME: REASON" each, the log each test's whole output, the JUnit file the
# verdicts: run, fail, disabled, or notrun for one that was skipped or could not be started. An emulated test that fails
# and has taken as long as it may (`limit`, in seconds) is one that does not finish.
read -r -d '' summarise <<'AWK' || true
FNR == 1 { split(FILENAME, part, "/"); preset = part[2] }
FILENAME ~ /\/left-out$/ {
    place = index($0, ": "); test = preset " " substr($0, 1, place - 1)
    tests[++count] = test; reason[test] = "; " substr($0, place + 2); skipped++
    next
}
/^[0-9]+\/[0-9]+ Test: / { test = preset " " substr($0, index($0, ": ") + 2) }
/^SKIP: / { sub(/\r$/, ""); reason[test] = reason[test] "; " substr($0, 7) }
/^\t<testcase / {
    match($0, /name="[^"]*"/); test = preset " " substr($0, RSTART + 6, RLENGTH - 7)
    match($0, /status="[^"]*"/); status = substr($0, RSTART + 8, RLENGTH - 9)
    tests[++count] = test
    if (status == "run") passed++
    else if (status == "disabled") skip("disabled")
    else if (preset == "win32" && limit && status == "fail" && match($0, / time="[^"]*"/) &&
        substr($0, RSTART + 7, RLENGTH - 8) >= limit + 0) skip("emulated, it does not finish in " limit " seconds")
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

end_native_tests() {
    [[ -z ${ctest-} ]] || kill -- "-$ctest" 2>/dev/null || true
}

end_tests() {
    end_native_tests
    stop_wine "$WINEPREFIX"
}

# end_with_tests FUNCTION: has the function end what this process has begun, however it ends.
end_with_tests() {
    trap "$1" EXIT
    trap 'exit 143' TERM HUP
}

# How long an emulated test may take. Those that need longer where nothing else runs are in tests/not_emulated.
emulated_seconds=300

# How long emulation may take in all: what has not had its turn then is skipped. Native, all of win32 takes as long.
emulated_budget=${VMEVENTS_EMULATED_SECONDS:-600}

# left_out REASON OPTION...: writes down that those of win32's tests are left out which these options of CTest's choose. For
# the reason `emulated` it is only those that tests/not_emulated has, for the reason that stands there.
left_out() {
    local reason=$1
    shift
    ctest --preset win32 --show-only "$@" | sed -n 's/^ *Test *#[0-9]*: //p' | awk -v reason="$reason" '
        FNR == NR { if (!/^(#|$)/) { pattern[++count] = "^(" $1 ")$"; sub(/^[^ ]+ +/, ""); why[count] = $0 }; next }
        reason != "emulated" { print $0 ": " reason; next }
        { for (i = 1; i <= count; i++) if ($0 ~ pattern[i]) { print $0 ": " why[i]; next } }
    ' tests/not_emulated - >build/win32/left-out
}

# The tests that CTest lists on standard input and that are not left out, in the order in which they are emulated: first
# those of tests/emulated_first.
emulated_names() {
    sed -n 's/^ *Test *#[0-9]*: //p' | awk '
        FILENAME ~ /left-out$/ { sub(/: .*/, ""); out[$0]; next }
        FILENAME ~ /emulated_first$/ { if (!/^(#|$)/) pattern[++count] = "^(" $1 ")$"; next }
        $0 in out { next }
        { for (i = 1; i <= count && $0 !~ pattern[i]; i++); turn[++names] = i; name[names] = $0 }
        END { for (i = 1; i <= count + 1; i++) for (k = 1; k <= names; k++) if (turn[k] == i) print name[k] }
    ' build/win32/left-out tests/emulated_first -
}

# emulate NAME...: runs these tests in this order, each by a CTest of its own, as long as there is time. What CTest has
# written of each is put together as if it had been one.
emulate() {
    local name count=0 end=$((SECONDS + emulated_budget)) own=build/win32/emulated made=build/win32/Testing/Temporary
    rm -rf "$own" && mkdir -p "$own" "$made"
    touch "$own/LastTest.log" "$own/junit.xml"
    for name in "$@"; do
        ((++count))
        if ((SECONDS >= end)); then
            echo "$name: no time was left of the $emulated_budget seconds for emulation (VMEVENTS_EMULATED_SECONDS)" \
                >>build/win32/left-out
            continue
        fi
        # What fails decides, not CTest's exit code: a test that does not finish is skipped.
        run_ctest win32 --quiet --tests-regex "^$name\$" --timeout "$emulated_seconds" || true
        [[ -e build/win32/junit.xml ]] || return
        awk -v place="$count/$#" "$verdict" build/win32/junit.xml || cat "$made/LastTest.log"
        cat "$made/LastTest.log" >>"$own/LastTest.log"
        sed 1d build/win32/junit.xml >>"$own/junit.xml"
    done
    mv "$own/LastTest.log" "$made/LastTest.log"
    {
        printf '%s\n' '<?xml version="1.0" encoding="UTF-8"?>' '<testsuites>'
        cat "$own/junit.xml"
        echo '</testsuites>'
    } >build/win32/junit.xml
}

# A line about the only test of a JUnit file; 1 when it has failed.
read -r -d '' verdict <<'AWK' || true
/^\t<testcase / {
    match($0, /name="[^"]*"/); name = substr($0, RSTART + 6, RLENGTH - 7)
    match($0, / time="[^"]*"/); time = substr($0, RSTART + 7, RLENGTH - 8)
    match($0, /status="[^"]*"/); status = substr($0, RSTART + 8, RLENGTH - 9)
}
/^\t\t<skipped / { status = "skipped" }
END {
    word["run"] = "passed"; word["fail"] = "failed"; word["notrun"] = "not run"
    printf "%8s %-45s %-8s %8.2f s\n", place, name, status in word ? word[status] : status, time
    exit status == "fail" || status == "notrun"
}
AWK

# run_win32 OPTION...: as run_ctest does, and where the kernel runs no 32-bit code what emulation can.
run_win32() {
    local names
    case $bits32 in
        native)
            run_ctest win32 "$@"
            return
            ;;
        none) left_out "this machine runs no 32-bit code, and has no emulator" "$@" ;;
        emulated) left_out "${emulated_reason:-emulated}" "$@" ;;
    esac
    [[ $bits32 == emulated && -z ${emulated_reason-} ]] || return 0
    mapfile -t names < <(ctest --preset win32 --show-only "$@" | emulated_names)
    emulate "${names[@]}"
}

# CTest runs in the background so that a signal ends the tests at once, and in a process group of its own, which ends as a
# whole, also when this script is killed: what a test has started would go on to start programs in the prefix.
run_ctest() {
    local preset=$1 status=0
    shift
    rm -f "$build/$preset/junit.xml"
    setsid setpriv --pdeathsig TERM bash -c 'trap "trap - TERM && kill 0" TERM && { "$@" & } && wait "$!"' group \
        ctest --preset "$preset" --output-junit "$build/$preset/junit.xml" "$@" </dev/null 8>&- &
    ctest=$!
    wait "$ctest" || status=$?
    ctest=
    return "$status"
}

# Lines of presets, whose tests run one after the other. The lines go on side by side: each bitness has a prefix of its
# own, and what runs natively needs none.
test_lines=(win64 win32 native)

# use_test_prefix PRESET: CMakePresets.json has the same names.
use_test_prefix() {
    use_prefix "$build/test-prefix-$1"
    end_with_tests end_tests
    keep_wine_running
}

# test-line "PRESET..." OPTION...: runs those tests of these presets that the options of CTest's choose. run_tests starts
# one for each line, a process of its own that ends its tests and its Wine when ./run ends, however that ends.
cmd_test_line() {
    local preset presets status=0
    read -r -a presets <<<"$1"
    shift
    if [[ ${presets[0]} == win* ]]; then
        use_test_prefix "${presets[0]}"
    else
        end_with_tests end_native_tests
    fi
    cd "$root"
    for preset in "${presets[@]}"; do
        printf '\n%s\n' "testing $preset"
        if [[ $preset == win32 ]]; then run_win32 "$@"; else run_ctest "$preset" "$@"; fi || status=1
    done
    return "$status"
}

start_test_line() {
    setpriv --pdeathsig TERM "$root/run" test-line "$@" </dev/null 8>&- &
    started_lines+=("$!")
}

end_test_lines() {
    local line
    for line in "${started_lines[@]}"; do
        kill "$line" 2>/dev/null || true
        wait "$line" || true
    done
}

# test_side_by_side OPTION...: the first line is shown as it goes on, the others from their beginning when it is their turn.
test_side_by_side() {
    local i log=$build/log/test-line status=0 started_lines=()
    trap end_test_lines EXIT
    trap 'exit 143' TERM HUP
    start_test_line "${test_lines[0]}" "$@"
    for ((i = 1; i < ${#test_lines[@]}; ++i)); do
        start_test_line "${test_lines[i]}" "$@" >"$log-$i.log" 2>&1
    done
    for i in "${!started_lines[@]}"; do
        ((i == 0)) || tail -n +1 -f --pid="${started_lines[i]}" "$log-$i.log"
        wait "${started_lines[i]}" || status=1
    done
    trap - EXIT
    return "$status"
}

# run_tests OPTION...: builds everything, and runs the tests that these options of CTest's choose.
run_tests() {
    local preset presets file status=0 logs=() emulated=()
    read -r -a presets <<<"${test_lines[*]}"
    build_presets "${presets[@]}"
    prepare_node
    prepare_browser
    prepare_dotnet
    prepare_languages
    want_packages site "to make the documentation's site" "${site_packages[@]}" || true
    prepare_guest
    prepare_nats
    want_packages packaging "to make packages" "${package_packages[@]}" || true
    [[ -n ${emulated_reason-} ]] || prepare_emulation
    say_bits32
    unset DISPLAY WAYLAND_DISPLAY
    export LC_ALL=C.UTF-8
    cd "$root"
    rm -f build/*/{left-out,Testing/Temporary/LastTest.log,junit.xml}
    test_side_by_side "$@" || status=1
    for preset in "${presets[@]}"; do
        for file in build/"$preset"/{left-out,Testing/Temporary/LastTest.log,junit.xml}; do
            [[ ! -e $file ]] || logs+=("$file")
        done
    done
    echo
    [[ $bits32 == native ]] || emulated=(-v "limit=$emulated_seconds")
    awk "${emulated[@]}" "$summarise" "${logs[@]}" /dev/null || status=1
    return "$status"
}

cmd_test() {
    local chosen=(--label-exclude '^stress$')
    if (($#)); then
        chosen+=(--tests-regex "$1" --no-tests=ignore)
        # Who names tests waits for them.
        export VMEVENTS_EMULATED_SECONDS=${VMEVENTS_EMULATED_SECONDS:-86400}
    fi
    run_tests "${chosen[@]}"
}

# A test has the label `stress` when vmevents_add_stress_test has added it.
cmd_stress() {
    local chosen=(--label-regex '^stress$' --no-tests=ignore)
    (($# == 0)) || chosen+=(--tests-regex "$1")
    export VMEVENTS_STRESS_SECONDS=${VMEVENTS_STRESS_SECONDS-60}
    export emulated_reason="this machine runs no 32-bit code, and emulated it would take hours"
    # libFuzzer, which is clang's: the readers of files are fuzzed with it.
    packages+=(clang libclang-rt-dev)
    test_lines[2]+=" fuzz"
    run_tests "${chosen[@]}"
}
