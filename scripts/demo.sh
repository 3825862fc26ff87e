# Demonstrations.

demo_watch() {
    say ""
    say "A day of a simulated machine, four times as fast. vmhost.exe, started by COM as a process of its own, fires"
    say "the events; the sink in vmevents.dll receives them in vmwatch.exe, which prints a line for each:"
    say ""
    "$wine" "$build/win64/bin/vmwatch.exe" Demo --play "$(windows_path "$root/examples/scenarios/workday.txt")" --speed 4
}

demo_script() {
    say ""
    say "A day of a simulated machine, four times as fast, in a script: examples/jscript/watch.js, run by Windows Script"
    say "Host. Its handlers print the lines; a second script, in a process of its own, has the machine play:"
    say ""
    "$wine" 'C:\windows\system32\cscript.exe' //nologo "$(windows_path "$root/examples/jscript/watch.js")" \
        "$(windows_path "$root/examples/scenarios/workday.txt")" 4
}

# demo_program FOLDER ARGUMENT...: what shows it is made of what its tests have.
demo_program() {
    PYTHONPATH=$root/tests/support /usr/bin/python3 -B "$root/tests/$1/demo.py" "${@:2}"
}

demo_qemu() {
    say ""
    say "A Linux guest in QEMU, and people at its terminals. vmhost.exe, started by COM, speaks to QEMU and to the"
    say "guest's agent, and fires the events; vmwatch.exe prints a line for each:"
    say ""
    VMEVENTS_RUNNER=$wine demo_program qemu "$build/win64/bin/vmwatch.exe"
}

# A prefix for each host, so that it has a vmhost of its own; the one for people has the sink that hears both.
demo_fleet() {
    local reader=$WINEPREFIX name prefixes=()
    for name in web-1 db-1; do
        use_prefix "$build/fleet-$name"
        dll registered win64 /s
        host registered win64 /regserver
        prefixes+=("$name=$WINEPREFIX")
    done
    VMEVENTS_RUNNER=$wine VMEVENTS_BIN=$build/win64/bin PATH=$cache/nats:$PATH \
        demo_program forward "$reader" "${prefixes[@]}"
}

prepare_fleet() {
    want_packages python "to show a fleet" python3 || die "python3 cannot be had; see build/log/install-python.log"
    prepare_nats
    [[ -x $cache/nats/nats-server ]] || die "NATS cannot be had; see build/log/nats.log"
}

cmd_demo() {
    local what=${1:-watch}
    [[ $what == @(watch|script|qemu|fleet) ]] || die "no demo is called $what; there are watch, script, qemu and fleet"
    # Not the tests, which take longer than all the rest.
    build_options=(--target vmevents vmhost vmwatch)
    [[ $what != fleet ]] || build_options+=(vmforward)
    build_presets win64 win32
    if [[ $what == qemu ]]; then
        prepare_guest
        command -v qemu-system-x86_64 >/dev/null || die "QEMU is not installed; see build/log/install-qemu.log"
        [[ -e $cache/guest/recipe ]] || die "there is no guest for QEMU; see build/log/guest.log"
    fi
    [[ $what != fleet ]] || prepare_fleet
    cmd_register
    exec 8>&-
    "demo_$what"
}
