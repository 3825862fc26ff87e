"""vmforward.exe as people run it: its command line, and the events of a host's machines on their way to a broker."""

import json
import pathlib
import re
import signal

import pytest
import windows
from forwarding import wait_for
from mqtt_reader import check_events
from vmforward import PATIENCE, Forward, call, program, run_program, write_config

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent


@pytest.fixture
def forward(servers, cluster, tmp_path):
    one = Forward(tmp_path, *(f"broker = mqtt://127.0.0.1:{port}" for port in cluster.mqtt))
    yield one
    if one.process and one.process.poll() is None:
        one.end(signal.SIGKILL)


def play(machine, scenario, speed="1"):
    """Has vmwatch play it; what it has heard."""
    words = [program("vmwatch"), machine, "--play", windows.windows_path(scenario), "--speed", speed, "--json"]
    code, out, error = run_program(*words)
    assert code == 0, error
    return [json.loads(line) for line in out.splitlines()]


def topics_of(messages, machine):
    return [topic.rsplit("/", 1)[1] for topic, _, _ in messages if topic.startswith(f"vmevents/pc%201/{machine}/")]


def test_the_command_line(tmp_path):
    code, out, _ = call("--help")
    assert code == 0 and out.startswith("usage: vmforward")
    for key in re.findall(r"^#?([a-z-]+) = ", (ROOT / "examples/vmforward.conf").read_text(encoding="utf-8"), re.M):
        assert f"\r\n  {key} = " in out or f"\n  {key} = " in out
    assert call("--version")[1].startswith("vmforward (vmevents) 1.")
    code, _, error = call("--chekc")
    assert code == 2 and 'there is no option "--chekc"' in error
    code, _, error = call("--config")
    assert code == 2 and "--config needs a file behind it" in error
    code, _, error = call("--config", "a", "--check", "--config", "b")
    assert code == 2 and "--config is given twice" in error
    code, _, error = call("--check", "--config", windows.windows_path(tmp_path / "none"))
    assert code == 1 and "cannot read the configuration" in error


def test_check(tmp_path):
    code, out, _ = call("--check", "--config", write_config(tmp_path, "spool = s", "broker = mqtt://127.0.0.1:1883"))
    assert code == 0 and out == "the configuration is right\n"
    wrong = write_config(tmp_path, "# comment", "spool = s", "wndow = 3", "window = x", "user = u", "password-file = none")
    code, _, error = call("--check", "--config", wrong)
    assert code == 1
    assert 'line 3: there is no key "wndow"' in error and 'line 4: window is "x"' in error
    code, _, error = call(
        "--check", "--config", write_config(tmp_path, "spool = s", "user = u", "password-file = none", "broker = mqtts://a:1", "ca = no.pem")
    )
    assert code == 1
    assert "cannot read the password-file none" in error and "no.pem" in error


def test_folders_that_are_not_there(tmp_path):
    """They are told before the first event, and not made."""
    wrong = write_config(tmp_path, "# comment", r"spool = none\spool.db", "status-file = nothing/status.prom")
    for words in ("--check",), ():
        code, _, error = call(*words, "--config", wrong)
        assert code == 1
        assert r"line 2: the folder of spool, none\, is not there; make it" in error
        assert "line 3: the folder of status-file, nothing/, is not there; make it" in error
    assert not (tmp_path / "none").exists() and not (tmp_path / "nothing").exists()
    (tmp_path / "none").write_text("a file")
    assert call("--check", "--config", wrong)[0] == 1
    (tmp_path / "none").unlink()
    (tmp_path / "none").mkdir()
    (tmp_path / "nothing").mkdir()
    assert call("--check", "--config", wrong)[0] == 0


def test_the_example_is_right(tmp_path):
    """Every key stands in it, with its default or an example."""
    text = (ROOT / "examples/vmforward.conf").read_text(encoding="utf-8")
    path = tmp_path / "example.conf"
    path.write_text(text, encoding="utf-8")
    assert call("--check", "--config", windows.windows_path(path))[0] == 0
    told = set(re.findall(r"^  ([a-z-]+) = ", call("--help")[1].replace("\r", ""), re.M))
    assert told == set(re.findall(r"^#?([a-z-]+) = ", text, re.M))


