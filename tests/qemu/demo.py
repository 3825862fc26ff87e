#!/usr/bin/python3
"""Shows a person at a guest's terminal, and what vmwatch.exe hears of it: demo.py VMWATCH, run by `./run demo qemu`."""
import re
import subprocess
import sys
import threading
import time

import windows
from lines import PATIENCE
from machine import Machine

# So that one can read what happens.
PAUSE = 1.5


def tell(text):
    print(f"\n    {text}", flush=True)
    time.sleep(PAUSE / 2)


class Watching:
    """vmwatch.exe, whose lines are shown as they come."""

    def __init__(self, program, machine):
        self.seen = ""
        self.process = windows.start(windows.windows_path(program), machine.address, stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.show, daemon=True)
        self.reader.start()

    def show(self):
        for line in self.process.stdout:
            print(line.rstrip(), flush=True)
            self.seen += line

    def wait_for(self, pattern, count=1):
        """Until so many lines match, or vmwatch has ended."""
        deadline = time.monotonic() + PATIENCE
        while len(re.findall(pattern, self.seen)) < count:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"demo: vmwatch has not told of {pattern}")
            time.sleep(0.05)
        time.sleep(PAUSE)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.reader.join(PATIENCE)


def show(machine, watching):
    first, second, _ = machine.terminals
    machine.wait_for_polls()
    tell("Alice logs on at the first terminal, Bob at the second. Logging on is no event of Virtual PC's.")
    first.login("alice")
    second.login("bob")
    machine.wait_for_polls()
    tell("Alice types exit:")
    first.logout()
    watching.wait_for("OnGuestLogoff")
    tell("The machine is paused, and goes on:")
    machine.monitor.command("stop")
    watching.wait_for("Paused")
    machine.monitor.command("cont")
    watching.wait_for("Running")
    tell("The CD is taken out:")
    machine.monitor.command("eject", id="cd0")
    watching.wait_for("OnMediaEject")
    tell("Somebody presses the power button. Bob is still logged on:")
    machine.monitor.command("system_powerdown")
    machine.wait_for_end()
    watching.wait_for("TurnedOff")


def main(program):
    with Machine() as machine:
        print("The guest boots (about 4 seconds) ...", flush=True)
        machine.boot()
        machine.wait_for_terminals()
        watching = Watching(program, machine)
        try:
            show(machine, watching)
        finally:
            watching.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
