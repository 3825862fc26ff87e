"""make.py --build DIR... --output DIR --runner PROGRAM [ARGUMENT...]: makes the packages out of builds of both bitnesses.

`./run package` calls it. What each package is made by is a module beside this one.
"""
import argparse
import os
import re
import shutil
import sys

import interop
import msi
import nuget
import registration
import sbom
import sources
import symbols
import third_party
import vcpkg
import windows_tests
from reproducible import PackagingError, in_folder, read, sha256, source_date, tree, write, zip_archive
from signing import Signer
from staged import Build, is_program, programs

# What packages are made with, each by Debian's package that has it.
TOOLS = {"gcab": "gcab", "msibuild": "msitools", "llvm-dlltool": "llvm"}
SKIPPED = 77

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Release:
    """What goes into the packages, gathered once."""

    def __init__(self, folders, symbol_folders, dotnet, runner):
        builds = [Build(folder) for folder in folders]
        self.builds = {build.bits: build for build in builds}
        if sorted(self.builds) != [32, 64]:
            raise PackagingError("a build of each bitness is wanted, not %s" % ", ".join(build.name for build in builds))
        self.version = builds[0].version
        self.date = source_date(ROOT)
        self.unsigned = {bits: build.install() for bits, build in self.builds.items()}
        self.trees = self.unsigned
        self.programs = {bits: programs(installed) for bits, installed in self.trees.items()}
        self.parts = third_party.find(ROOT, builds, self.programs)
        self.notices = dict(third_party.notices(self.parts), **{"LICENSE.txt": read(os.path.join(ROOT, "LICENSE"))})
        self.documents = documents()
        self.symbols = {build.bits: build for build in map(Build, symbol_folders)}
        self.dotnet = dotnet
        self.signer = None
        self.tests = re.compile("")
        self.runner = runner
        self._recorded = None
        self._assembly = None

    def sign(self, signer):
        """From now on the programs are signed ones, and so are the installers."""
        self.signer = signer
        self.trees = {bits: {path: self.signer.sign(path, content) if is_program(path) else content
                             for path, content in installed.items()} for bits, installed in self.unsigned.items()}

    def recorded(self):
        """What the servers write into the registry."""
        if not self._recorded:
            folder = os.path.join(self.builds[64].folder, "bin")
            self._recorded = registration.record(registration.Wine(self.runner), os.path.join(folder, "vmevents.dll"),
                                                 os.path.join(folder, "vmhost.exe"))
        return self._recorded

    def assembly(self):
        """{file name: content} of what .NET references; empty where it cannot be compiled."""
        if self._assembly is None:
            self._assembly = interop.make(ROOT, self.dotnet, self.runner, self.version) if self.dotnet else {}
            if self.signer and self._assembly:
                name = interop.NAME + ".dll"
                self._assembly[name] = self.signer.sign(name, self._assembly[name])
        return self._assembly


def documents():
    """What people read, by the paths at which they find each other."""
    files = {name: read(os.path.join(ROOT, name))
             for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "SECURITY.md")}
    for folder in ("docs", "dotnet", "examples"):
        files.update(in_folder(folder, tree(os.path.join(ROOT, folder))))
    return {path: content for path, content in files.items()
            if not path.endswith(("CMakeLists.txt", ".pyc")) and "/." not in path}


def make_zip(release, bits):
    files = dict(release.trees[bits], **release.documents, **release.notices)
    return zip_archive(in_folder("vmevents-%s-win%d" % (release.version, bits), files), release.date)


def make_msi(release, bits):
    made = msi.make(bits, release.version, release.trees, release.documents, release.notices, release.recorded(),
                    os.path.join(ROOT, "idl/virtualpc_event_interfaces.idl"), os.path.join(ROOT, "packaging/features"),
                    os.path.join(ROOT, "packaging/services"), release.date)
    return release.signer.sign("vmevents.msi", made) if release.signer else made


