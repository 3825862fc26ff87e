"""Everything once more, from a copy of the sources in another folder: the packages are the same byte for byte."""
import os
import shutil
import subprocess
import sys
import unittest

from unpacked import PACKAGES, ROOT, RUNNER, WORK, main, run

sys.path.insert(0, os.path.join(ROOT, "packaging"))

import sources  # noqa: E402
from reproducible import source_date  # noqa: E402

COPY = os.path.join(WORK, "another folder", "checkout")
# The tests' archive wants all of the tests to be built.
ALL_BUT_TESTS = "^(?!vmevents-tests-)"


def copy_checkout():
    shutil.rmtree(os.path.dirname(COPY), ignore_errors=True)
    for path in sources.paths(ROOT):
        if os.path.isfile(os.path.join(ROOT, path)):
            os.makedirs(os.path.dirname(os.path.join(COPY, path)), exist_ok=True)
            shutil.copy2(os.path.join(ROOT, path), os.path.join(COPY, path))
    run("cp", "-al", os.path.join(ROOT, ".cache"), os.path.join(COPY, ".cache"))


class Rebuild(unittest.TestCase):
    def test_the_same(self):
        copy_checkout()
        builds = []
        for preset in ("win64", "win32"):
            run("cmake", "--preset", preset, "-DBUILD_TESTING=OFF", cwd=COPY)
            run("cmake", "--build", "--preset", preset, "--target", "vmevents_shipped", "vmevents_import", "vmevents_uuid",
                cwd=COPY)
            builds += ["--build", os.path.join(COPY, "build", preset)]
        run(sys.executable, "-B", "packaging/make.py", *builds, "--output", "build/packages", "--only", ALL_BUT_TESTS, "--runner",
            *RUNNER, cwd=COPY, env=dict(os.environ, SOURCE_DATE_EPOCH=str(source_date(ROOT))))
        made = sorted(os.listdir(os.path.join(COPY, "build", "packages")))
        self.assertGreater(len(made), 5)
        differ = [name for name in made if name != "SHA256SUMS" and subprocess.run(
            ["cmp", "-s", os.path.join(PACKAGES, name), os.path.join(COPY, "build", "packages", name)], check=False).returncode]
        self.assertEqual(differ, [])


if __name__ == "__main__":
    main()
