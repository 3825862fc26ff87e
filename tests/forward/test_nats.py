"""Events through a cluster of three nodes, while parts of all that are killed. Asked is that every event that came into the
spool arrives, in the order of its machine; repeats have the same id."""

import json
import os
import random
import time

import pytest
from forwarding import Feed, Proxy, wait_for
from mqtt_reader import Connection, Reader, check_events, events_of

STRESS = os.environ.get("VMEVENTS_FORWARD_STRESS")
COUNT = 50000 if STRESS else 1500
PATIENCE = 1200 if STRESS else 240


def assert_all(feed, reader):
    """Once the feed has ended: what the spool has given numbers to has come."""
    wanted = {name: number for name, number in feed.sequences().items() if name != "/"}

    def names(last):
        return {source.rsplit("/", 1)[1].replace("%20", " "): number for source, number in last.items()}

    def arrived():
        have = names(check_events(reader.snapshot())[0])
        return all(have.get(name) == number for name, number in wanted.items())

    wait_for(arrived, PATIENCE, "not every event has come")
    return sum(wanted.values())


def states_of(reader):
    """The last state of each topic."""
    last = {}
    for topic, _, body in reader.snapshot():
        if topic.endswith("/state"):
            last[topic] = json.loads(body)["data"]["state"] if body else None
    return last


def test_states_and_the_will(cluster, reader, feed):
    feed.start(25, machines=2)
    topic = "vmevents/feed/=host/state"
    wait_for(lambda: states_of(reader).get(topic) == "online", PATIENCE, "nobody is online")
    feed.wait_published()
    feed.kill()
    wait_for(lambda: states_of(reader).get(topic) == "lost", PATIENCE, "the will was not published")
    feed.start(0)
    wait_for(lambda: states_of(reader).get(topic) == "online", PATIENCE, "nobody is online again")
    feed.stop()
    wait_for(lambda: states_of(reader).get(topic) == "offline", PATIENCE, "it has not taken leave")
    # Whoever comes later is told all of it at once.
    late = Reader(cluster.mqtt, client="late", clean=True)
    expected = {topic: "offline", "vmevents/feed/vm%200/state": "vmVMState_TurnedOff"}
    expected["vmevents/feed/vm%201/state"] = "vmVMState_TurnedOff"
    wait_for(lambda: states_of(late) == expected, PATIENCE, "the states are not retained")
    assert all(retained for _, retained, _ in late.snapshot())
    late.stop()
    assert assert_all(feed, reader) == 25


