"""What the tests of packages share: where the packages are, and how programs are run."""
import glob
import os
import re
import shutil
import subprocess
import sys
import unittest
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACKAGES = os.environ["VMEVENTS_PACKAGES"]
WORK = os.environ["VMEVENTS_WORK"]
VERSION = os.environ["VMEVENTS_VERSION"]
BUILDS = {64: os.environ["VMEVENTS_BUILD_WIN64"], 32: os.environ["VMEVENTS_BUILD_WIN32"]}
RUNNER = os.environ["VMEVENTS_RUNNER"].split("|")
TRIPLETS = {64: "x86_64-w64-mingw32", 32: "i686-w64-mingw32"}
SKIPPED = 77


def package(pattern):
    path = os.path.join(PACKAGES, pattern % VERSION)
    if not os.path.exists(path):
        raise AssertionError("there is no %s" % path)
    return path


def unpack(pattern, name):
    """Unpacks a zip into a folder of that name, anew, and returns the folder."""
    folder = os.path.join(WORK, name)
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(package(pattern)) as archive:
        archive.extractall(folder)
    return folder


def run(*words, code=0, **options):
    """What a program writes; it has to end with that code, or with any for None."""
    done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=1500, **options)
    output = done.stdout.decode(errors="replace")
    if code is not None and done.returncode != code:
        raise AssertionError("%s: exit code %d\n%s" % (" ".join(map(str, words)), done.returncode, output))
    return output


def wine(*words, **options):
    return run(*RUNNER, *words, **options)


def windows_path(path):
    return "Z:" + os.path.abspath(path).replace("/", "\\")


def compiler(bits):
    """The C compiler that the build of that bitness uses."""
    with open(os.path.join(BUILDS[bits], "CMakeCache.txt"), encoding="utf-8") as cache:
        return re.search(r"^CMAKE_C_COMPILER:[A-Z]+=(.*)$|^MINGW_C_COMPILER:[A-Z]+=(.*)$", cache.read(), re.M).group(2)


def need(*tools):
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        print("SKIP: not installed: " + " ".join(missing))
        sys.exit(SKIPPED)


def main():
    if not glob.glob(os.path.join(PACKAGES, "*.msi")):
        print("SKIP: there are no packages, see the test package_make")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
