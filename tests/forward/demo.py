#!/usr/bin/python3
"""A fleet on one computer: demo.py READER-PREFIX HOST=PREFIX..., run by `./run demo fleet`.

Each host is a Wine prefix with a vmhost and a vmforward of its own. A cluster of three nodes of NATS stands between them and a
sink in another prefix, which hears the machines of all hosts. A node is killed on the way. Fails when anything is missing.
"""

import json
import os
import pathlib
import shutil
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "qemu"))
import windows  # noqa: E402
from everything import Everything  # noqa: E402
from forwarding import wait_for  # noqa: E402
from nats_cluster import Cluster  # noqa: E402
from vmforward import PATIENCE, Forward  # noqa: E402

MACHINES = ("Web", "Mail")
SCENARIO = HERE.parent.parent / "examples/scenarios/workday.txt"
DAYS = 3


def tell(text):
    print(f"\n{text}\n", flush=True)


class Quiet(Everything):
    def __init__(self, prefix):
        super().__init__({**os.environ, "WINEPREFIX": prefix})

    def show(self, line):
        pass


class Reader(Quiet):
    def show(self, line):
        if line.startswith("event - "):
            record = json.loads(line[len("event - ") :])
            print(f"    {record['source']:12} {record['text']}", flush=True)


class Host:
    """A host with machines, and a vmforward that publishes what they fire."""

    def __init__(self, name, prefix, folder, cluster):
        self.name = name
        self.script = Quiet(prefix)
        for machine in MACHINES:
            self.script.order("create", machine)
        self.forward = Forward(
            folder,
            *(f"broker = mqtt://127.0.0.1:{port}" for port in cluster.mqtt),
            host=name,
            environment={**os.environ, "WINEPREFIX": prefix},
        )
        self.forward.start()

    def play(self):
        for machine in MACHINES:
            self.script.order("play", machine, windows.windows_path(SCENARIO))

    def end(self):
        for machine in MACHINES:
            self.script.order("raise", machine, "OnTripleFault")
            self.script.wait_heard(machine, "OnTripleFault")

    def close(self):
        self.script.close()
        if self.forward.process.poll() is None and self.forward.windows_process():
            self.forward.end()


def what(records):
    return [(record["interface"], record["name"], json.dumps(record["arguments"])) for record in records]


def compare(host, machine, reader):
    """What is missing of a machine's events at the reader, in words; prints how it is."""
    fired = what(host.script.heard_of(machine))
    heard = reader.heard_of(f"{machine}@{host.name}")
    print(f"    {machine + '@' + host.name:12} fired {len(fired):4}    heard {len(heard):4}", flush=True)
    if what(heard) == fired:
        return None
    return f"{machine} of {host.name} fired {fired}, and heard was {what(heard)}"


def play_days(hosts, cluster):
    for day in range(DAYS):
        threads = [threading.Thread(target=host.play) for host in hosts]
        for thread in threads:
            thread.start()
        if day == 1:
            time.sleep(1)
            tell("Node 1, to which all were connected first, is killed. They go on to the next one.")
            cluster.kill(0)
        for thread in threads:
            thread.join()
        if day == 1:
            tell("Node 1 is started again.")
            cluster.start(0)


def show(prefixes, reader_prefix, folder, cluster):
    nexts = "".join(f",next=127.0.0.1:{port}" for port in cluster.mqtt[1:])
    address = f"mqtt:127.0.0.1:{cluster.mqtt[0]}/+/+{nexts},session=demo"
    reader, hosts = Reader(reader_prefix), []
    try:
        tell(f'OpenMachine("Fleet", "{address}") opens each machine of every host when it is first heard of.')
        reader.order("open", "Fleet", address)
        wait_for(lambda: reader.order("get", "Fleet", "Connected") not in ("0", "false"), PATIENCE, "there is no broker")
        for name, prefix in prefixes.items():
            place = folder / name
            place.mkdir()
            hosts.append(Host(name, prefix, place, cluster))
        wanted = sorted(["Fleet", *(f"{machine}@{host.name}" for host in hosts for machine in MACHINES)])
        wait_for(lambda: reader.order("names").split("|") == wanted, PATIENCE, "a machine is not found")
        tell(f"There are {', '.join(wanted[1:] if wanted[0] == 'Fleet' else wanted)}. Each has {DAYS} days, four times as fast:")
        play_days(hosts, cluster)
        for host in hosts:
            host.end()
        for host in hosts:
            for machine in MACHINES:
                reader.wait_heard(f"{machine}@{host.name}", "OnTripleFault")
        tell("All that was fired, on the left as a sink on its host heard it, on the right as it came through the brokers:")
        return [fault for host in hosts for machine in MACHINES if (fault := compare(host, machine, reader))]
    finally:
        for host in hosts:
            host.close()
        reader.close()


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    reader_prefix = sys.argv[1]
    prefixes = dict(word.split("=", 1) for word in sys.argv[2:])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vmevents-fleet-"))
    (folder / "nats").mkdir()
    tell("A cluster of three nodes of NATS, and two hosts with two machines each, whose vmforward publishes to it.")
    cluster = Cluster(str(folder / "nats"))
    try:
        faults = show(prefixes, reader_prefix, folder, cluster)
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if faults:
        print("\nSomething is missing, or has come in another order:", *faults, sep="\n", flush=True)
        sys.exit(1)
    print("\nNothing is missing, nothing came twice, and the order of each machine is kept.", flush=True)


if __name__ == "__main__":
    main()
