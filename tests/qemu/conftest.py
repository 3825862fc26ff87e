"""What the live tests share: the servers, a guest that has booted once, and subscribers.

The tests wait more than they compute, so several run at a time, in processes of their own (pytest-xdist). What is there
once is made by the process that starts those: the registration, and the saved state of the guest.
"""
import os
import pathlib
import shutil
import signal
import sys
import tempfile

import pytest

import windows
from machine import Machine, die_with_parent
from subscriber import Subscriber

STATE = "VMEVENTS_BOOTED_STATE"


def is_worker(config):
    return hasattr(config, "workerinput")


def save_booted_guest(path):
    with Machine() as machine:
        machine.boot()
        machine.wait_for_terminals()
        machine.save(path)


def hold_wine_desktop(config):
    """Has Wine make its desktop before anything else needs it, and keep it until the tests are over.

    It is made when a first program wants a window, and goes with the last one. Wine 10 never helps a thread that has
    seen it half made, so that of several scripts that start at the same moment one cannot subscribe.
    """
    holder = Subscriber("hold.js")
    config.add_cleanup(holder.close)
    holder.order("hold")


def pytest_configure(config):
    # What the tests have started ends with them, also when they are ended: CTest does that by SIGTERM to a test that
    # takes too long, and not at all when it is ended itself. A process of tests ends with the one that started it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    die_with_parent(signal.SIGTERM)
    if is_worker(config):
        return
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vmevents-state-"))
    config.add_cleanup(lambda: shutil.rmtree(folder))
    config.add_cleanup(windows.unregister_servers)
    windows.register_servers()
    hold_wine_desktop(config)
    save_booted_guest(folder / "booted")
    os.environ[STATE] = str(folder / "booted")


@pytest.fixture(scope="session")
def booted():
    """The saved state of a guest that has just booted, nobody logged in."""
    return pathlib.Path(os.environ[STATE])


@pytest.fixture(scope="session")
def subscriber():
    subscriber = Subscriber()
    yield subscriber
    subscriber.close()


class Machines:
    """Machines of one test."""

    def __init__(self, booted):
        self.booted, self.machines = booted, []

    def idle(self, **options):
        """A machine that has not been started."""
        self.machines.append(Machine(**options))
        return self.machines[-1]

    def __call__(self, **options):
        """A machine that runs the booted guest."""
        machine = self.idle(**options)
        machine.restore(self.booted)
        return machine

    def close(self):
        for machine in self.machines:
            machine.close()


@pytest.fixture
def machine_with(booted):
    """Makes machines: machine_with(options of Machine)."""
    machines = Machines(booted)
    yield machines
    machines.close()


@pytest.fixture
def machine(machine_with):
    """The booted guest, nobody logged in."""
    return machine_with()


@pytest.fixture
def watch_of(subscriber):
    """Has the subscriber watch a machine: watch_of(machine)."""
    watches = []

    def watch(machine):
        watches.append(subscriber.watch(machine))
        return watches[-1]

    yield watch
    for watched in watches:
        watched.remove()


@pytest.fixture
def watch(machine, watch_of):
    """The booted guest, and a subscriber that knows that nobody is logged in."""
    watch = watch_of(machine)
    machine.wait_for_polls()
    return watch
