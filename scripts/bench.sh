# The benchmark.

cmd_bench() {
    [[ $# == 0 || $* == fleet ]] || die "no part of the benchmark is called $*; there is fleet"
    # One of those that the sink is held against is boost::signals2, of which the headers are all; the chart is a script's.
    packages+=(libboost-dev python3)
    prepare
    # A build that was configured before Boost came does not know the target.
    step configure-win64 "configuring win64" cmake --preset win64 -S "$root"
    build_options=(--target vmbench)
    step build-win64 "building win64" compile win64
    use_chosen_prefix
    dll registered win64 /s
    host registered win64 /regserver
    exec 8>&-
    "$wine" "$build/win64/bin/vmbench.exe" "$(windows_path "$build/win64/bin/vmevents.dll")" \
        "$(windows_path "$build/bench.json")" "$@"
    python3 "$root/bench/chart.py" "$build/bench.json" "$build/bench.svg"
    say "build/bench.json has the numbers, build/bench.svg and build/bench-fleet.svg are charts of them"
}
