# Whether 32-bit programs run here, and by what.

# Not asked of a 32-bit program: that runs too where qemu-user is registered for them, and Wine's own WoW64 does not.
kernel_runs_32bit() {
    local probe=$build/probe/bits32 status=0
    if [[ ! -x $probe || $root/scripts/bits32.S -nt $probe ]]; then
        mkdir -p "${probe%/*}" &&
            as --64 -o "$probe.$$.o" "$root/scripts/bits32.S" && ld -o "$probe.$$" "$probe.$$.o" &&
            rm "$probe.$$.o" && mv "$probe.$$" "$probe" || die "cannot build $probe, which asks for 32-bit code"
    fi
    # The shell says when a program ends by a signal.
    { (ulimit -c 0; "$probe"); } 2>/dev/null || status=$?
    ((status == 42))
}

# Sets bits32: native, the kernel runs 32-bit programs; emulated, qemu-i386 does, which lies in .cache; none. It is asked
# once for each ./run, and those that this one starts are told.
find_bits32() {
    [[ -z ${bits32-} ]] || return 0
    bits32=${VMEVENTS_BITS32-}
    case $bits32 in native | emulated | none) return ;; esac
    if kernel_runs_32bit; then
        bits32=native
    elif emulation_is_ready; then
        bits32=emulated
    else
        bits32=none
    fi
    export VMEVENTS_BITS32=$bits32
}

say_bits32() {
    find_bits32
    case $bits32 in
        emulated) say "this machine's kernel runs no 32-bit code, so 32-bit programs are emulated" ;;
        none) say "this machine's kernel runs no 32-bit code, so 32-bit programs are built and not run" ;;
    esac
}

# Where a program's file is, of which Wine may have been told in its own way; nothing where only Wine knows that.
program_file() {
    local path=${1//\\//}
    case $path in
        [A-Za-z]:/*) path=$WINEPREFIX/dosdevices/${path,} ;;
    esac
    [[ ! -f $path ]] || printf '%s' "$path"
}

# is_32bit_program PROGRAM: the machine in the header of the file is the i386 (0x14c).
is_32bit_program() {
    local file header
    [[ ${1,,} != *[\\/]syswow64[\\/]* ]] || return 0
    file=$(program_file "$1")
    [[ -n $file ]] || return 1
    { header=$(od -An -t u4 -j 60 -N 4 "$file") && [[ -n $header ]] &&
        [[ $(od -An -t x2 -j $((header + 4)) -N 2 "$file") == *014c ]]; } 2>/dev/null
}
