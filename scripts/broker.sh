# NATS, whose cluster the tests of vmforward and `./run demo fleet` publish to.

# Debian's package would start a server on this machine; unpacked is enough. Where it cannot be had, the tests that need
# it say that they are skipped.
fetch_nats() {
    local work=$cache/nats.new
    rm -rf "$work" && mkdir -p "$work" && cd "$work" || return
    update_indexes "$work/apt" || return
    private_apt "$work/apt" download nats-server &&
        dpkg --fsys-tarfile nats-server_*.deb | tar -x --strip-components=3 ./usr/sbin/nats-server &&
        rm -rf apt nats-server_*.deb &&
        rm -rf "$cache/nats" && mv "$work" "$cache/nats" && cd "$root"
}

# CTest runs in build/PRESET, and the tests find the server beside it.
prepare_nats() {
    mkdir -p "$build/log"
    [[ ! -x $cache/nats/nats-server ]] || return 0
    say "fetching NATS (a broker, to test vmforward with)"
    (fetch_nats) >"$build/log/nats.log" 2>&1 </dev/null ||
        say "run: no NATS, so tests with a broker are skipped; see build/log/nats.log"
}
