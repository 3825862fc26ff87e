"""What an ordinary subscriber hears: watch.js, run by Windows Script Host, and the lines that it prints."""
import itertools
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

import windows
from events import PAUSED, RUNNING
from lines import PATIENCE, Silence

HERE = pathlib.Path(__file__).parent


class Failed(Exception):
    """An order of the script's has failed: with an HRESULT, and the sentence that came with it."""

    def __init__(self, number, description):
        super().__init__(f"{number} {description}")
        self.number, self.description = int(number, 16), description


class Subscriber:
    """One script that watches any number of machines, or another one that takes orders."""

    def __init__(self, name="watch.js"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vmevents-watch-"))
        self.changed = threading.Condition()
        self.answers = []
        self.events = {}
        self.users = {}
        # Wine's cscript fails, silently, when another one is just reading the same file.
        script = shutil.copy(HERE / name, self.folder)
        # Not a pipe: what Wine starts beside the script keeps it open.
        self.complaints = open(self.folder / "complaints", "w+", encoding="utf-8", errors="replace")
        self.ended = False
        # The host, and with it the names of machines, is shared by all who test.
        self.names = (f"guest-{os.getpid()}-{number}" for number in itertools.count(1))
        self.process = windows.start(
            windows.system_program("cscript.exe"), "//nologo", windows.windows_path(script),
            windows.windows_path(self.folder), stdout=subprocess.PIPE, stderr=self.complaints, text=True,
            encoding="utf-8", errors="replace",
        )  # fmt: skip
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    ## What it prints

    def read(self):
        for line in self.process.stdout:
            print(line, end="")
            kind, _, rest = line.rstrip("\r\n").partition(" ")
            with self.changed:
                if kind == "event":
                    name, _, text = rest.partition(" ")
                    self.events.setdefault(name, []).append(text)
                elif kind == "user":
                    name, _, user = rest.partition(" ")
                    self.users.setdefault(name, []).append(user)
                else:
                    self.answers.append((kind, rest))
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait_for(self, what, condition, timeout=PATIENCE):
        with self.changed:
            self.changed.wait_for(lambda: condition() or self.ended, timeout)
            if not condition():
                ended = "the script has ended" if self.ended else "the script runs"
                raise Silence(f"waited for {what}; heard {self.events}; {ended} {self.complain()}")

    def complain(self):
        self.complaints.seek(0)
        return self.complaints.read()

    ## What it is told

    def order(self, *words):
        """Has the script do something, and returns what it says then."""
        path = self.folder / "order.new"
        path.write_text("\t".join(words))
        os.rename(path, self.folder / "order")
        self.wait_for(f"an answer to {words}", lambda: self.answers)
        kind, rest = self.answers.pop(0)
        if kind != "done":
            raise Failed(*rest.split(" ", 1))
        return rest

    def watch(self, machine):
        return Watch(self, next(self.names), machine)

    def close(self):
        try:
            if not self.ended:
                self.order("quit")
                self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.wait()
            self.reader.join(PATIENCE)
            self.complaints.close()
            shutil.rmtree(self.folder, ignore_errors=True)


class Watch:
    """One machine as the subscriber sees it."""

    def __init__(self, subscriber, name, machine):
        self.subscriber, self.name, self.machine = subscriber, name, machine
        subscriber.order("open", name, machine.address)

    @property
    def heard(self):
        return self.subscriber.events.setdefault(self.name, [])

    def expect(self, *texts):
        """Waits for exactly these events, in this order, and takes them."""
        self.subscriber.wait_for(f"{self.name}: {texts}", lambda: len(self.heard) >= len(texts))
        taken = [self.heard.pop(0) for _ in texts]
        assert taken == list(texts)

    def expect_users(self, *names):
        """Who they were whose logoffs have been taken since this was last asked, in this order."""
        taken = self.subscriber.users.pop(self.name, [])
        assert taken == list(names)

    def expect_at_last(self, text):
        """Waits for an event, and takes it and those before it, which are to be of its kind."""
        self.subscriber.wait_for(f"{self.name}: {text}", lambda: text in self.heard)
        while (taken := self.heard.pop(0)) != text:
            assert taken.split("=")[0] == text.split("=")[0]

    def expect_nothing_but_a_pause(self):
        """Of what has happened until now no event is left: the next ones are those of what is done here."""
        self.machine.monitor.command("stop")
        self.machine.monitor.command("cont")
        self.expect(PAUSED, RUNNING)

    def expect_nothing_more(self):
        """The same, after the agent has been asked again, which could have shown something."""
        self.machine.wait_for_polls()
        self.expect_nothing_but_a_pause()

    def get(self, name):
        return self.subscriber.order("get", self.name, name)

    def wait_until(self, name, value):
        """Waits until a property of the machine has a value."""
        deadline = time.monotonic() + PATIENCE
        while (seen := self.get(name)).lower() != str(value).lower():
            if time.monotonic() > deadline:
                raise Silence(f"{self.name}.{name} is {seen}, not {value}")

    def wait_until_has(self, name, part):
        """Waits until a property of the machine, a text, has that in it."""
        deadline = time.monotonic() + PATIENCE
        while part not in (seen := self.get(name)):
            if time.monotonic() > deadline:
                raise Silence(f"{self.name}.{name} is {seen}, without {part}")

    def log_off_guest(self):
        self.subscriber.order("logoff", self.name)

    def remove(self):
        self.subscriber.order("remove", self.name)
