"""A reader of a broker: MQTT 3.1.1 with a session that lasts, over several addresses, written apart from the project's own."""

import json
import socket
import struct
import threading
import time


def _string(text):
    data = text.encode("utf-8")
    return struct.pack(">H", len(data)) + data


def take_string(data):
    """The string or bytes at the beginning, and what is behind."""
    length = struct.unpack(">H", data[:2])[0]
    return data[2 : 2 + length], data[2 + length :]


def _packet(first, body):
    size, length = b"", len(body)
    while True:
        length, digit = divmod(length, 128)
        size += bytes([digit | (128 if length else 0)])
        if not length:
            return bytes([first]) + size + body


class Connection:
    """One connection; raises OSError when it is lost."""

    def __init__(self, port, client, clean, patience=20):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.socket.settimeout(patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        flags = 2 if clean else 0
        self.send(0x10, _string("MQTT") + bytes([4, flags]) + struct.pack(">H", 60) + _string(client))
        first, body = self.receive()
        if first != 0x20 or body[1] != 0:
            raise OSError(f"CONNACK {first:x} {body!r}")

    def send(self, first, body):
        self.socket.sendall(_packet(first, body))

    def _read(self, count):
        while len(self.rest) < count:
            part = self.socket.recv(65536)
            if not part:
                raise OSError("the broker has ended the connection")
            self.rest += part
        part, self.rest = self.rest[:count], self.rest[count:]
        return part

    def receive(self):
        first, length, shift = self._read(1)[0], 0, 0
        while True:
            digit = self._read(1)[0]
            length |= (digit & 127) << shift
            shift += 7
            if not digit & 128:
                return first, self._read(length)

    def subscribe(self, topic):
        self.send(0x82, struct.pack(">H", 1) + _string(topic) + b"\x01")
        held = []
        while True:
            first, body = self.receive()
            if first == 0x90:
                if body[2] != 1:
                    raise OSError("the subscription was refused")
                return held
            held.append((first, body))

    def publish(self, topic, body):
        """With QoS 1; returns when the broker has it."""
        self.send(0x32, _string(topic) + struct.pack(">H", 1) + body)
        while self.receive()[0] != 0x40:
            pass

    def close(self):
        self.socket.close()


class Reader(threading.Thread):
    """Collects every message of `vmevents/#`: (topic, retained, body) in the order in which they come."""

    def __init__(self, ports, client="reader", clean=False):
        super().__init__(daemon=True)
        self.ports, self.client, self.clean = ports, client, clean
        self.messages, self.lock = [], threading.Lock()
        self.subscribed = threading.Event()
        self.ended = False
        self.connections = 0
        self.start()

    def run(self):
        turn = 0
        while not self.ended:
            try:
                self._listen(self.ports[turn % len(self.ports)])
            except OSError:
                time.sleep(0.2)
            turn += 1

    def _take(self, connection, first, body):
        if first >> 4 != 3:
            return
        length = struct.unpack(">H", body[:2])[0]
        topic, rest = body[2 : 2 + length].decode("utf-8"), body[2 + length :]
        qos = first >> 1 & 3
        identifier, rest = (rest[:2], rest[2:]) if qos else (b"", rest)
        with self.lock:
            self.messages.append((topic, bool(first & 1), rest))
        if qos:
            connection.send(0x40, identifier)

    def _listen(self, port):
        connection = Connection(port, self.client, self.clean)
        self.connections += 1
        try:
            for first, body in connection.subscribe("vmevents/#"):
                self._take(connection, first, body)
            self.subscribed.set()
            connection.socket.settimeout(1)
            silent = 0
            while not self.ended:
                try:
                    first, body = connection.receive()
                    silent = 0
                except socket.timeout:
                    # Nothing is lost: what has come in part is in `rest` only once it is whole; ask whether it is there.
                    silent += 1
                    if silent > 15:
                        raise OSError("the broker is silent") from None
                    connection.send(0xC0, b"")
                    continue
                self._take(connection, first, body)
        finally:
            connection.close()

    def snapshot(self):
        with self.lock:
            return list(self.messages)

    def stop(self):
        self.ended = True
        self.join(30)


def events_of(messages):
    """The events among them: (source, id, sequence), in their order."""
    for topic, _, body in messages:
        if topic.endswith("/state") or not body:
            continue
        message = json.loads(body)
        yield message["source"], message["id"], int(message["sequence"])


def check_events(messages):
    """Every sequence of each source from 1 up is there, first occurrences in their order, repeats with the same id. Returns
    how many of each source, and how many repeats."""
    ids, last, repeats = {}, {}, 0
    for source, identifier, sequence in events_of(messages):
        known = ids.setdefault((source, sequence), identifier)
        assert known == identifier, f"{source} {sequence} has come as {known} and as {identifier}"
        if sequence <= last.get(source, 0):
            repeats += 1
            continue
        assert sequence == last.get(source, 0) + 1, f"{source}: {sequence} came behind {last.get(source, 0)}"
        last[source] = sequence
    return last, repeats
