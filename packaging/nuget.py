"""The NuGet package: headers and import libraries for C++ projects, DLLs of both bitnesses, an assembly for .NET."""
import os
import subprocess
import tempfile

from reproducible import in_folder, name_id, read, write, zip_archive

NUSPEC = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>vmevents</id>
    <version>%(version)s</version>
    <authors>vmevents</authors>
    <description>COM event sink for virtual machine events</description>
    <license type="expression">MIT</license>
    <licenseUrl>https://licenses.nuget.org/MIT</licenseUrl>
    <readme>README.md</readme>
    <tags>native COM events virtualization</tags>%(dependencies)s
  </metadata>
</package>
"""

DEPENDENCIES = """
    <dependencies>
      <group targetFramework="native0.0" />
      <group targetFramework=".NETStandard2.0" />
    </dependencies>"""

CONTENT_TYPES = """<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
%s</Types>
"""

RELATIONSHIPS = """<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/vmevents.nuspec" Id="R%s" />
</Relationships>
"""

# NuGet's word for each bitness, LLVM's, and what the 32-bit name of the one exported function has behind it.
PLATFORMS = {64: ("x64", "i386:x86-64", ""), 32: ("x86", "i386", "@8")}


def import_library(bits):
    """For Microsoft's linker, which takes GNU's import libraries with some luck only."""
    _, machine, decoration = PLATFORMS[bits]
    with tempfile.TemporaryDirectory() as folder:
        definition = os.path.join(folder, "vmevents.def")
        write(definition, ("LIBRARY vmevents.dll\nEXPORTS\nVMEventsCreateSink%s\n" % decoration).encode())
        subprocess.run(["llvm-dlltool", "-k", "-m", machine, "-d", definition, "-l", "vmevents.lib"], cwd=folder,
                       check=True, stdin=subprocess.DEVNULL)
        return read(os.path.join(folder, "vmevents.lib"))


def content_types(files):
    endings = sorted({path.rpartition(".")[2].lower() for path in files})
    return CONTENT_TYPES % "".join(
        '  <Default Extension="%s" ContentType="%s" />\n' % (
            ending, "application/vnd.openxmlformats-package.relationships+xml" if ending == "rels"
            else "application/octet") for ending in endings)


def make(release, root):
    files = dict(release.notices)
    files["README.md"] = release.documents["docs/c-api.md"]
    files["build/native/vmevents.targets"] = read(os.path.join(root, "packaging/nuget/vmevents.targets"))
    for bits, (platform, _, _) in PLATFORMS.items():
        tree = release.trees[bits]
        files["runtimes/win-%s/native/vmevents.dll" % platform] = tree["bin/vmevents.dll"]
        files["build/native/lib/%s/vmevents.lib" % platform] = import_library(bits)
        files["build/native/lib/%s/vmevents_uuid.lib" % platform] = tree["lib/libvmevents_uuid.a"]
    files.update(in_folder("build/native/include", {
        path[len("include/"):]: content for path, content in release.trees[64].items() if path.startswith("include/")}))
    files.update(in_folder("lib/netstandard2.0", release.assembly()))
    files["vmevents.nuspec"] = (NUSPEC % {
        "version": release.version, "dependencies": DEPENDENCIES if release.assembly() else ""}).encode()
    files["_rels/.rels"] = (RELATIONSHIPS % name_id("nuget", release.version).hex[:16].upper()).encode()
    files["[Content_Types].xml"] = content_types(files).encode()
    return zip_archive(files, release.date)
