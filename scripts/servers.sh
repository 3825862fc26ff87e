# Registration of the servers.

# registration DONE FILE COMMAND...: runs the command that registers FILE or takes it out, and says how it went.
registration() {
    local done=$1 file=$2 status=0
    shift 2
    "$wine" "$@" 8>&- || status=$?
    if ((status == 0)); then
        say "$done: $file"
    else
        say "run: not $done: $file (exit code $status)"
        return 1
    fi
}

dll() {
    local done=$1 preset=$2 system=system32
    shift 2
    [[ $preset == win64 ]] || system=syswow64
    registration "$done" "build/$preset/bin/vmevents.dll" \
        "C:\\windows\\$system\\regsvr32.exe" "$@" "$(windows_path "$build/$preset/bin/vmevents.dll")"
}

host() {
    registration "$1" "build/$2/bin/vmhost.exe" "$build/$2/bin/vmhost.exe" "$3"
}

use_servers() {
    local file
    for file in build/win{32,64}/bin/{vmevents.dll,vmhost.exe}; do
        [[ -e $root/$file ]] || die "there is no $file; ./run build makes it"
    done
    use_chosen_prefix
    say_bits32
}

# What both bitnesses share in the registry is left to the 64-bit one: it comes last and goes first.
cmd_register() {
    use_servers
    if [[ $bits32 != none ]]; then
        dll registered win32 /s
        host registered win32 /regserver
    fi
    dll registered win64 /s
    host registered win64 /regserver
}

cmd_unregister() {
    local status=0
    use_servers
    host unregistered win64 /unregserver || status=1
    dll unregistered win64 /u /s || status=1
    if [[ $bits32 != none ]]; then
        host unregistered win32 /unregserver || status=1
        dll unregistered win32 /u /s || status=1
    fi
    return "$status"
}
