"""A vmforward (or the feed, which is one without a host) that a test starts, kills and ends."""

import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time


class Feed:
    def __init__(self, folder, ports, host="feed", more=""):
        self.folder, self.process = folder, None
        self.spool = f"{folder}/spool.db"
        self.config = f"{folder}/feed.conf"
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"host = {host}\nspool = {self.spool}\n{more}\n")
            file.writelines(f"broker = mqtt://127.0.0.1:{port}\n" for port in ports)
        self.said = f"{folder}/said"

    def start(self, events, machines=10, pause_ms=0):
        with open(self.said, "ab") as said:
            self.process = subprocess.Popen(
                [os.environ["VMEVENTS_FEED"], self.config, str(events), str(machines), str(pause_ms)],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
            )

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def tell(self, word):
        self.process.stdin.write(word.encode() + b"\n")
        self.process.stdin.flush()

    def stop(self, patience=60):
        self.tell("stop")
        assert self.process.wait(patience) == 0

    def text(self):
        with open(self.said, encoding="utf-8") as said:
            return said.read()

    def wait_said(self, part, patience=120):
        wait_for(lambda: part in self.text(), patience, f"'{part}' was never said")

    def status(self):
        numbers = {}
        try:
            with open(self.spool + ".prom", encoding="utf-8") as file:
                for line in file:
                    if not line.startswith("#"):
                        name, value = line.rsplit(" ", 1)
                        numbers[name.split("{")[0].removeprefix("vmforward_")] = int(value)
        except FileNotFoundError:
            pass
        return numbers

    def wait_published(self, patience=300):
        """Until nothing waits in the spool any more, by two statuses one behind the other."""
        first = self.status().get("written_timestamp_seconds", 0)

        def is_empty():
            status = self.status()
            return status.get("written_timestamp_seconds", 0) > first + 1 and status["spool_waiting"] == 0

        wait_for(is_empty, patience, "not all was published")

    def sequences(self):
        """How far each source's sequence has come, from the spool itself; nobody has it open."""
        database = sqlite3.connect(self.spool)
        rows = database.execute("SELECT name, sequence FROM machines WHERE name != '/runs'").fetchall()
        database.close()
        return dict(rows)


def wait_for(condition, patience, what):
    """`what`: what has not come, in words, or a function that returns them when it is too late."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(0.1)


class Proxy(threading.Thread):
    """Stands between a client and a broker: it can cut what goes through it, or carry no byte any more (a connection that
    is half open)."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.target, self.is_silent, self.pairs = port, False, []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                client, _ = self.server.accept()
                broker = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            self.pairs.append((client, broker))
            for one, other in ((client, broker), (broker, client)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        try:
            while part := one.recv(4096):
                while self.is_silent:
                    time.sleep(0.05)
                other.sendall(part)
        except OSError:
            pass
        for end in (one, other):
            end.close()

    def cut(self):
        for pair in self.pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.pairs = []

    def stop(self):
        self.server.close()
        self.is_silent = False
        self.cut()
