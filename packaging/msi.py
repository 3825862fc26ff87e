"""The MSI of one Windows: its features, components and what they write into the registry."""
import hashlib
import os
import re
import struct

from msi_database import Database, assemble
from reproducible import PackagingError, braced, name_id, read

PRODUCT = "vmevents"

# Attributes, as Windows Installer's documentation names them.
COMPONENT_REGISTRY_KEY_PATH = 4
COMPONENT_64BIT = 256
FEATURE_FOLLOW_PARENT = 2
FILE_VITAL = 512
LOCATOR_RAW_VALUE = 2
LOCATOR_64BIT = 16
ROOT_MACHINE = 2
ROOT_USER = 1
ROOT_USER_OR_MACHINE = -1
UPGRADE_MIGRATE_FEATURES = 1
UPGRADE_ONLY_DETECT = 2
UPGRADE_VERSION_MIN_INCLUSIVE = 256
SET_PROPERTY = 51
FAIL = 19
# An installed program, with the installer's rights; that it fails is no failure of the installation.
RUN_INSTALLED = 18 + 64 + 1024 + 2048
# The same of a program in a folder.
RUN_BY_PATH = 34 + 64 + 1024 + 2048
SERVICE_OWN_PROCESS = 16
SERVICE_AUTO_START = 2
SERVICE_ERROR_NORMAL = 1
# Started when it is installed; stopped before that and when it is removed; deleted then.
SERVICE_START, SERVICE_STOP, SERVICE_DELETE = 1, 2 + 32, 128

REMEMBERED_KEY = "Software\\vmevents"


class Feature:
    def __init__(self, line):
        self.name, parent, choice, program, self.title = line.split(None, 4)
        self.parent = None if parent == "-" else parent
        self.program = None if program == "*" else program
        if choice not in ("on", "off"):
            raise PackagingError("packaging/features: %s is on or off, not %s" % (self.name, choice))
        self.level = 1 if choice == "on" else 200


def read_features(path):
    return [Feature(line) for line in read(path).decode().splitlines() if line.strip() and not line.startswith("#")]


class Service:
    def __init__(self, line):
        self.program, self.name, arguments, install, self.uninstall, self.title = line.split(None, 5)
        self.arguments = None if arguments == "-" else arguments
        self.install = None if install == "-" else install
        if (self.arguments is None) != (self.install is None):
            raise PackagingError("packaging/services: %s has either both, arguments and what installs it, or neither" % self.name)


def read_services(path):
    return [Service(line) for line in read(path).decode().splitlines() if line.strip() and not line.startswith("#")]


