# The pictures of the documentation, made of a recorded day by vmwatch as it is now.

# What reduces a picture to the colours that it has.
picture_packages=(pngquant)

make_pictures() {
    local work=$build/pictures recording=$root/examples/recordings/day.jsonl vmwatch=$build/win64/bin/vmwatch.exe
    rm -rf "$work" && mkdir -p "$work" &&
        /usr/bin/python3 -B "$root/site/pictures.py" "$(windows_path "$recording")" "$root/docs/vmwatch.svg" -- \
            "$wine" "$vmwatch" &&
        "$wine" "$vmwatch" --from "$(windows_path "$recording")" --timeline "$(windows_path "$work/day.html")" &&
        # Modules are looked for in the folders above a script.
        cp "$root/site/timeline_picture.mjs" "$cache/browser/" &&
        node "$cache/browser/timeline_picture.mjs" "$work/day.html" "$work/timeline.png" "$(type -P chromium)" &&
        pngquant --force --strip --speed 1 --nofs --output "$root/docs/timeline.png" 128 "$work/timeline.png"
}

cmd_pictures() {
    packages+=("${picture_packages[@]}")
    build_options=(--target vmwatch)
    build_presets win64
    prepare_browser
    [[ -e $cache/browser/version ]] && command -v chromium >/dev/null ||
        die "pictures are made by Chromium, Node.js and playwright-core, which is fetched by npm; see build/log/browser.log"
    use_chosen_prefix
    step pictures "making the pictures" make_pictures 8>&-
    say "docs/vmwatch.svg docs/timeline.png"
}
