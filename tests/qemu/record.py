#!/usr/bin/python3
"""Records conversations with QEMU, for the tests that need none.

    PYTHONPATH=tests/support tests/qemu/record.py FOLDER [NAME...]

writes FOLDER/NAME.txt for each of the recordings below, or for those named. The guest is the one of the live tests,
which ./run test makes. tests/host/qemu/recorded/ has been written by this. recorder.py tells what the lines mean.
"""
import pathlib
import signal
import sys
import tempfile
import time

from machine import Machine
from recorder import Recorder

POLLS = 2.2


class Scene:
    """A machine, what records it, and the terminals in it."""

    def __init__(self, machine, recorder):
        self.machine, self.recorder = machine, recorder
        self.first, self.second, self.third = machine.terminals
        self.monitor, self.control = machine.monitor, machine.control

    def note(self, text, seconds=0.0):
        """Says what is done next, after some seconds in which the agent is polled."""
        time.sleep(seconds)
        if self.machine.process.poll() is None:
            self.monitor.forget()
        self.recorder.note(text)

    def qmp(self, name, **arguments):
        shown = ", ".join(f"{key}={value}" for key, value in arguments.items())
        self.note(f"another client: {name} {shown}".rstrip())
        return self.monitor.command(name, **arguments)

    def hmp(self, command):
        if complaint := self.qmp("human-monitor-command", command_line=command):
            raise AssertionError(complaint)

    def log_in_two(self):
        self.note("alice logs in on the first terminal, bob on the second")
        self.first.login("alice")
        self.second.login("bob")
        time.sleep(POLLS)


def boot(scene):
    """From the start of QEMU until the agent answers."""
    scene.machine.wait_for_agent()
    time.sleep(POLLS)


def login_logoff(scene):
    scene.log_in_two()
    scene.note("alice logs in on the third terminal too")
    scene.third.login("alice")
    scene.note("alice leaves the first terminal, and stays on the third", POLLS)
    scene.first.logout()
    scene.note("bob leaves by Ctrl-D", POLLS)
    scene.second.logout(b"\x04")
    scene.note("alice leaves the third terminal, her last", POLLS)
    scene.third.logout()
    scene.note("carol logs in, root too; carol leaves and comes back", POLLS)
    scene.first.login("carol")
    scene.second.login("root")
    time.sleep(POLLS)
    scene.first.logout()
    scene.first.login("carol")
    scene.third.wait_for_login()
    scene.note("carol leaves the first terminal, and logs in on the third at once, all within a poll", POLLS)
    scene.first.logout()
    scene.third.login_at_prompt("carol")
    scene.note("the shells of both are killed", POLLS)
    scene.control.run("kill -9 $(ps | awk '/-sh$/ { print $1 }')")
    time.sleep(POLLS)


def reset(scene):
    scene.log_in_two()
    scene.qmp("system_reset")
    scene.monitor.event("RESET")
    scene.monitor.event("VSERPORT_CHANGE", open=True)
    time.sleep(POLLS)


def guest_reboot(scene):
    scene.log_in_two()
    scene.note("in the guest: reboot")
    scene.control.start("reboot")
    scene.monitor.event("RESET")
    scene.monitor.event("VSERPORT_CHANGE", open=True)
    time.sleep(POLLS)


def powerdown(scene):
    scene.log_in_two()
    scene.qmp("system_powerdown")
    scene.machine.wait_for_end()


def guest_poweroff(scene):
    scene.log_in_two()
    scene.note("in the guest: poweroff")
    scene.control.start("poweroff")
    scene.machine.wait_for_end()


def guest_halt(scene):
    scene.log_in_two()
    scene.note("in the guest: halt")
    scene.control.start("halt")
    time.sleep(8)


def panic(scene):
    scene.log_in_two()
    scene.note("in the guest: a panic")
    scene.control.start("echo c >/proc/sysrq-trigger")
    scene.monitor.event("GUEST_PANICKED")
    time.sleep(5)


def quit_qemu(scene):
    scene.log_in_two()
    scene.qmp("quit")
    scene.machine.wait_for_end()


def end_by(number):
    def action(scene):
        scene.log_in_two()
        scene.note(signal.Signals(number).name)
        scene.machine.process.send_signal(number)
        scene.machine.wait_for_end()

    return action


def enospc(scene):
    scene.log_in_two()
    scene.note("in the guest: the disk is written until it is full")
    scene.control.start("dd if=/dev/zero of=/dev/vda bs=64k count=512")
    scene.monitor.event("BLOCK_IO_ERROR")
    scene.note("there is room again", POLLS)
    scene.qmp("cont")
    time.sleep(POLLS)