# Each package: its name, and what makes its bytes, or None where it cannot be made of what was given.
PACKAGES = {
    "vmevents-%s-symbols-win64.zip": lambda release: symbols.make(release, 64),
    "vmevents-%s-symbols-win32.zip": lambda release: symbols.make(release, 32),
    "vmevents-%s-win64.zip": lambda release: make_zip(release, 64),
    "vmevents-%s-win32.zip": lambda release: make_zip(release, 32),
    "vmevents-%s-source.tar.gz": lambda release: sources.make(release, ROOT),
    "vmevents.%s.nupkg": lambda release: nuget.make(release, ROOT),
    "vmevents-%s-vcpkg.zip": lambda release: vcpkg.make(release, ROOT),
    "vmevents-%s.spdx.json": sbom.make,
    "vmevents-tests-%s.zip": lambda release: windows_tests.make(release, ROOT),
    "vmevents-%s-x64.msi": lambda release: make_msi(release, 64),
    "vmevents-%s-x86.msi": lambda release: make_msi(release, 32),
}


def make_all(release, output, is_wanted):
    """Writes the packages that are wanted by their names, and returns {name: digest}."""
    sums = {}
    for pattern, make in PACKAGES.items():
        name = pattern % release.version
        data = make(release) if is_wanted(name) else None
        if data is not None:
            write(os.path.join(output, name), data)
            sums[name] = sha256(data)
    return sums


def read_options():
    parser = argparse.ArgumentParser(description="Makes the packages out of builds of both bitnesses.")
    parser.add_argument("--build", action="append", required=True, metavar="DIR", help="a build, once for each bitness")
    parser.add_argument("--symbols", action="append", default=[], metavar="DIR",
                        help="a build of the same with debug information, once for each bitness")
    parser.add_argument("--dotnet", metavar="DIR",
                        help="Microsoft's .NET SDK for Windows, by which the assembly for .NET is made")
    parser.add_argument("--sign", action="store_true", help="sign programs and installers")
    parser.add_argument("--output", required=True, metavar="DIR", help="where the packages go")
    parser.add_argument("--only", metavar="REGEX", default="", type=re.compile, help="only packages whose names match")
    parser.add_argument("--next", metavar="VERSION", help="installers of that later version too, to try upgrades with")
    parser.add_argument("--tests", metavar="REGEX", default="", type=re.compile,
                        help="only those tests for Windows whose names match")
    parser.add_argument("--runner", nargs="+", required=True, metavar="WORD", help="what runs Windows programs")
    return parser.parse_args()


def missing_tools():
    return sorted({package for tool, package in TOOLS.items() if not shutil.which(tool)})


def main():
    options = read_options()
    shutil.rmtree(options.output, ignore_errors=True)
    missing = missing_tools()
    if missing:
        print("SKIP: not installed: " + " ".join(missing))
        sys.exit(SKIPPED)
    if options.dotnet and not interop.is_there(options.dotnet):
        print("left out: the assembly for .NET, since there is no .NET SDK for Windows in %s" % options.dotnet)
        options.dotnet = None
    signer = Signer(source_date(ROOT)) if options.sign else None
    release = Release(options.build, options.symbols, options.dotnet, options.runner)
    release.tests = options.tests
    if signer:
        release.sign(signer)
    sums = make_all(release, options.output, options.only.search)
    if not sums:
        raise PackagingError("no package's name matches %s" % options.only.pattern)
    if options.next:
        release.version = options.next
        sums.update(make_all(release, options.output, lambda name: name.endswith(".msi") and options.only.search(name)))
    lines = ["%s  %s\n" % (sums[name], name) for name in sorted(sums)]
    write(os.path.join(options.output, "SHA256SUMS"), "".join(lines).encode())


if __name__ == "__main__":
    try:
        main()
    except PackagingError as error:
        sys.exit("package: %s" % error)