class Package:
    """Collects the tables of one MSI. `bits` is the Windows that it is for."""

    def __init__(self, bits, version):
        self.bits, self.version = bits, version
        self.database = Database()
        self.files = []
        self.directories = {"": "INSTALLDIR"}
        self.names = {}

    def identify(self, kind, *words):
        return braced(name_id("msi", str(self.bits), kind, *words))

    def directory(self, path):
        """The key of a folder below the one that is installed into, which is made with its parents."""
        if path not in self.directories:
            parent, _, name = path.rpartition("/")
            key = "D_" + re.sub(r"[^A-Za-z0-9_.]", "_", path)
            self.database.add("Directory", key, self.directory(parent), self.short_and_long(parent, name))
            self.directories[path] = key
        return self.directories[path]

    def short_and_long(self, folder, name):
        """As the tables have names: with one of eight and three letters in front where it is longer."""
        if re.fullmatch(r"[A-Za-z0-9_-]{1,8}(\.[A-Za-z0-9_-]{1,3})?", name):
            return name
        stem, _, extension = name.rpartition(".") if "." in name else (name, "", "")
        count = self.names[folder] = self.names.get(folder, 0) + 1
        short = re.sub(r"[^A-Z0-9]", "", stem.upper())[:3] + "~%d" % count
        extension = re.sub(r"[^A-Z0-9]", "", extension.upper())[:3]
        return "%s%s|%s" % (short, "." + extension if extension else "", name)

    def component(self, key, folder, features, bits, key_path, condition=None, registry=False):
        attributes = (COMPONENT_64BIT if bits == 64 else 0) | (COMPONENT_REGISTRY_KEY_PATH if registry else 0)
        self.database.add("Component", key, self.identify("component", key), self.directory(folder), attributes,
                          condition, key_path)
        for feature in features:
            self.database.add("FeatureComponents", feature, key)

    def file(self, path, content, features, bits):
        """A component of its own for a file, whose key is returned: it is the component's too."""
        folder, _, name = path.rpartition("/")
        key = "F_" + re.sub(r"[^A-Za-z0-9_.]", "_", path)
        versioned = name.endswith((".dll", ".exe"))
        self.files.append((key, content))
        self.component(key, folder, features, bits, key)
        self.database.add("File", key, key, self.short_and_long(folder, name), len(content),
                          self.version + ".0" if versioned else None, "1033" if versioned else None, FILE_VITAL,
                          len(self.files))
        if not versioned:
            self.database.add("MsiFileHash", key, 0, *struct.unpack("<4i", hashlib.md5(content).digest()))
        return key

    def registry(self, component, row, module, folder):
        """A row of Software\\Classes. `module` is the key of the file that {module} is, `folder` the text for {folder}."""
        key = "R%04d" % (len(self.database.tables["Registry"]) + 1)
        name, value = row.name or None, row.value
        if value is None:
            name = "*"
        elif isinstance(value, bytes):
            value = "#x" + value.hex().upper()
        else:
            if value.startswith("#"):
                value = "#" + value
            value = re.sub(r"[\[\]]", lambda match: "[\\%s]" % match[0], value)
            value = value.replace("{module}", "[#%s]" % module).replace("{folder}", folder)
        self.database.add("Registry", key, ROOT_USER_OR_MACHINE, "Software\\Classes\\" + row.key, name, value, component)
        return key


def for_32bit(row):
    row = type(row)(re.sub(r"\\win64$", r"\\win32", row.key), row.name, row.value)
    return row


def foreign_interfaces(idl):
    """The interfaces of Virtual PC's, which it registers too."""
    return ["{%s}" % match.upper() for match in re.findall(r"\[uuid\(([0-9a-f-]{36})\)", read(idl).decode())]


def add_foreign_interface(package, bits, number, iid, rows, library, module):
    """A component for an interface that may belong to somebody else: it is not installed where that one has it."""
    name, by = "EVENTS%d_%d" % (number, bits), "EVENTSOF%d_%d" % (number, bits)
    key = "Software\\Classes\\Interface\\" + iid
    kind = LOCATOR_RAW_VALUE | (LOCATOR_64BIT if bits == 64 else 0)
    for property_name, place in ((name, key), (by, key + "\\TypeLib")):
        package.database.add("AppSearch", property_name, property_name)
        package.database.add("RegLocator", property_name, ROOT_MACHINE, place, None, kind)
    component = "Events%d_%d" % (number, bits)
    first = package.registry(component, rows[0], module, "")
    for row in rows[1:]:
        package.registry(component, row, module, "")
    package.component(component, "", ["Sink"], bits, first, '(NOT %s AND NOT %s) OR %s ~= "%s"' % (
        name, by, by, library), registry=True)


def add_servers(package, bits, folder, trees, recorded, foreign, with_host):
    """The sink and the host of one bitness, and their registration. What both bitnesses share is written once, by those of
    the package's own bitness."""
    shared, sink_rows, host_rows = recorded
    own = bits == package.bits
    sink = package.file(folder + "/vmevents.dll", trees[bits]["bin/vmevents.dll"], ["Sink"], bits)
    library = next(row.key.split("\\")[1] for row in shared if row.key.startswith("TypeLib\\"))
    groups = {}
    for row in shared + sink_rows:
        row = row if bits == 64 else for_32bit(row)
        iid = row.key.split("\\")[1].upper() if row.key.startswith("Interface\\") else None
        if iid in foreign:
            groups.setdefault(iid, []).append(row)
        elif own or not row.is_shared():
            package.registry(sink, row, sink, "[INSTALLDIR]" + folder)
        elif row.key.endswith("\\win32"):
            package.registry("F_bin_vmevents.dll", row, sink, "")
    for number, iid in enumerate(foreign, 1):
        if iid not in groups:
            raise PackagingError("the sink registers no interface %s, which idl/ has as one of Virtual PC's" % iid)
        add_foreign_interface(package, bits, number, iid, groups[iid], library, sink)
    if with_host:
        host = package.file(folder + "/vmhost.exe", trees[bits]["bin/vmhost.exe"], ["Host"], bits)
        for row in host_rows:
            if own or not row.is_shared():
                package.registry(host, row if bits == 64 else for_32bit(row), host, "[INSTALLDIR]" + folder)


