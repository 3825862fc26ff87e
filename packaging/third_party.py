"""What others have written and is linked in: found in the linker's own record of each program."""
import functools
import os
import re
import subprocess

from reproducible import PackagingError, read, sha256


class Part:
    """A library of somebody else's. `digest` is that of the tarball of its sources, where the project has built it."""

    def __init__(self, name, version, licence, supplier, home, notice, digest=None):
        self.name, self.version, self.licence, self.supplier, self.home = name, version, licence, supplier, home
        self.notice, self.digest = notice, digest
        self.archives = {}  # the digest of each that was linked, by its name
        self.programs = set()


# Libraries that ./run build makes, by their folders in .cache: name, licence, supplier, home, vcpkg's name for it, and the
# variable by which CMake is told where it is.
LIBRARIES = {
    "jansson": ("jansson", "MIT", "Petri Lehtinen", "https://github.com/akheron/jansson", "jansson", "JANSSON_ROOT"),
    "libuv1": ("libuv", "MIT AND BSD-2-Clause AND ISC", "libuv project contributors", "https://github.com/libuv/libuv",
               "libuv", "LIBUV_ROOT"),
    "sqlite3": ("SQLite", "blessing", "SQLite developers", "https://www.sqlite.org/", "sqlite3", "SQLITE3_ROOT"),
}

# The compiler's, by the source package of Debian's that they come from.
TOOLCHAIN = {
    "mingw-w64": ("MinGW-w64 runtime", "LicenseRef-MinGW-w64-runtime", "MinGW-w64 project",
                  "https://www.mingw-w64.org/"),
    "gcc-mingw-w64": ("libgcc", "GPL-3.0-or-later WITH GCC-exception-3.1", "Free Software Foundation",
                      "https://gcc.gnu.org/"),
}

# The exception itself is not among Debian's texts of licences.
ABOUT_LIBGCC = """libgcc is part of GCC, the GNU Compiler Collection, and licensed under the GNU General Public License,
version 3 or any later, with the GCC Runtime Library Exception, version 3.1:
https://www.gnu.org/licenses/gcc-exception-3.1.html. A program that was compiled by GCC may be distributed under terms of
its own choice, although parts of libgcc are in it.

What follows is Debian's record of GCC's licences, and the GNU General Public License.

"""


def pins(root):
    """{(name, digest): version} of the tarballs that the project knows."""
    found = {}
    for line in read(os.path.join(root, "scripts/libraries.sh")).decode().splitlines():
        match = re.match(r'\s*"(\S+)\s+(\S+)\s+([0-9a-f]{64})"$', line)
        if match:
            found[match[1], match[3]] = match[2]
    return found


def of_library(root, name):
    cache = os.path.join(root, ".cache")
    digest = read(os.path.join(cache, name, "version")).decode().split()[0]
    version = pins(root).get((name, digest))
    if not version:
        raise PackagingError(".cache/%s was made of a tarball that scripts/libraries.sh does not know" % name)
    shown, licence, supplier, home, _, _ = LIBRARIES[name]
    source = os.path.join(cache, "source", name)
    notice = read(next(path for path in (os.path.join(source, file) for file in ("LICENSE", "LICENSE.md"))
                       if os.path.exists(path))).decode()
    return Part(shown, version, licence, supplier, home, notice, digest)


@functools.lru_cache(maxsize=None)
def package_of(archive):
    """Debian's package of an archive of the compiler's: its name, and its source's name and version, and its own."""
    query = subprocess.run(["dpkg-query", "--search", archive], capture_output=True, text=True)
    if query.returncode:
        raise PackagingError("%s was linked, and no package of Debian's has that file" % archive)
    package = query.stdout.split(":")[0]
    return [package] + subprocess.run(
        ["dpkg-query", "-W", "-f=${source:Package} ${source:Version} ${Version}", package], check=True,
        capture_output=True, text=True).stdout.split()


def of_toolchain(archive):
    """The part that an archive of the compiler's belongs to."""
    package, source, version, full = package_of(archive)
    if source not in TOOLCHAIN:
        raise PackagingError("%s was linked, of Debian's %s, and packaging/third_party.py knows no licence of that" % (
            archive, source))
    name, licence, supplier, home = TOOLCHAIN[source]
    notice = read("/usr/share/doc/%s/copyright" % package).decode()
    if source == "gcc-mingw-w64":
        notice = ABOUT_LIBGCC + notice + "\n" + read("/usr/share/common-licenses/GPL-3").decode()
        version = full
    return Part(name, version, licence, supplier, home, notice)


def find(root, builds, programs):
    """[(bits, Part)] of what others have written and is in these programs, each with the programs that it is in."""
    parts = {}
    for build in builds:
        for program in programs[build.bits]:
            for archive in build.linked_archives(program.rpartition(".")[0]):
                # Those of the build itself are ours.
                if not archive.startswith(build.folder + "/"):
                    add(parts, build.bits, part_of(root, archive), archive, program)
    return [(bits, part) for (bits, _), part in sorted(parts.items(), key=lambda item: item[0])]


def add(parts, bits, part, archive, program):
    part = parts.setdefault((bits, part.name), part)
    part.archives[os.path.basename(archive)] = sha256(read(archive))
    part.programs.add(program)


def part_of(root, archive):
    inside = os.path.relpath(archive, os.path.join(root, ".cache")).split("/")
    return of_library(root, inside[0]) if inside[0] in LIBRARIES else of_toolchain(archive)


def notices(parts):
    """{path: content} of the licences of all of these."""
    return {"licences/%s.txt" % re.sub(r"[^a-z0-9]+", "-", part.name.lower()): part.notice.encode() for _, part in parts}
