"""What bad peers and many machines cost the host. Alone, since it is measured."""
import os
import pathlib
import time

import pytest

import windows
from events import LOGOFF_NORMAL
from peers import BAD, Peer, Peers, qmp
from subscriber import Subscriber

MACHINES = 50
IDLE_SECONDS = 6
TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """What a process uses."""

    def __init__(self, number):
        self.folder = pathlib.Path(f"/proc/{number}")

    def status(self, name):
        lines = (self.folder / "status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(name + ":")).split()[1])

    @property
    def megabytes(self):
        return self.status("VmRSS") / 1024

    @property
    def threads(self):
        return self.status("Threads")

    @property
    def seconds(self):
        """Of the processor's time."""
        fields = (self.folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@pytest.fixture
def subscriber():
    """Not the one of the other tests: COM starts a host for it, which has seen nothing before."""
    windows.await_host_processes(0)
    subscriber = Subscriber()
    yield subscriber
    subscriber.close()


@pytest.fixture
def peers():
    peers = Peers()
    yield peers
    peers.close()


@pytest.fixture
def tell(capsys):
    """Prints what has been measured, also when the test passes."""

    def tell(text):
        with capsys.disabled():
            print(f"\n{text}")

    return tell


@pytest.fixture
def host(subscriber):
    subscriber.order("counts")
    (number,) = windows.await_host_processes(1)
    return Process(number)


def test_bad_peers(machine, watch, watch_of, peers, host, tell):
    """They are their own machines' trouble: a good one beside them tells all that happens, and memory is bounded."""
    before = host.megabytes
    bad = [watch_of(Peer(peers.listen(behave))) for behave in BAD]
    # QEMU as it should be, and an agent as it should not.
    bad_agents = [watch_of(Peer(peers.listen(qmp), peers.listen(behave))) for behave in BAD]
    most = 0
    for _ in range(3):
        machine.terminals[0].login("carol")
        machine.wait_for_polls()
        machine.terminals[0].logout()
        watch.expect(LOGOFF_NORMAL)
        watch.expect_nothing_more()
        most = max(most, host.megabytes)
    tell(f"vmhost: {before:.0f} MB before, {most:.0f} MB at most")
    assert most - before < 64
    for watched in bad:
        assert watched.get("Connected").lower() == "false" and watched.get("Fault")
        assert watched.heard == []
    for watched in bad_agents:
        assert watched.get("Connected").lower() == "true" and watched.get("State") == "5"
        assert watched.heard == []


def test_many_machines(peers, watch_of, host, tell):
    """Nothing happens in them, and so they cost next to nothing."""
    machines = [peers.machine() for _ in range(MACHINES)]
    watches = [watch_of(machine) for machine in machines[:1]]
    watches[0].wait_until("Connected", True)
    threads, megabytes = host.threads, host.megabytes
    watches += [watch_of(machine) for machine in machines[1:]]
    for watched in watches:
        watched.wait_until("Connected", True)
    seconds, start = host.seconds, time.monotonic()
    time.sleep(IDLE_SECONDS)
    used = (host.seconds - seconds) / (time.monotonic() - start)
    kilobytes = (host.megabytes - megabytes) * 1024 / (MACHINES - 1)
    tell(f"{MACHINES} machines: {used * 100:.1f} % of a processor, {host.threads - threads} threads more, "
         f"{kilobytes:.0f} kB a machine")  # fmt: skip
    assert used < 0.2
    assert host.threads - threads < 5
    assert kilobytes < 512
