"""Lines from a socket, with a limit on how long one waits for each."""
import socket
import threading

# Longer than anything takes on a machine that is busy with much else, a guest that boots there too: a test that hangs is
# to end, not to be measured.
PATIENCE = 300


class Silence(AssertionError):
    """What was waited for has not come."""


def connect(address):
    """A socket at a path, or at (host, port)."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


class Stream:
    """Bytes of a socket, kept until somebody takes them.

    A thread reads them: QEMU writes a serial port's bytes one by one, of which a socket takes but a few hundred, and
    then the guest waits.
    """

    def __init__(self, address):
        self.socket = connect(address)
        self.pending = b""
        self.closed = False
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while not self.closed:
            try:
                data = self.socket.recv(65536)
            except OSError:
                data = b""
            with self.changed:
                self.pending += data
                self.closed = not data
                self.changed.notify_all()

    def send(self, data):
        self.socket.sendall(data)

    def take(self, end_of, timeout):
        """Waits until end_of(pending) is a position in what has come, and takes what is before it; or returns None."""
        with self.changed:
            self.changed.wait_for(lambda: end_of(self.pending) or self.closed, timeout)
            end = end_of(self.pending)
            if not end:
                return None
            taken, self.pending = self.pending[:end], self.pending[end:]
            return taken

    def line(self, timeout=PATIENCE):
        """The next line; None at the end of the stream or when the time is up."""
        return self.take(lambda pending: pending.find(b"\n") + 1, timeout)

    def until(self, wanted, timeout=PATIENCE):
        """Everything up to and including `wanted`, a compiled pattern of bytes."""

        def end_of(pending):
            match = wanted.search(pending)
            return match.end() if match else 0

        taken = self.take(end_of, timeout)
        if taken is None:
            raise Silence(f"waited for {wanted.pattern!r}, got {self.pending[-2000:]!r}")
        return taken

    def forget(self):
        with self.changed:
            self.pending = b""

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.reader.join()
        self.socket.close()
