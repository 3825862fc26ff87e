"""Everything once more, from a copy of the sources in another folder: the packages are the same byte for byte."""
import os
import shutil
import subprocess
import sys
import unittest

from unpacked import BUILDS, PACKAGES, ROOT, RUNNER, WORK, main, run

sys.path.insert(0, os.path.join(ROOT, "packaging"))

import sources  # noqa: E402
from reproducible import source_date  # noqa: E402

COPY = os.path.join(WORK, "another folder", "checkout")
HERE = os.path.join(WORK, "rebuild")
PRESETS = ("win64", "win32")


def copy_checkout():
    shutil.rmtree(os.path.dirname(COPY), ignore_errors=True)
    for path in sources.paths(ROOT):
        if os.path.isfile(os.path.join(ROOT, path)):
            os.makedirs(os.path.dirname(os.path.join(COPY, path)), exist_ok=True)
            shutil.copy2(os.path.join(ROOT, path), os.path.join(COPY, path))
    run("cp", "-al", os.path.join(ROOT, ".cache"), os.path.join(COPY, ".cache"))


def build_symbols(root, folder):
    """As scripts/package.sh does; returns the options by which they are packed."""
    options = []
    for preset in PRESETS:
        build = os.path.join(folder, "symbols-" + preset)
        run("cmake", "--preset", preset, "-S", root, "-B", build, "-DCMAKE_C_FLAGS=-g", "-DBUILD_TESTING=OFF", cwd=root)
        run("cmake", "--build", build, "--target", "vmevents_shipped", cwd=root)
        options += ["--symbols", build]
    return options


def pack(root, builds, output, only):
    run(sys.executable, "-B", "packaging/make.py", *builds, "--output", output, "--only", only, "--dotnet",
        os.path.join(ROOT, ".cache/dotnet"), "--runner", *RUNNER, cwd=root, env=dict(os.environ, SOURCE_DATE_EPOCH=str(source_date(ROOT))))


class Rebuild(unittest.TestCase):
    def test_the_same(self):
        copy_checkout()
        builds = []
        for preset in PRESETS:
            run("cmake", "--preset", preset, cwd=COPY)
            run("cmake", "--build", "--preset", preset, cwd=COPY)
            builds += ["--build", os.path.join(COPY, "build", preset)]
        made = os.path.join(COPY, "build", "packages")
        pack(COPY, builds + build_symbols(COPY, os.path.join(COPY, "build")), made, "")
        # What the other tests have not made: symbols, and all of the tests.
        shutil.rmtree(HERE, ignore_errors=True)
        own = [word for bits in (64, 32) for word in ("--build", BUILDS[bits])]
        pack(ROOT, own + build_symbols(ROOT, HERE), os.path.join(HERE, "packages"), "^vmevents-(symbols|tests)-")

        names = sorted(name for name in os.listdir(made) if name != "SHA256SUMS")
        self.assertEqual(len(names), 11)
        differ = [name for name in names if subprocess.run(
            ["cmp", "-s", os.path.join(made, name), self.counterpart(name)], check=False).returncode]
        self.assertEqual(differ, [])

    @staticmethod
    def counterpart(name):
        fresh = os.path.join(HERE, "packages", name)
        return fresh if os.path.exists(fresh) else os.path.join(PACKAGES, name)


if __name__ == "__main__":
    main()
