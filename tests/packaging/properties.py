"""What the installers find out as the user who has started them reaches the part that installs with the installer's rights.

Wine has no such two parts, so the tables are looked at.
"""
import re
import unittest

from unpacked import main, need, package, run

SET_PROPERTY = 51
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
MSIS = ("vmevents-%s-x64.msi", "vmevents-%s-x86.msi")


class Tables:
    """The tables of an installer, each as a list of rows, {column: value}."""

    def __init__(self, path):
        self.path = path

    def __getitem__(self, table):
        names, _, _, *rows = run("msiinfo", "export", self.path, table).rstrip("\r\n").replace("\r", "").split("\n")
        return [dict(zip(names.split("\t"), row.split("\t"))) for row in rows]

    def listed(self):
        """The properties that are passed on."""
        values = {row["Property"]: row["Value"] for row in self["Property"]}
        return values["SecureCustomProperties"].split(";")

    def searched(self):
        return {row["Property"] for row in self["AppSearch"]}

    def related(self):
        """What is read by actions of Windows' own, which remove and migrate."""
        return {row["ActionProperty"] for row in self["Upgrade"]}

    def chosen(self):
        """What actions set while the user's part runs."""
        early = {row["Action"] for row in self["InstallUISequence"]}
        return {row["Source"] for row in self["CustomAction"] if int(row["Type"]) == SET_PROPERTY and row["Action"] in early}

    def read(self):
        """The names in all that the part which installs evaluates."""
        conditions = [row["Condition"] for table in ("InstallExecuteSequence", "Component", "LaunchCondition")
                      for row in self[table]]
        names = {name for each in conditions for name in NAME.findall(re.sub(r'"[^"]*"', "", each))}
        names.update(name for row in self["CustomAction"] for name in re.findall(r"\[(\w+)\]", row["Target"]))
        return names


class Properties(unittest.TestCase):
    def test_what_is_found_is_passed_on(self):
        for pattern in MSIS:
            with self.subTest(pattern):
                tables = Tables(package(pattern))
                listed = tables.listed()
                wanted = ((tables.searched() | tables.chosen()) & tables.read()) | tables.related()
                # One of each kind: a condition of the sequence, of a component, an action's text, and a choice.
                for each in ("SERVICE_VMFORWARD", "EVENTSOF1_32", "COMPUTERS_PLACE", "INSTALLDIR", "OLDERFOUND"):
                    self.assertIn(each, wanted)
                self.assertEqual(sorted(wanted - set(listed)), [], "found, read, and not passed on")
                self.assertEqual(sorted(set(listed)), sorted(listed), "each once")

    def test_what_is_passed_on_is_public(self):
        for pattern in MSIS:
            with self.subTest(pattern):
                self.assertEqual([each for each in Tables(package(pattern)).listed() if each != each.upper()], [])


if __name__ == "__main__":
    need("msiinfo")
    main()
