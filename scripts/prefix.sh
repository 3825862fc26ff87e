# Wine, and prefixes for it.

# Sets wine, wineserver and what every Windows program is run with. The loader is called directly: Debian's `wine`
# script in front of it warns about wine32, which is not needed. Mono, Gecko and menu entries would ask questions.
use_wine() {
    export WINEPREFIX=$1 WINEARCH=win64 WINEDEBUG=${WINEDEBUG--all}
    export WINEDLLOVERRIDES=${WINEDLLOVERRIDES-mscoree,mshtml,winemenubuilder.exe=}
    # Without a UTF-8 locale Wine cannot pass on file names that are not ASCII.
    case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in C | POSIX) export LC_ALL=C.UTF-8 ;; esac
    wine32_dir
    export WINEDLLPATH=$wine32
    wine=/usr/lib/wine/wine64
    wineserver=/usr/lib/wine/wineserver64
    [[ -x $wine ]] || wine=$(type -P wine64) || wine=
    [[ -x $wineserver ]] || wineserver=$(type -P wineserver) || wineserver=
}

stop_wine() {
    [[ -d $1 ]] || return 0
    use_wine "$1"
    [[ -z $wineserver ]] || "$wineserver" -k 2>/dev/null || true
}

# A prefix carries the mark .being-made until it is whole, and a whole one can run 32-bit programs.
prefix_is_whole() {
    [[ -e $1/system.reg && ! -e $1/.being-made && -e $1/drive_c/windows/syswow64/cscript.exe ]]
}

boot_prefix() {
    mkdir -p "$1" && touch "$1/.being-made" || return
    # Without a display no window opens. The server is ended so that the registry is on disk when the mark goes.
    env -u DISPLAY -u WAYLAND_DISPLAY "$wine" wineboot -i 8>&- 9>&- &&
        { "$wineserver" -k 9>&- || true; } && "$wineserver" -w 9>&- &&
        [[ -e $1/system.reg && -e $1/drive_c/windows/syswow64/cscript.exe ]] &&
        rm "$1/.being-made"
}

# use_prefix DIR: makes DIR a prefix if it is none, and uses it. A half-made one is thrown away, but never a directory
# that something else has made.
use_prefix() {
    use_wine "$1"
    if [[ -z $wine || ! -e $wine32/i386-windows/ntdll.dll ]]; then
        prepare
        exec 8>&-
        use_wine "$1"
    fi
    prefix_is_whole "$1" && return
    mkdir -p "${1%/*}"
    exec 9>"$1.lock"
    flock 9
    if ! prefix_is_whole "$1"; then
        if [[ -e $1 && ! -e $1/.being-made && $1 != "$build"/* && -n $(ls -A "$1") ]]; then
            die "$1 is no Wine prefix that can run 64-bit and 32-bit programs; name an empty directory"
        fi
        stop_wine "$1"
        rm -rf "$1"
        step "${1##*/}" "making a Wine prefix in ${1#"$root"/} (about 15 seconds)" boot_prefix "$1"
    fi
    exec 9>&-
}

# The prefix for people, or the one named by VMEVENTS_PREFIX.
use_chosen_prefix() {
    local prefix=${VMEVENTS_PREFIX:-$build/prefix}
    [[ $prefix == /* ]] || prefix=$PWD/$prefix
    use_prefix "$prefix"
}

# A Linux path as Wine's programs see it; they would take a leading / for an option.
windows_path() {
    local path="Z:$1"
    printf '%s' "${path//\//\\}"
}

# CMake runs tests through this too (CMAKE_CROSSCOMPILING_EMULATOR), so nothing slow may stand in its way.
cmd_wine() {
    (($#)) || die "which program? usage: ./run wine PROGRAM [ARG...]"
    use_chosen_prefix
    exec "$wine" "$@"
}
