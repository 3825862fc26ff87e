"""What is heard of all machines of a host by one connection: everything.js, run by Windows Script Host."""

import json
import pathlib

from forwarding import wait_for
from subscriber import Subscriber
from vmforward import PATIENCE

HERE = pathlib.Path(__file__).parent


class Everything(Subscriber):
    def __init__(self, environment=None):
        super().__init__(HERE / "everything.js", environment)

    def heard_of(self, name):
        with self.changed:
            records = [json.loads(text) for text in self.events.get("-", [])]
        return [record for record in records if record["source"] == name]

    def wait_heard(self, name, event, count=1):
        def is_there():
            return sum(record["name"] == event for record in self.heard_of(name)) >= count

        self.wait_for(f"{name}: {event}", is_there, PATIENCE)

    def wait_property(self, name, what, part):
        wait_for(lambda: part in self.order("get", name, what), PATIENCE, f"{name}.{what} never has {part}")
