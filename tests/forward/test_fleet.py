"""Machines of other hosts in COM: what vmforward has published comes out of `mqtt:` machines, once, and never goes back."""

import json
import pathlib

import pytest
import windows
from everything import Everything
from forwarding import wait_for
from mqtt_reader import Connection, check_events
from subscriber import Failed
from vmforward import PATIENCE, Forward, program, run_program

HERE = pathlib.Path(__file__).parent


@pytest.fixture
def everything(servers):
    one = Everything()
    yield one
    one.close()


def without_details(records):
    return [{key: record.get(key) for key in ("interface", "name", "arguments", "exact")} for record in records]


def test_a_machine_and_back(servers, cluster, reader, everything, tmp_path):
    """Of one host, which hears itself by a broker."""
    forward = Forward(tmp_path, *(f"broker = mqtt://127.0.0.1:{port}" for port in cluster.mqtt))
    forward.start()
    everything.order("create", "Demo 1")
    everything.order("state", "Demo 1", "6")
    wait_for(lambda: any(topic.endswith("Demo%201/state") for topic, _, _ in reader.snapshot()), PATIENCE, "it is not forwarded")
    brokers = f"127.0.0.1:{cluster.mqtt[0]}/pc%201/Demo 1,next=127.0.0.1:{cluster.mqtt[1]}"
    everything.order("open", "There", "mqtt:" + brokers)
    assert everything.order("get", "There", "Fault") == ""
    assert everything.order("get", "There", "State") == "6"
    with pytest.raises(Failed, match="open already"):
        everything.order("open", "Again", f"mqtt:127.0.0.1:{cluster.mqtt[1]}/pc 1/Demo 1")

    before = len(everything.heard_of("Demo 1"))
    words = [program("vmwatch"), "Demo 1", "--play", windows.windows_path(HERE / "day.txt"), "--speed", "1"]
    code, _, error = run_program(*words)
    assert code == 0, error
    everything.order("raise", "Demo 1", "OnTripleFault")
    everything.wait_heard("There", "OnTripleFault")
    sent, came = everything.heard_of("Demo 1")[before:], everything.heard_of("There")
    assert without_details(came) == without_details(sent)
    assert all(record["details"]["origin"] == "/vmevents/pc%201/Demo%201" for record in came)
    assert len({record["details"]["id"] for record in came}) == len(came)
    assert everything.order("get", "There", "State") == everything.order("get", "Demo 1", "State")

    # Anybody may publish anything: it costs a message, or the connection, and all goes on.
    stranger = Connection(cluster.mqtt[0], "stranger", True)
    right = next(body for topic, _, body in reader.snapshot() if topic.endswith("Demo%201/OnGuestLogoff"))
    sequence = json.loads(right)["sequence"].encode()
    wrong = right.replace(sequence, b"00000000000000009000").replace(b'"logoffType":1', b'"logoffType":"<b>\\u0000"')
    strange = [b"", b"\xff\xfe{}", b"[" * 90000, b"{}\0", bytes(900_000), right.replace(b"Demo%201", b"Other"), b"<html>"]
    for body in (*strange, right):
        stranger.publish("vmevents/pc%201/Demo%201/OnGuestLogoff", body)
    everything.wait_property("There", "Fault", "a message about the machine was dropped: it is no JSON object")
    stranger.publish("vmevents/pc%201/Demo%201/OnGuestLogoff", wrong)
    everything.wait_property("There", "Fault", "of the machine's events have not come")
    stranger.close()
    assert len(everything.heard_of("There")) == len(came)

    # What has come from a broker does not go there again, nor what the host says of it, nor what is raised at it here.
    everything.order("raise", "There", "OnReset")
    everything.order("remove", "There")
    everything.order("raise", "Demo 1", "OnReset")
    wait_for(lambda: any(topic.endswith("Demo%201/OnReset") for topic, _, _ in reader.snapshot()), PATIENCE, "the last event is missing")
    forward.end()
    for topic, _, body in reader.snapshot():
        assert "/There/" not in topic and b'"There"' not in body, (topic, body)
    check_events(message for message in reader.snapshot() if message[2] not in (*strange, wrong))


def test_all_machines_through_a_killed_node(servers, cluster, everything, tmp_path):
    """`+/+` opens each when it is first heard of, and a session that lasts keeps what comes while there is no connection."""
    forward = Forward(tmp_path, *(f"broker = mqtt://127.0.0.1:{port}" for port in cluster.mqtt))
    nexts = "".join(f",next=127.0.0.1:{port}" for port in cluster.mqtt[1:])
    everything.order("open", "Fleet", f"mqtt:127.0.0.1:{cluster.mqtt[0]}/+/+{nexts},session=everything")
    wait_for(lambda: everything.order("get", "Fleet", "Connected").lower() != "0", PATIENCE, "no broker")
    everything.order("create", "Web")
    everything.order("create", "Mail")
    forward.start()
    wait_for(lambda: everything.order("names") == "Fleet|Mail|Mail@pc 1|Web|Web@pc 1", PATIENCE, "they are not found")
    for number in range(40):
        everything.order("raise", "Web" if number % 2 else "Mail", "OnReset")
        if number == 20:
            cluster.kill(0)
    for name in ("Web", "Mail"):
        everything.wait_heard(name + "@pc 1", "OnReset", 20)
    everything.order("raise", "Web", "OnTripleFault")
    everything.order("remove", "Mail")
    everything.wait_heard("Web@pc 1", "OnTripleFault")
    wait_for(lambda: everything.order("names") == "Fleet|Web|Web@pc 1", PATIENCE, "what was deleted is still there")
    for name in ("Web", "Mail"):
        records = everything.heard_of(name + "@pc 1")
        assert sum(record["name"] == "OnReset" for record in records) == 20
        assert not any("missing" in record["details"] for record in records if "details" in record)
    assert everything.order("get", "Web@pc 1", "Fault") == ""
    forward.end()
