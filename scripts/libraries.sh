# Libraries for Windows, built from Debian's sources.

cmocka_version=1.1.5-2.1
cmocka_sha256=f0ccd8242d55e2fd74b16ba518359151f6f8383ff8aef4976e48393f77bba8b6
jansson_version=2.14-2
jansson_sha256=c739578bf6b764aa0752db9a2fdadcfe921c78f1228c7ec0bb47fa804c55d17b
libuv_version=1.44.2-1+deb12u1
libuv_sha256=d79b4b06ef04be85fb890bf39d55942cc64c2e15fd14eaa32dae5dce94485484

# The machine's own apt sources, asking for source packages instead.
write_source_entries() {
    local directory=$1 list parts file
    eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
    mkdir -p "$directory" || return
    for file in "$parts"/*.sources; do
        [[ ! -e $file ]] || sed -E 's/^Types:.*/Types: deb-src/' "$file" >"$directory/${file##*/}" || return
    done
    for file in "$list" "$parts"/*.list; do
        [[ ! -e $file ]] || sed -nE 's/^[[:space:]]*deb(-src)?([[:space:]])/deb-src\2/p' "$file" || return
    done | sort -u >"$directory/classic.list"
}

# fetch_debian_source NAME VERSION SHA256: unpacks the upstream tarball of a Debian source package, which apt has
# verified and whose digest is SHA256, into .cache/source/NAME.
fetch_debian_source() {
    local name=$1 version=$2 sha256=$3 work=$cache/source/$1.new tarball
    local from=(-o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/apt/sources")
    rm -rf "$work" && mkdir -p "$work/unpacked" && cd "$work" &&
        write_source_entries "$work/apt/sources" || return
    private_apt "$work/apt" "${from[@]}" update || echo "going on with the indexes that could be had"
    private_apt "$work/apt" "${from[@]}" source --download-only "$name=$version" || {
        echo "Debian has no source package $name $version among this machine's apt sources."
        return 1
    }
    tarball=$(find . -name "${name}_*.orig.tar.*" ! -name '*.asc') &&
        echo "$sha256  $tarball" | sha256sum -c &&
        tar -x -f "$tarball" -C unpacked --strip-components=1 &&
        rm -rf "$cache/source/$name" && mv unpacked "$cache/source/$name" && cd "$root" && rm -rf "$work"
}

# cross_build NAME VERSION SHA256 OPTION...: builds a library of Debian's for both Windows, static, by its own CMake.
cross_build() {
    local name=$1 version=$2 sha256=$3 bits work
    shift 3
    rm -rf "${cache:?}/$name"
    fetch_debian_source "$name" "$version" "$sha256" || return
    for bits in 64 32; do
        work=$cache/$name/work$bits
        cmake --fresh -G Ninja -S "$cache/source/$name" -B "$work" -Wno-dev \
            -DCMAKE_TOOLCHAIN_FILE="$root/cmake/toolchain-win$bits.cmake" -DCMAKE_BUILD_TYPE=Release \
            -DCMAKE_INSTALL_PREFIX="$cache/$name/win$bits" -DBUILD_SHARED_LIBS=OFF "$@" &&
            cmake --build "$work" && cmake --install "$work" &&
            rm -rf "$work" || return
    done
    printf '%s\n' "$version" >"$cache/$name/version"
}

# prepare_library WHY NAME VERSION SHA256 OPTION...
prepare_library() {
    local why=$1 name=$2 version=$3
    shift
    [[ -e $cache/$name/version && $(<"$cache/$name/version") == "$version" ]] && return
    step "$name" "building $name for Windows ($why)" cross_build "$@"
}

prepare_libraries() {
    prepare_library "to run the tests there" cmocka "$cmocka_version" "$cmocka_sha256" \
        -DWITH_STATIC_LIB=ON -DWITH_EXAMPLES=OFF -DUNIT_TESTING=OFF
    prepare_library "JSON is read and written with it" jansson "$jansson_version" "$jansson_sha256" \
        -DJANSSON_BUILD_DOCS=OFF -DJANSSON_EXAMPLES=OFF -DJANSSON_WITHOUT_TESTS=ON
    prepare_library "vmhost speaks with live machines through it" libuv1 "$libuv_version" "$libuv_sha256" \
        -DBUILD_TESTING=OFF -DLIBUV_BUILD_TESTS=OFF -DLIBUV_BUILD_BENCH=OFF
}
