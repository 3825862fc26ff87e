"""What the build knows: its version, what it installs, what it linked, and what that was made of."""
import json
import os
import re
import subprocess
import tempfile

from reproducible import PackagingError, read, tree, write


class Build:
    """One build folder of CMake's, of one bitness."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.cache = {}
        cache = os.path.join(self.folder, "CMakeCache.txt")
        if not os.path.exists(cache):
            raise PackagingError("%s has not been built: there is no CMakeCache.txt" % folder)
        for line in read(cache).decode().splitlines():
            match = re.match(r"([^#/][^:]*):[A-Z]+=(.*)", line)
            if match:
                self.cache[match[1]] = match[2]
        self.version = self.cache["CMAKE_PROJECT_VERSION"]
        self.objdump = self.cache["CMAKE_OBJDUMP"]
        self.objcopy = self.cache["CMAKE_OBJCOPY"]
        self.bits = 64 if "x86-64" in self._format(next(iter(self._binaries()))) else 32
        self.name = "win%d" % self.bits

    def _binaries(self):
        folder = os.path.join(self.folder, "bin")
        names = sorted(name for name in os.listdir(folder) if name.endswith((".dll", ".exe")))
        if not names:
            raise PackagingError("there is no program in %s: it has not been built" % folder)
        return [os.path.join(folder, name) for name in names]

    def _format(self, path):
        return subprocess.run([self.objdump, "-f", path], check=True, capture_output=True, text=True).stdout

    def install(self):
        """{path: content} of what `cmake --install` installs, the programs without their symbols."""
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["cmake", "--install", self.folder, "--prefix", folder], check=True, capture_output=True)
            for path in tree(folder):
                if is_program(path):
                    write(os.path.join(folder, path), self.stripped(os.path.join(folder, path)))
            return tree(folder)

    def stripped(self, path):
        """The content of a file, without symbols if it is a program."""
        if not path.endswith((".dll", ".exe")):
            return read(path)
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "stripped")
            subprocess.run([self.objcopy, "--preserve-dates", "--strip-all", path, out], check=True)
            return read(out)

    def split_symbols(self, path):
        """(the stripped program, its debug information) of a program that was compiled with -g."""
        with tempfile.TemporaryDirectory() as folder:
            symbols = os.path.join(folder, "symbols")
            subprocess.run([self.objcopy, "--preserve-dates", "--only-keep-debug", path, symbols], check=True)
            return self.stripped(path), read(symbols)

    def imports(self, path):
        """The DLLs that a program imports, by the names in its header, sorted without regard to case."""
        out = subprocess.run([self.objdump, "-p", path], check=True, capture_output=True, text=True).stdout
        return sorted(re.findall(r"^\s*DLL Name: (\S+)", out, re.M), key=str.lower)

    def linked_archives(self, target):
        """The static libraries of which something is in the program, as the linker wrote it into the program's map."""
        path = os.path.join(self.folder, "maps", target + ".map")
        if not os.path.exists(path):
            raise PackagingError("%s is missing: the program was not linked by this project's rules" % path)
        archives = set()
        for line in read(path).decode(errors="replace").splitlines():
            # "Archive member included to satisfy reference by file": a member a line, until the next part begins.
            if line.startswith(("Discarded input sections", "Memory Configuration", "There are no discarded")):
                break
            match = re.match(r"(\S.*\.a)\(\S+\)\s*$", line) or re.match(r"(\S.*\.a)\(\S+\)\s", line)
            if match:
                archives.add(os.path.realpath(os.path.join(self.folder, match[1])))
        return sorted(archives)


def is_program(path):
    return path.startswith("bin/") and path.endswith((".dll", ".exe"))


def programs(installed):
    """The file names of the programs among what is installed."""
    return sorted(path[len("bin/"):] for path in installed if is_program(path))


def tests(build):
    """What CTest knows of the build's tests. It is asked from elsewhere: newer versions begin the log of a folder anew when they only
    show its tests, and a run of them may be under way there."""
    with tempfile.TemporaryDirectory() as folder:
        write(os.path.join(folder, "CTestTestfile.cmake"), ("subdirs([==[%s]==])\n" % build.folder).encode())
        out = subprocess.run(["ctest", "--show-only=json-v1"], cwd=folder, check=True, capture_output=True, text=True).stdout
    return json.loads(out)["tests"]
