"""Triple faults, which QEMU tells of in its log alone."""
import re

from events import RESET, TRIPLE_FAULT
from windows import windows_path

READY = re.compile(rb">")

# A boot sector: writes ">" to the first serial port, and waits there for a byte. "f": the processor meets a triple
# fault; anything else: it has itself reset as an ordinary system does, by the keyboard's controller.
CODE = bytes.fromhex(
    "31c0 8ed8"  # ds = 0
    "baf803 b03e ee"  # out 3f8h, ">"
    "bafd03 ec a801 74fb"  # until a byte has come
    "b2f8 ec 3c66 7406"  # is it "f"?
    "b0fe e664 ebfe"  # out 64h, 0feh
    "fa 0f011e287c cc ebfe"  # lidt [7c28h]; int3
    "000000000000"  # the empty table
)


def boot_sector():
    return CODE.ljust(510, b"\0") + b"\x55\xaa"


def press(machine, key):
    machine.control.stream.send(key)
    machine.control.stream.until(READY)


def test_triple_fault(machine_with, watch_of):
    machine = machine_with.idle(kernel=None)
    log = machine.folder / "reset.log"
    machine.options = ["-boot", "order=a", "-d", "cpu_reset", "-D", log]
    machine.address_options = [f"reset-log={windows_path(log)}"]
    (machine.folder / "floppy.img").write_bytes(boot_sector().ljust(1440 << 10, b"\0"))
    machine.launch()
    machine.control.stream.until(READY)
    watch = watch_of(machine)
    press(machine, b"r")
    watch.expect(RESET)
    press(machine, b"f")
    watch.expect(TRIPLE_FAULT, RESET)
    press(machine, b"r")
    watch.expect(RESET)
    watch.expect_nothing_but_a_pause()
    machine.monitor.command("system_reset")
    watch.expect(RESET)
    machine.control.stream.until(READY)
    press(machine, b"f")
    watch.expect(TRIPLE_FAULT, RESET)
    watch.expect_nothing_but_a_pause()


def test_a_triple_fault_without_the_log(machine_with, watch_of):
    """It cannot be told from a reset, and is not guessed."""
    machine = machine_with.idle(kernel=None, options=["-boot", "order=a"])
    (machine.folder / "floppy.img").write_bytes(boot_sector().ljust(1440 << 10, b"\0"))
    machine.launch()
    machine.control.stream.until(READY)
    watch = watch_of(machine)
    press(machine, b"f")
    watch.expect(RESET)
    watch.expect_nothing_but_a_pause()