def test_events_of_machines(forward, reader, tmp_path):
    assert forward.status()[0] == 3
    forward.start()
    wait_for(lambda: "connected to the broker" in forward.said(), PATIENCE, "it does not connect")
    first = play("Demo 1", HERE / "day.txt", "1")
    wait_for(lambda: "MachineHeard" in topics_of(reader.snapshot(), "Demo%201"), PATIENCE, "nobody meets the machine")
    marked = tmp_path / "marked.txt"
    marked.write_text((HERE / "day.txt").read_text(encoding="utf-8") + "630 OnDiskOutOfSpace True\n", encoding="utf-8")
    second = play("Demo 1", marked, "1")
    assert first and second[-1]["name"] == "OnDiskOutOfSpace"
    wait_for(lambda: "OnDiskOutOfSpace" in topics_of(reader.snapshot(), "Demo%201"), PATIENCE, "the second day is missing")
    # In the first day vmforward may have been connecting; from then on it has heard everything.
    heard = [topic for topic in topics_of(reader.snapshot(), "Demo%201") if topic.startswith("On")]
    assert heard[-len(second) :] == [event["name"] for event in second]
    rest = iter(event["name"] for event in first)
    assert all(name in rest for name in heard[: -len(second)]), "the first day is in another order"
    check_events(reader.snapshot())
    bodies = [json.loads(body) for topic, _, body in reader.snapshot() if topic.endswith("/OnGuestLogoff")]
    assert bodies[-1]["data"]["arguments"] == {"logoffType": 1}
    assert bodies[-1]["data"]["machine"] == "Demo 1" and bodies[-1]["data"]["host"] == "pc 1"
    # The host's own events have a place of their own.
    assert "OnVMStateChange" in topics_of(reader.snapshot(), "=host")
    wait_for(lambda: "waiting       0" in forward.status()[1], PATIENCE, "something waits")
    code, out, _ = forward.status()
    assert code == 0 and "connected to  127.0.0.1:" in out and "(none)" in out
    # Of a host that is killed nobody says that its machines are gone: the next one does not have them.
    windows.kill_hosts()
    wait_for(lambda: "MachineGone" in topics_of(reader.snapshot(), "Demo%201"), PATIENCE, "nobody misses the machine")
    check_events(reader.snapshot())
    forward.end()
    states = [json.loads(body)["data"]["state"] for topic, _, body in reader.snapshot() if topic == "vmevents/pc%201/=host/state"]
    assert states[0] == "online"
    wait_for(
        lambda: any(b'"offline"' in body for topic, _, body in reader.snapshot() if topic == "vmevents/pc%201/=host/state"),
        PATIENCE,
        "it has not taken leave",
    )


def test_a_killed_program_and_a_broker_that_comes_late(servers, cluster, reader, tmp_path):
    """Events wait in the spool of one that knows no broker, through a kill, until one with brokers finds them there."""
    without = Forward(tmp_path)
    without.start()
    wait_for(lambda: without.status()[0] == 0, PATIENCE, "it does not run")
    play("Late", HERE / "day.txt")
    wait_for(lambda: re.search(r"waiting +[1-9]", without.status()[1]), PATIENCE, "nothing is kept")
    events = len(play("Late", HERE / "day.txt"))
    wait_for(lambda: int(re.search(r"waiting +([0-9]+)", without.status()[1])[1]) > events, PATIENCE, "too few are kept")
    without.end(signal.SIGKILL)
    assert not reader.snapshot()
    late = Forward(tmp_path, *(f"broker = mqtt://127.0.0.1:{port}" for port in cluster.mqtt))
    late.start()
    wait_for(lambda: topics_of(reader.snapshot(), "Late"), PATIENCE, "what was kept does not come")
    wait_for(lambda: re.search(r"waiting +0", late.status()[1]), PATIENCE, "something waits")
    last, _ = check_events(reader.snapshot())
    assert last["/vmevents/pc%201/Late"] > events
    late.end()


def test_the_service(servers, tmp_path):
    """By the service control manager: it runs, and ends within seconds when it is removed."""
    config = write_config(tmp_path, "host = service", "spool = spool.db")
    assert call("/uninstall")[0] == 0
    code, _, error = call("/install", "--config", write_config(tmp_path / "..", "spol = x"))
    assert code == 1 and "there is no key" in error
    try:
        code, out, error = call("/install", "--config", config)
        assert code == 0, out + error
        wait_for(lambda: call("--status", "--config", config)[0] == 0, PATIENCE, "the service does not run")
        assert call("/install", "--config", config)[0] == 0
    finally:
        code, out, error = call("/uninstall")
    assert code == 0, out + error
    code, out, _ = call("--status", "--config", config)
    assert code == 3 and "not running; it was ended" in out
    assert not (tmp_path / "spool.db-wal").exists()
