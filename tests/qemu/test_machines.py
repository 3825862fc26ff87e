"""Machine objects: opened before there is a QEMU, by two subscribers, and removed."""
import time

import pytest

from events import ADDITIONS_AVAILABLE, ADDITIONS_NOT_AVAILABLE, DELETED, PAUSED, RUNNING, TURNED_OFF, TURNING_OFF
from lines import Stream
from subscriber import Failed, Subscriber


def test_a_machine_that_is_started_later(machine_with, watch_of):
    machine = machine_with.idle()
    watch = watch_of(machine)
    assert watch.get("State") == "1"
    assert watch.get("Connected").lower() == "false" and "nobody listens" in watch.get("Fault")
    machine.boot()
    watch.expect(RUNNING, ADDITIONS_AVAILABLE)
    watch.expect_nothing_more()


def test_a_machine_without_an_agent(machine_with, watch_of):
    """An agent that was never there is not missed: the machine boots from an empty floppy, and hangs in its firmware."""
    machine = machine_with.idle(kernel=None, options=["-boot", "order=a"], address_options=["heartbeat=1"])
    machine.launch()
    watch = watch_of(machine)
    time.sleep(3)
    watch.expect_nothing_but_a_pause()
    with pytest.raises(Failed, match="has no agent that answers") as failed:
        watch.log_off_guest()
    assert failed.value.number == ADDITIONS_NOT_AVAILABLE
    machine.monitor.command("quit")
    watch.expect(TURNING_OFF, TURNED_OFF)


def test_two_subscribers(machine, watch):
    """Both hear of one machine, and one that ends does not disturb the other."""
    second = Subscriber()
    try:
        second.order("find", watch.name)
        machine.monitor.command("stop")
        watch.expect(PAUSED)
        second.wait_for("a pause", lambda: second.events.get(watch.name) == [PAUSED])
    finally:
        second.close()
    machine.monitor.command("cont")
    watch.expect(RUNNING)
    watch.expect_nothing_more()


def test_removed(machine, subscriber):
    """The machine's end is its last event, and QEMU's monitor and agent are free for others."""
    watch = subscriber.watch(machine)
    machine.wait_for_polls()
    with pytest.raises(Failed):
        subscriber.watch(machine)
    watch.remove()
    watch.expect(DELETED)
    machine.monitor.command("stop")
    machine.monitor.command("cont")
    others = [(machine.qmp_port, b"", b"QMP"), (machine.agent_port, b'{"execute":"guest-ping"}\n', b"return")]
    for port, request, answer in others:
        stream = Stream(("127.0.0.1", port))
        stream.send(request)
        assert answer in stream.line()
        stream.close()
    assert watch.heard == []