def enospc_report(scene):
    time.sleep(POLLS)
    scene.note("in the guest: the disk is written until it is full, and further")
    scene.control.start("dd if=/dev/zero of=/dev/vda bs=64k count=512 conv=fsync")
    scene.monitor.event("BLOCK_IO_ERROR")
    time.sleep(POLLS)


def enospc_again(scene):
    """There is still no room when the machine goes on, within the second for which newer QEMUs hold the event back."""
    scene.log_in_two()
    scene.note("in the guest: the disk is written until it is full")
    scene.control.start("dd if=/dev/zero of=/dev/vda bs=64k count=512 oflag=direct")
    scene.monitor.event("BLOCK_IO_ERROR")
    scene.monitor.event("STOP")
    for _ in range(2):
        scene.qmp("cont")
        scene.monitor.event("STOP")
    time.sleep(2 * POLLS)


def enospc_reports(scene):
    """Each write fails, many a second, and the guest is told."""
    time.sleep(POLLS)
    scene.note("in the guest: the disk is written where it is full, again and again")
    scene.control.run(
        "for i in 1 2 3 4 5 6 7 8; do dd if=/dev/zero of=/dev/vda bs=64k count=1 seek=256 oflag=direct; usleep 300000; done"
    )
    time.sleep(POLLS)


def threshold(scene):
    node = next(block for block in scene.monitor.command("query-block") if block["device"] == "disk")
    time.sleep(POLLS)
    scene.qmp("block-set-write-threshold", node_name=node["inserted"]["node-name"], write_threshold=1 << 20)
    scene.note("in the guest: the disk is written beyond that")
    scene.control.run("dd if=/dev/zero of=/dev/vda bs=64k count=64 conv=fsync")
    scene.monitor.event("BLOCK_WRITE_THRESHOLD")
    time.sleep(POLLS)


def floppy(scene):
    time.sleep(POLLS)
    scene.qmp("eject", id="floppy0")
    time.sleep(POLLS)
    scene.qmp("blockdev-change-medium", id="floppy0", filename=f"{scene.machine.folder}/floppy.img", format="raw")
    time.sleep(POLLS)


def media(scene):
    folder = scene.machine.folder
    time.sleep(POLLS)
    scene.qmp("blockdev-change-medium", id="cd0", filename=f"{folder}/second.iso", format="raw")
    time.sleep(0.3)
    scene.qmp("eject", id="cd0")
    time.sleep(0.3)
    scene.qmp("blockdev-change-medium", id="cd0", filename=f"{folder}/first.iso", format="raw")
    scene.note("the guest opens the tray, and closes it", POLLS)
    scene.control.run("eject /dev/sr0")
    time.sleep(0.5)
    scene.control.run("eject -t /dev/sr0")
    time.sleep(POLLS)


def stop_cont(scene):
    scene.log_in_two()
    for _ in range(3):
        scene.qmp("stop")
        scene.qmp("cont")
    scene.qmp("stop")
    time.sleep(POLLS)
    scene.qmp("cont")
    time.sleep(POLLS)


def savevm_loadvm(scene):
    scene.log_in_two()
    scene.hmp("savevm one")
    scene.note("alice leaves", POLLS)
    scene.first.logout()
    time.sleep(POLLS)
    scene.hmp("loadvm one")
    time.sleep(POLLS)


def snapshot_jobs(scene):
    node = next(block for block in scene.monitor.command("query-block") if block["device"] == "disk")
    name = node["inserted"]["node-name"]
    scene.log_in_two()
    scene.qmp("snapshot-save", job_id="save", tag="one", vmstate=name, devices=[name])
    scene.monitor.event("JOB_STATUS_CHANGE", status="concluded")
    scene.qmp("job-dismiss", id="save")
    scene.note("alice leaves", POLLS)
    scene.first.logout()
    time.sleep(POLLS)
    scene.qmp("snapshot-load", job_id="load", tag="one", vmstate=name, devices=[name])
    scene.monitor.event("JOB_STATUS_CHANGE", status="concluded")
    scene.qmp("job-dismiss", id="load")
    time.sleep(POLLS)


def migrate(scene):
    scene.log_in_two()
    scene.note("another client: migrate to a file")
    scene.machine.save(scene.machine.folder / "state")
    time.sleep(POLLS)
    scene.qmp("cont")
    time.sleep(POLLS)