def test_a_killed_node(cluster, reader, feed):
    feed.start(COUNT)
    wait_for(lambda: len(reader.snapshot()) > COUNT // 5, PATIENCE, "nothing comes")
    cluster.kill(0)
    feed.wait_said("connected to the broker at 127.0.0.1, port %d" % cluster.mqtt[0])
    wait_for(lambda: len(reader.snapshot()) > COUNT // 2, PATIENCE, "it does not go on")
    cluster.start(0)
    feed.wait_said("fed", PATIENCE)
    feed.wait_published(PATIENCE)
    feed.stop()
    assert assert_all(feed, reader) == COUNT


def test_a_killed_leader(cluster, reader, feed):
    feed.start(COUNT)
    wait_for(lambda: len(reader.snapshot()) > COUNT // 5, PATIENCE, "nothing comes")
    leader = cluster.leader_of("$MQTT_msgs")
    assert leader is not None
    cluster.kill(leader)
    feed.wait_said("fed", PATIENCE)
    feed.wait_published(PATIENCE)
    cluster.start(leader)
    feed.stop()
    assert assert_all(feed, reader) == COUNT


def test_a_killed_cluster(cluster, reader, feed):
    feed.start(COUNT)
    wait_for(lambda: len(reader.snapshot()) > COUNT // 5, PATIENCE, "nothing comes")
    for node in range(3):
        cluster.kill(node)
    feed.wait_said("nobody listens there")
    for node in range(3):
        cluster.start(node)
    feed.wait_said("fed", PATIENCE)
    feed.wait_published(PATIENCE)
    feed.stop()
    assert assert_all(feed, reader) == COUNT


def test_a_killed_forwarder(cluster, reader, feed):
    for part in range(1, 4):
        feed.start(COUNT // 3)
        wait_for(lambda: len(reader.snapshot()) > COUNT * part // 6, PATIENCE, "nothing comes")
        feed.kill()
    feed.start(10)
    feed.wait_said("fed", PATIENCE)
    feed.wait_published(PATIENCE)
    feed.stop()
    assert assert_all(feed, reader) > COUNT // 3


def test_connections_that_are_cut_and_half_open(cluster, reader, tmp_path):
    proxy = Proxy(cluster.mqtt[0])
    feed = Feed(str(tmp_path), [proxy.port], more="keep-alive = 5\nrepeat-seconds = 1")
    feed.start(COUNT, pause_ms=0 if STRESS else 5)

    def has_connected(times):
        return feed.text().count("connected to the broker") >= times

    for part in range(1, 4):
        wait_for(lambda: has_connected(part) and len(reader.snapshot()) > COUNT * part // 10, PATIENCE, "nothing comes")
        proxy.cut()
    wait_for(lambda: has_connected(4), PATIENCE, "it does not connect again")
    proxy.is_silent = True
    feed.wait_said("it is silent, and has not answered a ping in time")
    proxy.is_silent = False
    feed.wait_said("fed", PATIENCE)
    feed.wait_published(PATIENCE)
    feed.stop()
    proxy.stop()
    assert assert_all(feed, reader) == COUNT


def own_events(reader, name):
    return [json.loads(body)["data"]["arguments"] for topic, _, body in reader.snapshot() if topic.endswith("/=host/" + name)]


def test_a_full_disk(cluster, reader, feed):
    feed.start(COUNT, pause_ms=2)
    wait_for(lambda: len(reader.snapshot()) > COUNT // 10, PATIENCE, "nothing comes")
    feed.tell("full")
    feed.wait_said("there is no space left on the disk of the spool")
    time.sleep(3)
    assert not own_events(reader, "SpoolResumed")
    feed.tell("room")
    feed.wait_said("the spool takes events in again")
    feed.wait_said("fed", PATIENCE)
    feed.wait_published(PATIENCE)
    feed.stop()
    assert assert_all(feed, reader) == COUNT
    assert own_events(reader, "SpoolResumed")[0]["milliseconds"] > 0


def test_a_full_spool(cluster, reader, tmp_path):
    """What goes is counted and told, and what is left comes in order."""
    feed = Feed(str(tmp_path), [], more="spool-limit = 1 MB")
    feed.start(6000, machines=1)
    feed.wait_said("fed", PATIENCE)
    wait_for(lambda: feed.status().get("dropped_total", 0) > 1000, PATIENCE, "nothing is dropped")
    assert feed.status()["spool_bytes"] <= 1 << 20
    feed.stop()
    dropped = feed.status()["dropped_total"]
    feed = Feed(str(tmp_path), cluster.mqtt, more="spool-limit = 1 MB")
    feed.start(1, machines=1)
    feed.wait_published(PATIENCE)
    feed.stop()
    wait_for(lambda: sum(one["count"] for one in own_events(reader, "EventsDropped")) >= 1, PATIENCE, "nobody tells")
    assert max(one["total"] for one in own_events(reader, "EventsDropped")) <= dropped
    numbers = [sequence for source, _, sequence in events_of(reader.snapshot()) if source.endswith("/vm%200")]
    assert numbers == list(range(numbers[0], 6002)) and numbers[0] > 1000


def test_a_damaged_spool(cluster, reader, feed):
    feed.start(50)
    feed.wait_published(PATIENCE)
    feed.stop()
    with open(feed.spool, "r+b") as file:
        file.write(b"x" * 8192)
    feed.start(50)
    feed.wait_said("damaged-1 now, and a new one is begun")
    wait_for(lambda: own_events(reader, "SpoolReplaced"), PATIENCE, "nobody tells")
    feed.wait_published(PATIENCE)
    feed.stop()
    identities = {identifier.split("-")[0] for _, identifier, _ in events_of(reader.snapshot())}
    assert len(identities) == 2
    assert os.path.exists(feed.spool + ".damaged-1")


@pytest.mark.skipif(not STRESS, reason="it takes minutes")
def test_everything_at_random(cluster, reader, feed):
    seed = int(os.environ.get("VMEVENTS_SEED", time.time()))
    print("seed", seed)
    chance = random.Random(seed)
    end = time.monotonic() + int(os.environ.get("VMEVENTS_STRESS_SECONDS", "60"))
    feed.start(COUNT, machines=50)
    while time.monotonic() < end:
        time.sleep(chance.uniform(1, 8))
        what = chance.choice(["node", "node", "cluster", "feed"])
        if what == "feed":
            feed.kill()
            feed.start(COUNT, machines=50)
            continue
        nodes = range(3) if what == "cluster" else [chance.randrange(3)]
        for node in nodes:
            cluster.kill(node)
        time.sleep(chance.uniform(0, 8))
        for node in nodes:
            cluster.start(node)
    feed.wait_said("fed", PATIENCE)
    feed.wait_published(PATIENCE)
    feed.stop()
    print(assert_all(feed, reader), "events")


def test_a_broker_without_readers_or_leaders_is_no_end(cluster, feed):
    """With two of three nodes gone there is no leader: nothing is acknowledged, and all of it waits."""
    feed.start(100)
    feed.wait_said("connected to the broker")
    feed.wait_published()
    cluster.kill(1)
    cluster.kill(2)
    feed.kill()
    feed.start(100)
    wait_for(lambda: feed.status().get("spool_waiting", 0) >= 100, PATIENCE, "they do not wait")
    reader = None
    for node in (1, 2):
        cluster.start(node)
    feed.wait_published(PATIENCE)
    feed.stop()
    assert reader is None
    assert feed.sequences()["vm 0"] >= 20
    Connection(cluster.mqtt[0], "last", True).close()
