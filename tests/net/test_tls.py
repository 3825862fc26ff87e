"""The client's side of TLS: against right servers, wrong certificates, peers that go wrong, and memory that runs out."""
import re
import socket
import ssl
import subprocess
import threading
import types

import pytest

from servers import (
    Between, cut_after, end_in_order, end_without_a_word, flipped_at, plain, tls,
)  # fmt: skip

ECHO = ["--echo", "100000"]
ECHOED = ["opened", "echoed"]
CUT = "failed it has ended the connection in the TLS handshake"


def fault_of(lines):
    """Of a connection that was never open."""
    assert len([line for line in lines if line.startswith("failed ")]) == 1
    assert lines[0].startswith("failed "), lines
    return lines[0]


## Right ones

@pytest.mark.parametrize("piece", [1, 5, 700, 1 << 20])
def test_pieces_of_any_size(certificates, client, serve, piece):
    """Records of 16 KiB are the greatest."""
    server = serve(tls(certificates.server))
    assert client(server, *ECHO, "--piece", piece) == ECHOED


def test_small_records(certificates, client, serve):
    """What is read at once is what has been sent in one record."""
    sizes = []

    def talk(connection):
        while data := connection.recv(65536):
            sizes.append(len(data))
            connection.sendall(data)

    server = serve(tls(certificates.server, talk))
    assert client(server, "--echo", "500", "--record", "7") == ECHOED
    assert sizes == [7] * 71 + [3]


@pytest.mark.parametrize(
    "certificate, name",
    [("server", "localhost"), ("server", "LocalHost."), ("server", "127.0.0.1"), ("wildcard", "a.example.org"),
     ("below_shown", "localhost")],
)  # fmt: skip
def test_right_names(certificates, client, serve, certificate, name):
    server = serve(tls(getattr(certificates, certificate)))
    assert client(server, *ECHO, name=name) == ECHOED


def test_files_of_authorities(certificates, client, serve):
    server = serve(tls(certificates.server))
    for path in (certificates.ca.der(), certificates.twice, certificates.server.path):
        assert client(server, *ECHO, ca=path) == ECHOED
    # Trust may begin below a root, and may be in a certificate that nobody else has signed.
    assert client(serve(tls(certificates.below)), *ECHO, ca=certificates.between.path) == ECHOED
    assert client(serve(tls(certificates.self_signed)), *ECHO, ca=certificates.self_signed.path) == ECHOED


def test_own_certificate(certificates, client, serve, own):
    server = serve(tls(certificates.server, client_ca=certificates.ca))
    assert client(server, *ECHO, certificate=own(certificates.client)) == ECHOED
    # It is not shown to who does not ask.
    assert client(serve(tls(certificates.server)), *ECHO, certificate=own(certificates.client)) == ECHOED


## Wrong ones

@pytest.mark.parametrize(
    "certificate, name, fault",
    [
        ("expired", "localhost", "has expired"),
        ("server", "other.example", "is for localhost, 127.0.0.1, not for other.example; tls-name="),
        ("server", "127.0.0.2", "not for 127.0.0.2"),
        ("wildcard", "a.b.example.org", r"is for \*.example.org, not for"),
        ("wildcard", "example.org", "not for example.org"),
        ("nameless", "localhost", "names no host"),
        ("for_clients", "localhost", "not one for a server"),
        ("self_signed", "localhost", "signed by itself alone"),
        ("forged", "localhost", "the signature is wrong"),
        ("below", "localhost", "not signed by one of those"),
        ("by_server", "localhost", "no CA's"),
    ],
)
def test_wrong_certificates(certificates, client, serve, certificate, name, fault):
    server = serve(tls(getattr(certificates, certificate)))
    assert re.search(fault, fault_of(client(server, *ECHO, name=name)))


def test_wrong_authorities(certificates, client, serve):
    server = serve(tls(certificates.server))
    assert "not signed by one of those in the file of tls-ca" in fault_of(client(server, ca=certificates.other_ca.path))
    assert "by nobody whom this computer trusts; name the file" in fault_of(client(server, ca=""))
    # One that the right CA has signed is another one all the same.
    assert "not signed by one of those" in fault_of(client(server, ca=certificates.between.path))


