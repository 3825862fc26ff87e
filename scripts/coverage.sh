# What of src the tests go through.

coverage=build/coverage-win64

coverage_build() {
    cmake --preset win64 -S . -B "$coverage" -DCMAKE_BUILD_TYPE=Debug -DVMEVENTS_COVERAGE=ON &&
        cmake --build "$coverage" &&
        find "$coverage" -name '*.gcda' -delete
}

coverage_test() {
    export VMEVENTS_PREFIX=$WINEPREFIX
    # A program that is not optimised, and counts, may be too slow for a test that looks at the clock; what it did
    # counts all the same.
    ctest --test-dir "$coverage" --label-exclude '^stress$' --timeout 300 </dev/null 8>&- ||
        echo "some tests failed when they were counted; ./run test tells whether they do otherwise"
}

coverage_report() {
    gcovr --root . --filter src/ --gcov-executable x86_64-w64-mingw32-gcov --json "$coverage/coverage.json" "$coverage" &&
        gcovr --root . -a "$coverage/coverage.json" --csv "$coverage/coverage.csv" --html-details "$coverage/index.html"
}

# Each room's lines and branches, from gcovr's table: name, lines, of them executed, their ratio, and the same of branches.
read -r -d '' summarise_coverage <<'AWK' || true
$1 ~ /^src\// {
    split($1, part, "/"); room = "src/" part[2]
    if (!(room in lines)) rooms[++count] = room
    lines[room] += $2; through[room] += $3; branches[room] += $5; taken[room] += $6
    lines["all"] += $2; through["all"] += $3; branches["all"] += $5; taken["all"] += $6
}
function row(room) {
    printf "%-14s %5d of %5d lines, %3d %%   %5d of %5d branches, %3d %%\n", room, through[room], lines[room],
        100 * through[room] / lines[room], taken[room], branches[room], 100 * taken[room] / branches[room]
}
END { rooms[++count] = "all"; for (i = 1; i <= count; i++) row(rooms[i]) }
AWK

# The whole test suite once, with every line and branch counted: what of src it has been through.
cmd_coverage() {
    packages+=(gcovr)
    # Some tests register both of these.
    build_presets win64 win32
    cd "$root"
    step coverage-build "building win64 to be counted" coverage_build
    use_test_prefix win64
    step coverage-test "running every test" coverage_test
    step coverage-report "counting" coverage_report
    awk -F, "$summarise_coverage" "$coverage/coverage.csv"
    say "each line: $coverage/index.html"
}
