"""What the servers write into the registry, as they write it themselves.

There is no list of keys here. The 64-bit servers are registered under Wine for the user, and what they have written is
read: the MSI's tables are made of that. The 32-bit servers write the same into their own view of the registry, but for the
word win32 in place of win64, so that nothing 32-bit has to run; a test compares both with what is installed.
"""
import os
import re
import subprocess
import tempfile

from reproducible import PackagingError

CLASSES = "HKEY_CURRENT_USER\\Software\\Classes"

# What the registration keeps for itself: which parents it has had to make. An installer keeps such things by itself.
RECORD = "CreatedKeys"

# Both bitnesses share all other keys.
OWN_VIEW = ("CLSID\\", "Interface\\")


class Row:
    """A value below Software\\Classes, or with `name` and `value` None a key."""

    def __init__(self, key, name, value):
        self.key, self.name, self.value = key, name, value

    def is_shared(self):
        return not self.key.startswith(OWN_VIEW)

    def place(self):
        return self.key, self.name


def parse_export(text):
    """The rows of what `reg export` has written of Software\\Classes."""
    rows, key = [], None
    lines = iter(text.replace("\\\r\n  ", "").replace("\\\n  ", "").splitlines())
    for line in lines:
        if line.startswith("["):
            path = line[1:-1]
            key = path[len(CLASSES) + 1:] if path.startswith(CLASSES + "\\") else None
            if key:
                rows.append(Row(key, None, None))
        elif key and line and line != "Windows Registry Editor Version 5.00":
            rows.append(parse_value(key, line))
    # A key with a value is made by that.
    valued = {row.key for row in rows if row.value is not None}
    keys = {row.key for row in rows}
    return [row for row in rows if row.value is not None or
            (row.key not in valued and not any(key.startswith(row.key + "\\") for key in keys))]


def parse_value(key, line):
    match = re.match(r'(@|"(?:[^"\\]|\\.)*")=(.*)$', line)
    if not match:
        raise PackagingError("the registry's export has a line that is no value: %s" % line)
    name = "" if match[1] == "@" else unescape(match[1])
    value = match[2]
    if value.startswith('"'):
        return Row(key, name, unescape(value))
    if value.startswith("hex:"):
        return Row(key, name, bytes.fromhex(value[4:].replace(",", "")))
    if value.startswith("hex(7):") and name == RECORD:
        return Row(key, name, [])
    raise PackagingError("a value of a type that the MSI's table would have to learn: %s, %s" % (key, line))


def unescape(text):
    return re.sub(r"\\(.)", r"\1", text[1:-1])


class Wine:
    def __init__(self, runner):
        self.runner = runner

    def run(self, *words, must=True):
        done = subprocess.run([*self.runner, *words], stdin=subprocess.DEVNULL, capture_output=True)
        if must and done.returncode:
            raise PackagingError("%s failed with %d: %s" % (
                " ".join(words), done.returncode, (done.stderr + done.stdout).decode(errors="replace").strip()))
        return done.returncode

    def classes(self):
        """The rows of the user's Software\\Classes."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "classes.reg")
            # It fails where there is no such key, as in a new prefix.
            if self.run("reg", "export", CLASSES, windows_path(path), "/y", must=False):
                return []
            with open(path, encoding="utf-16") as file:
                return parse_export(file.read())


def windows_path(path):
    return "Z:" + os.path.abspath(path).replace("/", "\\")


def record(wine, dll, exe):
    """(what both servers write, what only the sink does, what only the host does), each a list of rows in which the path
    of the server is {module} and its folder {folder}."""
    before = {row.place() for row in wine.classes()}
    sink = written(wine, before, dll, ["regsvr32", "/s", "/n", "/i:user", windows_path(dll)],
                   ["regsvr32", "/s", "/u", "/n", "/i:user", windows_path(dll)])
    host = written(wine, before, exe, [exe, "/regserver", "/user"], [exe, "/unregserver", "/user"])
    in_sink = {row.place() for row in sink}
    in_host = {row.place() for row in host}
    if not in_sink & in_host:
        raise PackagingError("the servers have nothing in common in the registry, though they share a type library")
    return ([row for row in sink if row.place() in in_host], [row for row in sink if row.place() not in in_host],
            [row for row in host if row.place() not in in_sink])


def written(wine, before, module, add, remove):
    wine.run(*add)
    try:
        rows = wine.classes()
    finally:
        wine.run(*remove)
    found = [generalised(row, module) for row in rows if row.place() not in before and row.name != RECORD]
    if not found:
        raise PackagingError("%s is registered already, so what it writes cannot be seen; unregister it first" % module)
    return found


def generalised(row, module):
    """The module stands in the row by whichever drive leads to it."""
    if not isinstance(row.value, str):
        return row
    inner = row.value.strip('"')
    folder, _, name = inner.rpartition("\\")
    value = row.value
    if folder and name.lower() == os.path.basename(module).lower():
        value = row.value.replace(inner, "{module}")
    elif re.match(r"[A-Za-z]:\\", inner) and name.lower() == os.path.basename(os.path.dirname(module)).lower():
        value = "{folder}"
    return Row(row.key, row.name, value)
