"""QEMU's monitor and agent by TLS, with certificates of both sides. Alone: Wine 8 keeps the key of one certificate."""
import pathlib
import shutil
import subprocess
import sys

import pytest

import windows
from events import LOGOFF_NORMAL, PAUSED, RUNNING, TURNED_OFF
from peers import Peer, Peers, qmp, silent
from subscriber import Failed

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "net"))
from certificates import PASSWORD, Certificates  # noqa: E402
from servers import context  # noqa: E402

CLIENT = f"{windows.BIN}/../tests/tls_client.exe"


def client(*words):
    command = [*windows.RUNNER, CLIENT, *words]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def own():
    """own(certificate) puts it into the user's store, with its key, and returns its thumbprint."""
    thumbprints = []

    def put(certificate):
        thumbprints.append(client("--import", windows.windows_path(certificate.pkcs12()), PASSWORD))
        return thumbprints[-1]

    yield put
    for thumbprint in thumbprints:
        client("--forget", thumbprint)


@pytest.fixture
def folder(certificates, tmp_path):
    """As QEMU's tls-creds-x509 wants it."""
    for name, path in [
        ("ca-cert.pem", certificates.ca.path), ("server-cert.pem", certificates.server.path),
        ("server-key.pem", certificates.server.key),
    ]:  # fmt: skip
        shutil.copy(path, tmp_path / name)
    return tmp_path


@pytest.fixture
def options(certificates, own):
    """The right parts of an address."""
    ca = windows.windows_path(certificates.ca.path)
    return ["tls", f"tls-ca={ca}", f"tls-cert={own(certificates.client)}"]


@pytest.fixture
def peers():
    peers = Peers()
    yield peers
    peers.close()


def wait_for_fault(watch, part):
    """Of one of the connections; it is tried again and again, and found wrong in the same way."""
    watch.subscriber.wait_for(f"a fault with {part}", lambda: True)
    deadline = windows.time.monotonic() + windows.PATIENCE
    while part not in (fault := watch.get("Fault")):
        assert windows.time.monotonic() < deadline, f"{fault} has no {part}"


def test_a_guest(machine_with, folder, options, watch_of):
    """Users come and go, and QEMU is started again."""
    machine = machine_with(tls=folder, address_options=options)
    watch = watch_of(machine)
    machine.wait_for_polls()
    assert watch.get("Connected").lower() == "true" and watch.get("Fault") == ""
    machine.terminals[0].login("carol")
    machine.wait_for_polls()
    machine.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()
    machine.kill()
    watch.expect(TURNED_OFF)
    machine.restore(machine_with.booted)
    watch.wait_until("Connected", True)
    watch.subscriber.wait_for("the machine to run", lambda: RUNNING in watch.heard)
    machine.wait_for_polls()
    machine.monitor.command("stop")
    watch.subscriber.wait_for("a pause", lambda: PAUSED in watch.heard)


@pytest.fixture
def quiet(machine_with, folder):
    """A machine by TLS without a guest: quiet(part of its address…)."""

    def launch(*options, tls=folder):
        machine = machine_with.idle(kernel=None, tls=tls, address_options=options)
        machine.launch()
        return machine

    return launch


def test_names(quiet, options, watch_of):
    """Of a port that is forwarded, and as it is written."""
    watch_of(quiet(*options, "tls-name=localhost")).wait_until("Connected", True)
    machine = quiet(*options)
    watch = watch_of(type("Machine", (), {"address": machine.address.replace("127.0.0.1", "localhost"), "monitor": None}))
    watch.wait_until("Connected", True)
    wait_for_fault(watch_of(quiet(*options, "tls-name=qemu.example")), "is for localhost, 127.0.0.1, not for qemu.example")


def test_certificates_that_qemu_does_not_take(certificates, quiet, options, watch_of, own):
    fault = "as QEMU does with verify-peer=yes when it is shown no certificate; name one by tls-cert="
    watch = watch_of(quiet(*options[:2]))
    wait_for_fault(watch, fault)
    # It is there, and not turned off.
    assert watch.get("State") == "0" and watch.get("Connected").lower() == "false"
    other = f"tls-cert={own(certificates.other_client)}"
    wait_for_fault(watch_of(quiet(*options[:2], other)), "QEMU does with a certificate that it does not take")


def test_certificates_that_are_not_taken(certificates, quiet, options, watch_of):
    other = windows.windows_path(certificates.other_ca.path)
    wait_for_fault(watch_of(quiet("tls", f"tls-ca={other}", options[2])), "is not signed by one of those in the file of tls-ca")
    wait_for_fault(watch_of(quiet("tls", options[2])), "by nobody whom this computer trusts")


def test_one_side_without_tls(quiet, options, watch_of):
    wait_for_fault(watch_of(quiet()), "or it waits for TLS (tls in the address)")
    wait_for_fault(watch_of(quiet(*options, tls=None)), "it speaks QMP in the clear; start QEMU with tls-creds=ID")


def test_credentials_that_are_not_there(options, watch_of, certificates):
    missing = windows.windows_path(certificates.folder / "missing.pem")
    for parts, part in [
        (["tls", f"tls-ca={missing}"], "missing.pem cannot be read"),
        (["tls", "tls-cert=" + "12" * 20], "no certificate with the thumbprint"),
        (["tls-name=host"], "only together with ,tls"),
    ]:
        with pytest.raises(Failed, match=part):
            watch_of(Peer(1, options=parts))


def test_pretended_peers(certificates, options, peers, watch_of):
    """One that says nothing in the handshake, as a QEMU that is connected already, at its monitor and at its agent; and one
    whose certificate has expired."""
    right, expired = context(certificates.server), context(certificates.expired)
    wait_for_fault(watch_of(Peer(peers.listen(silent), options=options)), "does not go on with the TLS handshake")
    wait_for_fault(watch_of(Peer(peers.listen(qmp, expired), options=options)), "its certificate has expired")
    watch = watch_of(Peer(peers.listen(qmp, right), peers.listen(silent), options))
    wait_for_fault(watch, "does not go on with the TLS handshake")
    assert watch.get("Connected").lower() == "true" and "the guest agent at" in watch.get("Fault")
