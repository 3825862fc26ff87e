# Talking to the person, doing a thing after another, and one ./run at a time.

say() { printf '%s\n' "$*" >&2; }

die() {
    say "run: $*"
    exit 1
}

# step NAME WHAT COMMAND...: runs a command quietly into build/log/NAME.log and shows the end of that when it fails.
# Functions called through it chain with &&, since bash ignores `set -e` inside a condition.
step() {
    local log=build/log/$1.log what=$2
    shift 2
    mkdir -p "$build/log"
    say "$what"
    "$@" >"$root/$log" 2>&1 </dev/null && return
    say "run: failed: $what"
    say "The whole log is in $log; it ends:"
    tail -n 30 "$root/$log" >&2
    exit 1
}

# One ./run at a time installs, builds or tests in this checkout. File descriptor 8 holds the lock until the script ends,
# and, when that is killed, until what it has started to fetch or build has ended too. The Wine server outlives the script,
# so nothing that may start one inherits the descriptor.
lock_checkout() {
    mkdir -p "$cache"
    exec 8>"$cache/lock"
    flock -n 8 && return
    say "waiting for another ./run in this checkout"
    flock 8
}
