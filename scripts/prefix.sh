# Wine, and prefixes for it.

# Sets native_wine and wineserver, to nothing where they are not installed. The loader is called directly: Debian's
# `wine` script in front of it warns about wine32, which is not needed.
find_wine() {
    for native_wine in /usr/lib/wine/wine64 "$(type -P wine64)" /usr/lib/wine/wine ""; do
        [[ -n $native_wine && ! -x $native_wine ]] || break
    done
    for wineserver in /usr/lib/wine/wineserver64 "$(type -P wineserver)" /usr/lib/wine/wineserver ""; do
        [[ -n $wineserver && ! -x $wineserver ]] || break
    done
}

# Sets wine, wineserver and what every Windows program is run with. Mono, Gecko and menu entries would ask questions.
use_wine() {
    export WINEPREFIX=$1 WINEARCH=win64 WINEDEBUG=${WINEDEBUG--all}
    export WINEDLLOVERRIDES=${WINEDLLOVERRIDES-mscoree,mshtml,winemenubuilder.exe=}
    # Without a UTF-8 locale, one that is there, Wine cannot pass on file names that are not ASCII.
    [[ $(locale charmap 2>/dev/null) == UTF-8 ]] || export LC_ALL=C.UTF-8
    # Wine 10 looks for a Wayland display there, and complains where this is not set.
    export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR-$1}
    find_wine
    find_bits32
    wine=$native_wine
    unset WINEDLLPATH WINESERVER QEMU_LD_PREFIX
    case $bits32 in
        native)
            wine32_dir
            export WINEDLLPATH=$wine32
            ;;
        emulated)
            wine=$emulation/tree/usr/lib/wine/wine64
            export WINESERVER=$wineserver QEMU_LD_PREFIX=$emulation/tree
            ;;
    esac
}

# What use_wine wants.
wine_is_there() {
    find_wine
    [[ -n $native_wine ]] && command -v as >/dev/null || return
    find_bits32
    [[ $bits32 != native ]] || { wine32_dir && [[ -e $wine32/i386-windows/ntdll.dll ]]; }
}

stop_wine() {
    [[ -d $1 ]] || return 0
    find_wine
    [[ -z $wineserver ]] || WINEPREFIX=$1 "$wineserver" -k 2>/dev/null || true
}

# A prefix carries the mark .being-made until it is whole, and a whole one can run 32-bit programs where they run at all.
prefix_is_whole() {
    [[ -e $1/system.reg && ! -e $1/.being-made ]] && { [[ $bits32 == none ]] || prefix_has_32bit "$1"; }
}

prefix_has_32bit() { [[ -e $1/drive_c/windows/syswow64/cscript.exe ]]; }

boot_prefix() {
    mkdir -p "$1" && touch "$1/.being-made" || return
    # Without a display no window opens. The server is ended so that the registry is on disk when the mark goes.
    env -u DISPLAY -u WAYLAND_DISPLAY "$wine" wineboot "$2" 8>&- 9>&- &&
        { "$wineserver" -k 9>&- || true; } && "$wineserver" -w 9>&- &&
        [[ -e $1/system.reg ]] && { [[ $bits32 == none ]] || prefix_has_32bit "$1"; } &&
        rm "$1/.being-made"
}

# Makes a prefix that was made for 64 bits alone one for 32 bits too. Wine installs its 32-bit half only into a new one;
# where the files are there already, it registers them.
widen_prefix() {
    local system=$1/drive_c/windows/syswow64
    mkdir -p "$system" &&
        find "$emulation/tree/usr/lib/i386-linux-gnu/wine/i386-windows" -type f ! -name '*16' ! -name '*.sys' \
            ! -name cscript.exe -exec cp -t "$system" {} + &&
        boot_prefix "$1" -u
}

# use_prefix DIR: makes DIR a prefix if it is none, and uses it. A half-made one is thrown away, but never a directory
# that something else has made.
use_prefix() {
    if ! wine_is_there; then
        prepare
        exec 8>&-
    fi
    use_wine "$1"
    prefix_is_whole "$1" || make_prefix "$1"
    give_checkout_a_drive
}

make_prefix() {
    mkdir -p "${1%/*}"
    exec 9>"$1.lock"
    flock 9
    if ! prefix_is_whole "$1"; then
        if [[ -e $1 && ! -e $1/.being-made && $1 != "$build"/* && -n $(ls -A "$1") ]]; then
            die "$1 is no Wine prefix that can run 64-bit and 32-bit programs; name an empty directory"
        fi
        stop_wine "$1"
        if [[ $bits32 == emulated && -e $1/system.reg && ! -e $1/.being-made ]]; then
            # It was made before there was an emulator. What is registered in it stays.
            step "${1##*/}" "adding 32-bit programs to ${1#"$root"/} (about 20 seconds)" widen_prefix "$1"
        else
            rm -rf "$1"
            step "${1##*/}" "making a Wine prefix in ${1#"$root"/} (about 15 seconds)" boot_prefix "$1" -i
        fi
    fi
    exec 9>&-
}

# The prefix for people, or the one named by VMEVENTS_PREFIX.
use_chosen_prefix() {
    local prefix=${VMEVENTS_PREFIX:-$build/prefix}
    [[ $prefix == /* ]] || prefix=$PWD/$prefix
    use_prefix "$prefix"
}

# Wine's marshaler reads a type library's path in the ANSI code page, so that no call would come out of a process in a
# checkout whose path has letters beyond that. Such a checkout is a drive of the prefix, and so has a path without them.
checkout_drive=V:

give_checkout_a_drive() {
    local link=$WINEPREFIX/dosdevices/${checkout_drive,,} LC_ALL=C
    [[ $root == *[!\ -~]* ]] || return 0
    [[ -e $link || -L $link ]] || ln -s "$root" "$link"
    # The checkout may have been moved, but what is elsewhere is somebody else's.
    [[ $link -ef $root || -e $link ]] || ln -sfn "$root" "$link"
}

# A Linux path as Wine's programs see it; they would take a leading / for an option.
windows_path() {
    local path="Z:$1" link=$WINEPREFIX/dosdevices/${checkout_drive,,}
    [[ $1/ != "$root"/* || ! $link -ef $root ]] || path=$checkout_drive${1#"$root"}
    printf '%s' "${path//\//\\}"
}

# Sets words: a command's, of which those that are such paths already, by the drive that has everything, are changed too.
find_words() {
    local word whole="Z:${root//\//\\}\\"
    words=()
    for word in "$@"; do
        [[ $word != "$whole"* ]] || word=$(windows_path "$root/${word#"$whole"}")
        words+=("$word")
    done
}

# CMake runs tests through this too (CMAKE_CROSSCOMPILING_EMULATOR), so nothing slow may stand in its way.
cmd_wine() {
    (($#)) || die "which program? usage: ./run wine PROGRAM [ARG...]"
    use_chosen_prefix
    if [[ $bits32 == none ]] && is_32bit_program "$1"; then
        say_bits32
        lock_checkout
        prepare_emulation
        exec 8>&-
        [[ $bits32 == emulated ]] || die "$1 is a 32-bit program, and can be run neither by the kernel nor by emulation"
        use_chosen_prefix
    fi
    local words
    find_words "$@"
    exec "$wine" "${words[@]}"
}