def add_programs(package, tree, features):
    """The programs that are registered nowhere."""
    of = {feature.program: feature.name for feature in features if feature.program}
    for path in sorted(tree):
        name = path.rpartition("/")[2]
        if not path.startswith("bin/") or not name.endswith((".dll", ".exe")):
            continue
        if name not in of:
            raise PackagingError("packaging/features has no feature for %s" % name)
        if name not in ("vmevents.dll", "vmhost.exe"):
            package.file(path, tree[path], [of[name]], package.bits)


def add_own_service(package, service, component):
    package.database.add("ServiceInstall", service.name, service.name, service.title, SERVICE_OWN_PROCESS, SERVICE_AUTO_START,
                         SERVICE_ERROR_NORMAL, None, None, None, None, service.arguments, component, None)
    package.database.add("ServiceControl", service.name, service.name, SERVICE_START + SERVICE_STOP + SERVICE_DELETE, None, 1,
                         component)
    action = "Install_" + service.name
    package.database.add("CustomAction", action, RUN_INSTALLED, component, service.install, None)
    return action, "$%s = 3" % component


def add_service_of_somebody(package, service, component):
    """One that was made by hand, if there is one: stopped for the installation, and started behind it. A row of ServiceControl
    would have the installation fail where it cannot be started."""
    found, action = "SERVICE_" + service.name.upper(), "Start_" + service.name
    package.database.add("AppSearch", found, found)
    package.database.add("RegLocator", found, ROOT_MACHINE, "System\\CurrentControlSet\\Services\\" + service.name, "ImagePath",
                         LOCATOR_RAW_VALUE | (LOCATOR_64BIT if package.bits == 64 else 0))
    package.database.add("ServiceControl", service.name, service.name, SERVICE_STOP, None, 1, component)
    system = "System64Folder" if package.bits == 64 else "SystemFolder"
    package.database.add("CustomAction", action, RUN_BY_PATH, system, '"[%s]sc.exe" start %s' % (system, service.name), None)
    return action, "%s AND $%s = 3" % (found, component)


def add_services(package, tree, services):
    """Returns what has to be done in the sequence before services are stopped, before they are started, and behind that: lists
    of (action, condition)."""
    before_stop, before_start, behind = [], [], []
    for service in services:
        component = "F_bin_" + service.program
        if "bin/" + service.program not in tree:
            continue
        action = "Uninstall_" + service.name
        package.database.add("CustomAction", action, RUN_INSTALLED, component, service.uninstall, None)
        # What is replaced by another version is not gone.
        before_stop.append((action, "$%s = 2 AND ?%s = 3 AND NOT UPGRADINGPRODUCTCODE" % (component, component)))
        if service.arguments:
            before_start.append(add_own_service(package, service, component))
        else:
            behind.append(add_service_of_somebody(package, service, component))
    return before_stop, before_start, behind


def add_features(package, features, tree):
    """Those of which there is something, in the order of the file."""
    there = [feature for feature in features if not feature.program or "bin/" + feature.program in tree]
    for place, feature in enumerate(there, 1):
        package.database.add("Feature", feature.name, feature.parent, feature.name, feature.title, 2 * place,
                             feature.level, "INSTALLDIR", 0)
    return there


def add_path(package):
    """The programs' folder in the PATH, of the computer or of the user."""
    attributes_of = {"Machine": ("ALLUSERS", "=-*PATH"), "User": ("NOT ALLUSERS", "=-PATH")}
    for scope, (condition, name) in attributes_of.items():
        component = "Path" + scope
        key = "R_Path" + scope
        package.database.add("Registry", key, ROOT_USER_OR_MACHINE, REMEMBERED_KEY, "Path", "[INSTALLDIR]bin", component)
        package.component(component, "", ["Path"], package.bits, key, condition, registry=True)
        package.database.add("Environment", component, name, "[~];[INSTALLDIR]bin", component)