def test_files_that_are_none_of_authorities(certificates, client, serve):
    server = serve(tls(certificates.server))
    for path, fault in [
        (certificates.folder / "not-there.pem", "cannot be read; it must be the full path"),
        (certificates.folder, "cannot be read"),
        (certificates.garbage, "holds something else than certificates"),
        (certificates.empty, "holds something else than certificates"),
        (certificates.server.key, "holds something else than certificates"),
    ]:
        (line,) = client(server, ca=path)
        assert line.startswith("no credentials: tls-ca=") and fault in line


def test_own_certificates_that_are_wrong(certificates, client, serve, own):
    server = serve(tls(certificates.server, client_ca=certificates.ca))
    assert re.search("wants a certificate of ours.* named by tls-cert=", fault_of(client(server, *ECHO)))
    fault = fault_of(client(server, certificate=own(certificates.other_client)))
    # The reason may be lost where the server ends the connection behind it.
    assert "does not know who has signed our certificate" in fault or fault == CUT
    (line,) = client(server, certificate="12" * 20)
    assert line.startswith("no credentials: no certificate with the thumbprint tls-cert=1212")
    (line,) = client(server, certificate=own(certificates.client, with_key=False))
    assert line.startswith("no credentials: the certificate") and "without its private key" in line


## Versions of TLS

def test_old_versions(certificates, client, serve):
    server = serve(tls(certificates.server, version=ssl.TLSVersion.TLSv1_1))
    assert "no version of TLS in common" in fault_of(client(server))


def test_new_version(certificates, client, serve):
    """It is spoken where Windows does; Wine 8 does not."""
    server = serve(tls(certificates.server, version=ssl.TLSVersion.TLSv1_3))
    lines = client(server, *ECHO)
    assert lines == ECHOED or "no version of TLS in common" in fault_of(lines)


