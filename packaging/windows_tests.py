"""The test programs, for a Windows that has nothing else of the project's, and a list of them for run_tests.exe.

What CTest runs as a Windows program is taken along; what it runs by the build machine's programs is named in the list as
left out.
"""
import os

from reproducible import PackagingError, in_folder, read, tree, zip_archive
from staged import tests

# Where the sources have what tests read, by the names at which they look for it below VMEVENTS_TEST_DATA.
DATA = {"recorded": "tests/host/qemu/recorded", "conversations": "tests/host/hyperv/conversations"}
DEFAULT_SECONDS = 1800


def properties(test):
    return {each["name"]: each["value"] for each in test["properties"]}


def is_under(path, folder):
    return os.path.abspath(path).startswith(folder + "/")


def windows_command(build, test):
    """[program, argument...] of a test that CTest runs through `./run wine`; None for any other."""
    command = test.get("command", [])
    if len(command) > 2 and command[1] == "wine" and is_under(command[2], build.folder):
        return [os.path.relpath(command[2], build.folder).replace("/", "\\"), *command[3:]]
    return None


def line(build, test):
    of = properties(test)
    command = windows_command(build, test)
    if not command:
        return "%s|0|left-out|it is run by programs of the machine that builds" % test["name"]
    if "FIXTURES_REQUIRED" in of:
        return "%s|0|left-out|it needs what other tests make" % test["name"]
    kind = "stress" if "stress" in of.get("LABELS", []) else "test"
    return "%s|%d|%s|%s" % (test["name"], of.get("TIMEOUT", DEFAULT_SECONDS), kind, " ".join(command))


def programs_of(build, chosen):
    """{path: content} of the programs of these tests, of what they load, and of what is shipped."""
    wanted = {"tests/run_tests.exe"}
    for test in chosen:
        command = windows_command(build, test)
        if command:
            wanted.add(command[0].replace("\\", "/"))
    folder = os.path.join(build.folder, "tests")
    wanted.update("tests/" + name for name in os.listdir(folder) if name.endswith((".dll", ".tlb", ".manifest")))
    if len(wanted) > 1:
        # Programs that test programs start.
        wanted.update("tests/" + name for name in os.listdir(folder)
                      if name.endswith(".exe") and not name.startswith("test_"))
    missing = sorted(path for path in wanted if not os.path.exists(os.path.join(build.folder, path)))
    if missing:
        raise PackagingError("%s has not been built: %s" % (build.folder, ", ".join(missing)))
    files = {path: build.stripped(os.path.join(build.folder, path)) for path in sorted(wanted)}
    files["run_tests.exe"] = files.pop("tests/run_tests.exe")
    return files


def make(release, root):
    files = {"run-tests.cmd": read(os.path.join(root, "packaging/run-tests.cmd"))}
    for name, folder in DATA.items():
        files.update(in_folder("data/" + name, tree(os.path.join(root, folder))))
    for bits, build in release.builds.items():
        chosen = [test for test in tests(build) if release.tests.search(test["name"])]
        lines = [line(build, test) for test in chosen]
        inside = dict(programs_of(build, chosen), **{"tests.txt": ("\r\n".join(lines) + "\r\n").encode()})
        inside.update({path: content for path, content in release.unsigned[bits].items() if path.startswith("bin/")})
        files.update(in_folder(build.name, inside))
    files.update(release.notices)
    return zip_archive(in_folder("vmevents-tests-%s" % release.version, files), release.date)
