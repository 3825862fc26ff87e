"""The tests for a real Windows, run by Wine's cmd, and what is said of those that fail, skip or hang."""
import os
import unittest

from unpacked import VERSION, main, unpack, windows_path, wine


class WindowsTests(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.join(unpack("vmevents-tests-%s.zip", "windows tests"), "vmevents-tests-%s" % VERSION)

    def run_tests(self, *words, code):
        return wine("cmd", "/c", windows_path(os.path.join(self.folder, "run-tests.cmd")), *words, code=code)

    def test_they_pass(self):
        with open(os.path.join(self.folder, "win64", "tests.txt"), encoding="ascii") as file:
            listed = [line for line in file if "|test|" in line]
        self.assertTrue(listed)
        # Where no 32-bit program runs the others are not to be blamed.
        os.rename(os.path.join(self.folder, "win32", "tests.txt"), os.path.join(self.folder, "win32", "all.txt"))
        open(os.path.join(self.folder, "win32", "tests.txt"), "w", encoding="ascii").close()
        output = self.run_tests(code=0)
        self.assertIn("%d passed, 0 failed, 0 skipped" % len(listed), output)

    def test_verdicts(self):
        lines = ["ends_with_2|600|test|..\\win64\\run_tests.exe --nonsense", "is_not_there|600|test|nothing.exe",
                 "hangs|1|test|..\\win64\\bin\\vmhost.exe -Embedding", "long|600|stress|nothing.exe",
                 "left|0|left-out|no reason but this"]
        with open(os.path.join(self.folder, "win32", "tests.txt"), "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
        with open(os.path.join(self.folder, "win64", "tests.txt"), "w", encoding="ascii") as file:
            file.write("")
        output = self.run_tests(code=1)
        self.assertIn("skipped: win32 left: no reason but this", output)
        self.assertIn("0 passed, 3 failed, 1 skipped", output)
        self.assertIn("0 passed, 1 failed, 0 skipped", self.run_tests("--only", "long", "--stress", code=1))
        self.assertIn("no test ran", self.run_tests("--only", "nothing_of_that_name", code=1))


if __name__ == "__main__":
    main()
