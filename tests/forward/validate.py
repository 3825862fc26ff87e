#!/usr/bin/env python3
"""Validates each message that a program writes, a line each, and that broken ones are refused."""

import copy
import json
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("SKIP: python3-jsonschema is not installed")
    sys.exit(77)


def broken(message):
    """The message with one thing wrong at a time."""
    for key in ("specversion", "id", "source", "type", "dataschema", "data"):
        wrong = copy.deepcopy(message)
        del wrong[key]
        yield "without " + key, wrong
    for key, value in (
        ("specversion", "1.1"),
        ("id", "17"),
        ("source", "/vmevents/a.b/c"),
        ("type", "vmevents"),
        ("sequence", "7"),
        ("time", "yesterday"),
        ("data", {}),
    ):
        wrong = copy.deepcopy(message)
        wrong[key] = value
        yield f"with {key} {value}", wrong


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    out = subprocess.run([sys.argv[2], "messages"], stdout=subprocess.PIPE, check=True).stdout
    lines = out.decode("utf-8").splitlines()
    assert len(lines) >= 6, out
    ids = set()
    for line in lines:
        message = json.loads(line)
        validator.validate(message)
        ids.add((message["source"], message["id"]))
        for what, wrong in broken(message):
            assert not validator.is_valid(wrong), f"{what} it is taken: {wrong}"
    assert len(ids) == len(lines), "two messages of one source have the same id"
    print(f"{len(lines)} messages are valid")


main()
