# Debian's packages: those of this machine, and apt with index files of its own.

packages=(
    cmake ninja-build gcc g++ libc6-dev libcmocka-dev libjansson-dev libuv1-dev libsqlite3-dev make tcl
    gcc-mingw-w64-x86-64-win32 g++-mingw-w64-x86-64-win32
    gcc-mingw-w64-i686-win32 g++-mingw-w64-i686-win32
    binutils-mingw-w64-x86-64 binutils-mingw-w64-i686
    wine wine64 wine64-tools libwine libwine-dev
    ca-certificates xz-utils
)

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

missing_packages() {
    local installed package
    # dpkg-query fails when it does not know one of the names, which only means that this one is missing.
    installed=$(dpkg-query -W -f='${Package}=${db:Status-Status}\n' "${packages[@]}" 2>/dev/null) || true
    for package in "${packages[@]}"; do
        [[ $'\n'$installed$'\n' == *$'\n'"$package=installed"$'\n'* ]] || printf '%s\n' "$package"
    done
}

# An installation that was interrupted is gone on with; apt would only say that it has to be. dpkg may still be at it, when
# apt alone was killed.
finish_installation() {
    local tries out
    for ((tries = 0; tries < 300; ++tries)); do
        out=$(as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive dpkg --configure -a 2>&1) && break
        [[ $out == *lock* ]] || break
        sleep 1
    done
    printf '%s\n' "$out"
}

# A repository that fails to update need not matter: whether the packages can be had is what apt-get install tells.
apt_install() {
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
    finish_installation
    as_root "${apt[@]}" update || true
    as_root "${apt[@]}" install -y --no-install-recommends "$@"
}

install_packages() {
    local missing
    command -v dpkg-query >/dev/null || die "this needs Debian 12 or 13 (no dpkg-query here)"
    mapfile -t missing < <(missing_packages)
    ((${#missing[@]})) || return 0
    ((EUID == 0)) || command -v sudo >/dev/null ||
        die "neither root nor sudo, so install these yourself: apt-get install ${missing[*]}"
    step install "installing: ${missing[*]} (needed for this)" apt_install "${missing[@]}"
}

# want_packages NAME WHY PACKAGE...: installs what only some of the tests need. Where it cannot be had (1), these say that they
# are skipped, and all the others run.
want_packages() {
    local missing log=$build/log/install-$1.log why=$2 packages=("${@:3}")
    mapfile -t missing < <(missing_packages)
    ((${#missing[@]})) || return 0
    mkdir -p "$build/log"
    say "installing: ${missing[*]} ($why)"
    apt_install "${missing[@]}" >"$log" 2>&1 </dev/null 8>&- && return
    say "run: not installed, so some tests are skipped; see ${log#"$root"/}"
    return 1
}

# apt-get and apt-cache with index files of their own, so that the machine's configuration stays as it is. Signatures and
# digests are checked as always, and must be, whatever the machine's configuration allows. The first argument is the
# folder for the index files.
privately() {
    local program=$1 state=$2
    shift 2
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" &&
        "$program" -q -o "Dir::State::Lists=$state/lists" -o "Dir::Cache=$state/cache" \
            -o APT::Get::AllowUnauthenticated=false -o Acquire::AllowInsecureRepositories=false \
            -o Acquire::AllowDowngradeToInsecureRepositories=false "$@"
}

private_apt() { privately apt-get "$@"; }
private_apt_cache() { privately apt-cache "$@"; }

# update_indexes STATE OPTION...: an index that is out of step (the security one, now and then) or cannot be had is left
# out by apt. What counts is that there is one: apt itself does not mind when there is none.
update_indexes() {
    local state=$1
    private_apt "$@" update || echo "going on with the indexes that could be had"
    [[ -n $(find "$state/lists" -maxdepth 1 \( -name '*_Packages*' -o -name '*_Sources*' \)) ]] || {
        echo "apt could fetch no index of packages at all: is there no network?"
        return 1
    }
}
