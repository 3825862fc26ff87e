"""vmforward.exe, as people run it."""

import os
import pathlib
import signal
import tempfile

import windows

PATIENCE = 240


def program(name):
    return windows.windows_path(f"{windows.BIN}/{name}.exe")


def run_program(*words):
    """Its exit code, standard output and standard error. Wine 8's fault: on a very busy machine the process of a 32-bit program
    may end before it has begun; start.exe, by which Wine runs such programs, says so, and nothing of the program has run."""
    for _ in range(3):
        code, out, error = run_program_once(*words)
        if "ShellExecuteEx failed: Internal error" not in out + error:
            break
    return code, out, error


def run_program_once(*words):
    """They are files: Wine's services, which may begin with the program, would keep a pipe open."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as error:
        process = windows.start(*words, stdout=out, stderr=error)
        code = process.wait(PATIENCE)
        out.seek(0)
        error.seek(0)
        return code, out.read().decode("utf-8"), error.read().decode("utf-8")


def call(*words):
    return run_program(program("vmforward"), *words)


def write_config(folder, *lines):
    path = folder / "vmforward.conf"
    path.write_text("".join(line + "\r\n" for line in lines), encoding="utf-8")
    return windows.windows_path(path)


class Forward:
    """A vmforward.exe that runs."""

    def __init__(self, folder, *lines, host="pc 1", environment=None):
        self.folder, self.environment = folder, environment
        self.config = write_config(folder, f"host = {host}", "spool = spool.db", *lines)
        self.process = None

    def start(self):
        with open(self.folder / "said", "ab") as said:
            self.process = windows.start(program("vmforward"), "--config", self.config, stdout=said, stderr=said, env=self.environment)

    def said(self):
        return (self.folder / "said").read_text(encoding="utf-8")

    def status(self):
        return call("--status", "--config", self.config)

    def windows_process(self):
        """The number that Linux has for the process of the Windows program: the runner may have a shell in front of it."""
        prefix = (self.environment or os.environ)["WINEPREFIX" if self.environment else "VMEVENTS_PREFIX"]
        for folder in pathlib.Path("/proc").iterdir():
            try:
                command = (folder / "cmdline").read_bytes().decode(errors="replace")
                variables = (folder / "environ").read_bytes().decode(errors="replace")
            except (OSError, ValueError):
                continue
            if command.lower().split("\0")[0].endswith("vmforward.exe") and self.config in command:
                if prefix in variables or os.path.realpath(prefix) in variables:
                    return int(folder.name)
        return None

    def end(self, how=signal.SIGINT):
        number = self.windows_process()
        assert number, "vmforward.exe does not run"
        os.kill(number, how)
        self.process.wait(PATIENCE)
        return self.process.returncode
