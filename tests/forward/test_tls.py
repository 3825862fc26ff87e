"""vmforward and brokers by TLS: certificates that are wrong, one of its own that is wanted, and who it says that it is.

The broker is one of the test's own, which takes in whatever is published.
"""

import shutil

import pytest
from forwarding import wait_for
from mqtt_reader import take_string
from servers import tls
from tls_fixtures import certificates, own, serve  # noqa: F401
from vmforward import PATIENCE, Forward, call, write_config
from windows import windows_path

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")


class Broker:
    """Speaks with whoever has come by TLS; the server calls it."""

    def __init__(self, code=0):
        self.code, self.clients, self.topics = code, [], []

    def __call__(self, connection):
        stream = connection.makefile("rb")
        while head := stream.read(1):
            length = shift = 0
            while True:
                digit = stream.read(1)[0]
                length |= (digit & 127) << shift
                shift += 7
                if not digit & 128:
                    break
            self.take(connection, head[0], stream.read(length))

    def take(self, connection, head, body):
        if head >> 4 == 1:
            flags = body[7]
            words = body[10:]
            found = []
            while words:
                word, words = take_string(words)
                found.append(word)
            self.clients.append((flags, found))
            connection.sendall(bytes([0x20, 2, 0, self.code]))
        elif head >> 4 == 3:
            topic, rest = take_string(body)
            self.topics.append(topic.decode())
            connection.sendall(b"\x40\x02" + rest[:2])
        elif head >> 4 == 12:
            connection.sendall(b"\xd0\x00")


@pytest.fixture
def start(certificates, tmp_path):  # noqa: F811
    """start(line, ...) starts a vmforward with these lines that trusts the tests' CA; it is ended behind the test."""
    started = []

    def begin(*lines):
        folder = tmp_path / str(len(started))
        folder.mkdir()
        forward = Forward(folder, f"ca = {windows_path(certificates.ca.path)}", *lines)
        forward.start()
        started.append(forward)
        return forward

    yield begin
    for forward in started:
        if forward.process.poll() is None and forward.windows_process():
            forward.end()


def wait_said(forward, *parts):
    def missing():
        return [part for part in parts if part not in forward.said()]

    wait_for(lambda: not missing(), PATIENCE, lambda: f"{missing()} is not in what was said:\n{forward.said()}")


def test_certificates_of_brokers(certificates, serve, start):  # noqa: F811
    """Those that are wrong are passed over, each with its reason, until there is a right one, which hears who it is."""
    broker = Broker()
    wrong = [serve(tls(one, broker)) for one in (certificates.expired, certificates.self_signed, certificates.below)]
    right = serve(tls(certificates.server, broker))
    (start_folder := certificates.folder / "password.txt").write_text("s3cret é\nnot this\n", encoding="utf-8")
    forward = start(
        *(f"broker = mqtts://localhost:{server.port}" for server in wrong),
        f"broker = mqtts://127.0.0.1:{right.port},name=other.example",
        f"broker = mqtts://localhost:{right.port}",
        "user = web",
        f"password-file = {windows_path(start_folder)}",
    )
    wait_said(
        forward,
        "has expired",
        "signed by itself alone",
        "not signed by one of those",
        "not for other.example; broker = …,name=NAME",
        "connected to the broker at localhost",
    )
    wait_for(lambda: broker.topics, PATIENCE, "nothing is published")
    assert broker.topics[0] == "vmevents/pc%201/=host/state"
    ((flags, words),) = broker.clients
    # The id, the will's topic and message, the user, and the password.
    assert flags & 0xC0 == 0xC0 and words[0] == b"vmforward-pc 1" and words[3:] == [b"web", "s3cret é".encode()]


def test_who_it_is(certificates, serve, start, own):  # noqa: F811
    """A certificate of its own that is wanted, and a password that is wrong."""
    broker = Broker()
    server = serve(tls(certificates.server, broker, client_ca=certificates.ca))
    without = start(f"broker = mqtts://localhost:{server.port}")
    wait_said(without, "wants a certificate of ours", "client-certificate = THUMBPRINT")
    thumbprint = own(certificates.client)
    wait_said(start(f"broker = mqtts://localhost:{server.port}", f"client-certificate = {thumbprint}"), "connected to the broker")
    assert len(broker.clients) == 1
    refusing = serve(tls(certificates.server, Broker(code=4)))
    wait_said(start(f"broker = mqtts://localhost:{refusing.port}", "user = web"), "does not accept the user and the password")


def test_what_check_says(certificates, tmp_path):  # noqa: F811
    lines = ["host = h", "spool = s", "broker = mqtts://localhost:1"]
    for line, fault in (
        (f"ca = {windows_path(certificates.garbage)}", "holds something else than certificates"),
        ("ca = C:\\none.pem", "ca = C:\\none.pem cannot be read"),
        ("client-certificate = " + "12" * 20, "no certificate with the thumbprint client-certificate = 1212"),
    ):
        code, _, error = call("--check", "--config", write_config(tmp_path, *lines, line))
        assert code == 1 and fault in error, error
