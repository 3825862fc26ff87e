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

demo_qemu() {
    say ""
    say "A Linux guest in QEMU, and people at its terminals. vmhost.exe, started by COM, speaks to QEMU and to the"
    say "guest's agent, and fires the events; vmwatch.exe prints a line for each:"
    say ""
    VMEVENTS_RUNNER=$wine PYTHONPATH=$root/tests/support /usr/bin/python3 -B "$root/tests/qemu/demo.py" "$build/win64/bin/vmwatch.exe"
}

cmd_demo() {
    local what=${1:-watch}
    [[ $what == @(watch|script|qemu) ]] || die "no demo is called $what; there are watch, script and qemu"
    # Not the tests, which take longer than all the rest.
    build_options=(--target vmevents vmhost vmwatch)
    build_presets win64 win32
    if [[ $what == qemu ]]; then
        prepare_guest
        command -v qemu-system-x86_64 >/dev/null || die "QEMU is not installed; see build/log/install-qemu.log"
        [[ -e $cache/guest/recipe ]] || die "there is no guest for QEMU; see build/log/guest.log"
    fi
    cmd_register
    exec 8>&-
    "demo_$what"
}
