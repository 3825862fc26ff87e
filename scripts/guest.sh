# QEMU, and a guest for it.

# For the tests with a live machine, and those of TLS, only. Where these packages or the guest cannot be had, those tests
# say that they are skipped, and all the others run.
live_packages=(qemu-system-x86 qemu-utils openssl python3 python3-pytest python3-pytest-xdist python3-jsonschema cpio binutils zstd)

# What the guest is made by: it is made anew when this changes.
guest_recipe() {
    cd "$root/tests/qemu/guest" && find . -type f ! -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum | sha256sum
}

guest_package_names() { sed 's/#.*//; /^[[:space:]]*$/d' "$root/tests/qemu/guest/packages"; }

fetch_guest_packages() {
    local names kernel
    mapfile -t names < <(guest_package_names)
    update_indexes "$PWD/apt" || return
    # As if nothing were installed, so that apt finds all that they depend on, whatever that is called in this release.
    private_apt "$PWD/apt" -o Dir::State::Status=/dev/null -o Debug::NoLocking=true \
        install -y --download-only --no-install-recommends "${names[@]}" &&
        mkdir packages && mv apt/cache/archives/*.deb packages && cd packages || return
    # The kernel's name has its version in it; linux-image-amd64 depends on the present one, and on what is for booting
    # alone.
    private_apt ../apt download linux-image-amd64 &&
        kernel=$(dpkg-deb -f linux-image-amd64_*.deb Depends) &&
        private_apt ../apt download "${kernel%% *}" && cd .. && rm -rf apt &&
        printf '%s\n' "${names[@]}" >package-names
}

make_guest() {
    local work=$cache/guest.new recipe
    recipe=$(guest_recipe)
    rm -rf "$work" && mkdir -p "$work" && cd "$work" || return
    if diff -q <(guest_package_names) "$cache/guest/package-names"; then
        cp -al "$cache/guest/packages" "$cache/guest/package-names" . || return
    else
        fetch_guest_packages || return
    fi
    /usr/bin/python3 -B "$root/tests/qemu/guest/build.py" packages . &&
        printf '%s\n' "$recipe" >recipe &&
        rm -rf "$cache/guest" && mv "$work" "$cache/guest" && cd "$root"
}

prepare_guest() {
    want_packages qemu "to run tests with QEMU" "${live_packages[@]}" || return 0
    [[ ! -e $cache/guest/recipe || $(<"$cache/guest/recipe") != "$(guest_recipe)" ]] || return 0
    say "making a guest for QEMU (Linux, of Debian's packages)"
    mkdir -p "$build/log"
    (make_guest) >"$build/log/guest.log" 2>&1 </dev/null ||
        say "run: no guest, so tests with QEMU are skipped; see build/log/guest.log"
}
