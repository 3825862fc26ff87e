# Compilers of other languages that Debian has, for the examples in them. They are large, and wanted by the tests alone: where
# they cannot be had, the tests of their examples say that they are skipped, and all the others run.

rust_packages=(rustc cargo libstd-rust-dev-windows librust-winapi-dev)
pascal_packages=(fp-compiler fpc-source)
go_packages=(golang-go)

prepare_languages() {
    want_packages rust "to run an example in Rust" "${rust_packages[@]}" || true
    want_packages pascal "to run an example in Pascal" "${pascal_packages[@]}" || true
    want_packages go "to run an example in Go" "${go_packages[@]}" || true
}