def test_another_handshake(certificates, client):
    """A peer that renegotiates could become somebody else."""
    with subprocess.Popen(
        ["openssl", "s_server", "-accept", "127.0.0.1:0", "-tls1_2", "-cert", certificates.server.path, "-key",
         certificates.server.key], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip

        def ask_again():
            while b"hello" not in process.stdout.readline():
                pass
            # Its word for a request to begin anew.
            process.stdin.write(b"r\n")
            process.stdin.flush()

        try:
            port = next(int(found[1]) for line in iter(process.stdout.readline, b"")
                        if (found := re.match(rb"ACCEPT 127.0.0.1:(\d+)", line)))  # fmt: skip
            threading.Thread(target=ask_again, daemon=True).start()
            lines = client(types.SimpleNamespace(port=port), "--say", "hello\n")
        finally:
            process.kill()
    assert lines[0] == "opened" and "it wants another handshake" in lines[-1]


## Ends

@pytest.mark.parametrize("talk", [end_in_order, end_without_a_word])
def test_ends(certificates, client, serve, talk):
    assert client(serve(tls(certificates.server, talk))) == ["opened", "bytes good", "ended"]


@pytest.mark.parametrize("where", ["send", "opened", "bytes", "ended"])
def test_closed_in_each_callback(certificates, client, serve, where):
    server = serve(tls(certificates.server, end_in_order))
    lines = client(server, "--close-in", where, "--times", "2")
    assert lines.count(where) == 2 or where == "bytes"
    assert lines[len(lines) // 2 - 1].startswith(where) and lines[-1].startswith(where)


def test_closed_when_it_has_failed(certificates, client, serve):
    server = serve(tls(certificates.expired))
    (line,) = client(server, "--close-in", "failed")
    assert line.startswith("failed its certificate has expired")


## Peers that speak no TLS

STRANGERS = {
    "QMP": (b'{"QMP": {"version": {}}}\r\n', "speaks QMP in the clear; start QEMU with tls-creds"),
    "monitor": (b"QEMU 7.2.22 monitor - type 'help'", "monitor for people"),
    "web": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "web server without TLS"),
    "SSH": (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH server"),
    "telnet": (b"\xff\xfb\x01", "speaks no TLS; a socket of QEMU's does"),
    "zeros": (bytes(65536), "speaks no TLS"),
    "long record": (b"\x16\x03\x03\xff\xff" + bytes(65536), "speaks no TLS"),
    "old record": (b"\x16\x02\x00\x00\x10", "speaks no TLS"),
    "empty hello": (b"\x16\x03\x03\x00\x04\x02\x00\x00\x00", "."),
    "endless hello": (
        (b"\x16\x03\x03\x40\x00" + b"\x02\xff\xff\xff" + bytes(16380))
        + (b"\x16\x03\x03\x40\x00" + bytes(16384)) * 64, ".",
    ),
    "data": (b"\x17\x03\x03\x00\x10" + bytes(16), "."),
    "endless changes": (b"\x14\x03\x03\x00\x01\x01" * 100000, "."),
    "endless warnings": (b"\x15\x03\x03\x00\x02\x01\x5a" * 100000, "."),
    "refusal": (b"\x15\x03\x03\x00\x02\x02\x28", "refuses the handshake"),
    "version": (b"\x15\x03\x03\x00\x02\x02\x46", "no version of TLS in common"),
    "unknown CA": (b"\x15\x03\x03\x00\x02\x02\x30", "does not know who has signed our certificate"),
    "another alert": (b"\x15\x03\x03\x00\x02\x02\xfe", "alert 254"),
}  # fmt: skip


@pytest.mark.parametrize("piece", [1, 1 << 20])
@pytest.mark.parametrize("stranger", STRANGERS)
def test_strangers(client, serve, stranger, piece):
    """What is endless is given up soon, in small pieces too."""
    data, fault = STRANGERS[stranger]
    assert re.search(fault, fault_of(client(serve(plain(data)), "--piece", piece)))


def test_peer_that_is_gone_at_once(client, serve):
    assert client(serve(plain(b"", wait=False))) == [CUT]


## Peers that go wrong

def places_of(certificates, client, serve):
    """Where the records of the server's handshake begin and end, and some places between."""
    seen = []
    between = serve(Between(serve(tls(certificates.server, end_in_order)), lambda *what: (seen.append(what[2]), (what[2], False))[1]))
    assert client(between)[0] == "opened"
    data, at, places = b"".join(seen), 0, {0}
    while at < len(data):
        size = 5 + int.from_bytes(data[at + 3 : at + 5], "big")
        places |= {at + 1, at + 4, at + 5, at + 6, at + size // 2, at + size - 1, at + size}
        at += size
    return sorted(places), len(data)


def test_cut_at_every_step(certificates, client, serve):
    """Nothing is believed of a handshake that is not done; behind it a cut is an end."""
    places, _ = places_of(certificates, client, serve)
    server = serve(Between(serve(tls(certificates.server, end_in_order)), cut_after(places)))
    lines = client(server, "--times", len(places))
    assert lines.count(CUT) + lines.count("ended") == len(places)
    # Of a handshake: its two flights. The rest is the word and the end.
    assert lines[: lines.index("opened")] == [CUT] * lines.index("opened") and lines.count(CUT) > 10
    assert lines.count("opened") == lines.count("ended") > 3


def test_changed_on_the_way(certificates, client, serve):
    """Whatever bit is another one, nothing wrong comes through, and all but a version in a record's head is found out."""
    places, _ = places_of(certificates, client, serve)
    server = serve(Between(serve(tls(certificates.server, end_in_order)), flipped_at(places), silence=3))
    lines = client(server, "--times", len(places))
    assert set(line for line in lines if not line.startswith("failed ")) <= {"opened", "bytes good", "ended"}
    failures = [line for line in lines if line.startswith("failed ")]
    assert len(failures) + lines.count("ended") == len(places)
    assert len(failures) > len(places) * 2 // 3


def test_garbage_behind_the_handshake(certificates, client, serve):
    """In the clear, as somebody between could send it, and in the form of a record."""
    for junk in (b"junk", b"\x17\x03\x03\x00\x20" + bytes(32), b"\x15\x03\x03\x00\x02\x01\x00", b"\x16\x03\x03\x00\x04\x00\x00\x00\x00"):

        def talk(connection, junk=junk):
            with socket.socket(fileno=connection.detach()) as client_socket:
                client_socket.sendall(junk)
                client_socket.recv(1000)

        lines = client(serve(tls(certificates.server, talk)))
        assert lines[0] == "opened" and lines[1].startswith("failed "), (junk, lines)


## Memory

def test_memory_that_runs_out(certificates, client, serve):
    """Each of our requests is refused once: of the credentials', the connection's, and what is sent."""
    server = serve(tls(certificates.server))
    lines = client(server, "--echo", "10", "--refuse-each")
    assert lines[-1] == "5 refused" and lines[-3:-1] == ECHOED
    assert set(lines[:-3]) == {"no credentials: no memory", "not opened", "opened", "not sent"}
