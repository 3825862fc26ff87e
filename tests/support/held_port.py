"""Ports for servers that the tests start."""

import socket


class HeldPort:
    """A port of this computer that nobody else is given, also while no server listens there.

    A port that is merely free goes to the next who asks for any: then an address would lead to somebody else's server.
    """

    def __init__(self):
        self.socket = socket.socket()
        # As servers do: several may then be bound to the port as long as one listens.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", 0))
        self.number = self.socket.getsockname()[1]

    def close(self):
        self.socket.close()
