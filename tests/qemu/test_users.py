"""Users who log on and off at the guest's terminals."""
import time

import pytest

from events import LOGOFF_EXTERNAL, LOGOFF_FORCED, LOGOFF_NORMAL, PAUSED, RUNNING, TURNED_OFF


def log_in(machine, watch, *users):
    """Logs users in, one a terminal, and returns when the host knows of them."""
    for terminal, user in zip(machine.terminals, users):
        terminal.login(user)
    machine.wait_for_polls()


@pytest.mark.parametrize("how", [b"exit\r", b"\x04", b"kill -9 $$\r"], ids=["exit", "Ctrl-D", "killed"])
def test_a_user_leaves(machine, watch, how):
    log_in(machine, watch, "alice")
    machine.terminals[0].logout(how)
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_two_at_once_one_leaves(machine, watch):
    log_in(machine, watch, "alice", "bob")
    machine.terminals[1].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()
    machine.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_two_leave_at_once(machine, watch):
    log_in(machine, watch, "alice", "bob", "carol")
    machine.terminals[0].logout()
    machine.terminals[2].logout()
    watch.expect(LOGOFF_NORMAL, LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_the_same_user_twice(machine, watch):
    """The guest's agent tells names, not sessions: a user leaves with the last one."""
    log_in(machine, watch, "alice", "alice")
    machine.terminals[0].logout()
    watch.expect_nothing_more()
    machine.terminals[1].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_a_user_comes_back(machine, watch):
    for _ in range(2):
        log_in(machine, watch, "carol")
        machine.terminals[0].logout()
        watch.expect(LOGOFF_NORMAL)
        watch.expect_users("carol")
    watch.expect_nothing_more()


def test_a_wrong_password_is_no_session(machine, watch):
    machine.terminals[0].fail_to_login("alice")
    watch.expect_nothing_more()


def test_who_was_there_before(machine, watch_of):
    """Nothing of before the machine was opened is told, but what becomes of those users is."""
    machine.terminals[0].login("alice")
    machine.terminals[1].login("bob")
    machine.terminals[1].logout()
    watch = watch_of(machine)
    machine.wait_for_polls()
    watch.expect_nothing_more()
    machine.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_logged_off_by_the_host(machine, watch):
    log_in(machine, watch, "alice", "bob")
    watch.log_off_guest()
    watch.expect(LOGOFF_EXTERNAL, LOGOFF_EXTERNAL)
    watch.expect_nothing_more()
    watch.expect_users("alice", "bob")
    # Who comes afterwards leaves as anybody does.
    machine.terminals[0].lose()
    log_in(machine, watch, "alice")
    machine.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_paused_is_not_logged_off(machine, watch):
    log_in(machine, watch, "alice")
    machine.monitor.command("stop")
    watch.expect(PAUSED)
    # Longer than the agent is given to answer.
    time.sleep(3)
    machine.monitor.command("cont")
    watch.expect(RUNNING)
    watch.expect_nothing_more()
    machine.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_two_machines(machine_with, watch_of):
    """What happens in one is not told of the other."""
    one, other = machine_with(), machine_with()
    watch_one, watch_other = watch_of(one), watch_of(other)
    for machine in (one, other):
        machine.wait_for_polls()
        log_in(machine, None, "alice")
    one.terminals[0].logout()
    watch_one.expect(LOGOFF_NORMAL)
    watch_other.expect_nothing_more()
    other.kill()
    watch_other.expect(LOGOFF_FORCED, TURNED_OFF)
    watch_one.expect_users("alice")
    watch_other.expect_users("alice")
    watch_one.expect_nothing_more()
