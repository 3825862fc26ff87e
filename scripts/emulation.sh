# 32-bit programs where the kernel runs none: by qemu-i386, beside the native 64-bit Wine.
#
# Only 32-bit processes are emulated. Wine starts one by the loader of its 32-bit Unix build, which it looks for beside its
# own, so there is a tree with a copy of the 64-bit loader, and in place of the 32-bit one a script that runs that by
# qemu-i386. The wineserver and everything 64-bit stay as they are. Nothing is installed, and no right is needed.
emulation=$cache/emulation

# What the tree is made for: it is made anew when this changes.
emulation_recipe() {
    dpkg-query -W -f='${Version} ' libwine:amd64 && sha256sum <"$root/scripts/emulation.sh"
}

emulation_is_ready() {
    [[ -e $emulation/recipe && $(<"$emulation/recipe") == "$(emulation_recipe)" ]]
}

# The machine's own apt sources, asking for the backports of its release.
write_backports_entries() {
    local directory=$1 suite file
    # shellcheck source=/dev/null
    suite=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME-}")-backports
    write_source_entries "$directory" || return
    for file in "$directory"/*.sources; do
        [[ ! -e $file ]] || sed -i -E "s/^Types:.*/Types: deb/; s/^Suites:.*/Suites: $suite/" "$file" || return
    done
    sed -i -E "s/^deb-src([[:space:]]+\[[^]]*\])?([[:space:]]+[^[:space:]]+)[[:space:]]+[^[:space:]]+/deb\1\2 $suite/" \
        "$directory/classic.list"
}

# qemu-user 10 or later: 7.2 was seen to fail, what is between was not tried. Debian 12 has it among its backports alone.
fetch_qemu_i386() {
    local version from=()
    update_indexes "$PWD/apt/own" || return
    version=$(private_apt_cache "$PWD/apt/own" policy qemu-user | awk '$1 == "Candidate:" { print $2 }')
    if dpkg --compare-versions "${version:-0}" lt 1:10; then
        write_backports_entries "$PWD/apt/sources" || return
        from=(-o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$PWD/apt/sources")
        update_indexes "$PWD/apt/own" "${from[@]}" || return
    fi
    private_apt "$PWD/apt/own" "${from[@]}" download qemu-user || {
        echo "This machine's apt sources and its release's backports have no qemu-user 10 or later, but ${version:-none}."
        return 1
    }
    dpkg-deb --fsys-tarfile qemu-user_*.deb | tar -x --wildcards './usr/bin/qemu-i386'
}

# Wine's 32-bit Unix build, and what it needs of libraries: without FreeType each program complains, and FreeType
# without fontconfig crashes.
fetch_wine_i386() {
    local version=$1
    local i386=(-o APT::Architecture=i386 -o APT::Architectures=i386 -o Dir::State::Status=/dev/null)
    update_indexes "$PWD/apt/i386" "${i386[@]}" || return
    private_apt "$PWD/apt/i386" "${i386[@]}" -o Debug::NoLocking=true install -y --download-only --no-install-recommends \
        libc6 libgcc-s1 libunwind8 liblzma5 libfreetype6 libfontconfig1 &&
        private_apt "$PWD/apt/i386" "${i386[@]}" download "libwine=$version" "wine32=$version"
}

# Into the folder `tree`.
unpack_emulation() {
    local wine=/usr/lib/x86_64-linux-gnu/wine package loader=tree/usr/lib/wine
    mkdir -p tree/etc
    for package in apt/i386/cache/archives/*.deb libwine_*.deb wine32_*.deb; do
        dpkg-deb -x "$package" tree || return
    done
    # Where all lies below /usr, the loader of dynamic programs has its old name all the same.
    [[ -e tree/lib/ld-linux.so.2 ]] || ln -sfn usr/lib tree/lib || return
    [[ -e tree$wine ]] || { mkdir -p "tree${wine%/*}" && ln -s "$wine" "tree$wine"; } || return
    # libwine:amd64 makes this one when it is installed.
    [[ ! -e $wine/i386-windows/zlib1.dll ]] ||
        cp "$wine/i386-windows/zlib1.dll" tree/usr/lib/i386-linux-gnu/wine/i386-windows || return
    strip_i386_modules tree/usr/lib/i386-linux-gnu/wine/i386-windows &&
        printf '%s\n' /lib/i386-linux-gnu /usr/lib/i386-linux-gnu >tree/etc/ld.so.conf && /sbin/ldconfig -r tree &&
        mv usr/bin/qemu-i386 $loader/qemu-i386 && cp "$native_wine" $loader/wine64 &&
        mv $loader/wine $loader/wine-i386 && write_i386_loader >$loader/wine && chmod +x $loader/wine
}

# Without -0 a 32-bit program could not start another: Wine's loader looks for itself by its first argument.
write_i386_loader() {
    cat <<'END'
#!/bin/sh
here=${0%/*}
exec "$here/qemu-i386" -0 "$here/wine" "$here/wine-i386" "$@"
END
}

make_emulation() {
    local version=$1 work=$cache/emulation.new
    rm -rf "$work" && mkdir -p "$work" && cd "$work" &&
        fetch_qemu_i386 && fetch_wine_i386 "$version" && unpack_emulation &&
        rm -rf apt usr ./*.deb && emulation_recipe >recipe &&
        rm -rf "$emulation" && mv "$work" "$emulation" && cd "$root"
}

# Sets bits32 to emulated if the emulator can be had.
prepare_emulation() {
    find_bits32
    [[ $bits32 == none ]] || return 0
    find_wine
    mkdir -p "$build/log"
    if ! emulation_is_ready; then
        say "fetching qemu-i386 and Wine's 32-bit build (to emulate 32-bit programs)"
        (make_emulation "$(dpkg-query -W -f='${Version}' libwine:amd64)") \
            >"$build/log/emulation.log" 2>&1 </dev/null || {
            say "run: no emulation of 32-bit programs; see build/log/emulation.log"
            return 0
        }
    fi
    export VMEVENTS_BITS32=emulated
    bits32=emulated
}
