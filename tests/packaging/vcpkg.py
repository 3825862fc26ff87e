"""The vcpkg port, built from its own sources by what stands in for vcpkg, and a program against what it installs."""
import glob
import json
import os
import shutil
import unittest

from unpacked import ROOT, VERSION, WORK, main, run, unpack, windows_path, wine

CONSUMER = """cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C)
find_package(vmevents CONFIG REQUIRED)
add_executable(main consumer.c)
target_link_libraries(main PRIVATE vmevents::vmevents ole32 oleaut32)
"""
# Libraries that vcpkg has ports of.
PORTS = {"jansson": "jansson", "libuv": "libuv1", "sqlite3": "sqlite3"}


class Port(unittest.TestCase):
    def test_port(self):
        port = os.path.join(unpack("vmevents-%s-vcpkg.zip", "vcpkg port"), "ports", "vmevents")
        with open(os.path.join(port, "vcpkg.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        self.assertEqual((manifest["name"], manifest["version"]), ("vmevents", VERSION))
        needed = [each for each in manifest["dependencies"] if isinstance(each, str)]
        libraries = ";".join(os.path.join(ROOT, ".cache", PORTS[name], "win64") for name in needed)
        work, toolchain = os.path.join(WORK, "vcpkg"), os.path.join(ROOT, "cmake/toolchain-win64.cmake")
        run("cmake", "-DPORT_DIR=" + port, "-DWORK=" + work, "-DTOOLCHAIN=" + toolchain, "-DLIBRARIES=" + libraries, "-P",
            os.path.join(ROOT, "tests/packaging/vcpkg.cmake"))
        self.build_consumer(work, toolchain, os.path.join(work, "packages", "vmevents"))

    def build_consumer(self, work, toolchain, installed):
        source, build = os.path.join(work, "consumer"), os.path.join(work, "consumer-build")
        shutil.rmtree(build, ignore_errors=True)
        os.makedirs(source, exist_ok=True)
        shutil.copy(os.path.join(ROOT, "tests/packaging/consumer.c"), source)
        with open(os.path.join(source, "CMakeLists.txt"), "w", encoding="ascii") as lists:
            lists.write(CONSUMER)
        run("cmake", "-G", "Ninja", "-S", source, "-B", build, "-DCMAKE_TOOLCHAIN_FILE=" + toolchain,
            "-Dvmevents_DIR=%s/share/vmevents" % installed)
        run("cmake", "--build", build)
        for dll in glob.glob(os.path.join(installed, "bin", "*.dll")):
            shutil.copy(dll, build)
        self.assertIn("heard 1 event(s)", wine(windows_path(os.path.join(build, "main.exe"))))


if __name__ == "__main__":
    main()
