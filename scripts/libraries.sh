# Libraries for Windows, built from Debian's sources.

# Upstream's tarballs that are known to build and to pass the tests: NAME VERSION SHA256. Debian's and Ubuntu's source
# packages hold them unchanged, so that a new revision of a package is nothing new here, and each release of Debian's
# builds what it offers itself. Debian's own patches are not in.
known_tarballs=(
    # Debian 12
    "cmocka  1.1.5  f0ccd8242d55e2fd74b16ba518359151f6f8383ff8aef4976e48393f77bba8b6"
    "jansson 2.14   c739578bf6b764aa0752db9a2fdadcfe921c78f1228c7ec0bb47fa804c55d17b"
    "libuv1  1.44.2 d79b4b06ef04be85fb890bf39d55942cc64c2e15fd14eaa32dae5dce94485484"
    "sqlite3 3.40.1 aaa776260ab4dc976db34aa7891819484c8676b5b2783123ebc6301e2ca5d655"
    # Debian 13
    "cmocka  1.1.7  810570eb0b8d64804331f82b29ff47c790ce9cd6b163e98d47a4807047ecad82"
    "libuv1  1.50.0 ec9de6ecf2a780fd2afb3b007947d2cd57c3bb17f3b9e721a66774980d35cd4d"
    "sqlite3 3.46.1 d0cdd2ece271b29e7ce18095745d892517ee26d0f270065b3a25c2e9eb11639c"
)

# is_known_tarball NAME SHA256
is_known_tarball() {
    local row name version sha256
    for row in "${known_tarballs[@]}"; do
        read -r name version sha256 <<<"$row"
        [[ $name != "$1" || $sha256 != "$2" ]] || return 0
    done
    return 1
}

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

# Reads what `apt-cache showsrc` prints, and writes a line for each upstream tarball of the package: its source package's
# version and its digest, the newest first.
offered_tarballs() {
    awk -v name="$1" '
        $1 == "Version:" { version = $2 }
        /^[A-Za-z]/ { digests = $1 == "Checksums-Sha256:" }
        digests && index($3, name "_") == 1 && $3 ~ /\.orig\.tar\.[a-z0-9]+$/ { print version, $1 }' |
        sort -u | sort -s -k 1,1Vr
}

# Of the tarballs on standard input, the first whose digest is known; without one it says what there is.
choose_tarball() {
    local name=$1 version sha256 offered=""
    while read -r version sha256; do
        if is_known_tarball "$name" "$sha256"; then
            printf '%s %s\n' "$version" "$sha256"
            return
        fi
        offered+="    $version, whose upstream tarball is $sha256"$'\n'
    done
    echo "This machine's apt sources have no tarball of $name that is known here (scripts/libraries.sh lists those), but"
    printf '%s' "${offered:-"    none at all"$'\n'}"
    return 1
}

# fetch_debian_source NAME: unpacks the upstream tarball of a Debian source package, which apt has verified and whose
# digest is known, into .cache/source/NAME. Sets sha256.
fetch_debian_source() {
    local name=$1 work=$cache/source/$1.new chosen version tarball
    local from=(-o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/apt/sources")
    rm -rf "$work" && mkdir -p "$work/unpacked" && cd "$work" &&
        write_source_entries "$work/apt/sources" || return
    update_indexes "$work/apt" "${from[@]}" || return
    private_apt_cache "$work/apt" "${from[@]}" showsrc --only-source "$name" >offered || true
    chosen=$(offered_tarballs "$name" <offered | choose_tarball "$name") || {
        echo "$chosen"
        return 1
    }
    read -r version sha256 <<<"$chosen"
    # The rest of the source package is not needed, and mirrors lack some of it now and then.
    private_apt "$work/apt" "${from[@]}" source --download-only --tar-only "$name=$version" &&
        tarball=$(find . -name "${name}_*.orig.tar.*" ! -name '*.asc') &&
        echo "$sha256  $tarball" | sha256sum -c &&
        tar -x -f "$tarball" -C unpacked --strip-components=1 &&
        rm -rf "$cache/source/$name" && mv unpacked "$cache/source/$name" && cd "$root" && rm -rf "$work"
}

# The one file of C that SQLite is used as is put together by its own make, with Tcl. The folder is named as this one: make
# would take a path with a blank in it for two.
make_sqlite3_file() (
    cd "$cache/source/sqlite3" && ./configure --disable-tcl --disable-readline && make TOP=. sqlite3.c
)

# cross_build NAME OPTION...: builds a library of Debian's for both Windows, static, by its own CMake or by that of
# cmake/NAME, which is told where the sources are. What it was made of is written down last.
cross_build() {
    local name=$1 sha256 bits work folder options=("${@:2}")
    shift
    rm -rf "${cache:?}/$name"
    fetch_debian_source "$name" || return
    folder=$cache/source/$name
    if [[ -e $root/cmake/$name/CMakeLists.txt ]]; then
        folder=$root/cmake/$name
        options+=("-D${name^^}_SOURCE=$cache/source/$name")
    fi
    ! declare -F "make_${name}_file" >/dev/null || "make_${name}_file" || return
    for bits in 64 32; do
        work=$cache/$name/work$bits
        cmake --fresh -G Ninja -S "$folder" -B "$work" -Wno-dev \
            -DCMAKE_TOOLCHAIN_FILE="$root/cmake/toolchain-win$bits.cmake" -DCMAKE_BUILD_TYPE=Release \
            -DCMAKE_INSTALL_PREFIX="$cache/$name/win$bits" -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF "${options[@]}" &&
            cmake --build "$work" && cmake --install "$work" &&
            rm -rf "$work" || return
    done
    printf '%s\n' "$sha256 $*" >"$cache/$name/version"
}

# library_is_built NAME OPTION...: from a tarball that is still known, and with these options.
library_is_built() {
    local name=$1 sha256 options
    shift
    [[ -e $cache/$name/version ]] && read -r sha256 options <"$cache/$name/version" &&
        [[ $options == "$*" ]] && is_known_tarball "$name" "$sha256"
}

# prepare_library WHY NAME OPTION...
prepare_library() {
    local why=$1 name=$2
    shift
    library_is_built "$@" || step "$name" "building $name for Windows ($why)" cross_build "$@"
}

prepare_libraries() {
    prepare_library "to run the tests there" cmocka -DWITH_STATIC_LIB=ON -DWITH_EXAMPLES=OFF -DUNIT_TESTING=OFF
    prepare_library "JSON is read with it" jansson \
        -DJANSSON_BUILD_DOCS=OFF -DJANSSON_EXAMPLES=OFF -DJANSSON_WITHOUT_TESTS=ON
    # A shared library's import library would be found first where both are there.
    prepare_library "vmhost speaks with live machines through it" libuv1 \
        -DLIBUV_BUILD_SHARED=OFF -DBUILD_TESTING=OFF -DLIBUV_BUILD_TESTS=OFF -DLIBUV_BUILD_BENCH=OFF
    prepare_library "vmforward keeps events in it" sqlite3
}