def watchdog(scene):
    scene.log_in_two()
    scene.note("in the guest: the watchdog is started and not fed; its time is 2 s")
    scene.control.run("watchdog -T 2 -t 1 /dev/watchdog; sleep 1; killall -9 watchdog")
    scene.monitor.event("WATCHDOG")
    scene.monitor.event("RESET")
    scene.monitor.event("VSERPORT_CHANGE", open=True)
    time.sleep(POLLS)


def suspend(scene):
    scene.log_in_two()
    scene.note("in the guest: echo mem >/sys/power/state")
    scene.control.start("echo mem >/sys/power/state")
    scene.monitor.event("SUSPEND")
    time.sleep(POLLS)
    scene.qmp("system_wakeup")
    time.sleep(POLLS + 2)


def agent_silent(scene):
    scene.log_in_two()
    scene.note("in the guest: the agent is stopped, and goes on 12 s later")
    scene.control.run("killall -STOP qemu-ga")
    time.sleep(12)
    scene.note("it goes on")
    scene.control.run("killall -CONT qemu-ga")
    scene.note("the agent is killed, and started again by init", POLLS)
    scene.control.run("killall -9 qemu-ga")
    time.sleep(POLLS + 2)


def configuration(scene):
    time.sleep(POLLS)
    scene.qmp("balloon", value=96 << 20)
    scene.note("in the guest: hwclock -w, an hour later", POLLS)
    scene.control.run("date -s '2030-01-01 12:00' && hwclock -w")
    time.sleep(POLLS)
    scene.qmp("device_add", driver="virtio-rng-pci", id="rng0")
    time.sleep(POLLS)
    scene.qmp("device_del", id="disk0")
    scene.monitor.event("DEVICE_DELETED", device="disk0")
    time.sleep(POLLS)


def incoming(scene):
    scene.note("another client: migrate-incoming from a file", POLLS)
    scene.monitor.command("migrate-incoming", uri=f"exec:cat {scene.machine.state}")
    scene.monitor.event("RESUME")
    time.sleep(2 * POLLS)


# What is done, how the machine differs, and how it is started if not from the saved state.
RECORDINGS = {
    "boot": (boot, {}, Machine.launch),
    "login_logoff": (login_logoff, {}, None),
    "system_reset": (reset, {}, None),
    "guest_reboot": (guest_reboot, {}, None),
    "powerdown": (powerdown, {}, None),
    "guest_poweroff": (guest_poweroff, {}, None),
    "guest_halt": (guest_halt, {}, None),
    "panic": (panic, {}, None),
    "panic_pause": (panic, dict(options=["-action", "panic=pause"]), None),
    "panic_none": (panic, dict(options=["-action", "panic=none"]), None),
    "quit": (quit_qemu, {}, None),
    "sigterm": (end_by(signal.SIGTERM), {}, None),
    "sigkill": (end_by(signal.SIGKILL), {}, None),
    "enospc": (enospc, dict(disk="full"), None),
    "enospc_report": (enospc_report, dict(disk="full", werror="report"), None),
    "enospc_again": (enospc_again, dict(disk="full for good"), None),
    "enospc_reports": (enospc_reports, dict(disk="full for good", werror="report"), None),
    "write_threshold": (threshold, {}, None),
    "media": (media, {}, None),
    "floppy": (floppy, {}, None),
    "stop_cont": (stop_cont, {}, None),
    "savevm_loadvm": (savevm_loadvm, {}, None),
    "snapshot_jobs": (snapshot_jobs, {}, None),
    "migrate_to_file": (migrate, {}, None),
    "watchdog_reset": (watchdog, dict(options=["-action", "watchdog=reset"]), None),
    "suspend_wakeup": (suspend, dict(kernel="vmlinuz"), Machine.boot),
    "agent_silent": (agent_silent, {}, None),
    "configuration": (configuration, {}, None),
    "incoming": (incoming, {}, lambda machine: machine.launch("-incoming", "defer")),
}


def record(name, folder, state):
    action, options, start = RECORDINGS[name]
    with Machine(**options) as machine, open(folder / f"{name}.txt", "w", encoding="utf-8", newline="\n") as output:
        machine.state = state
        if start:
            start(machine)
        else:
            machine.restore(state)
        recorder = Recorder(machine, output)
        recorder.start()
        try:
            action(Scene(machine, recorder))
            time.sleep(0.3)
        finally:
            recorder.stop()


def main(folder, names):
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vmevents-state-") as work:
        state = pathlib.Path(work) / "state"
        with Machine() as machine:
            machine.boot()
            machine.wait_for_terminals()
            machine.save(state)
        for name in names or RECORDINGS:
            print(name, flush=True)
            record(name, folder, state)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
