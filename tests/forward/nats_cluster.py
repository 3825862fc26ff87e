"""A cluster of three nodes of NATS on loopback, whose nodes can be killed and started again."""

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request

from held_port import HeldPort


def find_server():
    return shutil.which("nats-server", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


class Cluster:
    def __init__(self, folder, nodes=3):
        self.folder, self.count = folder, nodes
        self.ports = [HeldPort() for _ in range(4 * nodes)]
        ports = [port.number for port in self.ports]
        self.mqtt, self.client = ports[:nodes], ports[nodes : 2 * nodes]
        self.http, self.route = ports[2 * nodes : 3 * nodes], ports[3 * nodes :]
        self.processes = [None] * nodes
        for node in range(nodes):
            self._write(node)
            self.start(node)
        self.wait_ready()

    def _write(self, node):
        routes = ", ".join(f"nats://127.0.0.1:{port}" for port in self.route)
        with open(f"{self.folder}/n{node}.conf", "w", encoding="ascii") as file:
            file.write(
                f"server_name: n{node}\n"
                f"listen: 127.0.0.1:{self.client[node]}\n"
                f"http: 127.0.0.1:{self.http[node]}\n"
                f'jetstream {{ store_dir: "{self.folder}/n{node}", max_file_store: 2GB, max_memory_store: 256MB }}\n'
                f"mqtt {{ listen: 127.0.0.1:{self.mqtt[node]}, stream_replicas: {self.count} }}\n"
                f"cluster {{ name: fleet, listen: 127.0.0.1:{self.route[node]}, no_advertise: true, routes: [ {routes} ] }}\n"
            )

    def start(self, node):
        with open(f"{self.folder}/n{node}.log", "ab") as log:
            self.processes[node] = subprocess.Popen(
                [find_server(), "-c", f"{self.folder}/n{node}.conf"], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def kill(self, node):
        self.processes[node].send_signal(signal.SIGKILL)
        self.processes[node].wait()
        self.processes[node] = None

    def ask(self, node, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http[node]}/{path}", timeout=5) as answer:
            return json.load(answer)

    def _is_whole(self, node):
        """Whether it has a leader, and all its nodes."""
        try:
            meta = self.ask(node, "jsz").get("meta_cluster", {})
        except OSError:
            return False
        return bool(meta.get("leader")) and meta.get("cluster_size") == self.count

    def _wait_whole(self, patience):
        end = time.monotonic() + patience
        while not all(self._is_whole(node) for node in range(self.count)):
            if time.monotonic() > end:
                return False
            time.sleep(0.2)
        return True

    def _begin_anew(self):
        for node in range(self.count):
            self.kill(node)
            shutil.rmtree(f"{self.folder}/n{node}")
        for node in range(self.count):
            self.start(node)

    def wait_ready(self):
        """A fault of NATS': a node that has found the route to itself before it counts the routes counts a node less. A cluster
        that has begun so never takes the last one in, and keeps no stream of three replicas."""
        for _ in range(10):
            if self._wait_whole(60):
                return
            self._begin_anew()
        raise AssertionError("the cluster has no leader, or lacks a node")

    def leader_of(self, stream):
        """The node that leads a stream's group, or None."""
        for node in range(self.count):
            if not self.processes[node]:
                continue
            try:
                detail = self.ask(node, "jsz?accounts=true&streams=true")["account_details"]
            except (OSError, KeyError):
                continue
            for account in detail:
                for one in account.get("stream_detail", []):
                    if one["name"] == stream and one.get("cluster", {}).get("leader"):
                        return int(one["cluster"]["leader"][1:])
        return None

    def stop(self):
        for node, process in enumerate(self.processes):
            if process:
                self.kill(node)
        for port in self.ports:
            port.close()
