"""Machines that go from one QEMU to another, with users logged on."""
import pytest

from events import LOGOFF_FORCED, LOGOFF_NORMAL, RUNNING, SAVED, SAVING, TURNED_OFF

UUID = "5b9bd6e5-3c47-4b6f-9e5a-2f8f1d1c7c11"
OTHER_UUID = "0e1a7c52-0000-4000-8000-2f8f1d1c7c11"
# So slow that a migration does not end before the test has done what it does meanwhile.
SLOW = 1 << 16


def next_place(machine):
    return [f"next=127.0.0.1:{machine.qmp_port}", f"next-agent={machine.agent_port}"]


def waiting_machine(machine_with, uuid=UUID):
    """A QEMU without a machine, which waits for one."""
    machine = machine_with.idle(options=["-uuid", uuid])
    machine.launch("-incoming", "defer")
    return machine


def begin_migration(source, destination, **parameters):
    for machine in (source, destination):
        machine.monitor.command("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])
    destination.monitor.command("migrate-incoming", uri="tcp:127.0.0.1:0")
    port = destination.monitor.command("query-migrate")["socket-address"][0]["port"]
    if parameters:
        source.monitor.command("migrate-set-parameters", **parameters)
    source.monitor.forget()
    source.monitor.command("migrate", uri=f"tcp:127.0.0.1:{port}")


def migrate(source, destination):
    begin_migration(source, destination)
    source.monitor.event("MIGRATION", status="completed")


@pytest.fixture
def journey(machine_with, watch_of):
    """A guest with alice and bob in it at the first QEMU, a second that waits for it, and who watches."""

    def make(uuid=UUID):
        destination = waiting_machine(machine_with, uuid)
        source = machine_with(options=["-uuid", UUID], address_options=next_place(destination))
        watch = watch_of(source)
        source.wait_for_polls()
        source.terminals[0].login("alice")
        source.terminals[1].login("bob")
        source.wait_for_polls()
        return source, destination, watch

    return make


def test_it_goes_on_elsewhere(journey):
    source, destination, watch = journey()
    migrate(source, destination)
    watch.expect(SAVING, SAVED, RUNNING)
    source.monitor.command("quit")
    source.wait_for_end()
    watch.machine = destination
    watch.expect_nothing_more()
    assert watch.get("Connected").lower() == "true" and watch.get("Fault") == ""
    assert watch.get("State") == "5"
    destination.terminals[1].logout()
    watch.expect(LOGOFF_NORMAL)
    destination.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_a_source_that_ends_with_the_migration(journey):
    """The end of the connection may come before the word that all is saved has been read."""
    source, destination, watch = journey()
    migrate(source, destination)
    source.kill()
    watch.expect(SAVING)
    watch.expect_at_last(RUNNING)
    watch.machine = destination
    watch.expect_nothing_more()
    destination.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_there_and_back(journey):
    source, destination, watch = journey()
    for _ in range(2):
        migrate(source, destination)
        watch.expect(SAVING, SAVED, RUNNING)
        watch.machine = destination
        watch.expect_nothing_more()
        source.kill()
        source.launch("-incoming", "defer")
        source, destination = destination, source
    source.terminals[1].logout()
    watch.expect(LOGOFF_NORMAL)
    source.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_users_while_it_is_on_its_way(journey):
    """Who logs on and off while the guest still runs at its source is known, and the one who stays is at its destination."""
    source, destination, watch = journey()
    begin_migration(source, destination, max_bandwidth=SLOW)
    watch.expect(SAVING)
    source.terminals[2].login("carol")
    source.wait_for_polls()
    source.terminals[1].logout()
    watch.expect(LOGOFF_NORMAL)
    source.monitor.command("migrate-set-parameters", max_bandwidth=1 << 30)
    watch.expect(SAVED, RUNNING)
    watch.machine = destination
    watch.expect_nothing_more()
    destination.terminals[2].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_cancelled(journey):
    source, destination, watch = journey()
    begin_migration(source, destination, max_bandwidth=SLOW)
    watch.expect(SAVING)
    source.monitor.command("migrate_cancel")
    watch.expect(RUNNING)
    watch.expect_nothing_more()
    source.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)


def test_a_destination_that_dies_on_the_way(journey):
    source, destination, watch = journey()
    begin_migration(source, destination, max_bandwidth=SLOW)
    watch.expect(SAVING)
    destination.kill()
    watch.expect(RUNNING)
    watch.expect_nothing_more()
    source.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)


def test_a_source_that_dies_on_the_way(journey):
    source, destination, watch = journey()
    begin_migration(source, destination, max_bandwidth=SLOW)
    watch.expect(SAVING)
    source.kill()
    destination.wait_for_end()
    watch.expect(LOGOFF_FORCED, LOGOFF_FORCED, TURNED_OFF)
    watch.wait_until("Connected", False)


def test_the_guest_is_there_before_all_of_it(journey):
    """By postcopy."""
    source, destination, watch = journey()
    for machine in (source, destination):
        machine.monitor.command("migrate-set-capabilities", capabilities=[{"capability": "postcopy-ram", "state": True}])
    begin_migration(source, destination, max_bandwidth=SLOW)
    watch.expect(SAVING)
    source.monitor.command("migrate-start-postcopy")
    watch.expect(SAVED, RUNNING)
    watch.machine = destination
    watch.expect_nothing_more()
    destination.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_to_a_machine_that_counts_as_another(journey):
    """The two were given UUIDs that differ."""
    source, destination, watch = journey(OTHER_UUID)
    migrate(source, destination)
    watch.expect(SAVING, SAVED)
    watch.wait_until_has("Fault", f"another machine, whose UUID is {OTHER_UUID} and not {UUID}")
    # It is not lost: it goes on where it was.
    destination.kill()
    source.monitor.command("cont")
    watch.expect(RUNNING)
    watch.expect_nothing_more()


def test_found_where_it_is(machine_with, watch_of):
    """Opened at the place where it was before."""
    destination = machine_with(options=["-uuid", UUID])
    source = waiting_machine(machine_with)
    source.address_options = next_place(destination)
    watch = watch_of(source)
    assert watch.get("State") == "5"
    watch.machine = destination
    destination.terminals[0].login("alice")
    destination.wait_for_polls()
    watch.expect_nothing_more()
    destination.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()
