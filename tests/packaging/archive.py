"""The zip: its digest, and what a person does who has unpacked it. A C program is built against it alone."""
import os
import re
import unittest

from unpacked import BUILDS, PACKAGES, ROOT, VERSION, main, run, unpack, windows_path, wine

CONSUMER = """cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C)
find_package(vmevents %s REQUIRED)
add_executable(consumer consumer.c)
target_link_libraries(consumer PRIVATE vmevents::vmevents ole32 oleaut32)
"""


class Archive(unittest.TestCase):
    def test_sums(self):
        run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=PACKAGES)
        with open(os.path.join(PACKAGES, "SHA256SUMS"), encoding="ascii") as sums:
            named = {line.split()[1] for line in sums}
        self.assertEqual(named | {"SHA256SUMS"}, set(os.listdir(PACKAGES)))

    def test_links(self):
        """Of the pages in the zip, but for those into the sources, which are for developers."""
        folder = os.path.join(unpack("vmevents-%s-win64.zip", "links"), "vmevents-%s-win64" % VERSION)
        checked = 0
        for parent, _, names in os.walk(folder):
            for name in names:
                if not name.endswith(".md"):
                    continue
                with open(os.path.join(parent, name), encoding="utf-8") as page:
                    text = re.sub(r"^ *```.*?^ *```|^    .*?$|`[^`\n]*`", "", page.read(), flags=re.M | re.S)
                for target in re.findall(r"\]\(([^)\s#:]+)(?:#[^)\s]*)?\)", text):
                    path = os.path.normpath(os.path.join(parent, target))
                    if not re.match(r"(src|tests|packaging|idl)(/|$)", os.path.relpath(path, folder)):
                        self.assertTrue(os.path.exists(path), "%s: %s" % (name, target))
                        checked += 1
        self.assertGreater(checked, 100)

    def test_registered_tried_and_taken_out(self):
        folder = os.path.join(unpack("vmevents-%s-win64.zip", "archive"), "vmevents-%s-win64" % VERSION)
        dll, host = windows_path(os.path.join(folder, "bin/vmevents.dll")), os.path.join(folder, "bin/vmhost.exe")
        wine("regsvr32", "/s", dll)
        wine(host, "/regserver")
        try:
            output = wine(os.path.join(folder, "bin/vmwatch.exe"), "Demo", "--play",
                          windows_path(os.path.join(folder, "examples/scenarios/workday.txt")), "--speed", "100")
            self.assertIn("OnStateChange(virtualMachineState=vmVMState_Running)", output)
            self.assertIn("OnGuestShutdown()", output)
        finally:
            wine(host, "/unregserver")
            wine("regsvr32", "/s", "/u", dll)
        wine("reg", "query", "HKLM\\Software\\Classes\\VMEvents.Sink", code=1)

    def test_consumer_by_cmake(self):
        for bits in BUILDS:
            folder = os.path.join(unpack("vmevents-%%s-win%d.zip" % bits, "cmake%d" % bits),
                                  "vmevents-%s-win%d" % (VERSION, bits))
            source, build = os.path.join(folder, "consumer"), os.path.join(folder, "consumer-build")
            os.mkdir(source)
            with open(os.path.join(ROOT, "tests/packaging/consumer.c"), encoding="ascii") as program, \
                    open(os.path.join(source, "consumer.c"), "w", encoding="ascii") as copy:
                copy.write(program.read())
            with open(os.path.join(source, "CMakeLists.txt"), "w", encoding="ascii") as lists:
                lists.write(CONSUMER % VERSION)
            run("cmake", "-G", "Ninja", "-S", source, "-B", build, "-DCMAKE_BUILD_TYPE=Release",
                "-DCMAKE_TOOLCHAIN_FILE=%s/cmake/toolchain-win%d.cmake" % (ROOT, bits),
                "-Dvmevents_DIR=%s/lib/cmake/vmevents" % folder)
            run("cmake", "--build", build)
            if bits == 64:
                output = wine("cmd", "/c", "set PATH=%s;%%PATH%%&& %s" % (
                    windows_path(os.path.join(folder, "bin")), windows_path(os.path.join(build, "consumer.exe"))))
                self.assertIn("heard 1 event(s)", output)


if __name__ == "__main__":
    main()
