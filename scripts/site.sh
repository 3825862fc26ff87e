# The documentation as a site that opens in a browser, from a disk too.

# Debian's: mkdocs reads the same Markdown that the repository shows, and its theme brings the search and the pictures that
# it needs along.
site_packages=(python3 mkdocs mkdocs-material python3-pymdownx)

# make_site FOLDER: the site, and its check.
make_site() {
    local site=$1 work=$build/site-pages
    rm -rf "$work" "$site" && mkdir -p "$work" &&
        /usr/bin/python3 -B "$root/site/site_pages.py" "$root" "$work/pages" "$site" "$work/mkdocs.yml" &&
        PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$root/site /usr/bin/python3 -m mkdocs build --strict --quiet -f "$work/mkdocs.yml" &&
        # As a script it can be had from a disk too (site/theme/assets/search_from_disk.js).
        { printf 'takeSearchIndex(' && cat "$site/search/search_index.json" && printf ');\n'; } >"$site/search/search_index.js" &&
        /usr/bin/python3 -B "$root/site/site_check.py" "$site"
}

cmd_site() {
    packages+=("${site_packages[@]}")
    lock_checkout
    install_packages
    step site "making the site" make_site "$build/site"
    say "build/site/index.html"
}
