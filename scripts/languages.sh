# Compilers of other languages that Debian has, for the examples in them. They are large, and wanted by the tests alone: where
# they cannot be had, the tests of their examples say that they are skipped, and all the others run.

rust_packages=(rustc cargo libstd-rust-dev-windows librust-winapi-dev)
pascal_packages=(fp-compiler fpc-source)
go_packages=(golang-go)

# prepare_language NAME PACKAGE...
prepare_language() {
    local missing language=$1 log=$build/log/install-${1,,}.log packages=("${@:2}")
    mapfile -t missing < <(missing_packages)
    ((${#missing[@]})) || return 0
    say "installing: ${missing[*]} (to run an example in $language)"
    mkdir -p "$build/log"
    apt_install "${missing[@]}" >"$log" 2>&1 </dev/null 8>&- ||
        say "run: not installed, so the example in $language is skipped; see ${log#"$root"/}"
}

prepare_languages() {
    prepare_language Rust "${rust_packages[@]}"
    prepare_language Pascal "${pascal_packages[@]}"
    prepare_language Go "${go_packages[@]}"
}
