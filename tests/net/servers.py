"""Servers at ports of the loopback interface, each in a thread of its own: some speak TLS, some do it wrong."""
import contextlib
import socket
import ssl
import threading

PATIENCE = 60


class Server:
    """Treats each of its clients, one after the other, by `serve(socket)`."""

    def __init__(self, serve):
        self.serve = serve
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.faults = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            client.settimeout(PATIENCE)
            with client:
                try:
                    self.serve(client)
                except (OSError, ssl.SSLError) as fault:
                    self.faults.append(str(fault))

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def context(certificate, version=ssl.TLSVersion.TLSv1_2, client_ca=None):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate.chain, certificate.key)
    made.minimum_version = made.maximum_version = version
    if version < ssl.TLSVersion.TLSv1_2:
        # Debian's openssl would not speak it otherwise.
        made.set_ciphers("DEFAULT:@SECLEVEL=0")
    if client_ca:
        made.load_verify_locations(client_ca.path)
        made.verify_mode = ssl.CERT_REQUIRED
    return made


def tls(certificate, talk=None, **options):
    """Speaks TLS, and then does as talk(connection) says; without it everything is echoed."""
    made = context(certificate, **options)

    def serve(client):
        with made.wrap_socket(client, server_side=True) as connection:
            (talk or echo)(connection)

    return Server(serve)


def echo(connection):
    while data := connection.recv(65536):
        connection.sendall(data)


def end_in_order(connection):
    connection.sendall(b"good")
    # It waits for the other side's word, which does not come in this order.
    with contextlib.suppress(OSError):
        connection.unwrap()


def end_without_a_word(connection):
    connection.sendall(b"good")



def plain(data, wait=True):
    """No TLS, but these bytes."""

    def serve(client):
        client.sendall(data)
        while wait and client.recv(65536):
            pass

    return Server(serve)


class Between(Server):
    """Stands between client and server: its nth client gets what change(n, offset, bytes) makes of what the server says.
    The second part of that ends the connection, and so does silence of so many seconds."""

    def __init__(self, server, change, silence=PATIENCE):
        self.server, self.change, self.silence, self.clients = server, change, silence, 0
        super().__init__(self.pass_on)

    def pass_on(self, client):
        number, self.clients = self.clients, self.clients + 1
        with socket.create_connection(("127.0.0.1", self.server.port)) as other:
            back = threading.Thread(target=self.pass_back, args=(client, other), daemon=True)
            back.start()
            other.settimeout(self.silence)
            offset, over = 0, False
            with contextlib.suppress(OSError):
                while not over and (data := other.recv(65536)):
                    changed, over = self.change(number, offset, data)
                    client.sendall(changed)
                    offset += len(data)
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_WR)
            with contextlib.suppress(OSError):
                other.shutdown(socket.SHUT_RDWR)
            back.join()

    @staticmethod
    def pass_back(client, other):
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)


def cut_after(counts):
    """The nth client gets the first counts[n] bytes."""

    def change(number, offset, data):
        left = counts[number] - offset
        return data[:left], len(data) >= left

    return change


def flipped_at(places):
    """One bit of the nth client's bytes is another one."""

    def change(number, offset, data):
        place = places[number] - offset
        if 0 <= place < len(data):
            data = data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :]
        return data, False

    return change
