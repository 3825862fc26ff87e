# Packages: what people download.

package_packages=(git python3 python3-yaml gcab msitools llvm lld osslsigncode openssl unzip)

# Symbols come from a build of its own, with debug information: what is shipped is made without. packaging/symbols.py holds
# the two against each other.
build_symbols() {
    local preset=$1
    cmake --preset "$preset" -S . -B "$build/symbols-$preset" -DCMAKE_C_FLAGS=-g -DBUILD_TESTING=OFF &&
        cmake --build "$build/symbols-$preset" --target vmevents_shipped
}

make_packages() {
    local options=() preset
    for preset in win64 win32; do options+=(--build "$build/$preset" --symbols "$build/symbols-$preset"); done
    /usr/bin/python3 -B "$root/packaging/make.py" "${options[@]}" --output "$build/package" "$@" \
        --dotnet "$cache/dotnet" --runner "$root/run" wine 8>&-
}

cmd_package() {
    local option preset
    for option in "$@"; do
        [[ $option == --sign ]] || die "package knows only --sign, not $option"
    done
    packages+=("${package_packages[@]}")
    build_presets win64 win32
    prepare_dotnet
    [[ -e $cache/dotnet/version ]] ||
        say "run: without npm there is no .NET SDK for Windows, and no assembly for .NET in the NuGet package"
    cd "$root"
    for preset in win64 win32; do
        step "symbols-$preset" "building $preset with debug information" build_symbols "$preset"
    done
    export VMEVENTS_PREFIX=$build/package-prefix
    use_prefix "$VMEVENTS_PREFIX"
    trap 'stop_wine "$WINEPREFIX"' EXIT
    keep_wine_running
    step package "packing" make_packages "$@"
    say "made in build/package:"
    (cd "$build/package" && ls) >&2
}
