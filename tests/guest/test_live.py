"""vmguest in a real Linux, which QEMU runs: people log on and off at its terminals, and what the host would read stands in the
pool of the data exchange, which is a file there like any other. There is no Hyper-V, and no hv_kvp_daemon."""
import base64
import os
import pathlib
import shutil
import subprocess
import time

import pytest
from lines import PATIENCE
from machine import GUEST, Machine

VMGUEST = pathlib.Path(os.environ["VMEVENTS_VMGUEST"])
POOLS = "/var/lib/hyperv"
KEY, VALUE = 512, 2048


def make_initramfs(folder):
    """The guest's, with vmguest in it: the kernel unpacks one archive behind the other."""
    program = folder / "root/usr/sbin/vmguest"
    program.parent.mkdir(parents=True)
    shutil.copy(VMGUEST, program)
    program.chmod(0o755)
    names = "".join(f"{path.relative_to(folder / 'root')}\n" for path in sorted((folder / "root").rglob("*")))
    archive = subprocess.run(["cpio", "--quiet", "-o", "-H", "newc", "-R", "0:0"], cwd=folder / "root", check=True,
                             input=names.encode(), stdout=subprocess.PIPE).stdout  # fmt: skip
    (folder / "initramfs").write_bytes((GUEST / "initramfs").read_bytes() + archive)
    return folder / "initramfs"


class Guest:
    """The machine, and what vmguest has written in it."""

    def __init__(self, machine):
        self.machine = machine
        self.run = machine.control.run

    def start(self):
        self.run(f"mkdir -p {POOLS}; /usr/sbin/vmguest </dev/null >/run/vmguest.log 2>&1 & echo $! >/run/vmguest.pid")

    def kill(self, signal="KILL"):
        self.run(f"kill -{signal} $(cat /run/vmguest.pid); while [ -e /proc/$(cat /run/vmguest.pid)/exe ]; do :; done")

    def items(self):
        data = base64.b64decode(self.run(f"base64 {POOLS}/.kvp_pool_1 2>/dev/null || true"))
        assert len(data) % (KEY + VALUE) == 0
        records = [data[place : place + KEY + VALUE] for place in range(0, len(data), KEY + VALUE)]
        return {record[:KEY].rstrip(b"\0").decode(): record[KEY:].rstrip(b"\0").decode() for record in records}

    def expect(self, **expected):
        """Waits until the items are so, but for the start's name."""
        deadline = time.monotonic() + PATIENCE
        wanted = {f"vmevents.{name}": value for name, value in expected.items()}
        while True:
            items = self.items()
            found = {name: items.get(name, "")[19:] for name in wanted}
            if found == wanted:
                return items
            assert time.monotonic() < deadline, f"{found}, and not {wanted}; {self.run('cat /run/vmguest.log')}"
            time.sleep(0.1)

    def ask(self, number):
        """What hv_kvp_daemon does when the host has a request."""
        boot = self.items()["vmevents.guest"].split()[1]
        record = b"vmevents.request".ljust(KEY, b"\0") + f"1 {boot} {number} logoff".encode().ljust(VALUE, b"\0")
        text = base64.b64encode(record.rstrip(b"\0")).decode()
        self.run(f"echo {text} | base64 -d >/run/request; truncate -s {KEY + VALUE} /run/request; "
                 f"cat /run/request >{POOLS}/.kvp_pool_0")  # fmt: skip


@pytest.fixture
def guest(tmp_path):
    with Machine(initramfs=make_initramfs(tmp_path)) as machine:
        machine.boot()
        machine.wait_for_terminals()
        guest = Guest(machine)
        guest.start()
        guest.expect(guest="0 0 -", users="0", left="0")
        yield guest


def log_in(guest, *users):
    for terminal, user in zip(guest.machine.terminals, users):
        terminal.login(user)


def test_people_log_on_and_off(guest):
    log_in(guest, "alice", "bob", "alice")
    guest.expect(guest="0 2 -", users="2 alice bob")
    # One of two sessions.
    guest.machine.terminals[0].logout()
    guest.machine.terminals[1].logout(b"kill -9 $$\r")
    guest.expect(guest="1 1 0", users="1 alice", left="1 bob=0")
    # She leaves while nobody looks.
    guest.kill()
    guest.machine.terminals[2].logout()
    guest.start()
    guest.expect(guest="2 0 00", users="0", left="2 alice=0")
    # The host asks those to leave who are there.
    log_in(guest, "carol", "alice")
    guest.expect(guest="2 2 00", users="2 carol alice")
    guest.ask(1)
    guest.expect(guest="4 0 0022", users="0", answer="1 done")
    for terminal in guest.machine.terminals[:2]:
        terminal.lose()
    # A request is one of its start alone, and done once.
    log_in(guest, "bob")
    guest.expect(guest="4 1 0022")
    guest.kill("TERM")
    guest.start()
    time.sleep(2)
    guest.expect(guest="4 1 0022", users="1 bob", answer="1 done")
