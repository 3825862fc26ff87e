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
    time.sleep(PAUSE)
    print(f"\n    {text}", flush=True)
    time.sleep(PAUSE / 2)


class Watching:
    """vmwatch.exe, whose lines are shown as they come."""

    def __init__(self, program, machine):
        self.seen = ""
        words = [machine.address, "--name", "Guest"]
        print("\nvmwatch", *words, "\n", flush=True)
        self.process = windows.start(windows.windows_path(program), *words, stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.show, daemon=True)
        self.reader.start()

    def show(self):
        for line in self.process.stdout:
            print(line.rstrip(), flush=True)
            self.seen += line

    def wait_for(self, pattern):
        """Until a line matches, or vmwatch has ended."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.seen):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"demo: vmwatch has not told of {pattern}")
            time.sleep(0.05)

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
    tell("Alice types exit. Nobody in the guest or outside has made her, so her logoff is a normal one:")
    first.logout()
    watching.wait_for("OnGuestLogoff")
    tell("The machine is paused, and goes on:")
    machine.monitor.command("stop")
    watching.wait_for("Paused")
    time.sleep(PAUSE)
    machine.monitor.command("cont")
    watching.wait_for("Running")
    tell("The CD is taken out:")
    machine.monitor.command("eject", id="cd0")
    watching.wait_for("OnMediaEject")
    tell("Somebody presses the power button. Bob is still logged on, so his logoff is a forced one:")
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
    print("\nA machine of your own is watched in the same way, once its QEMU has been started with these options:\n\n"
          "  -qmp tcp:127.0.0.1:4444,server=on,wait=off\n"
          "  -chardev socket,id=agent,host=127.0.0.1,port=4445,server=on,wait=off\n"
          "  -device virtio-serial -device virtserialport,chardev=agent,name=org.qemu.guest_agent.0,id=agent0\n\n"
          "  ./run wine build/win64/bin/vmwatch.exe qemu:127.0.0.1:4444,agent=4445")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
