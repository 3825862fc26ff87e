#!/usr/bin/env bash
# parts.sh BEHAVIOUR WITHOUT_32BIT WORK: tries one behaviour of the driver script. WITHOUT_32BIT is that program, WORK a
# folder that is made anew. What fails says so and ends with 1; 77 means skipped.
set -euo pipefail

behaviour=$1 without_32bit=$2 work=$3
checkout=$(readlink -f -- "${BASH_SOURCE[0]}")
checkout=${checkout%/tests/run/*}
rm -rf "$work"
mkdir -p "$work"
cd "$work"

fail() {
    echo "not so: $*" >&2
    exit 1
}

# The parts, for a checkout that is $work.
root=$work build=$work/build cache=$work/.cache
ln -s "$checkout/scripts" scripts
for part in "$checkout"/scripts/*.sh; do
    # shellcheck source=/dev/null
    source "$part"
done
unset VMEVENTS_BITS32

# The script runs wherever it lies, under another name, and told of no file by a descriptor that is closed.
try_elsewhere() {
    local place="$work/a place/für 試験" out
    mkdir -p "$place"
    cp "$checkout/run" "$place"
    cp -r "$checkout/scripts" "$place"
    ln -s "$place/run" "$work/linked"
    for out in "$place/run" "$work/linked"; do
        [[ $("$out" help) == "usage: ./run COMMAND"* ]] || fail "$out help prints the usage"
        (cd / && "$out" help >/dev/null <&-) || fail "$out runs from another folder without standard input"
        ! "$out" fly 2>/dev/null || fail "$out refuses a command that there is not"
    done
}

# The answer under a filter that ends what makes a 32-bit system call. What the machine's own is, is not known here.
try_probe() {
    local ask='source scripts/steps.sh; source scripts/bits32.sh; emulation_is_ready() { false; }
        find_bits32 && find_bits32 && echo "$bits32"'
    export root build cache
    [[ $("$without_32bit" bash -euc "$ask" 2>&1) == none ]] || fail "without 32-bit code the answer is none"
    [[ $(bash -euc "$ask" 2>&1) == @(native|none) ]] || fail "there is an answer, and nothing else is printed"
    [[ -z $(find "$work" -name 'core*') ]] || fail "the probe leaves no core"
    [[ $(find "$build/probe" -type f) == "$build/probe/bits32" ]] || fail "only the probe itself is kept"
}

try_answer_is_handed_on() {
    kernel_runs_32bit() { fail "it is asked once"; }
    for VMEVENTS_BITS32 in native emulated none; do
        bits32=
        find_bits32
        [[ $bits32 == "$VMEVENTS_BITS32" ]] || fail "what another ./run has found is not asked again"
    done
    kernel_runs_32bit() { false; }
    emulation_is_ready() { true; }
    bits32= VMEVENTS_BITS32=nonsense
    find_bits32
    [[ $bits32 == emulated && $VMEVENTS_BITS32 == emulated ]] || fail "an answer that is none is not believed"
    [[ $(say_bits32 2>&1 | wc -l) == 1 ]] || fail "it is said in one line"
    bits32=native
    [[ -z $(say_bits32 2>&1) ]] || fail "nothing is said where everything runs"
}

# put_image FILE MACHINE: as much of a Windows program as is looked at.
put_image() {
    mkdir -p "${1%/*}"
    { head -c 60 /dev/zero && printf '\x80\0\0\0' && head -c 64 /dev/zero && printf 'PE\0\0%b' "$2"; } >"$1"
}

try_bitness_of_programs() {
    local name
    export WINEPREFIX="$work/a prefix"
    mkdir -p "$WINEPREFIX/dosdevices" "$WINEPREFIX/drive_c"
    ln -s ../drive_c "$WINEPREFIX/dosdevices/c:"
    ln -s / "$WINEPREFIX/dosdevices/z:"
    put_image "$work/für 32.exe" '\x4c\x01'
    put_image "$WINEPREFIX/drive_c/Tools/32.exe" '\x4c\x01'
    put_image "$work/64.exe" '\x64\x86'
    printf 'MZ' >"$work/short.exe"
    for name in "$work/für 32.exe" "für 32.exe" "Z:${work//\//\\}\\für 32.exe" 'C:\Tools\32.exe' \
        'C:\Windows\SysWOW64\cscript.exe'; do
        is_32bit_program "$name" || fail "$name is a 32-bit program"
    done
    for name in 64.exe "z:$work/64.exe" short.exe scripts cscript 'C:\windows\system32\cscript.exe' ''; do
        ! is_32bit_program "$name" || fail "$name is none"
    done
}

try_known_tarballs() {
    local good bad chosen
    good=$(sha256sum <<<good) bad=$(sha256sum <<<bad)
    good=${good%% *} bad=${bad%% *}
    known_tarballs=("uv 1.44 $good" "other 1.50 $bad")
    cat >offered <<END
Package: uv
Version: 1.44-1
Checksums-Sha1:
 3333 100 uv_1.44.orig.tar.gz
Checksums-Sha256:
 4444 100 uv_1.44-1.dsc
 $good 100 uv_1.44.orig.tar.gz
 5555 100 uv_1.44-1.debian.tar.xz

Package: uv
Version: 1.44-1+deb12u2
Checksums-Sha256:
 $good 100 uv_1.44.orig.tar.gz
 6666 100 uv_1.44.orig.tar.gz.asc

Package: uv
Version: 1.50-1
Checksums-Sha256:
 $bad 100 uv_1.50.orig.tar.gz
END
    chosen=$(offered_tarballs uv <offered | choose_tarball uv) || fail "there is one that is known"
    # A revision of Debian's is nothing new; a tarball is, and so is one that is known for another library.
    [[ $chosen == "1.44-1+deb12u2 $good" ]] || fail "the newest whose digest is known is taken, not $chosen"
    known_tarballs=("uv 1.44 ${good%?}x")
    ! chosen=$(offered_tarballs uv <offered | choose_tarball uv) || fail "none is known"
    [[ $chosen == *"1.50-1, whose upstream tarball is $bad"* ]] || fail "it says what there is: $chosen"
    ! chosen=$(choose_tarball uv </dev/null) || fail "nothing is offered"
    [[ $chosen == *"none at all"* ]] || fail "it says that there is nothing: $chosen"
}

try_indexes() {
    local out index=
    apt-get() { [[ -z $index ]] || touch "indexes/lists/$index"; return "$status"; }
    for status in 0 100; do
        ! out=$(update_indexes indexes) || fail "without an index nothing can be had, whatever apt says of it"
        [[ $out == *"is there no network?"* ]] || fail "that is said: $out"
    done
    for index in deb.example_dists_stable_main_binary-i386_Packages deb.example_dists_stable_main_source_Sources.lz4; do
        rm -rf indexes
        out=$(update_indexes indexes) || fail "one is enough: $out"
    done
}

try_interrupted_installation() {
    local out
    # dpkg is at it for a while, apt wants to have its work finished first.
    as_root() {
        echo "$*" >>asked
        case " $* " in
            *" dpkg "*)
                [[ $(grep -c dpkg asked) -gt 2 ]] || { echo "dpkg: error: dpkg frontend lock was locked" >&2 && return 2; }
                touch finished
                ;;
            *" install "*) [[ -e finished ]] ;;
        esac
    }
    sleep() { :; }
    out=$(apt_install one two 2>&1) || fail "it is gone on with when dpkg is done: $out"
    [[ $(tail -n 1 asked) == *"install -y --no-install-recommends one two" ]] || fail "then it installs: $(<asked)"
    rm asked
    as_root() { echo "$*" >>asked && echo "dpkg: error processing package one" >&2 && [[ "$*" != *dpkg* ]]; }
    out=$(apt_install one 2>&1) || fail "what dpkg cannot finish is left to apt: $out"
    [[ $(grep -c dpkg asked) == 1 ]] || fail "and not tried again"
}

try_half_made_library() {
    known_tarballs=("uv 1 abc")
    ! library_is_built uv -DX=1 || fail "there is none"
    mkdir -p "$cache/uv/win64"
    ! library_is_built uv -DX=1 || fail "what has no version was not built to its end"
    echo "abc -DX=1" >"$cache/uv/version"
    library_is_built uv -DX=1 || fail "this one was"
    ! library_is_built uv -DX=2 || fail "it was built with other options"
    known_tarballs=("uv 2 abd")
    ! library_is_built uv -DX=1 || fail "it was built from a tarball that is not known any more"
}

# The one library that is not put together by CMake, in a path that make would take for several.
try_library_elsewhere() {
    [[ -e $checkout/.cache/source/sqlite3/configure ]] || { echo "SKIP: the source of SQLite is not there" && exit 77; }
    cache="$work/a place/für 試験"
    mkdir -p "$cache/source"
    cp -r "$checkout/.cache/source/sqlite3" "$cache/source"
    rm -rf "$cache"/source/sqlite3/{Makefile,sqlite3.[ch],tsrc,.target_source}
    make_sqlite3_file >log 2>&1 || fail "SQLite's file is put together: $(tail -n 3 log)"
    [[ -s $cache/source/sqlite3/sqlite3.c && -s $cache/source/sqlite3/sqlite3.h ]] || fail "and its header is there"
}

try_half_made_prefix() {
    local prefix=$work/prefix
    bits32=native
    mkdir -p "$prefix/drive_c/windows/syswow64"
    ! prefix_is_whole "$prefix" || fail "without a registry it is none"
    touch "$prefix/system.reg"
    ! prefix_is_whole "$prefix" || fail "without 32-bit programs it is not whole"
    bits32=none
    prefix_is_whole "$prefix" || fail "where no 32-bit program runs it is"
    bits32=emulated
    touch "$prefix/drive_c/windows/syswow64/cscript.exe"
    prefix_is_whole "$prefix" || fail "with 32-bit programs it is whole"
    touch "$prefix/.being-made"
    ! prefix_is_whole "$prefix" || fail "one that is being made is not"
}

try_drive_of_the_checkout() {
    local words
    export WINEPREFIX=$work/prefix
    mkdir -p "$WINEPREFIX/dosdevices"
    root="/home/x/plain path"
    give_checkout_a_drive
    [[ -z $(ls "$WINEPREFIX/dosdevices") ]] || fail "a path of ASCII letters needs none"
    [[ $(windows_path "$root/a b") == 'Z:\home\x\plain path\a b' ]] || fail "it is on the drive that has everything"
    root=$work/für
    mkdir -p "$root"
    give_checkout_a_drive
    [[ $WINEPREFIX/dosdevices/v: -ef $root ]] || fail "another gets one"
    [[ $(windows_path "$root/build/x") == 'V:\build\x' ]] || fail "and paths by it"
    [[ $(windows_path "$work/x") == Z:* ]] || fail "but not for what is elsewhere"
    find_words 'cscript' "Z:${root//\//\\}\\a b.js" $'two\nlines\n' ''
    [[ ${#words[@]} == 4 && ${words[1]} == 'V:\a b.js' && ${words[2]} == $'two\nlines\n' ]] || fail "words are kept"
    mv "$root" "$work/für moved"
    root="$work/für moved"
    give_checkout_a_drive
    [[ $WINEPREFIX/dosdevices/v: -ef $root ]] || fail "a checkout that was moved keeps it"
    ln -sfn / "$WINEPREFIX/dosdevices/v:"
    give_checkout_a_drive
    [[ $WINEPREFIX/dosdevices/v: -ef / ]] || fail "a drive of somebody else's is left"
    [[ $(windows_path "$root/x") == Z:* ]] || fail "then there is none"
}

# A list of tests as CTest prints it, in its place.
ctest() {
    printf '%s\n' "Test project /x" "  Test  #1: qemu_users" "  Test #12: event_text" "" "Total Tests: 2"
}

try_left_out() {
    mkdir -p tests build/win32
    printf '%s\n' "# a comment" "" "qemu_.*   takes too long" "event   is not the whole name" >tests/not_emulated
    left_out emulated
    [[ $(<build/win32/left-out) == "qemu_users: takes too long" ]] || fail "those on the list: $(<build/win32/left-out)"
    left_out "no emulator"
    [[ $(<build/win32/left-out) == $'qemu_users: no emulator\nevent_text: no emulator' ]] || fail "all of them"
}

try_emulation_in_turn() {
    local out emulated_budget=150
    # CTest for one test. A test takes 100 seconds, and those called bad fail.
    run_ctest() {
        local name=${4#^} status=run
        name=${name%$}
        [[ $1 == win32 && $3 == --tests-regex && $5 == --timeout ]] || fail "CTest is called as it is here: $*"
        [[ $name != bad* ]] || status=fail
        printf '%s\n' "1/1 Test: $name" "output of $name" >build/win32/Testing/Temporary/LastTest.log
        printf '%s\n' '<?xml version="1.0"?>' '<testsuite>' >build/win32/junit.xml
        printf '\t<testcase name="%s" classname="%s" time="100.5" status="%s">\n' "$name" "$name" "$status" \
            >>build/win32/junit.xml
        printf '%s\n' '</testsuite>' >>build/win32/junit.xml
        SECONDS=$((SECONDS + 100))
        [[ $status == run ]]
    }
    mkdir -p tests build/win32
    printf '%s\n' "# a comment" "" "vtables    they tell most" "scripts_.*  and these" >tests/emulated_first
    echo "slow: takes too long" >build/win32/left-out
    out=$(printf '  Test #%d: %s\n' 1 other 2 scripts_js 3 slow 4 scripts_vbs 5 vtables 6 last | emulated_names)
    [[ $out == $'vtables\nscripts_js\nscripts_vbs\nother\nlast' ]] || fail "the telling ones come first: $out"
    out=$(emulate vtables bad late) || fail "what has failed is told by the summary"
    [[ $out == *"vtables "*"passed"*"bad "*"failed"*"output of bad"* ]] || fail "each is told, and why one fails: $out"
    [[ $out != *"output of vtables"* ]] || fail "what passes is told in a line"
    [[ $(tail -n 1 build/win32/left-out) == "late: no time was left of the 150 seconds "* ]] || fail "late has no turn"
    mv build/win32/Testing/Temporary/LastTest.log build/win32
    ! out=$(summary) || fail "one has failed"
    [[ $out == *"skipped: win32 late: no time was left"*"1 passed, 1 failed, 2 skipped" ]] || fail "all count: $out"
    emulated_budget=0
    emulate vtables
    [[ $(tail -n 1 build/win32/left-out) == "vtables: no time was left "* ]] || fail "without time none has a turn"
}

summary() { awk -v limit=300 "$summarise" build/win32/{left-out,LastTest.log,junit.xml} /dev/null; }

try_summary() {
    local out
    mkdir -p build/win32
    echo "qemu_users: takes too long" >build/win32/left-out
    printf '%s\n' "1/3 Test: quick" "SKIP: no sound card" >build/win32/LastTest.log
    printf '\t<testcase %s>\n' \
        'name="event" classname="event" time="0.5" status="run"' \
        'name="slow" classname="slow" time="300.02" status="fail"' \
        'name="quick" classname="quick" time="0.1" status="notrun"' >build/win32/junit.xml
    printf '\t\t<skipped message="SKIP_RETURN_CODE=77"/>\n' >>build/win32/junit.xml
    out=$(summary) || fail "nothing has failed"
    [[ $out == *"skipped: win32 qemu_users: takes too long"* ]] || fail "what was left out is named"
    [[ $out == *"skipped: win32 slow: emulated, it does not finish in 300 seconds"* ]] || fail "what does not finish too"
    [[ $out == *"skipped: win32 quick: no sound card"* ]] || fail "what skips says why"
    [[ $out == *"1 passed, 0 failed, 3 skipped" ]] || fail "it is counted: $out"
    printf '\t<testcase %s>\n' 'name="bad" classname="bad" time="2" status="fail"' >>build/win32/junit.xml
    ! out=$(summary) || fail "one has failed"
    [[ $out == *"1 passed, 1 failed, 3 skipped" ]] || fail "that is counted too: $out"
}

# What `./run check` says of the includes of a tree.
try_includes() {
    local out
    put() { mkdir -p "src/${1%/*}" && printf '#include "%s"\n' "${@:2}" >"src/$1"; }
    mkdir -p src
    mv scripts scripts-of-the-checkout
    mkdir scripts
    ln -s ../scripts-of-the-checkout/includes.awk scripts
    printf '%s\n' '# The table.' 'low' 'high low include' 'high/inner low' >scripts/rooms
    put high/part/a.c high/part/a.h low/b.h vmevents.h
    put low/b.h low/c.h
    check_includes >out || fail "all of that is allowed: $(<out)"
    put low/c.c vmevents.h
    put high/inner/d.c high/part/a.h
    ! check_includes >out || fail "that is not"
    out=$(<out)
    [[ $out == *"low/c.c:1: low may not include vmevents.h, which is of include"* ]] || fail "a room below: $out"
    [[ $out == *"high/inner/d.c:1: high/inner may not include high/part/a.h, which is of high"* ]] || fail "a folder: $out"
    rm src/low/c.c src/high/inner/d.c
    put high/part/a.h high/e.h
    put high/e.c high/part/a.h
    ! check_includes >out || fail "a circle"
    [[ $(<out) == "high/e and high/part/a include each other in a circle" ]] || fail "of two folders: $(<out)"
    put high/part/a.h high/part/e.h
    put high/part/e.c high/part/a.h
    check_includes >out || fail "within a folder it may be: $(<out)"
}

# A program that takes no notice of Ctrl+C, and what would come after it.
try_interrupted() {
    local status=0
    mkdir copy
    cp -r "$checkout/run" "$checkout/scripts" copy
    echo 'cmd_bench() { sh -c "kill -INT $$ && sleep 0.1" && touch went-on; }' >>copy/scripts/bench.sh
    env --default-signal=INT copy/run bench || status=$?
    [[ $status == 130 && ! -e went-on ]] || fail "Ctrl+C ends it: $status"
}

# Two at a time would build into one folder.
try_waits_for_another() {
    mkdir -p "$cache"
    (
        flock 7
        touch held
        while [[ ! -e waits ]]; do sleep 0.05; done
        touch let-go
    ) 7>"$cache/lock" &
    while [[ ! -e held ]]; do sleep 0.05; done
    say() { touch waits; }
    lock_checkout
    [[ -e let-go ]] || fail "it goes on when the other has let go"
    wait
}

# has_ended PROCESS: waits a minute for that.
has_ended() {
    local i
    for ((i = 0; i < 600; ++i)); do
        [[ -e /proc/$1 && $(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null) != Z ]] || return 0
        sleep 0.1
    done
    return 1
}

# What a test starts ends with the tests, however they end. Here a test is a shell that starts another program.
try_tests_end_as_a_whole() {
    local how caller program
    mkdir -p bin
    printf '%s\n' '#!/bin/sh' 'sh -c "sleep 600 & echo \$! >program.new && mv program.new program && wait"' 'exit 3' >bin/ctest
    chmod +x bin/ctest
    stop_wine() { :; }
    WINEPREFIX=$work PATH=$work/bin:$PATH
    for how in KILL TERM; do
        rm -f program
        { trap end_tests EXIT && trap 'exit 143' TERM && run_ctest win32; } &
        caller=$!
        while [[ ! -e program ]]; do sleep 0.05; done
        program=$(<program)
        kill "-$how" "$caller"
        wait "$caller" 2>/dev/null || true
        has_ended "$program" || fail "what a test has started ends when ./run ends by SIG$how"
    done
    printf '%s\n' '#!/bin/sh' 'exit 3' >bin/ctest
    how=0
    run_ctest win32 || how=$?
    [[ $how == 3 ]] || fail "CTest's exit code is known: $how"
}

# ./run in its place, for two lines of tests: each says that it has begun, and ends when both have.
write_lines() {
    cat >run <<'END'
#!/usr/bin/env bash
[[ $1 == test-line && $3 == --option && $4 == "two words" ]] || exit 9
echo "$2 begins"
touch "began-${2%% *}"
while [[ ! -e began-a || ! -e began-b ]]; do sleep 0.05; done
echo "$2 ends"
[[ ! -e hangs ]] || { echo $$ >"hangs-${2%% *}.new" && mv "hangs-${2%% *}"{.new,} && exec sleep 600; }
[[ ! -e "bad-${2%% *}" ]]
END
    chmod +x run
}

try_lines_of_tests() {
    local out bad how caller line
    write_lines
    mkdir -p "$build/log"
    test_lines=(a "b c")
    out=$(test_side_by_side --option "two words") || fail "both have passed: $out"
    [[ $out == $'a begins\na ends\nb c begins\nb c ends' ]] || fail "one is shown after the other: $out"
    for bad in a b; do
        touch "bad-$bad"
        ! (test_side_by_side --option "two words") >out || fail "line $bad has failed"
        rm "bad-$bad"
    done
    touch hangs
    for how in KILL TERM; do
        rm -f hangs-?
        (test_side_by_side --option "two words") >out &
        caller=$!
        while [[ ! -e hangs-a || ! -e hangs-b ]]; do sleep 0.05; done
        kill "-$how" "$caller"
        wait "$caller" 2>/dev/null || true
        for line in a b; do
            line=$(<"hangs-$line")
            has_ended "$line" || fail "process $line ends when ./run ends by SIG$how"
        done
    done
}

# The compilers that examples want: each language's on their own, and one that cannot be had stops nothing.
try_languages() {
    local out
    missing_packages() { printf '%s\n' "${packages[@]}"; }
    apt_install() { echo "$*" | tee -a asked && [[ $* != *fpc-source* ]]; }
    out=$(prepare_languages 2>&1) || fail "languages that cannot be had stop nothing"
    [[ $(<asked) == "${rust_packages[*]}"$'\n'"${pascal_packages[*]}"$'\n'"${go_packages[*]}" ]] ||
        fail "each language's packages are installed on their own, not: $(<asked)"
    [[ $out == *"skipped; see build/log/install-pascal.log"* ]] || fail "what is skipped is said: $out"
    [[ $out != *install-rust.log* && $out != *install-go.log* ]] || fail "what is installed is not skipped: $out"
    [[ $(<build/log/install-pascal.log) == "${pascal_packages[*]}" ]] || fail "the log says what apt has said"
    missing_packages() { :; }
    rm asked
    prepare_languages && [[ ! -e asked ]] || fail "what is there is not installed again"
}

# What ./run package does, in that order, and what it says of what is missing.
try_package() {
    local out code=0
    build_presets() { echo "build $* with ${packages[*]: -${#package_packages[@]}}" >>made; }
    prepare_dotnet() { echo dotnet >>made; }
    build_symbols() { echo "symbols $1" >>made; }
    make_packages() { mkdir -p build/package && echo "pack $*" >>made; }
    use_prefix() { export WINEPREFIX=$1; }
    keep_wine_running() { :; }
    stop_wine() { :; }
    ! out=$(cmd_package --sing 2>&1) || fail "an option that there is not is refused"
    [[ $out == *"--sign, not --sing"* && ! -e made ]] || fail "it says which there is, and begins nothing: $out"
    out=$(cmd_package --sign 2>&1) || fail "packages are made: $out"
    [[ $(<made) == "build win64 win32 with ${package_packages[*]}"$'\n'"dotnet"$'\n'"symbols win64"$'\n'"symbols win32"$'\n'"pack --sign" ]] ||
        fail "all is built, then packed: $(<made)"
    [[ $out == *"no assembly for .NET in the NuGet package"* ]] || fail "without .NET's SDK that is said: $out"
    mkdir -p .cache/dotnet && touch .cache/dotnet/version
    out=$(cmd_package 2>&1) && [[ $out != *.NET* ]] || fail "with it nothing is said: $out"

    rm made
    build_symbols() { echo "no space left" && return 1; }
    ! out=$(cmd_package 2>&1) || fail "what cannot be built ends it"
    [[ $out == *"no space left"* && $out == *symbols-win64.log* && $(<made) != *pack* ]] || fail "and says where that stands: $out"

    # Where a tool is missing nothing is made, least of all a part of the packages.
    mkdir empty
    out=$(PATH=$work/empty /usr/bin/python3 -B "$checkout/packaging/make.py" --build none --output packed --runner none 2>&1) || code=$?
    [[ $code == 77 && $out == "SKIP: not installed: gcab llvm msitools" && ! -e packed ]] || fail "$code: the packages that are missing are named: $out"
}

# Whatever ./run fetches or makes below .cache, it goes on for a while when ./run is killed.
# The programs of the demonstrations find all that they are made of, and say what they want to be told.
try_demonstrations() {
    local folder out
    [[ -x /usr/bin/python3 ]] || { echo "SKIP: python3 is not installed"; exit 77; }
    ln -s "$checkout/tests" tests
    for folder in qemu forward; do
        ! out=$(demo_program "$folder" 2>&1) || fail "$folder: without arguments there is nothing to show"
        [[ $out != *Traceback* && $out == *demo.py* ]] || fail "$folder: $out"
    done
}

go_on_until_told() {
    # A program of its own, as what fetches and builds is: that is what goes on.
    bash -c 'touch began; until [[ -e end ]]; do sleep 0.05; done'
}

# A next one that began to make the same would make it in the same folder.
try_waits_for_what_a_killed_one_began() {
    local part killed
    trap 'touch end' EXIT
    missing_packages() { :; }
    npm() { :; }
    node() { :; }
    dpkg-query() { echo 1; }
    kernel_runs_32bit() { false; }
    for part in fetch_node:prepare_node fetch_dotnet:prepare_dotnet fetch_playwright:prepare_browser \
        fetch_nats:prepare_nats make_guest:prepare_guest make_emulation:prepare_emulation \
        cross_build:prepare_libraries fetch_wine32:prepare_wine32; do
        rm -f began end
        eval "${part%:*}() { go_on_until_told; }"
        bits32=none VMEVENTS_BITS32=none
        [[ $part != *wine32 ]] || bits32=native
        { lock_checkout && "${part#*:}"; } 2>/dev/null &
        killed=$!
        while [[ ! -e began ]]; do sleep 0.05; done
        kill -KILL "$killed"
        wait "$killed" 2>/dev/null || true
        ! (exec 8>"$cache/lock" && flock -n 8) || fail "${part%:*} goes on, and holds the lock"
        touch end
        flock -w 60 "$cache/lock" true || fail "the lock is free when ${part%:*} has ended"
    done
}

"try_$behaviour"
