"""Writes down what QEMU says on a QMP monitor and what the guest says through its agent, to a client like vmhost.exe.

A recording has a message a line:

    <ms> qmp> {...}     from QEMU             <ms> agent> {...}     from the guest's agent
    <ms> qmp< {...}     to QEMU               <ms> agent< {...}     to the agent
    <ms> qmp closed     the end of the stream; likewise for the agent
    # ...               what was done at this time, or another comment

Requests guest-sync-delimited are sent after a byte 0xFF, and answered after one; those bytes are left out.
"""
import collections
import json
import selectors
import socket
import threading
import time

AGENT_POLL = 1.0
QMP_POLL = 2.0
DEVICES = "/machine/peripheral"
AGENT_PORT = "org.qemu.guest_agent.0"


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
        self.agent_port = machine.agent_port
        self.qmp = Channel("qmp", machine.qmp_port)
        self.agent = None
        # What to do with the answers that are under way: QEMU answers in order.
        self.answers = collections.deque()
        self.drives = set()
        self.attached = False
        self.next_qmp_poll = 0
        self.sync_id = 0
        self.agent_answered = False
        self.silence_asked = False
        self.logons = {}
        self.next_agent_poll = 0
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

    ## QEMU, asked as vmhost.exe does

    def ask(self, command, take=None, **arguments):
        """Gives a command; take is called with what it returns, which is None when QEMU refuses."""
        self.answers.append(take or (lambda _: None))
        self.send(self.qmp, {"execute": command, **({"arguments": arguments} if arguments else {})})

    def begin(self, _):
        self.ask("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])
        self.ask("query-cpus-fast")
        self.ask("query-status")
        self.ask("query-block", self.take_blocks)
        self.ask("qom-list", self.take_devices, path=DEVICES)

    def take_blocks(self, blocks):
        """Of a drive without a tray only its type tells what it is."""
        for block in blocks:
            path = block.get("qdev")
            if block["removable"] and path and "tray_open" not in block and path not in self.drives:
                self.drives.add(path)
                self.ask("qom-get", lambda _: self.ask("query-block", self.take_blocks), path=path, property="type")

    def take_devices(self, devices):
        if self.attached:
            return
        for device in devices:
            if device["type"] == "child<virtserialport>":
                self.ask_for_port(f"{DEVICES}/{device['name']}")
        self.ask("query-chardev")

    def ask_for_port(self, path):
        def take_name(name):
            if name == AGENT_PORT:
                self.ask("qom-get", lambda _: self.ask("query-chardev"), path=path, property="chardev")

        self.ask("qom-get", take_name, path=path, property="name")

    def heard_event(self, event, data):
        if event == "STOP" or event == "MIGRATION" and data["status"] in ("completed", "failed", "cancelled"):
            self.ask("query-status")
        elif event == "JOB_STATUS_CHANGE" and data["status"] == "created":
            self.ask("query-jobs")
        elif event == "JOB_STATUS_CHANGE" and data["status"] in ("concluded", "null"):
            self.ask("query-status")
        elif event == "DEVICE_TRAY_MOVED":
            self.ask("query-block", self.take_blocks)
        elif event == "VSERPORT_CHANGE" and data["open"] and self.agent:
            self.agent_answered = False
            self.poll_agent()

    def heard_qmp(self, line):
        message = json.loads(line)
        if "QMP" in message:
            self.ask("qmp_capabilities", self.begin)
        elif "event" in message:
            self.heard_event(message["event"], message.get("data"))
        else:
            self.answers.popleft()(message.get("return"))
        if not self.attached and "return" in message and not self.answers:
            self.attached = True
            self.next_qmp_poll = time.monotonic() + QMP_POLL

    def poll_qmp(self):
        self.ask("qom-list", self.take_devices, path=DEVICES)
        self.ask("query-block", self.take_blocks)
        self.next_qmp_poll = time.monotonic() + QMP_POLL

    ## The agent

    def poll_agent(self):
        """Users, if the last request was answered; otherwise a new synchronisation, in case it is heard this time."""
        if self.agent_answered:
            self.agent_answered = False
            self.send(self.agent, {"execute": "guest-get-users"})
        else:
            # Silence may have its reason in the channel.
            if self.sync_id and not self.silence_asked:
                self.silence_asked = True
                self.ask("query-chardev")
            self.sync_id += 1
            self.send(self.agent, {"execute": "guest-sync-delimited", "arguments": {"id": self.sync_id}}, b"\xff")
        self.next_agent_poll = time.monotonic() + AGENT_POLL

    def heard_agent(self, line):
        answer = json.loads(line).get("return")
        if isinstance(answer, list):
            self.agent_answered = True
            self.silence_asked = False
            self.take_users({user["user"]: user["login-time"] for user in answer})
        elif answer == self.sync_id:
            self.agent_answered = True
            self.poll_agent()

    def take_users(self, logons):
        """A later logon than before is another session; by the guest's clock the client tells since when."""
        if any(logons[user] > self.logons.get(user, logons[user]) for user in logons):
            self.send(self.agent, {"execute": "guest-get-time"})
        self.logons = logons

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

    def open_agent(self, selector):
        """As vmhost.exe does, when all is known of QEMU that can be."""
        self.agent = Channel("agent", self.agent_port)
        selector.register(self.agent.socket, selectors.EVENT_READ, self.agent)

    def poll(self):
        now = time.monotonic()
        if self.agent and self.agent.open and now >= self.next_agent_poll:
            self.poll_agent()
        if self.attached and self.qmp.open and now >= self.next_qmp_poll:
            self.poll_qmp()

    def run(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.qmp.socket, selectors.EVENT_READ, self.qmp)
            while not self.ending:
                for key, _ in selector.select(0.01):
                    self.hear(selector, key.data)
                if self.attached and not self.agent:
                    self.open_agent(selector)
                self.poll()
        for channel in (self.qmp, self.agent):
            if channel:
                channel.socket.close()

    def stop(self):
        self.ending = True
        self.join()
