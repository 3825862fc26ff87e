"""A C program built of the NuGet package alone, as its targets file says, and linked by a linker of Microsoft's kind."""
import os
import re
import unittest
import xml.etree.ElementTree as xml

from unpacked import BUILDS, ROOT, TRIPLETS, VERSION, compiler, main, need, run, unpack, windows_path, wine

MSBUILD = "{http://schemas.microsoft.com/developer/msbuild/2003}"
MACHINES = {64: ("x64", "x64"), 32: ("Win32", "x86")}


class Targets:
    """The little of MSBuild that the file makes use of."""

    def __init__(self, path, platform):
        self.properties = {"MSBuildThisFileDirectory": os.path.dirname(path) + "/", "Platform": platform}
        self.metadata, self.copied = {}, []
        for group in xml.parse(path).getroot():
            if not self.holds(group.get("Condition", "")):
                continue
            if group.tag == MSBUILD + "PropertyGroup":
                for each in group:
                    if self.holds(each.get("Condition", "")):
                        self.properties[each.tag[len(MSBUILD):]] = self.expand(each.text)
            elif group.tag == MSBUILD + "ItemDefinitionGroup":
                for item in group:
                    for each in item:
                        self.metadata[each.tag[len(MSBUILD):]] = self.values(each.text)
            elif group.tag == MSBUILD + "ItemGroup":
                self.copied += [os.path.normpath(self.expand(each.get("Include"))) for each in group]

    def expand(self, text):
        text = re.sub(r"\$\((\w+)\)", lambda match: self.properties.get(match[1], ""), text)
        return text.replace("\\", "/")

    def values(self, text):
        return [value for value in self.expand(text).split(";") if value and not value.startswith("%(")]

    def holds(self, condition):
        return not condition or any(
            re.fullmatch(r"\s*'(.*)'\s*(==|!=)\s*'(.*)'\s*", self.expand(part)) and self.compare(part)
            for part in condition.split(" Or "))

    def compare(self, part):
        left, operator, right = re.fullmatch(r"\s*'(.*)'\s*(==|!=)\s*'(.*)'\s*", self.expand(part)).groups()
        return (left == right) == (operator == "==")


class NuGet(unittest.TestCase):
    def setUp(self):
        self.folder = unpack("vmevents.%s.nupkg", "nuget")

    def test_parts(self):
        nuspec = xml.parse(os.path.join(self.folder, "vmevents.nuspec")).getroot()
        space = nuspec.tag[:-len("package")]
        self.assertEqual(nuspec.find("%smetadata/%sversion" % (space, space)).text, VERSION)
        types = xml.parse(os.path.join(self.folder, "[Content_Types].xml")).getroot()
        known = [each.get("Extension").lower() for each in types]
        self.assertEqual(sorted(known), sorted(set(known)), "each extension has one type")
        for _, _, names in os.walk(self.folder):
            for name in names:
                if name != "[Content_Types].xml":
                    self.assertIn(name.rpartition(".")[2].lower(), known)

    def test_unknown_platform(self):
        targets = Targets(os.path.join(self.folder, "build/native/vmevents.targets"), "ARM64")
        self.assertEqual(targets.copied, [])

    def test_consumer(self):
        for bits in BUILDS:
            platform, machine = MACHINES[bits]
            targets = Targets(os.path.join(self.folder, "build/native/vmevents.targets"), platform)
            work = os.path.join(self.folder, "consumer%d" % bits)
            os.mkdir(work)
            source, program = os.path.join(ROOT, "tests/packaging/consumer.c"), os.path.join(work, "consumer.exe")
            run(compiler(bits), "-c", "-O2", source, "-o", os.path.join(work, "consumer.obj"),
                *("-I" + folder for folder in targets.metadata["AdditionalIncludeDirectories"]))
            self.link(bits, machine, targets, work, program)
            for path in targets.copied:
                run("cp", path, work)
            self.assertEqual(len(targets.copied), 1)
            if bits == 64:
                self.assertIn("heard 1 event(s)", wine(windows_path(program)))

    def link(self, bits, machine, targets, work, program):
        """MinGW-w64's C library takes the place of Microsoft's."""
        library = "/usr/%s/lib/" % TRIPLETS[bits]
        gcc = run(compiler(bits), "-print-libgcc-file-name").strip()
        base = "__ImageBase" if bits == 64 else "___ImageBase"
        run("lld-link", "/lldmingw", "/machine:" + machine, "/subsystem:console", "/entry:mainCRTStartup",
            "/out:" + program, "/alternatename:__image_base__=" + base,
            os.path.join(work, "consumer.obj"), library + "crt2.o",
            *("/libpath:" + folder for folder in targets.metadata["AdditionalLibraryDirectories"]),
            *targets.metadata["AdditionalDependencies"],
            *(library + "lib%s.a" % name for name in
              ("mingw32", "mingwex", "msvcrt", "uuid", "ole32", "oleaut32", "kernel32", "user32", "advapi32", "mingw32", "mingwex",
               "msvcrt", "kernel32")), gcc)


if __name__ == "__main__":
    need("lld-link")
    main()