def add_place(package):
    """Where it goes: below Program Files, or for one user below that one's; and later where it has been."""
    package.database.add("Directory", "TARGETDIR", None, "SourceDir")
    programs = "ProgramFiles64Folder" if package.bits == 64 else "ProgramFilesFolder"
    package.database.add("Directory", programs, "TARGETDIR", ".")
    package.database.add("Directory", "System64Folder" if package.bits == 64 else "SystemFolder", "TARGETDIR", ".")
    package.database.add("Directory", "INSTALLDIR", programs, PRODUCT)
    package.database.add("CustomAction", "TakeUsersPlace", SET_PROPERTY, "INSTALLDIR",
                         "[LocalAppDataFolder]Programs\\" + PRODUCT + "\\", None)
    package.database.add("CustomAction", "TellPlace", SET_PROPERTY, "ARPINSTALLLOCATION", "[INSTALLDIR]", None)
    kind = LOCATOR_RAW_VALUE | (LOCATOR_64BIT if package.bits == 64 else 0)
    for scope, root in (("USERS", ROOT_USER), ("COMPUTERS", ROOT_MACHINE)):
        found, action = "%s_PLACE" % scope, "TakeRemembered" + scope.title()
        package.database.add("AppSearch", found, found)
        package.database.add("RegLocator", found, root, REMEMBERED_KEY, "InstallDir", kind)
        package.database.add("CustomAction", action, SET_PROPERTY, "INSTALLDIR", "[%s]" % found, None)


SEQUENCE = [
    ("FindRelatedProducts", None), ("AppSearch", None), ("LaunchConditions", None), ("RefuseOlder", "NEWERFOUND"),
    ("ValidateProductID", None), ("CostInitialize", None), ("FileCost", None),
    ("TakeRememberedUsers", "USERS_PLACE AND NOT ALLUSERS AND NOT INSTALLDIR"),
    ("TakeRememberedComputers", "COMPUTERS_PLACE AND ALLUSERS AND NOT INSTALLDIR"),
    ("TakeUsersPlace", "NOT ALLUSERS AND NOT INSTALLDIR"), ("CostFinalize", None), ("TellPlace", "NOT Installed"),
    ("MigrateFeatureStates", None), ("InstallValidate", None), ("InstallInitialize", None),
    ("RemoveExistingProducts", None), ("ProcessComponents", None), ("UnpublishFeatures", None),
    ("StopServices", "VersionNT"), ("DeleteServices", "VersionNT"), ("RemoveRegistryValues", None),
    ("RemoveEnvironmentStrings", None), ("RemoveFiles", None), ("RemoveFolders", None), ("CreateFolders", None),
    ("InstallFiles", None), ("WriteRegistryValues", None), ("WriteEnvironmentStrings", None),
    ("InstallServices", "VersionNT"), ("StartServices", "VersionNT"), ("RegisterUser", None), ("RegisterProduct", None),
    ("PublishFeatures", None), ("PublishProduct", None), ("InstallFinalize", None),
]
BEFORE_EXECUTION = ["FindRelatedProducts", "AppSearch", "LaunchConditions", "RefuseOlder", "ValidateProductID",
                    "CostInitialize", "FileCost", "TakeRememberedUsers", "TakeRememberedComputers",
                    "TakeUsersPlace", "CostFinalize", "MigrateFeatureStates"]


def add_sequences(package, before_stop, before_start, behind):
    stop, start = (SEQUENCE.index((action, "VersionNT")) for action in ("StopServices", "StartServices"))
    whole = SEQUENCE[:stop] + before_stop + SEQUENCE[stop:start] + before_start + SEQUENCE[start:start + 1] + behind + (
        SEQUENCE[start + 1:])
    for place, (action, condition) in enumerate(whole, 1):
        package.database.add("InstallExecuteSequence", action, condition, 100 * place)
        if action in BEFORE_EXECUTION:
            package.database.add("InstallUISequence", action, condition, 100 * place)
    package.database.add("InstallUISequence", "ExecuteAction", None, 100 * (len(whole) + 1))


