"""A Windows Installer database: tables, a cabinet and the summary, put into a file by msitools.

wixl, of the same msitools, is not used: it knows no version of a file (without which Windows would not replace an older
one), no condition of a component, no environment variable, and makes up identifiers at random.
"""
import os
import subprocess
import tempfile
import time

from reproducible import PackagingError, read, write

# Each table's columns, NAME:TYPE as Windows Installer's text archives have the types; those with a * are the key. An upper
# case type may be empty.
SCHEMA = {
    "ActionText": "*Action:s72 Description:L0 Template:L0",
    "AppSearch": "*Property:s72 *Signature_:s72",
    "Component": "*Component:s72 ComponentId:S38 Directory_:s72 Attributes:i2 Condition:S255 KeyPath:S72",
    "CreateFolder": "*Directory_:s72 *Component_:s72",
    "CustomAction": "*Action:s72 Type:i2 Source:S72 Target:S255 ExtendedType:I4",
    "Directory": "*Directory:s72 Directory_Parent:S72 DefaultDir:l255",
    "Environment": "*Environment:s72 Name:l255 Value:L255 Component_:s72",
    "Error": "*Error:i2 Message:L0",
    "Feature": "*Feature:s38 Feature_Parent:S38 Title:L64 Description:L255 Display:I2 Level:i2 Directory_:S72 "
               "Attributes:i2",
    "FeatureComponents": "*Feature_:s38 *Component_:s72",
    "File": "*File:s72 Component_:s72 FileName:l255 FileSize:i4 Version:S72 Language:S20 Attributes:I2 Sequence:i2",
    "InstallExecuteSequence": "*Action:s72 Condition:S255 Sequence:I2",
    "InstallUISequence": "*Action:s72 Condition:S255 Sequence:I2",
    "LaunchCondition": "*Condition:s255 Description:l255",
    "Media": "*DiskId:i2 LastSequence:i4 DiskPrompt:L64 Cabinet:S255 VolumeLabel:S32 Source:S72",
    "MsiFileHash": "*File_:s72 Options:i2 HashPart1:i4 HashPart2:i4 HashPart3:i4 HashPart4:i4",
    "Property": "*Property:s72 Value:l0",
    "RegLocator": "*Signature_:s72 Root:i2 Key:s255 Name:S255 Type:I2",
    "Registry": "*Registry:s72 Root:i2 Key:l255 Name:L255 Value:L0 Component_:s72",
    "ServiceControl": "*ServiceControl:s72 Name:l255 Event:i2 Arguments:L255 Wait:I2 Component_:s72",
    "ServiceInstall": "*ServiceInstall:s72 Name:s255 DisplayName:L255 ServiceType:i4 StartType:i4 ErrorControl:i4 "
                      "LoadOrderGroup:S255 Dependencies:S255 StartName:S255 Password:S255 Arguments:S255 "
                      "Component_:s72 Description:L255",
    "Signature": "*Signature:s72 FileName:s255 MinVersion:S20 MaxVersion:S20 MinSize:I4 MaxSize:I4 MinDate:I4 "
                 "MaxDate:I4 Languages:S255",
    "Upgrade": "*UpgradeCode:s38 *VersionMin:S20 *VersionMax:S20 *Language:S255 *Attributes:i4 Remove:S255 "
               "ActionProperty:s72",
}


class Database:
    def __init__(self):
        self.tables = {name: [] for name in SCHEMA}

    def add(self, table, *row):
        columns = SCHEMA[table].split()
        if len(row) != len(columns):
            raise PackagingError("a row of %s has %d columns, not %d: %s" % (table, len(columns), len(row), row))
        for value, column in zip(row, columns):
            check(table, column, value)
        self.tables[table].append(row)

    def archive(self, table):
        """The table as a text archive; rows keep their order where they have one."""
        columns = [column.lstrip("*").split(":") for column in SCHEMA[table].split()]
        keys = [column[1:].split(":")[0] for column in SCHEMA[table].split() if column.startswith("*")]
        lines = ["\t".join(name for name, _ in columns), "\t".join(kind for _, kind in columns),
                 "\t".join([table] + keys)]
        lines += ["\t".join("" if value is None else str(value) for value in row) for row in self.tables[table]]
        return "\r\n".join(lines) + "\r\n"

    def text(self):
        """All of it as text: what the package's identifier is made of."""
        return "".join(self.archive(table) for table in sorted(self.tables) if self.tables[table])


def check(table, column, value):
    name, kind = column.lstrip("*").split(":")
    if value is None:
        if kind[0].islower():
            raise PackagingError("%s.%s may not be empty" % (table, name))
    elif kind[0] in "iI":
        if not isinstance(value, int):
            raise PackagingError("%s.%s is a number, not %r" % (table, name, value))
    else:
        longest = int(kind[1:])
        if longest and len(value) > longest:
            raise PackagingError("%s.%s takes %d characters: %r" % (table, name, longest, value))
        if any(character in value for character in "\t\r\n"):
            raise PackagingError("%s.%s has a character that a text archive cannot have: %r" % (table, name, value))
        value.encode("ascii")


def must(*words, folder):
    environment = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8")
    done = subprocess.run(words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise PackagingError("%s failed: %s" % (words[0], done.stderr.strip() or done.stdout.strip()))


def cabinet(files, date, folder):
    """A cabinet with [(name, content)] in this order."""
    for name, content in files:
        path = os.path.join(folder, name)
        write(path, content)
        os.utime(path, (date, date))
    must("gcab", "--create", "--nopath", "--zip", "content.cab", *(name for name, _ in files), folder=folder)
    return os.path.join(folder, "content.cab")


def summary(properties, date):
    moment = time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime(date))
    properties = dict(properties)
    properties.update({1: 1252, 12: moment, 13: moment})
    lines = ["PropertyId\tValue", "i2\tl255", "_SummaryInformation\tPropertyId"]
    lines += ["%d\t%s" % (number, properties[number]) for number in sorted(properties)]
    return "\r\n".join(lines) + "\r\n"


def assemble(database, files, properties, date):
    """The bytes of an MSI with these tables, files in the order of their sequence, and properties of its summary."""
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "files"))
        cab = cabinet(files, date, os.path.join(folder, "files"))
        imports = []
        archives = {table: database.archive(table) for table in database.tables if database.tables[table]}
        archives["_SummaryInformation"] = summary(properties, date)
        for table in sorted(archives):
            write(os.path.join(folder, table + ".idt"), archives[table].encode("ascii"))
            imports += ["-i", table + ".idt"]
        must("msibuild", "package.msi", *imports, "-a", "content.cab", cab, folder=folder)
        return read(os.path.join(folder, "package.msi"))
