import pathlib
import sys

import pytest

# Windows programs, and scripts that hear events; servers with certificates.
TESTS = pathlib.Path(__file__).parent.parent
sys.path[:0] = [str(TESTS / "qemu"), str(TESTS / "net")]
import forwarding
import mqtt_reader
import nats_cluster
import windows

# A cluster that elects its leaders on a busy machine takes its time.
PATIENCE = 600


@pytest.fixture(scope="session")
def server():
    if not nats_cluster.find_server():
        pytest.skip("nats-server is not there (see build/log/nats.log)")


@pytest.fixture
def cluster(server, tmp_path):
    folder = tmp_path / "nats"
    folder.mkdir()
    one = nats_cluster.Cluster(str(folder))
    yield one
    one.stop()


@pytest.fixture
def reader(cluster):
    """There before the first event: what nobody reads a broker need not keep."""
    one = mqtt_reader.Reader(cluster.mqtt)
    assert one.subscribed.wait(PATIENCE)
    yield one
    one.stop()


@pytest.fixture
def feed(cluster, tmp_path):
    one = forwarding.Feed(str(tmp_path), cluster.mqtt)
    yield one
    if one.process and one.process.poll() is None:
        one.kill()


@pytest.fixture
def servers():
    windows.register_servers()
    yield
    windows.unregister_servers()
