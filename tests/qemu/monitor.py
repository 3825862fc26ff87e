"""A QMP monitor: commands and events of one QEMU, for the test itself."""
import json
import operator
import time

from lines import PATIENCE, Silence, Stream


class CommandFailed(Exception):
    """QEMU's answer to a command was an error."""


class Monitor:
    def __init__(self, address):
        self.stream = Stream(address)
        self.events = []
        self.greeting = self.message()
        self.command("qmp_capabilities")

    def message(self, timeout=PATIENCE):
        line = self.stream.line(timeout)
        return None if line is None else json.loads(line)

    def command(self, name, **arguments):
        """Runs a command and returns its result. Underscores in arguments' names stand for hyphens."""
        request = {"execute": name}
        if arguments:
            request["arguments"] = {key.replace("_", "-"): value for key, value in arguments.items()}
        self.stream.send(json.dumps(request).encode() + b"\n")
        while (message := self.message()) is not None:
            if "event" in message:
                self.events.append(message)
            elif "error" in message:
                raise CommandFailed(message["error"]["desc"])
            else:
                return message["return"]
        raise Silence(f"no answer to {name}")

    def commands(self, *names):
        """Gives commands without waiting for the answers in between; none may fail."""
        self.stream.send(b"".join(json.dumps({"execute": name}).encode() + b"\n" for name in names))
        answered = 0
        while answered < len(names):
            message = self.message()
            if message is None or "error" in message:
                raise CommandFailed(f"{names[answered]}: {message}")
            answered += "return" in message

    def event(self, name, **data):
        """Waits for an event of that name with these data, forgetting those before it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            while self.events:
                event = self.events.pop(0)
                if event["event"] == name and data.items() <= event.get("data", {}).items():
                    return event
            message = self.message(max(deadline - time.monotonic(), 0.001))
            if message is None:
                raise Silence(f"no event {name} {data}")
            self.events.append(message)

    def forget(self):
        """What has happened until now is of no interest."""
        self.status()
        self.events.clear()

    def names_by_time(self):
        """The names of the events that have come and not been waited for, in the order in which they happened."""
        self.status()
        stamp = operator.itemgetter("seconds", "microseconds")
        return [event["event"] for event in sorted(self.events, key=lambda event: stamp(event["timestamp"]))]

    def status(self):
        return self.command("query-status")["status"]

    def close(self):
        self.stream.close()
