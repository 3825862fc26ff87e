"""QEMU with the guest in it: started, restored from a saved state, ended by the process that started it."""
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from console import Control, Terminal
from held_port import HeldPort
from lines import PATIENCE, Silence
from monitor import Monitor

PROJECT = pathlib.Path(__file__).resolve().parents[2]
GUEST = PROJECT / ".cache/guest"
QEMU = "qemu-system-x86_64"
TERMINALS = 3
DISK_SIZE = 64 << 20
# The sector at which a disk without room refuses to be written, once.
FULL_AT = (16 << 20) // 512

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


def die_with_parent(number=signal.SIGKILL):
    """Runs in the child: whatever ends the tests, SIGKILL too, ends what they have started."""
    libc.prctl(PR_SET_PDEATHSIG, number)


def kernel_options(kernel, command_line, initramfs):
    # no_timer_check: the kernel would wait for a few ticks of the timer, and panic when a busy host brings none meanwhile.
    options = (
        "console=ttyS0 quiet loglevel=2 mitigations=off tsc=reliable no_timer_check random.trust_cpu=on 8250.nr_uarts=4"
    )
    return ["-kernel", GUEST / kernel, "-initrd", initramfs, "-append", f"{options} {command_line}"]


class Machine:
    """One QEMU at a time. Its devices are always the same, so that a state saved by one is another's to load.

    disk: "qcow2" can hold snapshots, "full" has no room left from FULL_AT on, once, "full for good" has none ever. kernel: None for a machine that boots from
    its floppy. options: more words for QEMU. address_options: more parts of the address. tls: a folder with what QEMU shows
    to those who connect to its two ports, and by what it knows them; without one they speak in the clear.
    The two ports, QMP and agent, are its own from the beginning, and stay the same when the machine is started again.
    """

    def __init__(self, disk="qcow2", kernel="vmlinux", command_line="", werror="enospc", options=(),
                 address_options=(), tls=None, initramfs=GUEST / "initramfs"):  # fmt: skip
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vmevents-qemu-"))
        self.disk, self.kernel, self.command_line, self.werror = disk, kernel, command_line, werror
        self.options, self.address_options, self.tls = list(options), list(address_options), tls
        self.initramfs = initramfs
        self.ports = [HeldPort(), HeldPort()]
        self.qmp_port, self.agent_port = (port.number for port in self.ports)
        self.process = None
        self.terminals = []
        self.control = self.monitor = None
        self.make_media()

    ## What it is made of

    def make_media(self):
        for name in ("first.iso", "second.iso"):
            (self.folder / name).write_bytes(bytes(1 << 20))
        (self.folder / "floppy.img").write_bytes(bytes(1440 << 10))
        with open(self.folder / "disk.raw", "wb") as raw:
            raw.truncate(DISK_SIZE)
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", self.folder / "disk.qcow2", str(DISK_SIZE)], check=True)

    def disk_options(self):
        drive = f"if=none,id=disk,werror={self.werror},"
        if self.disk == "qcow2":
            drive += f"driver=qcow2,file.driver=file,file.filename={self.folder}/disk.qcow2"
        else:
            drive += (
                f"driver=raw,file.driver=blkdebug,file.image.driver=file,file.image.filename={self.folder}/disk.raw,"
                f"file.inject-error.0.event=pwritev,file.inject-error.0.errno=28,"
                f"file.inject-error.0.once={'on' if self.disk == 'full' else 'off'},"
                f"file.inject-error.0.sector={FULL_AT}"
            )
        return ["-drive", drive, "-device", "virtio-blk-pci,drive=disk,id=disk0"]

    def drive_options(self):
        return [
            "-drive", f"if=none,id=cd,media=cdrom,readonly=on,format=raw,file={self.folder}/first.iso",
            "-device", "ide-cd,drive=cd,id=cd0",
            "-drive", f"if=none,id=floppy,readonly=on,format=raw,file={self.folder}/floppy.img",
            "-device", "floppy,drive=floppy,id=floppy0",
        ]  # fmt: skip

    def port_options(self):
        def listening(name, port):
            tls = ",tls-creds=tls0" if self.tls else ""
            return ["-chardev", f"socket,id={name},host=127.0.0.1,port={port},server=on,wait=off{tls}"]

        options = []
        if self.tls:
            options += ["-object", f"tls-creds-x509,id=tls0,dir={self.tls},endpoint=server,verify-peer=yes"]
        options += listening("qmp", self.qmp_port) + ["-mon", "chardev=qmp,mode=control"]
        options += listening("agent", self.agent_port)
        options += ["-device", "virtio-serial-pci"]
        options += ["-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0,id=agent0"]
        options += ["-chardev", f"socket,id=test,path={self.folder}/qmp,server=on,wait=off"]
        options += ["-mon", "chardev=test,mode=control"]
        for number in range(TERMINALS + 1):
            options += ["-chardev", f"socket,id=tty{number},path={self.folder}/tty{number},server=on,wait=off"]
            options += ["-serial", f"chardev:tty{number}"]
        return options

    def command(self, *more):
        return [
            QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-machine", "pc,accel=tcg", "-m", "128",
            "-name", "guest", "-device", "i6300esb,id=watchdog0", "-device", "pvpanic", "-device",
            "virtio-balloon-pci,id=balloon0", *self.port_options(), *self.disk_options(), *self.drive_options(),
            *(kernel_options(self.kernel, self.command_line, self.initramfs) if self.kernel else []), *self.options, *more,
        ]  # fmt: skip

    ## Starting

    def launch(self, *more):
        """Starts QEMU and connects to it; the guest need not be up yet."""
        log = open(self.folder / "qemu.log", "ab")
        with log:
            self.process = subprocess.Popen(
                self.command(*more), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                preexec_fn=die_with_parent,
            )  # fmt: skip
        self.connect(fresh="-incoming" not in more)

    def connect(self, fresh):
        while not self.monitor:
            try:
                self.monitor = Monitor(str(self.folder / "qmp"))
            except (FileNotFoundError, ConnectionRefusedError):
                if self.process.poll() is not None:
                    raise AssertionError("QEMU did not start: " + self.log()) from None
                time.sleep(0.01)
        self.control = Control(str(self.folder / "tty0"), fresh)
        self.terminals = [Terminal(str(self.folder / f"tty{number}"), fresh) for number in range(1, TERMINALS + 1)]

    def boot(self, *more):
        """Starts QEMU, and returns when the guest's agent has opened its port."""
        self.launch(*more)
        self.wait_for_agent()

    def restore(self, state, *more):
        """Starts QEMU with a state that another one has saved, running."""
        self.launch("-incoming", f"exec:cat {state}", *more)
        while self.monitor.status() == "inmigrate":
            self.monitor.event("RESUME")
        self.wait_for_agent()

    def agent_is_open(self):
        return any(chardev["label"] == "agent" and chardev["frontend-open"]
                   for chardev in self.monitor.command("query-chardev"))  # fmt: skip

    def wait_for_agent(self):
        if not self.agent_is_open():
            self.monitor.event("VSERPORT_CHANGE", open=True)

    def wait_for_terminals(self):
        """Returns when every terminal asks for a user: a state saved then holds nothing half written."""
        for terminal in self.terminals:
            terminal.wait_for_login()
        self.control.run("true")

    ## What a test does to it

    def wait_for_polls(self):
        """Returns when the host has been told who is logged in now.

        The agent reads utmp when it is asked, and nobody else does while nobody logs in or out. The second question
        shows that the first has been answered.
        """
        deadline = time.monotonic() + PATIENCE
        for _ in range(2):
            before = self.control.run("stat -c %x /run/utmp")
            while self.control.run("stat -c %x /run/utmp") == before:
                if time.monotonic() > deadline:
                    raise Silence("nobody asks the agent for the users")
                time.sleep(0.02)

    def restart(self, act):
        """Does what makes the guest start again, and returns when it has."""
        self.monitor.forget()
        act(self)
        self.monitor.event("RESET")
        for end in [self.control, *self.terminals]:
            end.restart()
        self.monitor.event("VSERPORT_CHANGE", open=True)

    def change_medium(self, drive, path):
        self.monitor.command("blockdev-change-medium", id=drive, filename=str(path), format="raw")

    def hmp(self, command):
        if complaint := self.monitor.command("human-monitor-command", command_line=command):
            raise AssertionError(f"{command}: {complaint}")

    def save(self, path):
        """Saves the machine's state to a file. It is stopped afterwards."""
        self.monitor.command("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])
        self.monitor.command("migrate", uri=f"exec:cat > {path}")
        self.monitor.event("MIGRATION", status="completed")

    ## Ending

    def wait_for_end(self):
        """Waits until QEMU has ended by itself, and returns its exit code."""
        code = self.process.wait(PATIENCE)
        self.disconnect()
        return code

    def disconnect(self):
        for end in [self.monitor, self.control, *self.terminals]:
            if end:
                end.close()
        self.monitor = self.control = None
        self.terminals = []

    def kill(self):
        """SIGKILL: QEMU has no time to say anything."""
        if self.process and self.process.poll() is None:
            self.process.kill()
        self.wait_for_end()

    def log(self):
        return (self.folder / "qemu.log").read_text(errors="replace")

    def close(self):
        """Ends QEMU, if it runs, and removes everything that it has left."""
        if self.process:
            self.kill()
        for port in self.ports:
            port.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def address(self):
        """As VMEvents.Host takes it."""
        return ",".join([f"qemu:127.0.0.1:{self.qmp_port}", f"agent={self.agent_port}", *self.address_options])
