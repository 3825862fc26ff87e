# Building.

prepare() {
    lock_checkout
    install_packages
    prepare_wine32
    prepare_libraries
}

# Ninja runs CMake again for everything CMake knows about; the presets, a library's arrival and a checkout that was
# moved are not among that.
is_configured() {
    local made=$build/$1/build.ninja
    [[ -e $made && ! $root/CMakePresets.json -nt $made && ! $cache/cmocka/version -nt $made &&
        ! $cache/jansson/version -nt $made && ! $cache/libuv1/version -nt $made &&
        ! $cache/sqlite3/version -nt $made ]] &&
        grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$build/$1/CMakeCache.txt"
}

# What is handed to the build of every preset; empty: everything is built.
build_options=()

compile() {
    cd "$root" || return
    is_configured "$1" || cmake --fresh --preset "$1" || return
    cmake --build --preset "$1" "${build_options[@]}"
}

build_presets() {
    local preset
    for preset in "$@"; do
        [[ $preset == @(win64|win32|native|fuzz) ]] ||
            die "no preset is called $preset; there are win64, win32, native and fuzz"
    done
    prepare
    for preset in "$@"; do
        step "build-$preset" "building $preset" compile "$preset"
    done
}

cmd_build() {
    (($#)) || set -- win64 win32 native
    build_presets "$@"
}
