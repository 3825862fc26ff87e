"""What the tests of TLS share: certificates, and the client under test, which is a Windows program."""
import os
import subprocess

import pytest

from certificates import PASSWORD, Certificates

RUNNER = os.environ["VMEVENTS_RUNNER"].split("|")
CLIENT = os.environ["VMEVENTS_CLIENT"]
PATIENCE = 120


def windows_path(path):
    """Wine has the whole file system as drive Z."""
    return "Z:" + str(path).replace("/", "\\")


def run(*words, check=True):
    """What the client prints, its lines."""
    done = subprocess.run(
        [*RUNNER, CLIENT, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE
    )
    print(words, done.stdout, done.stderr)
    assert not check or done.returncode == 0, f"the client ended by {done.returncode}: {done.stderr}"
    return done.stdout.splitlines()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def own():
    """own(certificate) puts it into the user's store, with its key, and returns its thumbprint. Wine 8 keeps one key: that
    of the last."""
    thumbprints = []

    def put(certificate, with_key=True):
        words = ["--import", windows_path(certificate.pkcs12()), PASSWORD]
        (thumbprint,) = run(*words, *([] if with_key else ["--without-key"]))
        thumbprints.append(thumbprint)
        return thumbprint

    yield put
    for thumbprint in set(thumbprints):
        run("--forget", thumbprint)


@pytest.fixture
def client(certificates):
    """client(server, name, option...) connects to a server, with the right CA if ca is not another file; "" for none."""

    def connect(server, *options, name="localhost", ca=None, certificate=None):
        path = certificates.ca.path if ca is None else ca
        if path:
            options += ("--ca", windows_path(path))
        if certificate:
            options += ("--certificate", certificate)
        return run("127.0.0.1", server.port, name, *options)

    return connect


@pytest.fixture
def serve():
    """serve(server) closes it behind the test."""
    servers = []

    def keep(server):
        servers.append(server)
        return server

    yield keep
    for server in servers:
        server.close()
