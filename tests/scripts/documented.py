"""The programs that the documentation says to save, run as it says, have to print what it says.

    python3 documented.py SOURCE WORK BUILD COMPILER SYSTEM -- RUNNER...

A program is a block of code behind "Save this as `NAME`"; what it prints stands in the next indented block behind the word "prints".
The servers are registered meanwhile.
"""

import os
import re
import subprocess
import sys

PAGES = ["README.md", "docs/scripting.md", "docs/c-api.md"]
PROGRAM = re.compile(r"^Save this as `([\w.]+)`.*?^```(\w+)\n(.*?)^```$(.*?\bprints\n\n)((?:    [^\n]*\n)+)", re.M | re.S)


def windows_path(path):
    return "Z:" + os.path.abspath(path).replace("/", "\\")


class Computer:
    def __init__(self, source, work, build, compiler, system, runner):
        self.source, self.work, self.build, self.compiler, self.runner = source, work, build, compiler, runner
        self.system = "C:\\windows\\%s\\" % system

    def run(self, *words):
        done = subprocess.run([*self.runner, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False)
        if done.returncode:
            sys.exit("%s: exit code %d\n%s" % (" ".join(words), done.returncode, (done.stdout + done.stderr).decode(errors="replace")))
        return done.stdout.decode(errors="replace").replace("\r\n", "\n")

    def servers(self, register):
        dll, host = windows_path(self.build + "/bin/vmevents.dll"), windows_path(self.build + "/bin/vmhost.exe")
        if register:
            self.run(self.system + "regsvr32.exe", "/s", dll)
            self.run(host, "/regserver")
        else:
            self.run(host, "/unregserver")
            self.run(self.system + "regsvr32.exe", "/s", "/u", dll)

    def run_js(self, path):
        return self.run(self.system + "cscript.exe", "//nologo", windows_path(path))

    def run_c(self, path):
        """Beside the DLL, as the page says; but in a folder of its own."""
        program, dll = path[:-1] + "exe", os.path.join(self.work, "vmevents.dll")
        subprocess.run([self.compiler, "-I" + self.source + "/include", path, "-o", program, "-L" + self.build + "/lib",
                        "-lvmevents", "-lole32", "-loleaut32"], check=True)
        with open(self.build + "/bin/vmevents.dll", "rb") as original, open(dll, "wb") as copy:
            copy.write(original.read())
        return self.run(windows_path(program))


def programs(source):
    for page in PAGES:
        with open(os.path.join(source, page), encoding="utf-8") as file:
            found = PROGRAM.findall(file.read())
        if len(found) != 1:
            sys.exit("%s has %d programs with what they print, and not one" % (page, len(found)))
        name, language, text, _, printed = found[0]
        yield page, name, language, text, re.sub(r"^    ", "", printed, flags=re.M)


def main():
    separator = sys.argv.index("--")
    source, work, build, compiler, system = sys.argv[1:separator]
    computer = Computer(source, work, build, compiler, system, sys.argv[separator + 1:])
    os.makedirs(work, exist_ok=True)
    failed = 0
    # What a test that was ended early has left is not to matter.
    computer.servers(False)
    computer.servers(True)
    try:
        for page, name, language, text, expected in programs(source):
            path = os.path.join(work, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            printed = {"js": computer.run_js, "c": computer.run_c}[language](path)
            print("%s, %s: %s" % (page, name, "as it says" if printed == expected else "prints\n" + printed))
            failed += printed != expected
    finally:
        computer.servers(False)
    sys.exit(failed)


if __name__ == "__main__":
    main()
