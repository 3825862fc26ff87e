"""A vmforward (or the feed, which is one without a host) that a test starts, kills and ends."""

import os
import signal
import sqlite3
import subprocess
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

    def stop(self, patience=60):
        self.process.stdin.write(b"stop\n")
        self.process.stdin.flush()
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
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)