def secure_properties(database):
    """What is found out or chosen before the installation begins. After a double-click that part runs as the user. The part that
    installs runs with other rights, does not search again, and is given of the public properties those that are named here."""
    names = {"INSTALLDIR"}
    names.update(property_name for property_name, _ in database.tables["AppSearch"])
    names.update(row[-1] for row in database.tables["Upgrade"])
    private = sorted(name for name in names if name != name.upper())
    if private:
        raise PackagingError("the installer does not pass on properties with small letters: " + ", ".join(private))
    return ";".join(sorted(names))


def add_product(package):
    """The last of all: the other tables have the properties that are to be named here."""
    upgrade = braced(name_id("msi", str(package.bits), "upgrade"))
    add = package.database.add
    add("Upgrade", upgrade, None, package.version, None, UPGRADE_MIGRATE_FEATURES, None, "OLDERFOUND")
    add("Upgrade", upgrade, package.version, None, None, UPGRADE_ONLY_DETECT, None, "NEWERFOUND")
    add("CustomAction", "RefuseOlder", FAIL, None,
        "A newer version of vmevents than [ProductVersion] is installed. Remove that one first if you want this one.", None)
    add("LaunchCondition", "VersionNT >= 601", "vmevents needs Windows 7 or later.")
    if package.bits == 64:
        add("LaunchCondition", "VersionNT64", "This package is for 64-bit Windows; there is another one for 32-bit Windows.")
    properties = {
        "ProductCode": braced(name_id("msi", str(package.bits), "product", package.version)),
        "UpgradeCode": upgrade,
        "ProductName": PRODUCT,
        "ProductVersion": package.version,
        "ProductLanguage": "1033",
        "Manufacturer": PRODUCT,
        # For all users unless MSIINSTALLPERUSER=1 says otherwise.
        "ALLUSERS": "2",
        "ARPNOMODIFY": "1",
        "ARPCOMMENTS": "COM event sink for virtual machine events",
        "INSTALLLEVEL": "100",
        # Each installation leaves a log in the folder for temporary files.
        "MsiLogging": "voicewarmup",
        "SecureCustomProperties": secure_properties(package.database),
    }
    for name in sorted(properties):
        add("Property", name, properties[name])
    return properties


def make(bits, version, trees, documents, notices, recorded, idl, features_file,
         services_file, date):
    """The bytes of the MSI for that Windows. `trees` has what is installed, for each bitness; `documents` and `notices` are
    {path: content}; `recorded` is what registration.record has returned."""
    package = Package(bits, version)
    add_place(package)
    features = add_features(package, read_features(features_file), trees[bits])
    names = {feature.name for feature in features}
    for folder, its_bits in (("bin", 64), ("bin32", 32)) if bits == 64 else (("bin", 32),):
        add_servers(package, its_bits, folder, trees, recorded, foreign_interfaces(idl), "Host" in names)
    add_programs(package, trees[bits], features)
    for path in sorted(notices):
        package.file(path, notices[path], sorted({"Sink", "Guest"} & names), bits)
    for path in sorted(documents):
        package.file(path, documents[path], ["Documentation"], bits)
    package.database.add("Registry", "R_Place", ROOT_USER_OR_MACHINE, REMEMBERED_KEY, "InstallDir", "[INSTALLDIR]",
                         "F_bin_vmevents.dll")
    add_path(package)
    add_sequences(package, *add_services(package, trees[bits], read_services(services_file)))
    properties = add_product(package)
    package.database.add("Media", 1, len(package.files), None, "#content.cab", None, None)
    content = hashlib.sha256(package.database.text().encode() + b"".join(
        hashlib.sha256(data).digest() for _, data in package.files)).hexdigest()
    return assemble(package.database, package.files, {
        2: "Installation Database", 3: "%s %s" % (PRODUCT, version), 4: PRODUCT, 5: "Installer",
        6: properties["ARPCOMMENTS"], 7: "%s;1033" % ("x64" if bits == 64 else "Intel"),
        9: package.identify("package", content), 14: 500, 15: 2, 18: PRODUCT, 19: 2}, date)
