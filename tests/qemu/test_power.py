"""Ways for a machine, and a session in it, to end: by the guest, by QEMU, by the host."""
import signal

import pytest

from events import (ADDITIONS_AVAILABLE, ADDITIONS_UNINSTALLED, GUEST_SHUTDOWN, HEARTBEAT_STOPPED, LOGOFF_FORCED,
                    LOGOFF_NORMAL, PAUSED, REQUEST_SHUTDOWN, RESET, RUNNING, TURNED_OFF, TURNING_OFF)

BOTH_LOGGED_OFF = [LOGOFF_FORCED, LOGOFF_FORCED]


@pytest.fixture
def guest_of(machine_with, watch_of):
    """A machine with alice and bob in it, and its subscriber."""

    def make(**options):
        machine = machine_with(**options)
        watch = watch_of(machine)
        machine.wait_for_polls()
        machine.terminals[0].login("alice")
        machine.terminals[1].login("bob")
        machine.wait_for_polls()
        return machine, watch

    return make


## The machine starts again

def by_qmp(machine):
    machine.monitor.command("system_reset")


def by_guest(command):
    return lambda machine: machine.control.start(command)


def by_watchdog(machine):
    machine.control.start("watchdog -T 2 -t 1 /dev/watchdog; sleep 1; killall -9 watchdog")


RESETS = {
    "system_reset": (by_qmp, [ADDITIONS_UNINSTALLED, RESET, *BOTH_LOGGED_OFF, ADDITIONS_AVAILABLE]),
    "reboot": (by_guest("reboot"), [ADDITIONS_UNINSTALLED, RESET, *BOTH_LOGGED_OFF, ADDITIONS_AVAILABLE]),
    "reboot_at_once": (by_guest("reboot -f"), [ADDITIONS_UNINSTALLED, RESET, *BOTH_LOGGED_OFF, ADDITIONS_AVAILABLE]),
    "watchdog": (by_watchdog, [HEARTBEAT_STOPPED, ADDITIONS_UNINSTALLED, RESET, *BOTH_LOGGED_OFF, ADDITIONS_AVAILABLE]),
}


@pytest.mark.parametrize("name", RESETS)
def test_reset(guest_of, name):
    act, expected = RESETS[name]
    machine, watch = guest_of(options=["-action", "watchdog=reset"])
    machine.restart(act)
    watch.expect(*expected)
    watch.expect_nothing_more()
    # A user of the guest that has started again is a user like any other.
    machine.terminals[0].login("alice")
    machine.wait_for_polls()
    machine.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


## The machine ends

def by_signal(number):
    return lambda machine: machine.process.send_signal(number)


def by_command(name):
    return lambda machine: machine.monitor.command(name)


def by_panic(machine):
    machine.control.start("echo c >/proc/sysrq-trigger")


BY_GUEST = [GUEST_SHUTDOWN, TURNING_OFF, *BOTH_LOGGED_OFF, TURNED_OFF]
BY_QEMU = [TURNING_OFF, *BOTH_LOGGED_OFF, TURNED_OFF]
ENDS = {
    "system_powerdown": (by_command("system_powerdown"), [REQUEST_SHUTDOWN, ADDITIONS_UNINSTALLED, *BY_GUEST]),
    "poweroff": (by_guest("poweroff"), [ADDITIONS_UNINSTALLED, *BY_GUEST]),
    "poweroff_at_once": (by_guest("poweroff -f"), [ADDITIONS_UNINSTALLED, *BY_GUEST]),
    "panic": (by_panic, [HEARTBEAT_STOPPED, *BOTH_LOGGED_OFF, GUEST_SHUTDOWN, TURNING_OFF, TURNED_OFF]),
    "quit": (by_command("quit"), BY_QEMU),
    "SIGTERM": (by_signal(signal.SIGTERM), BY_QEMU),
    "SIGKILL": (by_signal(signal.SIGKILL), [*BOTH_LOGGED_OFF, TURNED_OFF]),
}


def end(machine, watch, name):
    act, expected = ENDS[name]
    act(machine)
    machine.wait_for_end()
    watch.expect(*expected)
    watch.wait_until("Connected", False)


@pytest.mark.parametrize("name", ENDS)
def test_end(guest_of, name):
    machine, watch = guest_of()
    end(machine, watch, name)
    assert watch.heard == []


@pytest.mark.parametrize("name", ["system_powerdown", "SIGKILL"])
def test_start_again(guest_of, name):
    """Whatever ended it, the machine that is started again is the same machine object."""
    machine, watch = guest_of()
    end(machine, watch, name)
    machine.boot()
    watch.expect(RUNNING, ADDITIONS_AVAILABLE)
    machine.wait_for_polls()
    machine.terminals[0].login("bob")
    machine.wait_for_polls()
    machine.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_a_panic_that_pauses(guest_of):
    machine, watch = guest_of(options=["-action", "panic=pause"])
    by_panic(machine)
    watch.expect(HEARTBEAT_STOPPED, *BOTH_LOGGED_OFF, PAUSED)


def test_a_panic_that_is_ignored(guest_of):
    machine, watch = guest_of(options=["-action", "panic=none"])
    by_panic(machine)
    watch.expect(HEARTBEAT_STOPPED, *BOTH_LOGGED_OFF)
    # No agent will answer any more.
    watch.expect_nothing_but_a_pause()


def test_a_hanging_agent(guest_of):
    """Silence is told once, and no logoff; when the agent goes on, who left meanwhile has left."""
    machine, watch = guest_of(address_options=["heartbeat=3"])
    machine.control.run("killall -STOP qemu-ga")
    watch.expect(HEARTBEAT_STOPPED)
    machine.terminals[0].logout()
    watch.expect_nothing_but_a_pause()
    machine.control.run("killall -CONT qemu-ga")
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()
    # It beats again, so that it can stop again.
    machine.control.run("killall -STOP qemu-ga")
    watch.expect(HEARTBEAT_STOPPED)
