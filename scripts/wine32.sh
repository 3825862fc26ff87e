# Wine's 32-bit modules.

# Wine's 64-bit build runs 32-bit programs itself once it finds the 32-bit modules of its own version. They are in
# libwine:i386, which need not be installed (and often cannot be without adding an architecture): unpacked is enough.
wine32_system=/usr/lib/i386-linux-gnu/wine
wine32_own=$cache/wine-i386

wine32_dir() {
    if [[ -e $wine32_system/i386-windows/ntdll.dll ]]; then wine32=$cache/wine-i386-system; else wine32=$wine32_own; fi
}

# A 32-bit module finds its Unix half in ../x86_64-unix, beside the folder it was loaded from. Without it those that
# have one do not start, ws2_32.dll among them.
link_wine32() {
    local unix=/usr/lib/x86_64-linux-gnu/wine/x86_64-unix
    [[ -e $unix/ntdll.so ]] || unix=$(dirname "$(dpkg -L libwine:amd64 | grep -m1 '/x86_64-unix/ntdll.so$')")
    mkdir -p "$wine32"
    [[ $wine32 == "$wine32_own" ]] || ln -sfn "$wine32_system/i386-windows" "$wine32/i386-windows"
    ln -sfn "$unix" "$wine32/x86_64-unix"
}

# Debug information is two thirds of them, and every prefix gets a copy.
strip_i386_modules() {
    find "$1" -type f \( -name '*.dll' -o -name '*.exe' \) -exec i686-w64-mingw32-strip -g {} +
}

fetch_wine32() {
    local version=$1 work=$cache/wine-i386.new
    local i386=(-o APT::Architecture=i386 -o APT::Architectures=i386 -o Dir::State::Status=/dev/null)
    rm -rf "$work" && mkdir -p "$work" && cd "$work" || return
    # What counts is whether the version asked for is in an index that was verified.
    update_indexes "$work/apt" "${i386[@]}" || return
    private_apt "$work/apt" "${i386[@]}" download "libwine=$version" || {
        echo "Debian has no libwine:i386 $version, the version of the libwine installed here."
        echo "Bring that up to date: apt-get update && apt-get install libwine wine wine64"
        return 1
    }
    dpkg --fsys-tarfile libwine_*.deb | tar -x --strip-components=5 --wildcards './usr/lib/*/wine/i386-windows' &&
        strip_i386_modules i386-windows &&
        rm -rf apt libwine_*.deb &&
        printf '%s\n' "$version" >version &&
        rm -rf "$wine32_own" && mv "$work" "$wine32_own" && cd "$root"
}

prepare_wine32() {
    local version
    find_bits32
    [[ $bits32 == native ]] || return 0
    wine32_dir
    version=$(dpkg-query -W -f='${Version}' libwine:amd64)
    if [[ $wine32 == "$wine32_own" && ! ( -e $wine32/version && $(<"$wine32/version") == "$version" ) ]]; then
        step wine-i386 "fetching Wine's 32-bit modules (to run 32-bit programs)" fetch_wine32 "$version"
    fi
    link_wine32
}
