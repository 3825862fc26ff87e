"""Disks that run full, media that are changed, and other devices."""
import pytest

from events import DISK_FULL, DISK_WARNING, PAUSED, RUNNING, dvd_eject, dvd_insert, floppy_eject, floppy_insert, setting
from monitor import CommandFailed


def fill_disk(machine):
    """Writes more to the disk than there is room for; the guest may be stopped before it is done."""
    machine.control.start("dd if=/dev/zero of=/dev/vda bs=64k count=512 conv=fsync; echo written")


def test_a_full_disk(machine_with, watch_of):
    machine = machine_with(disk="full")
    watch = watch_of(machine)
    fill_disk(machine)
    watch.expect(DISK_FULL, PAUSED)
    machine.monitor.command("cont")
    watch.expect(RUNNING)
    watch.expect_nothing_more()


def test_a_full_disk_that_the_guest_is_told_of(machine_with, watch_of):
    """With werror=report the machine goes on, so it is a warning."""
    machine = machine_with(disk="full", werror="report")
    watch = watch_of(machine)
    fill_disk(machine)
    watch.expect(DISK_WARNING)
    watch.expect_nothing_more()


def test_a_threshold(machine, watch):
    disk = next(block for block in machine.monitor.command("query-block") if block["device"] == "disk")
    machine.monitor.command("block-set-write-threshold", node_name=disk["inserted"]["node-name"],
                            write_threshold=1 << 20)  # fmt: skip
    fill_disk(machine)
    watch.expect(DISK_WARNING)
    watch.expect_nothing_more()


def test_the_cd_drive(machine, watch):
    first, second = machine.folder / "first.iso", machine.folder / "second.iso"
    steps = [
        (lambda: machine.change_medium("cd0", second), [dvd_eject(first), dvd_insert(second)]),
        (lambda: machine.monitor.command("eject", id="cd0"), [dvd_eject(second)]),
        (lambda: machine.change_medium("cd0", first), [dvd_insert(first)]),
        # An open tray is not yet an ejected medium.
        (lambda: machine.control.run("eject /dev/sr0"), []),
        (lambda: machine.control.run("eject -t /dev/sr0"), []),
    ]
    for act, expected in steps:
        act()
        watch.expect(*expected)
    watch.expect_nothing_more()


def test_a_locked_tray(machine, watch):
    """While the guest uses the medium QEMU does not eject it, unless by force."""
    machine.control.start("exec 3</dev/sr0")
    machine.control.run("true")
    with pytest.raises(CommandFailed, match="is locked"):
        machine.monitor.command("eject", id="cd0")
    watch.expect_nothing_more()
    machine.monitor.command("eject", id="cd0", force=True)
    watch.expect(dvd_eject(machine.folder / "first.iso"))
    watch.expect_nothing_more()


def test_the_floppy_drive(machine, watch):
    image = machine.folder / "floppy.img"
    machine.monitor.command("eject", id="floppy0")
    watch.expect(floppy_eject(image))
    machine.change_medium("floppy0", image)
    watch.expect(floppy_insert(image))
    watch.expect_nothing_more()


def test_memory(machine, watch):
    """The guest gives memory back in steps, of which QEMU tells now and then."""
    machine.monitor.command("balloon", value=96 << 20)
    watch.expect_at_last(setting("hardware/memory/ram_size", 96))
    watch.expect_nothing_more()


def test_the_clock(machine, watch):
    """QEMU tells by how many seconds it now differs from the host's."""
    machine.control.run("date -s '2030-01-01 12:00' && hwclock -w")
    offset = machine.monitor.event("RTC_CHANGE")["data"]["offset"]
    watch.expect(setting("hardware/bios/time_offset", offset))
    watch.expect_nothing_more()


def test_devices_that_come_and_go(machine, watch):
    machine.monitor.command("device_add", driver="virtio-rng-pci", id="rng0")
    watch.expect(setting("hardware/devices/rng0", True))
    # The guest has to let go of it.
    machine.monitor.command("device_del", id="disk0")
    watch.expect(setting("hardware/devices/disk0", False))
    watch.expect_nothing_more()
