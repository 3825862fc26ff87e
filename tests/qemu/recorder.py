"""Writes down what QEMU says on a QMP monitor and what the guest says through its agent, to a client like vmhost.exe.

A recording has a message a line:

    <ms> qmp> {...}     from QEMU             <ms> agent> {...}     from the guest's agent
    <ms> qmp< {...}     to QEMU               <ms> agent< {...}     to the agent
    <ms> qmp closed     the end of the stream; likewise for the agent
    # ...               what was done at this time, or another comment

Requests guest-sync-delimited are sent after a byte 0xFF, and answered after one; those bytes are left out.
"""
import json
import selectors
import socket
import threading
import time

POLL = 1.0
FIRST_COMMANDS = [
    {"execute": "qmp_capabilities"},
    {"execute": "migrate-set-capabilities", "arguments": {"capabilities": [{"capability": "events", "state": True}]}},
    {"execute": "query-status"},
    {"execute": "query-block"},
    {"execute": "query-chardev"},
    {"execute": "query-cpus-fast"},
    {"execute": "qom-list", "arguments": {"path": "/machine/peripheral"}},
]


class Channel:
    """One connection, cut into lines."""

    def __init__(self, name, port):
        self.name = name
        self.pending = b""
        self.open = True
        self.socket = socket.create_connection(("127.0.0.1", port))

    def lines(self):
        """What has arrived; None at the end of the stream."""
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            return None
        *lines, self.pending = (self.pending + data).split(b"\n")
        return [line.strip(b"\r\xff") for line in lines]


class Recorder(threading.Thread):
    def __init__(self, machine, output):
        super().__init__()
        self.output = output
        self.folder = str(machine.folder)
        self.lock = threading.Lock()
        self.start_time = time.monotonic()
        self.qmp = Channel("qmp", machine.qmp_port)
        self.agent = Channel("agent", machine.agent_port)
        self.sync_id = 0
        self.agent_answered = False
        self.next_poll = 0
        self.ending = False

    def write(self, text):
        with self.lock:
            self.output.write(text.replace(self.folder, "/vm") + "\n")

    def note(self, text):
        """What is done to the machine now."""
        self.write(f"# {text}")

    def log(self, what):
        self.write(f"{(time.monotonic() - self.start_time) * 1000:.0f} {what}")

    def send(self, channel, message, prefix=b""):
        text = json.dumps(message)
        self.log(f"{channel.name}< {text}")
        try:
            channel.socket.sendall(prefix + text.encode() + b"\n")
        except OSError:
            pass

    ## The client's part

    def heard_qmp(self, line):
        message = json.loads(line)
        if "QMP" in message:
            for command in FIRST_COMMANDS:
                self.send(self.qmp, command)
        elif message.get("event") == "DEVICE_TRAY_MOVED":
            self.send(self.qmp, {"execute": "query-block"})
        elif message.get("event") == "VSERPORT_CHANGE" and message["data"]["open"]:
            self.agent_answered = False
            self.poll_agent()

    def poll_agent(self):
        """Users, if the last request was answered; otherwise a new synchronisation, in case it is heard this time."""
        if self.agent_answered:
            self.agent_answered = False
            self.send(self.agent, {"execute": "guest-get-users"})
        else:
            self.sync_id += 1
            self.send(self.agent, {"execute": "guest-sync-delimited", "arguments": {"id": self.sync_id}}, b"\xff")
        self.next_poll = time.monotonic() + POLL

    def heard_agent(self, line):
        answer = json.loads(line).get("return")
        if answer == self.sync_id:
            self.agent_answered = True
            self.poll_agent()
        elif isinstance(answer, list):
            self.agent_answered = True

    ## The loop

    def hear(self, selector, channel):
        lines = channel.lines()
        if lines is None:
            self.log(f"{channel.name} closed")
            channel.open = False
            selector.unregister(channel.socket)
            return
        for line in lines:
            self.log(f"{channel.name}> {line.decode()}")
            (self.heard_qmp if channel is self.qmp else self.heard_agent)(line)

    def run(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.qmp.socket, selectors.EVENT_READ, self.qmp)
            selector.register(self.agent.socket, selectors.EVENT_READ, self.agent)
            while not self.ending:
                for key, _ in selector.select(0.01):
                    self.hear(selector, key.data)
                if time.monotonic() >= self.next_poll and self.agent.open:
                    self.poll_agent()
        self.qmp.socket.close()
        self.agent.socket.close()

    def stop(self):
        self.ending = True
        self.join()
