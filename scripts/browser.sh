# Chromium, and what drives it, for the tests that look at the page of `vmwatch --timeline`.

playwright_version=1.64.1
playwright_sha256=3af03703c967c95037454f2283f709d53ce804a4776d4219d319f5bbcc2a0185

fetch_playwright() {
    local work=$cache/browser.new
    rm -rf "$work" && mkdir -p "$work/node_modules" && cd "$work/node_modules" &&
        fetch_npm playwright-core "$playwright_version" "$playwright_sha256" && cd .. &&
        printf '%s\n' "$playwright_version" >version &&
        rm -rf "$cache/browser" && mv "$work" "$cache/browser" && cd "$root"
}

# Node.js and npm are not worth installing for it: where they are missing, as where the rest cannot be had, these tests say
# that they are skipped.
prepare_browser() {
    command -v npm >/dev/null && command -v node >/dev/null || return 0
    want_packages chromium "to look at pages in tests" chromium || return 0
    [[ ! -e $cache/browser/version || $(<"$cache/browser/version") != "$playwright_version" ]] || return 0
    mkdir -p "$build/log"
    say "fetching playwright-core (to drive the browser in tests)"
    (fetch_playwright) >"$build/log/browser.log" 2>&1 </dev/null ||
        say "run: nothing drives the browser; see build/log/browser.log"
}
