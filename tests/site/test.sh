#!/usr/bin/env bash
# test.sh REPOSITORY WORK NODE CHROMIUM: makes the site in WORK, once as it is, and looks whether its check sees what is broken.
set -euo pipefail

root=$1
build=$2
node=$3 chromium=$4
rm -rf "$build" && mkdir -p "$build"
/usr/bin/python3 -c 'import mkdocs, material, pymdownx' 2>/dev/null || {
    echo "SKIP: mkdocs and its theme are not installed"
    exit 77
}
. "$root/scripts/site.sh"
site=$build/site
make_site "$site"

must() { "$@" || {
    echo "failed: $*"
    exit 1
}; }
has() { must grep -qF -- "$2" "$site/$1"; }
finds() {
    local out
    out=$(/usr/bin/python3 -B "$root/site/site_check.py" "$site") && {
        echo "a broken site passes: $1"
        exit 1
    }
    must grep -qF -- "$1" <<<"$out"
}

# Members with their parameters, legal values and results; examples with the text that is run.
has reference/IVMVirtualMachineEvents.html 'enumerations.html#vmlogofftype'
has reference/enumerations.html vmLogoff_External
has reference/IVMEventSink.html CONNECT_E_NOCONNECTION
has reference/IVMEventSink.html timeoutMs
# A brace in a help string ends no interface, and an HRESULT of one interface's member alone is not another's.
has reference/IVMEventAvailable.html 'hyperv:{5AC1B4E8'
has reference/index.html IVMEventAvailable
has reference/IVMEventMachine.html E_ACCESSDENIED
row='<td><code>E_ACCESSDENIED</code>'
[[ $(grep -cF -- "$row" "$site/reference/IVMEventHost.html") == 2 ]] || {
    echo "failed: E_ACCESSDENIED is of Available and Play of the host, and of no other member"
    exit 1
}
has examples/jscript/watch.js.html WScript
has search/search_index.json OnGuestLogoff

# In a browser, from the disk: pictures and the search. Modules are looked for in the folders above a script.
browser=$root/.cache/browser
if [[ -n $node && -n $chromium && -e $browser/version ]]; then
    cp "$root/tests/site/search.mjs" "$browser"
    must "$node" "$browser/search.mjs" "$site" "$chromium"
else
    echo "left out: the search, since Chromium, Node.js or playwright-core is not there"
fi

cp "$site/index.html" "$build/kept"
page=$site/index.html
break_page() {
    cp "$build/kept" "$page"
    printf '%s\n' "$1" >>"$page"
}
break_page '<a href="nowhere.html">x</a>'
finds 'nowhere.html: is not there'
break_page '<a href="docs/com-api.html#nowhere">x</a>'
finds 'com-api.html#nowhere: there is no such anchor'
break_page '<img src="https://elsewhere.example/picture.png">'
finds 'picture.png: is fetched from elsewhere'
