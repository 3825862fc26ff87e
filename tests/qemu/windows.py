"""Windows programs: the servers under test, and scripts that use them."""
import os
import pathlib
import signal
import subprocess
import time

from lines import PATIENCE, Silence
from machine import die_with_parent

# Told by CMake: what runs Windows programs, where the servers are, and Windows' own folder for programs of that bitness.
RUNNER = os.environ.get("VMEVENTS_RUNNER", "").split("|")
BIN = os.environ.get("VMEVENTS_BIN", "")
SYSTEM = os.environ.get("VMEVENTS_SYSTEM", "system32")


def windows_path(path):
    """Wine has the whole file system as drive Z."""
    return "Z:" + str(path).replace("/", "\\")


def system_program(name):
    return f"C:\\windows\\{SYSTEM}\\{name}"


def start(*words, **options):
    return subprocess.Popen([*RUNNER, *words], stdin=subprocess.DEVNULL, preexec_fn=die_with_parent, **options)


def run(*words):
    with start(*words) as process:
        try:
            code = process.wait(PATIENCE)
        finally:
            process.kill()
    assert code == 0, f"{words} ended with exit code {code}"


def sink_and_host():
    return windows_path(f"{BIN}/vmevents.dll"), windows_path(f"{BIN}/vmhost.exe")


def processes(wanted):
    """The numbers of the processes of this prefix whose program has that in its path, in small letters."""
    prefix = os.path.realpath(os.environ["VMEVENTS_PREFIX"])
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace").lower()
            variables = (folder / "environ").read_bytes().decode(errors="replace").split("\0")
        except (OSError, ValueError):
            continue
        if wanted in command.split("\0")[0] and f"WINEPREFIX={prefix}" in variables:
            found.append(int(folder.name))
    return found


def host_processes():
    """The numbers of the processes that are vmhost.exe, in this prefix."""
    # The checkout may have a drive of its own.
    return processes("\\".join([*pathlib.Path(BIN).parts[-3:], "vmhost.exe"]).lower())


def kill_hosts():
    """In such a way that the next one can be had: Wine 8 hands out the class object of one that was killed for as long as its
    rpcss runs, and starts that again by itself."""
    for number in host_processes() + processes("rpcss.exe"):
        os.kill(number, signal.SIGKILL)


def await_host_processes(count):
    """Waits until there are so many, and returns their numbers. One that its clients have left needs a moment to end."""
    deadline = time.monotonic() + PATIENCE
    while len(found := host_processes()) != count:
        if time.monotonic() > deadline:
            raise Silence(f"{len(found)} processes are vmhost.exe, not {count}")
        time.sleep(0.1)
    return found


def register_servers():
    sink, host = sink_and_host()
    run(system_program("regsvr32.exe"), "/s", sink)
    run(host, "/regserver")


def unregister_servers():
    """Also when they are not registered."""
    sink, host = sink_and_host()
    run(host, "/unregserver")
    run(system_program("regsvr32.exe"), "/u", "/s", sink)
