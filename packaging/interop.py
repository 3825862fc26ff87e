"""The assembly of the interfaces for .NET, by the compiler of Microsoft's .NET SDK for Windows.

    python3 interop.py --dotnet DIR --output DIR --runner PROGRAM [ARGUMENT...]

writes it and its documentation into a folder. What programs of both .NET Framework and .NET have in common is .NET Standard 2.0.
"""
import argparse
import glob
import os
import re
import subprocess
import tempfile

from registration import windows_path
from reproducible import PackagingError, read, write

NAME = "VMEvents.Interop"
COMPILER = "sdk/3.1.102/Roslyn/bincore/csc.dll"
STANDARD = "sdk/3.1.102/ref/netstandard.dll"

# What `dotnet build` makes of the project's properties.
ATTRIBUTES = """using System.Reflection;
using System.Runtime.Versioning;

[assembly: AssemblyTitle("%(name)s")]
[assembly: AssemblyDescription("%(description)s")]
[assembly: AssemblyCompany("vmevents")]
[assembly: AssemblyProduct("vmevents")]
[assembly: AssemblyCopyright("MIT licence")]
[assembly: AssemblyVersion("%(version)s.0")]
[assembly: AssemblyFileVersion("%(version)s.0")]
[assembly: AssemblyInformationalVersion("%(version)s")]
[assembly: TargetFramework(".NETStandard,Version=v2.0", FrameworkDisplayName = "")]
"""


def is_there(sdk):
    return all(os.path.exists(os.path.join(sdk, path)) for path in ("version", COMPILER, STANDARD))


def project_property(text, name):
    found = re.search(r"<%s>([^<]*)</%s>" % (name, name), text)
    if not found:
        raise PackagingError("%s.csproj has no %s" % (NAME, name))
    return found[1]


def describe(root, version):
    """The source with the assembly's attributes."""
    project = read(os.path.join(root, "dotnet", NAME, NAME + ".csproj")).decode()
    own = project_property(project, "Version")
    if version not in (None, own):
        raise PackagingError("dotnet/%s/%s.csproj says version %s; that of CMakeLists.txt is %s" % (NAME, NAME, own, version))
    return ATTRIBUTES % {"name": NAME, "version": own, "description": project_property(project, "Description")}


def compile_cs(sdk, runner, folder, name, options, references, sources):
    """Writes the assembly `name` into the folder; the paths are this computer's."""
    response, out = os.path.join(folder, name + ".rsp"), os.path.join(folder, name)
    lines = ["/nologo", "/nostdlib", "/deterministic", "/debug-", "/optimize", "/warnaserror", *options,
             '/out:"%s"' % windows_path(out),
             *('/reference:"%s"' % windows_path(path) for path in references),
             *('"%s"' % windows_path(path) for path in sources)]
    write(response, ("\n".join(lines) + "\n").encode())
    for _ in range(3):
        done = subprocess.run([*runner, os.path.join(sdk, "dotnet.exe"), "exec", windows_path(os.path.join(sdk, COMPILER)),
                               "@" + windows_path(response)], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        # Wine 8 kills a process that has other threads and takes longer than a second to end.
        if done.returncode >= 0:
            break
    if done.returncode or not os.path.exists(out):
        raise PackagingError("%s was not compiled: exit code %d\n%s" % (
            name, done.returncode, (done.stdout + done.stderr).decode(errors="replace").strip()))


def compile_assembly(root, sdk, runner, version, folder):
    """Writes NAME.dll and NAME.xml into the folder. With a version, that has to be the project's."""
    attributes = os.path.join(folder, NAME + ".attributes.cs")
    write(attributes, describe(root, version).encode())
    # No language later than C# 7.3: projects of .NET Framework may take the sources.
    compile_cs(sdk, runner, folder, NAME + ".dll",
               ["/target:library", "/langversion:7.3", "/nowarn:1591",
                '/doc:"%s"' % windows_path(os.path.join(folder, NAME + ".xml"))],
               [os.path.join(sdk, STANDARD)],
               sorted(glob.glob(os.path.join(root, "dotnet", NAME, "*.cs"))) + [attributes])


def make(root, sdk, runner, version):
    """{file name: content}: the assembly, and what editors say of its members."""
    with tempfile.TemporaryDirectory() as folder:
        compile_assembly(root, sdk, runner, version, folder)
        return {name: read(os.path.join(folder, name)) for name in (NAME + ".dll", NAME + ".xml")}


def main():
    parser = argparse.ArgumentParser(description="Compiles the assembly of the interfaces for .NET.")
    parser.add_argument("--dotnet", required=True, metavar="DIR", help="Microsoft's .NET SDK for Windows")
    parser.add_argument("--output", required=True, metavar="DIR", help="where the assembly goes")
    parser.add_argument("--runner", nargs="+", required=True, metavar="WORD", help="what runs Windows programs")
    options = parser.parse_args()
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    compile_assembly(root, options.dotnet, options.runner, None, os.path.abspath(options.output))


if __name__ == "__main__":
    try:
        main()
    except PackagingError as error:
        raise SystemExit("interop: %s" % error) from None
